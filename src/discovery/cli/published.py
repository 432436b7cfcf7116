"""The published file as commands ask it, and the remark that it is old."""

from __future__ import annotations

from discovery.cli.options import today
from discovery.cli.terminal import note
from discovery.report.published import App, Person, find_app, find_person, generation, published, run_of
from discovery.store import Store

__all__ = ["App", "Person", "find_app", "find_person", "generation", "published", "run_of", "warn_if_old"]


def warn_if_old(store: Store) -> None:
    """Say on stderr that the file is older than a day; what is printed does not depend on today."""
    as_of = run_of(store)["as_of"]
    days = (today() - as_of).days
    if days > 1:
        note(f"This is what was known at the end of {as_of}, {days} days ago: `discovery run` updates it.")
