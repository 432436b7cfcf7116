-- One row: one person in one group of the identity provider, as a direct member. Key: group_id, person_id.
-- Published; read by diagnose and by people. Members of a group inside the group are members of that one only.
SELECT m.group_key AS group_id, coalesce(max(m.group_name), max(s.group_name)) AS group_name, a.person_id
FROM canonical.membership AS m
JOIN canonical.account AS a USING (system, instance, identifier)
LEFT JOIN (SELECT DISTINCT system, instance, group_key, group_name FROM canonical.assignment WHERE group_key IS NOT NULL)
    AS s USING (system, instance, group_key)
WHERE m.member_group_key IS NULL AND m.ended_on IS NULL AND a.person_id IS NOT NULL
GROUP BY m.group_key, a.person_id
