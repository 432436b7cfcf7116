"""Use up to a day, told by whole months and the days of the last: the same as told by days alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from discovery.canonical import STEPS
from discovery.canonical.usage import roll_up_months
from tests.canonical.world import World

BY_DAYS = """
SELECT source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page, method,
    list(day ORDER BY day), CAST(sum(event_count) AS BIGINT), min(first_at), max(last_at), arg_min(first_event_id, first_at),
    arg_max(coalesce(last_event_id, first_event_id), last_at), arg_min(first_file_id, first_at), arg_max(last_file_id, last_at)
FROM canonical.usage WHERE day <= $as_of GROUP BY ALL ORDER BY ALL
"""
BY_MONTHS = """
SELECT * REPLACE (list_sort(flatten(list_transform(active_months, lambda m: list_transform(
    list_filter(range(31), lambda n: m.day_bits & (1 << CAST(n AS INTEGER)) <> 0), lambda n: m.month + CAST(n AS INTEGER)))))
    AS active_months)
FROM canonical.usage_known ORDER BY ALL
"""
STEP = next(step for step in STEPS if step.table == "canonical.usage_known")


@pytest.fixture
def used(world: World) -> World:
    world.use(
        "sign_in", "anna@acme.test", "slack-id", "07-03", "08-31 23:59", "09-01 00:00", "09-14", "09-30"
    )
    world.use("sign_in", "anna@acme.test", "slack-id", "07-03", method="password", event_count=3)
    world.use("sign_in", "anna@acme.test", "slack-id", "09-02", account_name="anna.new@acme.test")
    world.use(
        "web_visit", "b1", "figma.com", "08-01", "09-15", page="app", last_event_id=None, last_file_id="f"
    )
    world.use("web_visit", "b1", "figma.com", "08-02", page="public", holder_key="h1", instance=None)
    return world.canonical()


@pytest.mark.parametrize("day", ["2026-07-03", "2026-08-31", "2026-09-01", "2026-09-29", "2026-09-30"])
def test_months_and_days_tell_what_days_tell(used: World, day: str) -> None:
    as_of = date.fromisoformat(day)
    STEP.build(used.store, replace(used.night, as_of=as_of))
    by_days = used.store.rows(BY_DAYS, {"as_of": as_of})
    assert by_days
    assert used.all(BY_MONTHS) == by_days


def test_a_month_is_built_anew_where_its_days_or_its_columns_changed(used: World) -> None:
    used.store.run("DELETE FROM canonical.usage WHERE day = DATE '2026-08-31'")
    used.store.run("CREATE OR REPLACE TEMP TABLE touched_month AS SELECT DATE '2026-08-01' AS month")
    with used.store.transaction():
        roll_up_months(used.store)
    STEP.build(used.store, used.night)
    assert used.all(BY_MONTHS) == used.store.rows(BY_DAYS, {"as_of": used.night.as_of})
    used.store.run("CREATE OR REPLACE TABLE canonical.usage_month AS SELECT 1 AS of_an_older_program")
    used.store.run("CREATE OR REPLACE TEMP TABLE touched_month AS SELECT DATE '2026-09-01' AS month LIMIT 0")
    with used.store.transaction():
        roll_up_months(used.store)
    STEP.build(used.store, used.night)
    assert len(used.all("FROM canonical.usage_known")) == len(
        used.store.rows(BY_DAYS, {"as_of": used.night.as_of})
    )
