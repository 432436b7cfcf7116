"""A reviewer's decision: in the ledger, where it is proven, and in decisions.jsonl, where it counts.

The chain holds no names: of a decision about somebody the words lie in the private part; of one about a name of an
app stands the hash of the line in decisions.jsonl, which holds the words, and a number nobody guesses beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from discovery.decisions import Decision, append_decision, checked_decision
from discovery.ledger import Ledger
from discovery.settings import Settings


def key_of(mention: str, kind: str) -> str:
    """Return a short name of a mention that no spreadsheet turns into something else."""
    return "m" + hashlib.sha256(f"{kind}\0{mention}".encode()).hexdigest()[:12]


def keep_decision(
    settings: Settings,
    *,
    by: str,
    kind: str,
    action: str,
    subject: Mapping[str, str],
    app_id: str | None = None,
    reason: str | None = None,
) -> Decision:
    """Keep a decision; it counts from the next run. Raises BadUse for one that says nothing, LedgerBroken.

    The ledger has it first: a decision that counts and is not in the ledger would look like one slipped in.
    """
    decision = checked_decision(
        by=by, kind=kind, action=action, subject=subject, app_id=app_id, reason=reason
    )
    person_id = subject.get("person_id")
    data, private = {"decided": kind}, None
    if person_id:
        # A bare hash of what little such a line says could be guessed back to the person: this one is keyed.
        private = {"detail": reason or "", "line": decision.line()}
    else:
        data["decision_sha256"] = hashlib.sha256(decision.line().encode()).hexdigest()
    Ledger(settings.home).append(
        "decision",
        person_id=person_id,
        app_id=app_id or subject.get("app_id"),
        state=action,
        data=data,
        private=private,
    )
    append_decision(settings.home, decision)
    return decision
