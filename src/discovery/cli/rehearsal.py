"""What would become of files in a run: the real reader on copies, in a temporary home that is thrown away."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from discovery.errors import BadUse
from discovery.settings import Settings
from discovery.sources.container import stage
from discovery.sources.inbox import inbox_files, scan
from discovery.sources.ingest import ingest_system, load_macros, systems
from discovery.sources.layout import look
from discovery.sources.registry import unproven
from discovery.sources.reread import hint_for
from discovery.sources.source import Head
from discovery.stage import Night
from discovery.store import Store, quoted
from discovery.tables import EVENT_KINDS, RECORDS

SAMPLE_ROWS = 3
QUARANTINE_SHOWN = 20
HIDDEN = "is hidden: a run leaves out files and folders whose name begins with a dot"
EMPTY: tuple[Any, ...] = (None, [], "")


@dataclass(frozen=True)
class Verdict:
    """What one input would become. `state`: loaded, duplicate, unrecognised or refused."""

    name: str
    state: str
    reason: str | None
    format: str | None = None
    shape: str | None = None
    is_proven: bool = True
    system: str | None = None
    instance: str | None = None
    instance_from: str | None = None
    person: str | None = None
    snapshot_on: date | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    rows_ignored: int = 0
    rows_quarantined: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    first: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def is_fine(self) -> bool:
        """All of its records would count or are left out for a reason that the format declares."""
        return self.state in ("loaded", "duplicate") and not self.rows_quarantined


def files_named(paths: Sequence[Path], inbox: Path) -> dict[str, Path]:
    """Return the files by the name that they have, or would have, below the inbox. Raises BadUse.

    A file elsewhere keeps its folder's name, which may say whose it is.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise BadUse(f"{path}: no such file")
        base = path.resolve() if path.is_dir() else path.parent.resolve()
        files = inbox_files(base) if path.is_dir() else [base / path.name]
        if not files:
            raise BadUse(f"{path}: holds no files")
        for whole in files:
            below = inbox.resolve()
            name = (
                whole.relative_to(below)
                if whole.is_relative_to(below)
                else (Path(base.name) / whole.relative_to(base))
            )
            unique, number = name, 2
            while found.get(str(unique), whole) != whole:
                unique, number = Path(f"{number}") / name, number + 1
            found[str(unique)] = whole
    return found


@contextmanager
def rehearsal(settings: Settings, files: dict[str, Path]) -> Iterator[Settings]:
    """Copy files into the inbox of a temporary home; the settings given are for that home."""
    with tempfile.TemporaryDirectory(prefix="discovery-check-") as folder:
        inbox = Path(folder) / "inbox"
        for name, path in files.items():
            target = inbox / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copy2(path, target, follow_symlinks=False)
            except (OSError, shutil.SpecialFileError) as error:
                raise BadUse(f"{path}: cannot be read: {error}") from error
        yield replace(settings, home=Path(folder) / "home", inbox=inbox)


def rehearse(settings: Settings, as_of: date) -> list[Verdict]:
    """Read everything in a rehearsal's inbox and return a verdict per input, by name."""
    settings.home.mkdir(exist_ok=True)
    with Store.memory(settings.home) as store:
        load_macros(store)
        scan(store, settings, as_of)
        night = Night(settings, as_of)
        failed: dict[str, str] = {}
        pending = {str(r[0]) for r in store.rows("SELECT DISTINCT system FROM sources.pending")}
        for system in systems(settings):
            if system in pending and (error := ingest_system(store, night, system).error):
                failed[system] = error
        verdicts = [
            _verdict(store, settings, row)
            for row in store.dicts("SELECT * FROM sources.source_file ORDER BY file_name")
        ]
        verdicts += [
            Verdict(
                str(row["file_name"]),
                "refused",
                failed.get(str(row["system"])),
                str(row["format"]),
                system=str(row["system"]),
            )
            for row in store.dicts("SELECT * FROM sources.pending")
        ]
    seen = {v.name for v in verdicts}
    for path in sorted(p for p in settings.inbox.rglob("*") if p.is_file() or p.is_symlink()):
        name = str(path.relative_to(settings.inbox)).encode("utf-8", "backslashreplace").decode()
        if name not in seen and not any(other.startswith(f"{name}/") for other in seen):
            verdicts.append(Verdict(name, "refused", HIDDEN))
    return sorted(verdicts, key=lambda v: v.name)


def _verdict(store: Store, settings: Settings, row: dict[str, Any]) -> Verdict:
    binds = {"id": row["file_id"], "most": QUARANTINE_SHOWN}
    ignored = store.rows(
        "SELECT reason, row_count FROM sources.ignored WHERE file_id = $id ORDER BY reason", binds
    )
    return Verdict(
        name=row["file_name"],
        state="loaded" if row["state"] == "staged" else row["state"],
        reason=row["reason"],
        format=row["format"],
        shape=row["shape"],
        is_proven=row["format"] not in unproven(settings),
        system=row["system"],
        instance=row["instance"],
        instance_from=row["instance_from"],
        person=row["person_hint"],
        snapshot_on=row["snapshot_on"],
        rows_read=row["rows_read"],
        rows_loaded=row["rows_loaded"],
        rows_ignored=row["rows_ignored"],
        rows_quarantined=row["rows_quarantined"],
        ignored={str(r[0]): int(r[1]) for r in ignored},
        quarantined=store.dicts(
            "SELECT record, column_name, reason, content FROM sources.quarantine WHERE file_id = $id "
            "ORDER BY record LIMIT $most",
            binds,
        ),
        first=_first_rows(store, settings.home, str(row["file_id"])),
    )


def _first_rows(store: Store, home: Path, file_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return the first records of each kind as they were read, without columns that are empty in all."""
    first: dict[str, list[dict[str, Any]]] = {}
    for kind, path in store.rows(
        "SELECT kind, path FROM sources.source_part WHERE file_id = $id ORDER BY kind, day, path",
        {"id": file_id},
    ):
        wanted = SAMPLE_ROWS - len(first.get(kind, []))
        if wanted > 0:
            part = quoted(str(home / "lake" / str(path)))
            # Records of events carry their number only where one has to be told from another.
            order = "observed_at, event_id" if kind in EVENT_KINDS else "record"
            first.setdefault(kind, []).extend(
                store.dicts(f"SELECT * FROM read_parquet({part}) ORDER BY {order} LIMIT {wanted}")  # noqa: S608 - ours
            )
    return {
        kind: [
            {
                k: v
                for k, v in row.items()
                if k in RECORDS[kind].column_names and any(r[k] not in EMPTY for r in rows)
            }
            for row in rows
        ]
        for kind, rows in first.items()
    }


def heads_of(settings: Settings, name: str, *, encoding: str | None = None) -> list[Head]:
    """Return the possible heads of a rehearsed input; of an archive, of the member that `name` ends with.

    `encoding` goes before the settings'.
    """
    folder = settings.home / "look"
    folder.mkdir(parents=True, exist_ok=True)
    path = settings.inbox / name
    while not path.is_file() and path != settings.inbox:
        path = path.parent
    if not path.is_file():
        return []
    member = name.removeprefix(str(path.relative_to(settings.inbox))).lstrip("/") or None
    for text in stage(path, folder, encoding=encoding or hint_for(settings, name).encoding):
        if text.member == member and text.refusal is None:
            return [head for _, head in look(text.path, name)[1]]
    return []
