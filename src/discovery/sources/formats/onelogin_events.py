"""OneLogin events: sign-ins to apps and to OneLogin.

Source: developers.onelogin.com/api-docs/1/events (fields and event types) and the events in
panther-labs/panther-analysis, read 2026-11-24. Shapes: `json`, events of `GET /api/1/events` as `{"data": […]}`, as
an array or one per line; `csv`, the export of Activity → Events, whose header comes from no public example.

Type 8 (user logged in to an app) is a sign-in to that app, by its app_id and name. Type 5 (user logged in to
OneLogin) is one to OneLogin itself. Ignored: `failed sign-in` (6 failed login; 9 failed app login), `other event
type` (everything else: administration, password and second-factor events). created_at has Z or is UTC; account_id
names the instance. A sign-in without a time is quarantined.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = """
SELECT
    blank_null(id) AS event_id, _record, created_at AS at_text,
    instant(regexp_replace(trim(created_at), ' UTC$', 'Z')) AS observed_at,
    nullif(blank_null(user_id), '0') AS account_key, lower(blank_null(user_name)) AS account_name,
    'label' AS mention_kind,
    CASE kind WHEN '5' THEN 'OneLogin' ELSE blank_null(app_name) END AS mention,
    CAST(NULL AS VARCHAR) AS mention_name,
    'idp_interactive' AS method, event_type_id AS result_text,
    CASE WHEN kind IN ('6', '9') THEN 'failure' WHEN kind IN ('5', '8') THEN 'success' END AS outcome,
    CASE WHEN kind NOT IN ('5', '6', '8', '9') THEN 'other event type' END AS reason
FROM (
    SELECT *, CASE lower(trim(event_type_id))
        WHEN 'user logged into onelogin' THEN '5' WHEN 'user failed onelogin login' THEN '6'
        WHEN 'user logged into app' THEN '8' WHEN 'user failed app login' THEN '9'
        ELSE blank_null(event_type_id) END AS kind
    FROM raw
)
"""
_SELECT = sign_in_select(_ENTRY, at="created_at", result="event_type_id", app="app_name", user="user_id",
                         expected="the number of the event type", numbered=True)  # fmt: skip
_AT = datetime(2026, 4, 18, 9, 12, 44, 123000)


def _event(number: int, kind: int | str | None, **changes: Any) -> dict[str, Any]:
    return {
        "id": 9000 + number, "created_at": "2026-04-18T09:12:44.123Z", "account_id": 4711, "event_type_id": kind,
        "user_id": 1001, "user_name": "Ann Lee", "actor_user_id": 1001, "actor_user_name": "Ann Lee",
        "app_id": 77, "app_name": "Figma", "ipaddr": "203.0.113.7", "risk_score": None, **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="json",
        text=json.dumps({"status": {"error": False}, "pagination": {"after_cursor": None}, "data": [
            _event(1, 8), _event(2, 5, app_id=None, app_name=None)]}),
        instance="4711",
        records={"sign_in": (
            {"event_id": "9001", "observed_at": _AT, "account_key": "1001", "account_name": "ann lee",
             "mention_kind": "label", "mention": "Figma"},
            {"event_id": "9002", "mention": "OneLogin"},
        )},
    ),
    Example(
        shape="json",
        text="".join(json.dumps(r) + "\n" for r in (
            _event(1, "8"), _event(2, 6), _event(3, 9), _event(4, 11), _event(5, "240"), _event(6, 8, app_name=""),
            _event(7, 8, created_at=None), _event(8, 5, user_id=None, user_name=None),
        )) + '{"id": 1,\n',
        instance="4711",
        records={"sign_in": ({"event_id": "9001", "mention": "Figma"},)},
        ignored={"failed sign-in": 2, "other event type": 2},
        quarantined=4,
    ),
    Example(
        shape="csv",
        text="Id,Created At,Event Type Id,User Id,User Name,App Id,App Name,IP Address\n"
        "9001,2026-04-18 09:12:44.123 UTC,8,1001,Ann Lee,77,Figma,203.0.113.7\n"
        "9002,2026-04-18 09:12:45 UTC,User logged into OneLogin,1001,Ann Lee,,,203.0.113.7\n"
        "9003,2026-04-18 09:12:46 UTC,6,1001,Ann Lee,,,203.0.113.7\n"
        "9004,18 Apr,8,1001,Ann Lee,77,Figma,203.0.113.7\n",
        records={"sign_in": ({"event_id": "9001", "observed_at": _AT, "mention": "Figma"}, {"mention": "OneLogin"})},
        ignored={"failed sign-in": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="onelogin_events",
    system="onelogin",
    kind="sign_in",
    title="OneLogin events",
    shapes=(
        Shape(
            name="json",
            container="json",
            requires=("event_type_id", "user_id", ("actor_user_id", "actor_user_name", "account_id"), "user_name"),
            columns={
                "id": "VARCHAR", "created_at": "VARCHAR", "event_type_id": "VARCHAR", "user_id": "VARCHAR",
                "user_name": "VARCHAR", "app_name": "VARCHAR",
            },
            instance="account_id",
            numbered=True,
            select=_SELECT,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=(("Created At", "Time"), ("Event Type Id", "Event Type", "Event"), ("User Name", "User"),
                      ("App Name", "App"), ("User Id", "Actor User Id", "Actor User Name", "Actor")),
            columns={
                "id": ("Id", "Event Id"), "created_at": ("Created At", "Time"),
                "event_type_id": ("Event Type Id", "Event Type", "Event"), "user_id": "User Id",
                "user_name": ("User Name", "User"), "app_name": ("App Name", "App"),
            },
            instance="Account Id",
            numbered=True,
            select=_SELECT,
        ),
    ),
    how_to_get="GET /api/1/events; or OneLogin administration → Activity → Events → Export.",
    proven_by="https://github.com/panther-labs/panther-analysis",
    proven_on=date(2026, 11, 24),
    examples=EXAMPLES,
)  # fmt: skip
