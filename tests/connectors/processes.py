"""SCIM servers that other people wrote, as processes of their own on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib import request

import pytest
from filelock import FileLock

TOKEN = "scim-token-of-the-tests"
SCIMMY = Path(__file__).parent / "scimmy"


@contextmanager
def scim2_server() -> Iterator[str]:
    """Start scim2-server (Python) and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("scim2-server")),
        "--port",
        str(port),
        "--bearer-token",
        TOKEN,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/v2"
        _wait_for(f"{url}/ServiceProviderConfig", process)
        yield url
    finally:
        _end(process)


@contextmanager
def scimmy(mode: str = "") -> Iterator[str]:
    """Start SCIMMY (JavaScript) and yield its address; skips, saying why, where it cannot be had."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("node or npm is not installed: SCIMMY, the SCIM server by another author, is not tried")
    _install()
    command = [node, "server.js", TOKEN, *([mode] if mode else [])]
    process = subprocess.Popen(command, cwd=SCIMMY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/scim"
    finally:
        _end(process)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _end(process: subprocess.Popen[Any]) -> None:
    """End a server: asked first, then without asking, so that none outlives its tests."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _install() -> None:
    marker = SCIMMY / "node_modules" / ".package-lock.json"
    with FileLock(SCIMMY.parent / ".scimmy.lock"):
        if marker.exists() and marker.stat().st_mtime >= (SCIMMY / "package-lock.json").stat().st_mtime:
            return
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=SCIMMY, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"npm cannot fetch SCIMMY, which is not tried: {done.stderr.strip()[-200:]}")


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    asked = request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
    give_up = time.monotonic() + 90  # a machine under load takes its time
    while time.monotonic() < give_up:
        assert process.poll() is None, "the server ended at once"
        try:
            with request.urlopen(asked, timeout=10):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
