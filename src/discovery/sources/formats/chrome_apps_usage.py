"""Chrome: apps and extensions installed in managed browsers (Admin console report, Chrome Management API).

- `csv`: Devices, Chrome, Reports, Apps & extensions usage, Export: `App name`, `App type`, `Install type` and more,
  named as in https://support.google.com/chrome/a/answer/9902456 (2026-11-24); no file of it was found in public.
- `api`: GET /v1/customers/my_customer/reports:countInstalledApps, {"installedApps": [{appId, appType, displayName,
  homepageUri, browserDeviceCount, osUserCount, appInstallType …}]}. The proof is for this shape.

An app that is in use in the browsers, with its id in the store and the host of its home page. Who has it is in
neither. Policy or choice (`Install type`) is no approval. What a report lacks is not gone. Ignored: `theme`, `total`.
"""

from __future__ import annotations

import json
from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Shape

_SELECT = Template("""
SELECT
    _record AS record, blank_null(app_id) AS app_key, 'label' AS mention_kind, blank_null(app_name) AS mention,
    list_filter([host_of(home)], lambda h: h IS NOT NULL) AS hosts,
    CASE WHEN fold(coalesce(app_type, '')) = 'theme' THEN 'theme'
         WHEN fold(coalesce(app_name, '')) = 'total' AND blank_null(app_type) IS NULL THEN 'total' END AS _ignored,
    CASE WHEN blank_null(app_name) IS NULL THEN problem('$name', app_name, 'the name of the app') END AS _problem
FROM ($raw)
""")

FORMAT = Format(
    name="chrome_apps_usage",
    system="chrome_enterprise",
    kind="app_registration",
    title="Chrome apps and extensions in use (Admin console CSV, API JSON)",
    is_list=True,
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=(("App name", "Name"), "App type", "Install type"),
            columns={"app_id": ("App ID", "Extension ID", "ID"), "app_name": ("App name", "Name"),
                     "app_type": "App type", "home": ("Homepage", "Homepage URL", "Website")},
            numbered=True,
            select=_SELECT.substitute(raw="raw", name="App name"),
        ),
        Shape(
            name="api",
            container="json",
            requires=("appId", "appType", "displayName", ("browserDeviceCount", "osUserCount", "appInstallType")),
            columns=dict.fromkeys(("appId", "appType", "displayName", "homepageUri"), "VARCHAR"),
            numbered=True,
            select=_SELECT.substitute(
                raw='SELECT _record, "appId" AS app_id, "displayName" AS app_name, "appType" AS app_type, '
                '"homepageUri" AS home FROM raw',
                name="displayName",
            ),
        ),
    ),
    how_to_get="Google Admin console → Devices → Chrome → Reports → Apps & extensions usage → Export; or GET "
    "/v1/customers/my_customer/reports:countInstalledApps, all pages",
    proven_by="https://developers.google.com/chrome/management/reference/rest/v1/customers.reports/countInstalledApps",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="csv",
            text="""\
App name,App ID,App type,Install type,Chrome Web Store,Version,Installs,Permissions,Homepage
Board for Chrome,abcdefghijklmnopabcdefghijklmnop,Chrome extension,normal,Published,1.2,14,tabs,https://www.board.example/x
Dark,abcdefghijklmnopabcdefghijklmnoq,Theme,normal,Published,1,2,,
,abcdefghijklmnopabcdefghijklmnor,Chrome extension,sideload,,1,1,,
Total,,,,,,17,,
""",
            records={"app_registration": (
                {"app_key": "abcdefghijklmnopabcdefghijklmnop", "mention_kind": "label", "mention": "Board for Chrome",
                 "hosts": ["www.board.example"], "approval": None},
            )},
            ignored={"theme": 1, "total": 1},
            quarantined=1,
        ),
        Example(
            shape="api",
            text=json.dumps({"installedApps": [
                {"appId": "a1", "appType": "EXTENSION", "browserDeviceCount": "14", "osUserCount": "12",
                 "appInstallType": "NORMAL", "displayName": "Board", "homepageUri": "https://www.board.example/"},
                {"appId": "a2", "appType": "THEME", "browserDeviceCount": "1", "displayName": "Dark"},
                {"appId": "a3", "appType": "EXTENSION", "osUserCount": "1", "displayName": ""},
            ], "totalSize": 3}),
            records={"app_registration": ({"app_key": "a1", "mention": "Board", "hosts": ["www.board.example"]},)},
            ignored={"theme": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
