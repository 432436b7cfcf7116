"""`discovery catalog`: the apps that are known, and what a change of them moves."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.terminal import note, say, table, working
from discovery.errors import BadUse
from discovery.settings import Settings

_HOLDERS = """
SELECT t.mention_kind, t.mention, count(DISTINCT coalesce(a.person_id, t.account_id)) AS holders
FROM graph.trace AS t LEFT JOIN canonical.account AS a USING (account_id)
WHERE t.is_proof OR t.app_id IS NULL
GROUP BY ALL
"""
_DECIDED = "SELECT kind, mention, app_id, decision FROM matching.match"


@click.group(epilog=example("discovery catalog diff"))
def catalog() -> None:
    """Look at the catalog of apps."""


@catalog.command(
    epilog=example(
        "discovery catalog diff", "discovery catalog diff --against ../old/src/discovery/catalog/data"
    )
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Folder of another catalog (app.csv, alias.csv); default: the one of the last run.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows of each table."
)
@with_settings
@json_option
def diff(settings: Settings, against: Path | None, limit: int, *, as_json: bool) -> None:
    """Show what a change of the catalog or the overlay moves.

    Compared are the catalog of this version, with the overlay, and the one of the last run. Told are the apps
    that come, go, are merged or renamed, the names and hosts that change their owner, and the mentions of the home
    that the next run would decide otherwise, with how many people they concern. Nothing is written.
    """
    from discovery.catalog import read_catalog
    from discovery.catalog.diff import catalog_in, catalog_of, compare
    from discovery.store import Store

    new = read_catalog(settings.catalog)
    if against is not None:
        old = catalog_in(against)
    elif settings.warehouse.exists():
        with Store(settings.warehouse, read_only=True) as store:
            old = catalog_of(store)
    else:
        raise BadUse(
            f"{settings.warehouse} is not there yet: there is no earlier catalog to compare with; `discovery run` "
            "makes it, or name the folder of another catalog with --against"
        )
    found = compare(old, new)
    moved = moved_mentions(settings)
    counts = {w: len(found.of(w)) for w in sorted({c.what for c in found.changes})}
    if as_json:
        print_json({"counts": counts, "changes": [asdict(c) for c in found.changes], "mentions": moved})
        return
    if not found.changes:
        say("The catalogs are the same.")
    else:
        say("; ".join(f"{count} {what}" for what, count in counts.items()))
    for what in ("merged", "removed", "renamed", "alias moved", "changed", "added", "alias removed"):
        rows = found.of(what)
        if rows:
            table(
                ("app", "field", "before", "after"),
                [(c.app_id, c.field, c.before, c.after) for c in rows[:limit]],
                title=what if len(rows) <= limit else f"{what}: the first {limit} of {len(rows)}",
            )
    if moved is None:
        note("No mentions were looked at: the home has no warehouse yet.")
    elif not moved:
        say("The next run would decide no mention otherwise.")
    else:
        table(
            ("mention", "kind", "before", "after", "people"),
            [(m["mention"], m["kind"], m["before"], m["after"], m["people"]) for m in moved[:limit]],
            title=f"mentions that the next run would decide otherwise: {len(moved)}",
            right=("people",),
        )


def moved_mentions(settings: Settings) -> list[dict[str, Any]] | None:
    """Return the home's mentions that the catalog decides otherwise now; None where there is no warehouse.

    Read from the warehouse, which a run may hold (StoreLocked). People: those whose access or trace rests on it.
    """
    if not settings.warehouse.exists():
        return None
    from discovery.catalog import read_catalog
    from discovery.decisions import read_decisions
    from discovery.matching.build import read_mentions
    from discovery.matching.engine import match_mentions
    from discovery.store import Store

    with Store(settings.warehouse, read_only=True) as store:
        mentions = read_mentions(store)
        before = {(kind, text): (app, decision) for kind, text, app, decision in store.rows(_DECIDED)}
        holders = {(kind, text): int(count) for kind, text, count in store.rows(_HOLDERS)}
    if not before:
        raise BadUse(f"{settings.warehouse}: no mention has been decided yet; `discovery run` comes first")
    decisions = read_decisions(settings.home).standing("match")
    with working(f"matching {len(mentions)} mentions"), Store(None) as memory:
        matches = match_mentions(
            memory, mentions, read_catalog(settings.catalog), settings.domains, decisions
        )
    moved = []
    for match in matches:
        key = (match.kind, match.mention)
        was, now = before.get(key), (match.app_id, match.decision)
        if was is not None and was != now:
            moved.append(
                {
                    "mention": match.mention,
                    "kind": match.kind,
                    "before": _said(was),
                    "after": _said(now),
                    "people": holders.get(key, 0),
                }
            )
    return sorted(moved, key=lambda m: (-m["people"], m["kind"], m["mention"]))


def _said(decided: tuple[str | None, str]) -> str:
    app_id, decision = decided
    return f"{decision} {app_id}" if app_id else decision
