"""Entra ID provisioning jobs: `GET /servicePrincipals/{id}/synchronization/jobs`, and a job on its own.

Shape `graph`: synchronizationJob records (learn.microsoft.com/graph/api/resources/synchronization-synchronizationjob),
as pages, arrays or one per line. Which app a job belongs to stands in the page's `@odata.context`
(`#servicePrincipals('…')/synchronization/jobs`) or, as collected, in `servicePrincipalId`; without either the
record is quarantined.

schedule.state is what somebody chose (Active, Paused, Disabled), status.code how it goes (Active, Paused, Quarantine,
NotRun, NotConfigured). `0001-01-01T00:00:00Z` is never. An interval of ten million days belongs to a job that never
ran: none. The quarantine's series (`seriesBegan`) counts, not its last evaluation (`currentBegan`): the four weeks
run from there. The setting QuarantineTooManyDeletesThreshold is how many disables and deletes of one cycle are held
(entra-docs, app-provisioning/application-provisioning-configuration-api.md). Nothing is ignored.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.graph_parent import SERVICE_PRINCIPAL
from discovery.sources.source import Example, Format, Shape

_AT = "nullif(instant({}), TIMESTAMP '0001-01-01 00:00:00')"
_HOURS, _MINUTES = (
    f"TRY_CAST(nullif(regexp_extract(schedule.interval, '(\\d+){unit}', 1), '') AS BIGINT)" for unit in "HM"
)

_SELECT = f"""
SELECT
    'job:' || lower(coalesce(blank_null(id), '')) AS event_id,
    _record AS record,
    'job' AS part,
    {SERVICE_PRINCIPAL} AS client_key,
    blank_null(id) AS job_id,
    blank_null("templateId") AS template,
    CASE WHEN fold(schedule.state) IN ('active', 'paused', 'disabled') THEN fold(schedule.state) END AS schedule,
    CASE fold(status.code) WHEN 'active' THEN 'active' WHEN 'paused' THEN 'paused' WHEN 'quarantine' THEN 'quarantine'
        WHEN 'notrun' THEN 'not_run' WHEN 'notconfigured' THEN 'not_configured' END AS status,
    CASE WHEN starts_with(schedule.interval, 'PT') THEN
        60 * coalesce({_HOURS}, 0) + coalesce({_MINUTES}, 0) END AS interval_minutes,
    {_AT.format("status.lastExecution.timeEnded")} AS last_run_at,
    {_AT.format("status.lastSuccessfulExecution.timeEnded")} AS last_success_at,
    coalesce({_AT.format("status.quarantine.seriesBegan")}, {_AT.format("status.quarantine.currentBegan")})
        AS quarantine_began_at,
    {_AT.format("status.quarantine.nextAttempt")} AS quarantine_next_at,
    coalesce(blank_null(status.quarantine.reason), blank_null(status.quarantine.error.code)) AS quarantine_reason,
    TRY_CAST(list_filter("synchronizationJobSettings",
        lambda s: fold(s.name) = 'quarantinetoomanydeletesthreshold')[1].value AS BIGINT) AS delete_threshold,
    CASE
        WHEN {SERVICE_PRINCIPAL} IS NULL THEN problem('servicePrincipalId', NULL,
            'the app: the whole page with its @odata.context, or servicePrincipalId added to each record')
        WHEN blank_null(id) IS NULL THEN problem('id', id, 'the id of the job')
        WHEN fold(schedule.state) NOT IN ('active', 'paused', 'disabled')
            THEN problem('schedule.state', schedule.state, 'Active, Paused or Disabled')
        WHEN fold(status.code) NOT IN ('active', 'paused', 'quarantine', 'notrun', 'notconfigured')
            THEN problem('status.code', status.code, 'Active, Paused, Quarantine, NotRun or NotConfigured')
    END AS _problem
FROM raw
"""  # noqa: S608 - expressions of this module, never of files

_STATUS = (
    "STRUCT(code VARCHAR, lastExecution STRUCT(timeEnded VARCHAR), lastSuccessfulExecution STRUCT(timeEnded VARCHAR), "
    "quarantine STRUCT(seriesBegan VARCHAR, currentBegan VARCHAR, nextAttempt VARCHAR, reason VARCHAR, "
    "error STRUCT(code VARCHAR)))"
)

FORMAT = Format(
    name="entra_provisioning_jobs",
    system="entra",
    kind="provisioning_job",
    title="Entra ID provisioning jobs (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("id", "schedule", "status", ("templateId", "synchronizationJobSettings")),
            forbids=("userPrincipalName", "synchronizationRules"),
            columns={
                "id": "VARCHAR",
                "templateId": "VARCHAR",
                "servicePrincipalId": "VARCHAR",
                "@odata.context": "VARCHAR",
                "schedule": "STRUCT(state VARCHAR, interval VARCHAR)",
                "status": _STATUS,
                "synchronizationJobSettings": "STRUCT(name VARCHAR, value VARCHAR)[]",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /servicePrincipals/{id}/synchronization/jobs, whole",
    proven_by="https://learn.microsoft.com/graph/api/synchronization-synchronization-list-jobs",
    proven_on=date(2026, 11, 25),
    is_list=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('97110972-E6C9-43ab-a854-82e6fb1c7ea9')\
/synchronization/jobs","value":[
{"id":"Slack.1b6b70ac.f3","templateId":"slackOutDelta","schedule":{"expiration":null,"interval":"PT40M","state":"Active"},\
"status":{"countSuccessiveCompleteFailures":4,"escrowsPruned":false,"code":"Quarantine",\
"lastExecution":{"activityIdentifier":"x","state":"Failed","timeBegan":"2026-09-27T21:00:00Z",\
"timeEnded":"2026-09-27T21:01:00Z"},"lastSuccessfulExecution":null,"progress":[],\
"quarantine":{"currentBegan":"2026-09-27T21:01:00Z","nextAttempt":"2026-09-28T21:01:00Z",\
"seriesBegan":"2026-09-20T08:00:00Z","seriesCount":3,"reason":"EncounteredQuarantineException","error":null}},\
"synchronizationJobSettings":[]}]}
""",
            records={
                "provisioning_job": (
                    {
                        "part": "job",
                        "client_key": "97110972-e6c9-43ab-a854-82e6fb1c7ea9",
                        "job_id": "Slack.1b6b70ac.f3",
                        "template": "slackOutDelta",
                        "schedule": "active",
                        "status": "quarantine",
                        "interval_minutes": 40,
                        "last_run_at": datetime(2026, 9, 27, 21, 1),
                        "last_success_at": None,
                        "quarantine_began_at": datetime(2026, 9, 20, 8),
                        "quarantine_next_at": datetime(2026, 9, 28, 21, 1),
                        "quarantine_reason": "EncounteredQuarantineException",
                    },
                )
            },
        ),
        Example(
            shape="graph",
            text="""\
{"servicePrincipalId":"s1","id":"j1","templateId":"BoxOutDelta","schedule":{"interval":"P10675199DT2H48M5.4775807S",\
"state":"Disabled"},"status":{"code":"Paused","lastExecution":{"timeEnded":"0001-01-01T00:00:00Z"},"quarantine":null}}
{"id":"j2","templateId":"BoxOutDelta","schedule":{"state":"Active"},"status":{"code":"Active"}}
{"servicePrincipalId":"s1","id":"j3","templateId":"x","schedule":{"state":"Perhaps"},"status":{"code":"Active"}}
{"servicePrincipalId":"s1","id":"j4","templateId":"x","schedule":{"state":"Active"},"status":{"code":"Odd"}}
{"servicePrincipalId":"s1","id":"","templateId":"x","schedule":{"state":"Active"},"status":{"code":"Active"}}
""",
            records={
                "provisioning_job": (
                    {
                        "client_key": "s1",
                        "schedule": "disabled",
                        "status": "paused",
                        "interval_minutes": None,
                        "last_run_at": None,
                    },
                )
            },
            quarantined=4,
        ),
    ),
)
