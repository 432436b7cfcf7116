"""One night on the sample company, and what may follow it."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from discovery.errors import StoreLocked
from discovery.run import is_current, last_run, steps, writing
from discovery.settings import Settings
from discovery.store import Store, writer_lock
from pipelines.assembly import definitions_for
from pipelines.nightly import QUIET, run_nightly
from tests.conftest import SampleNight
from tests.pipelines.conftest import AS_OF, ROOT, Execute, Sample, result_of, sample_settings


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {e.materialization.asset_key.to_user_string() for e in result.get_asset_materialization_events()}  # type: ignore[attr-defined]


@pytest.mark.long
def test_a_night_publishes_what_the_library_publishes(sample: Sample, tmp_path: Path) -> None:
    assert sample.night.errors == ()
    assert sample.night.success
    with writing(sample_settings(tmp_path / "home"), AS_OF) as run:
        alone = run.all_stages()
    assert sample.night.publication is not None
    assert sample.night.publication.content_hash == alone.content_hash
    assert sample.night.publication.run_id == sample.night.run_id


def test_a_night_is_fine_but_for_what_it_warns_of(sample: Sample) -> None:
    assert [c for c in sample.night.failed_checks if not c.is_warning] == []
    assert sample.night.failed_sources == ()
    assert sample.night.is_fine


def test_steps_are_announced_as_they_begin(sample: Sample) -> None:
    # What reads no source may begin before the inbox was looked at.
    assert sample.steps[0] in ("sources.inbox", "graph.exclusion", "graph.app_interface", "matching.app")
    assert {step.table for step in steps()} <= set(sample.steps)


def test_what_dagster_knows_of_a_night(sample: Sample) -> None:
    with sample.instance() as instance:
        assert [run.run_id for run in instance.get_runs()] == [sample.night.run_id]
        person = instance.get_latest_materialization_event(dg.AssetKey(["canonical", "person"]))
        assert person is not None
        assert person.asset_materialization is not None
        shown = person.asset_materialization.metadata
        source = instance.get_latest_materialization_event(dg.AssetKey(["sources", "okta"]))
        assert source is not None
        assert source.asset_materialization is not None
        counts = source.asset_materialization.metadata
    with Store(sample.settings.published, read_only=True) as store:
        assert shown["dagster/row_count"].value == store.value("SELECT count(*) FROM person")
        read = store.value(
            "SELECT sum(rows_read) FROM source_file WHERE system = 'okta' AND state = 'loaded'"
        )
    assert counts["rows_read"].value == read
    preview = shown["preview"]
    assert isinstance(preview, dg.TableMetadataValue)
    assert 0 < len(preview.records) <= 5
    assert set(preview.records[0].data) == {"person_id", "status", "department", "left_on"}


def test_no_address_reaches_dagster(sample: Sample) -> None:
    """Neither events nor configuration, tags or log lines hold an address, a name of the company, a holder."""
    with (ROOT / "sample_data" / "expected" / "person.csv").open(newline="", encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    names = {row[key].lower() for row in people for key in row if "name" in key and " " in row[key]}
    with sample.instance() as instance:
        said = [
            entry.to_json() if hasattr(entry, "to_json") else repr(entry)
            for entry in instance.all_logs(sample.night.run_id)
        ]
        said += [repr((run.run_config, run.tags)) for run in instance.get_runs()]
    text = "\n".join(said).lower()
    assert re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text) == []
    assert {name for name in names if name in text} == set()


def test_one_source_anew(copied: Settings, execute: Execute) -> None:
    result = execute(copied, "nightly", asset_selection=[dg.AssetKey(["sources", "okta"])])
    assert result.success
    assert materialized(result) == {"sources/okta"}
    assert result_of(result, "sources/okta", "read_whole").passed


@pytest.mark.long
def test_days_built_anew_change_nothing(copied: Settings, execute: Execute, sample: Sample) -> None:
    config = {"from_on": "2026-09-14", "to_on": "2026-09-16", "as_of": AS_OF.isoformat()}
    result = execute(copied, "rebuild_days", run_config=config)
    assert result.success
    made = materialized(result)
    assert {"canonical/usage", "offboarding/access_graph"} <= made
    assert not any(key.startswith("sources/") for key in made)
    usage = result.asset_materializations_for_node("canonical__usage")[0].metadata
    assert int(str(usage["parts_marked"].value)) > 0
    assert int(str(usage["rows_rebuilt"].value)) > 0
    last = last_run(copied)
    assert last is not None
    assert sample.night.publication is not None
    assert last.run_id == result.run_id
    assert last.content_hash == sample.night.publication.content_hash


@pytest.mark.long
def test_days_are_built_anew_for_the_day_of_the_published_graph(copied: Settings, execute: Execute) -> None:
    config = {"from_on": "2026-09-14", "to_on": "2026-09-14"}
    assert execute(copied, "rebuild_days", run_config=config).success
    last = last_run(copied)
    assert last is not None
    assert last.as_of == AS_OF.isoformat()


@pytest.mark.long
def test_days_built_anew_do_not_make_a_file_look_read(
    copied: Settings, execute: Execute, tmp_path: Path
) -> None:
    before = last_run(copied)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "new.csv").write_text("a,b\n1,2\n")
    settings = replace(copied, inbox=inbox)
    days = {"from_on": "2026-09-14", "to_on": "2026-09-14"}
    assert execute(settings, "rebuild_days", run_config=days).success
    after = last_run(settings)
    assert before is not None
    assert after is not None
    assert after.run_id != before.run_id
    assert after.fingerprint == before.fingerprint
    assert is_current(settings, AS_OF) is None


@pytest.mark.parametrize(("first", "last"), [("2026-09-16", "2026-09-14"), ("soon", "2026-09-14")])
def test_days_that_are_none_are_refused_before_a_run_exists(
    sample: Sample, execute: Execute, instance: dg.DagsterInstance, first: str, last: str
) -> None:
    with pytest.raises(dg.DagsterError):
        execute(sample.settings, "rebuild_days", run_config={"from_on": first, "to_on": last})
    assert instance.get_runs_count() == 0


def test_a_check_shows_its_wrong_rows(copied: Settings, instance: dg.DagsterInstance) -> None:
    with writing(copied, AS_OF) as run:
        run.store.run(
            "INSERT INTO canonical.person SELECT * FROM canonical.person ORDER BY person_id LIMIT 12"
        )
    made = definitions_for(copied)
    only = dg.define_asset_job(
        "only", dg.AssetSelection.checks_for_assets(dg.AssetKey(["canonical", "person"]))
    )
    job = dg.Definitions(
        assets=made.assets,
        asset_checks=made.asset_checks,
        jobs=[only],
        resources=made.resources,
        executor=made.executor,
    ).resolve_job_def("only")
    result = job.execute_in_process(run_config=QUIET, instance=instance, raise_on_error=False)
    failed = [one for one in result.get_asset_check_evaluations() if not one.passed]
    assert failed
    for one in failed:
        rows = one.metadata["first_wrong_rows"]
        assert isinstance(rows, dg.TableMetadataValue)
        assert len(rows.records) == 10
        assert int(str(one.metadata["wrong_rows"].value)) >= 12
        assert {str(row.data.get("email", "(not shown)")) for row in rows.records} == {"(not shown)"}
        assert any(len(str(value)) == 32 for value in rows.records[0].data.values()), "which person is wrong?"
        assert "canonical.person" in str(one.metadata["query"].value)


def test_who_is_busy_is_named_and_leaves_no_run(tmp_path: Path) -> None:
    settings = sample_settings(tmp_path / "home")
    with writer_lock(settings.home), pytest.raises(StoreLocked, match="process"):
        run_nightly(settings, AS_OF)
    assert not (settings.home / "dagster").exists()


BROKEN = """
from discovery.sources.source import Format, Shape

FORMAT = Format(
    name="broken", system="broken", kind="charge", title="Broken", how_to_get="not at all", proven_by=None,
    shapes=(Shape(
        name="broken", container="csv", requires=("Broken day", "Broken shop"),
        columns={"day": "Broken day", "shop": "Broken shop"},
        select="SELECT CAST(error('stumbled over ' || shop) AS DATE) AS charged_on, shop AS merchant, "
               "CAST(1 AS DECIMAL(18,2)) AS amount FROM raw",
    ),),
)
"""


def test_a_source_that_fails_is_red_and_the_rest_is_published(tmp_path: Path) -> None:
    plugins, inbox = tmp_path / "plugins", tmp_path / "inbox"
    plugins.mkdir()
    (plugins / "broken.py").write_text(BROKEN)
    (inbox / "hr").mkdir(parents=True)
    for name in ("hr/employees.csv",):
        (inbox / name).write_bytes((ROOT / "sample_data" / "inbox" / name).read_bytes())
    (inbox / "broken.csv").write_text("Broken day,Broken shop\n" + "2026-09-01,ada@example.com\n" * 3)
    settings = replace(sample_settings(tmp_path / "home"), inbox=inbox, plugins=plugins)

    night = run_nightly(settings, AS_OF)

    assert night.success
    assert night.publication is not None
    assert not night.is_fine
    [failed] = night.failed_sources
    assert failed.system == "broken"
    assert "ada@example.com" in failed.reason
    assert [(c.asset, c.name) for c in night.failed_checks if not c.is_warning] == [
        ("sources/broken", "read_whole")
    ]
    with Store(settings.published, read_only=True) as store:
        assert store.value("SELECT count(*) FROM person") > 0
        assert store.value("SELECT is_failed FROM source_status WHERE system = 'broken'")
    with Sample(SampleNight(settings, night, ())).instance() as instance:
        said = "\n".join(repr(entry) for entry in instance.all_logs(night.run_id))
    assert "stumbled over" in said
    assert "ada@example.com" not in said
