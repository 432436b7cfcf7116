"""How each provisioning job is set up, what it has otherwise than its template, and how many leavers at once it holds."""

from __future__ import annotations

from typing import Any

import pytest

from discovery.graph import STEPS
from discovery.report.readiness import HELD_FROM, Job, what_if
from tests.canonical.world import World
from tests.graph.tenant import Scene, build_deprovisioning

NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
AS_SHIPPED = ["active = Not([IsSoftDeleted])", "title = [jobTitle]", "userName = [userPrincipalName]"]


def template(scene: Scene, name: str = "slackOutDelta", **row: Any) -> Scene:
    return scene._record("provisioning_job", **{
        "part": "template", "client_key": scene.client, "template": name, "does_create": True, "does_update": True,
        "does_delete": True, "matches_on": ["userName"], "mappings": AS_SHIPPED, "event_id": f"template:{scene.name}", **row,
    })  # fmt: skip


def arranged(world: World) -> None:
    def scene(
        name: str, kind: str | None = "a-gallery-template", sso: str | None = None, **job: Any
    ) -> Scene:
        return Scene(world, name).job(**job).registered(kind, sso)

    template(scene("as_shipped", sso="saml").mappings(mappings=AS_SHIPPED))
    template(
        scene("changed").mappings(
            does_delete=False, matches_on=["externalId"],
            mappings=["active = Not([IsSoftDeleted])", "nickName = [mailNickname]", "userName = [mail]"],
        )
    )  # fmt: skip
    scene("by_hand", NON_GALLERY, "saml", template="customappsso").mappings()
    scene("own", None, "oidc", template="scim").mappings()
    template(scene("other").mappings(mappings=AS_SHIPPED), "somethingElse")
    scene("set", delete_threshold=200).mappings()
    scene("told", delete_threshold=200).mappings().setting(delete_threshold=50, holds_deletes=True)
    scene("off", delete_threshold=500).mappings().setting(holds_deletes=False)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Name of a scene → its row of the point set_up."""
    world = World(tmp_path_factory.mktemp("readiness"))
    arranged(world)
    build_deprovisioning(world)
    for step in STEPS:
        if step.table in ("graph.provisioning_step", "graph.readiness"):
            step.build(world.store, world.night)
    rows = world.store.dicts("SELECT * FROM graph.readiness WHERE point = 'set_up'")
    return {str(row["app_id"]).removesuffix("-app"): row for row in rows}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("as_shipped", "made from the gallery app (slackOutDelta); registered as gallery app, single sign-on by SAML; its "
         "mappings are its template's"),
        ("changed", "made from the gallery app (slackOutDelta); registered as gallery app; otherwise than in its template: Delete "
         "is not ticked, matched on externalId, not on userName, title is not mapped, userName is mapped otherwise, nickName is added"),
        ("by_hand", "set up by hand (customappsso); the gallery is not known to have the app; registered as non-gallery app, "
         "single sign-on by SAML; its template's own mappings were not read"),
        ("own", "set up by hand (scim); the gallery is not known to have the app; registered as an app of one's own, single "
         "sign-on by OIDC; its template's own mappings were not read"),
        ("other", "made from the gallery app (slackOutDelta); registered as gallery app; its template's own mappings were not read"),
    ],
)  # fmt: skip
def test_how_it_is_set_up(ready: dict[str, dict[str, Any]], name: str, words: str) -> None:
    assert (ready[name]["answer"], ready[name]["reason"]) == ("pass", words)


@pytest.mark.parametrize(("name", "held_from"), [("set", 200), ("told", 50), ("off", 0), ("changed", None)])
def test_from_how_many_on_deletions_are_held(
    ready: dict[str, dict[str, Any]], name: str, held_from: int | None
) -> None:
    assert ready[name]["held_from"] == held_from


@pytest.mark.parametrize(
    ("held_from", "leavers", "words"),
    [
        (50, 50, "held by the prevention of accidental deletions, where that is on (threshold 50)"),
        (50, 49, "below the threshold of the prevention of accidental deletions (50)"),
        (0, 9_000, "not held: the prevention of accidental deletions is off"),
        (None, HELD_FROM, "(threshold 500, that of a new job; its own was not read)"),
        (
            None,
            HELD_FROM - 1,
            "below the threshold of the prevention of accidental deletions (500, that of a new job",
        ),
        (0, 6_000, "if they fail, quarantine: 5,000 failures and more than 40% of all"),
        (0, 4_999, "too few failures for quarantine"),
    ],
)
def test_what_becomes_of_many_at_once(held_from: int | None, leavers: int, words: str) -> None:
    job = Job("slack", "Slack", "j", 10_000, "yes", (), (), held_from)
    assert words in what_if(job, leavers)


def test_a_job_that_would_not_deprovision_disables_nobody() -> None:
    job = Job("slack", "Slack", "j", 30, "no", ("update_ticked: Update is not ticked",), ())
    assert what_if(job, 1_000) == "30 of 30 in scope: not disabled, update_ticked: Update is not ticked"
