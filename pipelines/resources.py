"""What the steps of a run share: the night, held open under the writer's lock, and the settings.

The in-process executor makes each resource once per run, so all steps share one lock and one connection.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import dagster as dg

from discovery.errors import BadUse
from discovery.publish import Publication
from discovery.run import NightRun, writing
from discovery.settings import Settings
from discovery.sources.ingest import Outcome
from pipelines.wording import refused_in_words, without_personal_data

WAIT_SECONDS = 5.0
"""Sensors and the schedule try the lock for an instant; a run that begins just then must not fail by it."""


@dataclass
class Watch:
    """What a caller in the same process wants to know, and what it has done already.

    on_step: gets each step's name as it begins. is_scanned: the inbox was looked at just before. idle: systems
    that the run leaves out, because nothing of them was ever read and nothing waits.
    """

    on_step: Callable[[str], None] | None = None
    night: OpenNight | None = None
    is_scanned: bool = False
    idle: tuple[str, ...] = ()


@dataclass
class OpenNight:
    """The night of one run. `published` is set once the graph is in place."""

    run: NightRun
    watch: Watch = field(default_factory=Watch)
    published: Publication | None = None

    def begin(self, step: str) -> NightRun:
        """Say which step begins; returns the night to work on."""
        if self.watch.on_step is not None:
            self.watch.on_step(step)
        return self.run

    def scan(self, *, again: bool = False) -> int:
        """Look at the inbox, unless the caller in this process has just done so; returns what waits."""
        if self.watch.is_scanned:
            return self.run.store.count("sources.pending")
        return self.run.scan(again=again)

    def scan_unless_done(self) -> None:
        """Look at the inbox, where a source is materialised without the asset `sources/inbox`."""
        if not self.run.is_scanned:
            self.scan()


def night_resource(settings: Settings, watch: Watch | None = None) -> dg.ResourceDefinition:
    """Return the resource that holds lock and warehouse from a run's first step to its last."""

    @dg.resource(
        description="The night: writer's lock, warehouse, and the day that it is as of.",
        config_schema={
            "as_of": dg.Field(
                dg.Noneable(str), default_value=None, is_required=False,
                description="A day; later events are not used. Default: DISCOVERY_AS_OF, else today, UTC.",
            ),
            "wait_seconds": dg.Field(
                float, default_value=WAIT_SECONDS, is_required=False,
                description="How long to wait for another writer before the run fails.",
            ),
        },
    )  # fmt: skip
    def night(context: dg.InitResourceContext) -> Iterator[OpenNight]:
        config = context.resource_config
        run_id = context.run.run_id if context.run else None
        with contextlib.ExitStack() as held:
            with refused_in_words():
                as_of = day_of(config.get("as_of"))
                run = held.enter_context(
                    writing(settings, as_of, wait_seconds=config.get("wait_seconds") or 0, run_id=run_id)
                )
            opened = OpenNight(run, watch or Watch())
            run.is_scanned = opened.watch.is_scanned
            run.outcomes.update({system: Outcome() for system in opened.watch.idle})
            opened.watch.night = opened
            yield opened

    return night


def ready_resource(settings: Settings) -> dg.ResourceDefinition:
    """Return the settings as a resource, for what only reads the published file."""
    return dg.ResourceDefinition.hardcoded_resource(settings, "The settings; no lock, no warehouse.")


def day_of(text: str | None, name: str = "as_of") -> date:
    """Return the day that is meant: a text, else DISCOVERY_AS_OF, else today, UTC. Raises BadUse naming `name`."""
    text = text or os.environ.get("DISCOVERY_AS_OF")
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadUse(
            f"{name} = {without_personal_data(text)!r}; expected a day such as 2026-09-30"
        ) from error
