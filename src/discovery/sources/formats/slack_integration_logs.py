"""Slack: apps that people installed into a workspace (`team.integrationLogs`).

Source: docs.slack.dev/reference/methods/team.integrationLogs (its example answer), read 2026-11-24. Shape `log`:
`{"ok": true, "logs": […]}`, an array or one per line. `date` is Unix seconds; there is no id of the change.

added, enabled and expanded are consents by user_id, for the app named by app_type (apps) or service_type (older
integrations). Ignored: `removed app` (removed, disabled), `other change` (updated). The workspace is not in the file.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    _record AS record, blank_null(user_id) AS account_key, lower(blank_null(user_name)) AS account_name,
    blank_null(coalesce(app_id, service_id)) AS client_key, 'label' AS mention_kind,
    blank_null(coalesce(app_type, service_type)) AS mention,
    list_sort(list_distinct(list_filter(string_split_regex(coalesce(scope, ''), '[\\s,]+'), lambda s: s <> '')))
        AS scopes,
    'user' AS consent, instant_epoch("date") AS granted_at, CAST(instant_epoch("date") AS DATE) AS snapshot_on,
    CASE WHEN lower(change_type) IN ('removed', 'disabled') THEN 'removed app'
         WHEN lower(change_type) NOT IN ('added', 'enabled', 'expanded') THEN 'other change' END AS _ignored,
    CASE WHEN blank_null(change_type) IS NULL
             THEN problem('change_type', change_type, 'added, enabled, expanded, updated, disabled or removed')
         WHEN instant_epoch("date") IS NULL THEN problem('date', "date", 'Unix seconds')
         WHEN blank_null(coalesce(app_type, service_type)) IS NULL THEN problem('app_type', app_type, 'name of the app')
         WHEN blank_null(user_id) IS NULL AND blank_null(user_name) IS NULL
             THEN problem('user_id', user_id, 'id of the user') END AS _problem
FROM raw
"""


def _log(**changes: Any) -> dict[str, Any]:
    return {
        "app_id": "A0EXAMPLE", "app_type": "Board", "user_id": "U1001", "user_name": "Ann.Lee", "channel": "C1",
        "date": "1776503564", "change_type": "added", "scope": "chat:write:user,channels:read", **changes,
    }  # fmt: skip


FORMAT = Format(
    name="slack_integration_logs",
    system="slack",
    kind="grant",
    title="Slack integration logs",
    shapes=(
        Shape(
            name="log",
            container="json",
            requires=("change_type", "user_id", "date", ("app_type", "service_type", "app_id")),
            columns=dict.fromkeys(("app_id", "app_type", "service_id", "service_type", "user_id", "user_name", "date",
                                   "change_type", "scope"), "VARCHAR"),
            numbered=True,
            select=_SELECT,
        ),
    ),
    how_to_get="GET team.integrationLogs (administrators of paid workspaces), all pages.",
    proven_by="https://docs.slack.dev/reference/methods/team.integrationLogs",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="log",
            text=json.dumps({"ok": True, "logs": [
                {k: v for k, v in _log(service_id=1234567890, service_type="Google Calendar", change_type="enabled",
                                       scope="incoming-webhook").items() if not k.startswith("app_")},
                _log(), _log()], "paging": {"count": 3, "total": 3, "page": 1, "pages": 1}}),
            records={"grant": (
                {"account_key": "U1001", "account_name": "ann.lee", "mention": "Google Calendar",
                 "client_key": "1234567890", "granted_at": datetime(2026, 4, 18, 9, 12, 44)},
                {"mention": "Board", "scopes": ["channels:read", "chat:write:user"], "consent": "user"},
                {"mention": "Board"},
            )},
        ),
        Example(
            shape="log",
            text="".join(json.dumps(r) + "\n" for r in (
                _log(change_type="Expanded", scope=None), _log(change_type="removed"), _log(change_type="disabled"),
                _log(change_type="updated"), _log(date="April"), _log(app_type=""), _log(change_type=None),
                _log(user_id="", user_name=None))) + "{\n",
            records={"grant": ({"mention": "Board", "scopes": []},)},
            ignored={"removed app": 2, "other change": 1},
            quarantined=5,
        ),
    ),
)  # fmt: skip
