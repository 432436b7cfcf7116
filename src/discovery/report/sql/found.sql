-- One row: one source, how fresh it is and what it found alone. Key: source, system, instance. Read by the overview.
SELECT f.source, f.system, f.instance, f.last_at, f.age_days, f.lag_hours, f.retention_days, c.app_count, c.app_alone_count,
    c.access_count, c.access_alone_count
FROM source_freshness AS f
LEFT JOIN source_coverage AS c ON c.source = f.source AND c.system = f.system
ORDER BY f.age_days DESC, f.source, f.system, f.instance
