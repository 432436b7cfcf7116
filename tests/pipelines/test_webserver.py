"""The pipeline as users of Dagster meet it: the real webserver, asked through its own interface."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from discovery.run import writing
from discovery.settings import Settings, load_settings
from discovery.store import Store, writer_lock
from tests.pipelines.conftest import AS_OF
from tests.pipelines.webserver import ROOT, Webserver, environment, selected, serving, shown

pytestmark = pytest.mark.webserver
STAGES = {"sources", "canonical", "matching", "graph", "offboarding"}
DAYS = {"from_on": "2026-09-14", "to_on": "2026-09-16"}
PERSON_CHECKS = (("canonical/person", "email_is_unique"), ("canonical/person", "key_is_unique"))


@pytest.mark.long
def test_a_day_at_the_webserver(tmp_path: Path) -> None:
    """One server and one home for all of it: starting them is what takes the time."""
    config = copied_sample(tmp_path)
    settings = load_settings(config, home=tmp_path / "home", environ={})
    elsewhere = subprocess.Popen(
        [sys.executable, "-m", "discovery.cli", "run", "--as-of", AS_OF.isoformat(), "--json"],
        env=environment(config, tmp_path / "elsewhere"), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with serving(config, settings.home, DISCOVERY_AS_OF=AS_OF.isoformat()) as server:
            the_workspace_loads(server)
            assert server.end_of(server.launch("nightly")) == "SUCCESS"
            assert elsewhere.wait(60) == 0
            content = content_hash(settings)
            assert content == content_hash(load_settings(config, home=tmp_path / "elsewhere", environ={}))

            scoped = server.launch("scope_person", {"person_id": leaver(settings)})
            one_source_is_read_anew(server, settings)
            assert server.end_of(scoped) == "SUCCESS"
            the_scope_is_shown(server, scoped, settings)
            what_is_no_person_id_makes_no_run(server)
            a_check_shows_what_is_wrong(server, settings)

            assert server.end_of(server.launch("rebuild_days", DAYS)) == "SUCCESS"
            assert content_hash(settings) == content
            with Store(settings.warehouse, read_only=True) as store:
                assert store.value("SELECT count(*) - count(DISTINCT person_id) FROM canonical.person") == 0

            ticks_say_why_they_start_nothing(server, settings)
            no_address_is_kept(server)
    finally:
        elsewhere.kill()
        elsewhere.wait()


def copied_sample(folder: Path) -> Path:
    """Copy the sample's exports and settings; returns the settings file."""
    for name in ("inbox", "discovery.toml", "catalog.csv"):
        source = ROOT / "sample_data" / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, folder / name)
    return folder / "discovery.toml"


def content_hash(settings: Settings) -> str:
    with Store(settings.published, read_only=True) as store:
        return str(store.value("SELECT content_hash FROM run"))


def leaver(settings: Settings) -> str:
    with Store(settings.published, read_only=True) as store:
        return str(store.value(
            "SELECT person_id FROM offboarding_scope GROUP BY ALL ORDER BY count(*) DESC, person_id LIMIT 1"
        ))  # fmt: skip


def the_workspace_loads(server: Webserver) -> None:
    entries = server.ask(
        """{ workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError {
            __typename
            ... on PythonError { message causes { message } }
            ... on RepositoryLocation { repositories { pipelines { name } schedules { name } sensors { name } } }
        } } } } }"""
    )["workspaceOrError"]["locationEntries"]
    [entry] = entries
    location = entry["locationOrLoadError"]
    assert (entry["name"], location["__typename"]) == ("discovery", "RepositoryLocation"), location
    [repository] = location["repositories"]
    names = {kind: {one["name"] for one in made} for kind, made in repository.items()}
    assert {"nightly", "rebuild_days", "scope_person", "watch"} <= names["pipelines"]
    assert names["schedules"] == {"nightly", "watch", "advance_cases"}
    assert names["sensors"] == {"inbox", "departures"}
    nodes = server.ask(
        "{ assetNodes { groupName description kinds owners { ... on TeamAssetOwner { team } } assetKey { path } } }"
    )["assetNodes"]
    assert {node["groupName"] for node in nodes} == STAGES
    assert [n["assetKey"] for n in nodes if not (n["description"] and n["kinds"] and n["owners"])] == []


def one_source_is_read_anew(server: Webserver, settings: Settings) -> None:
    run_id = server.launch("__ASSET_JOB", assets=("sources/okta",))
    assert server.end_of(run_id) == "SUCCESS"
    [made] = server.events(run_id, "MaterializationEvent")
    assert made["assetKey"]["path"] == ["sources", "okta"]
    metadata = shown(made["metadataEntries"])
    # Nothing of it waits: what was read before stands, once.
    assert (metadata["files"], metadata["rows_read"]) == (0, 0)
    with Store(settings.published, read_only=True) as store:
        known = store.value(
            "SELECT sum(rows_loaded) FROM source_file WHERE system = 'okta' AND state = 'loaded'"
        )
    assert metadata["dagster/row_count"] == known > 0


def the_scope_is_shown(server: Webserver, run_id: str, settings: Settings) -> None:
    [output] = server.events(run_id, "ExecutionStepOutputEvent")
    metadata = shown(output["metadataEntries"])
    assert metadata["person_id"] == leaver(settings)
    assert metadata["as_of"] == AS_OF.isoformat()
    assert [row["priority"] for row in metadata["scope"]] == [str(n + 1) for n in range(metadata["rows"])]
    assert metadata["rows"] > 5


def what_is_no_person_id_makes_no_run(server: Webserver) -> None:
    before = len(server.runs())
    refused = server.try_launch("scope_person", {"person_id": "ada@example.com"})
    assert refused["__typename"] == "PythonError"
    assert "not an e-mail address" in json.dumps(refused)
    refused = server.try_launch("rebuild_days", {"from_on": "2026-09-16", "to_on": "2026-09-14"})
    assert "lies before from_on" in json.dumps(refused)
    refused = server.try_launch("rebuild_days")
    assert refused["__typename"] == "RunConfigValidationInvalid"
    assert len(server.runs()) == before


def a_check_shows_what_is_wrong(server: Webserver, settings: Settings) -> None:
    with writing(settings, AS_OF) as run:
        run.store.run(
            "INSERT INTO canonical.person SELECT * FROM canonical.person ORDER BY person_id LIMIT 2"
        )
        doubled = {str(row[0]) for row in run.store.rows(
            "SELECT person_id FROM canonical.person GROUP BY ALL HAVING count(*) > 1"
        )}  # fmt: skip
    run_id = server.launch("__ASSET_JOB", checks=PERSON_CHECKS)
    assert server.end_of(run_id) == "FAILURE"
    found = {
        e["evaluation"]["checkName"]: e["evaluation"]
        for e in server.events(run_id, "AssetCheckEvaluationEvent")
    }
    assert {(name, one["success"], one["severity"]) for name, one in found.items()} == {
        ("key_is_unique", False, "ERROR"),
        ("email_is_unique", False, "WARN"),
    }
    for one in found.values():
        metadata = shown(one["metadataEntries"])
        assert {row["person_id"] for row in metadata["first_wrong_rows"]} == doubled
        assert metadata["wrong_rows"] >= 2
        assert "FROM canonical.person" in metadata["query"]
    emails = shown(found["email_is_unique"]["metadataEntries"])["first_wrong_rows"]
    assert {row["email"] for row in emails} == {"(not shown)"}


def tick_of(answer: dict[str, Any]) -> tuple[int, str | None]:
    """Return how many runs a dry tick would start, and why none."""
    result = answer["evaluationResult"]
    assert result["error"] is None, result
    return len(result["runRequests"] or []), result["skipReason"]


def ticks_say_why_they_start_nothing(server: Webserver, settings: Settings) -> None:
    result = "evaluationResult { runRequests { runKey } skipReason error { message } }"

    def schedule() -> tuple[int, str | None]:
        return tick_of(server.ask(
            f"""mutation ($which: ScheduleSelector!, $at: Float!) {{ scheduleDryRun(selectorData: $which, timestamp: $at)
                {{ ... on DryRunInstigationTick {{ {result} }} }} }}""",
            which=selected(scheduleName="nightly"), at=datetime(2026, 10, 1, 1, 30, tzinfo=UTC).timestamp(),
        )["scheduleDryRun"])  # fmt: skip

    def sensor(name: str, cursor: str | None = None) -> tuple[int, str | None]:
        return tick_of(server.ask(
            f"""mutation ($which: SensorSelector!, $cursor: String) {{ sensorDryRun(selectorData: $which, cursor: $cursor)
                {{ ... on DryRunInstigationTick {{ {result} }} }} }}""",
            which=selected(sensorName=name), cursor=cursor,
        )["sensorDryRun"])  # fmt: skip

    assert schedule() == (1, None)
    with writer_lock(settings.home):
        count, reason = schedule()
    assert count == 0
    assert "is being written by process" in str(reason)
    count, reason = sensor("inbox")
    assert (count, str(reason)[:14]) == (0, "nothing is new")
    (settings.inbox / "new.csv").write_text("a,b\n1,2\n")
    assert sensor("inbox") == (0, "files have changed; waiting until they change no more")
    with Store(settings.published, read_only=True) as store:
        departed = store.value(
            "SELECT count(*) FILTER (status IN ('disabled', 'soft_deleted', 'deleted')) "
            "+ count(*) FILTER (left_on <= DATE '2026-09-30') FROM person"
        )
    assert sensor("departures", json.dumps({"run_id": "earlier", "known": {}})) == (departed, None)
    assert departed > 0


def no_address_is_kept(server: Webserver) -> None:
    """Nothing that a page can show of any run holds an e-mail address."""
    for run in server.runs():
        text = json.dumps([run, server.events(run["runId"])])
        assert re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text) == []
