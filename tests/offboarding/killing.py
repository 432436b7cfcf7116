"""Running something in a process of its own that is killed at its n-th point."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from discovery.ledger import chain

Point = Callable[[], None]


class Restored:
    """The files of a home as they were, put back as often as wanted."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.saved = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    def put_back(self) -> None:
        """Take out what came since, and undo what changed."""
        for path in self.home.rglob("*"):
            if path.is_file() and path not in self.saved:
                path.unlink()
        for path, content in self.saved.items():
            if path.stat().st_size != len(content) or path.read_bytes() != content:
                path.write_bytes(content)


def run_killed(work: Callable[[], object], deadly: int, mark: Callable[[Point], None]) -> tuple[int, int]:
    """Fork, run `work` there, kill it at point `deadly` (0: never); return the exit code and the points reached.

    Points are before and after each entry of the ledger, and what `mark` makes one. A kill loses nothing that was
    written, only a power cut does, so that nothing waits for the disk here.
    """
    fork = multiprocessing.get_context("fork")
    reached = fork.Value("i", 0, lock=False)

    def child() -> None:
        def point() -> None:
            reached.value += 1
            if reached.value == deadly:
                os.kill(os.getpid(), 9)

        def fsync(_: Any) -> None:
            pass

        os.fsync = fsync
        chain.Writer._write = surrounded(chain.Writer._write, point)  # type: ignore[method-assign]
        mark(point)
        work()
        os._exit(0)

    process = fork.Process(target=child)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child only runs, it starts no thread
        process.start()
    process.join()
    return process.exitcode or 0, reached.value


def surrounded(function: Callable[..., Any], point: Point) -> Callable[..., Any]:
    """Return the function with a point before and after it."""

    def call(*args: Any, **more: Any) -> Any:
        point()
        result = function(*args, **more)
        point()
        return result

    return call
