from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from discovery.settings import Settings
from tests.cli.conftest import Run


def test_it_serves_on_this_machine_only_until_it_is_stopped(sample: Settings, tmp_path: Path) -> None:
    environ = {**os.environ, "DISCOVERY_HOME": str(sample.home), "DISCOVERY_CONFIG": str(sample.config)}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "discovery.cli", "serve", "--port", "0"], env=environ, cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", process.stdout.readline())
        assert address is not None
        with httpx.Client(follow_redirects=True) as client:
            assert "Leavers with something left to end" in client.get(address[0]).text
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert process.returncode in (0, 130)


def test_a_taken_port_is_said(ask: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = ask("serve", "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "choose another --port" in result.stderr


def test_without_a_published_file_it_says_what_makes_one(cli: Run, tmp_path: Path) -> None:
    result = cli("serve", "--home", tmp_path / "none")
    assert result.exit_code == 2
    assert "`discovery run` makes it" in result.stderr
