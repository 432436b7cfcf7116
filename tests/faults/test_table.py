"""The table of faults names tests that are there, and the document is made from it."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.faults.table import RECORDED, Counted, counted_in, document, fault_table, faults


@cache
def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_is_there(pytestconfig: pytest.Config) -> None:
    named = {test for fault in faults() for test in fault["tests"]}
    named |= {f"tests/{test}" for test in re.findall(r"`([\w/]+\.py::\w+)`", document())}
    assert len(named) > 80
    gone = [test for test in named if not (pytestconfig.rootpath / test.split("::")[0]).is_file()]
    assert gone == []
    assert [
        t for t in sorted(named) if t.split("::")[1] not in names_in(pytestconfig.rootpath / t.split("::")[0])
    ] == []


def test_a_fault_has_a_test_or_says_why_not_and_every_promise_is_tried_or_says_so() -> None:
    assert [fault["what"] for fault in faults() if not fault["tests"] and not fault.get("why")] == []
    tried = {promise for fault in faults() if fault["tests"] for promise in fault["promises"]}
    assert tried == {f"P{number}" for number in range(1, 25)}


def test_the_document_is_the_generated_one(pytestconfig: pytest.Config) -> None:
    text = (pytestconfig.rootpath / "docs" / "security.md").read_text(encoding="utf-8")
    assert text == document(), "python -m tests.faults.table > docs/security.md"


def test_a_run_fills_the_table(tmp_path: Path) -> None:
    report, later = tmp_path / "junit.xml", tmp_path / "later.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.faults.test_failpoints" name="test_killed_at_every_effect">'
        '<properties><property name="tried" value="70"/><property name="refused" value="3"/></properties></testcase>'
        '<testcase classname="tests.faults.test_storage" name="test_a_file_that_is_cut_short_is_noticed[0.3]"/>'
        '<testcase classname="tests.faults.test_storage" name="test_a_file_that_is_cut_short_is_noticed[0.5]">'
        '<failure message="x"/></testcase><testcase classname="tests.faults.test_storage" name="test_x"><skipped/>'
        '</testcase><testcase classname="tests.a" name="test_what_is_refused[1]"/></testsuite></testsuites>'
    )
    later.write_text(
        '<testsuite><testcase classname="tests.a" name="test_what_is_refused[1]"/>'
        '<testcase classname="tests.a" name="test_what_is_refused[2]"/></testsuite>'
    )
    counted = counted_in([report, later])
    assert counted["tests/a.py::test_what_is_refused"] == Counted(tried=2, refused=2)
    assert "tests/faults/test_storage.py::test_x" not in counted
    table = fault_table(counted)
    assert "that writes a file), and run again | P2, P3 | 70 | 3 | 0 | 0 |" in table
    assert "| Bits flipped in the published file; the file cut short | P3 | 2 | 0 | 0 | 1 |" in table


def test_what_was_counted_is_of_tests_that_are_there_and_nothing_was_lost_or_wrong() -> None:
    recorded = tomllib.loads(RECORDED.read_text(encoding="utf-8"))["counted"]
    named = {test for fault in faults() for test in fault["tests"]}
    assert set(recorded) <= named
    assert len(recorded) > 0.9 * len(named), "python -m tests.faults.table --record junit.xml"
    assert [test for test, (_, _, lost, wrong) in recorded.items() if lost or wrong] == []
