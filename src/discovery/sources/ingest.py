"""One system's pending inputs become parts of the lake; what became of each record is written down.

Inputs are read alone, or many small ones in one go (`together`). Per input, or for those read in one go, one
transaction: registry row (state `staged`), parts, ignored reasons, quarantine. The step that builds
`canonical.usage` turns `staged` into `loaded` in the same transaction as the usage of the days.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from discovery.errors import SourceFailed, StoreDamaged
from discovery.settings import Settings
from discovery.sources.collected import collected_from
from discovery.sources.container import count_lines
from discovery.sources.file_name import HERS, SCRUBBED, STAND_IN, FileNames
from discovery.sources.forgotten import REASON, load_forgotten, reduce_file
from discovery.sources.horizon import load_events_from
from discovery.sources.lake import Lake, Written, clear_stage, write_records
from discovery.sources.opening import Opened, container_of, open_inputs, stage_folder
from discovery.sources.paging import missing_pages
from discovery.sources.quarantined import bad_records
from discovery.sources.reading import (
    NotSequential,
    Raw,
    open_raw,
    open_raw_carefully,
)
from discovery.sources.rebuild import keep_reduced, restore_reduced
from discovery.sources.registering import Read, now, refuse, register
from discovery.sources.registry import known_formats
from discovery.sources.reread import hint_of_member, read_with
from discovery.sources.sifting import sift
from discovery.sources.together import MOST_BYTES, MOST_FILES, SMALL, read_together
from discovery.sources.vault import Sidecar, Vault, on_disk
from discovery.sources.withheld import load_withheld
from discovery.stage import Night
from discovery.store import SqlError, Store, ValueRefused, make_private, sql_file


@dataclass(frozen=True)
class Outcome:
    """What became of the records of one system's inputs in this run; `failed_file`: where `error` was met."""

    files: int = 0
    rows_read: int = 0
    rows_ignored: int = 0
    rows_quarantined: int = 0
    refused: int = 0
    error: str | None = None
    failed_file: str | None = None

    @property
    def failure(self) -> str | None:
        """The error with the name of the file; None if there is none."""
        return f"{self.failed_file}: {self.error}" if self.error else None

    def plus(self, reads: Iterable[Read]) -> Outcome:
        """Return the same with what became of further inputs."""
        total = self
        for one in reads:
            total = replace(
                total, files=total.files + 1, rows_read=total.rows_read + one.rows,
                rows_ignored=total.rows_ignored + sum(one.ignored.values()),
                rows_quarantined=total.rows_quarantined + len(one.bad),
            )  # fmt: skip
        return total


def systems(settings: Settings) -> tuple[str, ...]:
    """Return the systems that some known format reads, sorted."""
    return tuple(sorted({f.system for f in known_formats(settings)}))


def load_macros(store: Store) -> None:
    """Make the macros of formats available on this connection."""
    store.prepare(sql_file("discovery.sources", "macros"))


def ingest_system(store: Store, night: Night, system: str) -> Outcome:
    """Read all pending inputs of one system.

    A file that cannot be read is refused with its reason and does not stop the others. Any other fault
    makes the source failed: it is written to `sources.source_status`, what was known stays, and the
    outcome carries the error.
    """
    total = Outcome()
    if store.value("SELECT count(*) FROM sources.pending WHERE system = $system", {"system": system}):
        load_macros(store)
        load_forgotten(store, night.settings.home)
        load_events_from(store, night.settings.home)
        load_withheld(store, night.settings)
        total = _Ingest(store, night.settings, system).read_all()
    with store.transaction():
        store.run("DELETE FROM sources.source_status WHERE system = $system", {"system": system})
        if total.error:
            store.insert("sources.source_status", [
                {"system": system, "is_failed": True, "reason": total.failure, "failed_at": now()}
            ])  # fmt: skip
    return total


_GONE = "its bytes are not in the vault: put the file into the inbox again"


class _SourceDown(Exception):
    """Something other than a file is at fault; the outcome says what."""


class _Ingest:
    """The reading of one system's inputs."""

    def __init__(self, store: Store, settings: Settings, system: str) -> None:
        self.store, self.settings, self.system = store, settings, system
        self.formats = {f.name: f for f in known_formats(settings)}
        self.private = [f.name for f in self.formats.values() if f.private]
        self.vault, self.lake = Vault(settings.home), Lake(settings.home)
        self.names = FileNames(settings.home)
        self.total = Outcome()
        self.done: set[str] = set()

    def read_all(self) -> Outcome:
        """Read what waits, until nothing does or something other than a file is at fault."""
        try:
            with contextlib.suppress(_SourceDown):
                while pending := self.store.dicts(
                    # Again: a file with records of several instances adds an input for each that it turns out to hold.
                    "SELECT * FROM sources.pending WHERE system = $system ORDER BY file_name, instance",
                    {"system": self.system},
                ):
                    self._read(pending)
        finally:
            clear_stage(self.settings.home)
        return self.total

    def _read(self, pending: list[dict[str, Any]]) -> None:
        files: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in pending:
            files.setdefault((str(row["file_sha256"]), container_of(row)), []).append(row)
        aside: list[Opened] = []
        for (sha256, _), rows in files.items():
            if any(one.sha256 == sha256 for one in aside):
                # The same file by another name lies in the same place while it is read.
                self._read_small(aside)
                aside = []
            aside += self._read_file(rows)
            if len(aside) >= MOST_FILES or sum(one.text.bytes for one in aside) >= MOST_BYTES:
                self._read_small(aside)
                aside = []
        self._read_small(aside)

    def _read_file(self, rows: list[dict[str, Any]]) -> list[Opened]:
        """Read the inputs of a file; where all are small, they are returned instead, to be read with others."""
        sha256 = str(rows[0]["file_sha256"])
        place = self.vault.place(sha256)
        kept = place if place.exists() else self.settings.home / "incoming" / sha256
        opened: list[tuple[dict[str, Any], Opened | SourceFailed | None]] = []
        with self._answering_for(rows[0]):
            opened = open_inputs(kept, rows, self.settings, self.formats, self.names)
        small: list[Opened] = []
        for row, one in opened:
            if isinstance(one, Opened) and one.text.bytes <= SMALL:
                small.append(one)
                continue
            with self._answering_for(row):
                if isinstance(one, SourceFailed):
                    raise one
                if one is None:
                    self._restore(row)
                else:
                    self._finish([self._read_alone(one)])
        if len(small) == len(opened):
            return small
        # What lies beside them unpacked may be large.
        self._read_small(small)
        self._let_go([sha256])
        return []

    def _read_small(self, small: list[Opened]) -> None:
        """Read inputs in one go, and alone those that cannot be read so."""
        for some in _lots(small):
            try:
                self._read_in_one_go(some)
            except StoreDamaged:
                raise
            except Exception:
                pass  # read alone, each says for itself what is wrong with it
            for one in some:
                if one.file_id not in self.done:
                    with self._answering_for(one.row):
                        self._finish([self._read_alone(one)])
        self._let_go({one.sha256: None for one in small})

    @contextlib.contextmanager
    def _answering_for(self, row: Mapping[str, Any]) -> Iterator[None]:
        """Refuse an input that cannot be read, by its row; any other fault is the source's."""
        try:
            yield
        except SourceFailed as error:
            refuse(self.store, self.settings, row, str(error))
            self.total = replace(self.total, refused=self.total.refused + 1)
        except StoreDamaged:
            raise  # not the source's fault, and nothing that comes after can be trusted
        except Exception as error:
            # The engine's own words may quote a record, which browsing must not leave behind.
            said = "" if row["format"] in self.private else f": {error}"
            said = self.names.shown(f"{type(error).__name__}{said}")
            self.total = replace(self.total, error=said, failed_file=str(row["file_name"]))
            raise _SourceDown from error

    def _let_go(self, files: Collection[str]) -> None:
        """Remove what was staged of files, and the copies of those that no input waits for any more."""
        waiting = {str(r[0]) for r in self.store.rows(
            "SELECT DISTINCT file_sha256 FROM sources.pending "
            "WHERE file_sha256 IN (SELECT unnest(CAST($files AS VARCHAR[])))",
            {"files": list(files)},
        )}  # fmt: skip
        for sha256 in files:
            shutil.rmtree(stage_folder(self.settings.home, sha256), ignore_errors=True)
            if sha256 not in waiting:
                (self.settings.home / "incoming" / sha256).unlink(missing_ok=True)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────

    def _found(self, one: Opened) -> Opened:
        """Return an input as it lies now: with the first input of a file that is read, the file goes into the vault."""
        if one.text.path.exists():
            return one
        kept = self.vault.place(one.sha256)
        if not kept.exists():
            raise SourceFailed(_GONE)
        return replace(one, text=replace(one.text, path=kept))

    def _not_kept(self, some: Sequence[Opened]) -> set[Path]:
        """Return the files of inputs that the vault does not have yet: what lies there is on the disk."""
        return {one.kept for one in some if one.kept.exists() and one.kept != self.vault.place(one.sha256)}

    def _read_in_one_go(self, some: Sequence[Opened]) -> None:
        if len(some) < 2:
            return
        folder = make_private(self.settings.home / "stage" / "together")
        some = [self._found(one) for one in some]
        try:
            with on_disk(*self._not_kept(some)):
                read = read_together(self.store, some, folder)
            for group in read:
                self._finish([self._result(one, raw, written, []) for one, raw, written in group])
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _read_alone(self, one: Opened) -> Read:
        """Read an input the fast way; where a record is malformed, or records do not lie in lines, the careful way."""
        one = self._found(one)
        one.set_hints(self.store)
        with on_disk(*self._not_kept([one])):
            raw, written = self._written(one)
        primary = written[one.format.kind]
        if primary.quarantined and not raw.numbered:
            # Record numbers cost speed, so they are made only where a record has to be named.
            raw = open_raw_carefully(self.store, one.text.path, one.layout, one.shape, one.folder, one.header)
            written = self._write(one)
            primary = written[one.format.kind]
        if one.several is not None and one.several.first != one.row["instance"]:
            # What cannot even be taken apart counts for the first instance.
            raw = replace(raw, bad=())
        out = one.folder / "out" / one.format.kind
        bad = bad_records(
            self.store, raw, one.shape, one.format, out, primary, one.several, str(one.row["instance"])
        )
        _check_lines(one, primary.rows + len(raw.bad) + sum(primary.others.values()), raw)
        return self._result(one, raw, written, self.names.scrubbed(bad))

    def _written(self, one: Opened) -> tuple[Raw, dict[str, Written]]:
        text, layout, shape, header = one.text.path, one.layout, one.shape, one.header
        try:
            raw = open_raw(self.store, text, layout, shape, header, numbered=shape.numbered)
            return raw, self._write(one)
        except (SqlError, NotSequential):
            raw = open_raw_carefully(self.store, text, layout, shape, one.folder, header)
        try:
            return raw, self._write(one)
        except ValueRefused as error:
            return sift(self.store, raw, shape, lambda: self._write(one), error)

    def _write(self, one: Opened) -> dict[str, Written]:
        folder, row = one.folder / "out", one.row
        shutil.rmtree(folder, ignore_errors=True)
        make_private(folder)
        return {
            kind: write_records(
                self.store, kind, select, folder / kind, file_id=one.file_id, system=one.format.system,
                instance=str(row["instance"]), snapshot_on=row["snapshot_on"], is_list=one.format.is_list,
                several=one.several,
            )
            for kind, select in {one.format.kind: one.shape.select, **one.shape.also}.items()
        }  # fmt: skip

    def _result(
        self, one: Opened, raw: Raw, written: dict[str, Written], bad: list[tuple[int, str | None, str, str]]
    ) -> Read:
        primary = written[one.format.kind]
        rows = primary.rows + len(raw.bad)
        return Read(
            one.row, one.format, one.shape.name, written, rows, bad, primary.elsewhere,
            missing_pages(raw.envelope, rows) if one.format.is_list else None, one.text.collected,
            read_with(self.settings, one.hint, one.format, one.shape.name),
        )  # fmt: skip

    # ── keeping ──────────────────────────────────────────────────────────────────────────────────────────

    def _finish(self, reads: Sequence[Read]) -> None:
        """First the vault, then the registry: what the registry has can always be read again."""
        reduced = self._reduced({read.sha256 for read in reads})
        for read in reads:
            self._keep(read, is_reduced=read.sha256 in reduced)
        self._register(reads)

    def _register(self, reads: Sequence[Read]) -> None:
        register(self.store, self.lake, reads)
        self.done.update(read.file_id for read in reads)
        self.total = self.total.plus(reads)

    def _keep(self, read: Read, *, is_reduced: bool) -> None:
        row, sha256 = read.row, read.sha256
        sidecar = Sidecar(
            read.file_id, sha256, row["member"], str(row["file_name"]), read.format.name, read.shape,
            read.format.system, str(row["instance"]), str(row["instance_from"]), row["person_hint"],
            row["snapshot_on"].isoformat() if row["snapshot_on"] else None,
        )  # fmt: skip
        names_forgotten = any(reason == SCRUBBED for _, _, reason, _ in read.bad) or any(
            REASON in one.ignored for one in read.written.values()
        )
        if names_forgotten and self.vault.has(sha256):
            # Other inputs of the file were kept as bytes; now none of it is.
            reduce_file(self.store, self.settings.home, self.formats, sha256)
        if names_forgotten or is_reduced:
            said = read.collected.line() if read.collected else None
            sidecar = replace(
                sidecar, is_reduced=True, rows_read=read.rows, rows_elsewhere=read.elsewhere,
                ignored=dict(read.ignored), quarantined=list(read.bad), lacking=read.lacking, collected=said,
            )  # fmt: skip
            keep_reduced(self.store, self.vault, sidecar, read.written)
        elif not self.vault.has(sha256):
            self.vault.keep(self.settings.home / "incoming" / sha256, sha256)
        self.vault.write_sidecar(sidecar)

    def _reduced(self, files: set[str]) -> set[str]:
        """Return the files whose bytes are not to be kept.

        Any input of them is browsing (an archive has several), is kept as records already, also by a warehouse that is
        lost, or is a forgotten person's by its name.
        """
        rows = self.store.rows(
            "SELECT DISTINCT file_sha256 FROM (SELECT file_sha256, format, member, reason FROM sources.source_file "
            "UNION ALL SELECT file_sha256, format, member, NULL FROM sources.pending) "
            "WHERE file_sha256 IN (SELECT unnest(CAST($files AS VARCHAR[]))) "
            "AND (list_contains($private, format) OR regexp_matches(member, $stand_in) OR reason = $hers)",
            {"files": list(files), "private": self.private, "stand_in": STAND_IN.pattern, "hers": HERS},
        )
        found = {str(row[0]) for row in rows}
        return found | {
            sha256
            for sha256 in files - found
            if any(one.is_reduced for one in self.vault.sidecars_of(sha256))
        }

    def _restore(self, row: dict[str, Any]) -> None:
        """Take an input from the reduced records that the vault holds of it."""
        fmt = self.formats[row["format"]]
        sidecar = self.vault.sidecar(str(row["file_sha256"]), str(row["file_id"]))
        if sidecar is None or not sidecar.is_reduced:
            raise SourceFailed(_GONE)
        folder = make_private(stage_folder(self.settings.home, sidecar.file_sha256))
        written = restore_reduced(self.store, self.vault, sidecar, fmt, folder / "out")
        ignored = written[fmt.kind].ignored
        further = any(one.ignored for kind, one in written.items() if kind != fmt.kind)
        if further or ignored != sidecar.ignored:
            # Some of what was kept is not to be kept any more.
            keep_reduced(self.store, self.vault, sidecar, written)
            self.vault.write_sidecar(replace(sidecar, ignored=ignored))
        hint = hint_of_member(self.settings, container_of(row), row["member"])
        self._register([Read(
            row, fmt, sidecar.shape, written, sidecar.rows_read, sidecar.quarantined, sidecar.rows_elsewhere,
            sidecar.lacking, collected_from(json.loads(sidecar.collected)) if sidecar.collected else None,
            read_with(self.settings, hint, fmt, sidecar.shape),
        )])  # fmt: skip


def _lots(small: Iterable[Opened]) -> Iterator[list[Opened]]:
    """Cut inputs into lots that are read in one go, so that memory stays bounded."""
    lot: list[Opened] = []
    size = 0
    for one in small:
        if lot and (len(lot) >= MOST_FILES or size + one.text.bytes > MOST_BYTES):
            yield lot
            lot, size = [], 0
        lot.append(one)
        size += one.text.bytes
    if lot:
        yield lot


def _check_lines(one: Opened, records: int, raw: Raw) -> None:
    """For one object per line: as many records as lines, or something was lost."""
    if not one.layout.json_lines or raw.is_clean_copy:
        return
    lines = count_lines(one.text.path) - (one.text.collected is not None)
    if records in (lines, lines + 1):
        return
    with one.text.path.open("rb") as file:
        filled = sum(1 for line in file if line.strip())
    if filled != records:
        raise SourceFailed(
            f"{records} records were read from {filled} lines: please report this file's shape."
        )
