-- One row: one licence of one account in the newest list that tells of the account, or in the last that had it.
-- Key: system, instance, identifier, product. Read by graph.trace, graph.app_fact, graph.finding.
-- Reads the temporary table licence_product.
--
-- Lists name a product by id, part number or name; what is known as one product is one row. ended_on: the day before the
-- first later list that tells of the account and lacks the licence, or of all accounts, whole and believed, and lacks it.
-- Whatever the product: a licence of a Microsoft tenant stands for access to the tenant's own app, where it is taken back.
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS snapshot_on,
        coalesce(l.account_key, lower(l.account_name)) AS identifier,
        coalesce(i.product, n.product) AS known_product, coalesce(i.app_id, n.app_id) AS known_app,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.licence AS l
    LEFT JOIN file AS f USING (file_id)
    LEFT JOIN licence_product AS i ON i.system = l.system AND i.name = lower(l.licence_key)
    LEFT JOIN licence_product AS n ON n.system = l.system AND n.name = lower(l.licence)
),
used AS (
    SELECT *, lower(coalesce(known_product, licence_key, licence)) AS item
    FROM loaded
    WHERE identifier IS NOT NULL
    QUALIFY snapshot_on <= $as_of OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance)
),
listed AS (
    SELECT *, min(snapshot_on) OVER one AS first_listed_on,
        -- Of a product that is not known here a part number says more than an id.
        coalesce(known_product, max(licence) FILTER (licence IS DISTINCT FROM licence_key) OVER one, licence) AS product
    FROM used
    WINDOW one AS (PARTITION BY system, instance, identifier, item)
    QUALIFY row_number() OVER (PARTITION BY system, instance, identifier, item
        ORDER BY snapshot_on DESC, len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
),
told AS (SELECT DISTINCT system, instance, identifier, snapshot_on AS day FROM used),
absent AS (
    SELECT system, instance, identifier, item, min(day) AS absent_on
    FROM (
        SELECT l.system, l.instance, l.identifier, l.item, t.day
        FROM listed AS l JOIN told AS t USING (system, instance, identifier)
        WHERE t.day > l.snapshot_on
        UNION ALL
        SELECT l.system, l.instance, l.identifier, l.item, d.day
        FROM listed AS l
        JOIN canonical.list_day AS d ON d.kind = 'licence' AND d.system = l.system AND d.instance = l.instance
            AND d.is_complete AND d.is_believed AND d.day > l.snapshot_on
    )
    GROUP BY ALL
)
SELECT n.file_id, n.system, n.instance, n.event_id, n.record, n.account_key, n.account_name, n.licence, n.licence_key,
    list_sort(n.plans) AS plans, n.snapshot_on, n.identifier, least(n.first_listed_on, $as_of) AS from_on,
    CASE WHEN a.absent_on IS NOT NULL THEN greatest(a.absent_on - 1, n.first_listed_on) END AS ended_on,
    CASE WHEN a.absent_on IS NOT NULL THEN 'absent_from_list' END AS end_reason,
    n.product, coalesce(n.known_app, CASE WHEN n.system = 'entra' THEN getvariable('tenant_app') END) AS app_id
FROM listed AS n LEFT JOIN absent AS a USING (system, instance, identifier, item)
