"""Slack: apps that an administrator approved for a workspace or organization (`admin.apps.approved.list`).

A record is {app {id, name, app_homepage_url, app_directory_url, is_internal …}, scopes [{name, token_type …}],
date_updated, last_resolved_by} under `approved_apps`, as public callers of the method show it. Only the whole answer
is read: the records of `restricted_apps` look the same, and nothing but the envelope tells them apart.

Approved here means approved to be installed into Slack: the app is listed as approved. Who installed it is not in
it; the consents are in `team.integrationLogs`. Pages are not taken as whole. Ignored: `app of the organisation`
(is_internal).
"""

from __future__ import annotations

import json
from typing import Any

from discovery.sources.source import Example, Format, Head, Shape

_SELECT = """
SELECT
    _record AS record, blank_null(app.id) AS app_key, 'label' AS mention_kind, blank_null(app.name) AS mention,
    'approved' AS approval,
    list_filter([host_of(app.app_homepage_url)], lambda h: h IS NOT NULL) AS hosts,
    CASE WHEN app.is_internal = 'true' THEN 'app of the organisation' END AS _ignored,
    CASE WHEN blank_null(app.id) IS NULL THEN problem('app.id', app.id, 'id of the app')
         WHEN blank_null(app.name) IS NULL THEN problem('app.name', app.name, 'name of the app') END AS _problem
FROM raw
"""


def _is_answer(head: Head) -> bool:
    """Tell the whole answer from loose records, which may be approved or restricted ones."""
    return bool(head.envelope)


def _app(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "app": {"id": f"A{number}", "name": "Board", "description": "x", "app_homepage_url": "https://www.board.example/x",
                "app_directory_url": "https://acme.slack.com/apps/A1", "is_internal": False, **changes},
        "scopes": [{"name": "chat:write", "description": "x", "is_sensitive": True, "token_type": "bot"}],
        "date_updated": 1776503564, "last_resolved_by": {"actor_id": "W1", "actor_type": "user"},
    }  # fmt: skip


FORMAT = Format(
    name="slack_approved_apps",
    system="slack",
    kind="app_registration",
    title="Slack approved apps (API JSON)",
    is_list=True,
    shapes=(
        Shape(
            name="answer",
            container="json",
            requires=("app.id", "app.name", "scopes", ("last_resolved_by", "date_updated")),
            recognise=_is_answer,
            columns={"app": "STRUCT(id VARCHAR, name VARCHAR, app_homepage_url VARCHAR, is_internal VARCHAR)"},
            numbered=True,
            select=_SELECT,
        ),
    ),
    how_to_get="GET admin.apps.approved.list (Enterprise, admin.apps:read), each page a file of its own",
    proven_by=None,
    examples=(
        Example(
            shape="answer",
            text=json.dumps({"ok": True, "approved_apps": [_app(1), _app(2, name="Poll", app_homepage_url="")],
                             "response_metadata": {"next_cursor": ""}}),
            records={"app_registration": (
                {"app_key": "A1", "mention": "Board", "approval": "approved", "hosts": ["www.board.example"]},
                {"app_key": "A2", "mention": "Poll", "hosts": []},
            )},
        ),
        Example(
            shape="answer",
            text=json.dumps({"ok": True, "approved_apps": [
                _app(1, is_internal=True), _app(2, name=""), _app(3, id=None), _app(4)], "response_metadata": {}}),
            records={"app_registration": ({"app_key": "A4"},)},
            ignored={"app of the organisation": 1},
            quarantined=2,
        ),
    ),
)  # fmt: skip
