"""The inbox: which files are there, what each is, and which are to be read."""

from __future__ import annotations

import os
import re
import shutil
import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from discovery.errors import SourceFailed
from discovery.settings import Settings, SourceHint
from discovery.sources.container import Staged, copy_hashed, stage
from discovery.sources.file_name import HERS, STAND_IN, FileNames
from discovery.sources.input import Input, Listed, file_id_of
from discovery.sources.layout import look
from discovery.sources.listing import record_scan
from discovery.sources.rebuild import inputs_of_vault
from discovery.sources.registry import Recognition, known_formats, recognise
from discovery.sources.reread import (
    day_before,
    hint_for,
    hint_of_member,
    kept_elsewhere,
    looked_with,
    meant_anew,
    take_out,
    take_out_unmeant,
)
from discovery.sources.source import Format, Head, Shape, at_path, fold
from discovery.sources.vault import Vault
from discovery.store import Store, make_private

_STUMBLES = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
)
"""What code raises that did not expect such a file. A full or failing disk is the night's matter."""
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_FILE_WORDS = re.compile(
    r"^((chrome|browser|browsing|edge|firefox|history|expenses?|expensify|report|export|card|statement|user|for|of|"
    r"ramp|amex|\d{4}[-_]?\d\d([-_]?\d\d)?)[-_ +]+)+(?=[^@]+@)"
)
"""Words that people put before an address in a file name: history_ann@…; addresses may hold these signs too."""
UNKNOWN_INSTANCE = "default"


def person_in_path(file_name: str) -> str | None:
    """Return the e-mail address in a file or folder name, the innermost one, lower case, or its stand-in."""
    for part in reversed(Path(file_name).parts):
        if (stand_in := STAND_IN.search(part)) is not None:
            return stand_in[0]
        found = _EMAIL.findall(part)
        if found:
            address = _FILE_WORDS.sub("", str(found[-1]).lower())
            return re.sub(r"\.(csv|json|ndjson|jsonl|txt|gz|zst|zip|tsv|xlsx?)$", "", address)
    return None


def inbox_files(inbox: Path) -> list[Path]:
    """Return the files below the inbox, sorted; hidden files and folders are left out."""
    found = []
    for folder, folders, names in os.walk(inbox):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found += [Path(folder) / name for name in names if not name.startswith(".")]
    return sorted(found)


def look_at(path: Path, file_name: str, settings: Settings, formats: tuple[Format, ...], names: FileNames,
            folder: Path) -> list[tuple[Staged, SourceHint, Recognition | None, str | None]]:  # fmt: skip
    """Stage a kept file and say what each of its inputs is: (text, hint, recognition, refusal)."""
    hint = hint_for(settings, file_name)
    found: list[tuple[Staged, SourceHint, Recognition | None, str | None]] = []
    for text in stage(path, folder, encoding=hint.encoding):
        text = text if text.member is None else replace(text, member=names.shown(text.member))
        name = file_name if text.member is None else f"{file_name}/{text.member}"
        own = hint_of_member(settings, file_name, text.member)
        if text.refusal is not None:
            found.append((text, own, None, text.refusal))
            continue
        try:
            _, heads = look(text.path, name, header=own.header, in_lines=text.collected is not None)
            found.append((text, own, recognise(heads, formats, own), None))
        except SourceFailed as error:
            found.append((text, own, None, str(error)))
    return found


def _values_of(name: str, shape: Shape, head: Head) -> list[str]:
    """Return what each sampled record (or the envelope, `@key`) has under a path or header; "" for nothing."""
    if name.startswith("@"):
        found: list[Any] = [head.envelope.get(name[1:])]
    elif shape.container == "json":
        found = [at_path(record, name) for record in head.records]
    else:
        folded = [fold(h) for h in head.header]
        at = folded.index(fold(name)) if fold(name) in folded else None
        found = [row[at] if at is not None and len(row) > at else None for row in head.rows]
    values = ["" if value is None else str(value).strip() for value in found]
    if (pattern := shape.instance_pattern) is None or name not in _names(shape.instance):
        return values
    return [match[1] if (match := re.search(pattern, value, re.IGNORECASE)) else "" for value in values]


def _names(instance: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (instance,) if isinstance(instance, str) else instance or ()


def content_instances(shape: Shape, head: Head) -> list[str]:
    """Return the instances that a head names, in the order of its records.

    More than one means that it cannot be told which the file comes from, save where records say it one by one.

    Where several columns may name it (home and resource tenant), ours is the value that every record has in
    one of them: a person may sign in to another tenant, and a guest come from one.
    """
    if shape.instance is None:
        return []
    columns = [[v.lower() for v in _values_of(name, shape, head)] for name in _names(shape.instance)]
    records = [{v for v in record if v} for record in zip_longest(*columns, fillvalue="")]
    common = set.intersection(*filled) if (filled := [r for r in records if r]) else set()
    for column in columns:
        for value in column:
            if value in common:
                return [value]
    return next((list(dict.fromkeys(v for v in column if v)) for column in columns if any(column)), [])


def content_snapshot(shape: Shape, head: Head) -> date | None:
    """Return the day of a list as the file itself says it, from the first record that has it."""
    if shape.snapshot is None:
        return None
    for value in _values_of(shape.snapshot, shape, head):
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            continue
    return None


def scan(store: Store, settings: Settings, as_of: date, *, again: bool = False,
         no_browsing: str | None = None) -> int:  # fmt: skip
    """Look at the inbox; put recognised new inputs into `sources.pending` and list the others.

    A file whose size and time are as before is not opened again, unless `again`. Files are copied to
    `home/incoming` under their SHA-256 on the way. `no_browsing`: why no browsing can be read now. Returns
    the number of pending inputs.
    """
    formats = known_formats(settings)
    by_name = {f.name: f for f in formats}
    incoming = make_private(settings.home / "incoming")
    vault = Vault(settings.home)
    seen = {str(r[0]): r for r in store.rows("SELECT file_name, byte_count, modified_ns, file_sha256 "
                                              "FROM sources.inbox_file")}  # fmt: skip
    # What a killed run left pending is looked at again, also where other members of its archive are done.
    known = {str(r[0]) for r in store.rows(
        "SELECT file_sha256 FROM sources.source_file WHERE state <> 'duplicate' "
        "EXCEPT SELECT file_sha256 FROM sources.pending"
    )}  # fmt: skip
    anew = meant_anew(store, settings)
    days = day_before(anew)
    names = FileNames(settings.home)
    known -= {one.file_sha256 for one in anew.values()}
    found: list[tuple[Input, Recognition, SourceHint, set[str]]] = []
    listed: list[Listed] = []
    inbox_rows: list[tuple[str, int, int, str | None]] = []
    looked: set[str] = set()
    for path in inbox_files(settings.inbox):
        name = str(path.relative_to(settings.inbox))
        name = names.shown(name.encode("utf-8", "backslashreplace").decode())
        try:
            status = path.lstat()
        except OSError:
            continue
        before = seen.get(name)
        same = before is not None and (before[1], before[2]) == (status.st_size, status.st_mtime_ns)
        if before is not None and same and not again and before[3] in known:
            inbox_rows.append((name, status.st_size, status.st_mtime_ns, before[3]))
            continue
        sha256: str | None = None
        try:
            sha256, kept = _take(path, incoming, vault)
            looked.add(name)
            one, not_read = _inputs(kept, name, sha256, settings, formats, names, as_of, days, no_browsing)
            found += one
            listed += not_read
        except SourceFailed as error:
            listed.append(Listed(sha256, None, name, "refused", str(error).removeprefix(f"{path}: ")))
        inbox_rows.append((name, status.st_size, status.st_mtime_ns, sha256))
    for name, sha256 in kept_elsewhere(vault, anew.values(), looked).items():
        looked.add(name)
        try:
            one, not_read = _inputs(
                vault.place(sha256), name, sha256, settings, formats, names, as_of, days, no_browsing
            )
            found += one
            listed += not_read
        except SourceFailed as error:
            listed.append(Listed(sha256, None, name, "refused", str(error)))
    inputs, refused, named = _resolve_instances(store, vault, settings, found, by_name)
    lost, unreadable = inputs_of_vault(store, vault, by_name, inputs)
    with store.transaction():
        take_out_unmeant(store, vault, anew, looked, {one.file_id for one in inputs})
        listing = [replace(one, reason=names.shown(one.reason)) for one in (*listed, *refused, *unreadable)]
        record_scan(store, [*inputs, *lost], listing, inbox_rows, anew, looked_with(settings))
    _name_unknown_instances(store, vault, named)
    _sweep(store, incoming)
    return int(store.value("SELECT count(*) FROM sources.pending") or 0)


def _sweep(store: Store, incoming: Path) -> None:
    """Remove copies of files that nothing is read from: they may be anybody's browsing."""
    waiting = {str(r[0]) for r in store.rows("SELECT DISTINCT file_sha256 FROM sources.pending")}
    for path in incoming.iterdir():
        if path.name not in waiting:
            path.unlink()


def _take(path: Path, incoming: Path, vault: Vault) -> tuple[str, Path]:
    """Copy a file to `incoming` under its hash, or find it in the vault."""
    temporary = incoming / f"copy-{os.getpid()}"
    try:
        sha256 = copy_hashed(path, temporary)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if vault.has(sha256):
        temporary.unlink()
        return sha256, vault.place(sha256)
    temporary.chmod(0o600)
    temporary.replace(incoming / sha256)
    return sha256, incoming / sha256


def _inputs(kept: Path, name: str, sha256: str, settings: Settings, formats: tuple[Format, ...],
            names: FileNames, as_of: date, days: Mapping[tuple[str, str | None], date], no_browsing: str | None,
            ) -> tuple[list[tuple[Input, Recognition, SourceHint, set[str]]], list[Listed]]:  # fmt: skip
    folder = make_private(settings.home / "stage" / sha256[:16])
    found: list[tuple[Input, Recognition, SourceHint, set[str]]] = []
    listed: list[Listed] = []
    try:
        looked = look_at(kept, name, settings, formats, names, folder)
    except _STUMBLES as error:
        raise SourceFailed(
            f"the program stumbled over it ({type(error).__name__}: {error}). That is a defect of the program: "
            "please report it with the file. Saved again by the program that made it, it may be read."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for text, hint, recognition, refusal in looked:
        shown = name if text.member is None else f"{name}/{text.member}"
        if recognition is None:
            listed.append(Listed(sha256, text.member, shown, "refused", refusal or "not readable"))
            continue
        if recognition.fit is None:
            listed.append(Listed(sha256, text.member, shown, "unrecognised", recognition.reason or ""))
            continue
        fmt, shape = recognition.fit.format, recognition.fit.shape
        if fmt.private and (no_browsing is not None or not settings.browsing):
            why = no_browsing or "is browsing, which is switched off: [browsing] enabled = false"
            listed.append(Listed(
                sha256, text.member, shown, "refused", f"{fmt.title} {why}", fmt.name, fmt.system,
            ))  # fmt: skip
            continue
        person = None
        if fmt.person_from_path and not shape.has_person:
            person = (hint.person or person_in_path(shown) or "").lower() or None
            if person is not None and (STAND_IN.fullmatch(person) or names.is_forgotten(person)):
                listed.append(Listed(sha256, text.member, shown, "refused", HERS, fmt.name, fmt.system))
                continue
            if person is None:
                listed.append(Listed(
                    sha256, text.member, shown, "refused",
                    f"{fmt.title} has no user column: put the person's e-mail address into the file or folder "
                    f'name, or set it: [[source]] files = "{shown}" person = "…"', fmt.name, fmt.system,
                ))  # fmt: skip
                continue
        named = [hint.instance.lower()] if hint.instance else content_instances(shape, recognition.head)
        if text.collected is not None and not hint.instance:
            named = [text.collected.instance]
        if len(named) > 1 and not shape.several_instances:
            listed.append(Listed(
                sha256, text.member, shown, "refused",
                f"holds records of several instances of {fmt.system} ({', '.join(sorted(named))}): export "
                "them one by one, or set `instance` in a [[source]] block", fmt.name, fmt.system,
            ))  # fmt: skip
            continue
        snapshot = None
        if fmt.is_list:
            snapshot = content_snapshot(shape, recognition.head) or hint.snapshot_on
            snapshot = snapshot or days.get((sha256, text.member), as_of)
            if text.collected is not None and hint.snapshot_on is None:
                snapshot = text.collected.collected_at.date()
        found += [
            (
                Input("", sha256, text.member, shown, fmt.name, shape.name, fmt.system, "", "settings" if hint.instance
                      else "content", person, snapshot),
                recognition, hint, instances,
            )
            for instances in ([{name} for name in named] or [set()])
        ]  # fmt: skip
    return found, listed


def _resolve_instances(store: Store, vault: Vault, settings: Settings,
                       found: list[tuple[Input, Recognition, SourceHint, set[str]]],
                       by_name: dict[str, Format]) -> tuple[list[Input], list[Listed], dict[str, str]]:  # fmt: skip
    """Give each input its instance: its own, else the system's only one; two candidates are refused."""
    known: dict[str, set[str]] = {}
    for system, instance in store.rows(
        "SELECT DISTINCT system, instance FROM sources.source_file WHERE state IN ('loaded', 'staged') "
        "AND instance_from IN ('content', 'settings')"
    ):
        known.setdefault(str(system), set()).add(str(instance))
    for one, _, _, instances in found:
        known.setdefault(one.system, set()).update(instances)
    for hint in settings.sources:
        if hint.instance and hint.format and hint.format in by_name:
            known.setdefault(by_name[hint.format].system, set()).add(hint.instance.lower())
    inputs: list[Input] = []
    refused: list[Listed] = []
    for one, _, _, instances in found:
        candidates = known.get(one.system, set())
        if instances:
            instance, how = next(iter(instances)), one.instance_from
        elif not candidates:
            instance, how = UNKNOWN_INSTANCE, "default"
        elif len(candidates) == 1:
            instance, how = next(iter(candidates)), "only"
        else:
            before = store.value(
                "SELECT instance FROM sources.source_file WHERE file_sha256 = $sha AND state IN ('loaded', 'staged') "
                "AND member IS NOT DISTINCT FROM $member",
                {"sha": one.file_sha256, "member": one.member},
            ) or vault.instance_of(one.file_sha256, one.member)
            if before is None:
                refused.append(Listed(
                    one.file_sha256, one.member, one.file_name, "refused",
                    f"does not say which {one.system} it comes from, and there are {len(candidates)} "
                    f"({', '.join(sorted(candidates))}). Set: [[source]] files = \"{one.file_name}\" instance = \"…\"",
                    one.format, one.system,
                ))  # fmt: skip
                continue
            instance, how = str(before), "only"
        file_id = file_id_of(one.file_sha256, one.member, instance, one.person_hint)
        inputs.append(replace(one, file_id=file_id, instance=instance, instance_from=how))
    return inputs, refused, {system: next(iter(names)) for system, names in known.items() if len(names) == 1}


def _name_unknown_instances(store: Store, vault: Vault, named: dict[str, str]) -> None:
    """Read inputs again whose instance was unknown when they came and is known now: order must not matter."""
    for file_id, system, sha256 in store.rows(
        "SELECT file_id, system, file_sha256 FROM sources.source_file WHERE state = 'loaded' "
        "AND instance_from = 'default'"
    ):
        sidecar = vault.sidecar(str(sha256), str(file_id)) if system in named else None
        if sidecar is None:
            continue
        instance = named[str(system)]
        new_id = file_id_of(sidecar.file_sha256, sidecar.member, instance, sidecar.person_hint)
        with store.transaction():
            take_out(store, str(file_id))
            store.run("DELETE FROM sources.source_file WHERE file_id = $id", {"id": file_id})
            store.run(
                "INSERT INTO sources.pending BY NAME SELECT $file_id AS file_id, $sha AS file_sha256, "
                "$member AS member, $name AS file_name, $format AS format, $shape AS shape, $system AS system, "
                "$instance AS instance, 'only' AS instance_from, $person AS person_hint, "
                "CAST($snapshot AS DATE) AS snapshot_on",
                {
                    "file_id": new_id, "sha": sidecar.file_sha256, "member": sidecar.member,
                    "name": sidecar.file_name, "format": sidecar.format, "shape": sidecar.shape, "system": system,
                    "instance": instance, "person": sidecar.person_hint, "snapshot": sidecar.snapshot_on,
                },
            )  # fmt: skip
        if sidecar.is_reduced:
            vault.adopt(sidecar, replace(sidecar, file_id=new_id, instance=instance, instance_from="only"))
        vault.remove_sidecar(sidecar)
