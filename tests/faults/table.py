"""The document docs/security.md: promises.txt and the table of faults, from matrix.toml.

`python -m tests.faults.table > docs/security.md`; with `--results junit.xml` (from `pytest --junitxml`) the table
says how often each fault was tried in that run, and how often it did not end as it should.
"""

from __future__ import annotations

import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Tried = Mapping[str, tuple[int, int]]


def faults() -> list[dict[str, Any]]:
    """Return the faults: what, promises, tests (`file::function`) and why."""
    made: list[dict[str, Any]] = tomllib.loads((HERE / "matrix.toml").read_text(encoding="utf-8"))["fault"]
    return made


def tried_in(junit: Path) -> Tried:
    """Return for each test how often it was tried and how often it failed; skipped ones were not tried."""
    counts: dict[str, tuple[int, int]] = {}
    for case in ET.parse(junit).getroot().iter("testcase"):
        if case.find("skipped") is not None:
            continue
        name = case.attrib["name"].split("[")[0]
        test = f"{case.attrib['classname'].replace('.', '/')}.py::{name}"
        tried, failed = counts.get(test, (0, 0))
        is_bad = case.find("failure") is not None or case.find("error") is not None
        counts[test] = (tried + 1, failed + is_bad)
    return counts


def fault_table(tried: Tried | None = None) -> str:
    """Return the table of faults; with counts of a run, if there are any."""
    lines = ["| fault | promise | tests | left open |", "|---|---|---|---|"]
    if tried is not None:
        lines = ["| fault | promise | tried | failed | left open |", "|---|---|---|---|---|"]
    for fault in faults():
        promises, why = ", ".join(fault["promises"]), fault.get("why", "")
        if tried is None:
            shown = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in fault["tests"]) or "none"
        else:
            counts = [tried.get(test, (0, 0)) for test in fault["tests"]]
            shown = f"{sum(c[0] for c in counts)} | {sum(c[1] for c in counts)}"
        lines.append(f"| {fault['what']} | {promises} | {shown} | {why} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """Return docs/security.md."""
    return (HERE / "promises.txt").read_text(encoding="utf-8").replace("{faults}\n", fault_table())


if __name__ == "__main__":
    sys.stdout.write(fault_table(tried_in(Path(sys.argv[2]))) if len(sys.argv) > 2 else document())
