"""Auth0 tenant logs: sign-ins to the applications of a tenant.

Source: auth0.com/docs/deploy-monitor/logs/log-event-type-codes (codes) and the pipeline tests of elastic/integrations
packages/auth0/data_stream/logs, read 2026-11-24. Shapes: `log`, events of `GET /api/v2/logs` as an array or one per
line; `stream`, log streams, which put the event under `data`.

- `s` (success login) and `ssa` (silent authentication) are sign-ins; `seacft`, `sertft`, `sepft`, `seccft` are token
  exchanges: those with a person are sign-ins by oidc (sertft: a refresh token, nobody typed anything), those without
  are `service principal sign-in`. Codes are case sensitive.
- Codes of failed sign-ins (`f`, `fp`, `fu`, `fsa`, `feacft` …) are ignored as `failed sign-in`, all else as
  `other event type`.

The app is the client: client_id with its name. The hostname of the tenant names the instance. `date` has Z.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from string import Template
from typing import Any

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = Template("""
SELECT
    blank_null(coalesce($log_id, $id)) AS event_id, $date AS at_text, instant($date) AS observed_at,
    account_key, lower(blank_null($user_name)) AS account_name,
    'client_id' AS mention_kind, blank_null($client_id) AS mention, blank_null($client_name) AS mention_name,
    CASE WHEN $type IN ('ssa', 'sertft') THEN 'idp_non_interactive'
         WHEN lower($strategy) IN ('samlp', 'adfs') THEN 'saml'
         WHEN lower($strategy) IN ('auth0', 'sms', 'email') THEN 'password'
         WHEN lower($strategy) IN ('facebook', 'github', 'linkedin', 'twitter', 'apple') THEN 'social'
         ELSE 'oidc' END AS method,
    $type AS result_text,
    CASE WHEN $type IN ('f', 'fp', 'fu', 'fc', 'fco', 'fcoa', 'fens', 'fsa', 'feacft', 'fepft', 'fertft', 'feccft',
                        'fede', 'limit_wc', 'limit_sul', 'limit_mu', 'pwd_leak') THEN 'failure'
         WHEN $type <> '' THEN 'success' END AS outcome,
    CASE WHEN blank_null($type) IS NULL THEN NULL
         WHEN $type NOT IN ('s', 'ssa', 'seacft', 'sertft', 'sepft', 'seccft', 'sede', 'f', 'fp', 'fu', 'fc', 'fco',
                            'fcoa', 'fens', 'fsa', 'feacft', 'fepft', 'fertft', 'feccft', 'fede', 'limit_wc',
                            'limit_sul',
                            'limit_mu', 'pwd_leak') THEN 'other event type'
         WHEN $type LIKE 'se%' AND account_key IS NULL AND blank_null($user_name) IS NULL
             THEN 'service principal sign-in' END AS reason
FROM (SELECT *, blank_null($user_id) AS account_key FROM raw)
""")
_FIELDS = (
    "log_id",
    "date",
    "type",
    "client_id",
    "client_name",
    "user_id",
    "user_name",
    "strategy",
    "hostname",
)
_AT = datetime(2026, 4, 18, 9, 12, 44, 706000)


def _select(prefix: str, id_column: str) -> str:
    entry = _ENTRY.substitute({name: f'{prefix}"{name}"' for name in _FIELDS}, id=id_column)
    return sign_in_select(entry, at="date", result="type", app="client_id", user="user_id",
                          expected="the code of the event type")  # fmt: skip


def _log(number: int, code: str, **changes: Any) -> dict[str, Any]:
    return {
        "date": "2026-04-18T09:12:44.706Z", "type": code, "connection": "Username-Password-Authentication",
        "client_id": "aI61example", "client_name": "Board", "ip": "203.0.113.7", "hostname": "Contoso.eu.auth0.com",
        "user_id": "auth0|1001", "user_name": "Ann.Lee@contoso.example", "strategy": "auth0",
        "strategy_type": "database", "log_id": f"9002026{number:06d}", **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="log",
        text=json.dumps([_log(1, "s"), _log(2, "sertft", strategy=None), _log(3, "s", strategy="samlp")]),
        instance="contoso.eu.auth0.com",
        records={"sign_in": (
            {"event_id": "9002026000001", "observed_at": _AT, "account_key": "auth0|1001",
             "account_name": "ann.lee@contoso.example", "mention_kind": "client_id", "mention": "aI61example",
             "mention_name": "Board", "method": "password"},
            {"method": "idp_non_interactive"}, {"method": "saml"},
        )},
    ),
    Example(
        shape="log",
        text="".join(json.dumps(r) + "\n" for r in (
            _log(1, "s", user_name=""), _log(2, "fp"), _log(3, "slo"), _log(4, "seccft", user_id=None, user_name=None),
            _log(5, "s", date="yesterday"), _log(6, "s", client_id=None), _log(7, ""),
            _log(8, "s", user_id=None, user_name=None),
        )) + "{broken\n",
        instance="contoso.eu.auth0.com",
        records={"sign_in": ({"event_id": "9002026000001", "account_name": None},)},
        ignored={"failed sign-in": 1, "other event type": 1, "service principal sign-in": 1},
        quarantined=5,
    ),
    Example(
        shape="stream",
        text="".join(json.dumps({"log_id": r["log_id"], "data": r}) + "\n"
                     for r in (_log(1, "s"), _log(2, "f"), _log(3, "sapi"))),
        instance="contoso.eu.auth0.com",
        records={"sign_in": ({"event_id": "9002026000001", "observed_at": _AT, "mention": "aI61example"},)},
        ignored={"failed sign-in": 1, "other event type": 1},
    ),
)  # fmt: skip

FORMAT = Format(
    name="auth0_logs",
    system="auth0",
    kind="sign_in",
    title="Auth0 tenant logs",
    shapes=(
        Shape(
            name="log",
            container="json",
            requires=("log_id", "date", "type", ("client_id", "connection", "user_id", "hostname")),
            columns={**dict.fromkeys(_FIELDS, "VARCHAR"), "_id": "VARCHAR"},
            select=_select("", "_id"),
            instance="hostname",
        ),
        Shape(
            name="stream",
            container="json",
            requires=("log_id", "data.date", "data.type",
                      ("data.client_id", "data.connection", "data.user_id", "data.hostname")),
            columns={"log_id": "VARCHAR", "data": f"STRUCT({', '.join(f'{name} VARCHAR' for name in _FIELDS)})"},
            select=_select("data.", "raw_id").replace("FROM raw)", "FROM (SELECT data, log_id AS raw_id FROM raw))"),
            instance="data.hostname",
        ),
    ),
    how_to_get="GET /api/v2/logs; or a log stream that writes lines; or the Auth0 CLI: auth0 logs list --json.",
    proven_by="https://github.com/elastic/integrations/tree/main/packages/auth0",
    proven_on=date(2026, 11, 24),
    examples=EXAMPLES,
)  # fmt: skip
