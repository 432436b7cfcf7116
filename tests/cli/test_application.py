from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from discovery.cli.application import COMMANDS, application
from discovery.errors import StoreDamaged, StoreLocked, UnknownName
from discovery.settings import Settings
from discovery.store import writer_lock
from tests.cli.conftest import Run

HEAVY = ("dagster", "pandas", "pyarrow", "duckdb", "rich", "rapidfuzz", "pipelines")


def commands() -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(application, info_name="discovery")
    for name in COMMANDS:
        command = application.get_command(ctx, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for inner, one in command.commands.items():
                yield f"{name} {inner}", one


def shell(*args: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "discovery.cli", *args],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, **env}, timeout=120, check=False,
    )  # fmt: skip


def test_the_overview_imports_nothing_heavy_and_is_quick() -> None:
    code = (
        "import sys, discovery.cli\n"
        "try:\n    sys.argv = ['discovery', '--help']; discovery.cli.main()\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        times.append(time.perf_counter() - begin)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)
    assert min(times) < 1.0  # 0.15 s on an idle machine


def test_no_command_imports_dagster_or_pandas_before_it_needs_them() -> None:
    modules = sorted({place.split(":")[0] for place, _ in COMMANDS.values()})
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module('discovery.cli.' + name)\n"
        "print([m for m in ('dagster', 'pandas', 'pipelines', 'msgraph', 'scim2_client') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Not here: match and explain-match. They hand columns to the engine through pyarrow, which imports pandas by itself
# where it is installed.
READING = (
    "scope linnea.obrien@nordwind.example", "who-has figma.com", "explain linnea.obrien@nordwind.example figma.com",
    "timeline linnea.obrien@nordwind.example", "findings", "review list", "coverage", "diagnose github", "readiness",
    "sources list", "offboard status", "task list", "ledger show", "ledger verify", "doctor",
    "export access-review figma.com",
)  # fmt: skip


def test_commands_that_only_read_do_so_without_dagster_and_pandas(sample: Settings) -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom discovery.cli.application import application\n"
        f"for line in {READING!r}:\n"
        "    done = CliRunner().invoke(application, [*line.split(), '--json'])\n"
        "    assert done.exit_code in (0, 1), (line, done.output)\n"
        "    found = [m for m in ('dagster', 'pandas', 'pipelines') if m in sys.modules]\n"
        "    assert not found, (line, found)\n"
    )
    where = {"DISCOVERY_CONFIG": str(sample.config), "DISCOVERY_HOME": str(sample.home)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                          env={**os.environ, **where})  # fmt: skip
    assert done.returncode == 0, done.stderr


WITHOUT_JSON = {"serve"}
"""It does not end by itself."""


def test_every_command_prints_json() -> None:
    leaves = {name: command for name, command in commands() if not isinstance(command, click.Group)}
    assert len(leaves) > 35
    without = {
        name for name, command in leaves.items() if not any("--json" in p.opts for p in command.params)
    }
    assert without == WITHOUT_JSON


def test_the_overview_says_what_the_commands_say() -> None:
    said = {name: command.get_short_help_str(200) for name, command in commands() if " " not in name}
    assert said == {name: line for name, (_, line) in COMMANDS.items()}


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_has_help_with_an_example(cli: Run, name: str) -> None:
    result = cli(*name.split(), "--help")
    assert result.exit_code == 0
    assert f"Example:\n    {'mkdir' if name == 'init' else 'discovery'} " in result.output
    assert "discovery " + name.split()[0] in result.output


def test_an_unknown_command_is_bad_use_and_gets_a_hint(cli: Run) -> None:
    result = cli("scop")
    assert result.exit_code == 2
    assert "Did you mean scope" in result.stderr


def test_bad_options_are_bad_use(cli: Run) -> None:
    assert cli("scope", "--nonsense").exit_code == 2
    assert cli("scope", "a", "--as-of", "yesterday").exit_code == 2
    assert cli("scope").exit_code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownName("nobody goes by that"), 2),
        (StoreLocked("somebody writes"), 3),
        (StoreDamaged("restore it"), 70),
        (ValueError("a fault of ours"), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_has_one_place_where_it_becomes_an_exit_code(
    cli: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr("discovery.cli.findings.findings.callback", fail)
    result = cli("findings")
    assert result.exit_code == code
    assert str(error) in result.stderr
    assert "Traceback" not in result.output


def test_a_trace_is_shown_when_it_is_asked_for(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discovery.cli.findings.findings.callback", lambda **_: 1 // 0)
    monkeypatch.setenv("DISCOVERY_DEBUG", "1")
    assert "Traceback" in cli("findings").stderr


def test_exit_codes_of_the_process(tmp_path: Path) -> None:
    assert shell("--version").stdout.startswith("discovery ")
    nothing = shell("run", cwd=tmp_path)
    assert (nothing.returncode, "discovery init" in nothing.stderr) == (2, True)
    assert shell("scope", "x@y.z", cwd=tmp_path).returncode == 2
    (tmp_path / "inbox").mkdir()
    with writer_lock(tmp_path / ".discovery"):
        busy = shell("run", cwd=tmp_path)
    assert (busy.returncode, "--wait" in busy.stderr) == (3, True)
    assert not list(tmp_path.glob("**/runs.db")), "who is refused leaves no run behind"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m discovery.cli sources --json | head -1", shell=True, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "["
    assert done.stderr == ""


def test_the_home_and_settings_may_be_named_before_or_after_the_command(cli: Run, tmp_path: Path) -> None:
    config = tmp_path / "other.toml"
    config.write_text('domains = ["example.com"]\n')
    assert "example.com" in cli("--config", config, "doctor").output
    assert "example.com" in cli("doctor", "--config", config).output
