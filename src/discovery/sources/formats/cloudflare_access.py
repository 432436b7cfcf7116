"""Cloudflare Access: sign-ins to the applications behind it.

Sources, read 2026-11-24: developers.cloudflare.com/cloudflare-one/insights/logs/audit-logs (API example) and the
pipeline test of elastic/integrations packages/cloudflare_logpush/data_stream/access_request. Shapes:

- `api`: `{"result": [{user_email, app_uid, app_domain, action, allowed, created_at, ray_id, …}]}`;
- `logpush`: lines of the dataset Access requests: Email, AppDomain, AppUUID, Allowed, CreatedAt, RayID … CreatedAt is
  RFC 3339, Unix seconds or nanoseconds, as the job was set up.

The app is known by its address only: the host of app_domain is the mention (kind domain). `allowed` false is a
`failed sign-in`; actions other than login are `other event` (logout). The method is the connection's: saml, a social
provider, a one-time PIN (other), else idp_interactive. The account is not in the file. ray_id is the id of the event.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from string import Template
from typing import Any

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = Template("""
SELECT
    blank_null($ray) AS event_id, $at AS at_text,
    CASE WHEN regexp_matches($at, '^\\d{18,19}$$') THEN make_timestamp(CAST($at AS BIGINT) // 1000)
         WHEN regexp_matches($at, '^\\d{9,10}$$') THEN instant_epoch($at) ELSE instant($at) END AS observed_at,
    blank_null($user_id) AS account_key, lower(blank_null($email)) AS account_name,
    'domain' AS mention_kind,
    nullif(regexp_extract(lower(trim($domain)), '^(?:https?://)?([^/:?#]+)', 1), '') AS mention,
    CAST(NULL AS VARCHAR) AS mention_name,
    CASE WHEN lower($connection) LIKE '%saml%' THEN 'saml'
         WHEN lower($connection) IN ('github', 'facebook', 'linkedin', 'google') THEN 'social'
         WHEN lower($connection) = 'onetimepin' THEN 'other' ELSE 'idp_interactive' END AS method,
    $allowed AS result_text,
    CASE lower($allowed) WHEN 'true' THEN 'success' WHEN 'false' THEN 'failure' END AS outcome,
    CASE WHEN lower($action) <> 'login' THEN 'other event' END AS reason
FROM raw
""")
_AT = datetime(2026, 4, 18, 9, 12, 44)


def _select(**names: str) -> str:
    entry = _ENTRY.substitute({key: name if "(" in name else f'"{name}"' for key, name in names.items()})
    return sign_in_select(entry, at=names["at"], result=names["allowed"], app=names["domain"], user=names["email"],
                          expected="true or false")  # fmt: skip


def _api(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "user_email": "Ann.Lee@contoso.example", "ip_address": "203.0.113.7",
        "app_uid": "df7e2a5f-02b7-4d9d-af26-000000000001", "app_domain": "Wiki.contoso.example/admin",
        "action": "login", "connection": "saml", "allowed": True, "created_at": "2026-04-18T09:12:44Z",
        "ray_id": f"187d944c{number:08d}", **changes,
    }  # fmt: skip


def _pushed(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "Action": "login", "Allowed": True, "AppDomain": "wiki.contoso.example/warp", "Connection": "onetimepin",
        "AppUUID": "123e4567-e89b-42d3-a456-426614174000", "Country": "no", "CreatedAt": 1776503564,
        "Email": "ann.lee@contoso.example", "IPAddress": "203.0.113.7", "RayID": f"00c0ffee{number:08d}",
        "UserUID": "166befbb-00e3-4e20-bd6e-27245333949f", **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="api",
        text=json.dumps({"success": True, "errors": [], "messages": [], "result": [
            _api(1), _api(2, allowed=False), _api(3, action="logout"), _api(4, created_at="soon"),
            _api(5, app_domain=""), _api(6, user_email=None), _api(7, allowed=None)]}),
        records={"sign_in": (
            {"event_id": "187d944c00000001", "observed_at": _AT, "account_name": "ann.lee@contoso.example",
             "mention_kind": "domain", "mention": "wiki.contoso.example", "method": "saml"},
        )},
        ignored={"failed sign-in": 1, "other event": 1},
        quarantined=4,
    ),
    Example(
        shape="logpush",
        text="".join(json.dumps(r) + "\n" for r in (
            _pushed(1), _pushed(2, CreatedAt=1776503564000000000), _pushed(3, CreatedAt="2026-04-18T11:12:44+02:00"),
            _pushed(4, Allowed=False), _pushed(5, CreatedAt="n/a"), _pushed(6, Action="LOGIN", Connection="azureAD"),
        )) + "{\n",
        records={"sign_in": (
            {"event_id": "00c0ffee00000001", "observed_at": _AT, "mention": "wiki.contoso.example", "method": "other",
             "account_key": "166befbb-00e3-4e20-bd6e-27245333949f"},
            {"event_id": "00c0ffee00000002", "observed_at": _AT}, {"event_id": "00c0ffee00000003", "observed_at": _AT},
            {"method": "idp_interactive"},
        )},
        ignored={"failed sign-in": 1},
        quarantined=2,
    ),
)  # fmt: skip

_PUSHED = ("Action", "Allowed", "AppDomain", "Connection", "CreatedAt", "Email", "RayID", "UserUID")
_API = ("user_email", "app_domain", "action", "connection", "allowed", "created_at", "ray_id")
FORMAT = Format(
    name="cloudflare_access",
    system="cloudflare",
    kind="sign_in",
    title="Cloudflare Access sign-ins",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("user_email", "app_domain", "allowed", "created_at", ("ray_id", "app_uid")),
            columns=dict.fromkeys(_API, "VARCHAR"),
            select=_select(ray="ray_id", at="created_at", user_id="nullif('', '')", email="user_email",
                           domain="app_domain", connection="connection", allowed="allowed", action="action"),
        ),
        Shape(
            name="logpush",
            container="json",
            requires=("Email", "AppDomain", "Allowed", "CreatedAt", ("RayID", "AppUUID")),
            columns=dict.fromkeys(_PUSHED, "VARCHAR"),
            select=_select(ray="RayID", at="CreatedAt", user_id="UserUID", email="Email", domain="AppDomain",
                           connection="Connection", allowed="Allowed", action="Action"),
        ),
    ),
    how_to_get="GET /accounts/{id}/access/logs/access_requests; or a Logpush job of the dataset Access requests.",
    proven_by="https://github.com/elastic/integrations/tree/main/packages/cloudflare_logpush",
    proven_on=date(2026, 11, 24),
    examples=EXAMPLES,
)  # fmt: skip
