-- One row: one identifier by which a person is known. Key: identifier, kind, person_id.
-- Read by the macros of the published file, so that a person may be given by any of them. Of several persons with one
-- identifier those with the strongest claim are named (an own address before somebody else's alias).
WITH strongest AS (
    SELECT person_id, lower(identifier) AS identifier, kind
    FROM canonical.identity
    WHERE kind <> 'card_name' AND person_id IN (SELECT person_id FROM canonical.person)
    QUALIFY strength = min(strength) OVER (PARTITION BY namespace, system, instance, identifier)
)
SELECT DISTINCT person_id, identifier, kind
FROM strongest
