"""Entra ID provisioning log: what the provisioning service did, or did not do, to each account of each app.

Shapes:

- `graph`: provisioningObjectSummary records of `GET /auditLogs/provisioning`, v1.0 and beta, as pages, arrays or one
  per line, and the portal's JSON download, which has the same records
  (learn.microsoft.com/graph/api/resources/provisioningobjectsummary).
- `azure_monitor`: diagnostic lines of category ProvisioningLogs; `properties` holds the record.
- `log_analytics`: the table AADProvisioningLogs as CSV, nested values as JSON text in a cell; `log_analytics_json`:
  the same as a log query prints it (learn.microsoft.com/azure/azure-monitor/reference/tables/aadprovisioninglogs).
- `portal`: the ProvisioningLogs CSV of the portal's download, whose header comes from no public example: without
  the steps and changed properties, which the two files beside it hold; an `update` there does not say what it set.

Traps: action and status come in any case (the documentation spells `stageddelete`, SDKs `stagedDelete`). The beta
names `action` and `statusInfo` stand in older files. servicePrincipal is an object or a list of one. A success whose
export step failed or was skipped is no success, so the steps are kept as export_status. New values are quoted text
(`"False"`). Whether `active` was set: by the attribute's last part (`active`, `isActive`, `accountEnabled`, …) and,
turned round, `IsSoftDeleted`, `suspended`, `disabled`.

Nothing is ignored but `other event category`: that nothing was sent is what this log is read for.
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.entra_provisioning_examples import LOG_EXAMPLES
from discovery.sources.source import Format, Shape

_RECORD = Template(r"""
SELECT
    nullif(lower(id), '') AS event_id,
    _record AS record,
    observed_at,
    lower(blank_null(source ->> '$$.id')) AS account_key,
    coalesce(email_of(source ->> '$$.details.userPrincipalName'), email_of(source ->> '$$.displayName'),
             email_of(user_name)) AS account_name,
    CASE WHEN lower(source ->> '$$.identityType') IN ('user', 'group') THEN lower(source ->> '$$.identityType')
         WHEN blank_null(source ->> '$$.identityType') IS NULL THEN 'user' ELSE 'other' END AS principal_kind,
    lower(coalesce(blank_null(app ->> '$$.id'), blank_null(app ->> '$$.Id'))) AS client_key,
    CASE WHEN app_name IS NOT NULL THEN 'label' END AS mention_kind,
    app_name AS mention,
    blank_null(job) AS job_id,
    blank_null(cycle) AS cycle_id,
    blank_null(change) AS change_id,
    CASE action WHEN 'stageddelete' THEN 'staged_delete' WHEN 'staged_delete' THEN 'staged_delete'
         WHEN 'stagedaction' THEN 'staged_delete'
         ELSE CASE WHEN action IN ('create', 'update', 'disable', 'delete', 'other') THEN action END END AS action,
    CASE status WHEN 'succeeded' THEN 'success' WHEN 'failed' THEN 'failure'
         ELSE CASE WHEN status IN ('success', 'failure', 'skipped', 'warning') THEN status END END AS status,
    CASE
        WHEN list_contains(exports, 'failure') THEN 'failure'
        WHEN list_contains(exports, 'success') THEN 'success'
        WHEN len(exports) > 0 THEN exports[1]
    END AS export_status,
    CASE
        WHEN list_contains(activity, false) THEN false
        WHEN list_contains(activity, true) THEN true
    END AS sets_active,
    coalesce(blank_null(info ->> '$$.errorInformation.errorCode'), blank_null(info ->> '$$.errorCode'),
             skip_reason, blank_null(code)) AS error_code,
    coalesce(blank_null(info ->> '$$.errorInformation.reason'), blank_null(info ->> '$$.reason'), blank_null(said))
        AS error_text,
    coalesce(blank_null(target ->> '$$.id'), blank_null(target_id)) AS target_key,
    coalesce(blank_null(initiator ->> '$$.displayName'), blank_null(initiator ->> '$$.name')) AS initiated_by,
    CASE WHEN category NOT IN ('provisioninglogs', 'aadprovisioninglogs') THEN 'other event category' END AS _ignored,
    nullif(lower(trim(tenant)), '') AS _instance,
    CASE
        WHEN category NOT IN ('provisioninglogs', 'aadprovisioninglogs') THEN NULL
        WHEN observed_at IS NULL THEN problem('$at', at_text, 'an instant, e.g. 2026-04-18T09:12:44Z')
        WHEN action NOT IN ('create', 'update', 'disable', 'delete', 'other', 'stageddelete', 'staged_delete',
                            'stagedaction') OR action IS NULL
            THEN problem('$action', action, 'create, update, disable, delete, stagedDelete or other')
        WHEN status NOT IN ('success', 'failure', 'skipped', 'warning', 'succeeded', 'failed') OR status IS NULL
            THEN problem('$status', status, 'success, failure, skipped or warning')
        WHEN source ->> '$$.id' IS NULL AND source ->> '$$.displayName' IS NULL AND target ->> '$$.id' IS NULL
                AND blank_null(target_id) IS NULL
            THEN problem('sourceIdentity', NULL, 'whom it concerns: an id in sourceIdentity or targetIdentity')
    END AS _problem
FROM (
    SELECT
        *,
        $instant AS observed_at,
        blank_null(coalesce(app ->> '$$.displayName', app ->> '$$.name', app ->> '$$.Name')) AS app_name,
        fold(action_text) AS action,
        fold(coalesce(info ->> '$$.status', status_text)) AS status,
        list_transform(
            list_filter(steps, lambda s:
                lower(coalesce(s ->> '$$.provisioningStepType', s ->> '$$.type', '')) = 'export'
                OR lower(coalesce(s ->> '$$.name', '')) LIKE 'entryexport%'),
            lambda s: CASE fold(s ->> '$$.status') WHEN 'failed' THEN 'failure' WHEN 'succeeded' THEN 'success'
                ELSE fold(s ->> '$$.status') END) AS exports,
        list_filter(list_transform(steps, lambda s: blank_null(s ->> '$$.details.SkipReason')),
            lambda r: r IS NOT NULL)[1] AS skip_reason,
        list_filter(list_transform(changes, lambda c: CASE
            WHEN regexp_matches(lower(c ->> '$$.displayName'),
                '(^|[.:\[\]])(active|is_?active|account_?enabled|login_?enabled|enabled)$$')
                THEN CASE fold(c ->> '$$.newValue') WHEN 'false' THEN false WHEN 'true' THEN true
                     WHEN '0' THEN false WHEN '1' THEN true WHEN 'inactive' THEN false WHEN 'active' THEN true END
            WHEN regexp_matches(lower(c ->> '$$.displayName'),
                '(^|[.:\[\]])(is_?soft_?deleted|suspended|disabled|archived|deactivated|locked)$$')
                THEN CASE fold(c ->> '$$.newValue') WHEN 'true' THEN false WHEN 'false' THEN true
                     WHEN '1' THEN false WHEN '0' THEN true END
            END), lambda a: a IS NOT NULL) AS activity
    FROM ($entry)
)
""")


def _json(expression: str) -> str:
    """A nested value that some exports write as text."""
    return (
        f"CASE WHEN json_type({expression}) = 'VARCHAR' THEN TRY_CAST({expression} ->> '$' AS JSON) "
        f"ELSE {expression} END"
    )


def _list(expression: str) -> str:
    return f"coalesce(TRY_CAST({_json(expression)} AS JSON[]), CAST([] AS JSON[]))"


def _one(expression: str) -> str:
    """An object, or the first of a list of them."""
    value = _json(expression)
    return f"CASE WHEN json_type({value}) = 'ARRAY' THEN ({value}) -> '$[0]' ELSE {value} END"


def _entry(of: str, **names: str) -> str:
    """The unified columns over the Graph record `of` yields: `of` is a template with one name in it."""
    at = {key: names.get(key, of.format(default)) for key, default in (
        ("id", "id"), ("at", "activityDateTime"), ("job", "jobId"), ("cycle", "cycleId"), ("change", "changeId"),
    )}  # fmt: skip
    json_at = {key: names.get(key, of.format(default)) for key, default in (
        ("source", "sourceIdentity"), ("target", "targetIdentity"), ("app", "servicePrincipal"),
        ("steps", "provisioningSteps"), ("changes", "modifiedProperties"), ("initiator", "initiatedBy"),
    )}  # fmt: skip
    info = names.get("info", f"coalesce({of.format('provisioningStatusInfo')}, {of.format('statusInfo')})")
    action = names.get("action", f"coalesce({_text(of, 'provisioningAction')}, {_text(of, 'action')})")
    text = (lambda e: f"({e} ->> '$')") if "{" in of and "->" in of else (lambda e: e)
    return f"""
    SELECT _record, {text(at["id"])} AS id, {names.get("at_text", text(at["at"]))} AS at_text,
        {text(at["job"])} AS job, {text(at["cycle"])} AS cycle, {text(at["change"])} AS change,
        {action} AS action_text, {_json(info)} AS info,
        {_json(json_at["source"])} AS source, {_json(json_at["target"])} AS target, {_one(json_at["app"])} AS app,
        {_list(json_at["steps"])} AS steps, {_list(json_at["changes"])} AS changes,
        {_json(json_at["initiator"])} AS initiator, {names.get("tenant", "NULL::VARCHAR")} AS tenant,
        {names.get("category", "'provisioninglogs'")} AS category,
        {names.get("status", "NULL::VARCHAR")} AS status_text, {names.get("code", "NULL::VARCHAR")} AS code,
        {names.get("said", "NULL::VARCHAR")} AS said, NULL::VARCHAR AS user_name, NULL::VARCHAR AS target_id
    FROM raw"""  # noqa: S608 - expressions of this module, never of files


def _text(of: str, name: str) -> str:
    value = of.format(name)
    return f"({value} ->> '$')" if "->" in value else value


_ANALYTICS = _entry(
    '"{}"',
    id="Id", job="JobId", cycle="CycleId", change="ChangeId", action="ProvisioningAction",
    info="TRY_CAST(ProvisioningStatusInfo AS JSON)", source="TRY_CAST(SourceIdentity AS JSON)",
    target="TRY_CAST(TargetIdentity AS JSON)", app="TRY_CAST(ServicePrincipal AS JSON)",
    steps="TRY_CAST(ProvisioningSteps AS JSON)", changes="TRY_CAST(ModifiedProperties AS JSON)",
    initiator="TRY_CAST(InitiatedBy AS JSON)", at_text="TimeGenerated", tenant="AADTenantId",
    status="ResultType", code="ResultSignature", said="ResultDescription",
)  # fmt: skip
_ANALYTICS_COLUMNS = (
    "TimeGenerated", "Id", "JobId", "CycleId", "ChangeId", "ProvisioningAction", "ProvisioningStatusInfo",
    "SourceIdentity", "TargetIdentity", "ServicePrincipal", "ProvisioningSteps", "ModifiedProperties", "InitiatedBy",
    "AADTenantId", "ResultType", "ResultSignature", "ResultDescription",
)  # fmt: skip
_PORTAL = """
    SELECT _record, id, at_text, job, cycle, change, action_text, NULL::JSON AS info,
        json_object('id', source_id, 'displayName', source_name, 'identityType', source_kind) AS source,
        json_object('id', target_key) AS target, json_object('id', app_id, 'displayName', app_title) AS app,
        CAST([] AS JSON[]) AS steps, CAST([] AS JSON[]) AS changes,
        json_object('displayName', initiator_name) AS initiator, tenant,
        'provisioninglogs' AS category, status_text, code, said, user_name, target_key AS target_id
    FROM raw"""
_GRAPH_COLUMNS = {
    **dict.fromkeys(
        ("id", "activityDateTime", "jobId", "cycleId", "changeId", "provisioningAction", "action", "tenantId"),
        "VARCHAR",
    ),
    **dict.fromkeys(
        ("provisioningStatusInfo", "statusInfo", "sourceIdentity", "targetIdentity", "servicePrincipal",
         "provisioningSteps", "modifiedProperties", "initiatedBy"), "JSON",
    ),
}  # fmt: skip


def _select(entry: str, at: str = "activityDateTime", action: str = "provisioningAction",
            status: str = "provisioningStatusInfo.status", instant: str = "instant(at_text)") -> str:  # fmt: skip
    return _RECORD.substitute(entry=entry, at=at, action=action, status=status, instant=instant)


_ANY_INSTANT = "coalesce(instant(at_text), instant_us(at_text))"

FORMAT = Format(
    name="entra_provisioning_log",
    system="entra",
    kind="provisioning_event",
    title="Entra ID provisioning log",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("activityDateTime", ("provisioningAction", "action"), ("sourceIdentity", "targetIdentity"),
                      ("provisioningStatusInfo", "statusInfo")),
            columns=_GRAPH_COLUMNS,
            select=_select(_entry('"{}"', tenant='"tenantId"')),
            instance="tenantId",
            several_instances=True,
            numbered=True,
        ),
        Shape(
            name="azure_monitor",
            container="json",
            requires=("category", "properties", ("properties.provisioningAction", "properties.action"),
                      "properties.sourceIdentity"),
            columns={"time": "VARCHAR", "category": "VARCHAR", "tenantId": "VARCHAR", "properties": "JSON"},
            select=_select(
                _entry("(properties -> '$.{}')", at_text="coalesce(properties ->> '$.activityDateTime', \"time\")",
                       tenant='"tenantId"', category="lower(coalesce(category, ''))"),
                "time", "properties.provisioningAction", "properties.provisioningStatusInfo.status"),
            instance="tenantId",
            several_instances=True,
            share=0.1,
            numbered=True,
        ),
        Shape(
            name="log_analytics",
            container="csv",
            requires=(("TimeGenerated [UTC]", "TimeGenerated"), "ProvisioningAction", "SourceIdentity", "JobId"),
            columns={
                **{name: name for name in _ANALYTICS_COLUMNS},
                "TimeGenerated": ("TimeGenerated [UTC]", "TimeGenerated"),
            },
            select=_select(_ANALYTICS, "TimeGenerated", "ProvisioningAction", "ResultType", _ANY_INSTANT),
            instance="AADTenantId",
            several_instances=True,
            numbered=True,
        ),
        Shape(
            name="log_analytics_json",
            container="json",
            requires=("TimeGenerated", "ProvisioningAction", "SourceIdentity", "JobId"),
            columns=dict.fromkeys(_ANALYTICS_COLUMNS, "VARCHAR"),
            select=_select(_ANALYTICS, "TimeGenerated", "ProvisioningAction", "ResultType", _ANY_INSTANT),
            instance="AADTenantId",
            several_instances=True,
            numbered=True,
        ),
        Shape(
            name="portal",
            container="csv",
            requires=(("Date (UTC)", "Date", "Activity Date (UTC)", "ActivityDateTime"),
                      ("Action", "Provisioning Action", "ProvisioningAction"), ("Change ID", "ChangeId"),
                      ("Job ID", "JobId"), ("Source ID", "Source Identity ID", "SourceIdentityId", "Source system ID")),
            forbids=("TimeGenerated", "TimeGenerated [UTC]"),
            columns={
                "id": ("ID", "Log ID", "Activity ID"),
                "at_text": ("Date (UTC)", "Activity Date (UTC)", "ActivityDateTime", "Date"),
                "job": ("Job ID", "JobId"),
                "cycle": ("Cycle ID", "CycleId"),
                "change": ("Change ID", "ChangeId"),
                "action_text": ("Action", "Provisioning Action", "ProvisioningAction"),
                "status_text": ("Status", "Result", "ProvisioningStatus"),
                "code": ("Error code", "ErrorCode", "Status error code"),
                "said": ("Status reason", "Error reason", "Reason", "Error details"),
                "source_id": ("Source ID", "Source Identity ID", "SourceIdentityId", "Source system ID"),
                "source_name": ("Source Identity", "Identity", "Source display name", "SourceIdentityDisplayName"),
                "user_name": ("Source User Principal Name", "User principal name", "Identity"),
                "source_kind": ("Source Identity Type", "Identity type", "Source type"),
                "target_key": ("Target ID", "Target Identity ID", "TargetIdentityId", "Target system ID"),
                "app_id": ("Service Principal ID", "ServicePrincipalId"),
                "app_title": ("Service Principal Name", "Service principal", "Application", "Target System"),
                "initiator_name": ("Initiated by", "InitiatedBy"),
                "tenant": ("Tenant ID", "TenantId"),
            },
            select=_select(_PORTAL, "Date (UTC)", "Action", "Status", _ANY_INSTANT),
            instance=("Tenant ID", "TenantId"),
            several_instances=True,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, GET /auditLogs/provisioning, or Entra admin centre > Provisioning logs > "
    "Download (JSON says more than CSV)",
    proven_by="https://learn.microsoft.com/graph/api/resources/provisioningobjectsummary",
    proven_on=date(2026, 11, 25),
    kept_for="30 days with a premium licence, else 7",
    examples=LOG_EXAMPLES,
)  # fmt: skip
