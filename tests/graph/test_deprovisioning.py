"""The table deprovisioning tells every story right: what was expected, what the log shows, where that leaves it, and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.graph.scenarios import STORIES, Story
from tests.graph.tenant import Scene, World, build_deprovisioning


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    world = World(tmp_path_factory.mktemp("deprovisioning"))
    made = {story.name: Scene(world, story.name, story.app) for story in STORIES}
    for story in STORIES:
        story.arrange(made[story.name])
    build_deprovisioning(world)
    yield made
    world.store.close()


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.title)
def test_story(scenes: dict[str, Scene], story: Story) -> None:
    rows = scenes[story.name].rows()
    assert set(rows) == {"patch_inactive", "delete"}, "one row per person, app and event"
    for event, wanted in (("patch_inactive", story.patch), ("delete", story.delete)):
        row = rows[event]
        assert (row["expected"], row["observed"], row["state"]) == wanted, (event, row["reason"])
    reasons = " ".join(row["reason"] for row in rows.values())
    for words in story.says:
        assert words in reasons
    for event, moment in story.at.items():
        got = (
            rows["patch_inactive"]["app_purge_due_at"] if event == "app_purge" else rows[event]["expected_at"]
        )
        assert f"{got:%Y-%m-%d %H:%M}" == moment, event


def test_there_are_at_least_thirty_stories_and_each_names_its_sentence() -> None:
    assert len(STORIES) >= 30
    assert all(story.source for story in STORIES)


def test_a_delivered_forecast_is_graded(scenes: dict[str, Scene]) -> None:
    grades = {name: scenes[name].row("patch_inactive")["grade"] for name in (
        "disabled", "retried", "nothing_came", "just_disabled", "classic", "staying", "skip_deletions", "failure")}  # fmt: skip
    assert grades == {
        "disabled": "right", "retried": "late", "nothing_came": "wrong", "just_disabled": "open", "classic": "decided",
        "staying": None, "skip_deletions": "right", "failure": "wrong",
    }  # fmt: skip


def test_the_thirty_days_are_counted_from_the_deletion(scenes: dict[str, Scene]) -> None:
    due = {
        name: scenes[name].row("delete")["hard_delete_due_at"] for name in ("classic", "purged", "disabled")
    }
    assert f"{due['classic']:%Y-%m-%d %H:%M}" == "2026-10-10 09:00"
    assert f"{due['purged']:%Y-%m-%d %H:%M}" == "2026-09-12 10:00"
    assert due["disabled"] is None


def test_the_purge_names_its_source(scenes: dict[str, Scene]) -> None:
    row = scenes["webex"].row("patch_inactive")
    assert row["purge_source"].startswith("7 days (https://")


def test_key_is_unique(scenes: dict[str, Scene]) -> None:
    store = next(iter(scenes.values())).world.store
    assert (
        store.rows(
            "SELECT person_id, app_id, event FROM graph.deprovisioning GROUP BY ALL HAVING count(*) > 1"
        )
        == []
    )
