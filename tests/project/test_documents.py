from __future__ import annotations

import re
from pathlib import Path

import pytest

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="session")
def documents(root: Path, project_files: list[Path]) -> dict[Path, str]:
    return {file: (root / file).read_text(encoding="utf-8") for file in project_files if file.suffix == ".md"}


def test_links_inside_the_project_lead_somewhere(root: Path, documents: dict[Path, str]) -> None:
    broken = [
        f"{file}: {target}"
        for file, text in documents.items()
        for target in _LINK.findall(_FENCED.sub("", text))
        if not (root / file.parent / target).exists()
    ]
    assert broken == []


def test_a_decision_has_its_four_parts(documents: dict[Path, str]) -> None:
    decisions = {file.name: text for file, text in documents.items() if file.parent.name == "decisions"}
    assert decisions
    for name, text in decisions.items():
        parts = re.findall(r"^(?:- )?\**(Date|Decision|Why|Alternatives? rejected)\b", text, re.MULTILINE)
        assert [part.replace("Alternatives", "Alternative") for part in parts] == [
            "Date", "Decision", "Why", "Alternative rejected",
        ], name  # fmt: skip


def test_decisions_are_numbered_without_gaps(documents: dict[Path, str]) -> None:
    numbers = sorted(file.name[:5] for file in documents if file.parent.name == "decisions")
    assert numbers == [f"{number:04d}-" for number in range(1, len(numbers) + 1)]


def test_the_glossary_is_in_alphabetical_order(documents: dict[Path, str]) -> None:
    words = re.findall(r"^\| ([^|]+?) \|", documents[Path("docs/glossary.md")], re.MULTILINE)[1:]
    assert words == sorted(words, key=str.casefold)
    assert len(words) == len(set(words))
