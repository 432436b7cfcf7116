"""The night as a library: what Dagster's assets call one by one, in one process and without Dagster.

with writing(settings, as_of) as night_run:      # lock, warehouse, sweep
    night_run.scan()                             # inbox → sources.pending
    for system in night_run.systems:
        night_run.ingest(system)                 # pending → lake, registry
    for step in steps():
        night_run.build(step)                    # one table each
    night_run.publish()                          # access_graph.duckdb
    night_run.remove_old()                       # what is older than [retention] keeps
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from discovery import __version__
from discovery.canonical import STEPS as CANONICAL_STEPS
from discovery.canonical.retention import RemovedEvents, bring_up, refuse_before, remove_events
from discovery.canonical.usage import touch_days
from discovery.canonical.withheld import withhold
from discovery.errors import LedgerBroken
from discovery.extension import extensions
from discovery.graph import STEPS as GRAPH_STEPS
from discovery.ledger import anchor
from discovery.matching import STEPS as MATCHING_STEPS
from discovery.offboarding.publication import STEPS as OFFBOARDING_STEPS
from discovery.publish import Publication, publish
from discovery.settings import Settings
from discovery.sources.inbox import inbox_files, scan
from discovery.sources.ingest import Outcome, ingest_system, load_macros, systems
from discovery.sources.lake import Lake, clear_stage
from discovery.sources.retention import remove_exports
from discovery.stage import Night, Step
from discovery.store import Store, disk_fault, make_private, writer_lock
from discovery.warehouse import open_warehouse

GOOD_NIGHT = "last_good_night"


@cache
def steps() -> tuple[Step, ...]:
    """Return the steps downstream of the sources, in an order in which they can run."""
    return (*CANONICAL_STEPS, *MATCHING_STEPS, *OFFBOARDING_STEPS, *GRAPH_STEPS)


@dataclass(frozen=True)
class LastRun:
    """What the last published run stood on; `home/last_run.json`. `scope_fingerprint`: the same without the ledger."""

    fingerprint: str
    run_id: str
    as_of: str
    content_hash: str
    finished_at: str
    scope_fingerprint: str = ""


@dataclass(frozen=True)
class Removed:
    """What a night removed because it is older than the settings keep; `exports`: those whose bytes went."""

    events: RemovedEvents | None
    exports: int


@dataclass
class NightRun:
    """One run under the writer's lock. Methods are the bodies of Dagster's assets."""

    settings: Settings
    night: Night
    store: Store
    run_id: str
    started_at: datetime
    fingerprint: str
    scope_fingerprint: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    is_scanned: bool = False
    removed: Removed | None = None

    @property
    def systems(self) -> tuple[str, ...]:
        """Systems that some known format reads."""
        return systems(self.settings)

    def scan(self, *, again: bool = False) -> int:
        """Look at the inbox; returns the number of inputs to be read."""
        self.is_scanned = True
        no_browsing = withhold(self.store, self.settings)
        return scan(self.store, self.settings, self.night.as_of, again=again, no_browsing=no_browsing)

    def idle_systems(self) -> tuple[str, ...]:
        """Return the systems of which nothing was ever read and nothing waits, after the scan."""
        busy = {str(r[0]) for r in self.store.rows(
            "SELECT system FROM sources.pending UNION SELECT system FROM sources.source_file "
            "WHERE system IS NOT NULL UNION SELECT system FROM sources.source_status"
        )}  # fmt: skip
        return tuple(system for system in self.systems if system not in busy)

    def ingest(self, system: str) -> Outcome:
        """Read one system's pending inputs; a fault is in the outcome, not raised."""
        outcome = ingest_system(self.store, self.night, system)
        self.outcomes[system] = outcome
        return outcome

    def build(self, step: Step) -> int:
        """Fill one table; returns its rows (usage: of the touched days)."""
        return step.build(self.store, self.night)

    def rebuild_days(self, from_on: date, to_on: date) -> int:
        """Mark a range of days so that the next usage step builds it anew; returns the lake parts in it."""
        return touch_days(self.store, from_on, to_on)

    def publish(self) -> Publication:
        """Build, verify and put in place the file that people open; remember what it stands on."""
        with contextlib.suppress(
            LedgerBroken
        ):  # `doctor` and `ledger verify` tell; the graph is published all the same
            anchor(self.settings.home)
        publication = publish(self.store, self.night, run_id=self.run_id, started_at=self.started_at)
        last = LastRun(
            self._stands_on(), self.run_id, self.night.as_of.isoformat(), publication.content_hash,
            datetime.now(UTC).isoformat(timespec="seconds"), self._stands_on(scope=True),
        )  # fmt: skip
        path = self.settings.home / "last_run.json"
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(last), indent=1), encoding="utf-8")
        temporary.chmod(0o600)
        temporary.replace(path)
        return publication

    def remove_old(self, today: date | None = None) -> Removed:
        """Remove what is older than the settings keep, as of the night's day but not of one to come.

        Only after publishing: what goes is in the graph by then.
        """
        day = min(self.night.as_of, today or datetime.now(UTC).date())
        events = remove_events(self.store, self.settings, day)
        self.removed = Removed(events, remove_exports(self.store, self.settings, day))
        return self.removed

    def _stands_on(self, *, scope: bool = False) -> str:
        """Return the fingerprint to remember: this run's own only if it read all that lay in the inbox.

        A part of the steps (days built anew) publishes what was read before it, so that a file that came in
        the meantime has to stay news.
        """
        if self.is_scanned and set(self.systems) <= set(self.outcomes):
            return self.scope_fingerprint if scope else self.fingerprint
        before = last_run(self.settings)
        if before is None or before.as_of != self.night.as_of.isoformat():
            return ""
        return before.scope_fingerprint if scope else before.fingerprint

    def all_stages(self, *, again: bool = False) -> Publication:
        """Run everything in this process, without Dagster."""
        self.scan(again=again)
        for system in self.systems:
            self.ingest(system)
        for step in steps():
            self.build(step)
        publication = self.publish()
        self.remove_old()
        return publication


@contextlib.contextmanager
def writing(settings: Settings, as_of: date, *, wait_seconds: float = 0,
            run_id: str | None = None) -> Iterator[NightRun]:  # fmt: skip
    """Hold the writer's lock and the warehouse of a home.

    Raises StoreLocked, StoreNewer, StoreDamaged, DiskFull, DiskFailed.
    """
    before = os.umask(0o077)
    try:
        with writer_lock(settings.home, wait_seconds=wait_seconds):
            fingerprint = fingerprint_of(settings, as_of)
            scope_fingerprint = fingerprint_of(settings, as_of, with_ledger=False)
            make_private(settings.home)
            store = open_warehouse(
                settings.warehouse, memory_limit=settings.memory_limit, threads=settings.threads
            )
            try:
                load_macros(store)
                clear_stage(settings.home)
                refuse_before(settings.home, as_of)
                bring_up(store, settings)
                Lake(settings.home).sweep(store)
                yield NightRun(
                    settings, Night(settings, as_of), store, run_id or uuid.uuid4().hex,
                    datetime.now(UTC).replace(tzinfo=None), fingerprint, scope_fingerprint,
                )  # fmt: skip
            finally:
                store.close()
                clear_stage(settings.home)
    except OSError as error:
        if (fault := disk_fault(error, settings.home)) is None:
            raise
        raise fault from error
    finally:
        os.umask(before)


def mark_good_night(settings: Settings) -> None:
    """Touch `home/last_good_night`: a watch elsewhere sees by its age that a night did not run, or was not fine."""
    path = settings.home / GOOD_NIGHT
    path.touch(mode=0o600)
    os.utime(path)


def last_run(settings: Settings) -> LastRun | None:
    """Return what the last published run stood on, or None."""
    try:
        data = json.loads((settings.home / "last_run.json").read_text(encoding="utf-8"))
        return LastRun(**data)
    except (OSError, ValueError, TypeError):
        return None


def is_current(settings: Settings, as_of: date) -> LastRun | None:
    """Return the last run if nothing has changed since: inbox, decisions, catalog, settings, day, program."""
    last = last_run(settings)
    if last is None or not settings.published.exists() or not settings.warehouse.exists():
        return None
    return last if last.fingerprint == fingerprint_of(settings, as_of) else None


def is_scope_current(settings: Settings, as_of: date) -> bool:
    """Tell whether the published scope stands on what is there now; what cases did since does not change it."""
    last = last_run(settings)
    return (
        last is not None
        and settings.published.exists()
        and settings.warehouse.exists()
        and last.scope_fingerprint == fingerprint_of(settings, as_of, with_ledger=False)
    )


def fingerprint_of(settings: Settings, as_of: date, *, with_ledger: bool = True) -> str:
    """Hash what a run stands on; files of the inbox by name, size and time."""
    digest = hashlib.sha256()
    digest.update(f"{__version__}\0{as_of}\0{settings!r}\0{extensions()!r}\0".encode())
    for path in inbox_files(settings.inbox):
        with contextlib.suppress(OSError):
            status = path.lstat()
            digest.update(
                f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogateescape")
            )
    data = [
        settings.home / "decisions.jsonl",
        *([settings.home / "ledger.jsonl"] if with_ledger else []),
        settings.home / "match_rules.csv",
        *_shipped_data(),
        *_plugins(settings),
    ]
    for path in [*data, *([settings.catalog] if settings.catalog else [])]:
        if path.exists():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _shipped_data() -> list[Path]:
    return sorted((Path(__file__).parent / "catalog" / "data").glob("*"))


def _plugins(settings: Settings) -> list[Path]:
    return sorted(settings.plugins.glob("*.py")) if settings.plugins else []
