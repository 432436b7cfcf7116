from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from discovery.ledger import Ledger
from discovery.offboarding.plan import Plan, Step
from tests.canonical.world import World, at, on
from tests.graph.scenarios import STORIES
from tests.graph.tenant import Scene

ANNA = "anna@acme.test"


def rules(world: World) -> list[tuple[Any, ...]]:
    return world.build().all("SELECT rule, severity, app_id FROM graph.finding ORDER BY ALL")


def company(home: Path, left: str | None = "08-31", **settings: Any) -> World:
    world = World(home, **settings)
    world.hr("1", ANNA, left_on=on(left) if left else None)
    world.app("slack", "slack-id", approval="approved")
    world.app("canva", "CANVA", kind="merchant")
    return world


@pytest.mark.parametrize(
    ("left", "status", "listed", "fires"),
    [
        ("08-31", "active", "09-28", True),
        ("08-31", "disabled", "09-28", False),
        ("08-31", "active", "08-20", False),
        ("12-31", "active", "09-28", False),
        (None, "active", "09-28", False),
    ],
)
def test_active_account_of_somebody_who_left(
    tmp_path: Path, left: str | None, status: str, listed: str, fires: bool
) -> None:
    world = company(tmp_path, left)
    world.entra("o-1", ANNA, status=status, snapshot_on=on(listed))
    assert rules(world) == ([("active_account_of_leaver", "high", None)] if fires else [])


@pytest.mark.parametrize(
    ("when", "zone", "fires"),
    [
        ("08-31 23:30", "UTC", False),
        ("09-01 11:59", "UTC", False),
        ("09-01 12:00", "UTC", True),
        ("08-31 23:30", "Europe/London", True),
        ("08-31 22:30", "Europe/London", False),
        ("09-01 05:30", "America/New_York", True),
        ("09-01 03:30", "America/New_York", False),
    ],
)
def test_activity_after_the_end_of_the_last_day(tmp_path: Path, when: str, zone: str, fires: bool) -> None:
    world = company(tmp_path, timezone=zone)
    world.entra("o-1", ANNA, status="disabled")
    world.use("sign_in", "o-1", "slack-id", "07-01", when)
    assert rules(world) == ([("activity_after_leaving", "high", "slack")] if fires else [])


@pytest.mark.parametrize(
    ("charges", "fires"),
    [
        ([("09-01", 9)], True),
        ([("08-31", 9)], False),
        ([("08-01", 9), ("09-05", -9)], False),
        ([("09-01", 9), ("09-05", -9)], False),
    ],
)
def test_charge_after_leaving(tmp_path: Path, charges: list[tuple[str, int]], fires: bool) -> None:
    world = company(tmp_path)
    for day, amount in charges:
        world.record(
            "charge",
            system="amex",
            charged_on=on(day),
            account_name=ANNA,
            merchant="CANVA",
            amount=amount,
            currency="EUR",
        )
    assert rules(world) == ([("charge_after_leaving", "medium", "canva")] if fires else [])


@pytest.mark.parametrize(
    ("identifier", "directory", "expected"),
    [
        ("nobody@acme.test", None, [("unlinked_account", "medium", "slack")]),
        ("info@acme.test", "shared", []),
        ("svc@acme.test", "service", []),
        ("kim@partner.test", None, []),
        ("me@gmail.com", None, [("personal_account_on_work_app", "medium", "slack")]),
        (ANNA, None, []),
    ],
)
def test_accounts_of_nobody_and_private_ones(
    tmp_path: Path, identifier: str, directory: str | None, expected: list[Any]
) -> None:
    world = company(tmp_path, None)
    if directory:
        world.entra("o-9", identifier, account_kind=directory)
    world.use("sign_in", identifier, "slack-id", "09-01")
    assert rules(world) == expected


@pytest.mark.parametrize(
    ("approval", "scopes", "fires"),
    [
        ("discovered", ["User.Read", "Mail.Read"], True),
        ("discovered", ["https://www.googleapis.com/auth/drive.readonly"], True),
        ("discovered", ["Files.ReadWrite.All"], True),
        ("discovered", ["User.Read", "openid", "email", "profile", "offline_access"], False),
        ("approved", ["Mail.Read"], False),
    ],
)
def test_sensitive_grant_to_a_shadow_app(
    tmp_path: Path, approval: str, scopes: list[str], fires: bool
) -> None:
    world = company(tmp_path, None)
    world.app("otter", "otter-id", approval=approval)
    world.entra("o-1", ANNA)
    world.record(
        "grant", system="entra", account_key="o-1", mention_kind="app_id", mention="otter-id", scopes=scopes
    )
    assert rules(world) == ([("sensitive_grant_to_shadow_app", "high", "otter")] if fires else [])


@pytest.mark.parametrize(
    ("row", "fires"),
    [
        ({"was_enabled": True}, True),
        ({"was_enabled": False}, False),
        ({"was_enabled": None}, False),
        ({"was_enabled": True, "account_kind": "shared"}, False),
        ({"was_enabled": True, "deleted_at": at("10-02")}, False),
    ],
)
def test_deleted_without_having_been_disabled(tmp_path: Path, row: dict[str, Any], fires: bool) -> None:
    world = company(tmp_path, None)
    world.entra("o-1", ANNA, **{"status": "soft_deleted", "deleted_at": at("09-10"), **row})
    found = [r for r in rules(world) if r[0] == "deleted_without_disable"]
    assert found == ([("deleted_without_disable", "medium", None)] if fires else [])


@pytest.mark.parametrize(
    ("left", "owner", "used", "fires"),
    [
        ("08-31", ANNA, True, True),
        ("10-20", ANNA, True, True),  # within 30 days
        ("12-31", ANNA, True, False),
        (None, ANNA, True, False),
        ("08-31", "team@acme.test", True, False),
        ("08-31", ANNA, False, False),  # nobody is left in it
    ],
)
def test_the_owner_of_an_app_leaves(
    tmp_path: Path, left: str | None, owner: str, used: bool, fires: bool
) -> None:
    world = company(tmp_path, left)
    world.hr("2", "ben@acme.test")
    world.entra("o-2", "ben@acme.test")
    world.store.run("UPDATE matching.app SET owner_email = $o WHERE app_id = 'slack'", {"o": owner})
    if used:
        world.use("sign_in", "o-2", "slack-id", "09-20")
    found = [r for r in rules(world) if r[0] == "only_owner_leaves"]
    assert found == ([("only_owner_leaves", "medium", "slack")] if fires else [])


@pytest.mark.parametrize(
    ("admins", "left", "fires"),
    [
        ((ANNA,), "08-31", True),
        ((ANNA, "ben@acme.test"), "08-31", False),
        ((ANNA, "unknown@acme.test"), "08-31", False),  # nobody we know, but somebody
        ((ANNA,), None, False),
        ((), "08-31", False),
    ],
)
def test_the_only_administrator_leaves(
    tmp_path: Path, admins: tuple[str, ...], left: str | None, fires: bool
) -> None:
    world = company(tmp_path, left)
    world.hr("2", "ben@acme.test")
    world.app("miro", "miro.com", kind="domain")
    for name in {*admins, "cleo@partner.test"}:
        world.record("app_account", system="app_list", account_name=name, mention_kind="domain", mention="miro.com",
                     status="active", is_admin=name in admins, snapshot_on=on("08-20"))  # fmt: skip
    found = [r for r in rules(world) if r[0] == "only_owner_leaves"]
    assert found == ([("only_owner_leaves", "high", "miro")] if fires else [])


@pytest.mark.parametrize(
    ("used", "charged", "other", "fires"),
    [
        (["06-01"], ["07-15", "08-15", "09-15"], "09-29", True),
        (["06-01", "09-20"], ["07-15", "08-15", "09-15"], "09-29", False),  # still used
        (["06-01"], ["07-15", "08-15", "09-15"], "09-01", False),  # the source has gone silent
        ([], ["07-15", "08-15", "09-15"], "09-29", False),  # its use was never seen: nothing follows
        (["06-01"], ["09-15"], "09-29", False),  # a single charge
        (["06-01"], ["07-05", "08-05"], "09-29", False),  # no longer charged
    ],
)
def test_charged_and_not_used_any_more(
    tmp_path: Path, used: list[str], charged: list[str], other: str, fires: bool
) -> None:
    world = company(tmp_path, None)
    world.entra("o-1", ANNA)
    world.app("canva", "canva-id")
    world.use("sign_in", "o-1", "canva-id", *used)
    world.use("sign_in", "o-1", "slack-id", other)
    for day in charged:
        world.record("charge", system="amex", charged_on=on(day), account_name=ANNA, merchant="CANVA",
                     amount=9, currency="EUR")  # fmt: skip
    assert rules(world) == ([("charge_without_use", "low", "canva")] if fires else [])


@pytest.mark.parametrize(
    ("charges", "fires"),
    [
        ({"anna": ["08-05", "09-05"], "ben": ["08-07", "09-07"]}, True),
        ({"anna": ["08-05", "09-05"], "ben": ["09-07"]}, False),  # bought once
        (
            {"anna": ["08-05", "08-06"], "ben": ["08-07", "09-07"]},
            False,
        ),  # twice in a month is no subscription
        ({"anna": ["08-05", "09-05"]}, False),
        ({"anna": ["05-05", "06-05"], "ben": ["08-07", "09-07"]}, False),  # handed over
    ],
)
def test_two_subscriptions_of_one_app(tmp_path: Path, charges: dict[str, list[str]], fires: bool) -> None:
    world = company(tmp_path, None)
    world.hr("2", "ben@acme.test")
    for who, days in charges.items():
        for day in days:
            world.record("charge", system="amex", charged_on=on(day), account_name=f"{who}@acme.test",
                         merchant="CANVA", amount=9, currency="EUR")  # fmt: skip
    assert rules(world) == ([("duplicate_subscription", "low", "canva")] if fires else [])


NEAR = {
    "today": ("09-30", "active", "has the last day today, 2026-09-30, and reaches 1 app: plan it now"),
    "tomorrow": ("10-01", "active", "leaves in 1 day, on 2026-10-01, and reaches 1 app: plan it now"),
    "last": ("10-30", "active", "leaves in 30 days, on 2026-10-30, and reaches 1 app: plan it now"),
    "far": ("10-31", "active", None),
    "over": ("09-29", "active", None),  # what is still open then has rules of its own
    "ended": ("10-10", "disabled", None),
    "stays": (None, "active", None),
}
EMPLOYED: dict[str, tuple[dict[str, Any] | None, dict[str, Any], bool]] = {
    "working": ({}, {"status": "disabled"}, True),
    "enabled": ({}, {"status": "active"}, False),
    "left": ({"left_on": on("08-31")}, {"status": "disabled"}, False),  # as it should be
    "suspended": ({"status": "disabled"}, {"status": "disabled"}, False),  # the personnel department knows
    "binned": ({}, {"status": "soft_deleted", "deleted_at": at("09-10"), "was_enabled": False}, False),
    "unlisted": (None, {"status": "disabled"}, False),  # nobody contradicts
}
LICENSED = {
    "gone": ("08-31", "active", "09-28", True),
    "shut": (None, "disabled", "09-28", True),
    "early": ("08-31", "active", "08-31", False),  # the list is of the last day itself
    "soon": ("10-10", "active", "09-28", False),
    "here": (None, "active", "09-28", False),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """Rule and name → summary, in one company with somebody for each case."""
    world = World(tmp_path_factory.mktemp("people"))
    world.app("slack", "slack-id", approval="approved")

    def hire(name: str, hr: dict[str, Any] | None, directory: dict[str, Any]) -> None:
        if hr is not None:
            world.hr(f"h-{name}", f"{name}@acme.test", **hr)
        world.entra(f"o-{name}", f"{name}@acme.test", **{"snapshot_on": on("09-28"), **directory})

    for name, (left, status, _) in NEAR.items():
        hire(name, {"left_on": on(left)} if left else {}, {"status": status, "snapshot_on": on("09-20")})
        world.use("sign_in", f"o-{name}", "slack-id", "09-10")
    for name, (hr, directory, _) in EMPLOYED.items():
        hire(name, hr, directory)
    for number, (name, (left, status, listed, _)) in enumerate(LICENSED.items()):
        hire(name, {"left_on": on(left)} if left else {}, {"status": status})
        world.record("licence", system="entra", account_key=f"o-{name}", licence="SPE_E5", licence_key="sku-1",
                     snapshot_on=on(listed), file_id=f"licences-{number}")  # fmt: skip
    rows = world.build().all(
        "SELECT f.rule, p.email, f.summary FROM graph.finding AS f JOIN canonical.person AS p USING (person_id)"
    )
    return {(rule, str(email).removesuffix("@acme.test")): summary for rule, email, summary in rows}


@pytest.mark.parametrize("name", NEAR)
def test_the_last_day_is_near(said: dict[tuple[str, str], str], name: str) -> None:
    words = NEAR[name][2]
    assert said.get(("leaving_soon", name)) == (f"{name}@acme.test {words}" if words else None)


@pytest.mark.parametrize("name", EMPLOYED)
def test_disabled_and_employed(said: dict[tuple[str, str], str], name: str) -> None:
    assert (("disabled_but_employed", name) in said) is EMPLOYED[name][2]


@pytest.mark.parametrize("name", LICENSED)
def test_licence_of_somebody_who_left(said: dict[tuple[str, str], str], name: str) -> None:
    assert (("licence_of_leaver", name) in said) is LICENSED[name][3]


def test_deprovisioning_that_failed_is_a_finding_and_what_is_awaited_is_none(tmp_path: Path) -> None:
    world = World(tmp_path)
    stories = (
        "disabled",
        "just_disabled",
        "nothing_came",
        "failure",
        "staged",
        "staying",
        "skip_deletions",
        "no_log_then",
    )
    for story in (one for one in STORIES if one.name in stories):
        story.arrange(Scene(world, story.name, story.app))
    found = world.build().all(
        "SELECT app_id, severity FROM graph.finding WHERE rule = 'deprovisioning_failed' ORDER BY ALL"
    )
    assert found == [("failure-app", "high"), ("nothing_came-app", "high"), ("staged-app", "high")]


def test_what_a_case_had_as_ended_and_is_seen_again_is_a_finding(tmp_path: Path) -> None:
    """From the ledger of the home: steps as a case that was executed, closed and looked at again leaves them."""
    world = company(tmp_path)
    world.entra("o-1", ANNA, status="disabled")
    world.use("sign_in", "o-1", "slack-id", "09-10")
    [(person,)] = world.build().all("SELECT person_id FROM canonical.person")
    ledger = Ledger(world.night.settings.home)

    def said(case_id: str, kind: str, state: str, step_id: str | None = None, **more: Any) -> None:
        ledger.append(kind, case_id=case_id, person_id=person, state=state, step_id=step_id, **more)

    for case_id, end in (("case-a", "closed"), ("case-b", "undone"), ("case-c", "closed")):
        steps = tuple(
            Step(name, n, name, "api", route, action, "slack", "Slack", name, "why", "how", route)
            for n, (name, route, action) in enumerate((("off", "api", "deactivate"), ("no", "api", "delete"), ("look", "observe", "verify")))
        )  # fmt: skip
        plan = Plan(person, ANNA, "Anna", None, None, steps, {}, {})
        said(case_id, "plan", "planned", data={"plan_hash": plan.hash}, private={"plan": plan.plain()})
        for step_id, states in {
            "off": ("accepted", "verified", "failed" if case_id == "case-a" else "verified"),
            "no": ("failed",),
            "look": ("failed" if case_id != "case-c" else "verified",),
        }.items():
            for state in states:
                said(case_id, "observation", state, step_id, private={"detail": f"{step_id} is {state}"})
        said(case_id, "case", end)
    found = world.build().all(
        "SELECT severity, app_id, summary FROM graph.finding WHERE rule = 'seen_after_offboarding' ORDER BY ALL"
    )
    assert found == [
        ("high", "slack", f"{ANNA} was taken out of Slack (case-a) and is there again: {step} is failed")
        for step in ("look", "off")
    ]


def test_a_finding_keeps_its_id_while_more_is_seen_and_names_controls(tmp_path: Path) -> None:
    ids = []
    for extra in ([], ["09-20"]):
        world = company(tmp_path / str(len(extra)))
        world.entra("o-1", ANNA, status="disabled")
        world.use("sign_in", "o-1", "slack-id", "09-10", *extra)
        ids.append(world.build().all("SELECT finding_id, controls FROM graph.finding"))
    assert ids[0] == ids[1]
    assert ids[0][0][1] == ["ISO 27001 5.18", "NIST PR.AA", "SOC 2 CC6.2", "SOC 2 CC6.3"]


def test_blind_spots_are_those_of_the_events_not_of_the_files(world: World) -> None:
    world.hr("1", ANNA)
    world.hr("2", "ben@acme.test")
    world.entra("o-1", ANNA)
    world.use("sign_in", "o-1", "slack-id", "07-01", "09-01")
    world.use("web_visit", ANNA, "miro.com", "07-02", "09-30")
    world.record(
        "assignment",
        system="entra",
        principal_kind="group",
        group_key="g",
        mention_kind="app_id",
        mention="x",
    )
    rows = world.build().all(
        "SELECT coalesce(p.email, 'all'), b.source, b.from_at, b.to_at FROM graph.blind_spot b "
        "LEFT JOIN canonical.person p USING (person_id) ORDER BY 2, 3 NULLS FIRST, 1"
    )
    assert rows == [
        ("all", "app_registration entra (main)", None, None),
        ("all", "charge", None, None),
        ("ben@acme.test", "directory_account", None, None),
        ("all", "grant entra (main)", None, None),
        ("all", "group_member entra (main)", None, None),
        ("all", "sign_in entra (main)", None, at("07-01")),
        ("all", "sign_in entra (main)", at("09-01"), None),
        ("ben@acme.test", "web_visit", None, None),
        ("all", "web_visit push (main)", None, at("07-02")),
    ]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles"])
def test_the_last_day_itself_is_near_in_every_zone(tmp_path: Path, zone: str) -> None:
    world = World(tmp_path, timezone=zone)
    world.hr("1", ANNA, left_on=on("09-30"))
    world.entra("o-1", ANNA)
    assert [r[0] for r in rules(world)] == ["leaving_soon"]


def test_a_private_address_that_two_sources_show_in_an_app_is_one_finding(tmp_path: Path) -> None:
    world = company(tmp_path, None)
    world.use("sign_in", "me@gmail.com", "slack-id", "09-01", system="push")
    world.use("sign_in", "me@gmail.com", "slack-id", "09-03", system="entra")
    world.build()
    assert world.all("SELECT rule, observed_at FROM graph.finding") == [
        ("personal_account_on_work_app", at("09-03 00:00"))
    ]
