"""Checks: questions for wrong rows, one .sql file each in `<stage>/checks`. The folder is the registry.

A file is named `<table>.<sentence>.sql`; its first line says the sentence and whether a wrong row is blocking or a
warning. The query returns the wrong rows (none = good) and may name the binds of the night. Other packages add theirs
as `<stage>.<table>.<sentence>.sql` (docs/extending.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from discovery.errors import BadSettings, ContractBroken
from discovery.extension import CHECKS, extension_files
from discovery.tables import TABLES

_STAGES = ("sources", "canonical", "matching", "graph", "offboarding")


@dataclass(frozen=True)
class Check:
    """One check. `table` is qualified; `sql` returns the wrong rows."""

    table: str
    name: str
    sentence: str
    blocking: bool
    sql: str


def read_checks() -> tuple[Check, ...]:
    """Return all checks, by table and name.

    Raises ContractBroken for a file that is none, BadSettings where it is another package's.
    """
    found: list[Check] = []
    for stage in _STAGES:
        folder = resources.files("discovery").joinpath(stage, "checks")
        if not folder.is_dir():
            continue
        for file in folder.iterdir():
            if file.name.endswith(".sql"):
                found.append(_parsed(stage, file.name, file.read_text(encoding="utf-8")))
    found += [_of_package(*file) for file in extension_files(CHECKS, ".sql")]
    names = [(check.table, check.name) for check in found]
    for table, name in names:
        if names.count((table, name)) > 1:
            raise BadSettings(f"two checks of {table} are called {name!r}: rename the package's.")
    return tuple(sorted(found, key=lambda check: (check.table, check.name)))


def _of_package(origin: str, file_name: str, data: bytes) -> Check:
    stage, _, rest = file_name.partition(".")
    try:
        return _parsed(stage, rest, data.decode("utf-8"))
    except (ContractBroken, UnicodeDecodeError) as error:
        raise BadSettings(f"{origin}: {file_name}: {error}") from error


def _parsed(stage: str, file_name: str, text: str) -> Check:
    table, _, name = file_name.removesuffix(".sql").partition(".")
    first, _, sql = text.partition("\n")
    sentence, _, grade = first.removeprefix("--").strip().rpartition(";")
    qualified = f"{stage}.{table}"
    if not name or qualified not in TABLES or not sentence or grade.strip() not in ("blocking", "warning"):
        raise ContractBroken(
            f"{stage}/checks/{file_name}: expected <table>.<sentence>.sql of a declared table, and a first line "
            "`-- What it says; blocking` or `…; warning`"
        )
    return Check(qualified, name, sentence.strip(), grade.strip() == "blocking", sql)
