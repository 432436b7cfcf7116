"""Every shape of every format, followed behind the first stage: to a person, a registration, a payment or a trace.

One example of each shape lies in one inbox, each as an instance of its own; they are read together, once.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from discovery.canonical import STEPS as CANONICAL
from discovery.canonical.usage import build_usage
from discovery.graph import STEPS as GRAPH
from discovery.settings import SourceHint
from discovery.sources.inbox import scan
from discovery.sources.ingest import ingest_system
from discovery.sources.registry import shipped_formats
from discovery.sources.source import Example, Format
from discovery.stage import Night
from tests.sources.conftest import Bench

AS_OF = date(2027, 1, 1)
REACHED = {
    "a person's entry in a roster": "SELECT file_id FROM canonical.directory_account",
    "an app that is registered": "SELECT file_id FROM canonical.app_registration",
    # A ledger or a bank account names nobody who paid: the payment and its merchant stand alone.
    "a payment": "SELECT c.file_id FROM canonical.charge AS c JOIN canonical.mention AS m "
    "ON m.kind = 'merchant' AND m.mention = c.merchant WHERE c.identifier IS NULL",
    "a trace of an account": "SELECT first_file_id FROM graph.trace UNION SELECT last_file_id FROM graph.trace",
}
# What the other kinds are for (deprovisioning, groups) has tests of its own.
KINDS = frozenset(
    (
        "sign_in",
        "web_visit",
        "charge",
        "grant",
        "assignment",
        "directory_account",
        "app_account",
        "app_registration",
    )
)
# What only says that something is no more, or belongs to the company and to no person.
NOT_ALONE = {"entra_deleted_users", "okta_grants", "github_app_installations", "slack_integration_logs"}


def _cases() -> dict[str, tuple[Format, Example]]:
    found: dict[str, tuple[Format, Example]] = {}
    for fmt in shipped_formats():
        for example in fmt.examples:
            if example.records:
                found.setdefault(f"{fmt.name}-{example.shape}", (fmt, example))
    return found


CASES = _cases()


def _name(case: str, example: Example) -> str:
    return f"{case}/ada@acme.example/{example.file_name}"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """State, format and shape of each case's file, and what its records reached."""
    hints = tuple(
        SourceHint(files=f"{case}/*", **{**example.hints, "instance": case})
        for case, (_, example) in CASES.items()
    )
    bench = Bench(tmp_path_factory.mktemp("reach"), sources=hints)
    bench.night = Night(bench.settings, AS_OF)
    for case, (_, example) in CASES.items():
        bench.put(_name(case, example), example.text)
    scan(bench.store, bench.settings, AS_OF)
    for system in sorted({fmt.system for fmt, _ in CASES.values()}):
        assert ingest_system(bench.store, bench.night, system).error is None
    build_usage(bench.store, bench.night)
    for step in (*CANONICAL[1:], next(s for s in GRAPH if s.table == "graph.trace")):
        step.build(bench.store, bench.night)
    reached: dict[str, set[str]] = {}
    for what, sql in REACHED.items():
        for (file_id,) in bench.store.rows(sql):
            reached.setdefault(str(file_id), set()).add(what)
    files: dict[str, list[dict[str, Any]]] = {}
    for row in bench.store.dicts("FROM sources.source_file"):
        files.setdefault(str(row["file_name"]).split("/", 1)[0], []).append(row)
    assert bench.unbalanced() == []
    bench.store.close()
    return files, reached


@pytest.mark.parametrize("case", CASES)
def test_records_of_each_shape_reach_what_they_are_for(read: Any, case: str) -> None:
    files, reached = read
    fmt, example = CASES[case]
    loaded = [f for f in files[case] if f["rows_loaded"]]
    assert loaded, [(f["state"], f["reason"]) for f in files[case]]
    assert {(f["format"], f["shape"]) for f in loaded} == {(fmt.name, example.shape)}
    if fmt.kind in KINDS and fmt.name not in NOT_ALONE:
        assert all(f["file_id"] in reached for f in loaded)
