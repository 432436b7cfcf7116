"""What a stage is made of: steps that each fill one declared table, and the night that they share.

A stage package exposes `STEPS` in the order in which they can run. Dagster makes one asset of each; the
library runs them one after the other. Dependencies of SQL steps are read from the FROM and JOIN of their file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from discovery.settings import Settings
from discovery.spark import Launch, run_command
from discovery.store import Store, sql_file
from discovery.tables import TABLES

_READS = re.compile(r"\b(?:from|join)\s+([a-z]+\.[a-z_]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Night:
    """What the steps of one run share. `as_of`: end of that day, UTC; later events are not used.

    `launch` starts the process of another engine, where the settings name one.
    """

    settings: Settings
    as_of: date
    launch: Launch = run_command

    @property
    def binds(self) -> Mapping[str, Any]:
        """Values that SQL files may name.

        $as_of, $domains, $timezone, $source_of_truth, $min_visit_days, $link_threshold.
        """
        return {
            "as_of": self.as_of,
            "domains": list(self.settings.domains),
            "timezone": self.settings.timezone,
            "source_of_truth": self.settings.source_of_truth,
            "min_visit_days": self.settings.min_visit_days,
            "link_threshold": self.settings.link_threshold,
        }


@dataclass(frozen=True)
class Step:
    """One table and how it is filled; `build` returns the number of rows."""

    table: str
    build: Callable[[Store, Night], int]
    reads: tuple[str, ...]


def tables_read(sql: str) -> tuple[str, ...]:
    """Return the declared tables that a statement reads, sorted."""
    return tuple(sorted({name.lower() for name in _READS.findall(sql)} & set(TABLES)))


def sql_step(package: str, table: str) -> Step:
    """A step whose table is one SELECT in a .sql file of the same name in `package`."""
    sql = sql_file(package, table.split(".")[1])

    def build(store: Store, night: Night) -> int:
        return store.replace(table, sql, night.binds)

    return Step(table, build, tables_read(sql))
