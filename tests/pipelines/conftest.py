from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from discovery.settings import Settings, load_settings
from pipelines.assembly import definitions_for
from pipelines.nightly import QUIET, NightResult, instance_folder, run_nightly

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 9, 30)


@dataclass(frozen=True)
class Sample:
    """The sample company after one night."""

    settings: Settings
    night: NightResult
    steps: tuple[str, ...]

    def instance(self) -> dg.DagsterInstance:
        return dg.DagsterInstance.from_config(str(instance_folder(self.settings)))


def sample_settings(home: Path) -> Settings:
    return load_settings(ROOT / "sample_data" / "discovery.toml", home=home, environ={})


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    settings = sample_settings(tmp_path_factory.mktemp("night") / "home")
    steps: list[str] = []
    return Sample(settings, run_nightly(settings, AS_OF, on_step=steps.append), tuple(steps))


@pytest.fixture
def copied(sample: Sample, tmp_path: Path) -> Settings:
    """A copy of the sample's home, to change at will."""
    shutil.copytree(sample.settings.home, tmp_path / "home")
    return replace(sample.settings, home=tmp_path / "home")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    folder = tmp_path / "dagster"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
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
