"""A user list names its app so that matching finds it without a person's help."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

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


ZOOM = "Email,First Name,Last Name,Department,User Type,Large Meeting,Webinar,Last Sign In,Account Status,Role,User Group\n"
PLAIN = "App,Email,Status,Role,Last active,Created\n"
SALES = (
    '"Username","Last Name","First Name","Email","Alias","Active","Last Login","Role","Profile","User ID"\n'
)


@pytest.mark.parametrize(
    ("header", "first", "proof", "read"),
    [
        (ZOOM, "a@b.example,A,B,,Basic,No,No,{},Active,Member,\n", "11/20/2026", datetime(2026, 2, 3)),
        (PLAIN, "Miro,a@b.example,Active,Member,,{}\n", "20.11.2026", datetime(2026, 3, 2)),
        (SALES, '"a@b.example","B","A","a@b.example","a","1","{}","","Standard","005"\n', "20.11.2026, 08:00",
         datetime(2026, 3, 2)),
    ],
)  # fmt: skip
def test_one_day_of_a_list_proves_the_order_of_all(
    make_bench: Callable[..., Any], header: str, first: str, proof: str, read: datetime
) -> None:
    same = proof.replace("11/20", "02/03").replace("20.11", "02.03")
    bench = make_bench()
    bench.put(
        "proven.csv",
        header + first.format(same) + first.replace("a@", "c@").replace("005", "006").format(proof),
    )
    bench.put("not.csv", header + first.format(same))
    bench.put("both.csv", header + first.format(proof) + first.replace("a@", "c@").format("31/31/2026"))
    bench.read()
    rows = {name: (f["rows_loaded"], f["rows_quarantined"]) for name, f in bench.files().items()}
    assert rows == {"proven.csv": (2, 0), "not.csv": (0, 1), "both.csv": (0, 2)}
    times = {t for r in bench.records("app_account") for t in (r["last_active_at"], r["created_at"]) if t}
    assert read.date() in {t.date() for t in times}
