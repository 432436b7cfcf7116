"""A night through Dagster on the other engine: its process is started by Pipes, and what is published is the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from discovery.settings import EngineSettings, Settings
from discovery.store import Store
from pipelines.history import open_instance
from pipelines.nightly import run_nightly
from tests.conftest import AS_OF, SampleNight


@pytest.mark.long
def test_a_night_on_spark_publishes_what_a_night_on_duckdb_publishes(
    sample_night: SampleNight, spark: EngineSettings, tmp_path: Path
) -> None:
    settings = replace(sample_night.settings, home=tmp_path / "home", engine=spark)
    night = run_nightly(settings, AS_OF)
    assert night.errors == ()
    assert night.publication is not None
    assert sample_night.night.publication is not None
    assert night.publication.content_hash == sample_night.night.publication.content_hash
    with open_instance(settings) as instance:
        said = [entry.user_message for entry in instance.all_logs(night.run_id)]
    assert any(f"queries on {spark.remote}" in line for line in said), "the job spoke through Pipes"


def test_where_spark_does_not_start_the_night_says_so_and_takes_nothing_in(
    sample_copy: Settings, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 3\n")
    python.chmod(0o700)
    settings = replace(sample_copy, engine=EngineSettings("spark", "sail", python))
    with Store(settings.warehouse) as store:
        before = store.count("canonical.usage")
        store.run("UPDATE sources.source_part SET state = 'new' WHERE kind = 'sign_in'")
    night = run_nightly(settings, AS_OF)
    assert night.publication is None
    assert any("ended without a result" in error and "[engine] python" in error for error in night.errors), (
        night.errors
    )
    with Store(settings.warehouse) as store:
        assert store.count("canonical.usage") == before
        assert store.value("SELECT count(*) FROM sources.source_part WHERE state = 'new'") > 0
