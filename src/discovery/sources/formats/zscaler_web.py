"""Web requests that went through Zscaler Internet Access, from a Nanolog Streaming Service (NSS) feed.

Shapes: `nss`, `{"sourcetype": "zscalernss-web", "event": {time, login, eurl, action, reqmethod, …}}`, one per line;
`flat`, the same fields without the envelope; `csv`, the same as columns (what a feed holds can be chosen: not seen).

- `time` is `Fri Dec 31 07:07:07 2021`, ISO 8601 or seconds since 1970; its zone is that of the feed: `timezone` of
  the settings, else UTC.
- `eurl` has no scheme. Of a CONNECT only the host is known, so that the kind of page is told by the host alone.
- `login` is the user. For traffic that nobody signed in for it is the location: ignored as `no person`.
- Requests have no id in the default feed: identical requests of two files are one.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `other feed than
web` (audit, firewall, DNS, tunnel), `blocked`, `no person`.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Head, Shape

_VISITS = """
SELECT
    *,
    CASE WHEN left_out IS NOT NULL THEN NULL
         WHEN observed_at IS NULL THEN problem('time', at_text, 'a time such as Fri Dec 31 07:07:07 2021')
         WHEN account_name IS NULL THEN problem('login', NULL, 'who made the request') END AS wrong
FROM (
    SELECT
        _record, at_text, verb,
        CASE WHEN address_text IS NULL OR address_text IN ('', 'None', 'NA') THEN NULL
             WHEN regexp_matches(address_text, '^[a-zA-Z][a-zA-Z0-9+.-]*://') THEN address_text
             ELSE 'https://' || address_text END AS url,
        coalesce(
            instant_in(CAST(try_strptime(
                regexp_replace(regexp_replace(trim(at_text), '^[A-Za-z]{3} +', ''), ' +', ' ', 'g'), '%b %d %H:%M:%S %Y'
            ) AS VARCHAR), hint('timezone')),
            instant_epoch(at_text), instant_in(trim(at_text), hint('timezone'))) AS observed_at,
        lower(nullif(trim(login), '')) AS account_name,
        CASE
            WHEN feed IS NOT NULL AND lower(feed) NOT LIKE '%zscaler%web%' THEN 'other feed than web'
            WHEN lower(action) LIKE 'block%' OR lower(action) LIKE 'den%' THEN 'blocked'
            WHEN lower(trim(login)) IN ('unknown', 'none', 'na', '-', lower(trim(place))) THEN 'no person'
        END AS left_out
    FROM fields
)
"""
_PAGE = "CASE WHEN upper(verb) = 'CONNECT' THEN page_of('https://' || host || '/-') ELSE page_of(address) END"

_FIELDS = {
    "nss": """
        SELECT _record, sourcetype AS feed, event.time AS at_text, event.login AS login, event.action AS action,
               coalesce(event.eurl, event.url) AS address_text, event.reqmethod AS verb, event.location AS place
        FROM raw""",
    "flat": """
        SELECT _record, CAST(NULL AS VARCHAR) AS feed, coalesce("time", "datetime") AS at_text,
               coalesce(login, "user") AS login, action, coalesce(eurl, url) AS address_text, reqmethod AS verb,
               location AS place
        FROM raw""",
    "csv": """
        SELECT _record, CAST(NULL AS VARCHAR) AS feed, at_text, login, action, address_text, verb, place FROM raw""",
}


def _select(shape: str) -> str:
    return reduced(f"WITH fields AS ({_FIELDS[shape]}) {_VISITS}", page=_PAGE)


def _is_zscaler(head: Head) -> bool:
    return any("zscaler" in str(record.get("sourcetype", "")).lower() for record in head.records)


# ── examples: invented requests in the public shape ──────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"


def _request(sourcetype: str = "zscalernss-web", **changes: Any) -> str:
    event = {
        "time": "Sat Apr 18 07:12:44 2026", "login": "Ann.Lee@contoso.example", "proto": "HTTPS", "action": "Allowed",
        "eurl": "www.figma.com/files/team/12?token=hush", "appname": "Figma", "appclass": "Productivity",
        "urlsupercat": "Information Technology", "location": "Oslo", "dept": "Design", "reqmethod": "GET",
        "respcode": "200", "ua": "Mozilla", "cip": "203.0.113.7", "deviceowner": "ann", **changes,
    }  # fmt: skip
    return json.dumps({"sourcetype": sourcetype, "event": event}) + "\n"


EXAMPLES = (
    Example(
        shape="nss",
        text=_request() + _request(eurl="app.asana.com:443", reqmethod="CONNECT", proto="HTTP_PROXY")
        + _request(eurl="www.notion.so:443", reqmethod="CONNECT", time="Wed Apr  1 07:12:44 2026")
        + _request(eurl="login.microsoftonline.com/common/oauth2/authorize?redirect_uri=https%3A%2F%2Fapp.miro.com%2F"),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 2, "mention": "app.asana.com", "page": "app"},
            {"record": 3, "observed_at": datetime(2026, 4, 1, 7, 12, 44), "mention": "www.notion.so", "page": "other"},
            {"record": 4, "mention": "app.miro.com", "host": "login.microsoftonline.com", "method": "oidc"},
        )},
    ),
    Example(
        shape="nss",
        hints={"timezone": "Europe/Oslo"},
        text=_request(time="Sat Apr 18 09:12:44 2026", eurl="https://www.figma.com/login")
        + _request(action="Blocked") + _request(login="Oslo") + _request(login="Unknown") + _request(eurl="10.0.0.1/x")
        + _request("zscalernss-audit", eurl=None, login=None, category="USER_MANAGEMENT")
        + _request("zscalernss-fw") + _request(time="soon") + _request(login="") + _request(eurl="None"),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "mention": "www.figma.com",
             "page": "sign_in"},
        )},
        ignored={"blocked": 1, "no person": 2, "not a public site": 1, "other feed than web": 2},
        quarantined=3,
    ),
    Example(
        shape="flat",
        text="".join(json.dumps({
            "datetime": "2026-04-18 07:12:44", "login": _ANN, "url": "www.figma.com/files/1", "reqmethod": "GET",
            "appname": "Figma", "urlsupercat": "IT", "action": action,
        }) + "\n" for action in ("Allowed", "Blocked")),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN, "page": "app"},
        )},
        ignored={"blocked": 1},
    ),
    Example(
        shape="csv",
        text="time,login,location,eurl,action,appname,urlsupercat,reqmethod\n"
        f"2026-04-18 07:12:44,{_ANN},Oslo,www.figma.com/files/1,Allowed,Figma,IT,GET\n"
        f"2026-04-18 07:12:44,{_ANN},Oslo,www.figma.com/files/1,Blocked,Figma,IT,GET\n"
        f"soon,{_ANN},Oslo,www.figma.com/files/1,Allowed,Figma,IT,GET\n",
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN, "page": "app"},
        )},
        ignored={"blocked": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="zscaler_web",
    system="zscaler",
    kind="web_visit",
    title="Zscaler Internet Access web log (NSS feed, JSON or CSV)",
    shapes=(
        Shape(
            name="nss",
            container="json",
            requires=("sourcetype", "event"),
            columns={
                "sourcetype": "VARCHAR",
                "event": "STRUCT(time VARCHAR, login VARCHAR, eurl VARCHAR, url VARCHAR, action VARCHAR, "
                "reqmethod VARCHAR, location VARCHAR)",
            },
            select=_select("nss"),
            numbered=True,
            recognise=_is_zscaler,
        ),
        Shape(
            name="flat",
            container="json",
            requires=(
                ("time", "datetime"),
                ("login", "user"),
                ("eurl", "url"),
                "action",
                "appname",
                "urlsupercat",
            ),
            columns=dict.fromkeys(
                ("time", "datetime", "login", "user", "eurl", "url", "action", "reqmethod", "location"),
                "VARCHAR",
            ),
            select=_select("flat"),
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=(
                ("time", "datetime", "Event Time"),
                ("login", "User"),
                ("eurl", "url"),
                ("action", "Policy Action"),
                ("appname", "Cloud Application"),
                ("urlsupercat", "URL Super Category"),
            ),
            columns={
                "at_text": ("time", "datetime", "Event Time"),
                "login": ("login", "User"),
                "place": "location",
                "address_text": ("eurl", "url"),
                "action": ("action", "Policy Action"),
                "verb": ("reqmethod", "Request Method"),
            },
            select=_select("csv"),
            numbered=True,
        ),
    ),
    how_to_get="Zscaler admin portal → Administration → Nanolog Streaming Service → Cloud NSS feed, NSS for Web, JSON.",
    proven_by="https://github.com/elastic/integrations/blob/011c39618716fd999bdb84b8de80a1954a5de373/packages/"
    "zscaler_zia/data_stream/web/_dev/test/pipeline/test-web.log",
    proven_on=date(2026, 11, 24),
    private=True,
    examples=EXAMPLES,
)
