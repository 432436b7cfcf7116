"""The documentation site: every document is in it, it loads nothing from elsewhere, a broken link is an error."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_LOADED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["'](?:https?:)?//"""
    r"""|<link\b[^>]*\bhref=["'](?:https?:)?//|@import\s|url\(\s*["']?(?:https?:)?//""",
    re.IGNORECASE,
)


def build(folder: Path, target: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-b", "html", "-q", *options, str(folder), str(target)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built where `make docs` builds it: what did not change since is not read again."""
    target = root / "build" / "docs"
    built = build(root / "docs", target)
    assert built.returncode == 0, built.stderr
    return target


def test_every_document_has_a_page(root: Path, site: Path) -> None:
    documents = {path.relative_to(root / "docs").with_suffix("") for path in (root / "docs").rglob("*.md")}
    assert len(documents) > 30
    assert [str(page) for page in sorted(documents) if not (site / f"{page}.html").exists()] == []


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > 30
    assert [(path.name, found.group()) for path in files
            if (found := _LOADED.search(path.read_text(encoding="utf-8")))] == []  # fmt: skip


def test_a_broken_link_is_an_error(root: Path, tmp_path: Path) -> None:
    assert "--fail-on-warning" in (root / "Makefile").read_text(encoding="utf-8")
    shutil.copy(root / "docs" / "conf.py", tmp_path)
    (tmp_path / "index.md").write_text("# A\n[to a page](gone.md), [to a heading](#nowhere)\n")
    built = build(tmp_path, tmp_path / "out", "-W", "--keep-going")
    assert built.returncode != 0
    assert "gone.md" in built.stderr
    assert "nowhere" in built.stderr
