"""JumpCloud Directory Insights: sign-ins to apps through JumpCloud, and to JumpCloud itself.

Source: docs.jumpcloud.com/api/insights/directory and the raw event samples of SEKOIA-IO/documentation (JumpCloud
Directory Insights, sso_auth success and failures), read 2026-11-24. Shape `event`: events as an array or one per line.

`sso_auth` is a sign-in to `application` (sso_token_success says whether it came about); `user_login_attempt` is one
to the JumpCloud console (success). Ignored: `failed sign-in`; `admin event` (admin_login_attempt); `other event type`
(RADIUS, LDAP, device logins, changes). The app is the label that the administrator gave, else its template's name.
Times have Z; the organization names the instance.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = """
SELECT
    blank_null(id) AS event_id, "timestamp" AS at_text, instant("timestamp") AS observed_at,
    blank_null(initiated_by.id) AS account_key,
    lower(coalesce(blank_null(initiated_by.email), blank_null(initiated_by.username))) AS account_name,
    'label' AS mention_kind,
    CASE WHEN kind = 'sso_auth' THEN coalesce(blank_null(application.display_label), blank_null(application.name))
         ELSE 'JumpCloud' END AS mention,
    CAST(NULL AS VARCHAR) AS mention_name,
    CASE WHEN kind = 'sso_auth' AND lower(application.sso_type) LIKE 'saml%' THEN 'saml'
         WHEN kind = 'sso_auth' AND lower(application.sso_type) IN ('oidc', 'oauth') THEN 'oidc'
         ELSE 'idp_interactive' END AS method,
    came_about AS result_text,
    CASE lower(came_about) WHEN 'true' THEN 'success' WHEN 'false' THEN 'failure' END AS outcome,
    CASE WHEN kind = 'admin_login_attempt' THEN 'admin event'
         WHEN kind NOT IN ('sso_auth', 'user_login_attempt') THEN 'other event type' END AS reason
FROM (
    SELECT *, lower(event_type) AS kind,
           CASE WHEN lower(event_type) = 'sso_auth' THEN sso_token_success ELSE success END AS came_about
    FROM raw
)
"""
_AT = datetime(2026, 4, 18, 9, 12, 44, 495420)


def _event(number: int, kind: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"648b16171f40f190e29{number:05d}", "timestamp": "2026-04-18T09:12:44.495420839Z", "event_type": kind,
        "service": "sso", "organization": "5bf6defbdcd8233029e0c000", "client_ip": "203.0.113.7", "mfa": False,
        "initiated_by": {"id": "611d175820c84b11c2800001", "type": "user", "username": "Ann.Lee"},
        "application": {"id": "5fad07f2b9f5414721b30001", "name": "figma", "display_label": "Figma", "sso_type": "saml",
                        "sso_url": "https://sso.example.com/saml2/figma"},
        "sso_token_success": True, "error_message": "", "idp_initiated": True, **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="event",
        text=json.dumps([
            _event(1, "sso_auth"),
            _event(2, "user_login_attempt", application=None, sso_token_success=None, success=True,
                   service="directory"),
        ]),
        instance="5bf6defbdcd8233029e0c000",
        records={"sign_in": (
            {"event_id": "648b16171f40f190e2900001", "observed_at": _AT, "account_key": "611d175820c84b11c2800001",
             "account_name": "ann.lee", "mention": "Figma", "method": "saml"},
            {"mention": "JumpCloud", "method": "idp_interactive"},
        )},
    ),
    Example(
        shape="event",
        text="".join(json.dumps(r) + "\n" for r in (
            _event(1, "SSO_AUTH", application={"name": "figma", "display_label": "", "sso_type": "oidc"}),
            _event(2, "sso_auth", sso_token_success=False), _event(3, "radius_auth_attempt", success=True),
            _event(4, "admin_login_attempt", success=True), _event(5, "user_login_attempt", success=False),
            _event(6, "sso_auth", application={"name": "", "display_label": ""}), _event(7, "sso_auth", timestamp=""),
            _event(8, "sso_auth", sso_token_success=None), _event(9, "sso_auth", initiated_by={"type": "user"}),
        )) + "{\"id\"\n",
        instance="5bf6defbdcd8233029e0c000",
        records={"sign_in": ({"mention": "figma", "method": "oidc"},)},
        ignored={"failed sign-in": 2, "other event type": 1, "admin event": 1},
        quarantined=5,
    ),
)  # fmt: skip

FORMAT = Format(
    name="jumpcloud_directory_insights",
    system="jumpcloud",
    kind="sign_in",
    title="JumpCloud Directory Insights",
    shapes=(
        Shape(
            name="event",
            container="json",
            requires=("event_type", "initiated_by", "organization", "timestamp", "service"),
            columns={
                "id": "VARCHAR", "timestamp": "VARCHAR", "event_type": "VARCHAR", "success": "VARCHAR",
                "sso_token_success": "VARCHAR", "initiated_by": "STRUCT(id VARCHAR, email VARCHAR, username VARCHAR)",
                "application": "STRUCT(name VARCHAR, display_label VARCHAR, sso_type VARCHAR)",
            },
            instance="organization",
            select=sign_in_select(_ENTRY, at="timestamp", result="success", app="application", user="initiated_by",
                                  expected="true or false"),
        ),
    ),
    how_to_get="POST /insights/directory/v1/events (service sso, directory); or Directory Insights → Export.",
    proven_by="https://github.com/SEKOIA-IO/documentation",
    proven_on=date(2026, 11, 24),
    examples=EXAMPLES,
)  # fmt: skip
