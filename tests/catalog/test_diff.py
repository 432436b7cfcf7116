"""What moves from one catalog to another."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from discovery.catalog import Alias, App, Catalog, read_catalog
from discovery.catalog.diff import Change, catalog_in, compare
from discovery.errors import BadUse


def catalog(*apps: App, aliases: tuple[Alias, ...] = ()) -> Catalog:
    return Catalog.of(apps, aliases)


def test_equal_catalogs_do_not_differ() -> None:
    assert compare(read_catalog(), read_catalog()).changes == ()


def test_apps_come_go_and_are_renamed() -> None:
    old = catalog(App("acme", "Acme"), App("gone", "Gone"))
    new = catalog(App("acme", "Acme Suite", approval="blocked"), App("lumen", "Lumen"))
    assert compare(old, new).changes == (
        Change("changed", "acme", "discovered", "blocked", "approval"),
        Change("renamed", "acme", "Acme", "Acme Suite"),
        Change("removed", "gone", "Gone"),
        Change("added", "lumen", None, "Lumen"),
    )


def test_a_merged_app_hands_on_its_aliases_without_their_moving() -> None:
    old = catalog(
        App("a", "A"),
        App("b", "B"),
        aliases=(Alias("a", "a.example", "domain"), Alias("b", "b.example", "domain")),
    )
    new = catalog(App("b", "B"), aliases=(Alias("b", "a.example", "domain"), Alias("b", "b.example", "domain"),
                                          Alias("b", "a", "former_id")))  # fmt: skip
    found = compare(old, new)
    assert found.merged == {"a": "b"}
    assert found.changes == (Change("merged", "a", "A", "b"),)


def test_aliases_come_go_and_move() -> None:
    apps = (App("a", "A"), App("b", "B"))
    old = catalog(*apps, aliases=(Alias("a", "Lumen", "name"), Alias("a", "old.example", "domain")))
    new = catalog(*apps, aliases=(Alias("b", "lumen", "name"), Alias("b", "new.example", "domain")))
    assert {(c.what, c.app_id, c.before, c.after) for c in compare(old, new).changes} == {
        ("alias moved", "b", "Lumen of a", "lumen"),
        ("alias removed", "a", "old.example", None),
        ("alias added", "b", None, "new.example"),
    }


def test_the_shipped_files_read_as_a_folder_are_the_shipped_catalog() -> None:
    folder = Path(str(resources.files("discovery.catalog").joinpath("data")))
    assert compare(catalog_in(folder), read_catalog()).changes == ()


@pytest.mark.parametrize(
    ("app", "alias", "expected"),
    [
        (None, None, "app.csv: no such file"),
        ("app_id,name\na,A\n", None, "app.csv: row 1: column vendor"),
        (
            "app_id,name,vendor,domain,category,scim_support,scim_plan,facts_as_of\na,A,,,,,,\n",
            "app_id,alias,kind,strength\nb,B,name,\n",
            "alias.csv: row 2, column app_id: 'b'; expected an app of app.csv",
        ),
    ],
)
def test_a_folder_that_is_no_catalog_is_refused(
    tmp_path: Path, app: str | None, alias: str | None, expected: str
) -> None:
    for name, text in (("app.csv", app), ("alias.csv", alias)):
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadUse) as raised:
        catalog_in(tmp_path)
    assert expected in str(raised.value)
