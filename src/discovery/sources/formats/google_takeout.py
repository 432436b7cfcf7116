"""Chrome history out of Google Takeout (Chrome/BrowserHistory.json, in newer archives Chrome/History.json).

Shape: `history`, `{"Browser History": [{favicon_url, page_transition, title, url, client_id, time_usec}]}`. Newer
files have `page_transition_qualifier` beside or instead of `page_transition`, and further lists ("Typed Url",
"Session"), which are not read. Names of files are translated, keys are not.
The person is not in the file: an e-mail address in the file or folder name, or a setting.

- `time_usec` is microseconds since 1970, UTC, unlike in Chrome's own database.
- `page_transition`: AUTO_SUBFRAME and MANUAL_SUBFRAME are frames inside a page.
- A visit has no id: the same visit in two archives is one by its content.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `frame in a page`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    *,
    CASE WHEN observed_at IS NULL
         THEN problem('time_usec', time_usec, 'microseconds since 1970, such as 1776496364000000') END AS wrong
FROM (
    SELECT
        _record, url, time_usec,
        CASE WHEN TRY_CAST(time_usec AS BIGINT) BETWEEN 1 AND 32503680000000000
             THEN make_timestamp(TRY_CAST(time_usec AS BIGINT)) END AS observed_at,
        email_of(hint('person')) AS account_name,
        CASE WHEN upper(page_transition) IN ('AUTO_SUBFRAME', 'MANUAL_SUBFRAME') THEN 'frame in a page' END AS left_out
    FROM raw
)
"""

# ── examples: invented visits in the public shape ────────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_CLIENT = {"client_id": "q1u7Zt0Jw3mYk9RbVd5sAg=="}


def _history(
    *visits: Mapping[str, Any], indent: int | None = None, more: Mapping[str, Any] | None = None
) -> str:
    return json.dumps(
        {"Browser History": [{"title": "Secret", **v, **_CLIENT} for v in visits], **(more or {})},
        indent=indent,
    )


EXAMPLES = (
    Example(
        shape="history",
        file_name="ann.lee@contoso.example/Takeout/Chrome/BrowserHistory.json",
        hints={"person": _ANN},
        text=_history(
            {"favicon_url": "https://static.example/i.ico", "page_transition": "LINK",
             "url": "https://www.figma.com/files/team/12?token=hush", "time_usec": 1776496364000000},
            {"page_transition": "TYPED", "url": "chrome://newtab/", "time_usec": 1776496365079441},
            {"page_transition": "RELOAD", "url": "https://news.example/story", "time_usec": 1776496366893410},
            indent=4,
        ),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 3, "observed_at": datetime(2026, 4, 18, 7, 12, 46, 893410), "mention": "news.example",
             "page": "other"},
        )},
        ignored={"not a public site": 1},
    ),
    Example(
        shape="history",
        file_name="ann.lee@contoso.example/History.json",
        hints={"person": _ANN},
        text=_history(
            {"favicon_url": "", "page_transition_qualifier": "CLIENT_REDIRECT", "time_usec": 1776496364000000,
             "url": "https://accounts.google.com/o/oauth2/auth?redirect_uri=https%3A%2F%2Fwww.canva.com%2Fcb"},
            {"page_transition": "AUTO_SUBFRAME", "url": "https://www.figma.com/embed", "time_usec": 1776496364000000},
            {"page_transition": "LINK", "url": "https://www.figma.com/", "time_usec": "soon"},
            {"page_transition": "LINK", "url": "https://www.figma.com/", "time_usec": None},
            {"page_transition": "LINK", "url": "", "time_usec": 1776496364000000},
            more={"Typed Url": [{"url": "https://www.figma.com/"}], "Session": [{"tab": 1}]},
        ),
        records={"web_visit": (
            {"record": 1, "mention": "www.canva.com", "redirect_host": "www.canva.com", "host": "accounts.google.com",
             "page": "sign_in", "method": "oidc"},
        )},
        ignored={"frame in a page": 1},
        quarantined=3,
    ),
)  # fmt: skip

FORMAT = Format(
    name="google_takeout",
    system="google_takeout",
    kind="web_visit",
    title="Chrome history from Google Takeout (BrowserHistory.json, History.json)",
    shapes=(
        Shape(
            name="history",
            container="json",
            requires=("url", "time_usec", ("page_transition", "page_transition_qualifier", "client_id")),
            columns={"url": "VARCHAR", "time_usec": "VARCHAR", "page_transition": "VARCHAR"},
            select=reduced(_VISITS),
            numbered=True,
        ),
    ),
    how_to_get="takeout.google.com → Chrome → JSON; put the archive into a folder named after the person's e-mail.",
    proven_by="https://github.com/MichaelCurrin/history-report/blob/acfdb1eb5030bee6ffbb3616f3f06c6135d96b9c/"
    "historyreport/var/samples/BrowserHistory.json",
    proven_on=date(2026, 11, 24),
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
