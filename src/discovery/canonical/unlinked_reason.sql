-- One row: why an account has no person. Key: account_id. Read by the review queue, graph.finding.
WITH unlinked AS (
    SELECT *, address_of(account_name) AS address FROM canonical.account WHERE person_id IS NULL
),
word AS (
    SELECT u.account_id, 'address' AS namespace, u.address AS value FROM unlinked AS u WHERE u.address IS NOT NULL
    UNION
    SELECT u.account_id, 'address', address_of(u.identifier) FROM unlinked AS u WHERE address_of(u.identifier) IS NOT NULL
    UNION
    SELECT u.account_id, 'account_key', u.system || chr(31) || u.instance || chr(31) || u.identifier FROM unlinked AS u
    UNION
    SELECT u.account_id, 'cardholder', unnest([upper(trim(c.cardholder)), c.holder_form])
    FROM unlinked AS u JOIN canonical.charge AS c USING (system, instance, identifier)
),
fits AS (
    SELECT w.account_id, list_sort(list(DISTINCT i.person_id)) AS candidates, min(w.value) AS value
    FROM word AS w JOIN canonical.identity AS i ON i.namespace = w.namespace AND w.value = CASE i.namespace
        WHEN 'account_key' THEN i.system || chr(31) || i.instance || chr(31) || i.identifier ELSE i.identifier END
    GROUP BY ALL
),
perhaps AS (
    SELECT account_id, list_sort(list(DISTINCT person_id)) AS candidates, arg_max(method, (confidence, method)) AS method
    FROM canonical.identity_claim
    WHERE NOT is_rejected
    GROUP BY ALL
),
paid AS (SELECT DISTINCT system, instance, identifier FROM canonical.charge)
SELECT u.account_id,
    CASE
        WHEN len(f.candidates) > 1 THEN len(f.candidates) || ' persons go by ' || u.account_name || ': it links to none'
        WHEN len(m.candidates) > 1 THEN len(m.candidates) || ' persons fit (' || m.method || '): it links to none'
        WHEN len(m.candidates) = 1 AND u.kind NOT IN ('shared', 'service')
            THEN 'may be somebody''s (' || m.method || '), not sure enough to link: decide in the review queue'
        WHEN len(f.candidates) = 1 THEN 'its identifiers point to different persons'
        WHEN u.kind = 'shared' THEN 'shared mailbox'
        WHEN u.kind = 'service' THEN 'service account'
        WHEN u.kind = 'external' AND contains(lower(u.account_name), '#ext#') THEN 'guest of another company'
        WHEN u.kind = 'external' THEN 'address of another company'
        WHEN u.kind = 'personal' THEN 'private address that no roster knows, and no browser shows it beside a work address'
        WHEN p.identifier IS NOT NULL AND u.address IS NULL
            THEN 'no person has this card holder name; say who it is under [cardholders] in the settings'
        WHEN u.address IS NULL THEN 'its login is no address, and no directory knows it'
        ELSE 'no person goes by this address' END AS reason,
    coalesce(len(f.candidates) > 1, len(m.candidates) > 1, false) AS is_ambiguous,
    coalesce(f.candidates, m.candidates, []) AS candidates
FROM unlinked AS u
LEFT JOIN fits AS f USING (account_id)
LEFT JOIN perhaps AS m USING (account_id)
LEFT JOIN paid AS p USING (system, instance, identifier)
