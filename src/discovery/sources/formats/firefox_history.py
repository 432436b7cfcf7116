"""History database of Firefox (places.sqlite), one record per visit.

Shape: `visits`, what `unpack.history_database` makes of the tables `moz_places` and `moz_historyvisits`.
The person is not in the file: an e-mail address in the file or folder name, or a setting.

- `visit_date` is microseconds since 1970, UTC (NSPR's PRTime).
- `visit_type`: 4 is something embedded in a page, 8 a link followed inside a frame, 7 a download; redirects (5, 6)
  are pages that the browser was at (mozilla-central toolkit/components/places/nsINavHistoryService.idl).
- A visit has no id beyond its profile: the same visit in two copies of a history is one by its content.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `frame in a page`
and `download`.
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
         THEN problem('visit_date', visit_date, 'microseconds since 1970, such as 1776496364000000') END AS wrong
FROM (
    SELECT
        _record, url, visit_date,
        CASE WHEN TRY_CAST(visit_date AS BIGINT) BETWEEN 1 AND 32503680000000000
             THEN make_timestamp(TRY_CAST(visit_date AS BIGINT)) END AS observed_at,
        email_of(hint('person')) AS account_name,
        CASE WHEN visit_type IN ('4', '8') THEN 'frame in a page' WHEN visit_type = '7' THEN 'download' END AS left_out
    FROM raw
)
"""

# ── examples: invented visits ────────────────────────────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_AT = "1776496364000000"


def _visits(*rows: tuple[str | None, str | None, str]) -> str:
    return "".join(
        json.dumps(
            {"browser": "firefox", "visit_id": str(n), "url": url, "visit_date": at, "visit_type": how}
        )
        + "\n"
        for n, (url, at, how) in enumerate(rows, 1)
    )


EXAMPLES = (
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example/places.sqlite",
        hints={"person": _ANN},
        text=_visits(
            ("https://www.figma.com/files/team/12?token=hush", _AT, "1"),
            ("https://accounts.google.com/o/oauth2/v2/auth?redirect_uri=https%3A%2F%2Fwww.canva.com%2Fcb", _AT, "6"),
        ),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 2, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN,
             "mention": "www.canva.com", "host": "accounts.google.com", "page": "sign_in", "method": "oidc"},
        )},
    ),
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example places.sqlite",
        hints={"person": _ANN},
        text=_visits(
            ("https://www.figma.com/login", _AT, "2"),
            ("https://www.figma.com/embed", _AT, "4"),
            ("https://www.figma.com/embed", _AT, "8"),
            ("https://files.example/report.zip", _AT, "7"),
            ("about:config", _AT, "2"),
            ("https://www.figma.com/", None, "1"),
            ("https://www.figma.com/", "0", "1"),
            (None, _AT, "1"),
        ),
        records={"web_visit": ({"record": 1, "mention": "www.figma.com", "page": "sign_in", "method": "visit"},)},
        ignored={"frame in a page": 2, "download": 1, "not a public site": 1},
        quarantined=3,
    ),
)  # fmt: skip

FORMAT = Format(
    name="firefox_history",
    system="firefox_history",
    kind="web_visit",
    title="History database of Firefox (places.sqlite)",
    shapes=(
        Shape(
            name="visits",
            container="json",
            requires=("browser", "visit_date", "visit_type", "url"),
            columns={"url": "VARCHAR", "visit_date": "VARCHAR", "visit_type": "VARCHAR"},
            select=reduced(_VISITS),
            numbered=True,
            recognise=lambda head: head.records[0].get("browser") == "firefox",
        ),
    ),
    how_to_get="Close Firefox and copy `places.sqlite` of the profile folder (its path: about:support) into a folder "
    "named after the person's e-mail address.",
    proven_by="https://github.com/WebFuzzing/EvoMaster",
    proven_on=date(2026, 11, 24),
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
