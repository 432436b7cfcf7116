"""Which lists there are, and whether what a list lacks is gone.

"Not seen" becomes "gone" only where a list is declared whole, and never where more than a tenth of the list
believed before it vanished at once (a single entry may always vanish): that is a broken export, not a purge.
"""

from __future__ import annotations

from discovery.stage import Night, Step
from discovery.store import Store, sql_file

_KINDS = (
    "app_account",
    "assignment",
    "directory_account",
    "grant",
    "licence",
    "membership",
    "provisioning_job",
)

_JUDGE = """
    CREATE OR REPLACE TEMP TABLE judged AS
    WITH pair AS (
        SELECT d.*, b.day AS base_day
        FROM list_number AS d LEFT JOIN list_base AS b USING (kind, system, instance, mention)
        WHERE d.number = $number
    ),
    missing AS (
        SELECT p.kind, p.system, p.instance, p.mention, count(*) AS vanished, any_value(b.item_count) AS before
        FROM pair AS p
        JOIN list_number AS b ON (b.kind, b.system, b.instance, b.mention, b.day)
            = (p.kind, p.system, p.instance, p.mention, p.base_day)
        JOIN list_item AS i ON (i.kind, i.system, i.instance, i.mention, i.day)
            = (p.kind, p.system, p.instance, p.mention, p.base_day)
        ANTI JOIN list_item AS now ON (now.kind, now.system, now.instance, now.mention, now.day, now.item)
            = (p.kind, p.system, p.instance, p.mention, p.day, i.item)
        GROUP BY ALL
    )
    SELECT p.*, coalesce(m.vanished, 0) AS vanished_count,
        coalesce(m.vanished <= greatest(1, m.before / 10), true) AS is_believed
    FROM pair AS p LEFT JOIN missing AS m USING (kind, system, instance, mention)
"""


def build_list_day(store: Store, night: Night) -> int:
    """Walk through the whole lists of each series by day, each compared with the last believed one."""
    store.run(f"CREATE OR REPLACE TEMP TABLE list_item AS {sql_file(__package__, 'list_item')}", night.binds)
    store.run(
        "CREATE OR REPLACE TEMP TABLE list_number AS SELECT kind, system, instance, mention, day, "
        "item_count, row_number() OVER (PARTITION BY kind, system, instance, mention ORDER BY day) AS number "
        "FROM (SELECT kind, system, instance, mention, day, count(*) AS item_count FROM list_item "
        "WHERE is_complete GROUP BY ALL)"
    )
    store.run(
        "CREATE OR REPLACE TEMP TABLE list_base AS SELECT kind, system, instance, mention, day "
        "FROM list_number WHERE false"
    )
    store.run("CREATE OR REPLACE TEMP TABLE list_verdict AS SELECT kind, system, instance, mention, day, "
              "0::BIGINT AS vanished_count, true AS is_believed FROM list_number WHERE false")  # fmt: skip
    for number in range(1, int(store.value("SELECT coalesce(max(number), 0) FROM list_number")) + 1):
        store.run(_JUDGE, {"number": number})
        store.run("INSERT INTO list_verdict BY NAME SELECT kind, system, instance, mention, day, vanished_count, "
                  "is_believed FROM judged")  # fmt: skip
        store.run(
            "CREATE OR REPLACE TEMP TABLE list_base AS SELECT kind, system, instance, mention, day FROM judged "
            "WHERE is_believed UNION ALL SELECT b.* FROM list_base AS b ANTI JOIN (FROM judged WHERE is_believed) "
            "AS j USING (kind, system, instance, mention)"
        )
    return store.replace("canonical.list_day", sql_file(__package__, "list_day"), night.binds)


STEP = Step("canonical.list_day", build_list_day, ("sources.source_file",))
