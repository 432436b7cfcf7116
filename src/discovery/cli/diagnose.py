"""`discovery diagnose`: why an app does, or does not, lose its leavers; `discovery readiness`: would every job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from discovery.cli.options import app_names, example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.published import find_app, find_person, published, warn_if_old
from discovery.cli.terminal import say, table
from discovery.report.diagnosis import FAIL, Point
from discovery.report.diagnosis import diagnose as points_of
from discovery.report.readiness import THRESHOLDS, jobs, on_higher_plan, what_if
from discovery.report.rehearsal import rehearse
from discovery.settings import Settings


@click.command(
    epilog=example(
        "discovery diagnose slack",
        "discovery diagnose webex --person ada@example.com",
        "discovery diagnose webex --rehearse scim.test@example.com",
    )
)
@click.argument("app", shell_complete=app_names)
@click.option("--person", help="Only this leaver.")
@click.option(
    "--rehearse", "account", help="Follow a test account through create, update, disable and delete."
)
@with_settings
@json_option
def diagnose(settings: Settings, app: str, person: str | None, account: str | None, *, as_json: bool) -> int:
    """Check in five points whether an app loses its leavers; exit code 1 if one fails."""
    with published(settings) as store:
        found = find_app(store, app)
        if account is not None:
            points: Sequence[Point] = rehearse(store, found, account)
            title = f"{found.name}: the test account {account}"
        else:
            made = points_of(store, found, find_person(store, person) if person else None)
            points = made.points
            title = f"{found.name}: {made.person or 'all its leavers'}"
        if as_json:
            print_json(
                {
                    "app_id": found.app_id,
                    "app_name": found.name,
                    "person": person,
                    "rehearsed": account,
                    "points": [asdict(point) for point in points],
                }
            )
        else:
            _print(title, points)
        warn_if_old(store)
    return 1 if any(point.answer == FAIL for point in points) else 0


def _print(title: str, points: Sequence[Point]) -> None:
    say(title)
    for point in points:
        say(f"\n{point.number} {point.title}: {point.answer.upper()}")
        say(f"  {point.reason}")
        for line in point.evidence:
            say(f"    {line}")
        if point.next_step:
            say(f"  Next: {point.next_step}")


@click.command(epilog=example("discovery readiness", "discovery readiness --leavers 1000"))
@click.option("--leavers", type=click.IntRange(min=1), help="What if so many left at once?")
@with_settings
@json_option
def readiness(settings: Settings, leavers: int | None, *, as_json: bool) -> None:
    """Show of every provisioning job whether it would deprovision, before anybody leaves."""
    with published(settings) as store:
        every, plans = jobs(store), on_higher_plan(store)
        if as_json:
            print_json(
                {
                    "jobs": [
                        {**asdict(job), **({"what_if": what_if(job, leavers)} if leavers else {})}
                        for job in every
                    ],
                    "higher_plan": plans,
                    "leavers": leavers,
                }
            )
            return
        if every:
            table(
                ("app", "persons", "would deprovision", "what speaks against it"),
                [
                    (j.app_name, j.persons, j.would_deprovision, "; ".join(j.failing) or "nothing")
                    for j in every
                ],
                right=("persons",),
                whole=("app",),
            )
        else:
            say("No provisioning job was read: `discovery collect entra` fetches them.")
        if plans:
            say()
            table(
                ("app", "SCIM from plan", "persons", "covered instead by", "source"),
                [
                    (
                        p["app_name"],
                        p["scim_plan"],
                        p["person_count"],
                        p["covered_by"],
                        f"{p['facts_source']} {p['facts_as_of']}",
                    )
                    for p in plans
                ],
                title="In use without provisioning, though a higher plan has it",
                right=("persons",),
                whole=("app",),
            )
        if leavers:
            say()
            table(
                ("app", "what becomes of them"),
                [(job.app_name, what_if(job, leavers)) for job in every],
                title=f"If {leavers:,} left at once (thresholds: {THRESHOLDS})",
                whole=("app",),
            )
        warn_if_old(store)
