"""Chrome log events of managed browsers and profiles, exported from the Google Admin console (CSV).

Shape: `csv`, with `Date, Event, …, Actor, …, URL, …, Event result, …, Profile user name, Web app signed-in account`;
which columns there are is chosen before exporting. The names are those of the attributes in
https://support.google.com/a/answer/9393909 (2026-11-24).

- `Date` is shown in the time zone of the browser that exported: with an offset it is taken as it is, else it is in
  `timezone` of the settings, else UTC. A day in the local order needs `date_order`.
- Whose browser it is: profile user, else actor, else device user (`holder_key`). The account is the one signed in to
  in the web app where the log tells it.
- A login event (an enterprise reporting connector) is a login: oidc where it is federated, else password. A reused
  password is a sign-in page. All other events with an address are visits to it.
- Rows have no id: identical rows of two files are one.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `extension event`,
`blocked`, `no page` (events without an address), `no person`.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    *,
    CASE
        WHEN event LIKE '%extension%' THEN 'extension event'
        WHEN result LIKE '%block%' THEN 'blocked'
        WHEN url IS NULL THEN 'no page'
        WHEN account_name IS NULL THEN 'no person'
    END AS left_out,
    CASE WHEN observed_at IS NULL THEN problem('Date', at_text, 'an instant such as 2026-04-18T07:12:44Z') END AS wrong
FROM (
    SELECT
        _record, at_text,
        fold(event) AS event,
        fold(coalesce(result, '')) AS result,
        CASE WHEN regexp_matches(trim(url), '^[a-zA-Z][a-zA-Z0-9+.-]*:') THEN trim(url)
             ELSE 'https://' || blank_null(url) END AS url,
        coalesce(
            instant_in(trim(at_text), hint('timezone')),
            instant_in(
                CAST(day_in(split_part(at_text, ',', 1), hint('date_order')) AS VARCHAR) || ' '
                || regexp_extract(at_text, '(\\d{1,2}:\\d\\d(:\\d\\d)?)\\s*$', 1),
                hint('timezone'))) AS observed_at,
        coalesce(email_of(profile_user), email_of(actor), email_of(device_user)) AS holder_key,
        coalesce(email_of(signed_in), holder_key) AS account_name,
        CASE WHEN fold(event) IN ('loginevent', 'login')
             THEN CASE WHEN fold(coalesce(federated, '')) NOT IN ('', 'false', 'no') THEN 'oidc' ELSE 'password' END
        END AS login
    FROM raw
)
"""
_PAGE = "CASE WHEN login IS NOT NULL OR event LIKE 'passwordreuse%' THEN 'sign_in' ELSE page_of(address) END"

# ── examples: invented events under the documented names ─────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_HEADER = (
    "Date,Event,Event description,Actor,Actor org unit name,URL,Trigger type,Event result,Content name,"
    "Profile user name,Web app signed-in account\n"
)


def _row(event: str, url: str, *, at: str = "2026-04-18T07:12:44Z", result: str = "ALLOWED", profile: str = _ANN,
         account: str = "", actor: str = "") -> str:  # fmt: skip
    return f'{at},{event},"{event}, said",{actor},/Design,{url},FILE_UPLOAD,{result},x.xlsx,{profile},{account}\n'


EXAMPLES = (
    Example(
        shape="csv",
        text=_HEADER + _row("CONTENT_TRANSFER", "https://www.figma.com/files/team/12?token=hush")
        + _row("Content transfer", "https://drive.google.com/drive", account="Ann@private.example")
        + _row("LOGIN_EVENT", "https://www.notion.so/", at="2026-04-18T09:12:44+02:00")
        + _row("PASSWORD_REUSE", "https://miro.com/", profile="", actor=_ANN, result="DETECTED"),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN, "holder_key": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 2, "account_name": "ann@private.example", "holder_key": _ANN, "mention": "drive.google.com"},
            {"record": 3, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "mention": "www.notion.so",
             "page": "sign_in", "method": "password"},
            {"record": 4, "account_name": _ANN, "mention": "miro.com", "page": "sign_in", "method": "visit"},
        )},
    ),
    Example(
        shape="csv",
        hints={"timezone": "Europe/Oslo", "date_order": "dmy"},
        text=_HEADER + _row("CONTENT_TRANSFER", "www.figma.com/board/1", at='"18/04/2026, 09:12:44"')
        + _row("Extension install", "https://chromewebstore.google.com/detail/x")
        + _row("CONTENT_TRANSFER", "https://www.figma.com/", result="BLOCKED")
        + _row("Browser crash", "")
        + _row("CONTENT_TRANSFER", "https://www.figma.com/", profile="kiosk")
        + _row("CONTENT_TRANSFER", "chrome://settings")
        + _row("CONTENT_TRANSFER", "https://www.figma.com/", at="yesterday"),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "mention": "www.figma.com", "page": "app"},
        )},
        ignored={"extension event": 1, "blocked": 1, "no page": 1, "no person": 1, "not a public site": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="chrome_enterprise",
    system="chrome_enterprise",
    kind="web_visit",
    title="Chrome log events of the Google Admin console (CSV)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=(
                "Date",
                "Event",
                "URL",
                ("Profile user name", "Device user"),
                ("Event result", "Trigger type"),
            ),
            columns={
                "at_text": "Date",
                "event": "Event",
                "url": "URL",
                "result": "Event result",
                "profile_user": "Profile user name",
                "actor": "Actor",
                "device_user": "Device user",
                "signed_in": "Web app signed-in account",
                "federated": ("Is federated", "Federated origin"),
            },
            select=reduced(_VISITS, page=_PAGE, method="coalesce(login, 'visit')", further=("holder_key",)),
            numbered=True,
        ),
    ),
    how_to_get="Google Admin console → Reporting → Audit and investigation → Chrome log events → Export all (CSV).",
    proven_by="https://support.google.com/a/answer/9393909",
    proven_on=date(2026, 11, 24),
    private=True,
    examples=EXAMPLES,
)
