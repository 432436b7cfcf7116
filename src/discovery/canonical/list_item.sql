-- One row: one entry of one list on one day. Read by canonical.list_day only.
--
-- A list taken after as_of stands in only where there is none before it (knowledge is today's, events are not).
-- A list that lacks pages (its file has a reason) leaves its day open: the last page alone says nothing of that.
-- The bin of a directory (soft-deleted users) is a list beside the roster: what it lacks tells nothing.
WITH file AS (
    SELECT file_id, bool_or(is_complete) AS is_complete,
        bool_or(state IN ('loaded', 'staged') AND reason IS NOT NULL) AS is_part, min(snapshot_on) AS snapshot_on,
        min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
entry AS (
    SELECT 'app_account' AS kind, file_id, system, coalesce(instance, '') AS instance,
        concat_ws(':', mention_kind, mention) AS mention, snapshot_on, coalesce(account_key, lower(account_name)) AS item
    FROM lake.app_account
    UNION ALL
    SELECT 'grant', file_id, system, coalesce(instance, ''), '', snapshot_on,
        concat_ws(chr(31), coalesce(client_key, mention), coalesce(account_key, lower(account_name), consent))
    FROM lake.grant
    UNION ALL
    SELECT 'assignment', file_id, system, coalesce(instance, ''), '', snapshot_on,
        concat_ws(chr(31), coalesce(client_key, mention), coalesce(account_key, lower(account_name), group_key))
    FROM lake.assignment
    WHERE change IS NULL
    UNION ALL
    SELECT 'directory_account', file_id, system, coalesce(instance, ''), '', snapshot_on,
        coalesce(account_key, lower(account_name))
    FROM lake.directory_account
    QUALIFY NOT bool_and(coalesce(status IN ('soft_deleted', 'deleted'), false)) OVER (PARTITION BY file_id)
    UNION ALL
    SELECT 'membership', file_id, system, coalesce(instance, ''), '', snapshot_on,
        concat_ws(chr(31), group_key, coalesce(account_key, lower(account_name), member_group_key))
    FROM lake.membership
    UNION ALL
    SELECT 'licence', file_id, system, coalesce(instance, ''), '', snapshot_on,
        concat_ws(chr(31), coalesce(account_key, lower(account_name)), coalesce(licence_key, lower(licence)))
    FROM lake.licence
    UNION ALL
    SELECT 'provisioning_job', file_id, system, coalesce(instance, ''), '', snapshot_on,
        concat_ws(chr(31), client_key, job_id)
    FROM lake.provisioning_job
    WHERE part = 'job'
),
dated AS (
    SELECT e.kind, e.system, e.instance, e.mention, e.item, coalesce(f.is_complete, false) AS is_complete,
        coalesce(f.is_part, false) AS is_part,
        coalesce(e.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS day
    FROM entry AS e LEFT JOIN file AS f USING (file_id)
    WHERE e.item IS NOT NULL
),
used AS (
    SELECT *
    FROM dated
    QUALIFY day <= $as_of OR day = min(day) OVER (PARTITION BY kind, system, instance, mention)
)
SELECT DISTINCT kind, system, instance, mention, day, item,
    bool_or(is_complete) OVER entries AND NOT bool_or(is_part) OVER entries AS is_complete
FROM used
WINDOW entries AS (PARTITION BY kind, system, instance, mention, day)
ORDER BY day
