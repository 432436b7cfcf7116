from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from discovery.cli.application import application
from discovery.settings import Settings
from tests.conftest import AS_OF as AS_OF

LEAVER = "linnea.obrien@nordwind.example"

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def sample(sample_published: Settings) -> Settings:
    """The sample company as published; only to be read."""
    return sample_published


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs the tests; the current folder is empty."""
    for name in ("CONFIG", "HOME", "INBOX", "DEBUG", "AS_OF"):
        monkeypatch.delenv(f"DISCOVERY_{name}", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def cli() -> Run:
    def run(*args: object, **options: Any) -> Result:
        return CliRunner().invoke(application, [str(a) for a in args], **options)

    return run


@pytest.fixture
def ask(sample: Settings, cli: Run) -> Run:
    """Run a command on the sample's home."""

    def run(*args: object, **options: Any) -> Result:
        where = {"DISCOVERY_CONFIG": str(sample.config), "DISCOVERY_HOME": str(sample.home)}
        return cli(*args, env=where, **options)

    return run


@pytest.fixture
def asked(ask: Run) -> Callable[..., Any]:
    """Run a command on the sample's home and return its JSON."""

    def run(*args: object) -> Any:
        result = ask(*args, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def own_home(sample: Settings, tmp_path: Path) -> Path:
    """A home of its own with the sample's published file, to decide things in."""
    home = tmp_path / "own"
    home.mkdir(mode=0o700)
    (home / "access_graph.duckdb").write_bytes(sample.published.read_bytes())
    return home
