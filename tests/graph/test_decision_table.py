"""The decision table over every combination of its inputs, against the rules said again in Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discovery.store import Store, sql_file
from discovery.tables import TABLES

INPUTS = [c.name for c in TABLES["graph.access_fact"].columns if c.type == "BOOLEAN"]


@pytest.fixture(scope="module")
def verdicts() -> Iterator[Store]:
    with Store.memory() as store:
        bits = ", ".join(f"(i >> {n}) & 1 = 1 AS {name}" for n, name in enumerate(INPUTS))
        store.run(
            f"CREATE OR REPLACE TABLE graph.access_fact AS SELECT CAST(i AS VARCHAR) AS person_id, 'a' AS app_id, {bits} "
            f"FROM range({2 ** len(INPUTS)}) t(i)"
        )
        store.replace("graph.access_verdict", sql_file("discovery.graph", "access_verdict"))
        store.run(
            "CREATE TABLE case_row AS FROM graph.access_fact JOIN graph.access_verdict USING (person_id, app_id)"
        )
        yield store


def test_every_combination_has_exactly_one_verdict(verdicts: Store) -> None:
    count, persons = verdicts.rows("SELECT count(*), count(DISTINCT person_id) FROM case_row")[0]
    assert count == persons == 2 ** len(INPUTS)
    assert (
        verdicts.rows(
            "SELECT * FROM graph.access_verdict WHERE class IS NULL OR class_reason IS NULL "
            "OR survives_reason IS NULL OR route IS NULL OR route_reason IS NULL LIMIT 1"
        )
        == []
    )


def test_every_line_of_the_table_is_reached(verdicts: Store) -> None:
    text = sql_file("discovery.graph", "access_verdict")
    for column in ("class_reason", "survives_reason", "route_reason"):
        for (reason,) in verdicts.rows(f"SELECT DISTINCT {column} FROM case_row"):
            assert reason.replace("'", "''") in text
    assert verdicts.rows(
        "SELECT count(DISTINCT class_reason), count(DISTINCT survives_reason), "
        "count(DISTINCT route_reason) FROM case_row"
    ) == [(11, 14, 4)]


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("scim_managed is evidenced, never assumed", "(class = 'scim_managed') <> is_provisioned"),
        (
            "shadow is what is not approved and not provisioned",
            "(class = 'shadow') <> (NOT is_provisioned AND NOT is_approved)",
        ),
        (
            "sso is enforced, or sign-ins through the IdP and no other way in",
            "(class = 'sso') <> (NOT is_provisioned AND is_approved AND (is_enforced OR has_idp_login AND NOT "
            "(has_own_login OR has_personal OR has_shared OR has_token)))",
        ),
        (
            "a personal account, a token, a shared login and a foreign grant survive",
            "(has_personal OR has_token OR has_shared OR has_foreign_grant) AND survives_idp_disable IS DISTINCT FROM true",
        ),
        (
            "a password survives unless single sign-on is enforced",
            "has_own_login AND NOT is_enforced AND survives_idp_disable IS DISTINCT FROM true",
        ),
        (
            "it survives for a reason that was seen, or says that it is assumed",
            "survives_idp_disable AND NOT (has_own_login OR has_personal OR has_token OR has_shared OR has_foreign_grant) "
            "AND NOT starts_with(survives_reason, 'assumed:')",
        ),
        (
            "false needs a sign-in through the IdP, enforcement or a consent in the IdP",
            "survives_idp_disable = false AND NOT (has_idp_login OR is_enforced OR has_idp_grant)",
        ),
        (
            "a charge alone is not known",
            "has_charge AND NOT (has_own_login OR has_personal OR has_token OR has_shared OR has_foreign_grant OR is_enforced "
            "OR has_idp_login OR has_idp_grant OR has_app_account) AND survives_idp_disable IS NOT NULL",
        ),
        ("route scim means class scim_managed", "(route = 'scim') <> (class = 'scim_managed')"),
        ("route api needs a recipe", "(route = 'api') <> (has_recipe AND class <> 'scim_managed')"),
        (
            "route idp means sso that does not survive",
            "(route = 'idp') <> (class = 'sso' AND survives_idp_disable IS NOT DISTINCT FROM false AND NOT has_recipe)",
        ),
    ],
)
def test_the_rules_hold_for_all_combinations(verdicts: Store, sentence: str, wrong: str) -> None:
    assert verdicts.rows(f"SELECT * FROM case_row WHERE {wrong} LIMIT 1") == [], sentence
