from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from discovery.settings import Settings
from discovery.store import Store
from tests.pipelines.conftest import Execute, Sample, sample_settings


def leaver(settings: Settings) -> tuple[str, int]:
    """Who has most to be ended, and how much."""
    with Store(settings.published, read_only=True) as store:
        [row] = store.rows(
            "SELECT person_id, count(*) AS n FROM offboarding_scope GROUP BY ALL ORDER BY n DESC, person_id LIMIT 1"
        )
    return str(row[0]), int(row[1])


def test_a_scope_is_shown_and_nothing_is_written(sample: Sample, execute: Execute) -> None:
    person_id, count = leaver(sample.settings)
    before = {
        p: p.stat().st_mtime_ns for p in sample.settings.home.iterdir() if p.suffix in (".duckdb", ".json")
    }
    result = execute(sample.settings, "scope_person", run_config={"person_id": person_id})
    assert result.success
    shown = {
        name: value
        for event in result.all_node_events
        if event.event_type is dg.DagsterEventType.STEP_OUTPUT
        for name, value in event.step_output_data.metadata.items()
    }
    assert shown["rows"].value == count
    table = shown["scope"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [record.data["priority"] for record in table.records] == [str(n) for n in range(1, count + 1)]
    assert not {"email", "display_name"} & set(table.records[0].data)
    assert before == {p: p.stat().st_mtime_ns for p in before}


def test_an_earlier_day_is_asked_of_the_spans(sample: Sample, execute: Execute) -> None:
    person_id, _ = leaver(sample.settings)
    config = {"person_id": person_id, "as_of": "2026-08-31"}
    assert execute(sample.settings, "scope_person", run_config=config).success


@pytest.mark.parametrize("person", ["ada@example.com", "Ada Byron", "abyron", ""])
def test_an_address_or_a_name_is_refused_before_a_run_exists(
    sample: Sample, execute: Execute, instance: dg.DagsterInstance, person: str
) -> None:
    with pytest.raises(dg.DagsterError) as refused:
        execute(sample.settings, "scope_person", run_config={"person_id": person})
    assert "person_id must be a person_id" in str(refused.value.__cause__)
    assert not person or person not in str(refused.value.__cause__)
    assert instance.get_runs_count() == 0


NOBODY = "0" * 32


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"person_id": NOBODY}, "nobody in the published graph"),
        ({"person_id": NOBODY, "as_of": "2199-01-01"}, "nothing is known of 2199-01-01 yet"),
    ],
)
def test_what_cannot_be_answered_is_said(
    sample: Sample, execute: Execute, config: dict[str, str], said: str
) -> None:
    result = execute(sample.settings, "scope_person", run_config=config)
    assert not result.success
    [failure] = [e for e in result.all_node_events if e.is_step_failure]
    assert said in str(failure.step_failure_data.user_failure_data)


def test_a_scope_of_nothing_published_says_what_to_do(tmp_path: Path, execute: Execute) -> None:
    result = execute(sample_settings(tmp_path / "home"), "scope_person", run_config={"person_id": NOBODY})
    [failure] = [e for e in result.all_node_events if e.is_step_failure]
    assert "the job `nightly` makes it" in str(failure.step_failure_data.user_failure_data)
