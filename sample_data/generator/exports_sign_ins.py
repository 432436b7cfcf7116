"""Entra ID sign-ins in seven shapes, and as one large file for benchmarks."""

from datetime import date
from itertools import pairwise

from .options import GUEST_TENANT_ID, TENANT_ID, Options
from .writing import Writer

SIGN_INS_CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns"
LOG_ANALYTICS_HEADER = (
    "TenantId,SourceSystem,TimeGenerated [UTC],ResourceId,OperationName,OperationVersion,Category,ResultType,"
    "ResultSignature,ResultDescription,DurationMs,CorrelationId,Resource,ResourceGroup,"
    "ResourceProvider,Identity,"
    "Level,Location,AlternateSignInName,AppDisplayName,AppId,AuthenticationContextClassReferences,"
    "AuthenticationDetails,AppliedEventListeners,AuthenticationMethodsUsed,AuthenticationProcessingDetails,"
    "AuthenticationRequirement,AuthenticationRequirementPolicies,ClientAppUsed,ConditionalAccessPolicies,"
    "ConditionalAccessStatus,CreatedDateTime [UTC],DeviceDetail,IsInteractive,Id,IPAddress,IsRisky,"
    "LocationDetails,"
    "MfaDetail,NetworkLocationDetails,OriginalRequestId,ProcessingTimeInMilliseconds,RiskDetail,"
    "RiskEventTypes,"
    "RiskEventTypes_V2,RiskLevelAggregated,RiskLevelDuringSignIn,RiskState,ResourceDisplayName,"
    "ResourceIdentity,"
    "ResourceServicePrincipalId,ServicePrincipalId,ServicePrincipalName,Status,TokenIssuerName,"
    "TokenIssuerType,"
    "UserAgent,UserDisplayName,UserId,UserPrincipalName,AADTenantId,UserType,FlaggedForReview,"
    "IPAddressFromResourceProvider,SignInIdentifier,SignInIdentifierType,ResourceTenantId,HomeTenantId,"
    "UniqueTokenIdentifier,SessionLifetimePolicies,AutonomousSystemNumber,AuthenticationProtocol,"
    "CrossTenantAccessType,AppliedConditionalAccessPolicies,RiskLevel,Type"
)
PORTAL_HEADER = (
    "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant "
    "access type,"
    "Incoming token type,Authentication Protocol,Unique token identifier,Original transfer method,"
    "Client credential type,Token Protection - Sign In Session,Token Protection - Sign In Session StatusCode,"
    "Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,"
    "Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,"
    "Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,"
    "Multifactor authentication result,Multifactor authentication auth method,"
    "Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,"
    "IP address (seen by resource),Through Global Secure Access,Global Secure Access IP address,"
    "Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token "
    "issuer name,Latency,"
    "Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated "
    "Token Issuer"
)
USER_AGENT = (
    "'Mozilla/5.0 (' || if(device.os = 'MacOs', 'Macintosh; Intel Mac OS X 10_15_7', 'Windows NT "
    "10.0; Win64; x64')"
    " || ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36'"
)
GRAPH_RESOURCE = "00000003-0000-0000-c000-000000000000"
ISO = "'%Y-%m-%dT%H:%M:%SZ'"
STATUS = (
    "{'errorCode': error_code, 'failureReason': coalesce(failure_reason, 'Other.'), "
    "'additionalDetails': if(error_code = 0, 'MFA requirement satisfied by claim in the token', NULL)}"
)
DEVICE = (
    "{'deviceId': '', 'displayName': '', 'operatingSystem': device.os, 'browser': device.browser, "
    "'isCompliant': false, 'isManaged': false, 'trustType': ''}"
)
LOCATION = "{'city': 'London', 'state': 'England', 'countryOrRegion': 'GB'}"


def graph_sign_in(where: str) -> str:
    """Select Graph v1.0 signIn objects."""
    return f"""
        SELECT event_id AS id, strftime(happened_at, {ISO}) AS "createdDateTime",
            display_name AS "userDisplayName",
            upn AS "userPrincipalName", object_id AS "userId", client_id AS "appId",
                client_name AS "appDisplayName",
            ip AS "ipAddress", 'Browser' AS "clientAppUsed", correlation_id AS "correlationId",
            'notApplied' AS "conditionalAccessStatus", is_interactive AS "isInteractive",
                'none' AS "riskDetail",
            'none' AS "riskLevelAggregated", 'none' AS "riskLevelDuringSignIn", 'none' AS "riskState",
            []::VARCHAR[] AS "riskEventTypes", 'Microsoft Graph' AS "resourceDisplayName",
            '{GRAPH_RESOURCE}' AS "resourceId", {STATUS} AS status, {DEVICE} AS "deviceDetail",
                {LOCATION} AS location,
            []::VARCHAR[] AS "appliedConditionalAccessPolicies"
        FROM entra_event WHERE {where} ORDER BY happened_at DESC, event_id"""


def azure_monitor_line(where: str) -> str:
    """Select Azure Monitor diagnostic records; one non-interactive row in 40 carries a GUID as its UPN."""
    return f"""
        SELECT strftime(happened_at, '%Y-%m-%dT%H:%M:%S.%gZ') AS time,
            '/tenants/{TENANT_ID}/providers/Microsoft.aadiam' AS "resourceId",
                'Sign-in activity' AS "operationName",
            '1.0' AS "operationVersion", if(is_interactive, 'SignInLogs',
                'NonInteractiveUserSignInLogs') AS category,
            '{TENANT_ID}' AS "tenantId", error_code::VARCHAR AS "resultType",
            if(error_code = 0, 'None', 'FAILURE') AS "resultSignature", failure_reason AS "resultDescription",
            0 AS "durationMs", ip AS "callerIpAddress", correlation_id AS "correlationId",
                display_name AS identity,
            4 AS "Level", 'GB' AS location,
            {{'id': event_id, 'createdDateTime': strftime(happened_at, '%Y-%m-%dT%H:%M:%S.%g+00:00'),
            'userDisplayName': display_name, 'userPrincipalName': if(NOT is_interactive AND draw('guid upn'
                || event_id) < 0.025, object_id, upn),
            'userId': object_id, 'appId': client_id, 'appDisplayName': client_name, 'ipAddress': ip,
                'status': {STATUS},
            'clientAppUsed': 'Browser', 'deviceDetail': {DEVICE}, 'location': {LOCATION},
                'correlationId': correlation_id,
            'conditionalAccessStatus': 'notApplied', 'isInteractive': is_interactive,
                'tokenIssuerType': 'AzureAD',
            'riskState': 'none', 'resourceDisplayName': 'Microsoft Graph', 'resourceId': '{GRAPH_RESOURCE}',
            'resourceTenantId': '{TENANT_ID}', 'homeTenantId': if(is_guest, '{GUEST_TENANT_ID}',
                '{TENANT_ID}'),
            'userType': if(is_guest, 'Guest', 'Member'),
                'authenticationRequirement': 'multiFactorAuthentication'}} AS properties
        FROM entra_event WHERE {where} ORDER BY happened_at, event_id"""


def service_principal_line(options: Options) -> str:
    """Three sign-ins of an application without a person, in the same log."""
    return f"""
        SELECT strftime(TIMESTAMP '{options.day(0.40)} 02:00:00' + to_days(i::INTEGER),
            '%Y-%m-%dT%H:%M:%S.%gZ') AS time,
            '/tenants/{TENANT_ID}/providers/Microsoft.aadiam' AS "resourceId",
                'Sign-in activity' AS "operationName",
            '1.0' AS "operationVersion", 'ServicePrincipalSignInLogs' AS category,
                '{TENANT_ID}' AS "tenantId",
            '0' AS "resultType", 'None' AS "resultSignature", NULL AS "resultDescription", 0 AS "durationMs",
            '203.0.113.77' AS "callerIpAddress", guid('sp correlation' || i) AS "correlationId",
                NULL AS identity,
            4 AS "Level", 'GB' AS location,
            {{'id': guid('sp sign-in' || i),
                'createdDateTime': strftime(TIMESTAMP '{options.day(0.40)} 02:00:00' + to_days(i::INTEGER),
                '%Y-%m-%dT%H:%M:%S.%g+00:00'),
            'servicePrincipalId': guid('sp backup'), 'servicePrincipalName': 'Nordwind Backup Runner',
            'appId': guid('app backup'), 'resourceDisplayName': 'Azure Storage', 'status': {{'errorCode': 0}},
            'ipAddress': '203.0.113.77', 'resourceTenantId': '{TENANT_ID}'}} AS properties
        FROM range(3) t(i) ORDER BY i"""


def log_analytics_row(where: str) -> str:
    """Select the rows of the Log Analytics CSV, in the order of its header."""
    when = "strftime(happened_at, '%-m/%-d/%Y, %-I:%M:%S.%g %p')"
    values = {
        "TenantId": f"'{TENANT_ID}'",
        "SourceSystem": "'Azure AD'",
        "TimeGenerated [UTC]": when,
        "ResourceId": f"'/tenants/{TENANT_ID}/providers/Microsoft.aadiam'",
        "OperationName": "'Sign-in activity'",
        "OperationVersion": "'1.0'",
        "Category": "if(is_interactive, 'SignInLogs', 'NonInteractiveUserSignInLogs')",
        "ResultType": "error_code",
        "ResultSignature": "if(error_code = 0, 'None', 'FAILURE')",
        "ResultDescription": "failure_reason",
        "DurationMs": "0",
        "CorrelationId": "correlation_id",
        "Resource": "'Microsoft.aadiam'",
        "ResourceGroup": "'Microsoft.aadiam'",
        "Identity": "display_name",
        "Level": "4",
        "Location": "'GB'",
        "AppDisplayName": "client_name",
        "AppId": "client_id",
        "AuthenticationRequirement": "'multiFactorAuthentication'",
        "ClientAppUsed": "'Browser'",
        "ConditionalAccessStatus": "'notApplied'",
        "CreatedDateTime [UTC]": when,
        "DeviceDetail": f"to_json({DEVICE})",
        "IsInteractive": "is_interactive",
        "Id": "event_id",
        "IPAddress": "ip",
        "LocationDetails": f"to_json({LOCATION})",
        "RiskState": "'none'",
        "ResourceDisplayName": "'Microsoft Graph'",
        "ResourceIdentity": f"'{GRAPH_RESOURCE}'",
        "Status": f"to_json({STATUS})",
        "TokenIssuerType": "'AzureAD'",
        "UserDisplayName": "display_name",
        "UserId": "object_id",
        "UserPrincipalName": "upn",
        "AADTenantId": f"'{TENANT_ID}'",
        "UserType": "if(is_guest, 'Guest', 'Member')",
        "ResourceTenantId": f"'{TENANT_ID}'",
        "HomeTenantId": f"if(is_guest, '{GUEST_TENANT_ID}', '{TENANT_ID}')",
        "Type": "'SigninLogs'",
    }
    columns = ", ".join(values.get(name, "NULL") for name in LOG_ANALYTICS_HEADER.split(","))
    return f"SELECT {columns} FROM entra_event WHERE {where} ORDER BY happened_at DESC, event_id"


def portal_row(where: str) -> str:
    """Select the rows of the portal's sign-in CSV, in the order of its header; two columns share a name."""
    values = {
        "Date (UTC)": f"strftime(happened_at, {ISO})",
        "Request ID": "event_id",
        "User agent": USER_AGENT,
        "Correlation ID": "correlation_id",
        "User ID": "object_id",
        "User": "display_name",
        "Username": "upn",
        "User type": "if(is_guest, 'Guest', 'Member')",
        "Cross tenant access type": "if(is_guest, 'b2bCollaboration', 'none')",
        "Incoming token type": "'none'",
        "Authentication Protocol": "'none'",
        "Application": "client_name",
        "Application ID ": "client_id",
        "Resource": "'Microsoft Graph'",
        "Resource ID ": f"'{GRAPH_RESOURCE}'",
        "Resource tenant ID": f"'{TENANT_ID}'",
        "Home tenant ID": f"if(is_guest, '{GUEST_TENANT_ID}', '{TENANT_ID}')",
        "IP address": "ip",
        "Location": "'London, England, GB'",
        "Status": "CASE error_code WHEN 0 THEN 'Success' WHEN 50140 THEN 'Interrupted' ELSE 'Failure' END",
        "Sign-in error code": "nullif(error_code, 0)",
        "Failure reason": "coalesce(failure_reason, 'Other.')",
        "Client app": "'Browser'",
        "Browser": "device.browser",
        "Operating System": "device.os",
        "Compliant": "'No'",
        "Managed": "'No'",
        "Authentication requirement": "'Multifactor authentication'",
        "Autonomous system  number": "'5607'",
        "Flagged for review": "'No'",
        "Token issuer type": "'Azure AD'",
        "Latency": "(80 + floor(draw('latency' || event_id) * 400))::INTEGER",
        "Conditional Access": "'Not Applied'",
    }
    columns = ", ".join(values.get(name, "NULL") for name in PORTAL_HEADER.split(","))
    return f"SELECT {columns} FROM entra_event WHERE {where} ORDER BY happened_at DESC, event_id"


def write_sign_ins(writer: Writer) -> None:
    """Write one log in seven shapes whose windows overlap; some late rows come in a later export only."""

    def between(first: date, last: date) -> str:
        return f"day >= DATE '{first}' AND day < DATE '{last}'"

    late = f"({between(writer.options.day(0.09), writer.options.day(0.12))} AND is_late)"
    pages = [0.0, 0.08, 0.15, 0.20]
    for number, (first, last) in enumerate(pairwise(pages), start=1):
        next_link = (
            f'"@odata.nextLink":"https://graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken={number:08x}",'
            if number < len(pages) - 1
            else ""
        )
        writer.json(
            f"entra/graph/signIns_page_{number}.json",
            "Entra sign-ins, Graph page",
            graph_sign_in(f"{between(writer.options.day(first), writer.options.day(last))} AND NOT {late}"),
            prefix=f'{{"@odata.context":"{SIGN_INS_CONTEXT}",{next_link}"value":',
            suffix="}\n",
        )
    writer.ndjson(
        "entra/graph/signIns_collected.ndjson",
        "Entra sign-ins, Graph NDJSON",
        graph_sign_in(between(writer.options.day(0.18), writer.options.day(0.36))),
    )
    monitored = between(writer.options.day(0.34), writer.options.day(0.54))
    writer.ndjson(
        "siem/insights-logs-signinlogs/PT1H.json",
        "Entra sign-ins, Azure Monitor lines",
        f"FROM ({azure_monitor_line(f'{monitored} OR {late}')}) "
        f"UNION ALL FROM ({service_principal_line(writer.options)}) ORDER BY time",
    )
    writer.json(
        "siem/eventhub/records_0001.json.gz",
        "Entra sign-ins, Azure Monitor Event Hub",
        azure_monitor_line(between(writer.options.day(0.52), writer.options.day(0.68))),
        prefix='{"records":',
        suffix="}\n",
        compress=True,
    )
    writer.csv(
        "siem/log analytics/query_data.csv",
        "Entra sign-ins, Log Analytics CSV",
        LOG_ANALYTICS_HEADER,
        log_analytics_row(between(writer.options.day(0.66), writer.options.day(0.84))),
    )
    recent = f"day >= DATE '{writer.options.day(0.82)}'"
    for name, condition in (
        ("InteractiveSignIns", "is_interactive"),
        ("NonInteractiveSignIns", "NOT is_interactive"),
    ):
        writer.csv(
            f"entra/portal/{name}_{writer.options.day(0.82)}_{writer.options.end}.csv",
            f"Entra sign-ins, portal {name} CSV",
            PORTAL_HEADER,
            portal_row(f"{recent} AND {condition}"),
        )


def write_benchmark_sign_ins(writer: Writer, rows: int) -> None:
    """Write so many sign-ins as NDJSON, in the short shape of a `$select`ed Graph query (about 370 bytes)."""
    writer.connection.execute("""
        CREATE TABLE numbered_client AS SELECT row_number() OVER (ORDER BY app, client_name) - 1 AS client_no,
            client_name, app_id FROM entra_client WHERE has_sign_ins
    """)
    writer.ndjson(
        "entra/signIns.ndjson",
        "Entra sign-ins, Graph NDJSON",
        f"""
        WITH event AS (SELECT i, md5_number_lower('{writer.options.seed}|event|' || i) AS h
            FROM range({rows}) t(i))
        SELECT guid('sign-in' || i) AS id,
            strftime(TIMESTAMP '{writer.options.start}' + to_milliseconds((i * ({writer.options.days} *
                86400000.0 /
                {rows}))::BIGINT), {ISO})
                AS "createdDateTime", p.upn AS "userPrincipalName", p.object_id AS "userId",
                    c.app_id AS "appId",
            c.client_name AS "appDisplayName", '198.51.' || (h // 64 % 250) || '.'
                || (h // 16384 % 250) AS "ipAddress",
            'Browser' AS "clientAppUsed", true AS "isInteractive",
            {{'errorCode': if(h // 4194304 % 20 = 0, 50126, 0)}} AS status
        FROM event e JOIN person p ON p.person_no = (h // 1073741824) % {writer.options.people}
        JOIN numbered_client c ON c.client_no = h % (SELECT count(*) FROM numbered_client) ORDER BY i""",
    )
