"""History database of Chrome, Edge, Brave, Vivaldi and other browsers made from Chromium, one record per visit.

Shape: `visits`, what `unpack.history_database` makes of the file `History` of a profile (tables `urls`, `visits`).
The person is not in the file: an e-mail address in the file or folder name, or a setting.

- `visit_time` is microseconds since 1601-01-01, UTC (Chromium's base::Time).
- `transition`: the lowest eight bits say how a page was come to; 3 and 4 are frames inside a page
  (chromium/src ui/base/page_transition_types.h). Visits synchronised from another device count: it is the
  same person.
- visits.id is unique in one profile only, and profiles are not named: visits have no id of their own. The same
  visit in two copies of a history is one by its content.

Addresses are reduced, and what is no public site is ignored, as `browsing` says. Ignored besides: `frame in a page`.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    *,
    CASE WHEN observed_at IS NULL
         THEN problem('visit_time', visit_time, 'microseconds since 1601, such as 13421000000000000') END AS wrong
FROM (
    SELECT
        _record, url, visit_time,
        CASE WHEN TRY_CAST(visit_time AS BIGINT) BETWEEN 11644473600000000 AND 40000000000000000
             THEN make_timestamp(TRY_CAST(visit_time AS BIGINT) - 11644473600000000) END AS observed_at,
        email_of(hint('person')) AS account_name,
        CASE WHEN TRY_CAST(transition AS BIGINT) & 255 IN (3, 4) THEN 'frame in a page' END AS left_out
    FROM raw
)
"""

# ── examples: invented visits ────────────────────────────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_AT = "13420969964000000"


def _visits(*rows: tuple[str | None, str | None, str]) -> str:
    return "".join(
        json.dumps({"browser": "chromium", "visit_id": str(n), "url": url, "visit_time": at, "from_visit": "0",
                    "transition": how}) + "\n"
        for n, (url, at, how) in enumerate(rows, 1)
    )  # fmt: skip


def _expected(record: int, host: str, page: str, **changes: Any) -> dict[str, Any]:
    return {
        "record": record, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN,
        "mention_kind": "domain", "mention": host, "host": host, "page": page, "method": "visit", **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example/History",
        hints={"person": _ANN},
        text=_visits(
            ("https://www.figma.com/files/team/12?token=hush", _AT, "805306368"),
            ("https://www.figma.com/", _AT, "-1610612735"),
            ("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?redirect_uri=https%3A%2F%2Fapp.miro.com%2F"
             "cb&client_id=5b2f0b1e-3a8f-4d0c-9e0f-0a1b2c3d4e5f", _AT, "805306368"),
            ("https://login.microsoftonline.com/common/oauth2/authorize?client_id=5B2F0B1E-3A8F-4D0C-9E0F-0A1B2C3D4E5F"
             "&redirect_uri=http%3A%2F%2Flocalhost%3A8400", _AT, "805306368"),
        ),
        records={"web_visit": (
            _expected(1, "www.figma.com", "app"),
            _expected(2, "www.figma.com", "public"),
            _expected(3, "login.microsoftonline.com", "sign_in", mention="app.miro.com", redirect_host="app.miro.com",
                      method="oidc"),
            _expected(4, "login.microsoftonline.com", "sign_in", mention="5b2f0b1e-3a8f-4d0c-9e0f-0a1b2c3d4e5f",
                      mention_kind="app_id", redirect_host=None, method="oidc"),
        )},
    ),
    Example(
        shape="visits",
        file_name="ann.lee@contoso.example-History",
        hints={"person": _ANN},
        text=_visits(
            ("https://www.figma.com/login", _AT, "1"),
            ("https://www.figma.com/embed", _AT, "3"),
            ("https://www.figma.com/embed", _AT, "-2147483644"),
            ("chrome://settings/", _AT, "1"),
            ("http://10.1.2.3/admin", _AT, "1"),
            ("https://www.figma.com/", "0", "1"),
            ("https://www.figma.com/", "yesterday", "1"),
            (None, _AT, "1"),
        ),
        records={"web_visit": (_expected(1, "www.figma.com", "sign_in"),)},
        ignored={"frame in a page": 2, "not a public site": 2},
        quarantined=3,
    ),
)  # fmt: skip

FORMAT = Format(
    name="chromium_history",
    system="chromium_history",
    kind="web_visit",
    title="History database of Chrome, Edge, Brave or Vivaldi (SQLite)",
    shapes=(
        Shape(
            name="visits",
            container="json",
            requires=("browser", "visit_time", "from_visit", "transition"),
            columns={"url": "VARCHAR", "visit_time": "VARCHAR", "transition": "VARCHAR"},
            select=reduced(_VISITS),
            numbered=True,
            recognise=lambda head: head.records[0].get("browser") == "chromium",
        ),
    ),
    how_to_get="Close the browser and copy `History` of the profile folder (its path: chrome://version) into a "
    "folder named after the person's e-mail address.",
    proven_by="https://github.com/malithwishwa02-dot/vehicle",
    proven_on=date(2026, 11, 24),
    person_from_path=True,
    private=True,
    cadence_days=31,
    examples=EXAMPLES,
)
