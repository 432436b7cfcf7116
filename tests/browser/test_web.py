"""The web view as somebody meets it: every page and action in Debian's chromium, light and dark, wide and narrow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from discovery.decisions import read_decisions
from discovery.ledger import Ledger, verify_ledger
from tests.web.conftest import Served, serving
from tests.web.test_actions import KEY, planned, task_of
from tests.web.world import ADA, APP, MENTION, write_home

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="chromium is not installed (Debian: apt-get install chromium)"
    ),
]
LOOKS = [("light", 1360), ("dark", 390)]
DARK = {"runOnly": ["color-contrast", "scrollable-region-focusable", "target-size"]}
"""What a dark and narrow page may do worse than a light and wide one; the rest is the same markup."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    options = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield found
        found.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two publications, a case with a plan and a task."""
    folder = tmp_path_factory.mktemp("browser-web") / "home"
    write_home(folder)
    write_home(folder, run_id="run-two", apps=8)
    with serving(folder) as served:
        planned(served)
    return folder


@pytest.fixture
def served(home: Path, tmp_path: Path) -> Iterator[Served]:
    """A copy of that home, served."""
    own = tmp_path / "home"
    shutil.copytree(home, own)
    (own / "access_graph.duckdb").unlink()
    os.link(own / "generations" / "run-two.duckdb", own / "access_graph.duckdb")
    with serving(own) as one:
        yield one


class Visit:
    """One browser window that notes what goes wrong in it."""

    def __init__(self, context: BrowserContext, served: Served) -> None:
        self.page: Page = context.new_page()
        self.base = served.base
        self.wrong: list[str] = []
        self.page.on(
            "console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.goto(served.address)

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the next page was asked for before this one was complete
            self.wrong.append(f"{request.url}: {request.failure}")

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, path
        return self.page


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    one = Visit(context, served)
    yield one
    assert one.wrong == []
    context.close()


def pages(served: Served) -> list[str]:
    (case,) = served.site.cases().values()
    return [
        "/", "/people", "/people?status=left", f"/people/{ADA}", f"/people/{ADA}/apps/{APP}", f"/people/{ADA}/plan",
        f"/people/{ADA}/compare", f"/people/{ADA}/dossier.html", "/apps", f"/apps/{APP}", "/queue", f"/queue/{KEY}", "/cases",
        f"/cases/{case.case_id}", f"/tasks/{task_of(case)}", "/findings", "/runs", "/search?q=app", "/search",
    ]  # fmt: skip


def wider_than_the_window(page: Page) -> int:
    """By how many pixels the page itself could be scrolled sideways, with all there is to unfold unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_every_page_is_accessible_and_fits_and_nothing_is_complained_of(
    browser: Browser, served: Served
) -> None:
    said: dict[str, Any] = {}
    (case,) = served.site.cases().values()
    link = served.post(f"/tasks/{task_of(case)}/link").text.split('class="whole">')[1].split("<")[0]
    for scheme, width in LOOKS:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        one = Visit(context, served)
        for path in [*pages(served), link.removeprefix(served.base)]:
            page = one.go(path)
            if (overflow := wider_than_the_window(page)) > 0:
                said[f"{path} {scheme} {width}"] = f"{overflow} px wider than the window"
            rules = {"runOnly": TAGS} if scheme == "light" else DARK
            found = Axe().run(page, options=rules).response["violations"]
            if found:
                said[f"{path} {scheme} {width}"] = [
                    (v["id"], v["help"], [node["html"][:200] for node in v["nodes"][:3]]) for v in found
                ]
        said |= {f"console {scheme} {width}": text for text in one.wrong}
        context.close()
    assert said == {}


def test_no_text_however_long_widens_a_page_on_a_telephone(browser: Browser, tmp_path: Path) -> None:
    write_home(tmp_path / "home", lambda text: text + "x" * 90, apps=3)
    with serving(tmp_path / "home") as served:
        context = browser.new_context(viewport={"width": 400, "height": 900})
        one = Visit(context, served)
        paths = ["/", "/people", f"/people/{ADA}", f"/people/{ADA}/apps/{APP}", f"/people/{ADA}/plan", "/apps", f"/apps/{APP}",
                 f"/people/{ADA}/dossier.html", "/queue", f"/queue/{KEY}", "/cases", "/findings", "/runs", "/search?q=app"]  # fmt: skip
        wide = {path: wider for path in paths if (wider := wider_than_the_window(one.go(path))) > 0}
        context.close()
    assert wide == {}


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    page = visit.go("/apps")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{ADA}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("tr.at").count() == 1
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{ADA}/apps/**")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/queue")


def test_the_queue_is_decided_by_keys_and_taken_back(visit: Visit, served: Served) -> None:
    page = visit.go("/queue")
    page.get_by_role("link", name=MENTION).click()
    expect(page.locator("svg.waterfall rect")).to_have_count(3)
    page.get_by_label("The app that it means").fill("figma")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("would get access to it in the graph")).to_be_visible()
    page.keyboard.press("a")
    page.wait_for_url("**/queue?said=accept")
    expect(page.get_by_role("status")).to_contain_text("Accepted")
    assert read_decisions(served.home).all[-1].app_id == APP
    page.get_by_role("link", name=MENTION).click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    page.wait_for_load_state()  # keys are heard once the page is complete
    page.keyboard.press("u")
    page.wait_for_url("**said=undo")
    assert read_decisions(served.home).all[-1].action == "undo"
    page.wait_for_load_state()
    page.keyboard.press("i")
    page.wait_for_url("**said=ignore")
    page.get_by_role("button", name="Take back the decision").click()
    page.wait_for_url("**said=undo")


def test_a_case_goes_from_plan_to_a_persons_word(visit: Visit, served: Served, browser: Browser) -> None:
    page = visit.go(f"/people/{ADA}")
    page.get_by_role("link", name="Case: executing").click()
    expect(page.get_by_role("heading", name="The plan, in order")).to_be_visible()
    page.get_by_role("link", name="Compare orders").click()
    expect(page.get_by_role("heading", name="unassign first")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Approve this plan").click()
    expect(page.get_by_text("Approved by")).to_be_visible()
    page.locator("a[href^='/tasks/']").first.click()
    page.get_by_role("button", name="Make a signed link").click()
    link = page.locator("code.whole").inner_text()
    owner = browser.new_context()
    other = owner.new_page()
    other.goto(link)
    other.get_by_label("It is done").check()
    other.get_by_label("In your words").fill("seat removed")
    other.get_by_role("button", name="Record it").click()
    expect(other.get_by_role("status")).to_contain_text("Thank you")
    owner.close()
    page.go_back()
    page.reload()
    expect(page.get_by_text("seat removed")).to_be_visible()
    assert verify_ledger(served.home).is_whole
    assert [e.state for e in Ledger(served.home).entries() if e.kind == "task"] == ["open", "completed"]


def test_an_access_is_followed_from_the_picture_and_taken_out(visit: Visit, served: Served) -> None:
    page = visit.go(f"/people/{ADA}")
    expect(page.get_by_text("Since the publication before")).to_be_visible()
    expect(page.locator("svg.graph path.edge")).to_have_count(8)
    expect(page.locator("svg.timeline rect.bar")).to_have_count(1)
    page.locator(f"svg.graph a[href$='/apps/{APP}'] text.name").click()
    page.wait_for_url(f"**/apps/{APP}")
    expect(page.get_by_text("evidence summary")).to_be_visible()
    page.get_by_label("Take it out of the scope").fill("her own plan")
    page.get_by_role("button", name="Take it out").click()
    expect(page.get_by_text("her own plan")).to_be_visible()
    page.get_by_role("button", name="Put it back").click()
    assert [one.action for one in read_decisions(served.home).all] == ["ignore", "undo"]


def test_tables_are_downloaded_and_say_their_sql(visit: Visit) -> None:
    page = visit.go(f"/apps/{APP}")
    section = page.locator("section.table", has=page.get_by_role("heading", name="Who has it"))
    with page.expect_download() as started:
        section.get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == f"who_has-{APP}.csv"
    section.locator("summary").click()
    expect(section.locator("pre")).to_contain_text(f"WHERE app_id = '{APP}'")
    expect(section.locator("pre")).to_contain_text(f"x.app_id = '{APP}'")


def test_pages_turn_and_a_newer_publication_is_shown_on_request(visit: Visit, served: Served) -> None:
    page = visit.go("/apps")
    write_home(served.home, run_id="run-three", apps=60)
    page.reload()
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("status")).to_contain_text("newest publication")
    page.get_by_role("link", name="Apps", exact=True).click()
    page.get_by_role("link", name="next").click()
    expect(page.get_by_text("page 2", exact=True)).to_be_visible()


def test_without_scripts_everything_still_works(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = Visit(context, served).page
    page.get_by_role("searchbox").fill("ada")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(f"**/people/{ADA}")
    page.get_by_role("link", name="Review").click()
    page.get_by_role("link", name=MENTION).click()
    page.get_by_role("button", name="Leave out").click()
    page.wait_for_url("**said=ignore")
    assert read_decisions(served.home).all[-1].action == "ignore"
    context.close()


def test_the_dossier_prints_and_opens_from_a_disk(browser: Browser, served: Served, tmp_path: Path) -> None:
    file = tmp_path / "ada.html"
    file.write_bytes(served.get(f"/people/{ADA}/dossier.html").content)
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Leaver")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", (
        "its own style holds under its policy"
    )
    action = page.locator("#scope ~ .scroll td[data-label=action]").first
    for width, least in ((1400, 220), (400, 340)):
        page.set_viewport_size({"width": width, "height": 900})
        box = action.bounding_box()
        assert box is not None
        assert box["width"] >= least, "what to do can be read at a glance"
        wide = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
        assert width > 400 or page.evaluate(wide) == 0, "no table is wider than a telephone"
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    assert page.pdf()[:5] == b"%PDF-"
    assert wrong == []
    context.close()
