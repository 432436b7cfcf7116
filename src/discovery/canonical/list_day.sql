-- One row: one list of one system on one day. Key: kind, system, instance, mention, day.
-- Read by the canonical tables of lists (what a believed list lacks is gone) and by graph.blind_spot.
-- Reads the temporary tables list_item and list_verdict (list_day.py).
SELECT i.kind, i.system, i.instance, i.mention, i.day, bool_or(i.is_complete) AS is_complete,
    coalesce(bool_or(v.is_believed), false) AS is_believed, count(*) AS item_count,
    coalesce(max(v.vanished_count), 0) AS vanished_count
FROM list_item AS i LEFT JOIN list_verdict AS v USING (kind, system, instance, mention, day)
GROUP BY ALL
