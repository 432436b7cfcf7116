"""How far a night is: a bar with the time left, told by how long each step took the last time."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from discovery.cli.terminal import console

SECONDS = "step_seconds.json"
"""File of the home: step → seconds that it took the last time."""
SILENT = 2.0
"""Seconds before anything is said of the time left."""


class Pace:
    """What is known of how long a night takes. `began`: the step that runs, and when it began."""

    def __init__(
        self, before: dict[str, float], count: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.before, self.count, self._clock = before, count, clock
        self.took: dict[str, float] = {}
        self._started = clock()
        self._step: str | None = None
        self._begun = self._started

    def begin(self, step: str) -> None:
        """Note that a step begins, and with it that the one before has ended."""
        self.end()
        self._step = step

    def end(self) -> None:
        """Note that the step that runs has ended."""
        now = self._clock()
        if self._step is not None:
            self.took[self._step] = self.took.get(self._step, 0) + now - self._begun
        self._step, self._begun = None, now

    @property
    def share(self) -> float:
        """Return the share that is done, 0 to 1."""
        if not self.before:
            return min(len(self.took) / self.count, 1.0) if self.count else 0.0
        left = self._expected()
        done = self._clock() - self._started
        return done / (done + left) if done + left > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Return the seconds that are left; None where nothing tells yet, or all of it was used up."""
        if self._clock() - self._started < SILENT:
            return None
        if not self.before:
            done = self.share
            return (self._clock() - self._started) * (1 - done) / done if done > 0.05 else None
        return self._expected() or None

    def _expected(self) -> float:
        """Return what the steps that have not ended took the last time, less what the one that runs has had."""
        ahead = {step: seconds for step, seconds in self.before.items() if step not in self.took}
        running = ahead.pop(self._step, 0.0) if self._step is not None else 0.0
        return sum(ahead.values()) + max(running - (self._clock() - self._begun), 0.0)


@contextlib.contextmanager
def night_progress(home: Path, count: int, text: str = "starting") -> Iterator[Callable[[str], None]]:
    """Yield what is to be told of each step; show a bar on stderr if it is a terminal.

    How long the steps took is kept in the home for the next time, unless the night broke off.
    """
    pace = Pace(_read(home), count)
    if not sys.stderr.isatty():
        yield pace.begin
    else:
        yield from _shown(pace, text)
    pace.end()
    _keep(home, pace.took)


def _shown(pace: Pace, text: str) -> Iterator[Callable[[str], None]]:
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class TimeLeft(ProgressColumn):
        max_refresh = 0.5

        def render(self, task: Task) -> Text:
            task.completed = pace.share
            return Text(f"about {in_words(pace.left)} left" if pace.left is not None else "")

    columns = (BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn(), TimeLeft())
    with Progress(*columns, console=console(error=True), transient=True) as progress:
        task = progress.add_task(text, total=1.0)

        def begins(step: str) -> None:
            pace.begin(step)
            progress.update(task, description=step.replace("__", "."))

        yield begins


def in_words(seconds: float) -> str:
    """Return a time as a person says it."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min"


def _read(home: Path) -> dict[str, float]:
    try:
        kept = json.loads((home / SECONDS).read_text(encoding="utf-8"))
        return {str(step): float(seconds) for step, seconds in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _keep(home: Path, took: dict[str, float]) -> None:
    """Write it down; that it cannot be written is no reason to fail a night."""
    if not took:
        return
    with contextlib.suppress(OSError):
        temporary = home / f".{SECONDS}.part"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({step: round(seconds, 3) for step, seconds in took.items()}, file)
        temporary.replace(home / SECONDS)
