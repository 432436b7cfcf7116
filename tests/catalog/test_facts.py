"""Facts about deprovisioning: sourced, dated, of known kinds; and which apps count."""

from __future__ import annotations

import pytest

from discovery.catalog import Alias, App, read_catalog
from discovery.catalog.facts import facts_of, problem_of, read_facts
from discovery.catalog.identifiers import counts, further_identifiers
from discovery.catalog.load import data_rows


def test_every_fact_is_of_an_app_has_a_source_and_a_known_kind() -> None:
    apps = read_catalog().apps
    for app_id, facts in read_facts().items():
        assert app_id in apps
        for fact in facts:
            assert problem_of(fact.fact, fact.value) is None, fact
            assert fact.source, fact
            assert fact.as_of.year >= 2026, fact


def test_facts_written_by_hand_link_to_their_source() -> None:
    for row in data_rows("fact.csv"):
        assert row["source"].startswith("https://"), row


def test_forty_apps_have_a_quirk_that_matters_to_leaving() -> None:
    quirks = ("inactive_", "purge_days.", "delete_effect", "token_days", "matches_on")
    apps = {app_id for app_id, facts in read_facts().items() if any(f.fact.startswith(quirks) for f in facts)}
    assert len(apps) >= 40, sorted(apps)


def test_webex_purges_by_path() -> None:
    said = {fact.fact: fact.value for fact in facts_of("webex")}
    assert said["purge_days.deactivated"] == "30"
    assert said["purge_days.scim_inactive_gallery"] == "7"
    assert said["purge_days.scim_inactive_manual"] == "unknown"
    assert said["purge_days.directory_connector_born"] == "never"
    assert (said["matches_on"], said["token_days"]) == ("externalId", "365")
    assert said["purge_days.directory_connector_delete"] == "7"
    assert said["inactive_ends_sessions"] == "yes"
    assert said["entra_provisioning"] == "yes"


def test_what_is_not_known_is_not_said() -> None:
    assert facts_of("no-such-app") == ()
    assert "inactive_frees_licence" not in {fact.fact for fact in facts_of("notion")}


@pytest.mark.parametrize(
    ("fact", "value", "is_right"),
    [
        ("purge_days.admin_delete", "30", True),
        ("purge_days.admin_delete", "never", True),
        ("purge_days.admin_delete", "unknown", True),
        ("purge_days.admin_delete", "a month", False),
        ("token_days", "365", True),
        ("token_days", "a year", False),
        ("scim_support", "partial", True),
        ("scim_support", "", False),
        ("deletion_page", "http://acme.example/delete", False),
        ("colour", "blue", False),
    ],
)
def test_values_of_facts(fact: str, value: str, *, is_right: bool) -> None:
    assert (problem_of(fact, value) is None) is is_right


def test_an_app_counts_with_a_domain_and_two_identifiers_or_a_fact() -> None:
    app = App("acme", "Acme", domain="acme.example")
    own = [Alias("acme", "ACME", "name"), Alias("acme", "acme.example", "domain")]
    more = [Alias("acme", "login.acme.example", "login_domain"), Alias("acme", "Acme Suite", "name")]
    assert further_identifiers(app, own) == []
    assert not counts(app, [*own, more[0]])
    assert not counts(
        app, [*own, more[0], Alias("acme", "ACME", "browser_app_type"), Alias("acme", "old", "former_id")]
    )
    assert counts(app, [*own, *more])
    assert counts(app, own, facts_of("webex"))
    assert not counts(App("acme", "Acme"), [*own, *more])
