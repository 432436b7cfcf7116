from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from discovery.settings import Settings, load_settings
from pipelines.assembly import definitions_for
from pipelines.history import instance_folder
from pipelines.nightly import QUIET
from tests.conftest import AS_OF, ROOT, SampleNight


class Sample:
    """The sample company after one night, with the instance that recorded it."""

    def __init__(self, made: SampleNight) -> None:
        self.settings, self.night, self.steps = made.settings, made.night, made.steps

    def instance(self) -> dg.DagsterInstance:
        return dg.DagsterInstance.from_config(str(instance_folder(self.settings)))


def sample_settings(home: Path) -> Settings:
    return load_settings(ROOT / "sample_data" / "discovery.toml", home=home, environ={})


@pytest.fixture(scope="session")
def sample(sample_night: SampleNight) -> Sample:
    return Sample(sample_night)


@pytest.fixture
def copied(sample_copy: Settings) -> Settings:
    """A copy of the sample's home, to change at will."""
    return sample_copy


@pytest.fixture(scope="session")
def empty_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an instance without runs: making its databases takes a second, copying them nothing."""
    folder = tmp_path_factory.mktemp("instance") / "dagster"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(folder)) as made:
        assert made.get_runs_count() == 0
        assert list(made.get_asset_records()) == []
    return folder


@pytest.fixture
def instance(empty_instance: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    folder = tmp_path / "dagster"
    shutil.copytree(empty_instance, folder)
    with dg.DagsterInstance.from_config(str(folder)) as made:
        yield made


Execute = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def execute(instance: dg.DagsterInstance) -> Execute:
    """Run a job of the definitions for given settings; night's day is AS_OF."""

    def run(settings: Settings, job: str, **how: Any) -> dg.ExecuteInProcessResult:
        config = {**QUIET, "resources": {"night": {"config": {"as_of": AS_OF.isoformat()}}}}
        how = {"run_config": config, "raise_on_error": False, **how}
        return definitions_for(settings).resolve_job_def(job).execute_in_process(instance=instance, **how)

    return run


def result_of(result: dg.ExecuteInProcessResult, asset: str, check: str) -> dg.AssetCheckEvaluation:
    [found] = [
        one for one in result.get_asset_check_evaluations()
        if (one.asset_key.to_user_string(), one.check_name) == (asset, check)
    ]  # fmt: skip
    return found
