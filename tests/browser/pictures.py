"""Takes the pictures of the documentation from the program itself: `make demo`, then `python -m tests.browser.pictures`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from discovery.report.decision import key_of
from tests.web.conftest import serving

ROOT = Path(__file__).parents[2]
LEAVER = "takumi.jansen@nordwind.example"


def main() -> None:
    """Write docs/pictures/*.png."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    options = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with serving(ROOT / ".discovery" / "demo") as served, sync_playwright() as playwright:
        with served.site.reading.current.store() as store:
            (mention, kind) = store.rows(
                "SELECT mention, kind FROM match_evidence GROUP BY ALL HAVING count(*) > 3 ORDER BY count(*) DESC, mention LIMIT 1"
            )[0]
            person = store.value(f"SELECT person_id FROM person WHERE email = '{LEAVER}'")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        pages = {
            "person": (f"/people/{person}", "light", 660),
            "graph": (f"/people/{person}", "light", 1400),
            "review": (f"/queue/{key_of(mention, kind)}", "dark", 620),
        }
        for name, (path, scheme, height) in pages.items():
            page = browser.new_page(
                viewport={"width": 1280 if name == "graph" else 1120, "height": height}, color_scheme=scheme
            )
            page.goto(served.address)
            page.goto(served.base + path)
            what = page.locator("svg.graph") if name == "graph" else page
            what.screenshot(path=folder / f"{name}.png")
            print(f"{name}.png: {(folder / f'{name}.png').stat().st_size // 1024} kB")
        browser.close()


if __name__ == "__main__":
    main()
