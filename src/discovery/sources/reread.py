"""Inputs that would be read otherwise than they were: they are read again.

What `[[source]]` and `[[mapping]]` say of a file, and a hash of what the program does with its records, stand beside it
in the registry (`source_file.read_with`). A file that was not read, or not recognised, may be meant by any change: it
is looked at again after each.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from discovery import __version__
from discovery.settings import Settings, SourceHint
from discovery.sources.registry import known_formats
from discovery.sources.source import Format
from discovery.sources.vault import Vault
from discovery.store import Store, sql_file

_MACRO = re.compile(r"^CREATE OR REPLACE TEMP MACRO (\w+)\(.*?;$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"\w+")
_REGISTRY = ("ignored", "quarantine", "collected")


@dataclass(frozen=True)
class Before:
    """How an input was read: its place in the registry and what was said of it."""

    file_id: str
    file_sha256: str
    member: str | None
    file_name: str
    state: str
    snapshot_on: date | None
    loaded_at: datetime
    read_with: str | None

    @property
    def container(self) -> str:
        """Path below the inbox of the file that holds it."""
        return self.file_name if self.member is None else self.file_name.removesuffix(f"/{self.member}")

    @property
    def day(self) -> date | None:
        """The day of a list that does not say it itself: as it was, not the day on which it is read again."""
        said = json.loads(self.read_with or "{}")
        return self.loaded_at.date() if "snapshot_on" in said else self.snapshot_on


def hint_for(settings: Settings, file_name: str) -> SourceHint:
    """Merge the [[source]] blocks whose glob fits a path below the inbox; the first to say a thing wins."""
    said: dict[str, Any] = {}
    for hint in settings.sources:
        if fnmatch(file_name, hint.files) or fnmatch(Path(file_name).name, hint.files):
            said = {**{k: v for k, v in asdict(hint).items() if v is not None}, **said}
    return SourceHint(**{**said, "files": file_name})


def hint_of_member(settings: Settings, file_name: str, member: str | None) -> SourceHint:
    """Return the same for a member of an archive: what is said of the archive holds for it too."""
    hint = hint_for(settings, file_name)
    if member is None:
        return hint
    own = hint_for(settings, f"{file_name}/{member}")
    return SourceHint(**{**asdict(hint), **{k: v for k, v in asdict(own).items() if v is not None}})


def read_with(settings: Settings, hint: SourceHint, fmt: Format, shape: str) -> str:
    """Return what the settings and the program say of an input that is read as a shape of a format: JSON."""
    said = {k: v for k, v in asdict(hint).items() if v is not None and k != "files"}
    for mapping in settings.mappings:
        if mapping.name == fmt.name:
            said["mapping"] = asdict(mapping)
    said["reader"] = reader_of(fmt, shape)
    return json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)


def reader_of(fmt: Format, shape: str) -> str:
    """Return a hash of what becomes of the records of a shape: its columns and SELECTs and the macros in them.

    It does not tell of changes to the program around them, such as how a text is taken apart into records.
    """
    one = next((one for one in fmt.shapes if one.name == shape), None)
    if one is None:
        return ""
    selects = {fmt.kind: one.select, **one.also}
    return _digest(json.dumps([selects, dict(one.columns), fmt.is_list, fmt.is_whole(shape)], sort_keys=True))


@cache
def _digest(text: str) -> str:
    macros = {found[1]: found[0] for found in _MACRO.finditer(sql_file("discovery.sources", "macros"))}
    named: set[str] = set()
    ahead = set(_WORD.findall(text)) & macros.keys()
    while ahead:
        named |= ahead
        ahead = {word for name in ahead for word in _WORD.findall(macros[name])} & macros.keys() - named
    said = "\0".join([text, *(macros[name] for name in sorted(named))])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def looked_with(settings: Settings) -> str:
    """Return what all looking depends on, as one hash in JSON: for files that were not read."""
    said = (
        f"{__version__}\0{settings.sources!r}\0{settings.mappings!r}\0{settings.browsing}\0{settings.plugins}"
    )
    if settings.plugins is not None:
        for path in sorted(settings.plugins.glob("*.py")):
            said += f"\0{path.name}\0{path.stat().st_mtime_ns}"
    return json.dumps({"settings": hashlib.sha256(said.encode()).hexdigest()[:16]})


def meant_anew(store: Store, settings: Settings) -> dict[str, Before]:
    """Return the inputs that would be read otherwise than they were, by file_id.

    What a plug-in read stays where that is gone; what a mapping read does not.
    """
    looked = looked_with(settings)
    formats = {fmt.name: fmt for fmt in known_formats(settings)}
    found: dict[str, Before] = {}
    for row in store.dicts(
        "SELECT file_id, file_sha256, member, file_name, state, snapshot_on, loaded_at, read_with, format, shape "
        "FROM sources.source_file WHERE state <> 'duplicate' AND file_sha256 IS NOT NULL"
    ):
        fmt, shape = formats.get(str(row.pop("format"))), str(row.pop("shape"))
        one = Before(**row)
        now: str | None
        if one.state in ("refused", "unrecognised"):
            now = looked
        elif fmt is None:
            now = None if "mapping" in json.loads(one.read_with or "{}") else one.read_with
        else:
            now = read_with(settings, hint_of_member(settings, one.container, one.member), fmt, shape)
        if one.read_with != now:
            found[one.file_id] = one
    return found


def kept_elsewhere(vault: Vault, anew: Iterable[Before], looked_at: set[str]) -> dict[str, str]:
    """Return the files that are no longer in the inbox and lie whole in the vault: name → hash."""
    return {
        one.container: one.file_sha256
        for one in anew
        if one.container not in looked_at and vault.has(one.file_sha256)
    }


def take_out(store: Store, *file_ids: str, paths: Iterable[str] = ()) -> None:
    """Take inputs out of the registry, in a transaction of the caller; usage gives up their days in the next step.

    `paths`: parts of the lake that were just written in the place of their own.
    """
    ids = {"ids": list(file_ids)}
    these = "file_id IN (SELECT unnest(CAST($ids AS VARCHAR[])))"
    if written := list(paths):
        store.run(
            f"DELETE FROM sources.source_part WHERE {these} AND path IN (SELECT unnest(CAST($paths AS VARCHAR[])))",
            {**ids, "paths": written},
        )
    store.run(f"UPDATE sources.source_part SET state = 'gone' WHERE {these}", ids)
    store.run(f"DELETE FROM sources.source_file WHERE {these} AND state <> 'duplicate'", ids)
    for table in _REGISTRY:
        store.run(f"DELETE FROM sources.{table} WHERE {these}", ids)


def take_out_unmeant(store: Store, vault: Vault, anew: Mapping[str, Before], looked_at: set[str],
                     wanted: set[str]) -> None:  # fmt: skip
    """Take out inputs that the settings make into others, or into none: another instance, person or format."""
    for file_id, one in anew.items():
        if file_id in wanted or one.container not in looked_at or one.state in ("refused", "unrecognised"):
            continue
        take_out(store, file_id)
        if (sidecar := vault.sidecar(one.file_sha256, file_id)) is not None:
            vault.remove_sidecar(sidecar)


def day_before(anew: Mapping[str, Before]) -> dict[tuple[str, str | None], date]:
    """Return the days that lists had, by hash and member."""
    return {(one.file_sha256, one.member): day for one in anew.values() if (day := one.day) is not None}
