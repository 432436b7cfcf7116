"""History out of the Chrome extension History Trends Unlimited (TSV, archived or for analysis).

Shape: `visits`, what `unpack.headerless_log` makes of the tab-separated lines, which have no header: `address, U and
milliseconds since 1970, number of the transition, title`, or eight cells for analysis. The order of cells is known
from descriptions and readers of the format in public code (2026-11-24), from no export with an address to cite.
The person is not in the file: an e-mail address in the file or folder name, or a setting.

- Times are milliseconds since 1970 with a fraction, UTC. Very old archives count since 1601 and have no `U`: they are
  not claimed and stay unrecognised.
- Transitions 3 and 4 (`auto_subframe`, `manual_subframe`) are frames inside a page.
- Visits have no id: the same visit in two exports is one by its content.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `frame in a page`.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    *,
    CASE WHEN observed_at IS NULL
         THEN problem('visit time', visit_time, 'milliseconds since 1970, such as U1776496364000') END AS wrong
FROM (
    SELECT
        _record, url, visit_time,
        instant_epoch(CAST(TRY_CAST(ltrim(visit_time, 'U') AS DOUBLE) / 1000 AS VARCHAR)) AS observed_at,
        email_of(hint('person')) AS account_name,
        CASE WHEN lower(transition) IN ('3', '4', 'auto_subframe', 'manual_subframe') THEN 'frame in a page' END
            AS left_out
    FROM raw
)
"""

_ANN = "ann.lee@contoso.example"

EXAMPLES = (
    Example(
        shape="visits",
        file_name="history_autobackup ann.lee@contoso.example.tsv",
        hints={"person": _ANN},
        text="https://www.figma.com/files/team/12?token=hush\tU1776496364000.25\t0\tSecret \"plan\"\r\n"
        "https://www.notion.so/login\tU1776496365000\t1\tLog in\r\n",
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44, 250), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 2, "mention": "www.notion.so", "page": "sign_in"},
        )},
    ),
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example.tsv",
        hints={"person": _ANN},
        text="https://www.figma.com/\twww.figma.com\tfigma.com\t1776496364000\t2026-04-18 09:12\t6\tlink\tFigma\r\n"
        "chrome://newtab/\t\t\t1776496364000\t2026-04-18 09:12:44.000\t6\ttyped\tNew tab\r\n"
        "https://www.figma.com/embed\twww.figma.com\tfigma.com\t1776496364000\t\t6\tauto_subframe\t\r\n"
        "https://www.figma.com/\twww.figma.com\tfigma.com\tsoon\t\t6\tlink\tFigma\r\n"
        "the rest of a title that had a line break\r\n",
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "mention": "www.figma.com",
             "page": "public"},
        )},
        ignored={"not a public site": 1, "frame in a page": 1},
        quarantined=2,
    ),
)  # fmt: skip

FORMAT = Format(
    name="history_trends",
    system="history_trends",
    kind="web_visit",
    title="History Trends Unlimited, Chrome extension (TSV)",
    shapes=(
        Shape(
            name="visits",
            container="json",
            requires=("exporter", "url", "visit_time", "transition"),
            columns=dict.fromkeys(("url", "visit_time", "transition"), "VARCHAR"),
            select=reduced(_VISITS),
            numbered=True,
            recognise=lambda head: head.records[0].get("exporter") == "history_trends",
        ),
    ),
    how_to_get="History Trends Unlimited → Options → Export; put the person's e-mail into the file name.",
    proven_by=None,
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
