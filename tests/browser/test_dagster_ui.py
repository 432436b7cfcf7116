"""What somebody sees who opens the Dagster UI: pages as Debian's chromium draws them, read as text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from pipelines.nightly import run_nightly
from tests.pipelines.conftest import AS_OF, ROOT, sample_settings
from tests.pipelines.webserver import serving

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="chromium is not installed (Debian: apt-get install chromium)"
    ),
]
PAGES = {
    "/assets/canonical/person": ("one person of the company", "data-platform", "DuckDB", "left_on DATE last day of work",
                                 "email personal VARCHAR", "Row count", "Latest check results 2", "preview"),
    "/assets/sources/entra": ("Entra ID sign-in logs (sign_in)", "rows_read", "rows_quarantined", "entra_oauth_grants"),
    "/assets/graph/access?view=checks": ("key_is_unique", "app_exists", "blocking", "The app of an access is a known one"),
    "/locations/discovery/jobs/scope_person/playground": ("person_id", "as_of", "Launch Run"),
    "/automation": ("nightly", "At 02:30 AM", "watch", "At 08:30 AM", "inbox", "departures"),
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("browser") / "home"
    assert run_nightly(sample_settings(home), AS_OF).is_fine
    with serving(ROOT / "sample_data" / "discovery.toml", home, DISCOVERY_AS_OF=AS_OF.isoformat()) as server:
        yield server.url.removesuffix("/graphql")


def text_of(url: str, profile: Path) -> str:
    """Let chromium draw a page, and return the text that is on it."""
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1600,1400",
               f"--user-data-dir={profile}", "--virtual-time-budget=15000", "--dump-dom", url]  # fmt: skip
    if os.geteuid() == 0:  # a container's root has no sandbox to offer
        command.insert(1, "--no-sandbox")
    html = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_it_should_and_names_nobody(address: str, page: str, tmp_path: Path) -> None:
    for attempt in range(3):  # a page that is drawn before its answers came is asked again
        text = text_of(address + page, tmp_path / f"profile-{attempt}")
        missing = [said for said in PAGES[page] if said not in text]
        if not missing:
            break
    assert missing == [], text
    assert re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text) == []
