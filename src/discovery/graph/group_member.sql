-- One row: one person in one group of the identity provider, as far as assignments show. Key: group_id, person_id.
SELECT s.group_key AS group_id, max(s.group_name) AS group_name, a.person_id
FROM canonical.assignment AS s JOIN canonical.account AS a USING (system, instance, identifier)
WHERE s.group_key IS NOT NULL AND s.ended_on IS NULL AND a.person_id IS NOT NULL
GROUP BY s.group_key, a.person_id
