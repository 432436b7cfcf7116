-- One row: what is to be expected downstream of one person's leaving, for each of the two events, by the first rule that
-- holds. Key: person_id, app_id, event. Read by graph.deprovisioning; not published.
--
-- THE expectation table. Each event takes the first line that holds, and the last always holds, so lines neither overlap
-- nor are missing (tests/graph/test_expectation_table.py runs it over every combination). The sentences that the
-- rules come from stand in docs/entra_deprovisioning.md. What no rule knows is not guessed: `either`.
WITH ruled AS (
    SELECT person_id, app_id, 'patch_inactive' AS event,
        CASE
            WHEN NOT has_job AND is_own_registration THEN 'own_registration'
            WHEN NOT has_job THEN 'no_job'
            WHEN coverage = 'nested' THEN 'nested'
            WHEN coverage = 'default_access' THEN 'default_access'
            WHEN NOT does_update THEN 'update_off'
            WHEN NOT maps_soft_delete AND NOT maps_enabled THEN 'unmapped'
            WHEN leaving = 'none' THEN 'none'
            WHEN is_unassigned_first AND skips_out_of_scope THEN 'skipped_out_of_scope'
            WHEN NOT maps_soft_delete AND NOT is_disabled_first THEN 'maps_enabled_only'
            WHEN is_unassigned_first THEN 'unassigned'
            WHEN is_disabled_first THEN 'disabled'
            ELSE 'deleted_enabled' END AS rule
    FROM graph.deprovisioning_fact
    UNION ALL
    SELECT person_id, app_id, 'delete',
        CASE
            WHEN NOT has_job AND is_own_registration THEN 'own_registration'
            WHEN NOT has_job THEN 'no_job'
            WHEN coverage = 'nested' THEN 'nested'
            WHEN coverage = 'default_access' THEN 'default_access'
            WHEN NOT does_delete THEN 'delete_off'
            WHEN is_unassigned THEN 'unmanaged'
            WHEN leaving = 'none' THEN 'not_deleted'
            WHEN leaving IN ('unassigned', 'disabled') THEN 'only_disabled'
            WHEN leaving = 'soft_deleted' THEN 'soft_deleted'
            WHEN is_purged_early THEN 'purged_early'
            ELSE 'hard_deleted' END
    FROM graph.deprovisioning_fact
),
meaning(event, rule, expected, is_due, because) AS (VALUES
    ('patch_inactive', 'own_registration', 'no', false, 'the app has no provisioning job: it is an app registration of one''s own (OIDC), which automatic provisioning does not reach'),
    ('patch_inactive', 'no_job', 'no', false, 'the app has no provisioning job: nothing is ever sent to it'),
    ('patch_inactive', 'nested', 'no', false, 'member only of a group inside the assigned group: Entra does not provision nested members'),
    ('patch_inactive', 'default_access', 'no', false, 'assigned with Default Access only: provisioning leaves such users out'),
    ('patch_inactive', 'update_off', 'no', false, 'Update is not ticked among the target object actions: the app is not told'),
    ('patch_inactive', 'unmapped', 'no', false, 'IsSoftDeleted is not mapped: the app is not told'),
    ('patch_inactive', 'none', 'yes', false, 'to be sent in the next cycle after the account is disabled, unassigned or deleted'),
    ('patch_inactive', 'skipped_out_of_scope', 'no', true, 'went out of scope, and SkipOutOfScopeDeletions leaves such accounts alone'),
    ('patch_inactive', 'maps_enabled_only', 'no', true, 'only accountEnabled is mapped, and the account was not disabled first'),
    ('patch_inactive', 'unassigned', 'yes', true, 'went out of scope of the provisioning: the account is disabled in the app'),
    ('patch_inactive', 'disabled', 'yes', true, 'the account was disabled'),
    ('patch_inactive', 'deleted_enabled', 'either', true, 'deleted without having been disabled'),
    ('delete', 'own_registration', 'no', false, 'the app has no provisioning job: it is an app registration of one''s own (OIDC), which automatic provisioning does not reach'),
    ('delete', 'no_job', 'no', false, 'the app has no provisioning job: nothing is ever sent to it'),
    ('delete', 'nested', 'no', false, 'member only of a group inside the assigned group: Entra does not provision nested members'),
    ('delete', 'default_access', 'no', false, 'assigned with Default Access only: provisioning leaves such users out'),
    ('delete', 'delete_off', 'no', false, 'Delete is not ticked among the target object actions: the account stays in the app'),
    ('delete', 'unmanaged', 'no', true, 'went out of scope before it was deleted: the service no longer manages it and never sends DELETE'),
    ('delete', 'not_deleted', 'yes', false, 'to be sent once the account is deleted for good, 30 days after it was deleted'),
    ('delete', 'only_disabled', 'yes', false, 'the account is disabled, not deleted: to be sent once it is deleted for good'),
    ('delete', 'soft_deleted', 'yes', true, 'deleted, still in the recycle bin: to be sent when it is deleted for good after 30 days'),
    ('delete', 'purged_early', 'either', true, 'emptied from the recycle bin early: the documentation says that sends DELETE, reports say that nothing came'),
    ('delete', 'hard_deleted', 'yes', true, 'deleted for good')
)
SELECT r.person_id, r.app_id, r.event, r.rule, m.expected, m.is_due, m.because
FROM ruled AS r JOIN meaning AS m USING (event, rule)
