"""Executing approved plans: intent on disk, act, result on disk, look again. Resumed, nothing is done twice.

The connector decides nothing: which step may run, when, and what an unknown outcome means is decided here, from the
ledger alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from discovery.connectors import Connector, Outcome, OutcomeUnknown, Target
from discovery.errors import BadUse
from discovery.ledger import Ledger, without_secrets
from discovery.offboarding.case import (
    UNKNOWN,
    Case,
    StepState,
    apply_entry,
    one_at_a_time,
    read_case,
    read_cases,
)
from discovery.offboarding.guard import (
    check_accounts,
    check_approval,
    check_person,
    check_state,
    check_stop,
    refuse,
)
from discovery.offboarding.notify import Notify
from discovery.offboarding.plan import DIRECTORIES, Plan, Step
from discovery.offboarding.standing import covers, use_standing
from discovery.offboarding.task import create_task, owner_of
from discovery.settings import Settings, StandingApproval
from discovery.store import Store

Connectors = Mapping[tuple[str, str], Connector]
"""Route (`idp`, `scim`, `api`) and app_id or directory system → connector."""
OnStep = Callable[["Did"], None]


@dataclass(frozen=True)
class Did:
    """What was done, or would be done, about one step.

    `what`: sent, would send, looked, waits, done, task, would make a task, unknown, stopped.
    """

    case_id: str
    step_id: str
    position: int
    title: str
    app_name: str
    route: str
    what: str
    state: str
    detail: str


def execute(
    settings: Settings,
    store: Store,
    case_ids: Sequence[str],
    connectors: Connectors,
    *,
    now: datetime,
    is_sent: bool,
    notify: Notify | None = None,
    on_step: OnStep | None = None,
    is_standing: bool = False,
) -> list[Did]:
    """Execute the approved plans of cases, in the order of their steps; without `is_sent` only say what would be done.

    Raises ActRefused before anything is sent where a guard rail holds; LedgerBroken if the ledger is not as it was
    written; StoreLocked where somebody else executes a case. `now`: UTC without zone. `is_standing`: act under the
    standing approval of the settings, on the steps that it covers, instead of people's approvals.
    """
    cases = read_cases(settings.home)
    running = [cases[case_id] for case_id in dict.fromkeys(case_ids)]
    for case in running:
        if case.plan is None or case.person_id is None:
            raise BadUse(f"{case.case_id} has no plan to execute")
        if not case.is_open:
            raise BadUse(f"{case.case_id} is {case.state}")
    if is_sent:
        most = settings.offboarding.max_persons_per_run
        if len(running) > most:
            why = f"{len(running)} persons are more than one run may act on: {most} (offboarding.max_persons_per_run)"
            raise refuse(settings.home, running[0], why, rule="max_persons")
        for case in running:
            check_stop(settings, case)
            check_person(settings, store, case)
        if not is_standing:
            check_approval(settings, cases, running, now)
        for case in running:
            check_state(settings, store, case)
    done: list[Did] = []
    budget = settings.offboarding.max_steps_per_run
    for case in running:
        if not is_sent:
            done += [_foreseen(store, case, one, now) for one in case.steps.values()]
            continue
        with one_at_a_time(settings.home, case.case_id):
            fresh = read_case(settings.home, case.case_id)
            if (fresh.plan_hash, fresh.is_open) != (case.plan_hash, True) or len(fresh.approvals) < len(
                case.approvals
            ):
                raise refuse(
                    settings.home,
                    case,
                    "the case was changed by somebody else: look at it again",
                    rule="changed",
                )
            standing = use_standing(settings, fresh, cases, now) if is_standing else None
            executor = _Executor(settings, store, connectors, case.case_id, now, notify, on_step, standing)
            most = budget if standing is None else min(budget, standing.max_steps_per_run)
            done += executor.run(most - sum(d.what == "sent" for d in done))
    return done


_ENDED: Mapping[tuple[str, str], str] = {
    ("idp", "deactivate"): "coalesce(disabled_at, deleted_at, hard_deleted_at)",
    ("delete_later", "delete"): "coalesce(deleted_at, hard_deleted_at)",
}
"""Phase and action of the directory's steps → since when its own lists and logs show the account so (`departure`)."""


def idempotency_key(case: Case, step_id: str) -> str:
    """Return the key of one step of one plan: the same however often it is tried."""
    return hashlib.sha256(f"{case.case_id}\0{case.plan_hash}\0{step_id}".encode()).hexdigest()[:32]


def target_of(plan: Plan, step: Step, requested_at: datetime | None = None) -> Target:
    """Return the account that a step acts on, with all that it is known by there.

    `requested_at`: when the step was first begun.
    """
    # A consent or an assignment is removed from the directory account, not from the one in the app.
    is_idp = step.planned_route == "idp"
    own = [a for a in step.accounts if (a["system"] in DIRECTORIES if is_idp else a["system"] == step.app_id)]
    identifiers = {"email": plan.email or ""}
    if own:
        identifiers |= {"account_key": own[0]["identifier"], "user_name": own[0]["name"]}
    elif step.accounts and not is_idp and "@" in step.accounts[0]["name"]:
        # Seen to sign in elsewhere than in the app's own list: the login is what is known, not the work address.
        identifiers = {"email": step.accounts[0]["name"], "user_name": step.accounts[0]["name"]}
    if step.planned_route == "scim":
        # What provisions the account may keep the directory's own id in it: names change, that does not.
        directory = next((a for s in plan.steps for a in s.accounts if a["system"] == "entra"), None)
        identifiers |= {"external_id": directory["identifier"]} if directory else {}
    instance = own[0]["instance"] if own else ""
    known = {k: v for k, v in identifiers.items() if v}
    return Target(step.app_id or "", instance, known, step.resources, requested_at)


def _blocked(case: Case, one: StepState, now: datetime) -> str | None:
    """Return why a step has to wait, None if it need not."""
    step = one.step
    if step.not_before is not None and datetime.fromisoformat(step.not_before.removesuffix("Z")) > now:
        return f"not before {step.not_before}"
    open_needs = [need for need in step.needs if not case.steps[need].is_done]
    if open_needs:
        return "waits for " + ", ".join(open_needs)
    return None


def _foreseen(store: Store, case: Case, one: StepState, now: datetime) -> Did:
    """Say what executing would do about a step; nothing is sent or asked."""
    step, wait = one.step, _blocked(case, one, now)
    if one.is_done or one.state == "cancelled":
        what, detail = "done", one.reason
    elif step.route == "observe":
        what, detail = "waits", "is looked at by `discovery offboard verify`"
    elif wait:
        what, detail = "waits", wait
    elif step.is_automatic and one.state == UNKNOWN and one.task_id is None:
        what, detail = "would send", "its outcome is not known: the target is read first"
    elif one.task_id is not None:
        what, detail = "task", f"{one.task_id} is open"
    elif step.is_automatic:
        what, detail = "would send", f"{step.action} through {step.route}"
    elif known := _ended_already(store, step):
        what, detail = "done", known
    else:
        what, detail = "would make a task", step.instruction
    return _did(case.case_id, one, what, detail)


def _ended_already(store: Store, step: Step) -> str | None:
    """Say that nobody has to be asked: the directory itself shows the account so. None if it does not.

    The person's status would not do: it may be the personnel department's word.
    """
    ended = _ENDED.get((step.phase, step.action))
    if ended is None or len(step.accounts) != 1:
        return None
    rows = store.rows(
        f"SELECT {ended} AS since, as_of FROM departure, run WHERE system = $system "  # noqa: S608 - one of the two above
        "AND coalesce(instance, '') = $instance AND identifier = $identifier AND since IS NOT NULL",
        {name: step.accounts[0][name] for name in ("system", "instance", "identifier")},
    )
    if not rows:
        return None
    what = "deleted" if step.action == "delete" else "disabled"
    since, as_of = rows[0]
    return (
        f"nothing to do: {step.app_id} itself shows the account {what} since {since:%Y-%m-%d}, as of {as_of}"
    )


def _did(case_id: str, one: StepState, what: str, detail: str) -> Did:
    step = one.step
    return Did(
        case_id, step.step_id, step.position, step.title, step.app_name, step.route, what, one.state, detail
    )


class _Executor:
    """Executes one case that nobody else executes."""

    def __init__(
        self, settings: Settings, store: Store, connectors: Connectors, case_id: str, now: datetime,
        notify: Notify | None, on_step: OnStep | None, standing: StandingApproval | None,
    ) -> None:  # fmt: skip
        self.standing = standing
        self.settings, self.store, self.connectors = settings, store, connectors
        self.ledger = Ledger(settings.home)
        self.now, self.notify, self.on_step = now, notify, on_step
        self.case = read_case(settings.home, case_id)
        assert self.case.plan is not None
        self.plan = self.case.plan

    def run(self, budget: int) -> list[Did]:
        """Go through the steps in order; stops before the step that would exceed `budget` acts."""
        done: list[Did] = []
        for step_id in list(self.case.steps):
            one = self.case.steps[step_id]
            if one.step.is_automatic and sum(d.what == "sent" for d in done) >= budget:
                done.append(
                    _did(self.case.case_id, one, "stopped", "the maximum of one run is reached: run it again")
                )
                break
            result = self._step(one)
            if result is not None:
                done.append(result)
                if self.on_step is not None:
                    self.on_step(result)
        self._move_on()
        return done

    def _step(self, one: StepState) -> Did | None:
        if one.is_done or one.state == "cancelled" or one.step.route == "observe":
            return None
        wait = _blocked(self.case, one, self.now)
        if wait is not None:
            return _did(self.case.case_id, one, "waits", wait)
        if self.standing is not None and not covers(self.standing, one.step, self.now):
            return _did(self.case.case_id, one, "waits", "not approved, and no standing approval covers it")
        if not one.step.is_automatic:
            known = _ended_already(self.store, one.step) if one.task_id is None else None
            if known is not None:
                self._record("observation", one, "already_absent", {}, {"detail": known})
                return _did(self.case.case_id, one, "done", known)
            return self._hand_to_person(one, one.step.instruction) if self._needs_task(one) else None
        if one.task_id is not None:  # a person has it now
            return self._hand_to_person(one, one.reason) if self._needs_task(one) else None
        check_stop(self.settings, self.case, one.step.step_id)
        check_accounts(self.settings, self.case, one.step)
        connector = self._connector(one.step)
        if connector is None:
            return self._hand_to_person(one, "its connector is not configured any more")
        target = target_of(self.plan, one.step, one.requested_at or self.now)
        if one.state == UNKNOWN:
            # Nobody knows whether the last try arrived: look before doing it again.
            seen = self._verify(connector, one, target)
            if seen.state in ("verified", "already_absent"):
                return _did(self.case.case_id, one, "done", f"found done: {seen.detail}")
            if seen.is_retryable:
                return _did(self.case.case_id, one, "unknown", seen.detail)
            if seen.state == "unverifiable":
                return self._hand_to_person(one, f"whether it was done cannot be read: {seen.detail}")
        elif one.state == "accepted":
            seen = self._verify(connector, one, target)
            return _did(self.case.case_id, one, "looked", seen.detail)
        elif one.state == "unverifiable" or (one.state == "failed" and not one.is_retryable):
            # It was sent, or refused; and the program ended before a person was asked.
            return self._hand_to_person(one, one.reason)
        return self._act(connector, one, target)

    def _needs_task(self, one: StepState) -> bool:
        """Tell whether a person has to be asked: nobody was, or who was declined and somebody else may be asked now."""
        task = self.case.tasks.get(one.task_id or "")
        if task is None:
            return True
        return task.state == "declined" and bool(
            owner_of(self.settings, self.store, self.plan, one.step, task.turned_down)
        )

    def _connector(self, step: Step) -> Connector | None:
        where = step.app_id or ""
        if step.route == "idp" and where not in DIRECTORIES:
            where = next((a["system"] for a in step.accounts if a["system"] in DIRECTORIES), "")
        connector = self.connectors.get((step.route, where))
        return connector if connector is not None and step.action in connector.actions else None

    def _act(self, connector: Connector, one: StepState, target: Target) -> Did:
        step = one.step
        self._record(
            "intent", one, "requested",
            {"action": step.action, "route": step.route, "plan_hash": self.case.plan_hash, "attempt": one.attempts + 1,
             "idempotency_key": idempotency_key(self.case, step.step_id)},
            {"target": dict(target.identifiers)},
        )  # fmt: skip
        try:
            outcome = connector.act(step.action, target)
        except Exception as error:  # whatever a connector raises: the intent stays without a result
            said = str(error) if isinstance(error, OutcomeUnknown) else f"{type(error).__name__}: {error}"
            detail = f"no answer ({said}); the target is read before it is tried again"
            self._record("observation", one, "requested", {}, {"detail": detail})
            return _did(self.case.case_id, one, "unknown", detail)
        self._record(
            "result", one, outcome.state,
            {"status": outcome.status, "is_retryable": outcome.is_retryable, "attempt": one.attempts},
            {"detail": outcome.detail},
        )  # fmt: skip
        if outcome.state == "accepted":
            # The answer is the target's word; what counts is what reading it again shows.
            seen = self._verify(connector, one, target)
            return _did(self.case.case_id, one, "sent", f"{outcome.detail} {seen.detail}".strip())
        if outcome.state in ("failed", "unverifiable") and not outcome.is_retryable:
            self._hand_to_person(one, outcome.detail)
        return _did(self.case.case_id, one, "sent", outcome.detail)

    def _verify(self, connector: Connector, one: StepState, target: Target) -> Outcome:
        try:
            seen = connector.verify(one.step.action, target)
        except Exception as error:  # a look that failed says nothing about the account
            seen = Outcome(
                "unverifiable", f"it could not be read ({type(error).__name__}: {error})", is_retryable=True
            )
            if one.state == "accepted":
                return seen
        state = seen.state
        if seen.is_retryable and state not in ("verified", "already_absent"):
            return seen
        if one.state == "accepted" and state == "unverifiable":
            self._record("observation", one, state, {"status": seen.status}, {"detail": seen.detail})
            self._hand_to_person(one, f"its end cannot be read: {seen.detail}")
            return seen
        if one.state == UNKNOWN and state != "verified" and state != "already_absent":
            if state == "unverifiable":
                self._record("observation", one, state, {"status": seen.status}, {"detail": seen.detail})
            return seen
        if state == "failed":
            detail = f"the target said yes and did nothing: {seen.detail}"
            self._record("observation", one, "failed", {"status": seen.status}, {"detail": detail})
            self._hand_to_person(one, detail)
            return Outcome("failed", detail, seen.status)
        self._record("observation", one, state, {"status": seen.status}, {"detail": seen.detail})
        return seen

    def _hand_to_person(self, one: StepState, why: str) -> Did:
        before = self.case.tasks.get(one.task_id or "")
        passed_over = before.turned_down if before else ()
        owner = owner_of(self.settings, self.store, self.plan, one.step, passed_over)
        task = create_task(
            self.settings,
            self.case,
            one.step,
            owner,
            why if one.step.is_automatic else "",
            self.now,
            self.notify,
        )
        self._refresh(one)
        return _did(
            self.case.case_id, one, "task", f"{task.task_id} for {owner or 'nobody: no owner is known'}"
        )

    def _record(self, kind: str, one: StepState, state: str, data: Mapping[str, object],
                private: Mapping[str, object]) -> None:  # fmt: skip
        entry = self.ledger.append(
            kind, case_id=self.case.case_id, step_id=one.step.step_id, person_id=self.case.person_id,
            app_id=one.step.app_id, state=state, data=data, private=private,
        )  # fmt: skip
        apply_entry(self.case, entry, without_secrets(private))

    def _refresh(self, one: StepState) -> None:
        fresh = read_case(self.settings.home, self.case.case_id)
        self.case.state, self.case.started_at, self.case.tasks = fresh.state, fresh.started_at, fresh.tasks
        for name, value in vars(fresh.steps[one.step.step_id]).items():
            setattr(one, name, value)

    def _move_on(self) -> None:
        """Say that a case now only has to be verified, once nothing is left to be sent or done by hand now."""
        fresh = read_case(self.settings.home, self.case.case_id)
        left = [
            s for s in fresh.steps.values() if s.step.route != "observe" and s.step.phase != "delete_later"
        ]
        if fresh.state == "executing" and all(s.is_done or s.state == "cancelled" for s in left):
            self.ledger.append("case", case_id=fresh.case_id, person_id=fresh.person_id, state="verifying")
