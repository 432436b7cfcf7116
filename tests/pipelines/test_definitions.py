from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from discovery.errors import BadSettings
from discovery.run import steps
from discovery.settings import Settings
from pipelines import dev
from pipelines.assembly import definitions_for
from pipelines.defs.sources import source_systems
from tests.pipelines.conftest import ROOT, sample_settings

KEYS = Path(__file__).with_name("asset_keys.txt")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return sample_settings(tmp_path / "home")


@pytest.fixture
def specs(settings: Settings) -> list[dg.AssetSpec]:
    return list(definitions_for(settings).resolve_all_asset_specs())


def test_everything_loads_together(settings: Settings) -> None:
    """What the webserver asks for: one repository of all, in which no two things share a name."""
    dg.Definitions.validate_loadable(definitions_for(settings))


def test_asset_keys_are_those_listed(settings: Settings, specs: list[dg.AssetSpec]) -> None:
    keys = {f"{spec.group_name} {spec.key.to_user_string()}" for spec in specs}
    per_system = {f"sources sources/{system}" for system in source_systems(settings)}
    assert per_system <= keys
    found = sorted(keys - per_system)
    assert found == KEYS.read_text().splitlines(), f"a key was added or lost: history hangs on it; see {KEYS}"


def test_the_first_part_of_a_key_is_the_group(specs: list[dg.AssetSpec]) -> None:
    assert {spec.key.path[0] for spec in specs if spec.group_name != spec.key.path[0]} == set()


def test_an_asset_says_what_it_is_and_whose(specs: list[dg.AssetSpec]) -> None:
    assert [s.key for s in specs if not (s.description and s.owners and s.kinds)] == []
    tables = [s for s in specs if s.group_name in ("canonical", "matching", "graph")]
    bare = []
    for spec in tables:
        columns = spec.metadata["dagster/column_schema"].columns
        if not all(column.description for column in columns):
            bare.append(spec.key)
    assert bare == []


def test_what_a_step_reads_comes_before_it(specs: list[dg.AssetSpec]) -> None:
    above: dict[str, set[str]] = {}
    for spec in specs:
        above[".".join(spec.key.path)] = {".".join(dep.asset_key.path) for dep in spec.deps}

    def reached(table: str) -> set[str]:
        found: set[str] = set()
        left = [table]
        while left:
            new = above[left.pop()] - found
            found |= new
            left += new
        return found

    made = {step.table for step in steps()}
    missing = {step.table: set(step.reads) & made - reached(step.table) - {step.table} for step in steps()}
    assert {table: lost for table, lost in missing.items() if lost} == {}


def test_jobs_schedules_and_sensors(settings: Settings) -> None:
    off = definitions_for(settings)
    for job in ("nightly", "rebuild_days", "scope_person", "watch"):
        assert off.resolve_job_def(job).name == job
    assert off.resolve_schedule_def("nightly").default_status is dg.DefaultScheduleStatus.STOPPED
    assert off.resolve_sensor_def("inbox").default_status is dg.DefaultSensorStatus.STOPPED
    on = definitions_for(replace(settings, schedule_enabled=True, nightly_at="23:05", timezone="Asia/Tokyo"))
    nightly = on.resolve_schedule_def("nightly")
    assert nightly.default_status is dg.DefaultScheduleStatus.RUNNING
    assert (nightly.cron_schedule, nightly.execution_timezone) == ("5 23 * * *", "Asia/Tokyo")
    assert on.resolve_schedule_def("watch").cron_schedule == "5 5 * * *"
    assert on.resolve_sensor_def("departures").default_status is dg.DefaultSensorStatus.RUNNING


@pytest.mark.parametrize("said", ["", "24:00", "2am", "02:60"])
def test_a_time_that_is_none_is_refused(settings: Settings, said: str) -> None:
    with pytest.raises(BadSettings, match=r"schedule\.at"):
        definitions_for(replace(settings, nightly_at=said))


def test_importing_the_entry_reads_no_settings(tmp_path: Path) -> None:
    (tmp_path / "discovery.toml").write_text("no toml")
    done = subprocess.run(
        [sys.executable, "-c", "import pipelines.definitions"],
        cwd=tmp_path, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_make_dev_opens_the_home_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text('home = "kept"\n')
    monkeypatch.setenv("DISCOVERY_CONFIG", str(tmp_path / "mine.toml"))
    monkeypatch.delenv("DISCOVERY_HOME", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "elsewhere")
    monkeypatch.setattr(sys, "argv", ["dev", "--port", "4321"])
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _, command: started.append(command))
    dev.main()
    assert started[0][-4:] == ["-h", "127.0.0.1", "-p", "4321"]
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "kept" / "dagster")
    assert "telemetry:\n  enabled: false" in (tmp_path / "kept" / "dagster" / "dagster.yaml").read_text()


def test_make_dev_refuses_bad_settings_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOVERY_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setattr(sys, "argv", ["dev"])
    with pytest.raises(SystemExit, match=r"none\.toml: no such file"):
        dev.main()
