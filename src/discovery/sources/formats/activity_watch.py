"""Browser tabs as ActivityWatch saw them (aw-watcher-web), out of "Export all buckets" or one bucket's export.

Shape: `events`, what `unpack.activity_watch` makes of `{"buckets": {…: {type, client, hostname, events}}}`.
A bucket names the computer (`hostname`), never the person: an e-mail address in the file or folder name, or a setting.

- `timestamp` is ISO 8601 with an offset; ActivityWatch writes UTC.
- An event is a stretch of time in which one tab was in front; its length does not matter here.
- Ids of events count per database only: the same event in two exports is one by its content.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `not a browser
event` (windows, idle time, editors) and `private window`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    _record, url,
    instant("timestamp") AS observed_at,
    email_of(hint('person')) AS account_name,
    CASE
        WHEN "type" <> 'web.tab.current' THEN 'not a browser event'
        WHEN lower(incognito) = 'true' THEN 'private window'
    END AS left_out,
    CASE WHEN observed_at IS NULL
         THEN problem('timestamp', "timestamp", 'an instant such as 2026-04-18T07:12:44.000000+00:00') END AS wrong
FROM raw
"""

_ANN = "ann.lee@contoso.example"


def _bucket(kind: str, client: str, events: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": f"{client}_ANN-LAPTOP", "created": "2026-01-02T08:00:00.000000+00:00", "name": None, "type": kind,
        "client": client, "hostname": "ANN-LAPTOP", "data": {}, "events": events,
    }  # fmt: skip


def _tab(url: str | None, at: str = "2026-04-18T07:12:44.500000+00:00", **data: Any) -> dict[str, Any]:
    return {
        "id": 1, "timestamp": at, "duration": 31.2,
        "data": {"url": url, "title": "Secret", "audible": False, "incognito": False, "tabCount": 4, **data},
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="events",
        file_name="ann.lee@contoso.example/aw-buckets-export.json",
        hints={"person": _ANN},
        text=json.dumps({"buckets": {
            "aw-watcher-afk_ANN-LAPTOP": _bucket("afkstatus", "aw-watcher-afk", [
                {"id": 9, "timestamp": "2026-04-18T07:12:44.000000+00:00", "duration": 3, "data": {"status": "afk"}},
            ]),
            "aw-watcher-web-chrome_ANN-LAPTOP": _bucket("web.tab.current", "aw-client-web", [
                _tab("https://www.figma.com/files/team/12?token=hush"),
                _tab("https://www.notion.so/login", "2026-04-18T09:12:44+02:00"),
            ]),
        }}),
        records={"web_visit": (
            {"record": 2, "observed_at": datetime(2026, 4, 18, 7, 12, 44, 500000), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 3, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "mention": "www.notion.so",
             "page": "sign_in"},
        )},
        ignored={"not a browser event": 1},
    ),
    Example(
        shape="events",
        file_name="aw-bucket-export ann.lee@contoso.example.json",
        hints={"person": _ANN},
        text=json.dumps({"buckets": {"aw-watcher-web-firefox": _bucket("web.tab.current", "aw-client-web", [
            _tab("https://www.figma.com/"),
            _tab("https://hush.example/", incognito=True),
            _tab("about:newtab"),
            _tab("https://www.figma.com/", "yesterday"),
            _tab(None),
            "no event",
        ])}}, indent=2),
        records={"web_visit": ({"record": 1, "mention": "www.figma.com", "page": "public"},)},
        ignored={"private window": 1, "not a public site": 1},
        quarantined=3,
    ),
)  # fmt: skip

FORMAT = Format(
    name="activity_watch",
    system="activity_watch",
    kind="web_visit",
    title="ActivityWatch export (aw-watcher-web, JSON)",
    shapes=(
        Shape(
            name="events",
            container="json",
            requires=("bucket", "type", "hostname", "timestamp", "incognito"),
            columns=dict.fromkeys(("type", "timestamp", "url", "incognito"), "VARCHAR"),
            select=reduced(_VISITS),
            numbered=True,
        ),
    ),
    how_to_get="ActivityWatch → Raw Data → Export all buckets as JSON; put the person's e-mail into the file name.",
    proven_by="https://docs.activitywatch.net/en/latest/buckets-and-events.html",
    proven_on=date(2026, 11, 24),
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
