"""Ids, labels, app types and hosts: which app, by which method."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discovery.decisions import record_decision
from discovery.store import Store
from tests.matching.conftest import World

MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
UNLISTED = "11111111-2222-3333-4444-555555555555"


HOSTS = [
    ("app.asana.com", "asana", "app domain"),
    ("www.asana.com", "asana", "domain"),
    ("www.notion.so", "notion", "app domain"),
    ("acme.slack.com", "slack", "app domain"),
    ("www.slack.com", "slack", "domain"),
    ("acme.atlassian.net", "atlassian", "app domain"),
    ("id.atlassian.com", "atlassian", "login domain"),
    ("docs.github.com", "github", "domain"),
    ("drive.google.com", "google-workspace", "app domain"),
    ("HTTPS://App.Asana.com/0/1", "asana", "app domain"),
    ("acme.sharepoint.com", "microsoft-365", "app domain"),
    ("eu1.make.com", "make", "app domain"),
]
IDENTITY_PROVIDERS = ["login.microsoftonline.com", "accounts.google.com", "acme.okta.com", "www.google.com", "myapps.microsoft.com",
     "acme.onelogin.com"]  # fmt: skip
LABELS = [
    ("Slack", "slack"),
    ("Box", "box"),
    ("Atlassian Cloud", "atlassian"),
    ("GitHub Enterprise Cloud – Enterprise Account", "github"),
    ("GitHub Enterprise Cloud - Organization", "github"),
    ("Amazon Web Services (AWS)", "aws"),
    ("AWS IAM Identity Center (successor to AWS Single Sign-On)", "aws"),
    ("Slack (Notion)", "x-slack-notion"),
    ("Salesforce Sandbox", "salesforce"),
    ("Salesforce.com", "salesforce"),
    ("Zoom (EU)", "zoom"),
    ("Test - Workday", "workday"),
    ("monday.com", "monday"),
    ("Nordwind Calibration Portal", "x-nordwind-calibration-portal"),
    ("Front Door", "x-front-door"),
    ("Close Account", "x-close-account"),
]
APP_TYPES = [("CANVA", "canva"), ("Dropbox", "dropbox"), ("GOOGLE_WORKSPACE", "google-workspace"), ("ZAPIER", "zapier"),
     ("CONTENTFUL", "contentful"), ("PUSH_SECURITY", "push-security"), ("ATLASSIAN", "atlassian"),
     ("SOME_NEW_APP", "x-some-new-app")]  # fmt: skip


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One run over all mentions that no other mention changes the answer of."""
    with Store.memory() as store:
        world = World(store, tmp_path_factory.mktemp("home"))
        for host, _, _ in HOSTS:
            world.mention("domain", host)
        for host in IDENTITY_PROVIDERS:
            world.mention("domain", host, sign_in=True)
        for label, _ in LABELS:
            world.mention("label", label, sign_in=True)
        for app_type, _ in APP_TYPES:
            world.mention("browser_app_type", app_type, sign_in=True)
        world.run()
        yield world


@pytest.mark.parametrize(("host", "app_id", "method"), HOSTS)
def test_hosts(answered: World, host: str, app_id: str, method: str) -> None:
    match = answered.match("domain", host)
    assert (match["app_id"], match["decision"], match["method"]) == (app_id, "accept", method)


@pytest.mark.parametrize("host", IDENTITY_PROVIDERS)
def test_sign_in_pages_of_identity_providers_are_no_apps(answered: World, host: str) -> None:
    assert answered.match("domain", host)["decision"] == "reject"


def test_a_visited_host_outside_the_catalog_is_no_app_and_one_signed_in_to_is(world: World) -> None:
    world.mention("domain", "www.rightmove.example")
    world.mention("domain", "app.calimetra.example", sign_in=True)
    world.mention("domain", "shop.vercel.app", sign_in=True)
    world.run()
    assert world.match("domain", "www.rightmove.example")["decision"] == "reject"
    match = world.match("domain", "app.calimetra.example")
    assert (match["app_id"], match["method"], match["decision"]) == (
        "x-calimetra.example", "uncatalogued", "accept",
    )  # fmt: skip
    app = world.app("x-calimetra.example")
    assert (app["name"], app["domain"], app["in_catalog"]) == (
        "calimetra.example",
        "calimetra.example",
        False,
    )
    assert world.match("domain", "shop.vercel.app")["app_id"] == "x-shop.vercel.app"


def test_hosts_of_the_company_itself_are_apps_one_by_one(world: World) -> None:
    world.mention("domain", "wiki.acme.example", sign_in=True)
    world.mention("domain", "time.acme.example", sign_in=True)
    world.run()
    assert world.match("domain", "wiki.acme.example")["app_id"] == "x-wiki.acme.example"
    assert world.match("domain", "time.acme.example")["app_id"] == "x-time.acme.example"


@pytest.mark.parametrize(("label", "app_id"), LABELS)
def test_labels(answered: World, label: str, app_id: str) -> None:
    assert answered.match("label", label)["app_id"] == app_id
    assert answered.match("label", label)["decision"] == "accept"


@pytest.mark.parametrize(
    ("name", "hosts", "app_id"),
    [
        ("OneTrust Privacy Management Software", ["app.onetrust.com"], "onetrust"),
        ("OneTrust Privacy Management Software", None, "x-onetrust-privacy-management-software"),
        ("Slack Importer", ["importer.acme.example", "acme.slack.com"], "x-slack-importer"),
        ("My test", ["acme.slack.com"], "x-my-test"),
        ("Slack and Zoom links", ["acme.slack.com", "acme.zoom.us"], "x-slack-and-zoom-links"),
    ],
)
def test_a_name_among_other_words_counts_where_the_registered_addresses_are_the_apps_own(
    world: World, name: str, hosts: list[str] | None, app_id: str
) -> None:
    world.mention("app_id", UNLISTED, name=name, hosts=hosts)
    world.run()
    match = world.match("app_id", UNLISTED)
    assert (match["app_id"], match["decision"]) == (app_id, "accept")


def test_app_ids(world: World) -> None:
    listed = "00000003-0000-0ff1-ce00-000000000000"
    world.mention("app_id", listed, name="Whatever")
    world.mention("app_id", UNLISTED, name="Calimetra")
    world.mention("app_id", UNLISTED[:-1] + "6", name="Azure Something New", owner_tenant=MICROSOFT)
    world.mention("app_id", UNLISTED[:-1] + "7", name="Sway Relay Service", owner_tenant=MICROSOFT)
    world.mention("app_id", UNLISTED[:-1] + "8", name="Atlassian Cloud")
    world.mention("app_id", UNLISTED[:-1] + "9")
    world.mention("client_id", "123.apps.googleusercontent.com", name="Slack")
    world.run()
    assert world.match("app_id", listed)["method"] == "exact app id"
    assert world.match("app_id", UNLISTED)["app_id"] == "x-calimetra"
    assert world.match("app_id", UNLISTED[:-1] + "6")["app_id"] == "microsoft-azure"
    assert world.match("app_id", UNLISTED[:-1] + "7")["app_id"] == "microsoft-365"
    assert world.match("app_id", UNLISTED[:-1] + "8")["app_id"] == "atlassian"
    assert world.match("app_id", UNLISTED[:-1] + "9")["app_id"] == f"x-{UNLISTED[:-1]}9"
    assert world.match("client_id", "123.apps.googleusercontent.com")["app_id"] == "slack"


def test_an_app_named_like_microsofts_but_owned_by_another_tenant_is_its_own(world: World) -> None:
    world.mention(
        "app_id", UNLISTED, name="Microsoft Teams", owner_tenant="99999999-0000-0000-0000-000000000000"
    )
    world.run()
    match = world.match("app_id", UNLISTED)
    assert (match["app_id"], match["runner_up"]) == ("x-microsoft-teams", "microsoft-365")


@pytest.mark.parametrize(("app_type", "app_id"), APP_TYPES)
def test_app_types_of_the_browser_extension(answered: World, app_type: str, app_id: str) -> None:
    assert answered.match("browser_app_type", app_type)["app_id"] == app_id


def test_people_win_over_the_machine_until_they_take_it_back(world: World) -> None:
    world.mention("merchant", "LOOM")
    world.mention("merchant", "DROPBOX*K3X9")
    loom = {"mention_kind": "merchant", "mention": "LOOM"}
    dropbox = {"mention_kind": "merchant", "mention": "DROPBOX*K3X9"}
    record_decision(world.home, by="ana", kind="match", action="accept", subject=loom, app_id="loom")
    record_decision(world.home, by="ana", kind="match", action="reject", subject=dropbox)
    world.run()
    match = world.match("merchant", "LOOM")
    assert (match["decision"], match["app_id"], match["method"], match["decided_by"], match["score"]) == (
        "accept", "loom", "human", "ana", 100,
    )  # fmt: skip
    rejected = world.match("merchant", "DROPBOX*K3X9")
    assert (rejected["decision"], rejected["app_id"], rejected["score"]) == ("reject", None, 0)
    assert rejected["decided_at"] is not None
    record_decision(world.home, by="ana", kind="match", action="undo", subject=loom)
    world.run()
    assert world.match("merchant", "LOOM")["decided_by"] == "machine"


def test_a_person_may_name_an_app_that_nobody_knows_yet(world: World) -> None:
    world.mention("merchant", "FJORDSHEETS AS OSLO")
    subject = {"mention_kind": "merchant", "mention": "FJORDSHEETS AS OSLO"}
    record_decision(
        world.home, by="ana", kind="match", action="accept", subject=subject, app_id="x-fjordsheets"
    )
    world.run()
    assert world.match("merchant", "FJORDSHEETS AS OSLO")["app_id"] == "x-fjordsheets"
    assert world.app("x-fjordsheets")["in_catalog"] is False


def test_evidence_sums_to_the_score_and_every_app_is_there(world: World) -> None:
    for text in ("LOOM", "LOOM INC", "BOX HILL CAFE", "DROPBOX*K3X9", "PAYPAL *MAILCHIMP", "x" * 30, ""):
        world.mention("merchant", text)
    world.mention("domain", "app.asana.com")
    world.mention("label", "Unheard Of", sign_in=True)
    world.run()
    off = world.store.rows("""
        SELECT m.mention FROM matching.match m
        LEFT JOIN (SELECT kind, mention, sum(weight) AS total, count(*) AS n, max(position) AS last
                   FROM matching.match_evidence GROUP BY ALL) e USING (kind, mention)
        WHERE m.score <> coalesce(e.total, 0) OR coalesce(e.n, 0) <> coalesce(e.last, 0)""")
    assert off == []
    lost = world.store.rows("""
        SELECT app_id FROM matching.match WHERE app_id IS NOT NULL
        EXCEPT SELECT app_id FROM matching.app""")
    assert lost == []


def test_an_app_keeps_the_id_of_the_time_before_the_catalog_knew_it(world: World) -> None:
    world.mention("domain", "app.asana.com", sign_in=True)
    world.run()
    former = world.store.rows(
        "SELECT app_id FROM matching.app_alias WHERE kind = 'former_id' AND alias = 'x-asana.com'"
    )
    assert former == [("asana",)]
