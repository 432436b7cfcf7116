"""The neutral format in which any browser extension or agent may hand over what it saw: docs/extension_format.md.

Shapes: `lines` (one JSON object per line) and `csv`, both with `user`, `domain`, `visited_at` and optionally
`login_method`, `account`, `page`, `id`.

- `visited_at` is ISO 8601 with an offset or Z; without one it is in `timezone` of the settings, else UTC.
- `domain` is a host. Where a whole address stands, it is reduced to its host and nothing else is kept.
- With `login_method` (password, oidc, saml, social) a login was seen: `account` is the login that was used, else
  `user`. The mention is the domain; `host` stays empty, because it was not the page that was seen but the login.
- `user` is whose browser it is, and ties a private `account` to the person (`holder_key`).
- `id` is the sender's id of the record; without one, identical records of two files are one.

Ignored: `not a public site`, which is IP addresses, single-label hosts and private zones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from discovery.sources.browsing import public_host
from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    blank_null(id) AS event_id,
    _record AS record,
    observed_at,
    coalesce(lower(blank_null(account)), person) AS account_name,
    person AS holder_key,
    'domain' AS mention_kind,
    host AS mention,
    CASE WHEN login IS NULL THEN host END AS host,
    CASE WHEN login IS NOT NULL THEN 'sign_in' ELSE coalesce(page_said, 'other') END AS page,
    coalesce(login, 'visit') AS method,
    left_out AS _ignored,
    CASE
        WHEN left_out IS NOT NULL THEN NULL
        WHEN host IS NULL THEN problem('domain', domain, 'a host such as www.figma.com')
        WHEN observed_at IS NULL THEN problem('visited_at', visited_at, 'an instant such as 2026-04-18T07:12:44Z')
        WHEN person IS NULL THEN problem('user', "user", 'whose browser it is: an e-mail address')
        WHEN login NOT IN ('password', 'oidc', 'saml', 'social')
            THEN problem('login_method', login_method, 'password, oidc, saml, social, or nothing')
        WHEN page_said NOT IN ('sign_in', 'app', 'public', 'other')
            THEN problem('page', page, 'sign_in, app, public, other, or nothing')
    END AS _problem
FROM (
    SELECT
        *,
        coalesce(host_of(trim(domain)), lower(regexp_extract(trim(domain), '^[^/?#@\\s]+'))) AS host_text,
        nullif(rtrim(regexp_replace(host_text, ':\\d+$', ''), '.'), '') AS host,
        instant_in(trim(visited_at), hint('timezone')) AS observed_at,
        email_of("user") AS person,
        lower(blank_null(login_method)) AS login,
        lower(blank_null(page)) AS page_said,
        CASE WHEN host IS NOT NULL AND NOT $public THEN 'not a public site' END AS left_out
    FROM raw
)
""".replace("$public", public_host("host"))

_FIELDS = ("user", "domain", "visited_at", "login_method", "account", "page", "id")

# ── examples ─────────────────────────────────────────────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_AT = datetime(2026, 4, 18, 7, 12, 44)


def _lines(*records: Mapping[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


EXAMPLES = (
    Example(
        shape="lines",
        text=_lines(
            {"user": "Ann.Lee@contoso.example", "domain": "www.figma.com", "visited_at": "2026-04-18T07:12:44Z"},
            {"user": _ANN, "domain": "notion.so", "visited_at": "2026-04-18T09:12:44+02:00",
             "login_method": "Password", "account": "Ann@private.example", "id": "01J"},
            {"user": _ANN, "domain": "miro.com", "visited_at": "2026-04-18T07:12:44.000Z", "login_method": None,
             "page": "app"},
        ),
        records={"web_visit": (
            {"record": 1, "observed_at": _AT, "account_name": _ANN, "holder_key": _ANN, "mention_kind": "domain",
             "mention": "www.figma.com", "host": "www.figma.com", "page": "other", "method": "visit"},
            {"event_id": "01J", "observed_at": _AT, "account_name": "ann@private.example", "holder_key": _ANN,
             "mention": "notion.so", "host": None, "page": "sign_in", "method": "password"},
            {"record": 3, "observed_at": _AT, "mention": "miro.com", "page": "app", "method": "visit"},
        )},
    ),
    Example(
        shape="lines",
        hints={"timezone": "Europe/Oslo"},
        text=_lines(
            {"user": _ANN, "domain": "https://me@Www.Figma.com:443/f?t=hush", "visited_at": "2026-04-18T09:12:44"},
            {"user": _ANN, "domain": "wiki.corp", "visited_at": "2026-04-18T07:12:44Z"},
            {"user": _ANN, "domain": "192.168.0.1:8443", "visited_at": "2026-04-18T07:12:44Z"},
            {"user": "ann", "domain": "miro.com", "visited_at": "2026-04-18T07:12:44Z"},
            {"user": _ANN, "domain": "", "visited_at": "2026-04-18T07:12:44Z"},
            {"user": _ANN, "domain": "miro.com", "visited_at": "18/04/2026"},
            {"user": _ANN, "domain": "miro.com", "visited_at": "2026-04-18T07:12:44Z", "login_method": "magic"},
            {"user": _ANN, "domain": "miro.com", "visited_at": "2026-04-18T07:12:44Z", "page": "home"},
        ),
        records={"web_visit": ({"record": 1, "observed_at": _AT, "mention": "www.figma.com"},)},
        ignored={"not a public site": 2},
        quarantined=5,
    ),
    Example(
        shape="csv",
        text="User,Domain,Visited at,Login method,Account\r\n"
        f"{_ANN},www.figma.com,2026-04-18T07:12:44Z,,\r\n"
        f"{_ANN},canva.com,2026-04-18T07:12:44Z,oidc,{_ANN}\r\n"
        f"{_ANN},intranet,2026-04-18T07:12:44Z,,\r\n"
        f"{_ANN},canva.com,yesterday,,\r\n",
        records={"web_visit": (
            {"record": 1, "observed_at": _AT, "mention": "www.figma.com", "method": "visit", "page": "other"},
            {"record": 2, "account_name": _ANN, "mention": "canva.com", "host": None, "method": "oidc",
             "page": "sign_in"},
        )},
        ignored={"not a public site": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="browser_extension",
    system="browser_extension",
    kind="web_visit",
    title="Browser extension, neutral format (docs/extension_format.md)",
    shapes=(
        Shape(
            name="lines",
            container="json",
            requires=("user", "domain", "visited_at"),
            columns=dict.fromkeys(_FIELDS, "VARCHAR"),
            select=_SELECT,
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("user", "domain", "visited_at"),
            columns={name: name for name in _FIELDS},
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="Any extension or agent that writes user, domain and time; see docs/extension_format.md.",
    proven_by="docs/extension_format.md",
    proven_on=date(2026, 11, 24),
    private=True,
    examples=EXAMPLES,
)
