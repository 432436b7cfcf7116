"""Forgotten persons: what is known of them is left out of whatever is read, and taken out of what is kept.

`home/forgotten.jsonl` holds no names: one keyed hash per identifier, appended and never rewritten, with the key in
`home/keys/forgotten`. A record whose identity columns hold one of them is ignored as `forgotten person`; as a manager
the person becomes NULL. Of a file that held such records the vault keeps the other records, not the bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from discovery.errors import StoreDamaged
from discovery.ledger.subject import put_on_disk, sync_folder, write_all
from discovery.sources.source import Format
from discovery.sources.vault import Sidecar, Vault
from discovery.store import Store, make_private, quoted
from discovery.tables import RECORDS

FILE = "forgotten.jsonl"
REASON = "forgotten person"
IDENTITY = ("account_key", "account_name", "email", "employee_id", "holder_key", "cardholder")
"""Columns that say whose a record is."""
_WORD = re.compile(r"[^\W_]+")
MENTIONED = ("manager_email",)
"""Columns in which somebody else's record names a person."""


def token(value: str, system: str, instance: str) -> str:
    """Return what is hashed of an identifier: an address is the same everywhere, a key only in its instance."""
    text = value.strip().lower()
    return f"mail:{text}" if "@" in text else f"key:{system}:{instance}:{text}"


def name_token(text: str) -> str:
    """Return what is hashed of an identifier or name for comparing names of files: its words, whatever joins them."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).casefold())
    return f"name:{' '.join(words)}"


def suppress(home: Path, tokens: Iterable[str], by: str) -> int:
    """Append the keyed hashes of tokens, on disk before this returns; returns how many were new."""
    key = _key(home, make=True)
    assert key is not None
    known = set(read_suppressed(home))
    new = sorted({_digest(key, one) for one in tokens} - known)
    if not new:
        return 0
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    path = home / FILE
    lines = "".join(json.dumps({"at": at, "by": by, "hash": one}, sort_keys=True) + "\n" for one in new)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(handle).st_size
        is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        write_all(handle, (b"\n" if is_torn else b"") + lines.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(home)
    return len(new)


def digest_of(home: Path, one: str) -> str:
    """Return the keyed hash of a token, as the list has it; only who has the key can tell whose it is."""
    return _digest(list_key(home), one)


def read_suppressed(home: Path) -> list[str]:
    """Return the keyed hashes; none where nobody was forgotten. A line that a crash cut short is passed over."""
    try:
        content = (home / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    found = []
    for line in content.split("\n"):
        try:
            found.append(str(json.loads(line)["hash"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def load_forgotten(store: Store, home: Path) -> None:
    """Make the list known to this connection, as `temp.forgotten_token`, and the key as a variable."""
    digests = read_suppressed(home)
    key = list_key(home) if digests else None
    store.run("CREATE OR REPLACE TEMP TABLE forgotten_token AS SELECT unnest(CAST($d AS VARCHAR[])) AS digest",
              {"d": digests})  # fmt: skip
    store.run(
        "SET VARIABLE is_anybody_forgotten = CAST($is_anybody AS BOOLEAN)", {"is_anybody": bool(digests)}
    )
    store.run("SET VARIABLE forgotten_key = CAST($key AS VARCHAR)", {"key": key.hex() if key else ""})


def is_anybody_forgotten(store: Store) -> bool:
    """Tell whether there is anybody whom records have to be compared with."""
    return bool(store.value("SELECT getvariable('is_anybody_forgotten')"))


def is_forgotten_sql(kind: str, system: str, instance: str) -> str:
    """Return the SQL condition that a record of a kind belongs to a forgotten person."""
    names = [c.name for c in RECORDS[kind].columns]
    tests = [_test(f'"{name}"', system, instance) for name in IDENTITY if name in names]
    return f"({' OR '.join(tests)})" if tests else "false"


def is_forgotten_use_sql() -> str:
    """Return the SQL condition that a row of usage, of whatever system, belongs to a forgotten person."""
    key = "'key:' || system || ':' || coalesce(instance, '') || ':'"
    return f"({' OR '.join(_test_with(name, key) for name in ('identifier', 'account_name', 'holder_key'))})"


def without_mentions_sql(kind: str, system: str, instance: str) -> str:
    """Return the REPLACE clause that takes forgotten persons out of other people's records; empty if there is none."""
    names = [c.name for c in RECORDS[kind].columns]
    parts = [
        f"CASE WHEN NOT {_test(quoted_name, system, instance)} THEN {quoted_name} END AS {quoted_name}"
        for quoted_name in (f'"{name}"' for name in MENTIONED if name in names)
    ]
    return f"REPLACE ({', '.join(parts)})" if parts else ""


def _test(column: str, system: str, instance: str) -> str:
    return _test_with(column, quoted(f"key:{system}:{instance}:"))


def said_sql(column: str, key: str) -> str:
    """Return SQL for what `token` says of a column; `key` is SQL for what stands before a key."""
    text = f"lower(trim({column}))"
    return f"CASE WHEN contains({text}, '@') THEN 'mail:' || {text} ELSE {key} || {text} END"


def _test_with(column: str, key: str) -> str:
    digest = f"sha256(getvariable('forgotten_key') || chr(0) || {said_sql(column, key)})"
    return f"coalesce({digest} IN (SELECT digest FROM temp.forgotten_token), false)"


def reduce_file(store: Store, home: Path, formats: dict[str, Format], sha256: str) -> int:
    """Keep of one file in the vault its records without those of forgotten persons, and not its bytes.

    Returns the records taken out. The lake is not touched: it is built anew. Run again after a crash, it gives the
    same.
    """
    vault = Vault(home)
    taken = 0
    rows = store.dicts(
        "SELECT file_id, system, instance, format, rows_read, rows_elsewhere, reason FROM sources.source_file "
        "WHERE file_sha256 = $sha AND state IN ('staged', 'loaded') ORDER BY file_id",
        {"sha": sha256},
    )
    for row in rows:
        sidecar = vault.sidecar(sha256, str(row["file_id"]))
        fmt = formats.get(str(row["format"]))
        if sidecar is None or fmt is None:
            continue
        lost = _reduce_input(store, home, vault, sidecar, fmt)
        taken += lost
        counted = "SELECT reason, row_count FROM sources.ignored WHERE file_id = $f"
        ignored = {str(r): int(n) for r, n in store.rows(counted, {"f": row["file_id"]})}
        if lost:
            ignored[REASON] = ignored.get(REASON, 0) + lost
        vault.write_sidecar(replace(
            sidecar, is_reduced=True, rows_read=int(row["rows_read"]), rows_elsewhere=int(row["rows_elsewhere"] or 0),
            ignored=ignored, lacking=row["reason"], collected=_collected(store, str(row["file_id"])),
            quarantined=_quarantined(store, str(row["file_id"])),
        ))  # fmt: skip
    vault.drop(sha256)
    return taken


def _reduce_input(store: Store, home: Path, vault: Vault, sidecar: Sidecar, fmt: Format) -> int:
    """Write the kept records of one input, one file per kind; returns the records of the primary kind left out."""
    lost = 0
    for kind in fmt.kinds:
        paths = [str(r[0]) for r in store.rows(
            "SELECT path FROM sources.source_part WHERE file_id = $f AND kind = $kind ORDER BY path",
            {"f": sidecar.file_id, "kind": kind},
        )]  # fmt: skip
        if not paths:
            # Nothing of it counts (any more): events that are older than what is kept.
            vault.reduced(sidecar, kind).unlink(missing_ok=True)
            continue
        listed = ", ".join(quoted(str(home / "lake" / path)) for path in paths)
        source = f"read_parquet([{listed}], hive_partitioning=false)"
        test = is_forgotten_sql(kind, sidecar.system, sidecar.instance)
        if kind == fmt.kind:
            lost = int(store.value(f"SELECT count(*) FROM {source} WHERE {test}"))
        target = vault.reduced(sidecar, kind)
        temporary = target.with_suffix(".tmp")
        store.run(
            f"COPY (SELECT * {without_mentions_sql(kind, sidecar.system, sidecar.instance)} FROM {source} "
            f"WHERE NOT {test}) TO {quoted(str(temporary))} (FORMAT parquet, COMPRESSION zstd)"
        )
        temporary.chmod(0o600)
        temporary.replace(target)
    return lost


def _quarantined(store: Store, file_id: str) -> list[tuple[int, str | None, str, str]]:
    rows = store.rows(
        "SELECT record, column_name, reason, content FROM sources.quarantine WHERE file_id = $f ORDER BY record",
        {"f": file_id},
    )
    return [(int(record), column, str(reason), str(content)) for record, column, reason, content in rows]


def _collected(store: Store, file_id: str) -> str | None:
    from discovery.sources.collected import Collected

    rows = store.rows(
        "SELECT system, list, instance, from_at, to_at, is_complete, collected_at FROM sources.collected "
        "WHERE file_id = $f",
        {"f": file_id},
    )
    return Collected(*rows[0]).line() if rows else None


def _digest(key: bytes, text: str) -> str:
    return hashlib.sha256(key.hex().encode() + b"\0" + text.encode()).hexdigest()


def list_key(home: Path) -> bytes:
    """Return the key of a list that is there. Raises StoreDamaged without it."""
    key = _key(home, make=False)
    if key is None:
        raise StoreDamaged(
            f"{home / FILE} is there, but its key {home / 'keys' / 'forgotten'} is not: restore it from a backup; "
            "without it forgotten persons would come back."
        )
    return key


def _key(home: Path, *, make: bool) -> bytes | None:
    file = make_private(home / "keys") / "forgotten"
    if make and not file.exists():
        put_on_disk(file, secrets.token_hex(32).encode())
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except ValueError:
        key = b""
    if len(key) != 32:
        raise StoreDamaged(f"{file} holds no key: restore it from a backup.")
    return key
