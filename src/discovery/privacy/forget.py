"""Forgetting a person: what the home holds of them is taken out, and what comes later is left out.

In this order, so that a crash in between is mended by asking again: the suppression list (durable), the vault record
by record, decisions, who opened what of them, the ledger's private parts; then everything that is built from these
(warehouse, lake, publications) is removed and built anew by the nightly job.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from discovery.canonical.retention import forget_in_months
from discovery.decisions import FILE as DECISIONS
from discovery.ledger import Ledger
from discovery.ledger.subject import put_on_disk
from discovery.offboarding.departure import FILE as DEPARTURES
from discovery.privacy.trace import Trace
from discovery.report.opened import FILE as OPENED
from discovery.run import NightRun, writing
from discovery.settings import Settings
from discovery.sources.file_name import FileNames
from discovery.sources.forgotten import (
    digest_of,
    is_forgotten_sql,
    is_forgotten_use_sql,
    load_forgotten,
    name_token,
    reduce_file,
    suppress,
    token,
)
from discovery.sources.inbox import inbox_files
from discovery.sources.input import file_id_of
from discovery.sources.registry import known_formats
from discovery.sources.vault import Vault
from discovery.store import quoted, sql_file

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
_BUILT = ("*warehouse.duckdb*", "*access_graph.duckdb*", "last_run.json", DEPARTURES)
"""With what stands beside the two: logs, what a kill left half made, what somebody moved aside."""
_BUILT_FOLDERS = ("lake", "generations", "stage", "incoming")


@dataclass(frozen=True)
class Forgotten:
    """What was done. files: files of the vault that held the person; records: taken out of them; decisions: dropped.

    inbox: files of the inbox that still name the person, in_settings: the settings do; nothing here changes them.
    """

    identifiers: int
    files: int
    records: int
    decisions: int
    had_ledger: bool
    inbox: tuple[str, ...]
    in_settings: bool


def forget(settings: Settings, person_id: str, *, by: str, as_of: date) -> Forgotten:
    """Take a person out of the home. The caller runs the nightly job afterwards, which builds everything anew.

    Raises StoreLocked while somebody else writes; LedgerBroken.
    """
    with writing(settings, as_of) as run:
        run.store.prepare(sql_file("discovery.canonical", "macros"))
        found = run.store.rows(_IDENTIFIERS, {"person": person_id})
        # An address of a directory names the person in every system; a key only where it is from.
        tokens = {token(str(value), str(system), str(instance)) for system, instance, value in found}
        # What an auditor can be given later is an address; whose entry it is, is then told by its hash.
        email = run.store.value(
            "SELECT email FROM canonical.person WHERE person_id = $person", {"person": person_id}
        )
        known_by = token(str(email or person_id), "", "")
        texts = sorted(
            {str(v).strip().lower() for _, _, v in found if "@" in str(v) or len(str(v)) >= _SHORTEST}
        )
        hers = run.store.rows(sql_file(__package__, "name"), {"person": person_id, "shortest": _SHORTEST})
        texts = sorted({*texts, *(t for form, said in hers for t in (form, *said) if len(t) >= _SHORTEST)})
        new = suppress(settings.home, tokens | {name_token(str(form)) for form, _ in hers}, by)
        load_forgotten(run.store, settings.home)
        names = FileNames(settings.home)
        trace = Trace(texts, names)
        forget_in_months(run.store, settings.home, is_forgotten_use_sql())
        shas = sorted(_files_of(run, settings, trace, names))
        formats = {f.name: f for f in known_formats(settings)}
        records = sum(reduce_file(run.store, settings.home, formats, sha) for sha in shas)
        _rename(Vault(settings.home), names)
    decisions = _drop_lines(settings.home / DECISIONS, person_id, trace)
    _drop_lines(settings.home / OPENED, person_id, trace)
    had_ledger = Ledger(settings.home).forget(
        person_id,
        {"person_hash": digest_of(settings.home, known_by), "identifiers": new, "files": len(shas),
         "records": records, "decisions": decisions},
    )  # fmt: skip
    _remove_built(settings.home)
    inbox = [
        p for p in inbox_files(settings.inbox) if trace.is_in_file(p, str(p.relative_to(settings.inbox)))
    ]
    is_in_settings = settings.config is not None and trace.is_in_file(settings.config)
    return Forgotten(new, len(shas), records, decisions, had_ledger, tuple(map(str, inbox)), is_in_settings)


def _files_of(run: NightRun, settings: Settings, trace: Trace, names: FileNames) -> Iterator[str]:
    """Yield the files of the vault that hold records of forgotten persons, or name this one anywhere."""
    theirs = {one.file_sha256 for one in Vault(settings.home).sidecars_but(set())
              if one.person_hint is not None and names.is_forgotten(one.person_hint)}  # fmt: skip
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
        if (
            sha in theirs
            or (place.exists() and trace.is_in_file(place))
            or any(
                run.store.value(
                    f"SELECT count(*) FROM read_parquet({quoted(str(lake / path))}, hive_partitioning=false) "
                    f"WHERE {is_forgotten_sql(kind, system, instance)}"
                )
                for kind, system, instance, path in own
            )
        ):
            yield sha


def _rename(vault: Vault, names: FileNames) -> None:
    """Take forgotten persons out of what the vault says of its inputs; inputs that are all theirs go."""
    gone = set()
    for one in vault.sidecars_but(set()):
        if one.person_hint is not None and names.is_forgotten(one.person_hint):
            vault.remove(one)
            gone.add(one.file_sha256)
            continue
        member = one.member and names.shown(one.member)
        new = replace(one, file_name=names.shown(one.file_name), member=member,
                      quarantined=names.scrubbed(one.quarantined))  # fmt: skip
        if member != one.member:
            new = replace(new, file_id=file_id_of(one.file_sha256, member, one.instance, one.person_hint))
            vault.adopt(one, new)
            vault.remove_sidecar(one)
        elif new != one:
            vault.write_sidecar(new)
    for sha256 in gone:
        if not vault.sidecars_of(sha256):
            vault.drop(sha256)


def _drop_lines(path: Path, person_id: str, trace: Trace) -> int:
    """Take out the lines that name a person; returns how many. The file is replaced whole, under its lock."""
    if not path.exists():
        return 0
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        lines = path.read_bytes().split(b"\n")
        kept = [line for line in lines if person_id.encode() not in line and not trace.is_in_text(line)]
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
