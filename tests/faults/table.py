"""The document docs/security.md: promises.txt and the table of faults, from matrix.toml, with the counts of one run.

`python -m tests.faults.table > docs/security.md`. The counts are those of counted.toml, which
`python -m tests.faults.table --record junit.xml…` writes from runs with `pytest --junitxml`.

A test counts once for each of its cases, or what it says itself (fixture `count`). A case that fails is wrong; one of a
test whose name says that something is refused is a refusal.
"""

from __future__ import annotations

import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDED = HERE / "counted.toml"


@dataclass(frozen=True)
class Counted:
    """How often a fault was tried, and how often it was refused, something was lost, or something was wrong."""

    tried: int = 0
    refused: int = 0
    lost: int = 0
    wrong: int = 0

    def __add__(self, other: Counted) -> Counted:
        """Add up what was counted in two cases."""
        return Counted(self.tried + other.tried, self.refused + other.refused, self.lost + other.lost,
                       self.wrong + other.wrong)  # fmt: skip


def faults() -> list[dict[str, Any]]:
    """Return the faults: what, promises, tests (`file::function`) and why."""
    made: list[dict[str, Any]] = tomllib.loads((HERE / "matrix.toml").read_text(encoding="utf-8"))["fault"]
    return made


def counted_in(junit: Iterable[Path]) -> dict[str, Counted]:
    """Return what runs counted, for each test; skipped cases were not tried. Of a test in several runs the last counts."""
    counts: dict[str, Counted] = {}
    for path in junit:
        of_run: dict[str, Counted] = {}
        for case in ET.parse(path).getroot().iter("testcase"):
            if case.find("skipped") is None:
                test = f"{case.attrib['classname'].replace('.', '/')}.py::{case.attrib['name'].split('[')[0]}"
                of_run[test] = of_run.get(test, Counted()) + _case(case)
        counts |= of_run
    return counts


def _case(case: ET.Element) -> Counted:
    is_bad = case.find("failure") is not None or case.find("error") is not None
    said = {p.attrib["name"]: int(p.attrib["value"]) for p in case.iter("property")
            if p.attrib["name"] in ("tried", "refused", "lost", "wrong")}  # fmt: skip
    refuses = not is_bad and "refused" in case.attrib["name"].split("[")[0]
    wrong = max(said.get("wrong", 0), 1 if is_bad and not said.get("lost") else 0)
    return Counted(said.get("tried", 1), said.get("refused", int(refuses)), said.get("lost", 0), wrong)


def record(junit: Iterable[Path]) -> None:
    """Write counted.toml: what runs counted of the tests that the table names."""
    named = {test for fault in faults() for test in fault["tests"]}
    lines = ["# Written by `python -m tests.faults.table --record junit.xml…`: tried, refused, lost, wrong.", "",
             f"counted_on = {datetime.now(UTC):%Y-%m-%d}", "", "[counted]"]  # fmt: skip
    for test, of in sorted(counted_in(junit).items()):
        if test in named:
            lines.append(f'"{test}" = [{of.tried}, {of.refused}, {of.lost}, {of.wrong}]')
    RECORDED.write_text("\n".join(lines) + "\n", encoding="utf-8")


def fault_table(counted: Mapping[str, Counted]) -> str:
    """Return the table of faults, with what was counted of their tests."""
    lines = ["| fault | promise | tried | refused | lost | wrong | tests | left open |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for fault in faults():
        tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in fault["tests"]) or "none"
        of = sum((counted.get(test, Counted()) for test in fault["tests"]), Counted())
        shown = f"{of.tried} | {of.refused} | {of.lost} | {of.wrong}" if of.tried else " | | | "
        lines.append(
            f"| {fault['what']} | {', '.join(fault['promises'])} | {shown} | {tests} | {fault.get('why', '')} |"
        )
    return "\n".join(lines) + "\n"


def document() -> str:
    """Return docs/security.md."""
    recorded = tomllib.loads(RECORDED.read_text(encoding="utf-8"))
    counted = {test: Counted(*numbers) for test, numbers in recorded["counted"].items()}
    text = (
        (HERE / "promises.txt")
        .read_text(encoding="utf-8")
        .replace("{counted_on}", str(recorded["counted_on"]))
    )
    return text.replace("{faults}\n", fault_table(counted))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--record"]:
        record(map(Path, sys.argv[2:]))
    else:
        sys.stdout.write(document())
