"""What an access says beside its class: risk of scopes, legacy logins, dormant consents, owners, what to hand over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from discovery.store import Store, sql_file
from tests.canonical.world import World, at, on

ANNA, BEN = "anna@acme.test", "ben@acme.test"


@pytest.mark.parametrize(
    ("tier", "scopes"),
    [
        (1, ["openid", "User.Read", "offline_access", "https://www.googleapis.com/auth/userinfo.email"]),
        (2, ["Mail.Read", "https://www.googleapis.com/auth/gmail.readonly", "https://www.googleapis.com/auth/drive.readonly"]),
        (3, ["Mail.ReadWrite", "Files.Read.All", "Mail.Send", "Files.ReadWrite.All", "Directory.AccessAsUser.All", "full_access_as_user",
             "https://mail.google.com/", "https://www.googleapis.com/auth/drive", "EWS.AccessAsUser.All",
             "Sites.FullControl.All", "https://graph.microsoft.com/Mail.ReadWrite"]),
    ],
)  # fmt: skip
def test_tiers_of_scopes(tier: int, scopes: list[str]) -> None:
    with Store(None) as store:
        for statement in sql_file("discovery.graph", "macros").split(";\n"):
            if statement.strip():
                store.run(statement)
        got = {scope: store.value("SELECT scope_tier($s)", {"s": scope}) for scope in scopes}
    assert {s: t for s, t in got.items() if t != tier} == {}


def company(home: Path, **settings: Any) -> World:
    world = World(home, **settings)
    world.hr("1", ANNA, left_on=on("08-31"))
    world.hr("2", BEN)
    for number, email in (("1", ANNA), ("2", BEN)):
        world.entra(f"o-{number}", email)
    world.app("slack", "slack-id", approval="approved")
    # Sign-ins are recorded for long enough to tell what was not used.
    world.use("sign_in", "o-2", "slack-id", "06-01", "09-29")
    return world


def test_flags_of_an_access_and_its_findings(tmp_path: Path) -> None:
    world = company(tmp_path)
    for app, day, used, scope in (
        ("otter", "05-01", None, "Mail.ReadWrite"),  # never used since
        ("loom", "05-01", "09-20", "Mail.ReadWrite"),  # used
        ("canva", "09-01", None, "Mail.Read"),  # young
        ("miro", "05-01", None, "User.Read"),  # a profile only
    ):
        world.app(app, f"{app}-id")
        world.record("grant", system="entra", account_key="o-2", mention_kind="app_id", mention=f"{app}-id",
                     scopes=[scope], granted_at=at(day))  # fmt: skip
        if used:
            world.use("sign_in", "o-2", f"{app}-id", used)
    world.app("imap", "imap-id", approval="approved")
    world.use("sign_in", "o-2", "imap-id", "09-10", method="legacy_authentication")
    world.app("old", "old-id", approval="approved")
    world.use("sign_in", "o-2", "old-id", "06-10", method="legacy_authentication")
    world.app("figma", "Figma", kind="label", approval="approved")
    world.app("figma", "FIGMA", kind="merchant")
    world.store.run(f"UPDATE matching.app SET owner_email = '{ANNA}' WHERE app_id = 'figma'")
    for name, is_admin in ((ANNA, True), (BEN, False)):
        world.record("app_account", system="app_list", account_name=name, mention_kind="label", mention="Figma",
                     status="active", role="editor", is_admin=is_admin)  # fmt: skip
    for day in ("07-05", "08-05", "09-05"):
        world.record("charge", system="amex", charged_on=on(day), account_name=ANNA, merchant="FIGMA", amount=12,
                     currency="EUR")  # fmt: skip
    world.build()

    def edge(email: str, app: str) -> dict[str, Any]:
        found = world.edge(email, app)
        assert found is not None
        return found

    assert [edge(BEN, app)["has_dormant_grant"] for app in ("otter", "loom", "canva", "miro", "slack")] == [
        True, False, False, True, None,
    ]  # fmt: skip
    assert [edge(BEN, app)["scope_risk"] for app in ("otter", "canva", "miro", "slack")] == [
        "high",
        "medium",
        "low",
        None,
    ]
    assert [edge(BEN, app)["has_legacy_auth"] for app in ("imap", "old", "slack")] == [True, True, False]
    assert (edge(ANNA, "figma")["is_owner"], edge(BEN, "figma")["is_owner"]) == (True, False)
    assert (edge(BEN, "figma")["is_owner_leaving"], edge(BEN, "slack")["is_owner_leaving"]) == (True, None)
    assert "its owner leaves or is gone" in edge(BEN, "figma")["reasons"]
    assert edge(BEN, "figma")["confidence_bucket"] == "high"
    item = world.store.dicts(
        "SELECT i.* FROM graph.access i JOIN canonical.person p USING (person_id) "
        f"WHERE p.email = '{ANNA}' AND app_id = 'figma'"
    )[0]
    assert item["handover"] == [
        "administration: no other administrator is known",
        "ownership of the app in the company",
        "billing: the subscription is on the person's card or claims",
    ]
    assert (item["licence"], item["monthly_amount"], item["monthly_currency"]) == (
        "seat on the app's own list: editor", 12, "EUR",
    )  # fmt: skip
    found = world.all(
        "SELECT rule, app_id FROM graph.finding WHERE rule IN ('dormant_grant', 'legacy_authentication') ORDER BY ALL"
    )
    assert found == [("dormant_grant", "otter"), ("legacy_authentication", "imap")]


@pytest.mark.parametrize(
    ("first", "last"), [("08-15", "09-29"), ("06-01", "08-01")], ids=["too young", "gone silent"]
)
def test_a_consent_is_not_called_unused_where_use_would_not_be_seen(
    tmp_path: Path, first: str, last: str
) -> None:
    world = World(tmp_path)
    world.hr("1", ANNA)
    world.entra("o-1", ANNA)
    world.app("slack", "slack-id", approval="approved")
    world.app("otter", "otter-id")
    world.use("sign_in", "o-1", "slack-id", first, last)
    world.record("grant", system="entra", account_key="o-1", mention_kind="app_id", mention="otter-id",
                 scopes=["Mail.Read"], granted_at=at("05-01"))  # fmt: skip
    edge = world.build().edge(ANNA, "otter")
    assert edge is not None
    assert edge["has_dormant_grant"] is None
    assert world.all("SELECT count(*) FROM graph.finding WHERE rule = 'dormant_grant'") == [(0,)]


def test_given_after_leaving_and_seen_by_the_app_itself(tmp_path: Path) -> None:
    world = company(tmp_path)
    for app, day in (("otter", "09-10"), ("loom", "08-31"), ("canva", "08-01")):
        world.app(app, f"{app}-id", approval="approved")
        world.record("assignment", system="entra", account_key="o-1", mention_kind="app_id", mention=f"{app}-id",
                     assigned_at=at(day))  # fmt: skip
    world.app("figma", "Figma", kind="label", approval="approved")
    world.app("miro", "Miro", kind="label", approval="approved")
    for app, day in (("Figma", "09-15"), ("Miro", "08-30")):
        world.record("app_account", system="app_list", account_name=ANNA, mention_kind="label", mention=app,
                     status="disabled", last_active_at=at(day))  # fmt: skip
    world.build()
    found = world.all(
        "SELECT rule, app_id FROM graph.finding WHERE rule IN ('access_given_after_leaving', 'activity_after_leaving') ORDER BY ALL"
    )
    assert found == [("access_given_after_leaving", "otter"), ("activity_after_leaving", "figma")]


@pytest.mark.parametrize(
    ("earlier", "found"),
    [(None, []), ({}, [("access_given_after_leaving", "otter")]), ({"is_complete": False}, [])],
    ids=["the first list", "an earlier list lacks it", "an earlier list that is not whole lacks it"],
)
def test_what_stands_in_the_first_list_is_not_called_new(
    tmp_path: Path, earlier: dict[str, bool] | None, found: list[tuple[str, str]]
) -> None:
    world = company(tmp_path)
    world.app("otter", "otter-id", approval="approved")
    for file_id, day, key in (("before", "09-01", "o-2"), ("file", "09-28", "o-1")):
        if file_id == "file" or earlier is not None:
            world.file(file_id, **(earlier or {}) if file_id == "before" else {})
            world.record("grant", system="entra", account_key=key, mention_kind="app_id", mention="otter-id",
                         scopes=["Mail.Read"], file_id=file_id, snapshot_on=on(day))  # fmt: skip
    world.build()
    assert world.edge(ANNA, "otter") is not None
    assert (
        world.all("SELECT rule, app_id FROM graph.finding WHERE rule = 'access_given_after_leaving'") == found
    )


def test_an_account_for_emergencies_that_is_used(tmp_path: Path) -> None:
    world = company(tmp_path)
    for number, login in enumerate(("breakglass1@acme.test", "breakglass2@acme.test", "svc-scan@acme.test")):
        world.record(
            "directory_account",
            system="entra",
            account_key=f"b-{number}",
            account_name=login,
            status="active",
        )
        if number != 1:
            world.use("sign_in", f"b-{number}", "slack-id", "09-10", account_name=login)
    world.record("assignment", system="entra", account_key="b-1", mention_kind="app_id", mention="slack-id")
    world.build()
    found = world.all("SELECT summary FROM graph.finding WHERE rule = 'break_glass_used'")
    assert [s.split(" was used")[0] for (s,) in found] == ["the break-glass account breakglass1@acme.test"]


def test_late_evidence_after_leaving_reopens_the_scope_and_is_a_finding(tmp_path: Path) -> None:
    world = company(tmp_path)
    world.app("figma", "Figma", kind="label", approval="approved")
    world.app("figma", "figma.com", kind="domain")
    world.record("app_account", system="app_list", account_name=ANNA, mention_kind="label", mention="Figma",
                 status="disabled")  # fmt: skip
    scope = f"SELECT app_id FROM graph.access JOIN canonical.person USING (person_id) WHERE email = '{ANNA}'"
    rule = "SELECT app_id FROM graph.finding WHERE rule = 'activity_after_leaving'"
    world.build()
    assert (world.all(scope), world.all(rule)) == ([], [])
    world.use("web_visit", ANNA, "figma.com", "09-12", method="password")  # an export that came late
    world.build()
    assert (world.all(scope), world.all(rule)) == ([("figma",)], [("figma",)])


@pytest.mark.parametrize(
    ("kept", "is_complete", "ended"),
    [
        (20, True, 0),
        (19, True, 1),  # one is believed to be gone
        (12, True, 0),  # shrunken: not believed
        (0, True, 0),  # empty: no list at all
        (19, False, 0),  # truncated: a page, not a list
    ],
)
def test_a_failed_truncated_or_shrunken_source_ends_nothing(
    tmp_path: Path, kept: int, is_complete: bool, ended: int
) -> None:
    world = World(tmp_path)
    world.file("old")
    world.file("new", is_complete=is_complete)
    world.app("slack", "slack-id", approval="approved")
    world.app("otter", "otter-id", approval="approved")
    world.app("figma", "Figma", kind="label", approval="approved")
    for number in range(20):
        email = f"p{number:02}@acme.test"
        world.hr(str(number), email)
        world.entra(f"o-{number:02}", email)
        for file, day in (("old", "09-01"), ("new", "09-20")):
            if file == "new" and number >= kept:
                continue
            row = {"file_id": file, "snapshot_on": on(day), "event_id": f"{file}{number}"}
            world.record("assignment", system="entra", account_key=f"o-{number:02}", mention_kind="app_id",
                         mention="slack-id", **row)  # fmt: skip
            world.record("grant", system="entra", account_key=f"o-{number:02}", mention_kind="app_id", mention="otter-id",
                         scopes=["Mail.Read"], **row)  # fmt: skip
            world.record("app_account", system="app_list", account_name=email, mention_kind="label", mention="Figma",
                         status="active", **row)  # fmt: skip
    world.build()
    for app in ("slack", "otter", "figma"):
        assert world.all(f"SELECT count(*) FROM graph.access WHERE app_id = '{app}'") == [(20 - ended,)], app
    assert world.all("SELECT count(*) FROM graph.access_span WHERE to_on IS NOT NULL") == [(3 * ended,)]
