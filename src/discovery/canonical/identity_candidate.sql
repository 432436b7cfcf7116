-- One row: one doubtful answer to whose an account is, for people to decide. Key: account_id, person_id.
-- Read by `discovery review`, by blind spots (accounts that may be somebody's) and by reports.
--
-- state: open (links nothing until somebody decides), linked (a link that is worth a look), accepted, rejected.
-- Reads the temporary table identity_decision.
WITH claim AS (
    SELECT account_id, person_id, arg_min(method, (level, -confidence, method)) AS method, max(confidence) AS confidence,
        min(level) AS level, bool_or(is_rejected) AS is_rejected
    FROM canonical.identity_claim
    GROUP BY ALL
),
judged AS (
    SELECT c.*, a.person_id AS linked_to, a.link_confidence, a.kind, len(r.candidates) AS candidates,
        count(*) OVER (PARTITION BY c.account_id) AS claims
    FROM claim AS c JOIN canonical.account AS a USING (account_id)
    LEFT JOIN canonical.unlinked_reason AS r USING (account_id)
    WHERE a.kind NOT IN ('shared', 'service')
),
ambiguous AS (
    SELECT r.account_id, unnest(r.candidates) AS person_id, len(r.candidates) AS persons
    FROM canonical.unlinked_reason AS r JOIN canonical.account AS a USING (account_id)
    WHERE r.is_ambiguous AND a.kind NOT IN ('shared', 'service')
),
told AS (
    SELECT account_id, person_id, method, confidence,
        CASE WHEN is_rejected THEN 'rejected' WHEN level = 0 THEN 'accepted' WHEN linked_to = person_id THEN 'linked'
            ELSE 'open' END AS state,
        CASE WHEN is_rejected THEN 'rejected by decision' WHEN level = 0 THEN method
            WHEN linked_to = person_id THEN 'linked by ' || method || ' alone'
            WHEN linked_to IS NOT NULL THEN NULL
            WHEN claims > 1 THEN claims || ' persons fit: it links to none'
            ELSE method || ': not sure enough to link' END AS reason
    FROM judged
    WHERE is_rejected OR level = 0 OR linked_to IS NULL OR linked_to = person_id AND link_confidence < 0.8
    UNION ALL
    SELECT m.account_id, m.person_id, 'shared identifier', 0.5, 'open', m.persons || ' persons fit: it links to none'
    FROM ambiguous AS m ANTI JOIN claim AS c ON c.account_id = m.account_id AND c.person_id = m.person_id
)
SELECT t.account_id, t.person_id, t.method, t.confidence, t.state, t.reason, d.decided_by, d.decided_at
FROM told AS t LEFT JOIN identity_decision AS d ON d.account_id = t.account_id AND d.person_id = t.person_id
