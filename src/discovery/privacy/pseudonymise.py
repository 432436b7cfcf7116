"""A copy of the published file that names nobody: for analysis, tuning and questions to others.

What names a person is by the declaration of its column (`personal`): it is replaced by a keyed pseudonym, the same in
all tables of one export and, with the same key, of the next. Texts in words are left out. The key lies in
`home/keys/pseudonyms`; without it nobody gets back to a person.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from discovery.errors import BadUse
from discovery.ledger.subject import put_on_disk
from discovery.publish.contract import FILE_TABLES, file_columns
from discovery.settings import Settings
from discovery.store import Store, make_private, quoted
from discovery.tables.declare import Column

KEYED = ("person_id", "account_id", "case_id", "step_id", "task_id", "finding_id", "manager_email", "owner_email",
         "email")  # fmt: skip
"""Columns that join tables or tell persons apart: they become pseudonyms; other personal columns are left empty."""
LEFT_OUT = ("ledger_entry", "quarantine", "source_file", "person_identifier", "exclusion")
"""Tables whose rows name people or files in words: only their number stays."""
_IN_WORDS = (
    "summary", "reason", "reasons", "explanation", "note", "record", "content", "file_name", "said", "event_id",
    "handover", "value_left", "value_right", "access.action", "offboarding_scope.action",
)  # fmt: skip
"""Columns, of all tables or of one, that may hold a name although they are not about one: an owner's, a merchant's."""


def pseudonymise(settings: Settings, target: Path) -> dict[str, int]:
    """Write the pseudonymised copy of the published file to `target`; returns rows by table.

    Raises BadUse if the target is there or cannot be written, or nothing is published.
    """
    with new_copy(settings, target) as temporary:
        return _write(settings, temporary, _key(settings.home))


@contextlib.contextmanager
def new_copy(settings: Settings, target: Path) -> Iterator[Path]:
    """Give a path to write a copy of the published file to; at the end it is private and called `target`.

    Raises BadUse if the target is there or cannot be written, or nothing is published.
    """
    if target.exists():
        raise BadUse(f"{target} is there already: name another file")
    if not settings.published.is_file():
        raise BadUse(f"{settings.published} is not there yet: `discovery run` makes it")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        temporary.unlink()  # the engine takes no empty file
    except OSError as error:
        raise BadUse(f"{target}: cannot be written: {error.strerror}") from error
    try:
        yield temporary
        temporary.chmod(0o600)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _write(settings: Settings, target: Path, key: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    with Store(target, folders=[settings.published.parent]) as store:
        store.run(f"ATTACH {quoted(str(settings.published))} AS graph (READ_ONLY)")
        store.run("SET VARIABLE pseudonym_key = CAST($key AS VARCHAR)", {"key": key})
        for table in FILE_TABLES:
            has_app = "app_id" in [column.name for column in file_columns(table)]
            columns = ", ".join(
                _expression(table.name, column, has_app=has_app) for column in file_columns(table)
            )
            rows = "LIMIT 0" if table.name in LEFT_OUT else ""
            store.run(f'CREATE TABLE "{table.name}" AS SELECT {columns} FROM graph."{table.name}" {rows}')
            counts[table.name] = int(store.value(f'SELECT count(*) FROM "{table.name}"'))
        store.run("DETACH graph")
    return counts


def _expression(table: str, column: Column, *, has_app: bool) -> str:
    name = f'"{column.name}"'
    if column.name == "mention":
        # A merchant may be a person; what led to an app of the catalog is not.
        known = "app_id IN (SELECT app_id FROM graph.app WHERE in_catalog)" if has_app else "false"
        return f"CASE WHEN {known} THEN {name} END AS {name}"
    if column.name in KEYED:
        return f"{_pseudonym(name)} AS {name}"
    if column.name == "accounts":
        return f"list_transform({name}, lambda x: {_pseudonym('x')}) AS {name}"
    if column.personal or {column.name, f"{table}.{column.name}"} & {*_IN_WORDS}:
        return f"CAST(NULL AS {column.type}) AS {name}"
    return name


def _pseudonym(value: str) -> str:
    digest = f"sha256(getvariable('pseudonym_key') || chr(0) || {value})"
    return f"CASE WHEN {value} IS NOT NULL THEN 'p' || left({digest}, 24) END"


def _key(home: Path) -> str:
    file = make_private(home / "keys") / "pseudonyms"
    if not file.exists():
        put_on_disk(file, secrets.token_hex(32).encode())
    return file.read_text(encoding="ascii").strip()
