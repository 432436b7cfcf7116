from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


@pytest.fixture(scope="session")
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def requirements(pyproject: dict[str, Any]) -> list[str]:
    groups = pyproject["dependency-groups"].values()
    named = (entry for group in groups for entry in group if isinstance(entry, str))  # not included groups
    return [*pyproject["project"]["dependencies"], *named]


def test_each_dependency_says_why(root: Path, requirements: list[str]) -> None:
    lines = (root / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    unexplained = [
        entry
        for entry in requirements
        if not any(re.match(rf'\s*"{re.escape(entry)}",\s+# \S', line) for line in lines)
    ]
    assert unexplained == []


def test_constraints_pin_a_fitting_version_of_each_dependency(root: Path, requirements: list[str]) -> None:
    pins = {
        canonicalize_name(name): version
        for name, version in _PIN.findall((root / "constraints.txt").read_text(encoding="utf-8"))
    }
    unpinned = []
    for entry in requirements:
        requirement = Requirement(entry)
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None or not requirement.specifier.contains(pin, prereleases=True):
            unpinned.append(f"{entry}: {pin}")
    assert unpinned == [], "`make constraints` pins them"


def test_constraints_hold_pins_and_comments_only(root: Path) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not (_PIN.match(line) or re.match(r"\s*#", line))] == []


def test_what_the_program_imports_is_declared(
    root: Path, project_files: list[Path], pyproject: dict[str, Any]
) -> None:
    project = pyproject["project"]
    entries = [
        *project["dependencies"],
        *(e for extra in project["optional-dependencies"].values() for e in extra),
    ]
    declared = {canonicalize_name(Requirement(entry).name) for entry in entries}
    homes = packages_distributions()
    undeclared = set()
    for file in project_files:
        if file.suffix != ".py" or file.parts[0] not in ("src", "pipelines"):
            continue
        for name in _imported(ast.parse((root / file).read_text(encoding="utf-8"))):
            if name in sys.stdlib_module_names or name in ("discovery", "pipelines"):
                continue
            if not declared & {canonicalize_name(home) for home in homes.get(name, [])}:
                undeclared.add(f"{file}: {name}")
    assert sorted(undeclared) == []


def _imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names
