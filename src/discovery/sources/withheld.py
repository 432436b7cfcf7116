"""Browsing of persons for whom it is switched off: their visits are left out on the way in, and kept nowhere.

`sources.browsing_off` says by which identifiers such a person is known (`canonical.withheld` fills it). A visit whose
identity columns hold one of them is ignored as REASON.
"""

from __future__ import annotations

from discovery.settings import Settings
from discovery.sources.forgotten import IDENTITY, said_sql
from discovery.store import Store, quoted
from discovery.tables import RECORDS

KIND = "web_visit"
REASON = "browsing of this person is switched off"


def load_withheld(store: Store, settings: Settings) -> None:
    """Make the identifiers known to this connection, as `temp.withheld_token`."""
    store.run(
        "CREATE OR REPLACE TEMP TABLE withheld_token AS SELECT token FROM sources.browsing_off UNION "
        "SELECT 'mail:' || unnest(CAST($persons AS VARCHAR[]))",
        {"persons": list(settings.browsing_off.persons)},
    )


def is_anybody_withheld(store: Store) -> bool:
    """Tell whether there is anybody with whom visits have to be compared."""
    return bool(store.value(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'withheld_token' AND estimated_size > 0"
    ))  # fmt: skip


def is_withheld_sql(system: str, instance: str) -> str:
    """Return the SQL condition that a visit of a system is one of a person for whom browsing is switched off."""
    names = [c.name for c in RECORDS[KIND].columns if c.name in IDENTITY]
    return _any(names, quoted(f"key:{system}:{instance}:"))


def is_withheld_use_sql() -> str:
    """Return the SQL condition that a row of usage, of whatever system, is browsing that is switched off."""
    key = "'key:' || system || ':' || coalesce(instance, '') || ':'"
    return f"(source = '{KIND}' AND {_any(['identifier', 'account_name', 'holder_key'], key)})"


def _any(names: list[str], key: str) -> str:
    off = "(SELECT token FROM temp.withheld_token)"
    return "(" + " OR ".join(f"coalesce({said_sql(name, key)} IN {off}, false)" for name in names) + ")"
