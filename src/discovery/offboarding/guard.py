"""What stands between a plan and an act: every refusal is said to the person and kept in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from discovery.errors import ActRefused
from discovery.ledger import Ledger
from discovery.offboarding.case import Case
from discovery.offboarding.plan import Step, changes, state_of
from discovery.settings import Settings
from discovery.store import Store

WINDOW = timedelta(hours=24)
"""Persons whose cases were started within it count together for the two-person rule."""


def refuse(home: Path, case: Case, why: str, *, step_id: str | None = None, rule: str) -> ActRefused:
    """Keep a refusal in the ledger and return the error to raise. `rule`: which guard rail.

    What tries every hour is refused every hour: the same refusal twice in a row is kept once.
    """
    ledger = Ledger(home)
    with ledger.exclusive() as writer:
        entries = writer.entries()
        last = next((e for e in reversed(entries) if e.case_id == case.case_id), None)
        said = (
            ledger.read_private(entries).get(last.private or "", {}).get("detail")
            if last is not None
            else None
        )
        if last is None or (last.kind, last.step_id, said) != ("refusal", step_id, why):
            writer.append(
                "refusal", case_id=case.case_id, step_id=step_id, person_id=case.person_id, state="refused",
                data={"rule": rule}, private={"detail": why} if case.person_id else None,
            )  # fmt: skip
    return ActRefused(why)


def stop_file(settings: Settings) -> Path:
    """Return the file that stops everything as long as it is there."""
    return settings.offboarding.stop_file or settings.home / "STOP"


def check_stop(settings: Settings, case: Case, step_id: str | None = None) -> None:
    """Raise ActRefused while the stop file is there."""
    path = stop_file(settings)
    if path.exists():
        raise refuse(
            settings.home, case, f"{path} is there: nothing is acted on until somebody removes it",
            step_id=step_id, rule="stop_file",
        )  # fmt: skip


def is_protected(settings: Settings, names: Iterator[str] | list[str]) -> str | None:
    """Return the first name that a protected glob fits, None if there is none."""
    return next(
        (
            name
            for name in names
            if any(fnmatchcase(name.lower(), glob) for glob in settings.offboarding.protected)
        ),
        None,
    )


def names_of(store: Store, person_id: str) -> list[str]:
    """Return everything a person is known by."""
    rows = store.rows(
        "SELECT identifier FROM person_identifier WHERE person_id = $person "
        "UNION SELECT unnest([identifier, account_name]) FROM account WHERE person_id = $person "
        "UNION SELECT unnest([email, display_name]) FROM person WHERE person_id = $person",
        {"person": person_id},
    )
    return [person_id, *(str(row[0]) for row in rows if row[0])]


def refuse_protected(settings: Settings, store: Store, person_id: str) -> None:
    """Raise ActRefused for a protected person before there is a case."""
    hit = is_protected(settings, names_of(store, person_id))
    if hit is not None:
        why = f"{hit} is protected by the settings (offboarding.protected): no plan is made"
        Ledger(settings.home).append(
            "refusal",
            person_id=person_id,
            state="refused",
            data={"rule": "protected"},
            private={"detail": why},
        )
        raise ActRefused(why)


def check_person(settings: Settings, store: Store, case: Case) -> None:
    """Raise ActRefused for a protected person."""
    assert case.person_id is not None
    hit = is_protected(settings, names_of(store, case.person_id))
    if hit is not None:
        raise refuse(
            settings.home, case, f"{hit} is protected by the settings (offboarding.protected): nothing is done",
            rule="protected",
        )  # fmt: skip


def check_accounts(settings: Settings, case: Case, step: Step) -> None:
    """Raise ActRefused for a step on a protected account."""
    names = [text for account in step.accounts for text in (account["identifier"], account["name"])]
    hit = is_protected(settings, names)
    if hit is not None:
        raise refuse(
            settings.home, case, f"{step.step_id}: the account {hit} is protected by the settings",
            step_id=step.step_id, rule="protected",
        )  # fmt: skip


def check_state(settings: Settings, store: Store, case: Case) -> None:
    """Raise ActRefused, saying what changed, where the state is not that for which the plan was made.

    What the case itself has begun to change may differ.
    """
    assert case.plan is not None
    assert case.person_id is not None
    found = store.value("SELECT count(*) FROM person WHERE person_id = $person", {"person": case.person_id})
    now = state_of(store, case.person_id) if found else {}
    differs = changes(case.plan.state, now, case.begun)
    if differs:
        raise refuse(
            settings.home, case,
            f"the plan was made for another state: {'; '.join(differs)}. Plan again and have that approved.",
            rule="state_changed",
        )  # fmt: skip


def check_approval(settings: Settings, cases: Mapping[str, Case], running: list[Case], now: datetime) -> None:
    """Raise ActRefused where a case lacks the approvals it needs."""
    settings_ = settings.offboarding
    recent = {
        c.person_id or c.case_id
        for c in cases.values()
        if c.started_at is not None and c.started_at > now - WINDOW
    }
    persons = recent | {c.person_id or c.case_id for c in running}
    needed = 2 if len(persons) > settings_.two_approvers_above else 1
    for case in running:
        given = sorted({who for who, _ in case.approvals})
        if len(given) < needed:
            why = (
                f"{case.case_id} is not approved: `discovery offboard approve`"
                if not given
                else f"{case.case_id} needs two approvers and has {given[0]}: {len(persons)} persons within a day "
                f"are more than {settings_.two_approvers_above} (offboarding.two_approvers_above)"
            )
            raise refuse(settings.home, case, why, rule="approval")
