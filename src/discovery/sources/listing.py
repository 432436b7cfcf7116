"""What a scan of the inbox found, as it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from discovery.sources.input import Input, Listed, file_id_of
from discovery.sources.registering import NOT_READ, no_longer_pending, now
from discovery.sources.reread import Before
from discovery.store import Store


def record_scan(store: Store, inputs: Sequence[Input], listed: Sequence[Listed],
                inbox_rows: Sequence[tuple[str, int, int, str | None]], anew: Mapping[str, Before],
                looked: str) -> None:  # fmt: skip
    """Write down inputs that wait or are there already, files that are not read, and the state of the inbox.

    inbox_rows: file name, bytes, time of change in nanoseconds, SHA-256. anew: inputs to be read again, by file_id.
    looked: `reread.looked_with`. Runs in a transaction of the caller.
    """
    names = {str(r[0]): str(r[1]) for r in store.rows(
        "SELECT file_id, file_name FROM sources.source_file WHERE state IN ('loaded', 'staged')"
    )}  # fmt: skip
    # Further instances of a file are found by reading it: those left pending by a kill stay.
    again = {(one.file_sha256, one.member) for one in inputs if one.instance_from == "content"}
    ids = {one.file_id for one in inputs}
    no_longer_pending(store, [
        str(file_id)
        for file_id, sha256, member in store.rows("SELECT file_id, file_sha256, member FROM sources.pending")
        if (sha256, member) not in again or file_id in ids
    ])  # fmt: skip
    store.run("DELETE FROM sources.inbox_file")
    store.insert("sources.inbox_file", [
        dict(zip(("file_name", "byte_count", "modified_ns", "file_sha256"), row, strict=True)) for row in inbox_rows
    ])  # fmt: skip
    at = now()
    pending: list[dict[str, Any]] = []
    duplicates: list[dict[str, Any]] = []
    for one in inputs:
        first_name = names.get(one.file_id)
        is_anew = one.file_id in anew and first_name == one.file_name
        if first_name is None or is_anew:
            pending.append(asdict(one))
            names[one.file_id] = one.file_name
        elif first_name != one.file_name:
            duplicates.append({
                **{name: value for name, value in asdict(one).items() if name != "snapshot_on"},
                "state": "duplicate", "reason": f"the same content as {first_name}", **NOT_READ, "loaded_at": at,
            })  # fmt: skip
    not_read = [
        {
            **asdict(one), "file_id": file_id_of(one.file_sha256 or one.file_name, one.member, None, one.file_name),
            "read_with": looked, **NOT_READ, "loaded_at": at,
        }
        for one in listed
    ]  # fmt: skip
    _forget_listings(store, [(one.file_sha256, one.member, None) for one in inputs])
    _forget_listings(store, [(one.file_sha256 or one.file_name, one.member, one.file_name) for one in listed])
    _forget_duplicates(store, duplicates)
    store.insert("sources.pending", pending)
    store.insert("sources.source_file", [*duplicates, *not_read])


def _forget_listings(store: Store, files: Sequence[tuple[str, str | None, str | None]]) -> None:
    """Forget why files were not read, by content, member and name: under any name, or this and such as are gone."""
    store.run(
        """
        DELETE FROM sources.source_file AS f USING (
            SELECT unnest($contents::VARCHAR[]) AS content, unnest($members::VARCHAR[]) AS member,
                   unnest($names::VARCHAR[]) AS name
        ) AS x
        WHERE f.state IN ('unrecognised', 'refused') AND coalesce(f.file_sha256, f.file_name) = x.content
          AND f.member IS NOT DISTINCT FROM x.member
          AND (x.name IS NULL OR f.file_name = x.name
               OR coalesce(left(f.file_name, length(f.file_name) - length(f.member) - 1), f.file_name)
                  NOT IN (SELECT file_name FROM sources.inbox_file))
        """,
        dict(zip(("contents", "members", "names"), map(list, zip(*files, strict=True)), strict=True))
        if files else {"contents": [], "members": [], "names": []},
    )  # fmt: skip


def _forget_duplicates(store: Store, files: Sequence[Mapping[str, Any]]) -> None:
    store.run(
        "DELETE FROM sources.source_file AS f USING (SELECT unnest($ids::VARCHAR[]) AS file_id, "
        "unnest($names::VARCHAR[]) AS file_name) AS x "
        "WHERE f.state = 'duplicate' AND f.file_id = x.file_id AND f.file_name = x.file_name",
        {"ids": [one["file_id"] for one in files], "names": [one["file_name"] for one in files]},
    )
