"""What Entra ID's provisioning says of itself: jobs, mappings, settings, its log, the audit log, group members.

Slack's job runs, and leavers who were disabled first are told there; GitHub's runs with Delete unticked and refuses one
change; the calibration portal's has been in quarantine for ten days. Everything else that is assigned has no job. Nils,
who was deleted without being disabled, is the classic case: nothing is sent for 30 days.
"""

from .exports_sign_ins import ISO
from .options import TENANT_ID, Options
from .writing import Writer

RUNNING = ("Slack", "GitHub Enterprise Cloud – Enterprise Account")
QUARANTINED = "Nordwind Calibration Portal"
GROUP = "sg-calibration"
_HEAD = '{{"@collected":{{"system":"entra","list":"{name}","instance":"{tenant}","from":null,"to":null,"is_complete":true,"collected_at":"{end}T21:30:00Z"}}}}\n'  # noqa: E501


def write_provisioning(writer: Writer) -> None:
    """Write the eight exports below entra/provisioning."""
    options = writer.options
    create_provisioning(writer)
    head = {"tenant": TENANT_ID, "end": options.end}
    _collected(writer, "jobs", "Entra provisioning jobs", JOBS.format(end=options.end, iso=ISO), head)
    _collected(writer, "schemas", "Entra provisioning mappings", SCHEMAS, head)
    _collected(writer, "templates", "Entra provisioning mappings", TEMPLATES.format(running=RUNNING), head)
    _collected(writer, "settings", "Entra provisioning settings", SETTINGS, head)
    _collected(writer, "group_members", "Entra group members", MEMBERS, head)
    writer.json(
        "entra/provisioning/provisioning_log.json",
        "Entra provisioning log",
        LOG.format(iso=ISO, tenant=TENANT_ID),
        prefix='{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/provisioning","value":',
        suffix="}\n",
    )
    writer.json(
        "entra/provisioning/directory_audits.json",
        "Entra audit log",
        AUDITS.format(iso=ISO),
        prefix='{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits","value":',
        suffix="}\n",
    )


def _collected(writer: Writer, name: str, format_name: str, select: str, head: dict[str, object]) -> None:
    writer.ndjson(
        f"entra/provisioning/{name}.ndjson", format_name, select, first=_HEAD.format(name=name, **head)
    )


def create_provisioning(writer: Writer) -> None:
    """Tables `provisioned` (client with a job), `departed` (who left, and when) and `provisioning_entry`."""
    options: Options = writer.options
    writer.connection.execute(f"""
        CREATE TABLE provisioned AS
        SELECT client_name, app, principal_id, guid('provisioning job' || client_name) AS job_id,
            client_name IN {RUNNING} AS is_running
        FROM entra_client WHERE client_name IN {(*RUNNING, QUARANTINED)};
        CREATE TABLE departed AS
        SELECT person_no, object_id, upn, directory_state,
            left_on + INTERVAL '1 day 8 hours 45 minutes' AS disabled_at,
            left_on + INTERVAL '3 days 10 hours' AS deleted_at
        FROM person WHERE directory_state IN ('disabled', 'soft_deleted');
        CREATE TABLE provisioning_entry AS
        -- Who left and was disabled: told in the next cycle; GitHub refuses the first of them.
        SELECT d.object_id, d.upn, p.client_name, p.principal_id, p.job_id, 'disable' AS action,
            d.disabled_at + INTERVAL '31 minutes' AS happened_at,
            CASE WHEN p.client_name <> 'Slack' AND d.person_no = (SELECT min(person_no) FROM departed
                JOIN assignment USING (person_no) WHERE client_name = '{RUNNING[1]}' AND directory_state = 'disabled')
                THEN 'failure' ELSE 'success' END AS status
        FROM departed AS d JOIN assignment AS a USING (person_no) JOIN provisioned AS p USING (client_name)
        WHERE d.directory_state = 'disabled' AND p.is_running
        UNION ALL
        -- The classic case: made and changed, then deleted, and silence.
        SELECT d.object_id, d.upn, 'Slack', p.principal_id, p.job_id, unnest(['create', 'update']),
            TIMESTAMP '{options.start} 08:00' + unnest([INTERVAL 0 DAY, INTERVAL 20 DAY]), 'success'
        FROM departed AS d JOIN provisioned AS p ON p.client_name = 'Slack'
        WHERE d.directory_state = 'soft_deleted'
        UNION ALL
        -- Something changes every evening, so that the log is known to reach to the end.
        SELECT x.object_id, x.upn, 'Slack', p.principal_id, p.job_id, 'update', day + INTERVAL 21 HOUR, 'success'
        FROM range(TIMESTAMP '{options.start}', TIMESTAMP '{options.end}' + INTERVAL 1 DAY, INTERVAL 1 DAY) AS t(day)
        JOIN provisioned AS p ON p.client_name = 'Slack'
        JOIN (SELECT object_id, upn FROM person JOIN assignment USING (person_no)
            WHERE client_name = 'Slack' AND directory_state = 'active' ORDER BY person_no LIMIT 1) AS x ON true;
    """)


JOBS = """
    SELECT principal_id AS "servicePrincipalId", job_id AS id,
        CASE client_name WHEN 'Slack' THEN 'slackOutDelta' WHEN 'Nordwind Calibration Portal' THEN 'customappsso'
            ELSE 'gitHubEnterpriseCloudOutDelta' END AS "templateId",
        {{'expiration': NULL::VARCHAR, 'interval': 'PT40M', 'state': 'Active'}} AS schedule,
        {{'code': if(is_running, 'Active', 'Quarantine'),
            'countSuccessiveCompleteFailures': if(is_running, 0, 12),
            'lastExecution': {{'state': if(is_running, 'Succeeded', 'Failed'), 'timeEnded': '{end}T21:10:00Z'}},
            'lastSuccessfulExecution': {{'state': 'Succeeded', 'timeEnded':
                if(is_running, '{end}T21:10:00Z', strftime(DATE '{end}' - 10, {iso}))}},
            'quarantine': if(is_running, NULL, {{'seriesBegan': strftime(DATE '{end}' - 10, {iso}),
                'currentBegan': '{end}T04:00:00Z', 'nextAttempt': strftime(DATE '{end}' + 1, {iso}),
                'reason': 'EncounteredQuarantineException'}})}} AS status,
        [{{'name': 'QuarantineTooManyDeletesThreshold', 'value': '500'}}] AS "synchronizationJobSettings"
    FROM provisioned ORDER BY client_name"""
TEMPLATES = """
    SELECT principal_id AS "servicePrincipalId",
        CASE client_name WHEN 'Slack' THEN 'slackOutDelta' ELSE 'gitHubEnterpriseCloudOutDelta' END AS "templateId",
        guid('template' || client_name) AS id,
        [{{'name': 'USER_OUTBOUND_USER', 'objectMappings': [{{'enabled': true, 'flowTypes': 'Add, Update, Delete',
            'sourceObjectName': 'User', 'targetObjectName': 'User', 'scope': NULL::VARCHAR,
            'attributeMappings': [
                {{'targetAttributeName': 'userName', 'matchingPriority': 1, 'flowType': 'Always',
                    'source': {{'expression': '[userPrincipalName]', 'name': 'userPrincipalName',
                        'type': 'Attribute'}}}},
                {{'targetAttributeName': 'active', 'matchingPriority': 0, 'flowType': 'Always',
                    'source': {{'expression': 'Not([IsSoftDeleted])', 'name': 'Not', 'type': 'Function'}}}}]}}]}}]
            AS "synchronizationRules"
    FROM provisioned WHERE client_name IN {running} ORDER BY client_name"""
SCHEMAS = """
    SELECT principal_id AS "servicePrincipalId", job_id AS "jobId", guid('schema' || client_name) AS id,
        [{'name': 'USER_OUTBOUND_USER', 'objectMappings': [{'enabled': true,
            'flowTypes': if(client_name LIKE 'GitHub%', 'Add, Update', 'Add, Update, Delete'),
            'sourceObjectName': 'User', 'targetObjectName': 'User', 'scope': NULL::VARCHAR,
            'attributeMappings': [
                {'targetAttributeName': 'userName', 'matchingPriority': 1, 'flowType': 'Always',
                    'source': {'expression': '[userPrincipalName]', 'name': 'userPrincipalName', 'type': 'Attribute'}},
                {'targetAttributeName': 'active', 'matchingPriority': 0, 'flowType': 'Always',
                    'source': {'expression': 'Not([IsSoftDeleted])', 'name': 'Not', 'type': 'Function'}}]}]}]
            AS "synchronizationRules"
    FROM provisioned ORDER BY client_name"""
SETTINGS = """
    SELECT principal_id AS "servicePrincipalId", client_name LIKE 'GitHub%' AS "skipOutOfScopeDeletions"
    FROM provisioned ORDER BY client_name"""
MEMBERS = """
    SELECT '#microsoft.graph.user' AS "@odata.type", object_id AS id, display_name AS "displayName",
        upn AS "userPrincipalName", guid('group calibration') AS "groupId", 'sg-calibration' AS "groupDisplayName"
    FROM person JOIN assignment USING (person_no)
    WHERE client_name = 'Nordwind Calibration Portal' ORDER BY object_id"""
LOG = """
    SELECT guid('provisioning' || object_id || client_name || action || happened_at) AS id,
        strftime(happened_at, {iso}) AS "activityDateTime", '{tenant}' AS "tenantId", job_id AS "jobId",
        guid('cycle' || happened_at) AS "cycleId", guid('change' || object_id || happened_at) AS "changeId",
        action AS "provisioningAction", 812 AS "durationInMilliseconds",
        {{'displayName': 'Microsoft Entra provisioning service', 'initiatorType': 'system'}} AS "initiatedBy",
        {{'id': principal_id, 'displayName': client_name}} AS "servicePrincipal",
        {{'id': object_id, 'identityType': 'User', 'displayName': upn,
            'details': {{'userPrincipalName': upn}}}} AS "sourceIdentity",
        {{'id': upper(md5(object_id || client_name)[1:11]), 'identityType': 'User'}} AS "targetIdentity",
        {{'status': status, 'errorInformation': if(status = 'failure',
            {{'errorCode': 'InsufficientRights', 'reason': 'Forbidden (403)'}}, NULL)}} AS "provisioningStatusInfo",
        CASE action WHEN 'disable' THEN [{{'displayName': 'active', 'oldValue': '"True"', 'newValue': '"False"'}}]
            WHEN 'update' THEN [{{'displayName': 'title', 'oldValue': NULL, 'newValue': '"Engineer"'}}] ELSE [] END
            AS "modifiedProperties",
        [{{'name': 'EntryImport', 'provisioningStepType': 'import', 'status': 'success'}},
         {{'name': 'EntryExportUpdate', 'provisioningStepType': 'export', 'status': status}}] AS "provisioningSteps"
    FROM provisioning_entry ORDER BY happened_at, 1"""
AUDITS = """
    SELECT 'Directory_' || guid('audit' || object_id || activity) AS id, 'UserManagement' AS category,
        'success' AS result, activity AS "activityDisplayName", strftime(happened_at, {iso}) AS "activityDateTime",
        {{'user': {{'userPrincipalName': 'it-desk@nordwind.example'}}}} AS "initiatedBy",
        [{{'id': object_id, 'type': 'User', 'userPrincipalName':
            if(activity = 'Delete user', replace(object_id, '-', '') || upn, upn)}}] AS "targetResources"
    FROM (
        SELECT object_id, upn, 'Disable account' AS activity, disabled_at AS happened_at FROM departed
            WHERE directory_state = 'disabled'
        UNION ALL SELECT object_id, upn, 'Delete user', deleted_at FROM departed
            WHERE directory_state = 'soft_deleted')
    ORDER BY happened_at, 1"""
