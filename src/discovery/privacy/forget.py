"""Forgetting a person: what the home holds of them is taken out, and what comes later is left out.

In this order, so that a crash in between is mended by asking again: the suppression list (durable), the vault record
by record, decisions, who opened what of them, the ledger's private parts; then everything that is built from these
(warehouse, lake, publications) is removed and built anew by the nightly job.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import zstandard

from discovery.canonical.retention import forget_in_months
from discovery.decisions import FILE as DECISIONS
from discovery.ledger import Ledger
from discovery.ledger.subject import put_on_disk
from discovery.offboarding.departure import FILE as DEPARTURES
from discovery.report.opened import FILE as OPENED
from discovery.run import NightRun, writing
from discovery.settings import Settings
from discovery.sources.forgotten import (
    is_forgotten_sql,
    is_forgotten_use_sql,
    load_forgotten,
    reduce_file,
    suppress,
    token,
)
from discovery.sources.inbox import inbox_files
from discovery.sources.registry import known_formats
from discovery.sources.vault import Vault
from discovery.store import quoted

_IDENTIFIERS = """
SELECT DISTINCT system, instance, value FROM (
    SELECT system, instance, unnest([identifier, account_name]) AS value FROM canonical.account
    WHERE person_id = $person
    UNION ALL SELECT '', '', identifier FROM canonical.person_identifier WHERE person_id = $person
    UNION ALL SELECT '', '', email FROM canonical.person WHERE person_id = $person)
WHERE value IS NOT NULL AND trim(value) <> ''
ORDER BY ALL
"""
_SHORTEST = 8
"""Shorter keys are not looked for in files: they stand in everything."""
_CHUNK = 1 << 20
_BUILT = ("*warehouse.duckdb*", "*access_graph.duckdb*", "last_run.json", DEPARTURES)
"""With what stands beside the two: logs, what a kill left half made, what somebody moved aside."""
_BUILT_FOLDERS = ("lake", "generations", "stage", "incoming")


class Readable(Protocol):
    """Something with bytes in it."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""


@dataclass(frozen=True)
class Forgotten:
    """What was done. files: files of the vault that held the person; records: taken out of them; decisions: dropped.

    inbox: files of the inbox that still name the person; nothing here deletes them.
    """

    identifiers: int
    files: int
    records: int
    decisions: int
    had_ledger: bool
    inbox: tuple[str, ...]


def forget(settings: Settings, person_id: str, *, by: str, as_of: date) -> Forgotten:
    """Take a person out of the home. The caller runs the nightly job afterwards, which builds everything anew.

    Raises StoreLocked while somebody else writes; LedgerBroken.
    """
    with writing(settings, as_of) as run:
        found = run.store.rows(_IDENTIFIERS, {"person": person_id})
        # An address of a directory names the person in every system; a key only where it is from.
        tokens = {token(str(value), str(system), str(instance)) for system, instance, value in found}
        texts = sorted(
            {str(v).strip().lower() for _, _, v in found if "@" in str(v) or len(str(v)) >= _SHORTEST}
        )
        new = suppress(settings.home, tokens, by)
        load_forgotten(run.store, settings.home)
        forget_in_months(run.store, settings.home, is_forgotten_use_sql())
        shas = sorted(_files_of(run, settings, texts))
        formats = {f.name: f for f in known_formats(settings)}
        records = sum(reduce_file(run.store, settings.home, formats, sha, texts) for sha in shas)
    decisions = _drop_lines(settings.home / DECISIONS, person_id, texts)
    _drop_lines(settings.home / OPENED, person_id, texts)
    had_ledger = Ledger(settings.home).forget(person_id)
    _remove_built(settings.home)
    inbox = tuple(str(path) for path in inbox_files(settings.inbox) if _names(path, texts))
    return Forgotten(new, len(shas), records, decisions, had_ledger, inbox)


def _files_of(run: NightRun, settings: Settings, texts: list[str]) -> Iterator[str]:
    """Yield the files of the vault that hold records of forgotten persons, or name this one anywhere."""
    vault = Vault(settings.home)
    lake = settings.home / "lake"
    parts: dict[str, list[tuple[str, str, str, str]]] = {}
    for sha, kind, system, instance, path in run.store.rows(
        "SELECT f.file_sha256, p.kind, p.system, p.instance, p.path FROM sources.source_part AS p "
        "JOIN sources.source_file AS f USING (file_id) ORDER BY ALL"
    ):
        parts.setdefault(str(sha), []).append((str(kind), str(system), str(instance), str(path)))
    for (sha,) in run.store.rows(
        "SELECT DISTINCT file_sha256 FROM sources.source_file WHERE state = 'loaded'"
    ):
        parts.setdefault(str(sha), [])  # of which nothing is in the lake (any more)
    for sha, own in parts.items():
        place = vault.place(sha)
        if (place.exists() and _names(place, texts)) or any(
            run.store.value(
                f"SELECT count(*) FROM read_parquet({quoted(str(lake / path))}, hive_partitioning=false) "
                f"WHERE {is_forgotten_sql(kind, system, instance)}"
            )
            for kind, system, instance, path in own
        ):
            yield sha


def _names(path: Path, texts: Iterable[str]) -> bool:
    """Tell whether a file, packed or not, has any of the texts in it or in its name; case does not count."""
    wanted = [text.encode() for text in texts]
    if any(text in str(path).lower().encode() for text in wanted):
        return True
    return any(_holds(stream, wanted) for stream in _streams(path))


def _holds(stream: Readable, wanted: list[bytes]) -> bool:
    longest = max((len(text) for text in wanted), default=0)
    tail = b""
    # Texts of two bytes a letter are looked for as well: Windows writes them so.
    variants = [*wanted, *(text.decode().encode("utf-16-le") for text in wanted)]
    while chunk := stream.read(_CHUNK):
        block = (tail + chunk).lower()
        if any(text in block for text in variants):
            return True
        tail = block[-2 * longest :]
    return False


def _streams(path: Path) -> Iterator[Readable]:
    """Yield what is in a file: itself, and what is packed in it."""
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(file) as plain:
                yield plain
        elif magic == b"\x28\xb5\x2f\xfd":
            with zstandard.ZstdDecompressor().stream_reader(file) as plain:
                yield plain
        elif magic == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive:
                for member in archive.infolist():
                    with archive.open(member) as plain:
                        yield plain
        else:
            yield file


def _drop_lines(path: Path, person_id: str, texts: list[str]) -> int:
    """Take out the lines that name a person; returns how many. The file is replaced whole, under its lock."""
    if not path.exists():
        return 0
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        lines = path.read_bytes().split(b"\n")
        wanted = [person_id.encode(), *(text.encode() for text in texts)]
        kept = [line for line in lines if not any(text in line.lower() for text in wanted)]
        if len(kept) != len(lines):
            put_on_disk(path, b"\n".join(kept))
        return len(lines) - len(kept)
    finally:
        os.close(handle)


def _remove_built(home: Path) -> None:
    """Remove all that is built anew from the vault. Publications first: they are what people open."""
    for folder in sorted(_BUILT_FOLDERS, key=lambda name: name != "generations"):
        shutil.rmtree(home / folder, ignore_errors=True)
    for pattern in reversed(_BUILT):
        for path in sorted(home.glob(pattern), reverse=True):
            path.unlink()
