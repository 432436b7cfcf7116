"""`discovery offboard plan`: the steps of a leaving, and what other orders would send and forfeit."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from discovery.cli.options import Day, example, json_option, today, with_settings
from discovery.cli.output import print_json
from discovery.cli.progress import night_progress
from discovery.cli.published import Person, find_person, published, warn_if_old
from discovery.cli.run import nightly_job
from discovery.cli.terminal import note, say, table
from discovery.connectors.notify.message import as_argument
from discovery.errors import BadUse, SourceFailed
from discovery.offboarding.alternative import alternatives_for
from discovery.offboarding.case import record_plan
from discovery.offboarding.guard import refuse_protected
from discovery.offboarding.plan import Plan, make_plan
from discovery.offboarding.playbook import read_playbooks
from discovery.offboarding.route import can_act
from discovery.offboarding.source_age import overridden, source_ages
from discovery.settings import Settings
from discovery.store import Store


@click.command(
    epilog=example(
        "discovery offboard plan ada@example.com",
        "discovery offboard plan ada@example.com --now --accept-old expensify --reason 'monthly export'",
        "discovery offboard plan ada@example.com --compare",
    )
)
@click.argument("persons", nargs=-1, required=True, metavar="PERSON...")
@click.option(
    "--compare",
    "is_compared",
    is_flag=True,
    help="Show what other orders would send and forfeit.",
)
@click.option(
    "--now",
    "is_immediate",
    is_flag=True,
    help="For somebody who leaves at once.",
)
@click.option("--leaves-on", type=Day(), help="Last day of work, where no roster says it or it is wrong.")
@click.option(
    "--accept-old",
    multiple=True,
    metavar="SOURCE",
    help="Plan though this source is too old; `all`.",
)
@click.option("--reason", help="Why old sources are accepted; goes into the ledger.")
@click.option(
    "--as-published",
    is_flag=True,
    help="Plan from the published file as it is, without reading the inbox first.",
)
@with_settings
@json_option
def plan(
    settings: Settings,
    persons: tuple[str, ...],
    leaves_on: date | None,
    accept_old: tuple[str, ...],
    reason: str | None,
    *,
    is_compared: bool,
    is_immediate: bool,
    as_published: bool,
    as_json: bool,
) -> None:
    """Make the ordered steps for a person's leaving, and open a case for them.

    The scope is built anew first. Each source's age is printed; one older than its limit has to be accepted by name.
    Nothing is sent: `approve` and `execute` come after it.
    """
    if not as_published:
        _build_anew(settings)
    playbooks = read_playbooks(settings.offboarding.playbooks)
    answers: list[dict[str, Any]] = []
    with published(settings) as store:
        found = list({p.person_id: p for p in (find_person(store, text) for text in persons)}.values())
        if is_compared:
            alternatives = [
                _alternatives(store, settings, who, leaves_on, is_immediate=is_immediate) for who in found
            ]
            _print_compared(found, alternatives, as_json=as_json)
            return
        for who in found:
            refuse_protected(settings, store, who.person_id)
        ages = source_ages(store, settings, today())
        overrides = overridden(ages, accept_old, reason)
        plans = [
            make_plan(
                store, settings, playbooks, who.person_id, can_act=can_act(settings), is_immediate=is_immediate,
                leaves_on=leaves_on, ages=ages, overrides=overrides,
            )
            for who in found
        ]  # fmt: skip
        for who, made in zip(found, plans, strict=True):
            case = record_plan(settings.home, made, overrides_reason=reason)
            kept = case.plan or made
            answers.append({"case_id": case.case_id, "plan_hash": case.plan_hash, **kept.plain()})
            if not as_json:
                _print_plan(who, kept, case.case_id)
        if as_json:
            print_json(answers)
        elif as_published:
            warn_if_old(store)


def _build_anew(settings: Settings) -> None:
    """Run the nightly job if anything changed since the last run but cases. Raises StoreLocked, SourceFailed."""
    from discovery.run import is_scope_current

    if is_scope_current(settings, today()):
        return
    if not settings.inbox.is_dir():
        raise BadUse(
            f"the inbox {settings.inbox} is not there, so the scope cannot be built anew: name the settings with "
            "--config, or plan from the published file as it is with --as-published"
        )
    nightly = nightly_job()
    with night_progress(settings.home, nightly.step_count(), "building the scope anew") as on_step:
        result = nightly.run_nightly(settings, today(), on_step=on_step)
    if result.publication is None:
        raise SourceFailed(
            f"the scope could not be built anew ({'; '.join(result.errors) or 'a check is red'}): no plan is made. "
            "`discovery run` says more."
        )
    for failed in result.failed_sources:
        note(f"{failed.system} could not be read, the plan stands on what was known of it: {failed.reason}")


def _alternatives(
    store: Store, settings: Settings, who: Person, leaves_on: date | None, *, is_immediate: bool
) -> dict[str, Any]:
    at, found = alternatives_for(store, settings, who.person_id, leaves_on, is_immediate=is_immediate)
    return {"at": at, "status": who.status, "alternatives": found}


def _print_compared(found: list[Person], answers: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "person": vars(who),
                    "at": a["at"],
                    "alternatives": [one.plain() for one in a["alternatives"]],
                }
                for who, a in zip(found, answers, strict=True)
            ]
        )
        return
    for who, answer in zip(found, answers, strict=True):
        say(f"{who.display_name or ''} <{who.name}>, status {who.status or 'unknown'}: first act at "
            f"{answer['at']:%Y-%m-%d %H:%M} UTC, for apps that Entra ID provisions")  # fmt: skip
        rows = []
        for one in answer["alternatives"]:
            for number, event in enumerate(one.events):
                first, last = event.earliest_at, event.latest_at
                when = "never" if event.is_sent == "no" else "not known"
                if first is not None:
                    end = last or first
                    is_same_day = end.date() == first.date()
                    when = f"{first:%Y-%m-%d %H:%M} to {end:%H:%M}" if is_same_day else f"{first} to {end}"
                rows.append((one.name if number == 0 else "", event.what, event.is_sent, when,
                             one.forfeited if number == 0 else ""))  # fmt: skip
        table(("order", "event", "sent", "when (UTC)", "forfeited"), rows, whole=("order", "event", "sent"))
        for one in answer["alternatives"]:
            say(f"\n{one.name}: {one.acts}. {one.advice}")
            for event in one.events:
                say(f"  {event.what}: {event.note}")
        events = [event for one in answer["alternatives"] for event in one.events]
        say("\nDocumented behaviour, not this tenant's: its provisioning log wins. Sources:")
        for source, as_of in dict.fromkeys((event.source, event.as_of) for event in events):
            say(f"  {source} (looked up {as_of})")


def _print_plan(who: Person, made: Plan, case_id: str) -> None:
    say(f"{who.display_name or ''} <{who.name}>".strip())
    begins = f"from {made.begins_at} on" if made.begins_at else "at once"
    say(
        f"{case_id}, plan {made.hash[:16]}: {len(made.steps)} steps, {begins}; "
        f"as of the end of {made.made_from['as_of']}"
    )
    say()
    table(
        ("#", "phase", "app", "route", "step", "not before"),
        [(s.position, s.phase, s.app_name, s.route, s.title, (s.not_before or "")[:10]) for s in made.steps],
        right=("#",),
        whole=("#", "phase", "route", "not before"),
    )
    say("\nWhy, and why in this order:")
    for title, reason in dict.fromkeys((s.title, s.reason) for s in made.steps):
        say(f"  {title}: {reason}")
    say("\nSources:")
    for age in made.made_from["sources"]:
        told = "loaded on" if age.get("is_day_of_loading") else "up to"
        mark = "; of what day its records are is not told" if age.get("is_day_of_loading") else ""
        mark += " TOO OLD, accepted" if age["is_old"] else ""
        days = f"{age['age_days']} days old (limit {age['limit_days']})"
        say(f"  {age['source']}: {told} {age['newest_on']}, {days}{mark}")
    note(f"\nNothing was sent. `discovery offboard approve {as_argument(who.name)}` approves this plan.")
