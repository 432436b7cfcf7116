"""The expectation table over every combination of its inputs: total, disjoint, and true to the rules said again here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discovery.store import Store, sql_file

FLAGS = ("has_job", "does_update", "does_delete", "maps_soft_delete", "maps_enabled", "skips_out_of_scope",
         "is_disabled_first", "is_unassigned_first", "is_unassigned", "is_purged_early", "is_own_registration")  # fmt: skip
COVERAGE = ("assigned", "by_group", "everybody", "logged", "default_access", "nested")
LEAVING = ("none", "unassigned", "disabled", "soft_deleted", "hard_deleted")
COMBINATIONS = 2 ** len(FLAGS) * len(COVERAGE) * len(LEAVING)
IN_SCOPE = "has_job AND coverage NOT IN ('nested', 'default_access')"


@pytest.fixture(scope="module")
def ruled() -> Iterator[Store]:
    with Store.memory() as store:
        bits = ", ".join(f"(i >> {n}) & 1 = 1 AS {name}" for n, name in enumerate(FLAGS))
        store.run(
            f"CREATE OR REPLACE TABLE graph.deprovisioning_fact AS SELECT concat_ws('-', i, coverage, leaving) AS person_id, "
            f"'a' AS app_id, {bits}, coverage, leaving FROM range({2 ** len(FLAGS)}) t(i), "
            f"(SELECT unnest({list(COVERAGE)}) AS coverage), (SELECT unnest({list(LEAVING)}) AS leaving)"
        )
        store.replace("graph.deprovisioning_rule", sql_file("discovery.graph", "deprovisioning_rule"))
        store.run(
            "CREATE TABLE case_row AS FROM graph.deprovisioning_fact JOIN graph.deprovisioning_rule USING (person_id, app_id)"
        )
        yield store


def test_every_combination_has_exactly_one_rule_per_event(ruled: Store) -> None:
    assert ruled.rows(
        "SELECT event, count(*), count(DISTINCT person_id) FROM case_row GROUP BY ALL ORDER BY ALL"
    ) == [
        ("delete", COMBINATIONS, COMBINATIONS),
        ("patch_inactive", COMBINATIONS, COMBINATIONS),
    ]


def test_every_rule_is_reached(ruled: Store) -> None:
    assert ruled.rows("SELECT event, count(DISTINCT rule) FROM case_row GROUP BY ALL ORDER BY ALL") == [
        ("delete", 11),
        ("patch_inactive", 12),
    ]


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("nothing is expected of an app without a job", "NOT has_job AND expected <> 'no'"),
        ("nested members and Default Access are never in scope", f"NOT ({IN_SCOPE}) AND expected <> 'no'"),
        ("Update unticked means no PATCH", "event = 'patch_inactive' AND NOT does_update AND expected <> 'no'"),
        ("Delete unticked means no DELETE", "event = 'delete' AND NOT does_delete AND expected <> 'no'"),
        ("Delete has nothing to do with Update", f"event = 'delete' AND {IN_SCOPE} AND does_delete AND NOT is_unassigned AND expected = 'no'"),
        ("who went out of scope is never sent a DELETE", "event = 'delete' AND is_unassigned AND expected <> 'no'"),
        ("what is not mapped is not sent", "event = 'patch_inactive' AND NOT maps_soft_delete AND NOT maps_enabled AND expected <> 'no'"),
        (
            "either is said only where documents disagree",
            "expected = 'either' AND NOT (event = 'patch_inactive' AND NOT is_disabled_first AND NOT is_unassigned_first "
            "OR event = 'delete' AND is_purged_early)",
        ),
        ("nothing is due before anybody leaves", "leaving = 'none' AND is_due AND NOT (event = 'delete' AND is_unassigned)"),
        ("a disabled account's DELETE is not due", "event = 'delete' AND leaving IN ('disabled', 'unassigned') AND expected = 'yes' AND is_due"),
    ],
)  # fmt: skip
def test_the_rules_hold_for_all_combinations(ruled: Store, sentence: str, wrong: str) -> None:
    assert ruled.rows(f"SELECT * FROM case_row WHERE {wrong} LIMIT 1") == [], sentence
