"""Entra ID provisioning settings that decide who is disabled: SkipOutOfScopeDeletions, SyncAll, deletion threshold.

Shapes: `graph`, the key-value pairs of `GET /servicePrincipals/{id}/synchronization/secrets` as Graph returns them
(MicrosoftDocs/entra-docs, docs/identity/app-provisioning/skip-out-of-scope-deletions.md): the app stands in the
page's `@odata.context` or an added `servicePrincipalId`; `collected`, one record per app with
`skipOutOfScopeDeletions`, `deleteThresholdEnabled` and `deleteThresholdValue`: all that the collector keeps.

The values are texts, `True`, `False`, `1` or `0`. SyncNotificationSettings is JSON in a text, of which the prevention
of accidental deletions counts: DeleteThresholdEnabled, and DeleteThresholdValue, from which on all are held
(entra-docs, hybrid/cloud-sync/how-to-inbound-synch-ms-graph.md, read 2026-11-26).

Ignored: `other setting` (addresses and masked secrets are not kept), `not permitted` where the collector was refused
the setting.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.graph_parent import SERVICE_PRINCIPAL
from discovery.sources.source import Example, Format, Head, Shape, at_path

_TRUTH = "CASE WHEN lower(trim({0})) IN ('true', '1') THEN true WHEN lower(trim({0})) IN ('false', '0') THEN false END"
_SKIPS, _SYNCS = _TRUTH.format('"skipOutOfScopeDeletions"'), _TRUTH.format('"syncAll"')
_KEYS = ("skipoutofscopedeletions", "syncall", "syncnotificationsettings")
_NOTICE = "CASE WHEN lower(key) = 'syncnotificationsettings' THEN TRY_CAST(value AS JSON) END"

_SELECT = f"""
SELECT
    'setting:' || coalesce({SERVICE_PRINCIPAL}, '') || ':' || lower(key) AS event_id,
    _record AS record,
    'setting' AS part,
    {SERVICE_PRINCIPAL} AS client_key,
    CASE WHEN lower(key) = 'skipoutofscopedeletions' THEN {_TRUTH.format("value")} END AS skips_out_of_scope,
    CASE WHEN lower(key) = 'syncall' THEN {_TRUTH.format("value")} END AS syncs_all,
    TRY_CAST({_NOTICE} ->> '$.DeleteThresholdEnabled' AS BOOLEAN) AS holds_deletes,
    TRY_CAST({_NOTICE} ->> '$.DeleteThresholdValue' AS BIGINT) AS delete_threshold,
    CASE WHEN lower(key) NOT IN {_KEYS} THEN 'other setting' END AS _ignored,
    CASE
        WHEN lower(key) NOT IN {_KEYS} THEN NULL
        WHEN {SERVICE_PRINCIPAL} IS NULL THEN problem('servicePrincipalId', NULL,
            'the app: the page''s @odata.context names it, or servicePrincipalId added to each record')
        WHEN lower(key) = 'syncnotificationsettings' THEN
            CASE WHEN {_NOTICE} IS NULL THEN problem(key, value, 'JSON with DeleteThresholdEnabled') END
        WHEN {_TRUTH.format("value")} IS NULL THEN problem(key, value, 'True or False')
    END AS _problem
FROM raw
"""  # noqa: S608 - expressions of this module, never of files

_COLLECTED = f"""
SELECT
    'setting:' || coalesce({SERVICE_PRINCIPAL}, '') || ':skipoutofscopedeletions' AS event_id,
    _record AS record,
    'setting' AS part,
    {SERVICE_PRINCIPAL} AS client_key,
    {_SKIPS} AS skips_out_of_scope,
    {_SYNCS} AS syncs_all,
    TRY_CAST(blank_null("deleteThresholdEnabled") AS BOOLEAN) AS holds_deletes,
    TRY_CAST(blank_null("deleteThresholdValue") AS BIGINT) AS delete_threshold,
    CASE WHEN coalesce(blank_null("skipOutOfScopeDeletions"), blank_null("syncAll"),
        blank_null("deleteThresholdEnabled")) IS NULL THEN 'not permitted' END AS _ignored,
    CASE
        WHEN blank_null("skipOutOfScopeDeletions") IS NULL THEN NULL
        WHEN {SERVICE_PRINCIPAL} IS NULL THEN problem('servicePrincipalId', NULL, 'the object id of the app')
        WHEN {_SKIPS} IS NULL
            THEN problem('skipOutOfScopeDeletions', "skipOutOfScopeDeletions", 'true or false')
    END AS _problem
FROM raw
"""  # noqa: S608 - expressions of this module, never of files


def _are_settings(head: Head) -> bool:
    """Tell the settings of provisioning from any other pairs of key and value."""
    context = str(head.envelope.get("@odata.context", ""))
    keys = {str(at_path(record, "key")).lower() for record in head.records}
    return "synchronization" in context.lower() or not keys.isdisjoint(_KEYS)


FORMAT = Format(
    name="entra_provisioning_settings",
    system="entra",
    kind="provisioning_job",
    title="Entra ID provisioning settings (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("key", "value"),
            recognise=_are_settings,
            columns={
                "key": "VARCHAR",
                "value": "VARCHAR",
                "servicePrincipalId": "VARCHAR",
                "@odata.context": "VARCHAR",
            },
            select=_SELECT,
            share=0.75,  # other things have keys and values too; a damaged pair or two decide nothing
            numbered=True,
        ),
        Shape(
            name="collected",
            container="json",
            requires=("servicePrincipalId", "skipOutOfScopeDeletions"),
            columns={
                "skipOutOfScopeDeletions": "VARCHAR",
                "syncAll": "VARCHAR",
                "deleteThresholdEnabled": "VARCHAR",
                "deleteThresholdValue": "VARCHAR",
                "servicePrincipalId": "VARCHAR",
                "@odata.context": "VARCHAR",
            },
            select=_COLLECTED,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /servicePrincipals/{id}/synchronization/secrets",
    proven_by="https://learn.microsoft.com/entra/identity/app-provisioning/skip-out-of-scope-deletions",
    proven_on=date(2026, 11, 25),
    is_list=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/beta/$metadata#servicePrincipals('S1')/synchronization/secrets","value":[
{"key":"BaseAddress","value":"https://scim.example"},{"key":"SecretToken","value":"*"},
{"key":"SyncAll","value":"false"},{"key":"SkipOutOfScopeDeletions","value":"True"},
{"key":"SyncNotificationSettings","value":"{\\"Enabled\\":true,\\"Recipients\\":\\"x@example.com\\",\
\\"DeleteThresholdEnabled\\":true,\\"DeleteThresholdValue\\":50}"}]}
""",
            records={
                "provisioning_job": (
                    {"part": "setting", "client_key": "s1", "skips_out_of_scope": True, "syncs_all": None},
                    {"client_key": "s1", "skips_out_of_scope": None, "syncs_all": False},
                    {"client_key": "s1", "holds_deletes": True, "delete_threshold": 50},
                )
            },
            ignored={"other setting": 2},
        ),
        Example(
            shape="graph",
            text="""\
{"key":"SkipOutOfScopeDeletions","value":"True"}
{"key":"SkipOutOfScopeDeletions","value":"Perhaps","servicePrincipalId":"s1"}
""",
            records={},
            quarantined=2,
        ),
        Example(
            shape="collected",
            text="""\
{"servicePrincipalId":"S1","skipOutOfScopeDeletions":false}
{"servicePrincipalId":"S2","skipOutOfScopeDeletions":null}
{"servicePrincipalId":"S3","skipOutOfScopeDeletions":"maybe"}
{"servicePrincipalId":"S4","skipOutOfScopeDeletions":null,"deleteThresholdEnabled":false,"deleteThresholdValue":500}
""",
            records={
                "provisioning_job": (
                    {"client_key": "s1", "skips_out_of_scope": False},
                    {
                        "client_key": "s4",
                        "skips_out_of_scope": None,
                        "holds_deletes": False,
                        "delete_threshold": 500,
                    },
                )
            },
            ignored={"not permitted": 1},
            quarantined=1,
        ),
    ),
)
