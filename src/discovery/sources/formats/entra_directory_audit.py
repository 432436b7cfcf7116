"""Entra ID audit log: when an account was disabled, deleted, restored, unassigned, or taken out of a group.

Shapes: `graph`, directoryAudit records of `GET /auditLogs/directoryAudits` as pages, arrays or one per line
(learn.microsoft.com/graph/api/resources/directoryaudit); `azure_monitor`, diagnostic lines of category AuditLogs;
`log_analytics`, the table AuditLogs as CSV, nested values as JSON text in a cell, and `log_analytics_json`; `portal`,
AuditLogs_*.csv of the admin centre, with numbered columns for the first two targets.

Which activity means what (learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities): Disable
account, Enable account, Update user where AccountEnabled changed, Delete user, Hard Delete user, Restore user, Add
user, Add and Remove app role assignment, for users and groups, Add and Remove member to and from group, and what
is done to provisioning itself (credentials, mappings, start, stop). Targets are told apart by their type; the user
of a removed assignment and the group of a membership also stand in the changed properties (`User.ObjectID`,
`Group.ObjectID`), whose values are quoted text. A deleted user's UPN has the object id without dashes in front,
which is taken off.

Ignored: `other activity`, `failed change`, `other event category`.
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.entra_audit_examples import AUDIT_EXAMPLES
from discovery.sources.source import Format, Shape

_CHANGE = r"""CASE
    WHEN activity = 'disable account' THEN 'disabled'
    WHEN activity = 'enable account' THEN 'enabled'
    WHEN activity = 'delete user' THEN 'deleted'
    WHEN activity IN ('hard delete user', 'permanently delete user') THEN 'hard_deleted'
    WHEN activity = 'restore user' THEN 'restored'
    WHEN activity = 'add user' THEN 'created'
    WHEN activity = 'update user' THEN CASE fold(list_filter(changed, lambda c: c.name = 'accountenabled')[1].new_value)
        WHEN 'false' THEN 'disabled' WHEN 'true' THEN 'enabled' END
    WHEN activity IN ('add app role assignment grant to user', 'add app role assignment to user') THEN 'assigned'
    WHEN activity IN ('remove app role assignment from user', 'remove app role assignment grant from user')
        THEN 'unassigned'
    WHEN activity = 'add app role assignment to group' THEN 'group_assigned'
    WHEN activity = 'remove app role assignment from group' THEN 'group_unassigned'
    WHEN activity = 'add member to group' THEN 'joined_group'
    WHEN activity = 'remove member from group' THEN 'left_group'
    WHEN activity IN ('enable/start provisioning configuration', 'enable/restart provisioning configuration')
        THEN 'provisioning_started'
    WHEN activity = 'disable/pause provisioning configuration' THEN 'provisioning_stopped'
    WHEN activity = 'update provisioning setting or credentials' THEN 'provisioning_setting'
    WHEN activity = 'update attribute mappings or scope' THEN 'provisioning_mapping' END"""

_RECORD = Template(r"""
SELECT
    nullif(lower(id), '') AS event_id,
    _record AS record,
    observed_at,
    account_key,
    CASE WHEN starts_with(upn, replace(account_key, '-', ''))
        THEN substr(upn, length(replace(account_key, '-', '')) + 1)
        ELSE upn END AS account_name,
    change,
    client_key,
    CASE WHEN app_name IS NOT NULL THEN 'label' END AS mention_kind,
    app_name AS mention,
    group_key,
    group_name,
    actor,
    _ignored,
    CASE
        WHEN _ignored IS NOT NULL THEN NULL
        WHEN observed_at IS NULL THEN problem('$at', at_text, 'an instant, e.g. 2026-04-18T09:12:44Z')
        WHEN account_key IS NULL AND upn IS NULL AND change NOT LIKE 'provisioning%' AND change NOT LIKE 'group%'
            THEN problem('targetResources', NULL, 'a target of type User')
        WHEN change IN ('group_assigned', 'group_unassigned') AND group_key IS NULL
            THEN problem('targetResources', NULL, 'a target of type Group')
    END AS _problem
FROM (
    SELECT
        *,
        $change AS change,
        CASE
            WHEN category NOT IN ('auditlogs', '') THEN 'other event category'
            WHEN result NOT IN ('success', 'succeeded', '') THEN 'failed change'
            WHEN $change IS NULL THEN 'other activity'
        END AS _ignored,
        lower(coalesce(blank_null(person.id), said_user)) AS account_key,
        lower(coalesce(blank_null(person.upn), said_upn)) AS upn,
        lower(coalesce(blank_null(app.id), blank_null(said_app))) AS client_key,
        blank_null(app.name) AS app_name,
        lower(coalesce(blank_null(team.id), said_group)) AS group_key,
        coalesce(blank_null(team.name), said_group_name) AS group_name
    FROM (
        SELECT
            *,
            $instant AS observed_at,
            list_filter(targets, lambda t: fold(t.kind) = 'user')[1] AS person,
            list_filter(targets, lambda t: fold(t.kind) = 'serviceprincipal')[1] AS app,
            list_filter(targets, lambda t: fold(t.kind) = 'group')[1] AS team,
            list_filter(changed, lambda c: c.name = 'user.objectid')[1].either AS said_user,
            list_filter(changed, lambda c: c.name = 'user.upn')[1].either AS said_upn,
            list_filter(changed, lambda c: c.name = 'group.objectid')[1].either AS said_group,
            list_filter(changed, lambda c: c.name = 'group.displayname')[1].either AS said_group_name,
            list_filter(changed, lambda c: c.name = 'serviceprincipal.objectid')[1].either AS said_app
        FROM (
            SELECT _record, id, at_text, lower(trim(activity)) AS activity, fold(coalesce(result, '')) AS result,
                lower(coalesce(category, '')) AS category, blank_null(actor) AS actor, targets,
                list_transform(changed, lambda c: struct_pack(name := lower(c.name), new_value := c.new_value,
                    either := coalesce(blank_null(trim(c.new_value, '"')), blank_null(trim(c.old_value, '"')))))
                    AS changed
            FROM ($entry)
        )
    )
)
""")

_TARGETS = """list_transform({0}, lambda t: struct_pack(kind := t ->> '$.type', id := t ->> '$.id',
    name := t ->> '$.displayName', upn := t ->> '$.userPrincipalName'))"""
_CHANGED = """flatten(list_transform({0}, lambda t: list_transform(
    coalesce(TRY_CAST(t -> '$.modifiedProperties' AS JSON[]), CAST([] AS JSON[])),
    lambda c: struct_pack(name := c ->> '$.displayName',
    old_value := c ->> '$.oldValue', new_value := c ->> '$.newValue'))))"""
_LIST = "coalesce(TRY_CAST({0} AS JSON[]), CAST([] AS JSON[]))"
_ACTOR = (
    "coalesce({0} ->> '$.user.userPrincipalName', {0} ->> '$.app.displayName', {0} ->> '$.user.displayName')"
)


def _json(expression: str) -> str:
    return (
        f"(CASE WHEN json_type({expression}) = 'VARCHAR' THEN TRY_CAST({expression} ->> '$' AS JSON) "
        f"ELSE {expression} END)"
    )


def _entry(id_: str, at: str, activity: str, result: str, category: str, targets: str, actor: str) -> str:
    listed = _LIST.format(targets)
    return (
        f"SELECT _record, {id_} AS id, {at} AS at_text, {activity} AS activity, {result} AS result, "  # noqa: S608 - as above
        f"{category} AS category, {_ACTOR.format(actor)} AS actor, {_TARGETS.format(listed)} AS targets, "
        f"{_CHANGED.format(listed)} AS changed FROM raw"
    )


_ANALYTICS = _entry(
    "Id", "coalesce(blank_null(ActivityDateTime), TimeGenerated)",
    "coalesce(blank_null(ActivityDisplayName), OperationName)", "Result", "'auditlogs'",
    "TRY_CAST(TargetResources AS JSON)", "TRY_CAST(InitiatedBy AS JSON)",
)  # fmt: skip
_ANALYTICS_COLUMNS = (
    "Id", "TimeGenerated", "ActivityDateTime", "ActivityDisplayName", "OperationName", "Result", "TargetResources",
    "InitiatedBy", "AADTenantId",
)  # fmt: skip
_PORTAL = """
SELECT _record, NULL::VARCHAR AS id, at_text, activity, result, 'auditlogs' AS category,
    coalesce(blank_null(actor_upn), blank_null(actor_name)) AS actor,
    [struct_pack(kind := kind1, id := id1, name := name1, upn := upn1),
     struct_pack(kind := kind2, id := id2, name := name2, upn := upn2)] AS targets,
    [struct_pack(name := property1, old_value := old1, new_value := new1),
     struct_pack(name := property2, old_value := old2, new_value := new2),
     struct_pack(name := property3, old_value := old3, new_value := new3)] AS changed
FROM raw"""
_EITHER = "coalesce(instant(at_text), instant_us(at_text))"


def _select(entry: str, at: str, instant: str = "instant(at_text)") -> str:
    return _RECORD.substitute(entry=entry, at=at, instant=instant, change=_CHANGE)


FORMAT = Format(
    name="entra_directory_audit",
    system="entra",
    kind="directory_event",
    title="Entra ID audit log",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("activityDateTime", "activityDisplayName", "targetResources"),
            forbids=("provisioningAction", "appId"),
            columns={
                "id": "VARCHAR",
                "activityDateTime": "VARCHAR",
                "activityDisplayName": "VARCHAR",
                "result": "VARCHAR",
                "targetResources": "JSON",
                "initiatedBy": "JSON",
            },
            select=_select(
                _entry("id", '"activityDateTime"', '"activityDisplayName"', "result", "'auditlogs'",
                       '"targetResources"', '"initiatedBy"'), "activityDateTime"),
            numbered=True,
        ),
        Shape(
            name="azure_monitor",
            container="json",
            requires=("category", "properties", "properties.activityDisplayName", "properties.targetResources"),
            columns={
                "time": "VARCHAR",
                "category": "VARCHAR",
                "operationName": "VARCHAR",
                "tenantId": "VARCHAR",
                "properties": "JSON",
            },
            select=_select(
                _entry("(properties ->> '$.id')", "coalesce(properties ->> '$.activityDateTime', \"time\")",
                       "coalesce(properties ->> '$.activityDisplayName', \"operationName\")",
                       "(properties ->> '$.result')", "category",
                       _json("(properties -> '$.targetResources')"), _json("(properties -> '$.initiatedBy')")),
                "time"),
            instance="tenantId",
            share=0.1,
            numbered=True,
        ),
        Shape(
            name="log_analytics",
            container="csv",
            requires=(("TimeGenerated [UTC]", "TimeGenerated"), "TargetResources", "OperationName", "InitiatedBy"),
            columns={
                **{name: name for name in _ANALYTICS_COLUMNS},
                "TimeGenerated": ("TimeGenerated [UTC]", "TimeGenerated"),
                "ActivityDateTime": ("ActivityDateTime [UTC]", "ActivityDateTime"),
            },
            select=_select(_ANALYTICS, "TimeGenerated", _EITHER),
            instance="AADTenantId",
            numbered=True,
        ),
        Shape(
            name="log_analytics_json",
            container="json",
            requires=("TimeGenerated", "TargetResources", "OperationName", "InitiatedBy"),
            columns=dict.fromkeys(_ANALYTICS_COLUMNS, "VARCHAR"),
            select=_select(_ANALYTICS, "TimeGenerated", _EITHER),
            instance="AADTenantId",
            numbered=True,
        ),
        Shape(
            name="portal",
            container="csv",
            requires=(("Date (UTC)", "Date"), "Activity", "Target1Type", "Target1ObjectId"),
            columns={
                "at_text": ("Date (UTC)", "Date"),
                "activity": "Activity",
                "result": "Result",
                "actor_upn": "ActorUserPrincipalName",
                "actor_name": ("ActorDisplayName", "ActorServicePrincipalName"),
                **{f"{name}{n}": f"Target{n}{column}" for n in (1, 2) for name, column in (
                    ("kind", "Type"), ("id", "ObjectId"), ("name", "DisplayName"), ("upn", "UserPrincipalName"))},
                **{f"{name}{n}": f"Target1ModifiedProperty{n}{column}" for n in (1, 2, 3) for name, column in (
                    ("property", "Name"), ("old", "OldValue"), ("new", "NewValue"))},
            },
            select=_select(_PORTAL, "Date (UTC)", _EITHER),
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, GET /auditLogs/directoryAudits, or the admin centre's Audit logs > Download",
    proven_by="https://learn.microsoft.com/graph/api/resources/directoryaudit",
    proven_on=date(2026, 11, 25),
    kept_for="30 days with a premium licence, else 7",
    examples=AUDIT_EXAMPLES,
)  # fmt: skip
