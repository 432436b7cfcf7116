"""The review queue's other half: whose an account is, where the machine is not sure."""

from __future__ import annotations

from typing import Any

from discovery.decisions import Decision, read_decisions
from discovery.errors import BadUse, UnknownName
from discovery.report.decision import keep_decision
from discovery.report.published import Person
from discovery.settings import Settings
from discovery.store import Store

_OPEN = """
SELECT c.account_id, a.account_name, a.system, a.instance, a.kind, c.person_id, p.email, p.display_name, c.method,
    c.confidence, c.state, c.reason, count(x.app_id) AS apps, max(x.last_seen_on) AS last_seen_on
FROM identity_candidate AS c
JOIN account AS a USING (account_id)
JOIN person AS p ON p.person_id = c.person_id
LEFT JOIN account_access AS x USING (account_id)
WHERE c.state IN ('open', 'linked')
GROUP BY ALL
ORDER BY c.state DESC, apps DESC, c.confidence DESC, a.account_name, a.system, p.email
"""
_ACCOUNTS = """
SELECT account_id, account_name, identifier, system, instance, person_id
FROM account
WHERE account_id = $said OR lower(account_name) = $low OR lower(identifier) = $low
ORDER BY system, instance, identifier
"""


def open_identities(store: Store, settings: Settings) -> list[dict[str, Any]]:
    """Return the doubtful accounts on which nobody has decided: those that link to nobody first."""
    standing = read_decisions(settings.home).standing("identity")
    decided = {key[0] for key, made in standing.items() if made.action == "accept"}
    return [
        row
        for row in store.dicts(_OPEN)
        if row["account_id"] not in decided and (row["account_id"], row["person_id"]) not in standing
    ]


def find_account(store: Store, text: str, system: str | None) -> dict[str, Any]:
    """Return the account of a login, identifier or account_id. Raises UnknownName."""
    found = [
        row
        for row in store.dicts(_ACCOUNTS, {"said": text.strip(), "low": text.strip().lower()})
        if system is None or row["system"] == system
    ]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{row['system']} ({row['account_id']})" for row in found)
        raise UnknownName(
            f"{text!r} is an account of several systems: {several}. Say which with --system, or give its account_id."
        )
    raise UnknownName(f"no account goes by {text!r}.")


def decide_identity(
    settings: Settings, account: dict[str, Any], person: Person, action: str, by: str, reason: str | None
) -> Decision:
    """Record whose an account is, or is not; `undo` gives it back to the machine. Raises BadUse."""
    subject = {"account_id": str(account["account_id"]), "person_id": person.person_id}
    standing = read_decisions(settings.home).standing("identity")
    if action == "undo" and tuple(subject.values()) not in standing:
        raise BadUse(f"nobody has decided whether {account['account_name']} is {person.name}'s")
    return keep_decision(settings, by=by, kind="identity", action=action, subject=subject, reason=reason)
