"""A user list names its app so that matching finds it without a person's help."""

from __future__ import annotations

import re

import pytest

from discovery.catalog.load import read_catalog
from discovery.matching.identify import Identifier, Mention
from discovery.sources.registry import shipped_formats

_APP = re.compile(r"'domain' AS mention_kind,\s+'([^']+)' AS mention,\s+'([^']+)' AS mention_name")
NAMED = sorted({
    (fmt.name, *found.groups())
    for fmt in shipped_formats() if fmt.kind == "app_account"
    for shape in fmt.shapes if (found := _APP.search(shape.select))
})  # fmt: skip


@pytest.mark.parametrize(("name", "domain", "app_name"), NAMED, ids=[n[0] for n in NAMED])
def test_the_app_of_a_list_is_in_the_catalog(name: str, domain: str, app_name: str) -> None:
    catalog = read_catalog()
    match = Identifier(catalog).identify(Mention(domain, "domain"))
    assert match.decision == "accept", match
    app = catalog.app_of(match.app_id or "")
    assert app is not None
    assert app_name.casefold() in (app.name.casefold(), app.vendor.casefold())


def test_there_are_such_lists() -> None:
    assert len({name for name, _, _ in NAMED}) >= 20
