"""How much is not seen: the estimate, what each source found alone, freshness, gaps and blind spots."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from discovery.store import Store, sql_file
from tests.canonical.world import World, at, on

ANNA = "anna@acme.test"


def estimated(found: dict[str, str]) -> dict[str, object]:
    """Run the estimate on apps and the families that found them: i(dentity provider), b(rowser), m(oney)."""
    with Store.memory() as store:
        for app, families in found.items():
            for family in families:
                name = {"i": "identity provider", "b": "browser", "m": "money"}[family]
                store.run(
                    "INSERT INTO graph.app_source BY NAME SELECT $a AS app_id, $f AS source, 's' AS system, $f AS family",
                    {"a": app, "f": name},
                )
        return store.dicts(sql_file("discovery.graph", "coverage") + " ORDER BY subject DESC")[0]


def chao(seen: int, q1: int, q2: int, m: int) -> tuple[float, float, float]:
    """Chao 1987 for incidences, written down a second time: estimate and 95 % interval."""
    a = (m - 1) / m
    r = q1 / q2
    unseen = a * q1 * q1 / (2 * q2)
    variance = q2 * (a / 2 * r**2 + a**2 * r**3 + a**2 / 4 * r**4)
    k = math.exp(1.96 * math.sqrt(math.log(1 + variance / unseen**2)))
    return seen + unseen, seen + unseen / k, seen + unseen * k


def test_the_estimate_is_chaos_lower_bound_with_its_interval() -> None:
    found = {f"a{n}": families for n, families in enumerate(["i"] * 6 + ["b"] * 3 + ["ib"] * 4 + ["ibm"] * 5)}
    row = estimated(found)
    estimate, lower, upper = chao(18, 9, 4, 3)
    assert (row["subject"], row["family_count"], row["observed_count"]) == ("app", 3, 18)
    assert (row["once_count"], row["twice_count"]) == (9, 4)
    assert row["estimate"] == pytest.approx(estimate, abs=0.06)
    assert row["lower_bound"] == pytest.approx(lower, abs=0.06)
    assert row["upper_bound"] == pytest.approx(upper, abs=0.06)
    assert lower < estimate < upper
    assert str(row["reason"]).startswith("at least 7 more")


@pytest.mark.parametrize(
    ("found", "estimate", "reason"),
    [
        ({}, None, "there is none"),
        ({"a": "i", "b": "i"}, None, "there is one"),
        ({"a": "ib", "b": "ib"}, 2.0, "no sign of unseen ones"),
        (
            {"a": "i", "b": "b", "c": "m"},
            3 + 2 / 3 * 3 * 2 / 2,
            "at least 2 more",
        ),  # nothing in common: corrected form
    ],
)
def test_what_cannot_be_estimated_is_said(found: dict[str, str], estimate: float | None, reason: str) -> None:
    row = estimated(found)
    assert row["estimate"] == (pytest.approx(estimate) if estimate is not None else None)
    assert reason in str(row["reason"])


@pytest.mark.parametrize(("persons", "is_told"), [(2, False), (40, True)])
def test_more_accesses_than_persons_with_apps_are_not_claimed(persons: int, is_told: bool) -> None:
    with Store.memory() as store:
        for n in range(persons):
            store.run("INSERT INTO canonical.person (person_id) VALUES ($p)", {"p": f"p{n}"})
        for source, system, family in (
            ("sign_in", "entra", "identity provider"),
            ("charge", "amex", "money"),
        ):
            for app in ("a", "b", "c", "d"):
                store.run(
                    "INSERT INTO graph.app_source BY NAME SELECT $a AS app_id, $s AS source, $y AS system, $f AS family",
                    {"a": app, "s": source, "y": system, "f": family},
                )
                store.run(
                    "INSERT INTO graph.trace BY NAME SELECT $a AS app_id, $s AS source, $y AS system, true AS is_proof, "
                    "CASE WHEN $s = 'charge' THEN 'p0' ELSE 'p1' END AS person_id",
                    {"a": app, "s": source, "y": system},
                )
        app, access = store.dicts(sql_file("discovery.graph", "coverage") + " ORDER BY subject DESC")
    assert (app["observed_count"], app["estimate"]) == (4, 4.0)
    assert (access["observed_count"], access["once_count"]) == (8, 8)
    assert (access["estimate"] is not None) == is_told
    assert (access["lower_bound"] is not None) == is_told
    assert ("too little in common" in access["reason"]) != is_told


def test_what_each_source_found_alone_and_how_fresh_it_is(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.hr("1", ANNA, "Anna Keller")
    world.hr("2", "ben@acme.test", "Ben Osei")
    world.entra("o-1", ANNA)
    world.app("slack", "slack-id", approval="approved")
    world.app("slack", "slack.com", kind="domain")
    world.app("miro", "miro.com", kind="domain")
    world.app("canva", "CANVA", kind="merchant")
    world.app("jira", "Jira", kind="label")
    days = [f"{month:02}-{day:02}" for month in (7, 8) for day in range(1, 29) if (month, day) < (8, 20)]
    world.use("sign_in", "o-1", "slack-id", *days, "09-30")
    world.use("web_visit", ANNA, "slack.com", "09-01", method="password")
    world.use("web_visit", ANNA, "miro.com", "09-01", "09-02", method="password")
    world.use(
        "web_visit", "laptop-akeller", "miro.com", "09-02", method="password", account_name="laptop-akeller"
    )
    world.record("charge", system="amex", charged_on=on("09-01"), account_name=ANNA, merchant="CANVA",
                 amount=9, currency="EUR")  # fmt: skip
    world.record("app_account", system="app_list", account_name=ANNA, mention_kind="label", mention="Jira",
                 status="active")  # fmt: skip
    world.build()
    alone = "SELECT source, family, app_count, app_alone_count, access_alone_count, apps_alone FROM graph.source_coverage ORDER BY 1"
    assert world.all(alone) == [
        ("app_account", None, 1, 1, 1, ["jira"]),
        ("charge", "money", 1, 1, 1, ["canva"]),
        ("sign_in", "identity provider", 1, 0, 0, []),
        ("web_visit", "browser", 2, 1, 1, ["miro"]),
    ]
    app = world.store.dicts("SELECT * FROM graph.coverage WHERE subject = 'app'")[0]
    assert (app["family_count"], app["observed_count"], app["once_count"], app["twice_count"]) == (3, 3, 2, 1)
    fresh = "SELECT source, last_at::DATE, age_days, retention_days, lag_hours FROM graph.source_freshness WHERE source IN ('sign_in', 'charge') ORDER BY 1"
    assert world.all(fresh) == [
        ("charge", on("09-01"), 29, None, 120),
        ("sign_in", on("09-30"), 0, 30, 1),
    ]
    spots = {
        (who, source): (begin, end, reason)
        for who, source, begin, end, reason in world.all(
            "SELECT p.email, b.source, b.from_at, b.to_at, b.reason FROM graph.blind_spot AS b "
            "LEFT JOIN canonical.person AS p USING (person_id)"
        )
        if "before the first" not in reason and "after the last" not in reason
    }
    gaps = [
        s for (who, source), s in spots.items() if source == "sign_in entra (main)" and "exported" in s[2]
    ]
    lags = [r for (r,) in world.all("SELECT reason FROM graph.blind_spot WHERE reason LIKE '%late%'")]
    assert lags == ["records come up to 1 hour late: the newest may be missing"]
    assert world.all("SELECT from_at, to_at, reason FROM graph.blind_spot WHERE reason LIKE 'no record in%'") == [
        (at("08-20 00:00"), at("09-30 00:00"),
         "no record in 41 days, as if nothing had been exported; the system keeps 30 days: what is older than "
         "2026-08-31 is lost, the rest can still be exported")
    ]  # fmt: skip
    assert len(gaps) <= 1
    assert spots[ANNA, "account"][2] == (
        "1 account that is linked to nobody may be this person's: laptop-akeller in push (device or login that spells the name)"
    )
    assert spots["ben@acme.test", "directory_account"][2] == (
        "no account of this person in any identity provider is known"
    )
    assert spots["ben@acme.test", "web_visit"][2] == "no browser of this person was recorded"
    assert (ANNA, "directory_account") not in spots
