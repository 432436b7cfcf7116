from __future__ import annotations

import contextlib
import json
import stat
import sys
from pathlib import Path

import pytest

from discovery.cli.progress import SECONDS, Pace, in_words, night_progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_is_what_the_steps_took_the_last_time() -> None:
    clock = Clock()
    pace = Pace({"read": 10.0, "match": 30.0, "publish": 20.0}, 3, clock)
    pace.begin("read")
    clock.now = 1.0
    assert pace.left is None, "nothing is said in the first two seconds"
    clock.now = 4.0
    assert pace.left == pytest.approx(56.0)
    pace.begin("match")
    clock.now = 14.0
    assert pace.left == pytest.approx(40.0)
    assert pace.share == pytest.approx(14 / 54)
    clock.now = 94.0
    assert pace.left == pytest.approx(20.0), (
        "a step that takes longer than before is never counted below nothing"
    )
    pace.begin("publish")
    clock.now = 120.0
    assert pace.left is None, "what was expected is used up: nothing is made up"


def test_the_first_time_the_number_of_steps_tells() -> None:
    clock = Clock()
    pace = Pace({}, 4, clock)
    for at, step in enumerate(("a", "b", "c")):
        clock.now = 10.0 * at
        pace.begin(step)
    assert pace.left == pytest.approx(20.0)


def test_how_long_steps_took_is_kept_for_the_next_night_in_private(tmp_path: Path) -> None:
    with night_progress(tmp_path, 2) as begins:
        begins("read")
        begins("match")
    kept = json.loads((tmp_path / SECONDS).read_text())
    assert list(kept) == ["read", "match"]
    assert stat.S_IMODE((tmp_path / SECONDS).stat().st_mode) == 0o600
    (tmp_path / SECONDS).write_text('["damaged"]')
    with contextlib.suppress(ZeroDivisionError), night_progress(tmp_path, 2) as begins:
        begins("read")
        raise ZeroDivisionError
    assert (tmp_path / SECONDS).read_text() == '["damaged"]', "a night that broke off tells nothing"


def test_a_terminal_shows_step_and_time_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("discovery.cli.progress.SILENT", -1.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / SECONDS).write_text('{"graph__access": 500, "publish": 100}')
    with night_progress(tmp_path, 2) as begins:
        begins("graph__access")
    said = capsys.readouterr().err
    assert "graph.access" in said
    assert "about 10 min left" in said


def test_times_are_said_as_people_say_them() -> None:
    assert [in_words(s) for s in (0.2, 45, 89, 100, 3600)] == ["1 s", "45 s", "89 s", "2 min", "60 min"]
