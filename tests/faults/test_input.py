"""What may lie in an inbox without being a file: pipes, links, devices, and files that somebody still writes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from discovery.errors import BadSettings, SourceFailed
from discovery.run import writing
from discovery.settings import Settings, load_settings
from discovery.sources import container
from discovery.sources.container import copy_hashed
from tests.conftest import AS_OF


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.with_name("other").write_text("a,b\n")
    path.symlink_to(path.with_name("other"))


def link_that_leads_nowhere(path: Path) -> None:
    path.symlink_to("/nowhere/at/all")


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [pipe, link, link_that_leads_nowhere, device, folder])
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "export.csv")
    with pytest.raises(SourceFailed, match="regular file"):
        copy_hashed(tmp_path / "export.csv", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, copy = tmp_path / "export.csv", tmp_path / "copy"
    export.write_text("a,b\n" * 1000)
    as_it_is = container._copy

    def slow(*files: object) -> str:
        """Copy for real, while somebody appends."""
        with export.open("a") as more:
            more.write("c,d\n")
        return as_it_is(*files)  # type: ignore[arg-type]

    monkeypatch.setattr(container, "_copy", slow)
    with pytest.raises(SourceFailed, match="still being written"):
        copy_hashed(export, copy)
    assert not copy.exists()
    monkeypatch.undo()
    assert len(copy_hashed(export, copy)) == 64


def test_an_inbox_with_a_pipe_and_links_is_scanned_to_its_end(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    pipe(inbox / "a.csv")
    (tmp_path / "secret").write_text("not for the inbox")
    (inbox / "b.csv").symlink_to(tmp_path / "secret")
    device(inbox / "c.csv")
    (inbox / "d.csv").write_text(
        "Date,Description,Card Member,Account #,Amount\n2026-03-13,FIGMA,A B,-7,1.50\n"
    )
    done: list[list[tuple[object, ...]]] = []

    def look() -> None:
        with writing(Settings(home=tmp_path / "home", inbox=inbox), AS_OF) as run:
            run.scan()
            run.ingest("amex")
            done.append(run.store.rows("SELECT file_name, state FROM sources.source_file ORDER BY ALL"))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(60)
    assert done, "a pipe makes nobody wait"
    states = {str(name): str(state) for name, state in done[0]}
    assert states.pop("d.csv") in ("staged", "loaded")
    assert set(states.values()) <= {"refused"}
    kept = [p.read_bytes() for p in (tmp_path / "home").rglob("*") if p.is_file()]
    assert kept
    assert not any(b"not for the inbox" in content for content in kept)


@pytest.mark.parametrize("name", ["home [1]", "home*", "home?"])
def test_a_home_whose_path_is_a_pattern_to_the_engine_is_refused(tmp_path: Path, name: str) -> None:
    """It would read the lake of `home 1`, or nothing, and publish that."""
    with pytest.raises(BadSettings, match="takes for a pattern"):
        load_settings(None, home=tmp_path / name, environ={})
