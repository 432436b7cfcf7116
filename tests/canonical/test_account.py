from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.canonical.world import World, on


def reason(world: World, identifier: str) -> tuple[Any, ...]:
    return world.store.rows(
        "SELECT r.reason, r.is_ambiguous, len(r.candidates) FROM canonical.unlinked_reason r "
        "JOIN canonical.account a USING (account_id) WHERE a.identifier = $i",
        {"i": identifier},
    )[0]


@pytest.mark.parametrize(
    ("row", "used_as", "expected"),
    [
        ({"account_name": "anna@acme.test"}, "anna@acme.test", "address"),
        ({"account_name": "a.keller@corp.test", "email": "anna@acme.test"}, "a.keller@corp.test", "address"),
        ({"account_name": "anna@acme.test", "aliases": ["ak@acme.test"]}, "ak@acme.test", "alias"),
        ({"account_name": "x@corp.test", "email": None, "employee_id": "1"}, "x@corp.test", "address"),
        (
            {"account_name": "0123456789abcdef0123456789abcdefanna@acme.test", "email": None},
            "anna@acme.test",
            "address",
        ),
    ],
)
def test_what_an_account_is_linked_by(world: World, row: dict[str, Any], used_as: str, expected: str) -> None:
    world.hr("1", "anna@acme.test")
    world.record(
        "directory_account",
        **{
            "system": "entra",
            "account_key": "o-1",
            "email": "anna@acme.test",
            "status": "active",
            "account_kind": "human",
            **row,
        },
    )
    world.use("web_visit", used_as, "miro.com", "09-01")
    world.canonical()
    assert world.linked("o-1")[:2] == ("anna@acme.test", "human")  # type: ignore[index]
    assert world.linked(used_as) == ("anna@acme.test", "human", expected)


def test_a_former_address_is_known_by_the_same_object_id(world: World) -> None:
    world.hr("1", "anna.married@acme.test")
    world.entra("o-1", "anna.married@acme.test")
    world.use("sign_in", "o-1", "slack", "07-01", account_name="anna.birth@acme.test")
    world.use("sign_in", "o-1", "slack", "09-01", account_name="anna.married@acme.test")
    world.use("web_visit", "anna.birth@acme.test", "miro.com", "07-02")
    assert world.canonical().linked("anna.birth@acme.test") == (
        "anna.married@acme.test",
        "human",
        "former address",
    )


def test_an_alias_of_one_directory_links_the_account_of_another(world: World) -> None:
    world.hr("1", "anna@acme.test")
    world.entra("o-1", "anna@acme.test", aliases=["anna@bought.test"])
    world.record(
        "directory_account",
        system="okta",
        account_key="00u1",
        account_name="anna@bought.test",
        status="active",
        email="anna@bought.test",
    )
    assert world.canonical().linked("00u1")[0] == "anna@acme.test"  # type: ignore[index]


def test_an_identifier_of_two_persons_links_to_none(world: World) -> None:
    world.hr("1", "anna@acme.test", aliases=["sales@acme.test"])
    world.hr("2", "ben@acme.test", aliases=["sales@acme.test"])
    world.use("web_visit", "sales@acme.test", "miro.com", "09-01")
    assert world.canonical().linked("sales@acme.test") == (None, "unknown", None)
    assert reason(world, "sales@acme.test") == ("2 persons go by sales@acme.test: it links to none", True, 2)


def test_an_own_address_outranks_an_alias_of_somebody_else(world: World) -> None:
    world.hr("1", "anna@acme.test")
    world.hr("2", "boss@acme.test")
    world.entra("o-2", "boss@acme.test", aliases=["anna@acme.test"])
    world.use("web_visit", "anna@acme.test", "miro.com", "09-01")
    assert world.canonical().linked("anna@acme.test") == ("anna@acme.test", "human", "address")


@pytest.mark.parametrize(
    ("identifier", "directory", "expected"),
    [
        ("info@acme.test", "shared", ("shared", "shared mailbox")),
        ("svc@acme.test", "service", ("service", "service account")),
        ("kim_partner.test#ext#@acme.onmicrosoft.com", None, ("external", "guest of another company")),
        ("kim@partner.test", None, ("external", "address of another company")),
        (
            "someone@gmail.com",
            None,
            (
                "personal",
                "private address that no roster knows, and no browser shows it beside a work address",
            ),
        ),
        ("nobody@acme.test", None, ("unknown", "no person goes by this address")),
        ("octocat", None, ("unknown", "its login is no address, and no directory knows it")),
    ],
)
def test_kinds_of_accounts_of_nobody(
    world: World, identifier: str, directory: str | None, expected: tuple[str, str]
) -> None:
    world.hr("1", "anna@acme.test")
    if directory:
        world.entra("o-9", identifier, account_kind=directory)
    world.use("web_visit", identifier, "miro.com", "09-01", account_name=identifier)
    assert world.canonical().linked(identifier) == (None, expected[0], None)
    assert reason(world, identifier)[0] == expected[1]


@pytest.mark.parametrize(
    ("cardholder", "card", "expected"),
    [
        ("KELLER/ANNA M", "1111", ("anna.keller@acme.test", "unique card holder name")),
        ("Mrs Anna M Keller", "1111", ("anna.keller@acme.test", "unique card holder name")),
        ("a keller", "1111", ("anna.keller@acme.test", "unique card holder initials")),
        ("SOERENSEN/BO", "1111", (None, None)),
        ("J SMITH", "1111", (None, None)),
        ("JOHN A SMITH", "1111", ("john.smith@acme.test", "unique card holder name")),
        ("TOM NOWAK", "1111", (None, None)),
        ("TOM NOWAK", "4242", ("tom.nowak2@acme.test", "card in the settings")),
        ("ACCOUNTS DEPT", "1111", ("jane.smith@acme.test", "card holder in the settings")),
        ("O'BRIEN/ZOE", "1111", ("zoe.obrien@acme.test", "unique card holder name")),
    ],
)
def test_card_holders(
    tmp_path: Path, cardholder: str, card: str, expected: tuple[str | None, str | None]
) -> None:
    world = World(
        tmp_path, cardholders={"4242": "tom.nowak2@acme.test", "Accounts Dept": "jane.smith@acme.test"}
    )
    for number, (email, name) in enumerate(
        [
            ("anna.keller", "Anna Keller"),
            ("john.smith", "John Smith"),
            ("jane.smith", "Jane Smith"),
            ("tom.nowak", "Tom Nowak"),
            ("tom.nowak2", "Tom Nowak"),
            ("zoe.obrien", "Zoë O’Brien"),
        ]
    ):
        world.hr(str(number), f"{email}@acme.test", name)
    world.record(
        "charge",
        system="amex",
        charged_on=on("09-01"),
        cardholder=cardholder,
        card=card,
        merchant="ZOOM.US",
        amount=10,
        currency="EUR",
    )
    world.canonical()
    found = world.linked(f"{cardholder.lower()} {card}")
    assert found is not None
    assert (found[0], found[2]) == expected


def test_a_private_account_belongs_to_whom_the_same_browser_shows_at_work(world: World) -> None:
    world.hr("1", "anna@acme.test")
    world.hr("2", "ben@acme.test")
    for identifier, key in (
        ("anna@acme.test", "k1"),
        ("anna77@gmail.com", "k1"),
        ("ben@acme.test", "k2"),
        ("lost@gmail.com", "k3"),
        ("both@gmail.com", "k1"),
        ("both@gmail.com", "k2"),
    ):
        world.use("web_visit", identifier, "dropbox.com", "09-01", holder_key=key, method=f"password{key}")
    world.canonical()
    assert world.linked("anna77@gmail.com") == ("anna@acme.test", "personal", "same browser")
    assert world.linked("lost@gmail.com") == (None, "personal", None)
    assert world.linked("both@gmail.com") == (None, "personal", None)


def test_a_shared_login_is_not_given_to_the_browser_it_was_seen_in(world: World) -> None:
    world.hr("1", "anna@acme.test")
    world.entra("o-9", "lab@acme.test", account_kind="shared")
    for identifier in ("anna@acme.test", "lab@acme.test"):
        world.use("web_visit", identifier, "trello.com", "09-01", holder_key="k1", method="password")
    assert world.canonical().linked("lab@acme.test") == (None, "shared", None)


@pytest.mark.parametrize(
    ("login", "row", "kind"),
    [
        ("breakglass1@acme.test", {}, "service"),
        ("breakglass1@acme.test", {"account_kind": "human", "display_name": "Break Glass"}, "service"),
        ("svc-backup@acme.test", {"account_kind": "unknown"}, "service"),
        ("info@acme.test", {}, "shared"),
        ("info@acme.test", {"account_kind": "human"}, None),  # the directory knows better
        ("anna@acme.test", {"account_kind": "unknown"}, None),
    ],
)
def test_without_an_hr_roster_mailboxes_machines_and_emergency_accounts_are_no_persons(
    world: World, login: str, row: dict[str, Any], kind: str | None
) -> None:
    world.record("directory_account", system="entra", account_key="o-9", account_name=login, email=login,
                 **{"status": "active", **row})  # fmt: skip
    world.use("sign_in", "o-9", "slack", "07-01", account_name=login)
    world.canonical()
    assert world.all("SELECT email FROM canonical.person") == ([] if kind else [(login,)])
    assert world.all("SELECT kind, person_id IS NULL FROM canonical.account") == [
        (kind or "human", kind is not None)
    ]


def test_who_is_a_guest_in_one_directory_is_none_at_home(world: World) -> None:
    world.hr("1", "anna@acme.test")
    world.record("directory_account", system="entra", instance="home", account_key="o-1", account_kind="human",
                 account_name="anna@acme.test", email="anna@acme.test", status="active")  # fmt: skip
    world.record("directory_account", system="entra", instance="other", account_key="g-1", account_kind="external",
                 account_name="anna_acme.test#ext#@other.test", email="anna@acme.test", status="active")  # fmt: skip
    world.record("directory_account", system="okta", account_key="u-1", account_name="anna@acme.test",
                 email="anna@acme.test", status="active")  # fmt: skip
    world.use("sign_in", "anna@acme.test", "slack", "07-01", system="push", account_name="anna@acme.test")
    world.use("sign_in", "out@else.test", "slack", "07-01", system="push", account_name="out@else.test")
    world.record("directory_account", system="entra", instance="other", account_key="g-2", account_kind="external",
                 account_name="out_else.test#ext#@other.test", email="out@else.test", status="active")  # fmt: skip
    world.canonical()
    kinds = world.all("SELECT identifier, kind FROM canonical.account ORDER BY identifier")
    assert kinds == [
        ("anna@acme.test", "human"), ("g-1", "external"), ("g-2", "external"), ("o-1", "human"),
        ("out@else.test", "external"), ("u-1", "human"),
    ]  # fmt: skip
