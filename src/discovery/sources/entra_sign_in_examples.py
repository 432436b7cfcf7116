"""Examples of Entra ID sign-in logs, which are the tests of `entra_sign_in`: invented values in public shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from discovery.sources.source import Example

_TENANT = "7d0c1f6a-58a1-4c0e-9b52-0a4a3f1f2e10"
_ANN = "4b1f7c52-1f0e-4a55-8b57-52b0a1c2d3e4"
_APP = "0f3c9a77-2f4e-4f6f-9f0e-6d1b2c3d4e5f"


def _id(number: int) -> str:
    return f"66ea54eb-6301-4ee5-be62-ff5a759b{number:04d}"


def _lines(*records: Mapping[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def _sign_in(number: int, **changes: Any) -> dict[str, Any]:
    """Return a signIn resource as the Graph reference prints it, shortened."""
    return {
        "id": _id(number), "createdDateTime": "2026-04-18T09:12:44Z", "userDisplayName": "Ann Lee",
        "userPrincipalName": "Ann.Lee@contoso.example", "userId": _ANN.upper(), "appId": _APP.upper(),
        "appDisplayName": "Figma", "ipAddress": "203.0.113.7", "clientAppUsed": "Browser",
        "conditionalAccessStatus": "notApplied", "isInteractive": True, "riskState": "none",
        "resourceDisplayName": "Microsoft Graph",
        "status": {"errorCode": 0, "failureReason": None, "additionalDetails": None},
        "deviceDetail": {"deviceId": "", "operatingSystem": "MacOs"},
        "location": {"city": "Oslo", "countryOrRegion": "NO"}, **changes,
    }  # fmt: skip


def _diagnostic(number: int, outer: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a diagnostic line of category SignInLogs around a signIn resource."""
    return {
        "time": "2026-04-18T09:14:02.1234567Z", "resourceId": f"/tenants/{_TENANT}/Microsoft.aadiam",
        "operationName": "Sign-in activity", "operationVersion": "1.0", "category": "SignInLogs",
        "tenantId": _TENANT, "resultType": "0", "resultSignature": "None", "durationMs": 0,
        "correlationId": _id(9000), "Level": 4, "properties": _sign_in(number, **changes), **(outer or {}),
    }  # fmt: skip


def _lowered(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key if key == "Level" else key.lower(): value for key, value in line.items()}


def _expected(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": _id(number), "observed_at": datetime(2026, 4, 18, 9, 12, 44), "account_key": _ANN,
        "account_name": "ann.lee@contoso.example", "mention_kind": "app_id", "mention": _APP,
        "mention_name": "Figma", "method": "idp_interactive", **changes,
    }  # fmt: skip


_FAILED = {"errorCode": 50126, "failureReason": "Invalid username or password"}
_EMITTED = datetime(2026, 4, 18, 9, 14, 2, 123456)

_LOG_ANALYTICS_HEADER = (
    "TenantId,SourceSystem,TimeGenerated [UTC],ResourceId,Category,ResultType,AppDisplayName,AppId,"
    "ClientAppUsed,CreatedDateTime [UTC],IsInteractive,Id,ServicePrincipalId,Status,UserDisplayName,UserId,"
    "UserPrincipalName,AADTenantId,AuthenticationProtocol,Type\n"
)
_WORKSPACE = "0000aaaa-0000-4000-8000-00000000aaaa"


def _table_row(number: int, result: str, *, at: str = '"4/18/2026, 9:12:44.000 AM"', user: str = _ANN,
               upn: str = "Ann.Lee@contoso.example", interactive: str = "true",
               protocol: str = "") -> str:  # fmt: skip
    table = "SigninLogs" if interactive == "true" else "AADNonInteractiveUserSignInLogs"
    category = "SignInLogs" if interactive == "true" else "NonInteractiveUserSignInLogs"
    return (
        f'{_WORKSPACE},Azure AD,"4/18/2026, 9:20:01.500 AM",/tenants/x,{category},{result},Figma,{_APP},'
        f'Browser,{at},{interactive},{_id(number)},,"{{""errorCode"":{result or 0}}}",Ann Lee,{user},{upn},'
        f"{_TENANT},{protocol},{table}\n"
    )


_PORTAL_HEADER = (
    "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Incoming token type,"
    "Authentication Protocol,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,"
    "Home tenant ID,IP address,Location,Status,Sign-in error code,Failure reason,Client app,"
    "Autonomous system  number,Incoming token type,Latency,Conditional Access\n"
)


def _portal_row(number: int, status: str, code: str, *, at: str = "2026-04-18T09:12:44Z", token: str = "none",
                upn: str = "Ann.Lee@contoso.example", protocol: str = "None", client: str = "Browser",
                app: str = f"Figma,{_APP} ") -> str:  # fmt: skip
    return (
        f"{at},{_id(number)},Mozilla/5.0,{_id(9000)},{_ANN},Ann Lee,{upn},Member,{token},{protocol},{app},"
        f'Microsoft Graph,,{_TENANT},{_TENANT},203.0.113.7,"Oslo, Oslo, NO",{status},{code},Other.,{client},'
        "1234,other,120,Not Applied\n"
    )


_TABLE_COLUMNS = ("TimeGenerated", "CreatedDateTime", "Id", "UserId", "UserPrincipalName", "AppId", "AppDisplayName",
                  "ResultType", "Category", "AADTenantId")  # fmt: skip


def _pascal(value: Any) -> Any:
    """Return a record as PowerShell's objects have it: names in PascalCase, at every depth."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(inner) for key, inner in value.items()}
    return value


EXAMPLES = (
    Example(
        shape="graph",
        text=json.dumps({
            "@odata.context": "https://graph.microsoft.com/beta/$metadata#auditLogs/signIns",
            "value": [
                _sign_in(1, resourceTenantId=_TENANT),
                _sign_in(2, resourceTenantId=_TENANT, isInteractive=False, appId=""),
                _sign_in(3, resourceTenantId=_TENANT, clientAppUsed="IMAP4"),
                _sign_in(4, resourceTenantId=_TENANT, authenticationProtocol="deviceCode"),
            ],
        }),
        instance=_TENANT,
        records={"sign_in": (
            _expected(1),
            _expected(2, mention_kind="label", mention_name=None, mention="Figma",
                      method="idp_non_interactive"),
            _expected(3, method="legacy_authentication"),
            _expected(4, method="token"),
        )},
    ),
    Example(
        shape="graph",
        text=_lines(
            _sign_in(1, createdDateTime="2026-04-18T11:12:44.0000000+02:00"),
            _sign_in(2, status=_FAILED),
            _sign_in(3, status={"errorCode": 50140}),
            _sign_in(4, userId="", userPrincipalName="", servicePrincipalId=_id(7), isInteractive=False),
            _sign_in(5, createdDateTime="18.04.2026 09:12"),
            _sign_in(6, appId=None, appDisplayName=None),
            _sign_in(7, userId=None, userPrincipalName=None),
            _sign_in(8, status=None),
            _sign_in(9, userPrincipalName=_ANN),
        ),
        records={"sign_in": (_expected(1), _expected(9, account_name=None))},
        ignored={"failed sign-in": 1, "interrupted sign-in": 1, "service principal sign-in": 1},
        quarantined=4,
    ),
    Example(
        shape="azure_monitor",
        text=json.dumps({"records": [
            _diagnostic(1),
            _diagnostic(2, {"category": "NonInteractiveUserSignInLogs"}, userPrincipalName=_ANN),
        ]}),
        instance=_TENANT,
        records={"sign_in": (
            _expected(1, version_at=_EMITTED),
            _expected(2, account_name=None, method="idp_non_interactive", version_at=_EMITTED),
        )},
    ),
    Example(
        shape="azure_monitor",
        text=_lines(
            _diagnostic(1, createdDateTime=None),
            _diagnostic(2, {"resultType": "50126"}, status=_FAILED),
            _diagnostic(3, {"resultType": "Failure"}, status={"errorCode": 50074}),
            _diagnostic(4, {"category": "ServicePrincipalSignInLogs"}, userId=None, userPrincipalName=None),
            _diagnostic(5, {"category": "AuditLogs", "properties": {"id": "Directory_1", "result": "x"}}),
            _diagnostic(6, {"category": "Administrative", "properties": "{\"statusCode\":\"OK\"}"}),
            _diagnostic(7, {"resultType": "Maybe"}, status=None),
            _diagnostic(8, {"properties": None}),
        ),
        instance=_TENANT,
        records={"sign_in": (_expected(1, observed_at=_EMITTED),)},
        ignored={"failed sign-in": 1, "interrupted sign-in": 1, "service principal sign-in": 1,
                 "other event category": 2},
        quarantined=2,
    ),
    Example(
        shape="azure_monitor_lower",
        text=_lines(
            _lowered(_diagnostic(1, {"resultType": 0}, createdDateTime="2026-04-18 09:12:44.000000000")),
            _lowered(_diagnostic(2, {"resultType": 50126}, status=_FAILED)),
            _lowered(_diagnostic(3, createdDateTime="yesterday")),
        ),
        instance=_TENANT,
        records={"sign_in": (_expected(1),)},
        ignored={"failed sign-in": 1},
        quarantined=1,
    ),
    Example(
        shape="log_analytics",
        text=_LOG_ANALYTICS_HEADER + _table_row(1, "0") + _table_row(2, "0", interactive="false"),
        instance=_TENANT,
        records={"sign_in": (_expected(1), _expected(2, method="idp_non_interactive"))},
    ),
    Example(
        shape="log_analytics",
        text=_LOG_ANALYTICS_HEADER
        + _table_row(1, "", at="2026-04-18T09:12:44Z", protocol="ropc")
        + _table_row(2, "50126")
        + _table_row(3, "50058")
        + _table_row(4, "0", at='"18/4/2026, 9:12:44.000 AM"')
        + _table_row(5, "0", user="", upn=""),
        instance=_TENANT,
        records={"sign_in": (_expected(1, method="token"),)},
        ignored={"failed sign-in": 1, "interrupted sign-in": 1},
        quarantined=2,
    ),
    Example(
        shape="portal",
        text=_PORTAL_HEADER
        + _portal_row(1, "Success", "None")
        + _portal_row(2, "Success", "0", token="primaryRefreshToken")
        + _portal_row(3, "Success", "", client="Authenticated SMTP"),
        instance=_TENANT,
        file_name="InteractiveSignIns_2026-04-01_2026-04-19.csv",
        records={"sign_in": (
            _expected(1),
            _expected(2, method="idp_non_interactive"),
            _expected(3, method="legacy_authentication"),
        )},
    ),
    Example(
        shape="portal",
        text=_PORTAL_HEADER
        + _portal_row(1, "Success", "", app="Figma,", protocol="Device code", upn=_ANN)
        + _portal_row(2, "Failure", "50126")
        + _portal_row(3, "Interrupted", "50140")
        + _portal_row(4, "Success", "", at="04/31/2026 9:12")
        + _portal_row(5, "Pending", "")
        + _portal_row(6, "Success", "", app=","),
        instance=_TENANT,
        records={"sign_in": (
            _expected(1, account_name=None, mention_kind="label", mention="Figma", mention_name=None,
                      method="token"),
        )},
        ignored={"failed sign-in": 1, "interrupted sign-in": 1},
        quarantined=3,
    ),
    Example(
        shape="service_principal",
        text="Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,"
        "Credential key ID,Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Status,"
        "Failure reason\n"
        f"2026-04-18T09:12:44Z,{_id(1)},{_id(9000)},{_id(2)},build,,build,{_APP},{_TENANT},Graph,,Success,\n"
        f"not a time,{_id(3)},{_id(9000)},{_id(2)},build,,build,{_APP},{_TENANT},Graph,,Failure,Other.\n",
        ignored={"service principal sign-in": 2},
    ),
    Example(
        shape="log_analytics_json",
        text=json.dumps({"tables": [{
            "name": "PrimaryResult",
            "columns": [{"name": n, "type": "string"} for n in _TABLE_COLUMNS],
            "rows": [
                ["2026-04-18T09:20:00Z", "2026-04-18T09:12:44Z", _id(1), _ANN, "Ann.Lee@contoso.example", _APP, "Figma",
                 "0", "SignInLogs", _TENANT],
                ["2026-04-18T09:20:00Z", None, _id(2), _ANN, "Ann.Lee@contoso.example", _APP, "Figma", "50126",
                 "SignInLogs", _TENANT],
                ["soon", None, _id(3), _ANN, "Ann.Lee@contoso.example", _APP, "Figma", "0", "SignInLogs", _TENANT],
            ]}]}),
        instance=_TENANT,
        records={"sign_in": (_expected(1),)},
        ignored={"failed sign-in": 1},
        quarantined=1,
    ),
    Example(
        shape="powershell",
        text=json.dumps([
            _pascal(_sign_in(1)),
            _pascal(_sign_in(2, createdDateTime="/Date(1776503564000)/", isInteractive=False)),
            _pascal(_sign_in(3, status=_FAILED)), _pascal(_sign_in(4, createdDateTime="")),
        ]),
        records={"sign_in": (_expected(1), _expected(2, method="idp_non_interactive"))},
        ignored={"failed sign-in": 1},
        quarantined=1,
    ),
    Example(
        shape="powershell_csv",
        text="Id,AppDisplayName,AppId,ClientAppUsed,CreatedDateTime,Status,UserId,UserPrincipalName\n"
        f'{_id(1)},Figma,{_APP},Browser,4/18/2026 9:12:44 AM,"class SignInStatus {{\n  ErrorCode: 0\n}}",{_ANN},'
        "Ann.Lee@contoso.example\n"
        f'{_id(2)},Figma,{_APP},Browser,4/18/2026 9:12:44 AM,"class SignInStatus {{\n  ErrorCode: 50126\n}}",{_ANN},'
        "Ann.Lee@contoso.example\n"
        f"{_id(3)},Figma,{_APP},Browser,4/18/2026 9:12:44 AM,"
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus,"
        f"{_ANN},Ann.Lee@contoso.example\n",
        records={"sign_in": (_expected(1),)},
        ignored={"failed sign-in": 1},
        quarantined=1,
    ),
)  # fmt: skip
