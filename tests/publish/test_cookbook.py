"""Every query of the cookbook answers on the sample company, and says what is known to be true of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from discovery.settings import Settings

COOKBOOK = (Path(__file__).resolve().parents[2] / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"^### (\d+)\. ([^\n]+)\n(?:(?!###|```).*\n)*```sql\n([^`]+)```", COOKBOOK, re.MULTILINE)

# Per question: cells of one row of the answer, in any columns.
KNOWN: dict[int, tuple[Any, ...]] = {
    1: (1, "Miro", "shadow", True, "manual"),
    2: ("Figma", "true", ["password"]),
    3: ("takumi.jansen@nordwind.example", "disabled"),
    4: ("linnea.obrien@nordwind.example", "Miro"),
    5: ("takumi.jansen@nordwind.example", "Semrush", "GBP"),
    6: ("Zapier", "OAuth clients: what runs on the consent stops"),
    7: ("access began", "Slack", "assignment"),
    8: ("manual",),
    9: ("nils.novak@nordwind.example", "Slack", "delete", "awaiting"),
    10: ("GitHub", "delete_ticked"),
    11: ("ChatGPT",),
    12: ("Semrush", "GBP"),
    13: ("linnea.obrien@nordwind.example", ["password"]),
    14: ("Otter.ai", "shadow"),
    15: ("Linear", "shadow"),
    16: ("Linear", "arjun.grant@nordwind.example"),
    17: ("Canva",),
    18: ("1Password",),
    19: ("ChatGPT", "Enterprise"),
    20: ("ChatGPT", "shadow"),
    21: ("Calendly", ["Calendars.ReadWrite", "User.Read", "offline_access"]),
    22: ("info@nordwind.example", "shared", "Figma"),
    23: ("noor.becker@nordwind.example", "Dropbox"),
    24: ("1Password", "sinead.chen@nordwind.example"),
    25: ("ISO 27001 5.18", "high"),
    26: ("Zendesk", "unassigned"),
    27: ("first", "push/webhook-1.ndjson"),
    28: ("web_visit", "no browser of this person was recorded"),
    29: ("app", 46),
    30: ("app_user_list", "loaded", 47),
}


@pytest.fixture(scope="module")
def graph(sample_published: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_published.published), read_only=True) as connection:
        yield connection


def test_there_are_thirty_questions_with_a_query_each() -> None:
    numbers = [int(number) for number in re.findall(r"^### (\d+)\. ", COOKBOOK, re.MULTILINE)]
    assert numbers == list(range(1, 31))
    assert [int(number) for number, _, _ in RECIPES] == numbers
    assert sorted(KNOWN) == numbers


@pytest.mark.parametrize(
    ("number", "question", "query"), RECIPES, ids=[f"{n}-{q[:40]}" for n, q, _ in RECIPES]
)
def test_a_query_says_what_is_true_of_the_sample(
    graph: duckdb.DuckDBPyConnection, number: str, question: str, query: str
) -> None:
    rows = graph.execute(query).fetchall()
    known = KNOWN[int(number)]
    assert any(all(cell in row for cell in known) for row in rows), (question, known, rows[:5])
    assert len(rows) == len({str(row) for row in rows}), f"{question} answers the same row twice"
    empty = [i for i in range(len(rows[0])) if all(row[i] is None for row in rows)]
    columns = [column[0] for column in graph.description or ()]
    assert {columns[i] for i in empty} <= {"amount", "currency", "is_admin"}, question


def test_answers_agree_with_each_other(graph: duckdb.DuckDBPyConnection) -> None:
    by_number = {int(number): query for number, _, query in RECIPES}
    left = graph.execute(by_number[3]).fetchall()
    routes = graph.execute(by_number[8]).fetchall()
    assert sum(row[3] for row in left) == sum(row[1] for row in routes)
    files = graph.execute(by_number[30]).fetchall()
    assert all(row[4] is None or row[4] == sum(row[5:]) for row in files)


def shown(cells: Iterable[Any]) -> str:
    """A row as text, whichever of the two wrote it: without quotes, and with words for what is a truth value."""
    said = {True: "true", False: "false"}
    texts = [json.dumps(said.get(c, c) if isinstance(c, bool) else c, default=str) for c in cells]
    return " | ".join(text.replace('"', "").replace("'", "").replace("\\", "") for text in texts)


def test_the_duckdb_shell_answers_the_same(
    graph: duckdb.DuckDBPyConnection, sample_published: Settings
) -> None:
    shell = Path(sys.executable).with_name("duckdb")
    asked = "\n".join(f"{query.rstrip().rstrip(';')};" for _, _, query in RECIPES)
    done = subprocess.run(
        [shell, "-readonly", "-json", sample_published.published],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    answers, rest = [], done.stdout.lstrip()
    while rest:
        answer, end = json.JSONDecoder().raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].lstrip()
    assert len(answers) == len(RECIPES)
    for answer, (_, question, query) in zip(answers, RECIPES, strict=True):
        result = graph.sql(query)
        assert list(answer[0]) == result.columns, question
        names = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in result.columns)
        rows = graph.sql(f"SELECT {names} FROM ({query.rstrip().rstrip(';')})").fetchall()
        assert sorted(map(shown, rows)) == sorted(shown(row.values()) for row in answer), question
