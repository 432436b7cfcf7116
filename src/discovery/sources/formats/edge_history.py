"""History of Microsoft Edge as its page edge://history/all exports it ("Export browsing data").

Shape: `csv`, `DateTime,NavigatedToUrl,PageTitle`; DateTime is an instant with Z, such as 2025-09-29T15:16:20.101Z.
The header and such an instant were seen in ten files of public code that read these exports (2026-11-24), but in no
export with an address to cite: unproven.
The person is not in the file: an e-mail address in the file or folder name, or a setting.

Visits have no id: the same visit in two exports is one by its content. Addresses are reduced, and what is no public
site is ignored, as `browsing` says.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    _record, url,
    instant_in(trim(moment), hint('timezone')) AS observed_at,
    email_of(hint('person')) AS account_name,
    CAST(NULL AS VARCHAR) AS left_out,
    CASE WHEN observed_at IS NULL THEN problem('DateTime', moment, 'an instant such as 2026-04-18T07:12:44.000Z') END
        AS wrong
FROM raw
"""

_ANN = "ann.lee@contoso.example"

EXAMPLES = (
    Example(
        shape="csv",
        file_name="BrowserHistory ann.lee@contoso.example.csv",
        hints={"person": _ANN},
        text="\ufeffDateTime,NavigatedToUrl,PageTitle\r\n"
        '2026-04-18T07:12:44.101Z,https://www.figma.com/files/team/12?token=hush,"Secret, plan"\r\n'
        "2026-04-18T07:12:45.000Z,https://www.notion.so/login,Log in\r\n",
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44, 101000), "account_name": _ANN,
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"record": 2, "mention": "www.notion.so", "page": "sign_in"},
        )},
    ),
    Example(
        shape="csv",
        file_name="ann.lee@contoso.example.csv",
        hints={"person": _ANN, "timezone": "Europe/Oslo"},
        text="DateTime,NavigatedToUrl,PageTitle\n"
        "2026-04-18T09:12:44,https://www.figma.com/,Figma\n"
        "2026-04-18T07:12:44Z,edge://settings/,Settings\n"
        "2026-04-18T07:12:44Z,http://localhost:3000/,Mine\n"
        "18.04.2026 09:12,https://www.figma.com/,Figma\n"
        "2026-04-18T07:12:44Z,,Nothing\n"
        "2026-04-18T07:12:44Z,https://www.figma.com/,too,many,cells\n",
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "page": "public", "method": "visit"},
        )},
        ignored={"not a public site": 2},
        quarantined=3,
    ),
)  # fmt: skip

FORMAT = Format(
    name="edge_history",
    system="edge_history",
    kind="web_visit",
    title="Microsoft Edge history (Export browsing data, CSV)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=("DateTime", "NavigatedToUrl", "PageTitle"),
            columns={"moment": "DateTime", "url": "NavigatedToUrl"},
            select=reduced(_VISITS),
            numbered=True,
        ),
    ),
    how_to_get="Edge → edge://history/all → … → Export browsing data; put the person's e-mail into the file name.",
    proven_by=None,
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
