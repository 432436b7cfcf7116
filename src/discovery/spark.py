"""Work for a Spark session: SQL of DuckDB translated, tables as lists of Parquet files, started in its own process.

Nothing of Spark is imported here: the session lives in spark_job.py, under an interpreter that has pyspark.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discovery.errors import BadSettings, EngineFailed
from discovery.settings.engine import EngineSettings
from discovery.tables import Table

if TYPE_CHECKING:
    from sqlglot import exp

Launch = Callable[[Sequence[str]], int]
"""Runs a command to its end and returns its exit code."""

_TYPES = {"VARCHAR": "STRING", "TIMESTAMP": "TIMESTAMP_NTZ"}
"""Types that are called otherwise on Spark. Instants of the lake are UTC without a zone."""


@dataclass(frozen=True)
class ParquetTable:
    """Files that are one table. `columns`: name → type on Spark; `file_name`: also a column `filename`."""

    name: str
    files: tuple[str, ...]
    columns: Mapping[str, str]
    file_name: bool = False


@dataclass(frozen=True)
class Query:
    """A view, or with a folder a result that is written there."""

    name: str
    sql: str
    folder: str | None = None


@dataclass
class Work:
    """What one process on Spark does; `folder` holds its results, each in a folder of its own."""

    folder: Path
    tables: list[ParquetTable] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)

    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self.queries.append(Query(name, sql))

    def result(self, folder: str, sql: str, *, name: str | None = None) -> None:
        """Have a query written below `folder`; later queries may read it by `name`."""
        self.queries.append(Query(name or folder, sql, str(self.folder / folder)))

    def files(self, folder: str) -> list[str]:
        """Return what was written of a result."""
        return sorted(str(path) for path in (self.folder / folder).glob("*.parquet"))


def spark_columns(table: Table, leaving_out: Iterable[str] = ()) -> dict[str, str]:
    """Return a declared table's columns with their types on Spark."""
    return {c.name: _TYPES.get(c.type, c.type) for c in table.columns if c.name not in leaving_out}


def to_spark(sql: str, forms: Mapping[str, str], binds: Mapping[str, date] | None = None) -> str:
    """Translate a statement of DuckDB. `forms`: signature of a function, e.g. `f(a, b)` → its expression on Spark.

    Values are written into the text; `schema.table` is the view `schema_table`.
    """
    try:
        from sqlglot import exp, parse_one
    except ImportError as error:
        raise BadSettings(
            '[engine] engine = "spark" needs the package sqlglot beside this program: install discovery[spark] or '
            "discovery[sail]"
        ) from error

    tree = parse_one(sql, dialect="duckdb")
    known = {}
    for signature, body in forms.items():
        head = parse_one(signature, dialect="duckdb")
        assert isinstance(head, exp.Anonymous)
        known[head.name.lower()] = ([arg.name for arg in head.expressions], parse_one(body, dialect="spark"))
    for call in reversed(list(tree.find_all(exp.Anonymous))):  # those inside others first
        if call.name.lower() in known:
            names, body_tree = known[call.name.lower()]
            call.replace(_filled(body_tree, dict(zip(names, call.expressions, strict=True))))
    for place in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        value = (binds or {})[place.name]
        place.replace(exp.cast(exp.Literal.string(value.isoformat()), "date"))
    for table in tree.find_all(exp.Table):
        if table.db:
            table.set("this", exp.to_identifier(f"{table.db}_{table.name}"))
            table.set("db", None)
    return str(tree.sql(dialect="spark", comments=False))


def _filled(body: exp.Expr, arguments: dict[str, exp.Expr]) -> exp.Expr:
    """Put arguments where an expression names its parameters."""
    from sqlglot import exp

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in arguments and not node.table:
            return arguments[node.name].copy()
        if isinstance(node, exp.Column) and node.table in arguments:  # a field of an argument
            return exp.Dot(this=arguments[node.table].copy(), expression=exp.to_identifier(node.name))
        return node

    return body.copy().transform(put)


def run_command(command: Sequence[str]) -> int:
    """Run a command to its end; what it prints goes where ours goes."""
    return subprocess.run(command, check=False).returncode


def do(work: Work, settings: EngineSettings, launch: Launch = run_command) -> dict[str, Any]:
    """Do a piece of work in a process of its own; returns its seconds. Raises EngineFailed."""
    path = work.folder / "work.json"
    described = {
        "remote": settings.remote,
        "tables": [asdict(table) for table in work.tables],
        "queries": [asdict(query) for query in work.queries],
    }
    path.write_text(json.dumps(described, indent=1), encoding="utf-8")
    python = str(settings.python or sys.executable)
    # -P: modules beside the script must not stand for others of the same name.
    command = [python, "-P", str(Path(__file__).with_name("spark_job.py")), str(path)]
    try:
        code = launch(command)
        said: dict[str, Any] = json.loads(Path(f"{path}.result").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EngineFailed(
            f"the Spark job ended without a result: {python} does not start, or ended early. `[engine] python` names "
            "the interpreter that has pyspark; what was published before stays."
        ) from error
    if code or "error" in said:
        raise EngineFailed(
            f"the Spark job on {settings.remote} failed: {said.get('error', f'exit {code}')}. Nothing of it was taken "
            "in; what was published before stays. `[engine] python` names the interpreter that has pyspark, "
            "`[engine] remote` the engine."
        )
    return said
