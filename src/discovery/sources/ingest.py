"""One system's pending inputs become parts of the lake; what became of each record is written down.

Per input one transaction: registry row (state `staged`), parts, ignored reasons, quarantine. The step that
builds `canonical.usage` turns `staged` into `loaded` in the same transaction as the usage of the days.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from discovery.errors import SourceFailed, StoreDamaged
from discovery.settings import Settings, SourceHint
from discovery.sources.collected import Collected, collected_from
from discovery.sources.container import Staged, count_lines
from discovery.sources.file_name import HERS, STAND_IN, FileNames
from discovery.sources.forgotten import REASON, load_forgotten, reduce_file
from discovery.sources.horizon import load_events_from
from discovery.sources.inbox import content_instances, look_at
from discovery.sources.input import file_id_of
from discovery.sources.lake import Lake, Several, Written, write_records
from discovery.sources.layout import Layout
from discovery.sources.paging import missing_pages
from discovery.sources.quarantined import QUARANTINE_KEPT, bad_records
from discovery.sources.reading import (
    NotSequential,
    Raw,
    open_raw,
    open_raw_carefully,
)
from discovery.sources.rebuild import keep_reduced, restore_reduced
from discovery.sources.registry import Recognition, known_formats
from discovery.sources.reread import hint_of_member, looked_with, read_with, take_out
from discovery.sources.sifting import sift
from discovery.sources.source import Format, Head, Shape
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
    settings = night.settings
    total = Outcome()
    if not store.value("SELECT count(*) FROM sources.pending WHERE system = $system", {"system": system}):
        store.run("DELETE FROM sources.source_status WHERE system = $system", {"system": system})
        return total
    formats = {f.name: f for f in known_formats(settings)}
    private = [f.name for f in formats.values() if f.private]
    vault, lake = Vault(settings.home), Lake(settings.home)
    load_macros(store)
    load_forgotten(store, settings.home)
    load_events_from(store, settings.home)
    load_withheld(store, settings)
    while pending := store.dicts(
        # One by one: a file with records of several instances adds an input for each that it turns out to hold.
        "SELECT * FROM sources.pending WHERE system = $system ORDER BY file_name, instance LIMIT 1",
        {"system": system},
    ):
        row = pending[0]
        try:
            one = _ingest(store, settings, formats[row["format"]], row, vault, lake, private)
            total = Outcome(
                total.files + 1, total.rows_read + one.rows_read, total.rows_ignored + one.rows_ignored,
                total.rows_quarantined + one.rows_quarantined, total.refused,
            )  # fmt: skip
        except SourceFailed as error:
            _refuse(store, settings, row, str(error))
            total = replace(total, refused=total.refused + 1)
        except StoreDamaged:
            raise  # not the source's fault, and nothing that comes after can be trusted
        except Exception as error:
            # The engine's own words may quote a record, which browsing must not leave behind.
            said = "" if row["format"] in private else f": {error}"
            said = FileNames(settings.home).shown(f"{type(error).__name__}{said}")
            total = replace(total, error=said, failed_file=str(row["file_name"]))
            break
        finally:
            shutil.rmtree(settings.home / "stage" / str(row["file_sha256"])[:16], ignore_errors=True)
            _let_go(store, settings.home, str(row["file_sha256"]))
    with store.transaction():
        store.run("DELETE FROM sources.source_status WHERE system = $system", {"system": system})
        if total.error:
            store.run(
                "INSERT INTO sources.source_status VALUES ($system, true, $reason, CAST($now AS TIMESTAMP))",
                {"system": system, "reason": total.failure, "now": datetime.now(UTC).replace(tzinfo=None)},
            )
    return total


def _let_go(store: Store, home: Path, sha256: str) -> None:
    """Remove the copy of a file that no input waits for any more: what is to be kept lies in the vault."""
    if not store.value("SELECT count(*) FROM sources.pending WHERE file_sha256 = $sha", {"sha": sha256}):
        (home / "incoming" / sha256).unlink(missing_ok=True)


def _holds_browsing(store: Store, sha256: str, private: list[str]) -> bool:
    """Tell whether any input of a file (an archive has several) is browsing, so that its bytes are not kept."""
    return bool(store.value(
        "SELECT count(*) FROM (SELECT file_sha256, format FROM sources.pending UNION ALL "
        "SELECT file_sha256, format FROM sources.source_file) WHERE file_sha256 = $sha "
        "AND list_contains($private, format)",
        {"sha": sha256, "private": private},
    ))  # fmt: skip


def _is_reduced(store: Store, vault: Vault, sha256: str) -> bool:
    """Tell whether a file is kept as records, so that its bytes are nowhere to be kept.

    That is where an input of it is, was in a warehouse that is lost, or is a forgotten person's by its name.
    """
    return any(one.is_reduced for one in vault.sidecars_of(sha256)) or bool(store.value(
        "SELECT count(*) FROM (SELECT file_sha256, member, NULL AS reason FROM sources.pending UNION ALL "
        "SELECT file_sha256, member, reason FROM sources.source_file) "
        "WHERE file_sha256 = $sha AND (regexp_matches(member, $stand_in) OR reason = $hers)",
        {"sha": sha256, "stand_in": STAND_IN.pattern, "hers": HERS},
    ))  # fmt: skip


def _ingest(store: Store, settings: Settings, fmt: Format, row: dict[str, Any], vault: Vault,
            lake: Lake, private: list[str]) -> Outcome:  # fmt: skip
    sha256 = str(row["file_sha256"])
    incoming = settings.home / "incoming" / sha256
    kept = vault.place(sha256) if vault.has(sha256) else incoming
    folder = make_private(settings.home / "stage" / sha256[:16])
    if not kept.exists():
        return _restore(store, settings, fmt, row, vault, lake, folder)
    names = FileNames(settings.home)
    text, hint, recognition = _again(kept, row, settings, fmt, names, folder)
    if recognition.fit is None:
        raise SourceFailed(recognition.reason or "is not recognised any more")
    shape = recognition.fit.shape
    _set_hints(store, row, hint, is_sheet=recognition.layout.is_numbered)
    header = recognition.head.header
    several = None if text.collected is not None else _several(shape, recognition.head, row)
    with on_disk(kept):
        raw, written = _read(store, text.path, recognition.layout, shape, fmt, row, folder, header, several)
    primary = written[fmt.kind]
    if primary.quarantined and not raw.numbered:
        # Record numbers cost speed, so they are made only where a record has to be named.
        raw = open_raw_carefully(store, text.path, recognition.layout, shape, folder, header)
        written = _write(store, shape, fmt, row, folder, several)
        primary = written[fmt.kind]
    if several is not None and several.first != row["instance"]:
        # What cannot even be taken apart counts for the first instance.
        raw = replace(raw, bad=())
    bad = bad_records(
        store, raw, shape, fmt, folder / "out" / fmt.kind, primary, several, str(row["instance"])
    )
    delivered = bad
    bad = names.scrubbed(delivered)
    rows_read = primary.rows + len(raw.bad)
    _check_lines(text, recognition.layout, rows_read + sum(primary.others.values()), raw)
    outcome = Outcome(1, rows_read, sum(primary.ignored.values()), len(bad))
    lacking = missing_pages(raw.envelope, rows_read) if fmt.is_list else None
    sidecar = Sidecar(
        str(row["file_id"]), sha256, row["member"], str(row["file_name"]), fmt.name, shape.name, fmt.system,
        str(row["instance"]), str(row["instance_from"]), row["person_hint"],
        row["snapshot_on"].isoformat() if row["snapshot_on"] else None,
    )  # fmt: skip
    # First the vault, then the registry: what the registry has can always be read again.
    names_forgotten = bad != delivered or any(REASON in one.ignored for one in written.values())
    if names_forgotten and vault.has(sha256):
        # Other inputs of the file were kept as bytes; now none of it is.
        reduce_file(store, settings.home, {f.name: f for f in known_formats(settings)}, sha256)
    if names_forgotten or _holds_browsing(store, sha256, private) or _is_reduced(store, vault, sha256):
        said = text.collected.line() if text.collected else None
        sidecar = replace(sidecar, is_reduced=True, rows_read=rows_read, rows_elsewhere=primary.elsewhere,
                          ignored=primary.ignored, quarantined=bad, lacking=lacking, collected=said)  # fmt: skip
        keep_reduced(store, vault, sidecar, written)
    elif not vault.has(sha256):
        vault.keep(incoming, sha256)
    vault.write_sidecar(sidecar)
    with store.transaction():
        _register(
            store,
            row,
            shape.name,
            fmt,
            lake,
            written,
            outcome,
            bad,
            primary.elsewhere,
            lacking,
            text.collected,
            said=read_with(settings, hint, fmt.name),
        )
        for instance in primary.others:
            _expect(store, row, instance)
    return outcome


def _restore(
    store: Store, settings: Settings, fmt: Format, row: dict[str, Any], vault: Vault, lake: Lake, folder: Path
) -> Outcome:
    """Take an input from the reduced records that the vault holds of it."""
    sidecar = vault.sidecar(str(row["file_sha256"]), str(row["file_id"]))
    if sidecar is None or not sidecar.is_reduced:
        raise SourceFailed("its bytes are not in the vault: put the file into the inbox again")
    written = restore_reduced(store, vault, sidecar, fmt, folder / "out")
    ignored = sum(written[fmt.kind].ignored.values())
    further = any(one.ignored for kind, one in written.items() if kind != fmt.kind)
    if further or written[fmt.kind].ignored != sidecar.ignored:
        # Some of what was kept is not to be kept any more.
        keep_reduced(store, vault, sidecar, written)
        vault.write_sidecar(replace(sidecar, ignored=written[fmt.kind].ignored))
    outcome = Outcome(1, sidecar.rows_read, ignored, len(sidecar.quarantined))
    with store.transaction():
        _register(
            store,
            row,
            sidecar.shape,
            fmt,
            lake,
            written,
            outcome,
            sidecar.quarantined,
            sidecar.rows_elsewhere,
            sidecar.lacking,
            collected_from(json.loads(sidecar.collected)) if sidecar.collected else None,
            said=read_with(settings, hint_of_member(settings, _container(row), row["member"]), fmt.name),
        )
    return outcome


def _again(kept: Path, row: dict[str, Any], settings: Settings, fmt: Format, names: FileNames,
           folder: Path) -> tuple[Staged, SourceHint, Recognition]:  # fmt: skip
    """Stage a pending input and recognise its shape: the scan only noted which format it is."""
    for text, hint, recognition, refusal in look_at(kept, _container(row), settings, (fmt,), names, folder):
        if text.member == row["member"]:
            if recognition is None:
                raise SourceFailed(refusal or "is not readable any more")
            return text, hint, recognition
    raise SourceFailed(f"the archive has no member {row['member']!r} any more")


def _container(row: dict[str, Any]) -> str:
    name = str(row["file_name"])
    return name if row["member"] is None else name.removesuffix(f"/{row['member']}")


def _set_hints(store: Store, row: dict[str, Any], hint: SourceHint, *, is_sheet: bool) -> None:
    values: dict[str, Any] = {
        "person": row["person_hint"], "app": hint.app, "currency": hint.currency, "timezone": hint.timezone,
        "date_order": hint.date_order, "decimal": hint.decimal, "instance": row["instance"],
        "file_name": row["file_name"], "snapshot_on": row["snapshot_on"], "is_sheet": str(is_sheet).lower(),
    }  # fmt: skip
    for name, value in values.items():
        kind = "DATE" if name == "snapshot_on" else "VARCHAR"
        store.run(f"SET VARIABLE hint_{name} = CAST($value AS {kind})", {"value": value})


def _read(store: Store, path: Path, layout: Layout, shape: Shape, fmt: Format, row: dict[str, Any],
          folder: Path, header: tuple[str, ...], several: Several | None,
          ) -> tuple[Raw, dict[str, Written]]:  # fmt: skip
    """Read the fast way; where a record is malformed, or records do not lie in lines, the careful way."""
    try:
        raw = open_raw(store, path, layout, shape, header, numbered=shape.numbered)
        return raw, _write(store, shape, fmt, row, folder, several)
    except (SqlError, NotSequential):
        raw = open_raw_carefully(store, path, layout, shape, folder, header)
    try:
        return raw, _write(store, shape, fmt, row, folder, several)
    except ValueRefused as error:
        return sift(store, raw, shape, lambda: _write(store, shape, fmt, row, folder, several), error)


def _several(shape: Shape, head: Head, row: dict[str, Any]) -> Several | None:
    """Say whether records are to be told apart by instance: not where the settings name one for the file."""
    if not shape.several_instances or row["instance_from"] != "content":
        return None
    return Several(content_instances(shape, head)[0])


def _expect(store: Store, row: dict[str, Any], instance: str) -> None:
    """Make a further instance of the same file an input of its own, if it is none yet."""
    file_id = file_id_of(str(row["file_sha256"]), row["member"], instance, row["person_hint"])
    store.run(
        "INSERT INTO sources.pending BY NAME SELECT * REPLACE ($file_id AS file_id, $instance AS instance) FROM "
        "(SELECT $sha AS file_sha256, $member AS member, $name AS file_name, $format AS format, $shape AS shape, "
        "$system AS system, '' AS instance, 'content' AS instance_from, $person AS person_hint, '' AS file_id, "
        "CAST($snapshot AS DATE) AS snapshot_on) WHERE $file_id NOT IN (SELECT file_id FROM sources.pending "
        "UNION ALL SELECT file_id FROM sources.source_file WHERE state <> 'duplicate')",
        {
            "file_id": file_id, "instance": instance, "sha": row["file_sha256"], "member": row["member"],
            "name": row["file_name"], "format": row["format"], "shape": row["shape"], "system": row["system"],
            "person": row["person_hint"], "snapshot": row["snapshot_on"],
        },
    )  # fmt: skip


def _write(store: Store, shape: Shape, fmt: Format, row: dict[str, Any], folder: Path,
           several: Several | None) -> dict[str, Written]:  # fmt: skip
    shutil.rmtree(folder / "out", ignore_errors=True)
    make_private(folder / "out")
    return {
        kind: write_records(
            store, kind, select, folder / "out" / kind, file_id=str(row["file_id"]), system=fmt.system,
            instance=str(row["instance"]), snapshot_on=row["snapshot_on"], is_list=fmt.is_list,
            several=several,
        )
        for kind, select in {fmt.kind: shape.select, **shape.also}.items()
    }  # fmt: skip


def _check_lines(text: Staged, layout: Layout, rows_read: int, raw: Raw) -> None:
    """For one object per line: as many records as lines, or something was lost."""
    if not layout.json_lines or raw.is_clean_copy:
        return
    lines = count_lines(text.path) - (text.collected is not None)
    if rows_read in (lines, lines + 1):
        return
    with text.path.open("rb") as file:
        filled = sum(1 for line in file if line.strip())
    if filled != rows_read:
        raise SourceFailed(
            f"{rows_read} records were read from {filled} lines: please report this file's shape."
        )


def _register(store: Store, row: dict[str, Any], shape: str, fmt: Format, lake: Lake,
              written: dict[str, Written], outcome: Outcome, bad: list[tuple[int, str | None, str, str]],
              elsewhere: int, lacking: str | None = None, collected: Collected | None = None, *,
              said: str) -> None:  # fmt: skip
    file_id, instance = str(row["file_id"]), str(row["instance"])
    parts = []
    for kind, one in written.items():
        seen: dict[date | None, int] = {}
        for part in one.parts:
            number = seen.get(part.day, 0)
            seen[part.day] = number + 1
            parts.append((kind, part.day, lake.place(part, fmt.system, instance, file_id, number), part.rows))
    # It may have been read before, with other settings.
    take_out(store, file_id, paths=[path for _, _, path, _ in parts])
    # One statement for all: a log of a year has a part for each of its days.
    if parts:
        kinds, days, paths, counts = zip(*parts, strict=True)
        store.run(
            "INSERT INTO sources.source_part SELECT $file_id, kind, split_part(path, '/', 2)[8:], $system, $instance, "
            "day, path, row_count, row_count, 'new' FROM (SELECT unnest(CAST($kinds AS VARCHAR[])) AS kind, "
            "unnest(CAST($days AS DATE[])) AS day, unnest(CAST($paths AS VARCHAR[])) AS path, "
            "unnest(CAST($counts AS BIGINT[])) AS row_count)",
            {"file_id": file_id, "system": fmt.system, "instance": instance, "kinds": list(kinds),
             "days": list(days), "paths": list(paths), "counts": list(counts)},
        )  # fmt: skip
    for reason, count in written[fmt.kind].ignored.items():
        store.run("INSERT INTO sources.ignored VALUES ($file_id, $reason, $count)",
                  {"file_id": file_id, "reason": reason, "count": count})  # fmt: skip
    if bad:
        rows = json.dumps([
            {"record": record, "column_name": column, "reason": reason, "content": content}
            for record, column, reason, content in bad[:QUARANTINE_KEPT]
        ])  # fmt: skip
        store.run(
            "INSERT INTO sources.quarantine SELECT $file_id, $name, q.record, q.column_name, q.reason, q.content "
            "FROM (SELECT unnest(from_json($rows, "
            '\'[{"record":"BIGINT","column_name":"VARCHAR","reason":"VARCHAR","content":"VARCHAR"}]\''
            ")) AS q)",
            {"file_id": file_id, "name": row["file_name"], "rows": rows},
        )
    store.run(
        "INSERT INTO sources.source_file BY NAME SELECT $file_id AS file_id, $sha AS file_sha256, $member AS member, "
        "$name AS file_name, $system AS system, $instance AS instance, $how AS instance_from, "
        "$person AS person_hint, CAST($snapshot AS DATE) AS snapshot_on, $kinds::VARCHAR[] AS kinds, "
        "$format AS format, $shape AS shape, 'staged' AS state, $reason AS reason, "
        "CAST($read AS BIGINT) AS rows_read, CAST($read - $ignored - $bad AS BIGINT) AS rows_loaded, "
        "CAST(0 AS BIGINT) AS rows_duplicate, CAST($ignored AS BIGINT) AS rows_ignored, "
        "CAST($bad AS BIGINT) AS rows_quarantined, CAST($elsewhere AS BIGINT) AS rows_elsewhere, "
        "$complete AS is_complete, CAST($now AS TIMESTAMP) AS loaded_at, $said AS read_with",
        {
            "said": said,
            "file_id": file_id, "sha": row["file_sha256"], "member": row["member"], "name": row["file_name"],
            "system": fmt.system, "instance": instance, "how": row["instance_from"], "person": row["person_hint"],
            "snapshot": row["snapshot_on"], "kinds": sorted({p[0] for p in parts}) or list(fmt.kinds),
            "format": fmt.name, "shape": shape, "read": outcome.rows_read, "ignored": outcome.rows_ignored,
            "bad": outcome.rows_quarantined, "elsewhere": elsewhere, "reason": lacking,
            "complete": collected.is_complete if collected is not None else fmt.is_whole(shape) and lacking is None,
            "now": datetime.now(UTC).replace(tzinfo=None),
        },
    )  # fmt: skip
    if collected is not None:
        store.run(
            "INSERT INTO sources.collected BY NAME SELECT $file_id AS file_id, $system AS system, $list AS list, "
            "$instance AS instance, CAST($from_at AS TIMESTAMP) AS from_at, CAST($to_at AS TIMESTAMP) AS to_at, "
            "$is_complete AS is_complete, CAST($collected_at AS TIMESTAMP) AS collected_at",
            {"file_id": file_id, **asdict(collected)},
        )
    store.run("DELETE FROM sources.pending WHERE file_id = $file_id", {"file_id": file_id})


def _refuse(store: Store, settings: Settings, row: dict[str, Any], reason: str) -> None:
    with store.transaction():
        take_out(store, str(row["file_id"]))
        store.run("DELETE FROM sources.pending WHERE file_id = $file_id", {"file_id": row["file_id"]})
        store.run(
            "INSERT INTO sources.source_file BY NAME SELECT $file_id AS file_id, $sha AS file_sha256, "
            "$member AS member, $name AS file_name, $system AS system, $format AS format, 'refused' AS state, "
            "$reason AS reason, CAST(0 AS BIGINT) AS rows_read, CAST(0 AS BIGINT) AS rows_loaded, "
            "CAST(0 AS BIGINT) AS rows_duplicate, CAST(0 AS BIGINT) AS rows_ignored, "
            "CAST(0 AS BIGINT) AS rows_quarantined, CAST(0 AS BIGINT) AS rows_elsewhere, "
            "false AS is_complete, CAST($now AS TIMESTAMP) AS loaded_at, $said AS read_with",
            {
                "said": looked_with(settings),
                "file_id": row["file_id"], "sha": row["file_sha256"], "member": row["member"],
                "name": row["file_name"], "system": row["system"], "format": row["format"], "reason": reason,
                "now": datetime.now(UTC).replace(tzinfo=None),
            },
        )  # fmt: skip
