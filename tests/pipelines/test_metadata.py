from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from discovery.errors import BadUse, DiscoveryError, StoreLocked
from discovery.tables import TABLES
from pipelines.history import instance_folder
from pipelines.lineage import column_lineage, shipped_lineage
from pipelines.metadata import HIDDEN, column_schema, rows_shown
from pipelines.steps import step_assets
from pipelines.wording import refused_in_words
from tests.conftest import SampleNight
from tests.pipelines.lineage_table import read_lineage


def shown(**row: Any) -> dict[str, Any]:
    return dict(rows_shown([row]).records[0].data)


def test_only_what_no_table_calls_personal_is_shown() -> None:
    row = shown(
        person_id="p", email="ada@example.com", display_name="Ada Byron", content="ada,1", app_name="Miro"
    )
    assert row == {
        "person_id": "p",
        "email": HIDDEN,
        "display_name": HIDDEN,
        "content": HIDDEN,
        "app_name": "Miro",
    }


def test_a_name_that_no_table_declares_shows_numbers_and_no_text() -> None:
    assert shown(who="Ada Byron", whos=["Ada"]) == {"who": HIDDEN, "whos": HIDDEN}
    assert shown(total=3, newest=date(2026, 9, 30), none=None) == {
        "total": "3",
        "newest": "2026-09-30",
        "none": "",
    }


def test_an_address_within_a_text_is_replaced() -> None:
    assert shown(action="Ask ada@example.com")["action"] == "Ask (address)"


def test_a_merchant_text_is_not_shown_as_a_mention() -> None:
    assert shown(kind="merchant", mention="PAYPAL *ADA BYRON")["mention"] == "(merchant text)"
    assert shown(kind="domain", mention="miro.com")["mention"] == "miro.com"


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (StoreLocked("held by process 7"), StoreLocked, "held by process 7"),
        (BadUse("no 'Ada Byron' here"), BadUse, "no (value) here"),
        (
            PermissionError(13, "denied", "/inbox/history_ada@example.com.csv"),
            DiscoveryError,
            "PermissionError",
        ),
    ],
)
def test_what_keeps_a_night_from_opening_is_told_without_personal_data(
    fault: Exception, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind) as told, refused_in_words():
        raise fault
    assert said in str(told.value)
    assert "ada" not in str(told.value).lower()


def test_the_shipped_lineage_is_of_the_queries_as_they_are() -> None:
    known = shipped_lineage()
    assert read_lineage(known) == known, "a query changed: run `python -m tests.pipelines.lineage_table`"


def test_columns_are_followed_through_subqueries_to_declared_tables() -> None:
    lineage = column_lineage("graph.access")
    assert lineage is not None
    assert lineage.deps_by_column["currency"] == [dg.TableColumnDep(["canonical", "charge"], "currency")]
    for table in TABLES:
        found = column_lineage(table)
        for deps in found.deps_by_column.values() if found else ():
            for dep in deps:
                assert dep.column_name in TABLES[".".join(dep.asset_key.path)].column_names
    assert column_lineage("matching.app") is None, "filled in Python"
    said = {c.name: c.description for c in column_schema(TABLES["graph.access"]).columns}
    assert said["currency"] == "ISO 4217; NULL if none or several ← canonical.charge.currency"
    assert (said["confidence"] or "").endswith(", graph.trace.source and 1 more")


def test_an_asset_shows_where_its_columns_come_from_and_leads_to_its_query(sample_night: SampleNight) -> None:
    with dg.DagsterInstance.from_config(str(instance_folder(sample_night.settings))) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["graph", "access"]))
    assert event is not None
    assert event.asset_materialization is not None
    shown = event.asset_materialization.metadata["dagster/column_lineage"].value
    assert shown == column_lineage("graph.access")
    (spec,) = (s for a in step_assets("graph") for s in a.specs if s.key.path == ["graph", "access"])
    paths = [Path(spec.metadata[name].value) for name in ("query", "data dictionary")]
    assert [path.name for path in paths] == ["access.sql", "data_dictionary.md"]
    assert all(path.is_file() for path in paths)
