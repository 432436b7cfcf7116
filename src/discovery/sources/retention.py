"""Exports of the vault that are older than the settings keep: their bytes go, the records that were read of them stay.

An export is as old as its newest record (a list: its day). The newest list of each system stays as it was delivered,
and so does an export of which an input waits to be read, or whose format is not known any more. In quarantine the
contents of records of such exports go too. Single events go with their days (`canonical.retention`), out of what the
vault keeps as records as well. Run again after a crash it gives the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from discovery.settings import Settings
from discovery.sources.forgotten import load_forgotten, reduce_file
from discovery.sources.horizon import REASON, events_from, is_too_old_sql
from discovery.sources.lake import Lake
from discovery.sources.registry import known_formats
from discovery.sources.source import Format
from discovery.sources.vault import Vault
from discovery.store import Store, quoted
from discovery.tables import EVENT_KINDS

EXPORTS = "exports"
VAULT_EVENTS = "vault_events"
CONTENT_GONE = "(older than what is kept)"

_AGED = """
WITH dated AS (
    SELECT file_id, max(CAST(charged_on AS DATE)) AS last_on FROM lake.charge GROUP BY file_id
    UNION ALL SELECT file_id, max(CAST(observed_at AS DATE)) FROM lake.provisioning_event GROUP BY file_id
    UNION ALL SELECT file_id, max(CAST(observed_at AS DATE)) FROM lake.directory_event GROUP BY file_id
    UNION ALL SELECT file_id, max(day) FROM sources.source_part WHERE day IS NOT NULL GROUP BY file_id
),
input AS (
    SELECT f.file_sha256, f.state,
        coalesce(greatest(f.snapshot_on, d.last_on), CAST(f.window_to AS DATE), CAST(f.loaded_at AS DATE))
            AS last_on,
        coalesce(f.snapshot_on = max(f.snapshot_on) OVER (PARTITION BY f.system, f.instance, f.format), false)
            AS is_newest
    FROM sources.source_file AS f
    LEFT JOIN (SELECT file_id, max(last_on) AS last_on FROM dated GROUP BY file_id) AS d USING (file_id)
    WHERE f.state IN ('staged', 'loaded')
)
SELECT file_sha256 FROM input
GROUP BY file_sha256
HAVING bool_and(last_on < $day AND NOT is_newest AND state = 'loaded')
    AND file_sha256 NOT IN (SELECT file_sha256 FROM sources.pending)
ORDER BY file_sha256
"""
_ONLY_OLD_EVENTS = """
SELECT f.file_sha256
FROM sources.source_file AS f
LEFT JOIN (SELECT DISTINCT file_id FROM sources.source_part) AS p USING (file_id)
LEFT JOIN (SELECT file_id FROM sources.ignored WHERE reason = $reason) AS i USING (file_id)
WHERE f.state IN ('staged', 'loaded')
GROUP BY f.file_sha256
HAVING count(p.file_id) = 0 AND count(i.file_id) > 0 AND bool_and(f.state = 'loaded')
    AND f.file_sha256 NOT IN (SELECT file_sha256 FROM sources.pending)
ORDER BY f.file_sha256
"""


def remove_exports(store: Store, settings: Settings, as_of: date) -> int:
    """Take out of the vault what is older than the settings keep; returns the exports whose bytes went."""
    load_forgotten(store, settings.home)
    vault = Vault(settings.home)
    formats = {f.name: f for f in known_formats(settings)}
    events = [str(r[0]) for r in store.rows(_ONLY_OLD_EVENTS, {"reason": REASON})]
    gone = [sha for sha in events if vault.has(sha) and _can_be_kept(store, vault, formats, sha)]
    if gone:
        _note(store, EXPORTS, events_from(settings.home) or as_of, len(gone))
    for sha in gone:
        _reduce(store, settings, formats, sha)
    _trim_events(store, settings, vault, formats)
    if settings.retention.vault_days is None:
        return len(gone)
    day = as_of - timedelta(days=settings.retention.vault_days)
    Lake(settings.home).open_kinds(store)
    aged = [str(r[0]) for r in store.rows(_AGED, {"day": day})]
    aged = [sha for sha in aged if _can_be_kept(store, vault, formats, sha)]
    # Said before it is done: after a crash in between it is done again, and not told as less.
    if count := sum(vault.has(sha) for sha in aged):
        _note(store, EXPORTS, day, count)
    for sha in aged:
        if vault.has(sha) or _has_content(store, sha):
            _reduce(store, settings, formats, sha, scrub=True)
    return len(gone) + count


def _has_content(store: Store, sha256: str) -> bool:
    """Tell whether quarantine still shows what records of an export hold."""
    return bool(store.value(
        "SELECT count(*) FROM sources.quarantine WHERE content <> $gone AND file_id IN "
        "(SELECT file_id FROM sources.source_file WHERE file_sha256 = $sha)",
        {"sha": sha256, "gone": CONTENT_GONE},
    ))  # fmt: skip


def _trim_events(store: Store, settings: Settings, vault: Vault, formats: dict[str, Format]) -> None:
    """Take events that are too old out of what the vault keeps as records, once for each such day."""
    day = events_from(settings.home)
    done = store.value(
        "SELECT max(whole_from) FROM sources.retention WHERE what = $what", {"what": VAULT_EVENTS}
    )
    if day is None or done == day:
        return
    count = 0
    for sha, file_id, name, too_old in store.rows(
        "SELECT file_sha256, file_id, format, row_count FROM sources.source_file LEFT JOIN "
        "(SELECT * FROM sources.ignored WHERE reason = $reason) USING (file_id) WHERE state = 'loaded' ORDER BY ALL",
        {"reason": REASON},
    ):
        fmt = formats.get(str(name))
        kinds = [] if fmt is None else [kind for kind in fmt.kinds if kind in EVENT_KINDS]
        sidecar = vault.sidecar(str(sha), str(file_id)) if kinds else None
        if sidecar is None or not sidecar.is_reduced:
            continue
        paths = [path for kind in kinds if (path := vault.reduced(sidecar, kind)).exists()]
        # The balance in the sidecar tells of a crash between the records and it.
        is_behind = (too_old or 0) != sidecar.ignored.get(REASON, 0)
        if (is_behind or any(_holds_old(store, str(path), day) for path in paths)) and _can_be_kept(
            store, vault, formats, str(sha)
        ):
            _reduce(store, settings, formats, str(sha))
            count += 1
    _note(store, VAULT_EVENTS, day, count)


def _holds_old(store: Store, path: str, day: date) -> bool:
    return bool(store.value(
        f"SELECT count(*) FROM read_parquet({quoted(path)}, hive_partitioning=false) "
        f"WHERE {is_too_old_sql(day, 'observed_at')}"
    ))  # fmt: skip


def _can_be_kept(store: Store, vault: Vault, formats: dict[str, Format], sha256: str) -> bool:
    """Tell whether each input of an export can be kept as records: how it was read is known."""
    return all(
        str(name) in formats and vault.sidecar(sha256, str(file_id)) is not None
        for file_id, name in _inputs(store, sha256)
    )


def _inputs(store: Store, sha256: str) -> list[tuple[object, ...]]:
    return store.rows(
        "SELECT file_id, format FROM sources.source_file WHERE file_sha256 = $sha AND state IN ('staged', 'loaded')",
        {"sha": sha256},
    )


def _reduce(store: Store, settings: Settings, formats: dict[str, Format], sha256: str, *,
            scrub: bool = False) -> None:  # fmt: skip
    """Keep of one export its records only; with `scrub`, quarantine keeps no contents."""
    with store.transaction():
        if scrub:
            store.run(
                "UPDATE sources.quarantine SET content = $gone, reason = $gone WHERE list_contains($ids, file_id)",
                {"gone": CONTENT_GONE, "ids": [str(file_id) for file_id, _ in _inputs(store, sha256)]},
            )
        reduce_file(store, settings.home, formats, sha256)


def _note(store: Store, what: str, day: date, count: int) -> None:
    """Write down that so many exports (went or) go, which are older than a day."""
    binds = {"what": what, "day": day}
    with store.transaction():
        before = store.value(
            "SELECT max(file_count) FROM sources.retention WHERE what = $what AND whole_from = $day", binds
        )
        store.run("DELETE FROM sources.retention WHERE what = $what AND whole_from = $day", binds)
        store.run(
            "INSERT INTO sources.retention VALUES ($what, $day, CAST($count AS BIGINT), NULL, CAST($now AS TIMESTAMP))",
            {**binds, "count": max(count, before or 0), "now": datetime.now(UTC).replace(tzinfo=None)},
        )
