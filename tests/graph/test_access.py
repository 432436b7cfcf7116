from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from discovery.settings import ConnectorSettings, ScimSettings
from tests.canonical.world import World, at, on

ANNA = "anna@acme.test"


@pytest.fixture
def anna(world: World) -> World:
    world.hr("1", ANNA)
    world.hr("2", "ben@acme.test")
    world.entra("o-1", ANNA)
    world.entra("o-2", "ben@acme.test")
    return world


def test_a_sign_in_through_the_identity_provider(anna: World) -> None:
    anna.app("slack", "slack-id", approval="approved")
    anna.use("sign_in", "o-1", "slack-id", "07-01", "07-05", "09-01")
    edge = anna.build().edge(ANNA, "slack")
    assert edge is not None
    assert (edge["class"], edge["survives_idp_disable"], edge["route"]) == ("sso", False, "idp")
    assert (edge["first_seen_on"], edge["last_seen_on"], edge["event_count"], edge["active_day_count"]) == (
        on("07-01"),
        on("09-01"),
        3,
        3,
    )
    assert (edge["sources"], edge["methods"], edge["confidence"]) == (["sign_in"], ["idp_interactive"], 0.9)
    assert edge["is_sole_user"] is True
    assert "only sign-ins through the identity provider were seen" in edge["reasons"]


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("active", "Disable the directory account and end its sessions"),
        ("disabled", "See that the directory account is disabled and its sessions have ended"),
        ("soft_deleted", "See that the directory account is disabled and its sessions have ended"),
    ],
)
def test_what_to_do_about_a_directory_account_depends_on_its_status(
    world: World, status: str, action: str
) -> None:
    world.hr("1", ANNA)
    world.entra("o-1", ANNA, status=status)
    world.app("slack", "slack-id", approval="approved")
    world.use("sign_in", "o-1", "slack-id", "09-01")
    edge = world.build().edge(ANNA, "slack")
    assert edge is not None
    assert edge["action"] == f"{action}: only sign-ins through it were seen in Slack."


def test_a_day_counts_once_however_often_and_in_whichever_way_it_shows(anna: World) -> None:
    anna.app("slack", "slack-id", approval="approved")
    anna.use("sign_in", "o-1", "slack-id", "07-01", "07-31", "09-01")
    anna.use("sign_in", "o-1", "slack-id", "07-31", "08-31", method="idp_non_interactive")
    anna.use("sign_in", "o-1", "slack-id", "07-01", "07-02", account_name="anna.old@acme.test")
    anna.build()
    edge = anna.edge(ANNA, "slack")
    assert edge is not None
    assert (edge["active_day_count"], edge["event_count"]) == (5, 7)
    [row] = anna.all("SELECT active_day_count, event_count FROM graph.account_access")
    assert tuple(row) == (5, 7)
    months = anna.all("SELECT month, active_day_count FROM graph.usage_month ORDER BY ALL")
    assert [tuple(m) for m in months] == [(on("07-01"), 3), (on("08-01"), 1), (on("09-01"), 1)]


@pytest.mark.parametrize("method", ["", "other"])
def test_a_sign_in_whose_way_is_not_told_promises_nothing(anna: World, method: str) -> None:
    anna.app("trello", "Trello", kind="label", approval="approved")
    anna.use("sign_in", ANNA, "Trello", "09-01", mention_kind="label", method=method)
    edge = anna.build().edge(ANNA, "trello")
    assert edge is not None
    assert (edge["class"], edge["survives_idp_disable"], edge["route"]) == ("unmanaged", None, "manual")
    assert "not known: seen in use, the way of signing in was not seen" in edge["reasons"]


def test_where_the_directory_itself_says_who_is_a_person_their_sign_ins_are_theirs(world: World) -> None:
    # Without a roster of the personnel department, person and directory account have the same hash as id.
    world.entra("o-1", ANNA)
    world.app("slack", "slack-id")
    world.use("sign_in", "o-1", "slack-id", "07-01")
    edge = world.build().edge(ANNA, "slack")
    assert edge is not None
    assert edge["sources"] == ["sign_in"]


@pytest.mark.parametrize(
    ("days", "page", "match_method", "method", "why_not"),
    [
        (["09-01", "09-02"], "app", "domain", "visit", None),
        (["09-01", "09-02"], "sign_in", "domain", "visit", None),
        (["09-01", "09-02"], "other", "app domain", "visit", None),
        (["09-01"], "app", "domain", "visit", "visited on 1 day only; 2 are needed"),
        (
            ["09-01", "09-02"],
            "other",
            "domain",
            "visit",
            "read public pages only; no login and no page behind one was seen",
        ),
        (["09-01"], "other", "domain", "password", None),
        (["09-01"], None, "domain", "oidc", None),
    ],
)
def test_which_visits_count(
    anna: World, days: list[str], page: str | None, match_method: str, method: str, why_not: str | None
) -> None:
    anna.app("miro", "miro.com", kind="domain", method=match_method)
    anna.use("web_visit", ANNA, "miro.com", *days, page=page, method=method, host="miro.com")
    edge = anna.build().edge(ANNA, "miro")
    assert (edge is None) == (why_not is not None)
    assert anna.all("SELECT app_id, mention, reason FROM graph.not_access") == (
        [("miro", "miro.com", why_not)] if why_not else []
    )


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        ("review", "which app this is awaits a decision"),
        ("reject", "no app of the company: the match was rejected"),
        ("ignore", "ignored by decision"),
        (None, "not matched to an app"),
    ],
)
def test_only_accepted_mentions_are_access(anna: World, decision: str | None, reason: str) -> None:
    if decision:
        anna.app("slack", "slack-id", decision=decision)
    anna.use("sign_in", "o-1", "slack-id", "09-01")
    anna.build()
    assert anna.all("SELECT count(*) FROM graph.access") == [(0,)]
    assert anna.all("SELECT mention, reason FROM graph.not_access") == [("slack-id", reason)]


@pytest.mark.parametrize(
    ("amounts", "amount"),
    [([20], 20), ([20, -5], 15), ([20, -20], None), ([-20], None), ([20, 30], 50)],
)
def test_a_charge_makes_an_edge_unless_it_was_refunded(
    anna: World, amounts: list[int], amount: int | None
) -> None:
    anna.app("canva", "CANVA*1", kind="merchant")
    for number, value in enumerate(amounts):
        anna.record(
            "charge",
            system="amex",
            charged_on=on(f"0{7 + number}-03"),
            cardholder="Anna",
            account_name=ANNA,
            merchant="CANVA*1",
            amount=value,
            currency="EUR",
        )
    edge = anna.build().edge(ANNA, "canva")
    if amount is None:
        assert edge is None
        assert anna.all("SELECT count(*) FROM graph.not_access") == [(1,)]
    else:
        assert edge is not None
        assert (edge["is_payer"], edge["amount"], edge["currency"]) == (True, amount, "EUR")
        assert edge["survives_idp_disable"] is None
        assert edge["confidence"] == pytest.approx(0.98 * (0.5 if amounts == [20, 30] else 0.3))


def test_charges_of_several_currencies_and_old_ones_have_no_amount(anna: World) -> None:
    anna.app("canva", "CANVA", kind="merchant")
    anna.app("loom", "LOOM", kind="merchant")
    for merchant, day, currency in (
        ("CANVA", on("08-01"), "EUR"),
        ("CANVA", on("09-01"), "USD"),
        ("LOOM", on("09-01").replace(year=2024), "EUR"),
    ):
        anna.record(
            "charge",
            system="amex",
            charged_on=day,
            account_name=ANNA,
            merchant=merchant,
            amount=1,
            currency=currency,
        )
    anna.build()
    for app in ("canva", "loom"):
        edge = anna.edge(ANNA, app)
        assert edge is not None
        assert (edge["amount"], edge["currency"]) == (None, None)


@pytest.mark.parametrize(
    ("overlay", "registered", "assigned", "expected"),
    [
        ("discovered", None, None, "discovered"),
        ("discovered", None, "user", "approved"),
        ("discovered", None, "group", "approved"),
        ("blocked", None, "user", "blocked"),
        ("needs_review", None, "user", "needs_review"),
        ("discovered", "blocked", "user", "blocked"),
        ("approved", "blocked", None, "approved"),
        ("discovered", "approved", None, "approved"),
    ],
)
def test_approval(
    anna: World, overlay: str, registered: str | None, assigned: str | None, expected: str
) -> None:
    anna.app("box", "box-id", approval=overlay)
    anna.use("sign_in", "o-1", "box-id", "09-01")
    if registered:
        anna.record(
            "app_registration", system="push", mention_kind="app_id", mention="box-id", approval=registered
        )
    if assigned:
        anna.record(
            "assignment",
            system="entra",
            mention_kind="app_id",
            mention="box-id",
            principal_kind=assigned,
            account_key="o-1" if assigned == "user" else None,
            group_key="g" if assigned == "group" else None,
        )
    edge = anna.build().edge(ANNA, "box")
    assert anna.all("SELECT approval FROM graph.app_fact") == [(expected,)]
    assert edge is not None
    assert (edge["class"] == "shadow") == (expected != "approved")


@pytest.mark.parametrize(
    ("app_id", "route"), [("slack", "api"), ("asana", "idp"), ("miro", "api"), ("figma", "idp")]
)
def test_the_route_is_an_interface_where_the_settings_configure_one_that_can_end_accounts(
    tmp_path: Path, app_id: str, route: str
) -> None:
    recipes = {app: ConnectorSettings(app, app, values={"token": "env:NOT_READ", extra: "1"})
               for app, extra in (("slack", "team_id"), ("asana", "workspace"))}  # fmt: skip
    scim = {"miro": ScimSettings("miro", "miro", "https://miro.com/api/v1/scim", "env:NOT_READ")}
    world = World(tmp_path / "home", connectors=recipes, scim=scim)
    world.hr("1", ANNA)
    world.entra("o-1", ANNA)
    world.app(app_id, "app-id", approval="approved")
    world.use("sign_in", "o-1", "app-id", "07-01", "09-01")
    edge = world.build().edge(ANNA, app_id)
    assert edge is not None
    assert edge["route"] == route


def test_a_removed_assignment_approves_nothing_and_is_no_access(anna: World) -> None:
    anna.app("zendesk", "Zendesk", kind="label")
    for change, day in (("added", "07-01"), ("removed", "08-01")):
        anna.record(
            "assignment",
            system="entra",
            account_key="o-1",
            mention_kind="label",
            mention="Zendesk",
            change=change,
            assigned_at=at(day),
        )
    assert anna.build().edge(ANNA, "zendesk") is None
    assert anna.all("SELECT approval FROM graph.app_fact") == [("discovered",)]
    assert anna.all("SELECT from_on, to_on, end_reason FROM graph.access_span") == [
        (on("07-01"), on("08-01"), "unassigned")
    ]
    assert anna.all("SELECT reason FROM graph.not_access") == [("ended 2026-08-01: unassigned",)]


def test_an_account_switched_off_in_the_app_ends_its_own_evidence_and_no_other(anna: World) -> None:
    anna.app("figma", "Figma", kind="label")
    anna.app("figma", "figma.com", kind="domain")
    anna.app("miro", "Miro", kind="label")
    for mention in ("Figma", "Miro"):
        anna.record(
            "app_account",
            system="lists",
            account_name=ANNA,
            mention_kind="label",
            mention=mention,
            status="disabled",
            created_at=at("02-01"),
        )
    anna.use("web_visit", ANNA, "figma.com", "08-01", method="password")
    anna.build()
    edge = anna.edge(ANNA, "figma")
    assert edge is not None
    assert edge["sources"] == ["web_visit"]
    assert (
        "the app's own list says disabled since 2026-09-28; other evidence has not ended" in edge["reasons"]
    )
    assert anna.edge(ANNA, "miro") is None
    assert anna.all(
        "SELECT source, to_on, end_reason FROM graph.access_span WHERE app_id = 'figma' ORDER BY 1"
    ) == [("app_account", on("09-27"), "disabled_in_app"), ("web_visit", None, None)]


@pytest.mark.parametrize(
    ("status", "is_listed_later", "said"),
    [
        ("disabled", True, "says disabled since 2026-09-01"),  # in the first list that was read
        ("active", False, "lacks the account since 2026-09-20"),
    ],
)
def test_an_edge_says_since_when_the_apps_own_list_has_it_no_more(
    anna: World, status: str, is_listed_later: bool, said: str
) -> None:
    anna.app("figma", "Figma", kind="label")
    anna.app("figma", "figma.com", kind="domain")
    row = {"system": "figma", "mention_kind": "label", "mention": "Figma"}
    days = {"a": "09-01", "b": "09-20"}
    for file_id, day in days.items():
        anna.file(file_id, system="figma", instance="main", kinds=["app_account"], snapshot_on=on(day))
    anna.record(
        "app_account",
        **row,
        account_name=ANNA,
        status=status,
        file_id="a",
        snapshot_on=on("09-01"),
    )
    for number in range(20):
        for file_id, day in days.items():
            anna.record("app_account", **row, account_name=f"p{number}@acme.test", status="active", file_id=file_id,
                        snapshot_on=on(day))  # fmt: skip
    if is_listed_later:
        anna.record(
            "app_account", **row, account_name=ANNA, status=status, file_id="b", snapshot_on=on("09-20")
        )
    anna.use("web_visit", ANNA, "figma.com", "08-01", method="password")
    edge = anna.build().edge(ANNA, "figma")
    assert edge is not None
    assert f"the app's own list {said}; other evidence has not ended" in edge["reasons"]


def test_a_grant_in_the_identity_provider_and_one_elsewhere(anna: World) -> None:
    anna.app("otter", "otter-id")
    anna.app("zapier", "zapier-id")
    for system, app in (("entra", "otter-id"), ("slack", "zapier-id")):
        anna.record(
            "grant",
            system=system,
            account_key="o-1",
            account_name=ANNA,
            mention_kind="app_id",
            mention=app,
            scopes=["Mail.Read", "User.Read"],
            consent="user",
        )
    anna.build()
    otter, zapier = anna.edge(ANNA, "otter"), anna.edge(ANNA, "zapier")
    assert otter is not None
    assert zapier is not None
    assert (otter["survives_idp_disable"], zapier["survives_idp_disable"]) == (False, True)
    assert otter["grant_scopes"] == ["Mail.Read", "User.Read"]


def test_an_account_nobody_is_known_for_is_listed(anna: World) -> None:
    anna.app("trello", "trello.com", kind="domain")
    anna.use("web_visit", "nobody@acme.test", "trello.com", "09-01", method="password")
    anna.build()
    assert anna.all("SELECT person_id, app_id, methods FROM graph.account_access") == [
        (None, "trello", ["password"])
    ]
    assert anna.all("SELECT count(*) FROM graph.access") == [(0,)]


def test_only_a_whole_view_of_the_identity_provider_makes_an_assumption(tmp_path: Path) -> None:
    for is_whole in (True, False):
        world = World(tmp_path / str(is_whole))
        world.file("apps", is_complete=is_whole)
        world.hr("1", ANNA)
        world.entra("o-1", ANNA)
        world.app("miro", "Miro", kind="label", approval="approved")
        world.record(
            "app_registration", system="entra", mention_kind="app_id", mention="other", file_id="apps"
        )
        world.record(
            "app_account",
            system="lists",
            account_name=ANNA,
            mention_kind="label",
            mention="Miro",
            status="active",
        )
        edge = world.build().edge(ANNA, "miro")
        assert edge is not None
        assert edge["survives_idp_disable"] is (True if is_whole else None)
        assert any(r.startswith("assumed:") for r in edge["reasons"]) == is_whole


def test_the_scope_is_ordered_and_covers_all_that_is_not_excluded(anna: World) -> None:
    from discovery.decisions import record_decision

    anna.app("slack", "slack-id", approval="approved")
    anna.app("canva", "canva.com", kind="domain")
    anna.app("loom", "LOOM", kind="merchant")
    anna.app("admin", "Admin", kind="label")
    anna.app("gone", "gone-id")
    for app in ("slack-id", "gone-id"):
        anna.use("sign_in", "o-1", app, "09-01")
    anna.use("web_visit", ANNA, "canva.com", "09-02", method="password")
    anna.record(
        "charge",
        system="amex",
        charged_on=on("09-01"),
        account_name=ANNA,
        merchant="LOOM",
        amount=5,
        currency="EUR",
    )
    anna.record(
        "app_account",
        system="lists",
        account_name=ANNA,
        mention_kind="label",
        mention="Admin",
        status="active",
        is_admin=True,
    )
    anna.canonical()
    record_decision(
        anna.night.settings.home,
        by="kim",
        kind="exclusion",
        action="accept",
        reason="stays",
        subject={"person_id": str(anna.person(ANNA)), "app_id": "gone"},
    )
    anna.graph()
    rows = anna.all("SELECT priority, app_id, action FROM graph.access WHERE priority IS NOT NULL ORDER BY 1")
    assert [r[:2] for r in rows] == [(1, "admin"), (2, "canva"), (3, "loom"), (4, "slack")]
    assert rows[0][2].startswith("Hand over the administration. ")
    assert rows[1][2] == "Remove the account in Canva by hand."
    assert "cancel" in rows[2][2]
    assert rows[3][2].startswith("Disable the directory account")
    assert anna.all("SELECT app_id, reason, decided_by FROM graph.exclusion") == [("gone", "stays", "kim")]


def test_spans_of_one_source_that_meet_are_one(anna: World) -> None:
    anna.app("box", "box-id")
    for day, event in (("01-01", "x"), ("03-01", "y"), ("05-01", "z")):
        anna.record(
            "grant",
            system="entra",
            account_key="o-1",
            mention_kind="app_id",
            mention="box-id",
            event_id=event,
            granted_at=at(day),
        )
    assert anna.build().all("SELECT source, from_on, to_on FROM graph.access_span") == [
        ("grant", on("01-01"), None)
    ]


def test_evidence_is_the_first_and_last_of_each_source_and_leads_to_the_record(anna: World) -> None:
    anna.app("slack", "slack-id")
    anna.use("sign_in", "o-1", "slack-id", "07-01", "07-05", "09-01", account_name=ANNA, mention_name="Slack")
    rows: list[Any] = anna.build().all(
        "SELECT kind, observed_at, summary, file_id, record FROM graph.evidence ORDER BY 1"
    )
    assert [r[:4] for r in rows] == [
        ("first", at("07-01"), f"signed in to Slack by idp_interactive as {ANNA}", "file"),
        ("last", at("09-01"), f"signed in to Slack by idp_interactive as {ANNA}", "file"),
    ]
