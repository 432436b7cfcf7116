"""Licences that a directory's lists show: which access they are of, what is called how, and when they are gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from discovery.canonical import STEPS as CANONICAL
from discovery.graph import STEPS as GRAPH
from discovery.matching.build import STEPS as MATCHING
from tests.canonical.world import World, on
from tests.sources.conftest import Bench, make_bench

__all__ = ["make_bench"]

ADA, BEN = "ada@acme.example", "ben@acme.example"
E3, POWER_BI = "05e9a617-0261-4cee-bb44-138d3ef5d965", "f8a1db68-be16-40ed-86d5-cb42ce701560"
UNKNOWN = "11111111-2222-3333-4444-555555555555"
ADMIN_CENTRE = (
    "Display name,User principal name,Object Id,First name,Last name,Block credential,Licenses,Proxy addresses\n"
    "Ada Byron,ada@acme.example,u-ada,Ada,Byron,False,Microsoft 365 E3+Enterprise Mobility + Security E3,\n"
)


def users(**licences: list[str]) -> str:
    """`GET /users?$select=…,assignedLicenses`, as saved from Graph: who holds which skuIds."""
    return json.dumps({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": [
        {"id": f"u-{who}", "userPrincipalName": f"{who}@acme.example", "mail": f"{who}@acme.example",
         "displayName": who, "givenName": who, "surname": "Lee", "accountEnabled": True,
         "assignedLicenses": [{"disabledPlans": [], "skuId": sku} for sku in skus]}
        for who, skus in licences.items()
    ]})  # fmt: skip


def graph_of(bench: Bench) -> Callable[[str], list[tuple[Any, ...]]]:
    """Read the inbox and build the graph; ask it."""
    assert {system: o.error for system, o in bench.read().items() if o.error} == {}
    assert bench.unbalanced() == []
    for step in (*CANONICAL[1:], *MATCHING, *GRAPH):
        step.build(bench.store, bench.night)
    return bench.store.rows


SCOPE = ("SELECT p.email, a.app_id, a.licence, a.class, a.sources FROM graph.access AS a "
         "JOIN canonical.person AS p USING (person_id) ORDER BY ALL")  # fmt: skip


def test_the_export_of_users_says_which_licences_to_take_back(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.put("users.json", users(ada=[E3, POWER_BI, UNKNOWN], ben=[]))
    ask = graph_of(bench)
    assert ask(SCOPE) == [
        # What is not known is shown as it is; it is taken back where all licences of a tenant are.
        (ADA, "microsoft-365", f"{UNKNOWN}, Microsoft 365 E3", "unmanaged", ["assignment"]),
        (ADA, "power-bi", "Power BI Pro", "unmanaged", ["assignment"]),
    ]
    assert ask("SELECT DISTINCT action FROM graph.access WHERE app_id = 'power-bi'") == [
        ("Take back the licence of Power BI in the identity provider.",)
    ]
    assert ask("SELECT summary, record FROM graph.evidence WHERE app_id = 'power-bi'") == [
        ("has the licence Power BI Pro", f"u-ada:{POWER_BI}")
    ]
    assert ask("SELECT approval FROM graph.app_fact WHERE app_id = 'power-bi'") == [("approved",)]


def test_licences_of_files_read_in_one_go_stay_with_their_file(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    held = {"one": {"ada": [E3, POWER_BI]}, "two": {"ben": [E3]}, "three": {"cleo": []}}
    for name, licences in held.items():
        bench.put(f"{name}.json", users(**licences))
    bench.read()
    files = {file["file_name"].removesuffix(".json"): file["file_id"] for file in bench.files().values()}
    got = {name: sorted(r["licence"] for r in bench.records("licence", files[name])) for name in held}
    assert got == {"one": [E3, POWER_BI], "two": [E3], "three": []}
    assert bench.unbalanced() == []


def test_a_product_is_one_licence_whatever_a_list_calls_it(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.put("users.json", users(ada=[E3, UNKNOWN]))
    bench.put("admin.csv", ADMIN_CENTRE)
    bench.put("details.json", "".join(
        json.dumps({"userId": "u-ada", "skuId": sku, "skuPartNumber": part, "servicePlans": []}) + "\n"
        for sku, part in ((E3, "SPE_E3"), (UNKNOWN, "ACME_SPECIAL"))
    ))  # fmt: skip
    assert [row[:3] for row in graph_of(bench)(SCOPE)] == [
        (ADA, "microsoft-365", "ACME_SPECIAL, Enterprise Mobility + Security E3, Microsoft 365 E3")
    ]


def listed(world: World, day: str, *licences: tuple[str, str], is_complete: bool = True) -> None:
    """A list of a day: who holds which licence."""
    world.file(f"list-{day}", is_complete=is_complete)
    for who, sku in licences:
        world.record("licence", system="entra", account_key=who, licence=sku, licence_key=sku, snapshot_on=on(day),
                     file_id=f"list-{day}", event_id=f"{who}:{sku}")  # fmt: skip


def ends(world: World) -> dict[tuple[str, str], date | None]:
    rows = world.canonical().all("SELECT identifier, product, ended_on FROM canonical.licence")
    return {(who, product): ended for who, product, ended in rows}


def test_a_later_list_ends_what_it_lacks(world: World) -> None:
    many = [(f"o-{number}", E3) for number in range(30)]
    listed(world, "09-01", ("o-ada", E3), ("o-ada", POWER_BI), ("o-ben", E3), *many)
    # Ada has another licence now, Ben has none.
    listed(world, "09-20", ("o-ada", E3), *many)
    found = ends(world)
    assert found["o-ada", "Microsoft 365 E3"] is None
    assert found["o-ada", "Power BI Pro"] == found["o-ben", "Microsoft 365 E3"] == on("09-19")


def test_a_list_of_one_person_ends_nobody_elses(world: World) -> None:
    listed(world, "09-01", ("o-ada", E3), ("o-ada", POWER_BI), ("o-ben", E3))
    listed(world, "09-20", ("o-ada", E3), is_complete=False)
    found = ends(world)
    assert (found["o-ada", "Power BI Pro"], found["o-ben", "Microsoft 365 E3"]) == (on("09-19"), None)


def test_the_first_list_shows_no_licence_as_given_after_the_last_day(world: World) -> None:
    """Even where lists of assignments reach further back: they tell nothing of licences."""
    world.app("slack", "slack-id", approval="approved")
    world.file("assigned")
    for day in ("08-01", "09-28"):
        world.record("assignment", system="entra", account_key="o-ada", mention_kind="app_id", mention="slack-id",
                     client_key="slack", event_id="a1", file_id="assigned", snapshot_on=on(day))  # fmt: skip
    world.entra("o-ada", "ada@acme.test", left_on=on("08-15"))
    listed(world, "09-28", ("o-ada", E3))
    world.build()
    assert world.edge("ada@acme.test", "microsoft-365") is not None
    rules = [rule for (rule,) in world.all("SELECT rule FROM graph.finding WHERE app_id = 'microsoft-365'")]
    assert rules == []
