"""`discovery coverage`: how far the sources tell, what each found alone, and what is not seen."""

from __future__ import annotations

from typing import Any

import click

from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.published import published, run_of, warn_if_old
from discovery.cli.terminal import say, table
from discovery.settings import Settings

_PARTS = {
    "estimate": "FROM coverage ORDER BY subject DESC",
    "sources": "FROM source_coverage ORDER BY access_count DESC, source, system",
    "freshness": "FROM source_freshness ORDER BY age_days DESC, source, system, instance",
    "blind_spots": "SELECT source, from_at, to_at, reason FROM blind_spot WHERE person_id IS NULL "
    "ORDER BY source, from_at, reason",
    "confidence": "FROM confidence_bucket ORDER BY from_confidence DESC",
}


@click.command(epilog=example("discovery coverage"))
@with_settings
@json_option
def coverage(settings: Settings, *, as_json: bool) -> None:
    """Show how far the sources tell, what each found alone, and what is not seen.

    The number of apps that remain unseen is a lower bound by what independent sources have in common
    (docs/graph.md says what it assumes).
    """
    with published(settings) as store:
        parts = {name: store.dicts(sql) for name, sql in _PARTS.items()}
        if as_json:
            print_json({"as_of": run_of(store)["as_of"], **parts})
        else:
            _print(parts)
        warn_if_old(store)


def _print(parts: dict[str, list[dict[str, Any]]]) -> None:
    for row in parts["estimate"]:
        what = {"app": "Apps", "access": "Accesses of persons"}[row["subject"]]
        say(f"{what}: {row['observed_count']} found by sources that find by themselves; {row['reason']}")
        if row["estimate"] is not None:
            say(f"  estimate {row['estimate']:g} (95 %: {row['lower_bound']:g} to {row['upper_bound']:g})")
    say()
    columns = ("source", "system", "app_count", "app_alone_count", "access_count", "access_alone_count")
    table(
        ("source", "system", "apps", "alone", "accesses", "alone"),
        [[row[c] for c in columns] for row in parts["sources"]],
        title="What each source shows, and what nothing else shows",
        right=("apps", "alone", "accesses"),
    )
    ages = ("source", "system", "instance", "first_at", "last_at", "age_days", "retention_days")
    table(
        ("source", "system", "instance", "first", "last", "days old", "kept by the system"),
        [[row[c] for c in ages] for row in parts["freshness"]],
        title="How fresh the sources are",
        right=("days old", "kept by the system"),
        whole=("first", "last"),
    )
    say("\nNot seen:")
    for row in parts["blind_spots"]:
        begin, end = row["from_at"], row["to_at"]
        when = (f" from {begin:%Y-%m-%d}" if begin else "") + (f" to {end:%Y-%m-%d}" if end else "")
        say(f"  {row['source']}{when}: {row['reason']}")
    say("\nWhat a confidence is worth, measured in generated companies:")
    for row in parts["confidence"]:
        share = (
            "not measured" if row["precision_measured"] is None else f"{row['precision_measured']:.3f} right"
        )
        say(f"  {row['bucket']}: {share} ({row['edges_measured'] or 0} accesses); here {row['access_count']}")
