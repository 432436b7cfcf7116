"""From evidence to a decision: accept, review or reject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from discovery.catalog.load import Catalog
from discovery.matching.evidence import Evidence, Hypothesis
from discovery.matching.explain import sentence

ACCEPT = 80
REVIEW = 50
RUNNER_UP = 30
"""Points from which an app is worth naming as second best."""


class Match(NamedTuple):
    """The decision on one mention; the evidence sums to the score."""

    mention: str
    kind: str
    app_id: str | None
    decision: str
    score: int
    method: str
    runner_up: str | None
    explanation: str
    evidence: tuple[Evidence, ...]
    decided_by: str = "machine"
    decided_at: datetime | None = None


def decide(mention: str, kind: str, found: Sequence[Hypothesis], catalog: Catalog, note: str = "") -> Match:
    """Decide on a mention from hypotheses in order of rank; `note` says what is known if there is none."""
    if not found:
        why = note or sentence(catalog, kind, "reject", ())
        return Match(mention, kind, None, "reject", 0, "none", None, why, ())
    best = found[0]
    second = found[1] if len(found) > 1 and found[1].score >= RUNNER_UP else None
    decision = "accept" if best.score >= ACCEPT else "review" if best.score >= REVIEW else "reject"
    is_tie = second is not None and (second.score, second.length) == (best.score, best.length)
    if decision == "accept" and is_tie:
        decision = "review"
    return Match(
        mention,
        kind,
        None if decision == "reject" else best.app_id,
        decision,
        best.score,
        "none" if decision == "reject" else best.method,
        second.app_id
        if second
        else best.app_id
        if decision == "reject" and best.score >= RUNNER_UP
        else None,
        note or sentence(catalog, kind, decision, found),
        best.evidence,
    )


def overrule(match: Match, action: str, by: str, at: datetime | None, app_id: str | None, name: str) -> Match:
    """Return the match as a person decided it: the machine's evidence stays, their word fills the score."""
    target = 100 if action == "accept" else 0
    rows = match.evidence
    if target != match.score:
        rows = (*rows, Evidence("a person decided", action, name or None, target - match.score))
    said = {"accept": f"is {name}", "reject": "is none of the apps", "ignore": "is to be left out"}[action]
    machine = f"the machine said {match.decision} ({match.score})"
    return match._replace(
        app_id=app_id if action == "accept" else None,
        decision=action,
        score=target,
        method="human",
        runner_up=match.app_id if match.app_id != app_id else match.runner_up,
        explanation=f"{by} decided that it {said}; {machine}.",
        evidence=rows,
        decided_by=by,
        decided_at=at,
    )
