"""Entra ID sign-in logs: Microsoft Graph, Azure Monitor, Log Analytics, and the CSVs of the admin centre.

Shapes, and where their columns come from:

- `graph`: signIn records of `GET /auditLogs/signIns`, v1.0 and beta, as pages, arrays or one per line
  (learn.microsoft.com/graph/api/resources/signin). v1.0 does not name the tenant; beta does.
- `azure_monitor`: diagnostic lines `{time, category, tenantId, resultType, properties: {signIn}}` from a
  storage account (PT1H.json) or an Event Hub (`{"records": […]}`); `azure_monitor_lower`: the same from
  collectors that lower-case the outer keys (seen in panther-labs/panther-analysis). The moment the line was
  emitted (`time`) is the version of the record, and its time where `createdDateTime` is missing.
- `log_analytics`: CSV of the tables SigninLogs and AADNonInteractiveUserSignInLogs. `TenantId` there is the
  workspace, not the directory, so that it never names the instance; `AADTenantId` does. Times are American
  and UTC, or ISO; a header in local time (`TimeGenerated [Berlin]`) is not recognised, since the offset is
  not in the file.
- `portal`: InteractiveSignIns_*.csv and NonInteractiveSignIns_*.csv, which have the same header
  (`Application ID ` ends in a blank, `Incoming token type` comes twice; the first counts). Which of the two a
  file is stands in its name only; names change and must not change the graph. So a record into which a
  refresh token went is idp_non_interactive, because nobody typed anything, and every other is interactive.
- `service_principal`: ApplicationSignIns_*.csv, MSISignIns_*.csv and the tables AADServicePrincipalSignInLogs
  and AADManagedIdentitySignInLogs: no people in them; recognised and ignored.

Ignored: `failed sign-in`; `interrupted sign-in` (the person was asked for something more: second factor,
consent, stay signed in; what follows has a record of its own); `service principal sign-in`; `other event
category`. A success without a user, an app, a time or a result is quarantined.

`token` as method is device code or resource-owner password: sign-ins through Entra ID, which end with it,
not API tokens of the app. Guests' UPNs (`ann_x.example#EXT#@…`) stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from string import Template
from typing import Any

from discovery.sources.source import Example, Format, Head, Shape, at_path

_PERSON_CATEGORIES = (
    "signinlogs",
    "noninteractiveusersigninlogs",
    "adfssigninlogs",
    "aadnoninteractiveusersigninlogs",
)
_SERVICE_CATEGORIES = (
    "serviceprincipalsigninlogs",
    "managedidentitysigninlogs",
    "microsoftserviceprincipalsigninlogs",
    "aadserviceprincipalsigninlogs",
    "aadmanagedidentitysigninlogs",
)

# The mapping itself, over an entry with one name per meaning, whatever the shape calls it. Plain lower() and
# no trim(): on two million lines trimming three columns costs a third of the reading.
_RECORD = Template("""
SELECT
    event_id, observed_at, version_at, account_key, account_name,
    CASE WHEN app_id IS NULL THEN 'label' ELSE 'app_id' END AS mention_kind,
    coalesce(app_id, app_name) AS mention,
    CASE WHEN app_id IS NOT NULL THEN app_name END AS mention_name,
    CASE
        WHEN client IN (
            'exchange activesync', 'imap', 'imap4', 'pop', 'pop3', 'smtp', 'authenticated smtp', 'mapi',
            'mapi over http', 'autodiscover', 'other clients', 'exchange web services',
            'exchange online powershell', 'offline address book', 'outlook anywhere',
            'outlook anywhere (rpc over http)', 'reporting web services', 'universal outlook')
            THEN 'legacy_authentication'
        WHEN protocol IN ('devicecode', 'device code', 'ropc') THEN 'token'
        WHEN interactive = 'false' OR category LIKE '%noninteractive%' THEN 'idp_non_interactive'
        ELSE 'idp_interactive'
    END AS method,
    _ignored,
    nullif(lower(trim(tenant)), '') AS _instance,
    CASE
        WHEN _ignored IS NOT NULL THEN NULL
        WHEN outcome IS NULL THEN problem('$code', code, 'an error code, 0 for success')
        WHEN observed_at IS NULL THEN problem('$at', at_text, 'an instant, e.g. 2026-04-18T09:12:44Z')
        WHEN app_id IS NULL AND app_name IS NULL THEN problem('$app', NULL, 'id or name of the app')
        WHEN account_key IS NULL AND account_name IS NULL
            THEN problem('$user', NULL, 'id or name of the user')
    END AS _problem
FROM (
    SELECT
        *,
        CASE
            WHEN category IN ($service) THEN 'service principal sign-in'
            WHEN category NOT IN ($person) THEN 'other event category'
            WHEN account_key IS NULL AND account_name IS NULL AND service_id IS NOT NULL
                THEN 'service principal sign-in'
            WHEN outcome <> 'success' THEN outcome
        END AS _ignored
    FROM (
        SELECT
            nullif(lower(id), '') AS event_id,
            $instant AS observed_at,
            $version AS version_at,
            at_text,
            nullif(nullif(lower(user_id), ''), '00000000-0000-0000-0000-000000000000') AS account_key,
            CASE WHEN contains(user_name, '@') THEN lower(user_name) END AS account_name,
            nullif(lower(app_id), '') AS app_id,
            nullif(app_name, '') AS app_name,
            nullif(service_id, '') AS service_id,
            $tenant AS tenant,
            lower(client) AS client,
            lower(protocol) AS protocol,
            lower(interactive) AS interactive,
            lower(category) AS category,
            code,
            CASE
                WHEN code IN ('0', 'success', 'succeeded') THEN 'success'
                WHEN code IN (
                    'interrupted', '16000', '16001', '50055', '50058', '50072', '50074', '50076', '50079',
                    '50097', '50125', '50127', '50129', '50140', '50143', '50144', '50158', '50199', '51006',
                    '65001')
                    THEN 'interrupted sign-in'
                WHEN code IN ('failure', 'failed') OR TRY_CAST(code AS BIGINT) IS NOT NULL
                    THEN 'failed sign-in'
            END AS outcome
        FROM ($entry)
    )
)
""")

_GRAPH_ENTRY = """
SELECT id, createdDateTime AS at_text, userId AS user_id, userPrincipalName AS user_name, appId AS app_id,
       appDisplayName AS app_name, servicePrincipalId AS service_id, clientAppUsed AS client,
       authenticationProtocol AS protocol, isInteractive AS interactive, 'signinlogs' AS category,
       status.errorCode AS code
FROM raw
"""

# resultType is status.errorCode once more, save with collectors that put a word there.
_MONITOR_ENTRY = Template("""
SELECT properties.id AS id, coalesce(nullif(properties.createdDateTime, ''), "time") AS at_text,
       "time" AS version_text, properties.userId AS user_id, properties.userPrincipalName AS user_name,
       properties.appId AS app_id, properties.appDisplayName AS app_name,
       properties.servicePrincipalId AS service_id, properties.clientAppUsed AS client,
       properties.authenticationProtocol AS protocol, properties.isInteractive AS interactive,
       coalesce(category, '') AS category, $tenant,
       CASE WHEN TRY_CAST($result AS BIGINT) IS NOT NULL THEN $result
            ELSE coalesce(nullif(regexp_extract(properties.status, '"errorCode"\\s*:\\s*"?(\\d+)', 1), ''),
                          lower($result)) END AS code
FROM raw
""")

_LOG_ANALYTICS_ENTRY = """
SELECT id, coalesce(created, generated) AS at_text, user_id, user_name, app_id, app_name, service_id, client,
       protocol, interactive, coalesce(nullif(category, ''), "table", 'signinlogs') AS category,
       coalesce(nullif(lower(result), ''),
                nullif(regexp_extract(status, '"errorCode"\\s*:\\s*"?(\\d+)', 1), '')) AS code
FROM raw
"""

_PORTAL_ENTRY = """
SELECT trim(id) AS id, at_text, trim(user_id) AS user_id, trim(user_name) AS user_name,
       trim(app_id) AS app_id, trim(app_name) AS app_name,
       CAST(NULL AS VARCHAR) AS service_id, client, protocol, 'signinlogs' AS category,
       CASE WHEN contains(lower(incoming_token), 'refresh') THEN 'false' ELSE 'true' END AS interactive,
       CASE
           WHEN lower(status) IN ('success', 'interrupted') THEN lower(status)
           WHEN TRY_CAST(error_code AS BIGINT) <> 0 THEN error_code
           WHEN lower(status) = 'failure' THEN 'failure'
           WHEN coalesce(status, '') = '' THEN error_code
           ELSE status
       END AS code
FROM raw
"""


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _select(entry: str, *, at: str, code: str, app: str, user: str, american: bool = False,
            tenant: str = "CAST(NULL AS VARCHAR)", version: str = "CAST(NULL AS TIMESTAMP)") -> str:  # fmt: skip
    """Return the mapping over one shape's entry; `at` … `user` are the columns as the export calls them."""
    return _RECORD.substitute(
        entry=entry, at=at, code=code, app=app, user=user, version=version, tenant=tenant,
        instant="coalesce(instant(at_text), instant_us(at_text))" if american else "instant(at_text)",
        person=_quoted(_PERSON_CATEGORIES), service=_quoted(_SERVICE_CATEGORIES),
    )  # fmt: skip


def _has_sign_ins(head: Head) -> bool:
    """Tell whether diagnostic lines hold sign-ins at all: other logs come in the same envelope."""
    wanted = {*_PERSON_CATEGORIES, *_SERVICE_CATEGORIES}
    return any(str(at_path(record, "category")).lower() in wanted for record in head.records)


def _monitor(name: str, tenant: str, result: str, operation: str) -> Shape:
    properties = (
        "STRUCT(id VARCHAR, createdDateTime VARCHAR, userId VARCHAR, userPrincipalName VARCHAR, "
        "appId VARCHAR, appDisplayName VARCHAR, servicePrincipalId VARCHAR, clientAppUsed VARCHAR, "
        "authenticationProtocol VARCHAR, isInteractive VARCHAR, status VARCHAR)"
    )
    return Shape(
        name=name,
        container="json",
        requires=("time", "category", "properties", (tenant, result, operation)),
        columns={
            "time": "VARCHAR",
            "category": "VARCHAR",
            result: "VARCHAR",
            tenant: "VARCHAR",
            "properties": properties,
        },
        select=_select(
            _MONITOR_ENTRY.substitute(result=result, tenant=tenant),
            at="properties.createdDateTime",
            version="instant(version_text)",
            code="properties.status.errorCode",
            app="properties.appId",
            user="properties.userId",
            tenant=tenant,
        ),
        instance=tenant,
        several_instances=True,  # one Event Hub for many tenants
        share=0.1,  # an Event Hub mixes logs; whether there are sign-ins at all, _has_sign_ins says
        recognise=_has_sign_ins,
    )


_SHAPES = (
    Shape(
        name="graph",
        container="json",
        requires=("createdDateTime", "appDisplayName", "status", ("userId", "userPrincipalName")),
        columns={
            "id": "VARCHAR", "createdDateTime": "VARCHAR", "userId": "VARCHAR",
            "userPrincipalName": "VARCHAR", "appId": "VARCHAR", "appDisplayName": "VARCHAR",
            "servicePrincipalId": "VARCHAR",
            "clientAppUsed": "VARCHAR", "authenticationProtocol": "VARCHAR", "isInteractive": "VARCHAR",
            "status": "STRUCT(errorCode VARCHAR)",
        },
        select=_select(
            _GRAPH_ENTRY, at="createdDateTime", code="status.errorCode", app="appId", user="userId",
        ),
        instance=("resourceTenantId", "homeTenantId"),
    ),
    _monitor("azure_monitor", "tenantId", "resultType", "operationName"),
    _monitor("azure_monitor_lower", "tenantid", "resulttype", "operationname"),
    Shape(
        name="log_analytics",
        container="csv",
        requires=(
            ("CreatedDateTime [UTC]", "CreatedDateTime", "TimeGenerated [UTC]", "TimeGenerated"),
            "AppId", "AppDisplayName", "UserId", "UserPrincipalName", "ResultType",
        ),
        columns={
            "id": "Id",
            "created": ("CreatedDateTime [UTC]", "CreatedDateTime"),
            "generated": ("TimeGenerated [UTC]", "TimeGenerated"),
            "user_id": "UserId", "user_name": "UserPrincipalName", "app_id": "AppId",
            "app_name": "AppDisplayName", "service_id": "ServicePrincipalId", "client": "ClientAppUsed",
            "protocol": "AuthenticationProtocol", "interactive": "IsInteractive", "category": "Category",
            "table": "Type", "result": "ResultType", "status": "Status",
        },
        select=_select(
            _LOG_ANALYTICS_ENTRY, at="CreatedDateTime", code="ResultType", app="AppId", user="UserId",
            american=True,
        ),
        instance=("AADTenantId", "ResourceTenantId", "HomeTenantId"),
    ),
    Shape(
        name="portal",
        container="csv",
        requires=("Date (UTC)", "Request ID", "User ID", "Username", "Application", "Status"),
        columns={
            "id": "Request ID", "at_text": "Date (UTC)", "user_id": "User ID", "user_name": "Username",
            "app_id": "Application ID", "app_name": "Application", "client": "Client app",
            "protocol": "Authentication Protocol", "incoming_token": "Incoming token type",
            "status": "Status", "error_code": "Sign-in error code",
        },
        select=_select(
            _PORTAL_ENTRY, at="Date (UTC)", code="Status", app="Application ID", user="User ID",
            american=True,
        ),
        instance=("Resource tenant ID", "Home tenant ID"),
    ),
    Shape(
        name="service_principal",
        container="csv",
        requires=(
            ("Date (UTC)", "CreatedDateTime [UTC]", "CreatedDateTime", "TimeGenerated [UTC]",
             "TimeGenerated"),
            ("Request ID", "CorrelationId", "Correlation ID"),
            ("Service principal ID", "Managed Identity type"),
            ("Application ID", "AppId", "Resource ID", "ResourceIdentity"),
        ),
        forbids=("User ID", "Username", "UserPrincipalName"),
        columns={"id": ("Request ID", "Id")},
        select="SELECT nullif(lower(id), '') AS event_id, 'service principal sign-in' AS _ignored, "
        "CAST(NULL AS VARCHAR) AS _problem FROM raw",
        instance=("AADTenantId", "Resource tenant ID", "Home tenant ID"),
    ),
)  # fmt: skip

# ── examples: invented values in the public shapes ───────────────────────────────────────────────────────

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
)  # fmt: skip

FORMAT = Format(
    name="entra_sign_in",
    system="entra",
    kind="sign_in",
    title="Entra ID sign-in logs",
    shapes=_SHAPES,
    how_to_get="Entra admin centre → Monitoring → Sign-in logs → Download; or GET /auditLogs/signIns; or a "
    "diagnostic setting that writes SignInLogs and NonInteractiveUserSignInLogs to storage or an Event Hub.",
    proven_by="https://learn.microsoft.com/en-us/graph/api/resources/signin",
    proven_on=date(2026, 11, 23),
    examples=EXAMPLES,
)
