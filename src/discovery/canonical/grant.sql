-- One row: one OAuth consent in the newest list of its system, or in the last that had it.
-- Key: system, instance, event_id. Read by canonical.account, canonical.mention, graph.trace.
--
-- A client that the identity provider's list of apps knows is named as there (its object id joins app_key).
-- ended_on: the day before the first whole and believed list that lacks the consent.
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS snapshot_on,
        coalesce(l.account_key, lower(l.account_name)) AS identifier,
        concat_ws(chr(31), coalesce(client_key, mention), coalesce(l.account_key, lower(l.account_name), consent)) AS item,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.grant AS l LEFT JOIN file AS f USING (file_id)
),
used AS (
    SELECT *
    FROM loaded
    WHERE coalesce(CAST(granted_at AS DATE) <= $as_of, true)
    QUALIFY snapshot_on <= $as_of OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance)
),
last AS (
    SELECT system, instance, item, min(snapshot_on) AS first_listed_on, max(snapshot_on) AS last_listed_on
    FROM used
    GROUP BY ALL
),
-- Several consents of one person to one app (one per resource) stand side by side, each in its newest form.
newest AS (
    SELECT u.*
    FROM used AS u JOIN last AS l ON (l.system, l.instance, l.item, l.last_listed_on)
        = (u.system, u.instance, u.item, u.snapshot_on)
    QUALIFY row_number() OVER (PARTITION BY u.system, u.instance, u.event_id
        ORDER BY len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
),
absent AS (
    SELECT l.system, l.instance, l.item, min(d.day) AS absent_on
    FROM last AS l
    JOIN canonical.list_day AS d ON d.kind = 'grant' AND d.system = l.system AND d.instance = l.instance
        AND d.is_complete AND d.is_believed AND d.day > l.last_listed_on
    GROUP BY ALL
),
client AS (
    SELECT DISTINCT ON (system, instance, app_key) system, instance, app_key, mention_kind, mention, mention_name
    FROM canonical.app_registration
    WHERE app_key IS NOT NULL AND mention IS NOT NULL
    ORDER BY system, instance, app_key, mention
)
SELECT n.file_id, n.system, n.instance, n.event_id, n.record, n.account_key, n.account_name, n.client_key,
    coalesce(c.mention_kind, n.mention_kind, 'client_id') AS mention_kind,
    coalesce(c.mention, n.mention, n.client_key) AS mention,
    coalesce(c.mention_name, n.mention_name) AS mention_name,
    list_sort(list_distinct(n.scopes)) AS scopes, n.consent, n.granted_at, n.snapshot_on, n.identifier,
    least(CAST(n.granted_at AS DATE), l.first_listed_on, $as_of) AS from_on,
    CASE WHEN a.absent_on IS NOT NULL
        THEN greatest(a.absent_on - 1, least(CAST(n.granted_at AS DATE), l.first_listed_on)) END AS ended_on,
    CASE WHEN a.absent_on IS NOT NULL THEN 'absent_from_list' END AS end_reason
FROM newest AS n
JOIN last AS l USING (system, instance, item)
LEFT JOIN absent AS a USING (system, instance, item)
LEFT JOIN client AS c ON c.system = n.system AND c.instance = n.instance AND c.app_key = n.client_key
