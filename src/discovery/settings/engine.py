"""What computes: `[engine]`. DuckDB always holds the warehouse; the work on events may be done by Spark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.errors import BadSettings
from discovery.settings.reader import Reader

ENGINES = ("duckdb", "spark")


@dataclass(frozen=True)
class EngineSettings:
    """Which engine makes usage of events.

    remote: "sail" (a server of its own on loopback), "sc://host:port" (Spark Connect), else the master of a Spark
    session, e.g. "local[4]". python: the interpreter that has pyspark; None: this one.
    """

    engine: str = "duckdb"
    remote: str = "sail"
    python: Path | None = None


def engine_of(reader: Reader, block: Mapping[str, Any], base: Path) -> EngineSettings:
    """Return what computes, from the block `[engine]`. Raises BadSettings."""
    engine = reader.text(block, "engine", EngineSettings.engine)
    if engine not in ENGINES:
        raise BadSettings(f"{reader.where}: engine.engine = {engine!r}; expected one of {', '.join(ENGINES)}")
    remote = reader.text(block, "remote", EngineSettings.remote)
    if not remote:
        raise BadSettings(
            f'{reader.where}: engine.remote is empty; expected "sail", "sc://host:port" or a Spark master such as '
            '"local[4]"'
        )
    python = reader.text(block, "python", "")
    return EngineSettings(
        engine=engine,
        remote=remote,
        python=(base / python).absolute() if python else None,
    )
