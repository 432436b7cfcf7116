"""Approving a plan: this plan, by this person, for the state as it is now."""

from __future__ import annotations

from discovery.errors import BadUse
from discovery.ledger import Ledger
from discovery.ledger.actor import SIGNED_IN, actor, user
from discovery.offboarding.case import Case, read_case
from discovery.offboarding.guard import check_person, check_state, refuse
from discovery.settings import Settings
from discovery.store import Store


def approve(settings: Settings, store: Store, case: Case, *, plan_hash: str | None = None) -> Case:
    """Record the approval of a case's plan by whoever runs this; the same approver counts once.

    `plan_hash`: the hash, or its beginning, of the plan that the approver looked at. Raises ActRefused where the state
    has changed, the person is protected or the approver may not approve; BadUse for another plan.
    """
    who = actor()
    if case.plan is None or case.plan_hash is None:
        raise BadUse(f"{case.case_id} has no plan that could be approved")
    if plan_hash is not None and not (len(plan_hash) >= 8 and case.plan_hash.startswith(plan_hash.lower())):
        raise BadUse(
            f"{case.case_id} has the plan {case.plan_hash[:16]} now, not {plan_hash}: look at it before approving it"
        )
    allowed = settings.offboarding.approvers
    if settings.operator is not None and not who.startswith(SIGNED_IN):
        raise refuse(
            settings.home, case, f"{who} is not signed in: approving needs an ID token of "
            f"{settings.operator.issuer} in DISCOVERY_ID_TOKEN ([operator])", rule="approver",
        )  # fmt: skip
    # A name that an ID token says is an address as a rule, and kept in lower case.
    names = allowed if settings.operator is None else [name.lower() for name in allowed]
    if allowed and user() not in names:
        raise refuse(
            settings.home, case, f"{who} may not approve: the settings name {', '.join(allowed)} (approvers)",
            rule="approver",
        )  # fmt: skip
    check_person(settings, store, case)
    check_state(settings, store, case)
    ledger = Ledger(settings.home)
    with ledger.exclusive() as writer:
        fresh = read_case(settings.home, case.case_id, writer.entries())
        if fresh.plan_hash != case.plan_hash or not fresh.is_open:
            raise BadUse(f"{case.case_id} was changed by somebody else in the meantime: look at it again")
        if who not in {name for name, _ in fresh.approvals}:
            writer.append(
                "approval", case_id=case.case_id, person_id=case.person_id,
                state="approved" if fresh.state == "planned" else fresh.state,
                data={"plan_hash": case.plan_hash},
            )  # fmt: skip
        return read_case(settings.home, case.case_id, writer.entries())
