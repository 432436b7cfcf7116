from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from discovery.settings import Settings
from discovery.store import Store
from discovery.web.listing import table_of
from discovery.web.listings import LISTINGS
from discovery.web.site import Site
from tests.web.conftest import Serve, Served
from tests.web.world import ADA, APP, MENTION, write_home

HOSTILE = (
    "\"><img src=x onerror=alert(1)>'</title></script><script>alert(2)</script>{{7*7}}{% raw %}"
    "javascript:alert(3)<svg/onload=alert(4)>\u202egnp\x1b[31m =HYPERLINK(1)"
)


def key() -> str:
    from discovery.report.decision import key_of

    return key_of(MENTION, "merchant")


def pages() -> list[str]:
    return [
        "/", "/people", "/people?status=left", "/people?status=active", f"/people/{ADA}", f"/people/{ADA}/apps/{APP}",
        f"/people/{ADA}/apps/sketch", f"/people/{ADA}/plan", f"/people/{ADA}/compare", f"/people/{ADA}/dossier.html", "/apps",
        "/apps?class=shadow", f"/apps/{APP}", "/queue", f"/queue/{key()}", f"/queue/{key()}?app=figma", "/cases", "/cases?show=all",
        "/findings", "/findings?severity=high", "/runs", "/runs?state=loaded", "/search?q=a", "/search?q=zzz", "/search",
    ]  # fmt: skip


class Shape(HTMLParser):
    """Tags and names of attributes, counted; text apart."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[" ".join([tag, *(name for name, _ in attrs)])] += 1
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def shape_of(text: str) -> Shape:
    shape = Shape()
    shape.feed(text)
    return shape


def test_every_page_is_there_and_has_its_landmarks(served: Served) -> None:
    for page in pages():
        answer = served.get(page)
        assert answer.status_code == 200, page
        if "dossier" not in page:
            text = answer.text
            assert [
                text.count(tag) for tag in ("<main", "<h1", "<nav aria-label", 'class="skip"', 'lang="en"')
            ][:2] == [1, 1]
            assert 'href="#content"' in text
            assert text.count("<table>") == text.count("<caption"), page


def test_text_from_files_is_text_on_every_page(serve: Serve, tmp_path: Path) -> None:
    plain = serve(tmp_path / "plain", mark=lambda said: "plain words")
    hostile = serve(tmp_path / "hostile", mark=lambda said: HOSTILE)
    for page in pages():
        calm, wild = shape_of(plain.get(page).text), shape_of(hostile.get(page).text)
        assert wild.seen == calm.seen, page
        assert [link for link in wild.links if not re.match(r"/[^/]|/$|#|https://|\?", link)] == [], page
    text = hostile.get(f"/people/{ADA}").text
    assert html.escape(HOSTILE[:20]) in text or "&lt;img src=x" in text
    assert "49" not in re.findall(r"\{\{7\*7\}\}|>49<", text)
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_a_table_is_the_same_as_csv_and_as_the_sql_that_it_shows(served: Served) -> None:
    known = {"person": ADA, "app": APP, "by": "reach", "mention": MENTION, "kind": "merchant"}
    empty = []
    for name, listing in LISTINGS.items():
        binds = {bind: known[bind] for bind in listing.binds if bind in known}
        answer = served.get(f"/csv/{name}.csv", **binds)
        assert answer.status_code == 200, name
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}')
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        if not rows:
            empty.append(name)
            continue
        assert {column.name for column in listing.columns} <= set(rows[0]), name
        if listing.rows is None:
            with served.site.reading.current.store() as store:
                again = store.dicts(listing.sql_with(binds))
            assert [list(row) for row in again] == [list(rows[0])] * len(rows), name
    assert empty == ["cases", "tasks", "entries"]


def test_a_csv_cell_cannot_be_a_formula(serve: Serve) -> None:
    served = serve(mark=lambda said: '=HYPERLINK("http://evil.example")')
    rows = list(csv.reader(io.StringIO(served.get("/csv/who_has.csv", app=APP).text, newline="")))
    cells = [cell for row in rows[1:] for cell in row if "HYPERLINK" in cell]
    assert cells
    assert all(cell.startswith("'=") for cell in cells)


def test_a_table_is_asked_by_nothing_else(served: Served) -> None:
    assert served.get("/csv/people.csv", person="x").status_code == 400
    assert served.get("/csv/warehouse.csv").status_code == 404
    assert served.get("/people?page=0").status_code == 400
    assert served.get("/people?page=1;DROP").status_code == 400
    assert served.get("/people?status='--").status_code == 400


def test_one_field_finds_a_person_or_an_app(served: Served) -> None:
    for said in ("ada@example.com", " ADA@example.com ", "Ada Leaver", "ada l"):
        assert served.get("/search", q=said).headers["location"] == f"/people/{ADA}", said
    assert served.get("/search", q="Sketch").headers["location"] == "/apps/sketch"
    assert served.get("/search", q="sketch.com").headers["location"] == "/apps/sketch"
    assert served.get("/people/ada@example.com").headers["location"] == f"/people/{ADA}"
    assert served.get("/apps/sketch.com").headers["location"] == "/apps/sketch"
    assert "Nothing goes by" in served.get("/search", q="nobody at all").text
    assert served.get("/people/nobody").status_code == 404


def test_the_picture_has_each_access_with_its_evidence(serve: Serve) -> None:
    served = serve(apps=45)
    text = served.get(f"/people/{ADA}").text
    assert len(re.findall(r'<path class="edge', text)) == 40
    assert "5 more apps stand in the table above" in text
    assert "2026-11-19: evidence summary" in text
    assert len(re.findall(r'<rect class="app ', text)) == 40


def test_a_long_list_comes_in_pages(serve: Serve) -> None:
    served = serve(apps=120)
    first, last = served.get("/apps").text, served.get("/apps", page="3").text
    assert first.count("<tr>") == 51
    assert 'rel="next"' in first
    assert 'rel="next"' not in last
    seen = set(re.findall(r'href="/apps/(app-\d+)"', first + served.get("/apps", page="2").text + last))
    assert len(seen) == 119


def test_the_pages_of_a_table_make_the_whole(sample_published: Settings) -> None:
    site = Site(sample_published)
    try:
        with site.reading.current.store() as store:
            [(person, app)] = store.rows(
                "SELECT arg_max(person_id, n), arg_max(app_id, n) FROM (SELECT person_id, app_id, "
                "count(*) OVER (PARTITION BY person_id) + count(*) OVER (PARTITION BY app_id) AS n FROM access)"
            )
        several = 0
        for listing in LISTINGS.values():
            if listing.rows is not None:
                continue
            binds = {"person": person, "app": app}
            whole = listing.all_rows(site, binds)
            paged: list[Any] = []
            page, has_more = 0, True
            while has_more:
                page += 1
                table = table_of(site, listing, binds, page=page, most=3)
                paged += table.rows
                has_more = table.has_more
            assert paged == list(whole), listing.name
            several += page > 2
        assert several > 8
    finally:
        site.reading.close()


def test_a_newer_publication_is_shown_when_somebody_asks_for_it(served: Served) -> None:
    assert "newer publication" not in served.get("/").text
    write_home(served.home, lambda said: f"later {said}", run_id="run-two")
    text = served.get("/people").text
    assert "A newer publication is there" in text
    assert "later" not in text
    assert served.post("/newer").headers["location"] == "/?said=renewed"
    text = served.get("/people").text
    assert "later" in text
    assert "newer publication" not in text
    assert "run-two"[:8] in text


def test_what_changed_since_the_publication_before(served: Served) -> None:
    assert "Since the publication before" not in served.get(f"/people/{ADA}").text
    generation = write_home(served.home, run_id="run-two", apps=2)
    with Store(generation) as store:
        store.run("UPDATE access SET class = 'sso', survives_idp_disable = FALSE WHERE app_id = 'figma'")
    served.post("/newer")
    text = re.sub(r"<[^>]+>", " ", served.get(f"/people/{ADA}").text)
    words = " ".join(text.split())
    assert "Since the publication before (2026-11-20)" in words
    assert "new App 1" in words
    assert "class: shadow, now sso; survives the disable: yes, now no" in words
