-- The reasons of a match sum to its score; blocking
SELECT m.kind, m.mention, m.score, coalesce(sum(e.weight), 0) AS total
FROM matching.match AS m LEFT JOIN matching.match_evidence AS e USING (kind, mention)
GROUP BY ALL
HAVING abs(coalesce(m.score, 0) - coalesce(sum(e.weight), 0)) > 0.000001
