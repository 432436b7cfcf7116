"""History database of Safari (History.db), one record per visit.

Shape: `visits`, what `unpack.history_database` makes of the tables `history_items` and `history_visits`.
The person is not in the file: an e-mail address in the file or folder name, or a setting.

- `visit_time` is seconds since 2001-01-01, UTC, with a fraction (Cocoa time).
- `load_successful` is 0 for a page that did not load. `origin` 1 is a visit synchronised from another device of the
  same person (iCloud) and counts.
- A visit has no id beyond its database: the same visit in two copies is one by its content.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `did not load`.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    *,
    CASE WHEN observed_at IS NULL
         THEN problem('visit_time', visit_time, 'seconds since 2001, such as 798189164.0') END AS wrong
FROM (
    SELECT
        _record, url, visit_time,
        CASE WHEN TRY_CAST(visit_time AS DOUBLE) BETWEEN 1 AND 10000000000
             THEN make_timestamp(CAST(round(TRY_CAST(visit_time AS DOUBLE) * 1000000) AS BIGINT) + 978307200000000)
        END AS observed_at,
        email_of(hint('person')) AS account_name,
        CASE WHEN load_successful = '0' THEN 'did not load' END AS left_out
    FROM raw
)
"""

# ── examples: invented visits ────────────────────────────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_AT = "798189164.25"


def _visits(*rows: tuple[str | None, str | None, str | None]) -> str:
    return "".join(
        json.dumps({"browser": "safari", "visit_id": str(n), "url": url, "visit_time": at, "load_successful": loaded,
                    "origin": "0"}) + "\n"
        for n, (url, at, loaded) in enumerate(rows, 1)
    )  # fmt: skip


EXAMPLES = (
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example/History.db",
        hints={"person": _ANN},
        text=_visits(
            ("https://www.figma.com/files/team/12?token=hush", _AT, "1"),
            ("https://accounts.google.com/o/oauth2/v2/auth?redirect_uri=https%3A%2F%2Fwww.canva.com%2Fcb", _AT, None),
        ),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44, 250000), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 2, "mention": "www.canva.com", "host": "accounts.google.com", "page": "sign_in",
             "method": "oidc"},
        )},
    ),
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example History.db",
        hints={"person": _ANN},
        text=_visits(
            ("https://www.figma.com/login", "798189164", "1"),
            ("https://www.figma.com/files", _AT, "0"),
            ("file:///Users/ann/salary.pdf", _AT, "1"),
            ("https://www.figma.com/", "0.0", "1"),
            ("https://www.figma.com/", "noon", "1"),
            (None, _AT, "1"),
        ),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "mention": "www.figma.com",
             "page": "sign_in"},
        )},
        ignored={"did not load": 1, "not a public site": 1},
        quarantined=3,
    ),
)  # fmt: skip

FORMAT = Format(
    name="safari_history",
    system="safari_history",
    kind="web_visit",
    title="History database of Safari (History.db)",
    shapes=(
        Shape(
            name="visits",
            container="json",
            requires=("browser", "visit_time", "load_successful", "origin"),
            columns={"url": "VARCHAR", "visit_time": "VARCHAR", "load_successful": "VARCHAR"},
            select=reduced(_VISITS),
            numbered=True,
            recognise=lambda head: head.records[0].get("browser") == "safari",
        ),
    ),
    how_to_get="Close Safari and copy ~/Library/Safari/History.db into a folder named after the person's e-mail.",
    proven_by="https://github.com/log2timeline/plaso/blob/05ae9d20d6d843723d7fef3137afd44044011b8b/"
    "plaso/parsers/sqlite_plugins/safari.py",
    proven_on=date(2026, 11, 24),
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
