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
- `log_analytics_json`: the same tables as a log query returns them (`{"tables": [{columns, rows}]}`) or as
  `az monitor log-analytics query` prints them.
- `powershell`: `Get-MgAuditLogSignIn | ConvertTo-Json -Depth 5` (or Get-AzureADAuditSignInLogs), names in PascalCase;
  `powershell_csv`: the same through Export-Csv. Of Microsoft.Graph the CSV holds the name of a type as Status: the
  result is lost, and each record is quarantined with that to say. Neither comes from a public example.
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

from datetime import date
from string import Template

from discovery.sources.entra_sign_in_examples import EXAMPLES
from discovery.sources.source import Format, Head, Shape, at_path

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

_LOG_ANALYTICS_NAMES = (
    "Id", "CreatedDateTime", "TimeGenerated", "UserId", "UserPrincipalName", "AppId", "AppDisplayName",
    "ServicePrincipalId", "ClientAppUsed", "AuthenticationProtocol", "IsInteractive", "Category", "Type", "ResultType",
    "Status",
)  # fmt: skip
_LOG_ANALYTICS_JSON = """
SELECT "Id" AS id, "CreatedDateTime" AS created, "TimeGenerated" AS generated, "UserId" AS user_id,
       "UserPrincipalName" AS user_name, "AppId" AS app_id, "AppDisplayName" AS app_name,
       "ServicePrincipalId" AS service_id, "ClientAppUsed" AS client, "AuthenticationProtocol" AS protocol,
       "IsInteractive" AS interactive, "Category" AS category, "Type" AS "table", "ResultType" AS result,
       "Status" AS status
FROM raw
"""

_POWERSHELL_NAMES = (
    "Id", "CreatedDateTime", "UserId", "UserPrincipalName", "AppId", "AppDisplayName", "ServicePrincipalId",
    "ClientAppUsed", "AuthenticationProtocol", "IsInteractive",
)  # fmt: skip
# Windows PowerShell writes /Date(milliseconds)/ into JSON.
_POWERSHELL_ENTRY = Template("""
SELECT "Id" AS id,
       CASE WHEN starts_with("CreatedDateTime", '/Date(')
            THEN CAST(epoch_ms(CAST(regexp_extract("CreatedDateTime", '\\d+') AS BIGINT)) AS VARCHAR)
            ELSE "CreatedDateTime" END AS at_text,
       "UserId" AS user_id, "UserPrincipalName" AS user_name, "AppId" AS app_id, "AppDisplayName" AS app_name,
       "ServicePrincipalId" AS service_id, "ClientAppUsed" AS client, "AuthenticationProtocol" AS protocol,
       "IsInteractive" AS interactive, 'signinlogs' AS category, $code AS code
FROM raw
""")

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
        name="log_analytics_json",
        container="json",
        requires=(
            ("CreatedDateTime", "TimeGenerated"), "AppId", "AppDisplayName", "UserPrincipalName", "ResultType",
        ),
        columns=dict.fromkeys(_LOG_ANALYTICS_NAMES, "VARCHAR"),
        select=_select(
            _LOG_ANALYTICS_ENTRY.replace("FROM raw", f"FROM ({_LOG_ANALYTICS_JSON})"), at="CreatedDateTime",
            code="ResultType", app="AppId", user="UserId",
        ),
        instance=("AADTenantId", "ResourceTenantId", "HomeTenantId"),
    ),
    Shape(
        name="powershell",
        container="json",
        requires=("CreatedDateTime", "AppDisplayName", "Status", ("UserId", "UserPrincipalName")),
        forbids=("ResultType",),
        columns={**dict.fromkeys(_POWERSHELL_NAMES, "VARCHAR"), "Status": "JSON"},
        select=_select(
            _POWERSHELL_ENTRY.substitute(code="""Status ->> '$.ErrorCode'"""), at="CreatedDateTime",
            code="Status.ErrorCode", app="AppId", user="UserId",
        ),
    ),
    Shape(
        name="powershell_csv",
        container="csv",
        requires=("CreatedDateTime", "AppDisplayName", "AppId", "Status", "UserPrincipalName", "Id", "UserId"),
        forbids=("ResultType",),
        columns={**{name: name for name in _POWERSHELL_NAMES}, "Status": "Status"},
        select=_select(
            _POWERSHELL_ENTRY.substitute(
                code="""coalesce(nullif(regexp_extract(Status, '(?i)ErrorCode["=: ]+(\\d+)', 1), ''), lower(Status))"""
            ),
            at="CreatedDateTime", code="Status", app="AppId", user="UserId", american=True,
        ),
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
