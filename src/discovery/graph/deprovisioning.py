"""The table deprovisioning, with what the catalog knows of when an app purges an account."""

from __future__ import annotations

from discovery.catalog.facts import PURGE, read_facts
from discovery.stage import Night, Step, tables_read
from discovery.store import Store, sql_file

TABLE = "graph.deprovisioning"
_SQL = sql_file("discovery.graph", "deprovisioning")


def build_deprovisioning(store: Store, night: Night) -> int:
    """Fill the table; the catalog's facts are a forecast of the app's own purge, never evidence."""
    facts = [
        (f.app_id, f.fact.removeprefix(PURGE), f.value, f.source, f.as_of)
        for of_app in read_facts().values()
        for f in of_app
        if f.fact.startswith(PURGE)
    ]
    columns = {
        name: [f[place] for f in facts]
        for place, name in enumerate(("apps", "paths", "values", "sources", "days"))
    }
    store.run(
        "CREATE OR REPLACE TEMP TABLE purge_fact AS SELECT unnest(CAST($apps AS VARCHAR[])) AS app_id, "
        "unnest(CAST($paths AS VARCHAR[])) AS path, unnest(CAST($values AS VARCHAR[])) AS value, "
        "unnest(CAST($sources AS VARCHAR[])) AS source, unnest(CAST($days AS DATE[])) AS as_of",
        columns,
    )
    return store.replace(TABLE, _SQL, night.binds)


STEP = Step(TABLE, build_deprovisioning, tables_read(_SQL))
