from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from discovery.cli.application import application
from discovery.run import writing
from discovery.settings import Settings, load_settings

AS_OF = date(2026, 9, 30)
LEAVER = "linnea.obrien@nordwind.example"

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def sample(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sample company as published by the library, once for all tests of this folder; only to be read."""
    config = pytestconfig.rootpath / "sample_data" / "discovery.toml"
    settings = load_settings(config, home=tmp_path_factory.mktemp("sample") / "home", environ={})
    umask = os.umask(0o077)
    with writing(settings, AS_OF) as night_run:
        night_run.all_stages()
    os.umask(umask)
    return settings


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
