"""Whose an account is, where it is not plain: names, tags, devices, handed-on addresses, and what people decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from discovery.decisions import record_decision
from tests.canonical.world import World, on


def people(world: World) -> World:
    for number, (email, name) in enumerate(
        [
            ("anna.keller", "Anna Keller"),
            ("john.smith", "John Smith"),
            ("jane.smith", "Jane Smith"),
            ("bo", "Bo Ek"),
            ("lea.novak", "Léa Novák"),
            ("tom.nowak", "Tom Nowak"),
            ("tom.nowak2", "Tom Nowak"),
        ]
    ):
        world.hr(str(number), f"{email}@acme.test", name)
    world.entra("o-0", "anna.keller@acme.test", aliases=["anna.birth@acme.test"])
    return world


def charge(world: World, **row: Any) -> None:
    world.record("charge", system="amex", charged_on=on("09-01"), merchant="ZOOM.US", amount=10,
                 currency="EUR", **row)  # fmt: skip


def state(world: World, identifier: str) -> list[tuple[Any, ...]]:
    return world.store.rows(
        "SELECT p.email, c.method, c.state FROM canonical.identity_candidate c JOIN canonical.account a USING (account_id) "
        "JOIN canonical.person p ON p.person_id = c.person_id WHERE a.identifier = $i ORDER BY 1",
        {"i": identifier},
    )


def test_what_links_and_what_waits_for_a_decision(tmp_path: Path) -> None:
    world = people(World(tmp_path, domains=("acme.test", "acme.example")))
    world.entra("o-9", "info@acme.test", account_kind="shared")
    for login in (
        "ANNA.Keller+figma@acme.test",  # a tag, capitals
        "lea.novak@acme.example",  # another domain of ours, a name that only one has
        "bo@acme.example",  # the same, but too short a name to be sure
        "info@acme.example",
        "ACME\\john.smith",  # a login with its domain
        "jane.smith",  # a bare login
        "LAPTOP-AKELLER",  # a device
        "LAPTOP-TNOWAK",  # a device of two
        "annakeller77@gmail.com",  # a private address that spells the name
        "tomnowak@gmail.com",
    ):
        world.use("web_visit", login.lower(), "miro.com", "09-01", account_name=login.lower())
    charge(world, cardholder="BIRTH/ANNA", card="1111")  # a former name
    charge(world, cardholder="Ek Bo", card="2222")  # turned round: no name of that order
    charge(world, account_name="lea.novak@acme.test", cardholder="L NOVAK", card="3333")
    charge(world, cardholder="L NOVAK", card="3333")  # the card stood beside an address
    world.canonical()
    assert world.linked("anna.keller+figma@acme.test") == (
        "anna.keller@acme.test",
        "human",
        "address with a tag",
    )
    assert world.linked("lea.novak@acme.example") == (
        "lea.novak@acme.test",
        "human",
        "same name in another of our domains",
    )
    assert world.linked("acme\\john.smith") == ("john.smith@acme.test", "human", "login of that name")
    assert world.linked("birth/anna 1111") == ("anna.keller@acme.test", "human", "unique former name")
    assert world.linked("l novak 3333") == ("lea.novak@acme.test", "human", "card seen beside an address")
    for open_one, whose, method in (
        ("bo@acme.example", "bo@acme.test", "same name in another of our domains"),
        ("jane.smith", "jane.smith@acme.test", "login of that name"),
        ("laptop-akeller", "anna.keller@acme.test", "device or login that spells the name"),
        ("annakeller77@gmail.com", "anna.keller@acme.test", "private address that spells the name"),
    ):
        assert world.linked(open_one)[0] is None  # type: ignore[index]
        assert state(world, open_one) == [(whose, method, "open")]
    for nobody in ("laptop-tnowak", "tomnowak@gmail.com", "info@acme.example", "ek bo 2222"):
        assert world.linked(nobody)[0] is None  # type: ignore[index]
        assert state(world, nobody) == []
    # A link just above the threshold is shown to people as well.
    assert state(world, "birth/anna 1111") == [("anna.keller@acme.test", "unique former name", "linked")]


def test_people_decide_and_take_back(tmp_path: Path) -> None:
    world = people(World(tmp_path))
    for login in ("jane.smith", "annakeller77@gmail.com", "anna.keller+x@acme.test"):
        world.use("web_visit", login, "miro.com", "09-01", account_name=login)
    world.canonical()
    ids = dict(world.all("SELECT identifier, account_id FROM canonical.account"))
    jane, anna = world.person("jane.smith@acme.test"), world.person("anna.keller@acme.test")

    def decide(action: str, login: str, person: str | None) -> None:
        record_decision(world.night.settings.home, by="kim", kind="identity", action=action,
                        subject={"account_id": ids[login], "person_id": str(person)})  # fmt: skip

    decide("accept", "jane.smith", jane)
    decide("accept", "annakeller77@gmail.com", jane)  # whatever the machine thinks
    decide("reject", "anna.keller+x@acme.test", anna)
    world.canonical()
    assert world.linked("jane.smith") == ("jane.smith@acme.test", "human", "decided by kim")
    assert world.linked("annakeller77@gmail.com") == ("jane.smith@acme.test", "personal", "decided by kim")
    assert world.linked("anna.keller+x@acme.test")[0] is None  # type: ignore[index]
    assert state(world, "anna.keller+x@acme.test") == [
        ("anna.keller@acme.test", "address with a tag", "rejected")
    ]
    decide("undo", "jane.smith", jane)
    decide("undo", "anna.keller+x@acme.test", anna)
    decide("accept", "annakeller77@gmail.com", anna)  # the last word on an account counts
    world.canonical()
    assert world.linked("jane.smith")[0] is None  # type: ignore[index]
    assert world.linked("anna.keller+x@acme.test")[0] == "anna.keller@acme.test"  # type: ignore[index]
    assert world.linked("annakeller77@gmail.com")[0] == "anna.keller@acme.test"  # type: ignore[index]


def test_the_threshold_of_the_settings_decides_what_is_sure_enough(tmp_path: Path) -> None:
    found = {}
    for threshold in (0.5, 0.99):
        world = people(World(tmp_path / str(threshold), link_threshold=threshold))
        for login in ("laptop-akeller", "anna.keller@acme.test"):
            world.use("web_visit", login, "miro.com", "09-01", account_name=login)
        world.canonical()
        found[threshold] = [
            world.linked(i)[0] is not None for i in ("laptop-akeller", "anna.keller@acme.test", "o-0")
        ]  # type: ignore[index]
    assert found == {0.5: [True, True, True], 0.99: [False, False, True]}


@pytest.mark.parametrize(
    ("gone", "came", "used", "whose"),
    [
        ("03-31", "06-01", ["07-01"], "2"),
        ("03-31", "06-01", ["02-01", "03-01"], "1"),
        ("03-31", "06-01", ["04-15"], "1"),  # after leaving, before anybody else had it
        ("03-31", "06-01", ["02-01", "07-01"], None),  # of both: nobody's
        ("03-31", None, ["07-01"], None),  # not known since when
        ("06-30", "06-01", ["07-01"], None),  # both at a time
    ],
)
def test_an_address_that_was_handed_on(
    tmp_path: Path, gone: str, came: str | None, used: list[str], whose: str | None
) -> None:
    world = World(tmp_path)
    world.hr("1", "anna@acme.test", "Anna Old", hired_on=on("01-01"), left_on=on(gone), status="disabled")
    world.hr("2", "anna@acme.test", "Anna New", hired_on=on(came) if came else None)
    world.entra("o-2", "anna@acme.test", employee_id="2")
    world.record("directory_account", system="entra", account_key="o-1", account_name="anna@acme.test",
                 email="anna@acme.test", status="soft_deleted", employee_id="1")  # fmt: skip
    world.use("web_visit", "anna@acme.test", "miro.com", *used)
    world.use("sign_in", "o-1", "slack", "02-01", account_name="anna@acme.test")
    world.canonical()
    owner = world.all(
        "SELECT d.employee_id FROM canonical.account a JOIN canonical.identity i ON i.namespace = 'employee_id' "
        "AND i.person_id = a.person_id JOIN canonical.directory_account d ON d.employee_id = i.identifier "
        "AND d.system = 'hr' WHERE a.identifier = 'anna@acme.test'"
    )
    assert owner == ([(whose,)] if whose else [])
    assert {r[0] for r in world.all("SELECT link_method FROM canonical.account WHERE system = 'entra'")} == {
        "employee id"
    }
    if whose is None:
        assert world.all("SELECT DISTINCT is_ambiguous FROM canonical.unlinked_reason") == [(True,)]


@pytest.mark.parametrize(
    ("login", "globs", "reason"),
    [
        ("breakglass1@acme.test", (), "break-glass account: for emergencies, nobody's own"),
        ("emergency-admin@acme.test", (), "break-glass account: for emergencies, nobody's own"),
        ("zeus@acme.test", ("zeus@*",), "break-glass account: for emergencies, nobody's own"),
        ("svc-scan@acme.test", (), "the name is a machine's"),
        ("billing@acme.test", (), "the name is a role's"),
        ("buchhaltung@acme.test", (), "the name is a role's"),
        ("comptabilité@acme.test", (), "the name is a role's"),
        ("raum-hopfen@acme.test", (), "the name is a role's"),
        ("salazar@acme.test", (), "nothing tells"),
    ],
)
def test_accounts_of_nobody_say_what_they_are(
    tmp_path: Path, login: str, globs: tuple[str, ...], reason: str
) -> None:
    world = World(tmp_path, break_glass=globs)
    world.hr("1", "anna@acme.test")
    world.record("directory_account", system="entra", account_key="o-9", account_name=login, status="active")
    world.canonical()
    assert world.all("SELECT kind_reason, person_id FROM canonical.account") == [(reason, None)]


def test_identifiers_say_when_they_were_whose(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.hr("1", "anna@acme.test", "Anna Old", hired_on=on("01-01"), left_on=on("03-31"), status="disabled")
    world.hr("2", "anna@acme.test", "Anna New", hired_on=on("06-01"))
    world.hr("3", "ben.new@acme.test", "Ben New")
    world.entra("o-3", "ben.new@acme.test", employee_id="3")
    world.use("sign_in", "o-3", "slack", "07-01", "07-09", account_name="ben.birth@acme.test")
    world.canonical()
    rows = world.all(
        "SELECT DISTINCT p.display_name, i.identifier, i.from_on, i.to_on, i.first_seen_on, i.last_seen_on "
        "FROM canonical.person_identifier i JOIN canonical.person p USING (person_id) "
        "WHERE i.identifier IN ('anna@acme.test', 'ben.birth@acme.test') ORDER BY 1"
    )
    assert rows == [
        ("Anna New", "anna@acme.test", on("06-01"), None, on("09-28"), on("09-28")),
        ("Anna Old", "anna@acme.test", None, on("05-31"), None, None),
        ("Ben New", "ben.birth@acme.test", None, None, on("07-01"), on("07-09")),
    ]
