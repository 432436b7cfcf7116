"""History that the command-line program browserexport merged out of several browsers (`browserexport merge --json`).

Shapes: `visits`, `[{url, dt, metadata: {title, description, preview_image, duration}}]`; `before_metadata`, an older
form seen in public code (2026-11-24), `[{url, visit_date, title, description, preview_image}]`. Both instants are
seconds since 1970, UTC (browserexport/model.py). An array, or one object per line.
The person is not in the file: an e-mail address in the file or folder name, or a setting.

Visits have no id: the same visit in two exports is one by its content. Addresses are reduced, and what is no public
site is ignored, as `browsing` says.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    _record, url,
    instant_epoch({at}) AS observed_at,
    email_of(hint('person')) AS account_name,
    CAST(NULL AS VARCHAR) AS left_out,
    CASE WHEN observed_at IS NULL THEN problem('{at}', {at}, 'seconds since 1970, such as 1776496364.0') END AS wrong
FROM raw
"""

_ANN = "ann.lee@contoso.example"
_META = {"title": "Secret", "description": None, "preview_image": None, "duration": 12}

EXAMPLES = (
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example.json",
        hints={"person": _ANN},
        text=json.dumps([
            {"url": "https://www.figma.com/files/team/12?token=hush", "dt": 1776496364.5, "metadata": _META},
            {"url": "https://www.figma.com/", "dt": 1776496365, "metadata": None},
        ], indent=2),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44, 500000), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 2, "observed_at": datetime(2026, 4, 18, 7, 12, 45), "page": "public"},
        )},
    ),
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example.jsonl",
        hints={"person": _ANN},
        text="".join(json.dumps({"metadata": _META, **visit}) + "\n" for visit in (
            {"url": "https://www.figma.com/login", "dt": 1776496364},
            {"url": "about:blank", "dt": 1776496364},
            {"url": "https://www.figma.com/", "dt": "2026-04-18"},
            {"url": None, "dt": 1776496364},
        )) + "{broken\n",
        records={"web_visit": ({"record": 1, "mention": "www.figma.com", "page": "sign_in"},)},
        ignored={"not a public site": 1},
        quarantined=3,
    ),
    Example(
        shape="before_metadata",
        file_name="ann.lee@contoso.example.json",
        hints={"person": _ANN},
        text=json.dumps([{"url": "https://www.figma.com/board/1", "visit_date": 1776496364.0, "title": "Secret",
                          "description": None, "preview_image": None}]),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "mention": "www.figma.com", "page": "app"},
        )},
    ),
)  # fmt: skip

FORMAT = Format(
    name="browserexport",
    system="browserexport",
    kind="web_visit",
    title="Browser history of several browsers (browserexport, JSON)",
    shapes=(
        Shape(
            name="visits",
            container="json",
            requires=("url", "dt", "metadata"),
            columns={"url": "VARCHAR", "dt": "VARCHAR"},
            select=reduced(_VISITS.format(at="dt")),
            numbered=True,
        ),
        Shape(
            name="before_metadata",
            container="json",
            requires=("url", "visit_date", "preview_image"),
            columns={"url": "VARCHAR", "visit_date": "VARCHAR"},
            select=reduced(_VISITS.format(at="visit_date")),
            numbered=True,
        ),
    ),
    how_to_get="browserexport merge --json FILES > name@company.json; the person's e-mail goes into the file name.",
    proven_by="https://github.com/purarue/browserexport/blob/1ea20420af0dc46d05a272aaa420b8a33647a717/"
    "browserexport/model.py",
    proven_on=date(2026, 11, 24),
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
