"""The evidence pack of one person: the rows of the dossier as one small DuckDB file beside the page.

Its table `part` holds title, SQL, row count and hash of every other table; `dossier` says of whom, when and by whom.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from discovery.errors import BadUse
from discovery.report.dossier import Dossier, page_of
from discovery.report.spreadsheet import plain
from discovery.store import Store, quoted

_MEANING = {
    "part": "One row: one table of this file, with what makes it and the SHA-256 of its rows.",
    "dossier": "One row: the person, the publication and the making of this file.",
}


def write_dossier(dossier: Dossier, page: Path, *, with_pack: bool) -> list[Path]:
    """Write the page, and with it the pack under the same name; return the files. Raises BadUse.

    Nothing that is there already is overwritten; a file that could not be written whole is not left behind.
    """
    pack = page.with_suffix(".duckdb") if with_pack else None
    for file in filter(None, (page, pack)):
        if file.exists():
            raise BadUse(f"{file} is there already and was left as it is.")
        if not file.parent.is_dir():
            raise BadUse(f"{file}: there is no folder {file.parent}")
    digest = None
    if pack is not None:
        _write_pack(dossier, pack)
        digest = hashlib.sha256(pack.read_bytes()).hexdigest()
    html = page_of(dossier, pack_name=pack.name if pack else None, pack_sha256=digest)
    handle = os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as out:
        out.write(html)
    return [page, pack] if pack else [page]


def _write_pack(dossier: Dossier, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    try:
        with Store(None, folders=[path.parent]) as store:
            store.run(f"ATTACH {quoted(str(temporary))} AS pack (STORAGE_VERSION 'v1.0.0')")
            temporary.chmod(0o600)
            with store.transaction():
                _fill(store, dossier)
            store.run("CHECKPOINT pack")
            store.run("DETACH pack")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _fill(store: Store, dossier: Dossier) -> None:
    about = {
        "person_id": dossier.person.person_id,
        "email": dossier.person.email,
        "display_name": dossier.person.display_name,
        "status": dossier.person.status,
        "left_on": dossier.person.left_on,
        "made_at": dossier.made_at,
        "made_by": dossier.made_by,
        "run_id": dossier.run["run_id"],
        "as_of": dossier.run["as_of"],
        "content_hash": dossier.run["content_hash"],
        "provenance_hash": dossier.run["provenance_hash"],
        "ledger": dossier.ledger,
    }
    parts = [
        {
            "position": at,
            "name": part.name,
            "title": part.title,
            "row_count": len(part.rows),
            "sha256": part.sha256,
            "made_by": part.made_by,
        }
        for at, part in enumerate(dossier.parts.values(), 1)
    ]
    _table(store, "dossier", [about])
    _table(store, "part", parts)
    for part in dossier.parts.values():
        _table(store, part.name, part.rows or [dict.fromkeys(part.columns)])
        if not part.rows:
            store.run(f'DELETE FROM pack.main."{part.name}"')  # noqa: S608 - a name of ours
        store.run(
            f'COMMENT ON TABLE pack.main."{part.name}" IS {quoted(f"{part.title}. SHA-256 of its rows: {part.sha256}")}'
        )
    for name, meaning in _MEANING.items():
        store.run(f"COMMENT ON TABLE pack.main.{name} IS {quoted(meaning)}")


def _table(store: Store, name: str, rows: Any) -> None:
    import pyarrow as pa

    columns = list(rows[0])
    try:
        made = pa.table({column: [row[column] for row in rows] for column in columns})
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of several types: as texts
        made = pa.table({column: [str(plain(row[column])) for row in rows] for column in columns})
    # A column without any value has no type of its own.
    casts = ", ".join(
        f'CAST("{field.name}" AS VARCHAR) AS "{field.name}"'
        if pa.types.is_null(field.type)
        else f'"{field.name}"'
        for field in made.schema
    )
    with store.relation("rows_of_part", made):
        store.run(f'CREATE TABLE pack.main."{name}" AS SELECT {casts} FROM rows_of_part')  # noqa: S608 - names of ours
