"""Which asset carries a check."""

from __future__ import annotations

from dataclasses import dataclass

from discovery.checks import Check
from discovery.run import steps
from discovery.stage import tables_read
from pipelines.steps import USAGE


@dataclass(frozen=True)
class Hosted:
    """A check and the table whose asset carries it."""

    table: str
    name: str
    check: Check
    reads: tuple[str, ...]


def host(check: Check) -> Hosted:
    """Return the last table that a check reads: only then can it be asked, and hold up what follows."""
    order = [step.table for step in steps()]
    reads = [table for table in order if table in {check.table, *tables_read(check.sql)}]
    table = reads[-1] if reads else USAGE
    own = check.table.split(".")[1]
    name = check.name if table == check.table else f"{own}_{check.name}"
    return Hosted(table, name, check, tuple(reads[:-1]))
