"""GitHub: apps installed in an organization.

Source: docs.github.com/rest/orgs/orgs#list-app-installations-for-an-organization (its example answer), read
2026-11-24. Shapes: `json`, `{"total_count", "installations": […]}`, an array or one per line; `csv`, the same fields
under their names (`gh api … --jq … @csv` with a header), unproven.

An installation is a consent for the whole organization: scopes are its permissions (`contents:read`). Who installed
it is not in the file. Ignored: `suspended installation`. A token may see some installations only, so that what the
list lacks is not gone. account.login names the instance.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from string import Template
from typing import Any

from discovery.sources.source import Example, Format, Shape

_SELECT = Template("""
SELECT
    blank_null(id) AS event_id, blank_null(app_id) AS client_key, 'label' AS mention_kind,
    blank_null(app_slug) AS mention, $scopes AS scopes, 'tenant' AS consent, instant(created_at) AS granted_at,
    CASE WHEN blank_null(suspended_at) IS NOT NULL THEN 'suspended installation' END AS _ignored,
    CASE WHEN blank_null(app_slug) IS NULL THEN problem('app_slug', app_slug, 'the name of the app')
         WHEN blank_null(created_at) IS NOT NULL AND instant(created_at) IS NULL
             THEN problem('created_at', created_at, 'an instant, e.g. 2026-04-18T09:12:44Z') END AS _problem
FROM raw
""")
_SCOPES = (
    "list_sort(list_transform(coalesce(map_entries("
    "TRY_CAST(TRY_CAST(permissions AS JSON) AS MAP(VARCHAR, VARCHAR))), []), "
    "lambda e: e.key || ':' || e.value))"
)
_FIELDS = ("id", "app_id", "app_slug", "created_at", "suspended_at")


def _installed(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "account": {"login": "Contoso", "id": 1}, "repository_selection": "selected",
        "app_id": 70 + number,
        "target_id": 1, "target_type": "Organization", "permissions": {"metadata": "read", "contents": "write"},
        "events": ["push"], "created_at": "2026-04-18T11:12:44.000+02:00", "updated_at": "2026-04-18T09:12:44Z",
        "app_slug": "board-bot", "suspended_at": None, **changes,
    }  # fmt: skip


FORMAT = Format(
    name="github_app_installations",
    system="github",
    kind="grant",
    title="GitHub app installations of an organization",
    is_list=True,
    shapes=(
        Shape(
            name="json",
            container="json",
            requires=("app_id", "app_slug", "target_type", ("permissions", "repository_selection")),
            columns={**dict.fromkeys(_FIELDS, "VARCHAR"), "permissions": "JSON"},
            instance="account.login",
            select=_SELECT.substitute(scopes=_SCOPES),
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("app_id", "app_slug", ("target_type", "repository_selection", "permissions")),
            columns={**{name: name for name in _FIELDS}, "permissions": "permissions"},
            instance="account",
            select=_SELECT.substitute(scopes=_SCOPES),
        ),
    ),
    how_to_get="gh api --paginate /orgs/ORG/installations > installations.json",
    proven_by="https://docs.github.com/en/rest/orgs/orgs#list-app-installations-for-an-organization",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="json",
            text=json.dumps({"total_count": 2, "installations": [_installed(1), _installed(2, permissions=None)]}),
            instance="contoso",
            records={"grant": (
                {"event_id": "1", "client_key": "71", "mention_kind": "label", "mention": "board-bot",
                 "scopes": ["contents:write", "metadata:read"], "consent": "tenant", "account_key": None,
                 "granted_at": datetime(2026, 4, 18, 9, 12, 44)},
                {"event_id": "2", "scopes": []},
            )},
        ),
        Example(
            shape="json",
            text="".join(json.dumps(r) + "\n" for r in (
                _installed(1), _installed(2, suspended_at="2026-04-19T00:00:00Z"), _installed(3, app_slug=""),
                _installed(4, created_at="soon"))) + "{\n",
            instance="contoso",
            records={"grant": ({"event_id": "1"},)},
            ignored={"suspended installation": 1},
            quarantined=3,
        ),
        Example(
            shape="csv",
            text='id,account,app_id,app_slug,target_type,permissions,created_at,suspended_at\n'
            '1,Contoso,71,board-bot,Organization,"{""contents"":""write""}",2026-04-18T09:12:44Z,\n'
            '2,Contoso,72,,Organization,,,\n',
            instance="contoso",
            records={"grant": ({"event_id": "1", "mention": "board-bot", "scopes": ["contents:write"]},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
