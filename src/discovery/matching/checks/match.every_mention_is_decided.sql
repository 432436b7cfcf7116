-- Every mention has a decision; blocking
SELECT n.kind, n.mention
FROM canonical.mention AS n ANTI JOIN matching.match AS m USING (kind, mention)
