"""The table readiness, with what the catalog knows of tokens and of what identifies an account."""

from __future__ import annotations

from discovery.catalog.facts import read_facts
from discovery.stage import Night, Step, tables_read
from discovery.store import Store, sql_file

TABLE = "graph.readiness"
_SQL = sql_file("discovery.graph", "readiness")
_FACTS = {
    "token_days": ("token_fact", "days", "INTEGER"),
    "matches_on": ("matching_fact", "attribute", "VARCHAR"),
    "entra_provisioning": ("gallery_fact", "is_there", "VARCHAR"),
}


def build_readiness(store: Store, night: Night) -> int:
    """Fill the table."""
    for fact, (relation, column, kind) in _FACTS.items():
        found = [f for of_app in read_facts().values() for f in of_app if f.fact == fact]
        store.run(
            f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT unnest(CAST($apps AS VARCHAR[])) AS app_id, "
            f"CAST(unnest(CAST($values AS VARCHAR[])) AS {kind}) AS {column}, "
            "unnest(CAST($sources AS VARCHAR[])) AS source",
            {
                "apps": [f.app_id for f in found],
                "values": [f.value for f in found],
                "sources": [f.source for f in found],
            },
        )
    return store.replace(TABLE, _SQL, night.binds)


STEP = Step(TABLE, build_readiness, tables_read(_SQL))
