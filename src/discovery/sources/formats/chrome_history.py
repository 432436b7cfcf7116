"""Chrome history as the extension "Export Chrome History" writes it, reduced to hosts.

Shape: `csv`, `order,id,date,time,title,url,visitCount,typedCount,transition`, with byte-order mark and CRLF.
The person is not in the file: an e-mail address in the file or folder name, or a setting.

- `id` is Chrome's id of the address, not of the visit: records have no id of their own.
- `date` is 2026-04-18 or 4/18/2026: the extension's code, of which public repositories hold copies, writes
  the month first whatever the browser's language. A file with a date that only reads day first was not
  written by it: such dates are then read with `date_order` of the settings only, else quarantined.
- `time` is 14:03:22 or 2:03:22 PM (newer browsers put a narrow blank there). Date and time are local to the
  browser: the zone comes from the settings, else UTC.

Addresses are reduced, and what is no public site is ignored, as `browsing` says.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    *,
    CASE
        WHEN day IS NULL THEN problem('date', day_text, 'a day like 2026-04-18, or set date_order')
        WHEN observed_at IS NULL THEN problem('time', time_text, 'a time such as 14:03:22 or 2:03:22 PM')
    END AS wrong
FROM (
    SELECT
        _record, url, day_text, time_text,
        day_in(day_text, coalesce(hint('date_order'), CASE WHEN NOT bool_or(
            day_in(day_text, 'dmy') IS NOT NULL AND day_in(day_text, 'mdy') IS NULL
        ) OVER () THEN 'mdy' END)) AS day,
        try_strptime(upper(trim(replace(replace(time_text, chr(8239), ' '), chr(160), ' '))),
                     ['%H:%M:%S', '%I:%M:%S %p', '%H:%M', '%I:%M %p']) AS clock,
        instant_in(CAST(day + CAST(clock AS TIME) AS VARCHAR), hint('timezone')) AS observed_at,
        email_of(hint('person')) AS account_name,
        CAST(NULL AS VARCHAR) AS left_out
    FROM raw
)
"""

# ── examples: invented visits under the public header ────────────────────────────────────────────────────

_HEADER = "\ufefforder,id,date,time,title,url,visitCount,typedCount,transition\r\n"
_ANN = "ann.lee@contoso.example"


def _visits(*rows: tuple[str, str, str]) -> str:
    return _HEADER + "".join(
        f'{n},{4000 - n},{day},{time},"Secret, title",{url},3,0,link\r\n'
        for n, (day, time, url) in enumerate(rows)
    )


def _expected(record: int, host: str, page: str = "other", sent_to: str | None = None) -> dict[str, Any]:
    return {
        "record": record, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN,
        "mention_kind": "domain", "mention": sent_to or host, "host": host, "redirect_host": sent_to,
        "page": "sign_in" if sent_to else page, "method": "oidc" if sent_to else "visit",
    }  # fmt: skip


_DAY, _TIME = "2026-04-18", "9:12:44"

EXAMPLES = (
    Example(
        shape="csv",
        file_name="ann.lee@contoso.example/history.csv",
        hints={"person": "Ann.Lee@contoso.example", "timezone": "Europe/Oslo"},
        text=_visits(
            (_DAY, _TIME, "https://www.figma.com/files/team/12?token=hush"),
            (_DAY, "09:12:44", "https://www.figma.com/login"),
            (_DAY, "9:12:44\u202fAM", "https://news.example/story"),
            (_DAY, _TIME, "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=1"
             "&redirect_uri=https%3A%2F%2FApp.Miro.com%2Fcallback&state=x"),
            (_DAY, _TIME, "https://accounts.google.com/o/oauth2/v2/auth?redirect_uri=storagerelay%3A%2F%2Fhttps%2F"
             "www.canva.com%3Fid%3Dauth1"),
            (_DAY, _TIME, "https://accounts.google.com/v3/signin/identifier?continue=https%3A%2F%2Faccounts.google.com"
             "%2Fsignin%2Foauth%3Fredirect_uri%3Dhttps%253A%252F%252Fauth.notion.so%252Fcb"),
            (_DAY, _TIME, "https://contoso.okta.com/oauth2/v1/authorize?redirect_uri=http://localhost:8400/"),
            (_DAY, _TIME, "https://contoso.okta.com/app/UserHome"),
        ),
        records={"web_visit": (
            _expected(1, "www.figma.com", "app"),
            _expected(2, "www.figma.com", "sign_in"),
            _expected(3, "news.example"),
            _expected(4, "login.microsoftonline.com", sent_to="app.miro.com"),
            _expected(5, "accounts.google.com", sent_to="www.canva.com"),
            _expected(6, "accounts.google.com", sent_to="auth.notion.so"),
            _expected(7, "contoso.okta.com", "sign_in"),
            _expected(8, "contoso.okta.com", "app"),
        )},
    ),
    Example(
        shape="csv",
        file_name="ann.lee@contoso.example.csv",
        hints={"person": _ANN},
        text=_visits(
            ("4/18/2026", "7:12:44 AM", "https://user:pass@www.figma.com:443/board/1"),
            ("April 18", "07:12:44", "https://www.figma.com/"),
            (_DAY, "noonish", "https://www.figma.com/"),
            (_DAY, _TIME, ""),
            (_DAY, _TIME, "chrome://settings/"),
            (_DAY, _TIME, "file:///home/ann/salary.pdf"),
            (_DAY, _TIME, "chrome-extension://abcdef/page.html"),
            (_DAY, _TIME, "http://192.168.0.1/admin"),
            (_DAY, _TIME, "http://[::1]:3000/"),
            (_DAY, _TIME, "http://localhost:3000/login"),
            (_DAY, _TIME, "http://intranet/"),
            (_DAY, _TIME, "https://wiki.corp/page"),
        ),
        records={"web_visit": (_expected(1, "www.figma.com", "app"),)},
        ignored={"not a public site": 8},
        quarantined=3,
    ),
    Example(
        shape="csv",
        hints={"person": _ANN},
        text=_visits(
            ("3/4/2026", "07:12:44", "https://www.figma.com/"),
            ("18/4/2026", "07:12:44", "https://www.figma.com/"),
            (_DAY, "07:12:44", "https://www.figma.com/"),
        ),
        records={"web_visit": (_expected(3, "www.figma.com", "public"),)},
        quarantined=2,
    ),
    Example(
        shape="csv",
        hints={"person": _ANN, "date_order": "dmy"},
        text=_visits(("18/4/2026", "07:12:44", "https://www.figma.com/")),
        records={"web_visit": (_expected(1, "www.figma.com", "public"),)},
    ),
)  # fmt: skip

FORMAT = Format(
    name="chrome_history",
    system="chrome_history",
    kind="web_visit",
    title="Chrome history, exported by the extension Export Chrome History",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=("order", "id", "date", "time", "url", "visitCount", "typedCount", "transition"),
            columns={"day_text": "date", "time_text": "time", "url": "url"},
            select=reduced(_VISITS),
            numbered=True,
        ),
    ),
    how_to_get="Chrome Web Store → Export Chrome History → CSV; put the person's e-mail into the file name.",
    proven_by="https://github.com/CarlosCavalheiro/ImersaoAluraIA",
    proven_on=date(2026, 11, 23),
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
