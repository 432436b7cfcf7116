"""What README and tutorial show is what comes out: its outputs, its queries, its commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import duckdb
import pytest

from discovery.cli.application import application
from discovery.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ discovery (.+?)\n(.+?)```", README + TUTORIAL, re.DOTALL)
QUERIES = re.findall(r"\n([^\n]+)[:?]\n\n```sql\n(.+?)```", README, re.DOTALL)
COMMANDS = [
    (file.name, line)
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for block in re.findall(r"```(?:sh|text|console|ini)\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)
    for line in re.findall(r"(?:^|[\s/$])discovery ((?:[a-z][a-z-]*|--[a-z]).*)$", block, re.MULTILINE)
]  # fmt: skip


def test_there_is_something_to_look_at() -> None:
    assert len(CONSOLE) >= 7
    assert len(QUERIES) >= 8
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[c for c, _ in CONSOLE])
def test_shown_output_is_what_the_command_prints(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, command: str, shown: str
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    result = ask(*shlex.split(command))
    assert result.exit_code == 0, result.output
    printed = [line.rstrip() for line in result.stdout.splitlines()]
    lines = [line.rstrip() for line in shown.rstrip().splitlines()]
    if lines[-1] == "…":
        lines.pop()
        printed = printed[: len(lines)]
    assert printed == lines


@pytest.mark.parametrize("attached", [False, True], ids=["opened", "attached"])
@pytest.mark.parametrize(("meaning", "query"), QUERIES, ids=[m[:40] for m, _ in QUERIES])
def test_each_query_answers(sample: Settings, meaning: str, query: str, attached: bool) -> None:
    if attached:
        connection = duckdb.connect()
        connection.execute(f"ATTACH '{sample.published}' AS graph (READ_ONLY)")
        connection.execute("USE graph")
    else:
        connection = duckdb.connect(str(sample.published), read_only=True)
    with connection:
        rows = connection.execute(query).fetchall()
    assert rows, meaning
    if "leaver's scope" in meaning:
        assert [r[0] for r in rows] == list(range(1, len(rows) + 1))
        assert any(r[3] for r in rows)
    if "evidence" in meaning:
        assert any(r[0] == "evidence" and r[4] and r[5] for r in rows)
    if "current" in meaning:
        assert str(rows[0][0]) == "2026-09-30"


@pytest.mark.parametrize(("file", "line"), COMMANDS, ids=[f"{f}: {line[:50]}" for f, line in COMMANDS])
def test_each_shown_command_exists(file: str, line: str) -> None:
    words = shlex.split(line.split("#")[0].split("||")[0].split("|")[0].split(" > ")[0], comments=True)
    command: click.Command = application
    while words and isinstance(command, click.Group) and not words[0].startswith(("-", "[")):
        inner = command.get_command(click.Context(command), words[0])
        if inner is None:
            assert command is not application, f"{file}: there is no command {words[0]!r}"
            assert command.invoke_without_command, f"{file}: {command.name} has no {words[0]!r}"
            break
        command, words = inner, words[1:]
    known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)} | {"--help"}
    known |= {option for p in application.params for option in p.opts}
    for word in words:
        if word.startswith("--"):
            assert word.split("=")[0] in known, f"{file}: {command.name} has no {word}"
