-- The input of a piece of evidence is registered; warning
SELECT e.person_id, e.app_id, e.source, e.file_id
FROM graph.evidence AS e ANTI JOIN sources.source_file AS f USING (file_id)
