"""The standing approval: what the settings allow without a person's approval of each plan. Off unless it is set.

Its hash stands in the ledger when it is granted, changed or taken back, and with every case that uses it. It never
covers irreversible steps, and gives way to every other guard rail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from discovery.ledger import Entry, Ledger
from discovery.ledger.subject import canonical
from discovery.offboarding.case import Case
from discovery.offboarding.guard import WINDOW, refuse
from discovery.offboarding.plan import DIRECTORIES, Step
from discovery.settings import Settings, StandingApproval

EVERYTHING = "*"


def standing_hash(standing: StandingApproval) -> str:
    """Return the hash of all that a standing approval says."""
    said = asdict(standing) | {"until": standing.until.isoformat()}
    return hashlib.sha256(b"discovery standing approval\0" + canonical(said)).hexdigest()


def keep_standing(settings: Settings) -> None:
    """Bring the ledger up to what the settings say now: granted, changed or withdrawn. Says nothing twice."""
    ledger = Ledger(settings.home)
    standing = settings.offboarding.standing
    with ledger.exclusive() as writer:
        last = _last(writer.entries())
        before = str(last.data["standing_hash"]) if last is not None and last.state == "granted" else None
        now = standing_hash(standing) if standing is not None else None
        if before == now:
            return
        if before is not None:
            writer.append("standing_approval", state="withdrawn", data={"standing_hash": before})
        if standing is not None:
            writer.append(
                "standing_approval", state="granted",
                data={"standing_hash": now, "routes": list(standing.routes), "apps": list(standing.apps),
                      "until": standing.until.isoformat(), "max_persons_per_day": standing.max_persons_per_day,
                      "max_steps_per_run": standing.max_steps_per_run},
            )  # fmt: skip


def _last(entries: Iterable[Entry]) -> Entry | None:
    granted = [e for e in entries if e.kind == "standing_approval" and e.state in ("granted", "withdrawn")]
    return granted[-1] if granted else None


def covers(standing: StandingApproval, step: Step, now: datetime) -> bool:
    """Tell whether a step may run under a standing approval."""
    if step.is_irreversible or step.route not in standing.routes or now.date() > standing.until:
        return False
    app = step.app_id
    if app is None:  # once per person: handed over by people, done by no program
        return EVERYTHING in standing.apps
    in_directory = [a["system"] for a in step.accounts if a["system"] in DIRECTORIES]
    where = in_directory if step.route == "idp" and app not in DIRECTORIES else []
    return EVERYTHING in standing.apps or app in standing.apps or any(w in standing.apps for w in where)


def covered_steps(standing: StandingApproval | None, case: Case, now: datetime) -> set[str]:
    """Return the steps of a case that a standing approval covers now."""
    if standing is None:
        return set()
    return {one.step.step_id for one in case.steps.values() if covers(standing, one.step, now)}


def use_standing(
    settings: Settings, case: Case, cases: Mapping[str, Case], now: datetime
) -> StandingApproval:
    """Return the standing approval for acting on a case, and keep its use in the ledger.

    Raises ActRefused, kept in the ledger too, where there is none, it has run out, or as many persons as it allows
    were acted on within 24 hours.
    """
    standing = settings.offboarding.standing
    if standing is None:
        raise refuse(
            settings.home,
            case,
            f"{case.case_id} is not approved: `discovery offboard approve`",
            rule="approval",
        )
    if now.date() > standing.until:
        raise refuse(
            settings.home, case, f"the standing approval ran out on {standing.until}: approve {case.case_id} yourself",
            rule="standing_approval",
        )  # fmt: skip
    keep_standing(settings)
    digest = standing_hash(standing)
    ledger = Ledger(settings.home)
    entries = ledger.entries()
    used = [
        e for e in entries if e.kind == "standing_approval" and e.state == "used" and e.moment > now - WINDOW
    ]
    persons = {e.case_id for e in used} | {case.case_id}
    two = settings.offboarding.two_approvers_above
    recent = {c.case_id for c in cases.values() if c.started_at is not None and c.started_at > now - WINDOW}
    if len(persons) > standing.max_persons_per_day or len(recent | {case.case_id}) > two:
        most = min(standing.max_persons_per_day, two)
        raise refuse(
            settings.home, case,
            f"the standing approval is for {most} persons within a day: approve {case.case_id} yourself",
            rule="standing_approval",
        )  # fmt: skip
    if not any(e.case_id == case.case_id and e.data.get("plan_hash") == case.plan_hash for e in used):
        ledger.append(
            "standing_approval", case_id=case.case_id, person_id=case.person_id, state="used",
            data={"standing_hash": digest, "plan_hash": case.plan_hash,
                  "covers": len(covered_steps(standing, case, now))},
        )  # fmt: skip
    return standing
