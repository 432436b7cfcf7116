"""Verifying by observation: accounts are read back, the provisioning log says nothing else, all sources stay silent.

Only then does a case close. A user list of the app is a source like others: who is still active in a later one was
seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from discovery.connectors import Connector
from discovery.errors import BadUse
from discovery.ledger import Ledger
from discovery.offboarding.case import Case, StepState, read_case
from discovery.offboarding.execute import target_of
from discovery.offboarding.plan import DIRECTORIES
from discovery.settings import Settings
from discovery.store import Store

_LOGGED = """
SELECT state, reason, observed_at FROM deprovisioning
WHERE person_id = $person AND app_id = $app AND observed_at IS NOT NULL AND state IN ('delivered', 'failed', 'held')
ORDER BY observed_at DESC LIMIT 1
"""
_SEEN = "SELECT max(last_seen_on) FROM access WHERE person_id = $person AND app_id = $app"


@dataclass(frozen=True)
class Seen:
    """What looking at one step showed. `state`: of the step afterwards."""

    step_id: str
    app_name: str
    state: str
    detail: str


def verify_case(
    settings: Settings,
    store: Store,
    case_id: str,
    connectors: Mapping[tuple[str, str], Connector],
) -> list[Seen]:
    """Look at all that a case says has ended; close it if every step is done, reopen it if use goes on.

    A closed case is looked at as well: activity after the end opens it again.
    """
    case = read_case(settings.home, case_id)
    if case.plan is None or case.person_id is None or case.state in ("planned", "approved", "undone"):
        raise BadUse(f"{case.case_id} is {case.state}: there is nothing to verify")
    ledger = Ledger(settings.home)
    as_of = store.value("SELECT as_of FROM run")
    found: list[Seen] = []

    def record(one: StepState, state: str, detail: str) -> None:
        if (one.state, one.reason) != (state, detail):
            ledger.append(
                "observation", case_id=case_id, step_id=one.step.step_id, person_id=case.person_id,
                app_id=one.step.app_id, state=state, private={"detail": detail},
            )  # fmt: skip
            one.state, one.reason = state, detail
        found.append(Seen(one.step.step_id, one.step.app_name, state, detail))

    for one in case.steps.values():
        step = one.step
        if step.is_automatic and one.state in ("accepted", "verified"):
            where = step.app_id if step.route != "idp" or step.app_id in DIRECTORIES else next(
                (a["system"] for a in step.accounts if a["system"] in DIRECTORIES), "")  # fmt: skip
            connector = connectors.get((step.route, where or ""))
            if connector is None:
                continue
            try:
                seen = connector.verify(step.action, target_of(case.plan, step, one.requested_at))
            except Exception as error:  # a look that failed says nothing about the account
                found.append(Seen(step.step_id, step.app_name, one.state, f"could not be read: {error}"))
                continue
            if (
                not seen.is_retryable
                and seen.state != "accepted"
                and (one.state, seen.state) != ("verified", "unverifiable")
            ):
                record(one, seen.state, seen.detail)
    for one in case.steps.values():
        if one.step.route == "observe":
            state, detail = _observed(settings, store, case, one, as_of)
            record(one, state, detail)
    _conclude(settings, case_id)
    return found


def _observed(settings: Settings, store: Store, case: Case, one: StepState, as_of: date) -> tuple[str, str]:
    """Return what the steps of an app, and the silence of all sources since, say about its end."""
    own = [s for s in case.steps.values() if s.step.app_id == one.step.app_id and s is not one]
    ending = [s for s in own if s.step.action != "hand_over"] or [
        s for s in case.steps.values() if s.step.phase == "idp" and s.step.action == "deactivate"
    ]
    open_ones = [s.step.step_id for s in (*own, *ending) if not s.is_done and s.state != "cancelled"]
    if open_ones:
        return "planned", "not done yet: " + ", ".join(dict.fromkeys(open_ones))
    ended = max((s.verified_at for s in ending if s.verified_at is not None), default=None)
    if ended is None:
        return "unverifiable", "no step ends it: nothing could be observed"
    seen_on = store.value(_SEEN, {"person": case.person_id, "app": one.step.app_id})
    if seen_on is not None and seen_on > ended.date():
        return "failed", f"seen on {seen_on}, after its end on {ended:%Y-%m-%d}"
    logged = next(iter(store.rows(_LOGGED, {"person": case.person_id, "app": one.step.app_id})), None)
    if logged is not None and logged[0] != "delivered" and logged[2] > ended:
        # What was refused before the end was ended in another way; what is refused after it contradicts it.
        return "failed", f"the provisioning log contradicts its end: {logged[1]}"
    told = ""
    if logged is not None and logged[0] == "delivered":
        told = f"; the provisioning log shows it delivered at {logged[2]:%Y-%m-%d %H:%M} UTC"
    quiet_until = ended.date() + timedelta(days=settings.offboarding.silence_days)
    if as_of < quiet_until:
        return "planned", f"silent so far; sources have to be silent up to {quiet_until}"
    return "verified", f"not seen since its end on {ended:%Y-%m-%d}, as of {as_of}{told}"


def _conclude(settings: Settings, case_id: str) -> None:
    """Close a case of which every step is done; reopen a closed one of which one is not."""
    case = read_case(settings.home, case_id)
    is_done = all(one.is_done for one in case.steps.values()) and not any(
        task.state == "open" for task in case.tasks.values()
    )
    state = "closed" if is_done else "verifying" if case.state == "closed" else None
    if state is not None and state != case.state:
        Ledger(settings.home).append("case", case_id=case_id, person_id=case.person_id, state=state)
