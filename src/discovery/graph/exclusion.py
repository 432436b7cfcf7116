"""Accesses that somebody took out of the scope, from the decisions of the home."""

from __future__ import annotations

from discovery.decisions import read_decisions
from discovery.stage import Night, Step
from discovery.store import Store, sql_file

TABLE = "graph.exclusion"


def build_exclusion(store: Store, night: Night) -> int:
    """Fill the table with the exclusions that stand; a rejected one does not."""
    standing = read_decisions(night.settings.home).standing("exclusion")
    made = [(key, d) for key, d in sorted(standing.items()) if d.action != "reject"]
    return store.replace(TABLE, sql_file(__package__, "exclusion"), {
        "persons": [key[0] for key, _ in made],
        "apps": [key[1] for key, _ in made],
        "reasons": [d.reason for _, d in made],
        "deciders": [d.by for _, d in made],
        "moments": [d.at for _, d in made],
    })  # fmt: skip


STEP = Step(TABLE, build_exclusion, ())
