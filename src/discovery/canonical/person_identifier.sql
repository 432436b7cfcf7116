-- One row: one identifier by which a person is known. Key: identifier, kind, person_id.
-- Read by the macros of the published file, so that a person may be given by any of them. Of several persons with one
-- identifier those with the strongest claim are named (an own address before somebody else's alias), and of an address
-- that was handed on all its holders, each with the time that it was theirs.
WITH strongest AS (
    SELECT person_id, lower(identifier) AS identifier, kind, from_on, to_on
    FROM canonical.identity
    WHERE kind <> 'card_name' AND person_id IN (SELECT person_id FROM canonical.person)
    QUALIFY to_on IS NOT NULL
        OR strength = min(strength) FILTER (to_on IS NULL) OVER (PARTITION BY namespace, system, instance, identifier)
),
shown AS (
    SELECT lower(account_name) AS identifier, CAST(min(first_at) AS DATE) AS first_on, CAST(max(last_at) AS DATE) AS last_on
    FROM canonical.usage_known WHERE contains(account_name, '@')
    GROUP BY ALL
    UNION ALL
    SELECT name, min(snapshot_on), max(snapshot_on)
    FROM (
        SELECT unnest([lower(account_name), lower(email)] || coalesce(aliases, [])) AS name, snapshot_on
        FROM lake.directory_account WHERE snapshot_on <= $as_of
    )
    WHERE name IS NOT NULL
    GROUP BY ALL
),
dated AS (SELECT identifier, min(first_on) AS first_on, max(last_on) AS last_on FROM shown GROUP BY ALL)
SELECT s.person_id, s.identifier, s.kind, min(s.from_on) AS from_on, min(s.to_on) AS to_on,
    CASE WHEN coalesce(any_value(d.first_on) <= min(s.to_on), true)
        THEN greatest(any_value(d.first_on), min(s.from_on)) END AS first_seen_on,
    CASE WHEN coalesce(any_value(d.first_on) <= min(s.to_on), true)
        THEN least(any_value(d.last_on), min(s.to_on)) END AS last_seen_on
FROM strongest AS s LEFT JOIN dated AS d USING (identifier)
GROUP BY s.person_id, s.identifier, s.kind
