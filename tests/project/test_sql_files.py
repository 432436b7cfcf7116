from __future__ import annotations

import re
from pathlib import Path

import pytest

PROGRAM = ("src", "pipelines")
_CREATES = re.compile(r"^CREATE\b.*\b(?:MACRO|VIEW)\b", re.IGNORECASE | re.MULTILINE)
_ONE = re.compile(r".*\bone\b", re.IGNORECASE)
_QUERY = re.compile(r"(?:SELECT|WITH|FROM)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[A-Z].*\w.*[.:;]", re.DOTALL)


@pytest.fixture(scope="session")
def statements(root: Path, project_files: list[Path]) -> dict[Path, tuple[str, str]]:
    """Path → the comment that opens the file, and what follows it."""
    found = {}
    for file in project_files:
        if file.suffix == ".sql" and file.parts[0] in PROGRAM:
            lines = (root / file).read_text(encoding="utf-8").splitlines()
            end = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
            found[file] = (
                "\n".join(line.removeprefix("--").strip() for line in lines[:end]),
                "\n".join(lines[end:]).strip(),
            )
    return found


def test_a_file_opens_with_what_a_row_means(statements: dict[Path, tuple[str, str]]) -> None:
    silent = [
        str(file)
        for file, (comment, body) in statements.items()
        if file.parent.name != "checks" and not (_SENTENCE if _CREATES.search(body) else _ONE).match(comment)
    ]
    assert silent == [], 'the first line has to say it: "-- One row: a person and an app"'


def test_a_check_is_one_query_for_the_wrong_rows_under_a_sentence(
    statements: dict[Path, tuple[str, str]],
) -> None:
    checks = {file: text for file, text in statements.items() if file.parent.name == "checks"}
    unclear = [
        str(file)
        for file, (comment, body) in checks.items()
        if not (_SENTENCE.match(comment) and _QUERY.match(_without_comments(body)))
    ]
    assert unclear == []
    assert [str(f) for f in checks if not re.fullmatch(r"[a-z_]+\.[a-z0-9_]+\.sql", f.name)] == []


def test_a_table_is_one_statement(statements: dict[Path, tuple[str, str]]) -> None:
    several = [
        str(file)
        for file, (_, body) in statements.items()
        if not _CREATES.search(body) and ";" in _without_text(_without_comments(body)).rstrip("; \n")
    ]
    assert several == []


def _without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql).strip()


def _without_text(sql: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", sql)
