from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.connectors.receiver import receiving


def told(place: Path, url: str) -> Path:
    config = place / "discovery.toml"
    config.write_text(f'[notify]\nalive_url = "{url}"\n')
    return config


def good_night(home: Path, hours_ago: float) -> None:
    home.mkdir(parents=True, exist_ok=True)
    mark = home / "last_good_night"
    mark.touch()
    at = time.time() - hours_ago * 3600
    os.utime(mark, (at, at))


def test_the_watch_elsewhere_hears_of_a_good_night_and_of_no_other(cli: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with receiving(lambda _: (200, b"OK")) as watch:
        config = told(tmp_path, f"{watch.url}/ping/secret-id")
        asked = ("alive", "--config", config, "--home", home)
        never = cli(*asked)
        assert (never.exit_code, watch.calls) == (1, [])
        assert "no night was good yet" in never.stderr
        good_night(home, 30)
        late = cli(*asked)
        assert (late.exit_code, watch.calls) == (1, [])
        assert "the last good night ended 30 hours ago" in late.stderr
        assert cli(*asked, "--hours", "31").exit_code == 0
        good_night(home, 1)
        assert cli(*asked).exit_code == 0
    assert [(call.method, call.path, call.body) for call in watch.calls] == [
        ("GET", "/ping/secret-id", b"")
    ] * 2


@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_watch_that_does_not_hear_is_told_without_its_address(
    cli: Run, tmp_path: Path, status: int
) -> None:
    home = tmp_path / "home"
    good_night(home, 1)
    with receiving(lambda _: (status, b"no")) as watch:
        config = told(tmp_path, f"{watch.url}/ping/secret-id")
        done = cli("alive", "--config", config, "--home", home)
    assert (done.exit_code, len(watch.calls)) == (1, 1)
    assert str(status) in done.stderr
    assert "secret-id" not in done.stdout + done.stderr


def test_a_watch_that_is_not_there_is_told(cli: Run, tmp_path: Path) -> None:
    good_night(tmp_path / "home", 1)
    with receiving(lambda _: (200, b"")) as gone:
        pass
    done = cli("alive", "--config", told(tmp_path, f"{gone.url}/secret-id"), "--home", tmp_path / "home")
    assert done.exit_code == 1
    assert "secret-id" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "url", ["http://watch.example/x", "ftp://127.0.0.1/x", "https://user:pass@watch.example/x", "x"]
)
def test_an_address_that_is_none_is_refused(cli: Run, tmp_path: Path, url: str) -> None:
    done = cli("alive", "--config", told(tmp_path, url), "--home", tmp_path / "home")
    assert done.exit_code == 2
    assert "alive_url" in done.stderr


def test_without_an_address_it_says_what_to_set(cli: Run, tmp_path: Path) -> None:
    config = tmp_path / "discovery.toml"
    config.write_text("")
    done = cli("alive", "--config", config, "--home", tmp_path / "home")
    assert done.exit_code == 2
    assert "[notify] alive_url" in done.stderr
