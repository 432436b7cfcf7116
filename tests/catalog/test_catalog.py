"""The shipped catalog: what it holds, and that it is sound."""

from __future__ import annotations

import csv
import re
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from discovery.catalog import load_catalog, read_catalog
from discovery.catalog.builder import APP_COLUMNS
from discovery.catalog.identifiers import apps_that_count
from discovery.catalog.load import HOST_KINDS, data_rows
from discovery.catalog.naming import is_host, registrable_domain
from discovery.catalog.sku import TENANT_APP, read_skus
from discovery.errors import BadSettings
from discovery.store import Store


def overlay(folder: Path, *lines: str) -> Path:
    path = folder / "apps.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_alias_belongs_to_an_app_and_is_unique_in_its_kind() -> None:
    catalog = read_catalog()
    rows = list(data_rows("alias.csv"))
    assert {row["app_id"] for row in rows} <= set(catalog.apps)
    assert len(catalog.aliases) == len(rows)


def test_hosts_are_hosts_and_domains_are_registrable() -> None:
    for alias in read_catalog().aliases:
        if alias.kind in HOST_KINDS and "/" not in alias.alias:
            assert is_host(alias.alias.removeprefix("*.")), alias
        if alias.kind == "domain":
            assert registrable_domain(alias.alias) == alias.alias, alias


def test_no_shared_domain_belongs_to_an_app() -> None:
    shared = {row["domain"] for row in data_rows("shared_domain.csv")}
    assert not shared & {a.alias for a in read_catalog().aliases if a.kind == "domain"}


def test_generic_technologies_and_consumer_sites_are_no_apps() -> None:
    catalog = read_catalog()
    for text in ("jQuery", "React", "nginx", "bbc.co.uk", "google.com", "amazon.co.uk", "wikipedia.org"):
        assert catalog.app_of(text) is None, text


def test_ids_in_the_ledger_keep_their_meaning() -> None:
    ledger = {row["app_id"]: row for row in data_rows("ids.csv")}
    assert set(read_catalog().apps) <= set(ledger)
    assert Counter(row["app_id"] for row in data_rows("ids.csv")).most_common(1)[0][1] == 1


def test_microsofts_licences_are_of_apps_that_there_are() -> None:
    skus = read_skus()
    assert {sku.app_id for sku in skus} | {TENANT_APP} <= set(read_catalog().apps)
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", sku.sku_id) for sku in skus)
    for column in ("sku_id", "part_number"):
        assert len({getattr(sku, column).lower() for sku in skus}) == len(skus), column
    # What one name means does not depend on which kind of name it is.
    meant: dict[str, set[str]] = {}
    for sku in skus:
        for name in (sku.sku_id, sku.part_number, sku.product):
            meant.setdefault(name.lower(), set()).add(sku.product)
    assert [name for name, products in meant.items() if len(products) > 1] == []


def test_facts_carry_source_and_date() -> None:
    for app in read_catalog().apps.values():
        if app.scim_support is not None:
            assert app.facts_source, app
            assert app.facts_as_of, app


def test_files_are_sorted_and_named_in_the_notice() -> None:
    folder = resources.files("discovery.catalog").joinpath("data")
    with folder.joinpath("app.csv").open(encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        ids = [row["app_id"] for row in reader]
        assert tuple(reader.fieldnames or ()) == APP_COLUMNS
    assert ids == sorted(ids)
    notice = folder.joinpath("NOTICE").read_text(encoding="utf-8")
    assert all(f.name in notice for f in folder.iterdir() if f.name != "NOTICE")


def test_there_are_three_thousand_apps_that_count() -> None:
    assert len(apps_that_count(read_catalog())) >= 3000


def test_what_was_merged_is_found_by_its_former_id() -> None:
    catalog = read_catalog()
    for row in data_rows("renamed.csv"):
        app = catalog.app_of(row["former_id"])
        assert app is None if row["app_id"] == "gone" else app is not None and app.app_id == row["app_id"]


@pytest.mark.parametrize(
    "name", ["Toast", "Reed", "Granola", "Harvey", "Clover", "Motive", "Wire", "Gem", "Dust"]
)
def test_a_common_word_or_surname_needs_a_second_sign(name: str) -> None:
    alias = read_catalog().find("name", name.lower())
    assert alias is not None
    assert alias.strength == "c"


def test_loading_fills_both_tables() -> None:
    with Store.memory() as store:
        catalog = load_catalog(store)
        assert store.count("matching.app") == len(catalog.apps)
        assert store.count("matching.app_alias") == len(catalog.aliases)


def test_overlay_amends_by_id_domain_and_name_and_adds(tmp_path: Path) -> None:
    path = overlay(
        tmp_path,
        "app_id,name,domain,aliases,category,approval,owner_email",
        "slack,,,,,approved,IT@acme.example",
        ",,notion.so,,,blocked,",
        ",Figma,,,,needs_review,",
        ",Lumen Portal,lumen.example,Lumen;portal.lumen-old.example,intranet,approved,",
    )
    catalog = read_catalog(path)
    assert catalog.apps["slack"].approval == "approved"
    assert catalog.apps["slack"].owner_email == "it@acme.example"
    assert catalog.apps["slack"].name == "Slack"
    assert catalog.apps["notion"].approval == "blocked"
    assert catalog.apps["figma"].approval == "needs_review"
    added = catalog.app_of("lumen.example")
    assert added is not None
    assert (added.app_id, added.category) == ("lumen-portal", "intranet")
    assert catalog.find("app_domain", "portal.lumen-old.example") is not None


def test_a_host_that_the_overlay_claims_is_its_own_in_every_way(tmp_path: Path) -> None:
    catalog = read_catalog(
        overlay(tmp_path, "name,domain,aliases", "Lumen Boards,lumen.example,miro.com;Miro")
    )
    assert read_catalog().find("app_domain", "miro.com") is not None
    assert catalog.find("app_domain", "miro.com") is None
    for kind, key in (("domain", "miro.com"), ("name", "miro")):
        alias = catalog.find(kind, key)
        assert alias is not None
        assert alias.app_id == "lumen-boards"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("app_id,name,colour", "a,b,c"), "row 1, column colour"),
        (("app_id,name,approval", ",Lumen,maybe"), "row 2, column approval: 'maybe'"),
        (("app_id,name,domain", ",Lumen,https://lumen.example/x"), "row 2, column domain"),
        (("app_id,name,owner_email", ",Lumen,nobody"), "row 2, column owner_email: 'nobody'"),
        (("app_id,name", "No Such App,"), "row 2, column app_id: 'No Such App'"),
        (("app_id,name", "no-such-app,"), "row 2, column app_id: 'no-such-app'"),
        (("app_id,name", "a,b,c"), "row 2, column name"),
        (("app_id,name,aliases", ",Lumen,Aurora", ",Borealis,aurora"), "row 3, column aliases: 'aurora'"),
        (("app_id,name,domain", ",,unknown.example"), "row 2, column name"),
    ],
)
def test_bad_overlay_values_are_named(tmp_path: Path, lines: tuple[str, ...], expected: str) -> None:
    with pytest.raises(BadSettings) as raised:
        read_catalog(overlay(tmp_path, *lines))
    assert expected in str(raised.value)
    assert "expected" in str(raised.value)
    assert "apps.csv" in str(raised.value)


def test_missing_overlay_is_a_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no such file"):
        read_catalog(tmp_path / "none.csv")
