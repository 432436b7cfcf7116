"""A copy of the published file about some persons alone: what a leaver's case needs, and nobody else's records.

The copy has every table, view and macro of the contract, so that whatever is asked of the published file can be asked
of it; `run` is that of the file it was taken from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from discovery.privacy.pseudonymise import new_copy
from discovery.publish import describe
from discovery.publish.contract import FILE_TABLES, file_columns
from discovery.settings import Settings
from discovery.store import Store, bind_list, declared_columns, quoted
from discovery.tables import Table

_THEIR_APPS = "app_id IN (SELECT app_id FROM their_app)"
_PART = {
    "blind_spot": "person_id IS NULL OR person_id IN (SELECT person_id FROM them)",
    "app": _THEIR_APPS,
    "app_alias": _THEIR_APPS,
    "app_summary": _THEIR_APPS,
    "app_source": _THEIR_APPS,
    "readiness": _THEIR_APPS,
    "match": _THEIR_APPS,
    "mention": f"(kind, mention) IN (SELECT (kind, mention) FROM graph.match WHERE {_THEIR_APPS})",
    "match_evidence": "(kind, mention) IN (SELECT (kind, mention) FROM match)",
    "group_access": "group_id IN (SELECT group_id FROM group_member)",
    "source_file": "file_id IN (SELECT file_id FROM evidence)",
    "ignored": "file_id IN (SELECT file_id FROM evidence)",
    "quarantine": "false",
}
"""Which rows of a table are about them, where no column says whose they are. Records in quarantine may be anybody's."""
_ABOUT_SOURCES = (
    "run",
    "retention",
    "source_status",
    "source_freshness",
    "source_coverage",
    "coverage",
    "confidence_bucket",
)
"""Tables that are about sources and numbers: they are copied whole."""


def minimise(settings: Settings, person_ids: Sequence[str], target: Path) -> dict[str, int]:
    """Write what the published file says of these persons to `target`; returns rows by table.

    Raises BadUse if the target is there or cannot be written, or nothing is published.
    """
    with (
        new_copy(settings, target) as temporary,
        Store(temporary, folders=[settings.published.parent]) as store,
    ):
        store.run(f"ATTACH {quoted(str(settings.published))} AS graph (READ_ONLY)")
        store.run(
            "CREATE TEMP TABLE them AS SELECT unnest(CAST($them AS VARCHAR[])) AS person_id",
            {"them": bind_list(list(person_ids))},
        )
        store.run(
            "CREATE TEMP TABLE their_app AS SELECT app_id FROM (SELECT app_id, person_id FROM graph.access "
            "UNION ALL SELECT app_id, person_id FROM graph.account_access "
            "UNION ALL SELECT app_id, person_id FROM graph.not_access) WHERE person_id IN (SELECT person_id FROM them)"
        )
        counts: dict[str, int] = {}
        # Those that say whose their rows are come first: the parts of others follow from them.
        for table in sorted((t for t in FILE_TABLES if not t.is_view), key=lambda t: t.name in _PART):
            columns = file_columns(table)
            declared = declared_columns(Table(table.schema, table.name, table.row, table.key, columns))
            names = ", ".join(f'"{column.name}"' for column in columns)
            store.run(f'CREATE TABLE "{table.name}" ({declared})')
            store.run(
                f'INSERT INTO "{table.name}" SELECT {names} FROM graph."{table.name}" WHERE {_part(table)}'
            )
            counts[table.name] = store.count(f'"{table.name}"')
        store.run("DETACH graph")
        describe(store)
    return counts


def _part(table: Table) -> str:
    if table.name in _PART:
        return _PART[table.name]
    if table.name in _ABOUT_SOURCES:
        return "true"
    return "person_id IN (SELECT person_id FROM them)"
