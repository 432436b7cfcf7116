"""A plan: ordered steps for one person, made from the published scope and the playbooks, and the hash that binds them.

Nothing here acts. A plan says what is done, why in this order, through which route, and for which state it was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from discovery.errors import BadUse, ContractBroken
from discovery.ledger.subject import canonical
from discovery.offboarding.facts import leaves, leaves_in_words
from discovery.offboarding.playbook import PHASES, Playbooks, StepRule
from discovery.offboarding.source_age import SourceAge
from discovery.settings import Settings
from discovery.store import Store

VERSION = 1
DIRECTORIES = ("active_directory", "entra", "okta", "google", "jumpcloud", "onelogin", "ping", "auth0",
               "aws_identity_center", "duo")  # fmt: skip
"""Systems whose account is the directory account, in the order in which they are disabled: a synchronised account has
to be disabled where it comes from."""
ENDS = ("deactivate", "delete", "remove_grant", "remove_assignment")
"""Actions that end an access."""

_PERSON = "SELECT person_id, email, display_name, status, left_on, manager_email FROM person WHERE person_id = $person"
_SCOPE = """
SELECT s.*, a.name AS catalog_name, a.domain AS app_domain
FROM offboarding_scope AS s LEFT JOIN app AS a USING (app_id)
WHERE s.person_id = $person ORDER BY s.priority
"""
_ACCOUNTS = """
SELECT x.app_id, c.system, c.instance, c.identifier, c.account_name, c.kind
FROM account_access AS x JOIN account AS c USING (account_id)
WHERE c.person_id = $person AND c.kind NOT IN ('service')
ORDER BY x.app_id, c.system, c.instance, c.identifier
"""
_RESOURCES = """
SELECT app_id, list(DISTINCT mention ORDER BY mention) FROM match
WHERE kind = 'client_id' AND decision = 'accept' AND app_id IS NOT NULL GROUP BY app_id
"""
_DIRECTORY = """
SELECT system, instance, identifier, account_name, kind FROM account
WHERE person_id = $person AND kind = 'human' AND list_contains($directories, system)
ORDER BY list_position($directories, system), instance, identifier
"""


def plan_hash(row: Mapping[str, Any]) -> str:
    """Return the hash of a plan as `Plan.plain` writes it: of all that it says but `made_from`."""
    said = {k: v for k, v in row.items() if k != "made_from"}
    return hashlib.sha256(b"discovery plan\0" + canonical(said)).hexdigest()


FINAL = "final"
CanAct = Callable[[str, str, str], bool | str]
"""Tells whether a connector is configured: route, app_id or system, action. FINAL: it is, and cannot take it back."""


@dataclass(frozen=True)
class Step:
    """One step. `app_id`: the app, or the directory system; `needs`: step_ids that must be done before.

    `not_before`: UTC, ISO; None = at once. `accounts`: each {system, instance, identifier, name, kind}.
    `planned_route` differs from `route` where no connector is configured and a person has to do it.
    `resources`: by which ids the directory knows the app, where the step takes something away there.
    """

    step_id: str
    position: int
    rule: str
    phase: str
    route: str
    action: str
    app_id: str | None
    app_name: str
    title: str
    reason: str
    instruction: str
    planned_route: str
    accounts: tuple[Mapping[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    not_before: str | None = None
    owner_email: str | None = None
    is_irreversible: bool = False
    resources: tuple[str, ...] = ()

    @property
    def is_automatic(self) -> bool:
        """Done by a connector, not by a person."""
        return self.route in ("idp", "scim", "api")


@dataclass(frozen=True)
class Plan:
    """A plan; `hash` binds everything in it but where the knowledge comes from (`made_from`).

    `state`: digest of what it was made for, by subject (`person`, `app:…`).
    """

    person_id: str
    email: str | None
    display_name: str | None
    manager_email: str | None
    begins_at: str | None
    steps: tuple[Step, ...]
    state: Mapping[str, str]
    playbooks: Mapping[str, str]
    overrides: tuple[str, ...] = ()
    made_from: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """SHA-256 of what the plan says."""
        return plan_hash(self.plain())

    def plain(self) -> dict[str, Any]:
        """Return the plan as JSON knows it."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Plan:
        """Return the plan of what `plain` returned."""
        fields = {k: v for k, v in row.items() if k != "version"}
        steps = tuple(
            Step(**{**s, **{name: tuple(s.get(name, ())) for name in ("accounts", "needs", "resources")}})
            for s in fields["steps"]
        )
        return cls(**{**fields, "steps": steps, "overrides": tuple(fields["overrides"])})


def make_plan(
    store: Store,
    settings: Settings,
    playbooks: Playbooks,
    person_id: str,
    *,
    can_act: CanAct,
    is_immediate: bool = False,
    leaves_on: date | None = None,
    ages: Iterable[SourceAge] = (),
    overrides: Iterable[str] = (),
) -> Plan:
    """Make a person's plan from the published file. Raises BadUse where nobody knows when the person leaves.

    `is_immediate`: begin at once; else at the end of the last day (`leaves_on`, else left_on) in the settings' zone.
    """
    person = store.dicts(_PERSON, {"person": person_id})[0]
    begins = begins_at(person["left_on"], leaves_on, settings, is_immediate=is_immediate)
    scope = store.dicts(_SCOPE, {"person": person_id})
    accounts: dict[str, list[dict[str, str]]] = {}
    for row in store.dicts(_ACCOUNTS, {"person": person_id}):
        accounts.setdefault(row["app_id"], []).append(_account(row))
    directories = store.dicts(_DIRECTORY, {"person": person_id, "directories": list(DIRECTORIES)})
    run = store.dicts("SELECT run_id, as_of, content_hash FROM run")[0]
    resources = {str(app_id): tuple(ids) for app_id, ids in store.rows(_RESOURCES)}
    steps = _Steps(begins, can_act, resources)
    for rule in playbooks.default.rules:
        if rule.per == "person":
            steps.add(rule, None, "", (), person["manager_email"])
        elif rule.per == "directory":
            for row in directories:
                steps.add(rule, row["system"], _directory_name(row, directories), (_account(row),), None)
    for row in scope:
        known = _facts_of(row)
        for rule in playbooks.rules_for(row["app_id"]):
            if rule.per == "app" and rule.holds(known):
                reason = rule.reason
                if row["route"] == "scim" and rule.id == "end_the_rest":
                    reason = f"{rule.reason} {leaves_in_words(row['app_id'])}"
                steps.add(
                    rule, row["app_id"], row["app_name"], tuple(accounts.get(row["app_id"], ())),
                    row["owner_email"], reason,
                )  # fmt: skip
    made = steps.ordered()
    _refuse_open_ends(made, scope)
    return Plan(
        person_id=person_id,
        email=person["email"],
        display_name=person["display_name"],
        manager_email=person["manager_email"],
        begins_at=None if begins is None else _iso(begins),
        steps=made,
        state=state_of(store, person_id),
        playbooks=playbooks.digests(row["app_id"] for row in scope),
        overrides=tuple(sorted(overrides)),
        made_from={
            "run_id": run["run_id"],
            "as_of": run["as_of"].isoformat(),
            "content_hash": run["content_hash"],
            "sources": [age.plain() for age in ages],
        },
    )


def begins_at(
    left_on: date | None, leaves_on: date | None, settings: Settings, *, is_immediate: bool
) -> datetime | None:
    """Return when the automatic steps may begin (UTC), None = at once. Raises BadUse if nobody knows.

    The end of the last day in the settings' zone; without a zone noon UTC of the day after, when it is over everywhere.
    """
    if is_immediate:
        return None
    last_day = leaves_on or left_on
    if last_day is None:
        raise BadUse("no last day is known: say --leaves-on DATE, or --now for somebody who leaves at once")
    after = last_day + timedelta(days=1)
    if settings.timezone == "UTC":
        return datetime.combine(after, time(12), UTC).replace(tzinfo=None)
    return datetime.combine(after, time(0), ZoneInfo(settings.timezone)).astimezone(UTC).replace(tzinfo=None)


def state_of(store: Store, person_id: str) -> dict[str, str]:
    """Return digests of what a plan depends on: of the person, and of each app in the scope.

    Days and counts of use are left out: they change every night and change no step.
    """
    person = store.dicts(_PERSON, {"person": person_id})[0]
    directories = store.dicts(_DIRECTORY, {"person": person_id, "directories": list(DIRECTORIES)})
    found = {"person": _digest({**person, "left_on": str(person["left_on"]), "directories": directories})}
    kept = ("class", "route", "survives_idp_disable", "owner_email", "is_sole_user", "is_payer", "is_admin",
            "accounts", "grant_scopes", "sources")  # fmt: skip
    for row in store.dicts(_SCOPE, {"person": person_id}):
        found[f"app:{row['app_id']}"] = _digest({name: row[name] for name in kept})
    return found


def changes(planned: Mapping[str, str], now: Mapping[str, str], begun: Iterable[str] = ()) -> list[str]:
    """Return in words what differs from the state that a plan was made for; subjects already `begun` may differ."""
    done = set(begun)
    found = []
    for subject in sorted({*planned, *now} - done):
        name = subject.removeprefix("app:")
        if subject not in now:
            found.append(f"{name}: is no longer in the scope")
        elif subject not in planned:
            found.append(f"{name}: is new in the scope")
        elif planned[subject] != now[subject]:
            found.append(f"{name}: class, route, accounts, roles or owner changed" if subject != "person"
                         else "the person: status, last day or directory accounts changed")  # fmt: skip
    return found


class _Steps:
    """Collects steps and puts them in order."""

    def __init__(
        self, begins: datetime | None, can_act: CanAct, resources: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._begins, self._can_act, self._resources = begins, can_act, resources
        self._made: list[tuple[int, int, Step]] = []

    def add(self, rule: StepRule, app_id: str | None, name: str, accounts: tuple[Mapping[str, str], ...],
            owner: str | None, reason: str | None = None) -> None:  # fmt: skip
        by_account: list[Mapping[str, str]] = []
        if rule.per == "app" and rule.route in ("api", "scim"):
            by_account = _logins(accounts, app_id)
        elif rule.per == "app" and rule.route == "idp":
            by_account = [account for account in accounts if account["system"] in DIRECTORIES]
        if by_account:
            # One act is for one account: each gets a step of its own, so that none is forgotten.
            for account in by_account:
                self._add(rule, app_id, name, (account,), owner, reason)
        else:
            self._add(rule, app_id, name, accounts, owner, reason)

    def _add(self, rule: StepRule, app_id: str | None, name: str, accounts: tuple[Mapping[str, str], ...],
             owner: str | None, reason: str | None) -> None:  # fmt: skip
        route, why, phase = rule.route, reason or rule.reason, rule.phase
        # A consent or an assignment lies in the identity provider that the account belongs to, not in the app.
        if route == "idp" and rule.per == "app":
            where = next((a["system"] for a in accounts if a["system"] in DIRECTORIES), "")
        else:
            where = app_id or ""
        action = rule.action
        if route in ("idp", "scim", "api"):
            action, note = self._action(rule, route, where)
            why = f"{why} {note}".strip()
            if not action:
                route, action = "manual", rule.action
            elif route != "idp" and any(a.get("kind") in ("personal", "shared") for a in accounts):
                route, why = "manual", f"{why} The account is personal or shared: no program acts on it."
            if route == "manual" and rule.is_optional:
                return
        if route == "manual" and phase == "api":
            phase = "manual"
        begins = None if rule.phase == "hand_over" else self._begins
        if rule.after_days:
            begins = self._begins or datetime.now(UTC).replace(
                tzinfo=None, hour=0, minute=0, second=0, microsecond=0
            )
            begins += timedelta(days=rule.after_days)
        key = "-".join(part for part in (rule.id, app_id or "", self._twin(rule.id, app_id)) if part)
        step = Step(
            step_id=key, position=0, rule=rule.id, phase=phase, route=route, action=action, app_id=app_id,
            app_name=name, title=rule.title, reason=why, instruction=rule.instruction, planned_route=rule.route,
            accounts=accounts, needs=rule.needs, not_before=None if begins is None else _iso(begins),
            owner_email=owner, is_irreversible=rule.is_irreversible,
            resources=self._resources.get(app_id or "", ()) if rule.per == "app" and rule.route == "idp" else (),
        )  # fmt: skip
        self._made.append((PHASES.index(phase), len(self._made), step))

    def _action(self, rule: StepRule, route: str, where: str) -> tuple[str, str]:
        """Return what a connector is to do, and what to say about it; nothing where a person has to do it."""
        possible = {a: self._can_act(route, where, a) for a in (rule.action, rule.otherwise) if a}
        possible = {a: can for a, can in possible.items() if can}
        if not possible:
            return "", "No connector for it is configured, so a person does it."
        gentle = [a for a, can in possible.items() if rule.is_irreversible or can != FINAL]
        if not gentle:
            return "", "The interface could do it and not take it back, so a person decides and does it."
        if gentle[0] != rule.action:
            return gentle[
                0
            ], "The account is deactivated: the interface cannot delete it, or not take that back."
        return gentle[0], ""

    def _twin(self, rule_id: str, app_id: str | None) -> str:
        count = sum(step.rule == rule_id and step.app_id == app_id for _, _, step in self._made)
        return str(count + 1) if count else ""

    def ordered(self) -> tuple[Step, ...]:
        """Return the steps numbered in their order, with needs as step_ids.

        Steps of the directory keep its order (session revocation right behind the disable of the same account).
        """
        made = [step for _, _, step in sorted(self._made, key=lambda item: item[:2])]
        ordered = []
        for position, step in enumerate(made, 1):
            needs = tuple(
                other.step_id
                for need in step.needs
                for other in made
                if other.rule == need and other.app_id in (None, step.app_id)
            )
            ordered.append(Step(**{**_shallow(step), "position": position, "needs": needs}))
        return tuple(ordered)


def _logins(accounts: Iterable[Mapping[str, str]], app_id: str | None) -> list[Mapping[str, str]]:
    """Return the accounts in the app itself, one per login: from its own list, and as other sources saw them sign in.

    A directory account is none of them: it is what the person signs in with where the directory is asked.
    """
    found: dict[str, Mapping[str, str]] = {}
    for account in sorted(accounts, key=lambda a: (a["system"] != app_id, a["instance"], a["identifier"])):
        is_own = account["system"] == app_id
        if is_own or (account["system"] not in DIRECTORIES and "@" in account["name"]):
            # Two rows of the app's own list are two accounts, whatever they are called.
            key = f"{account['instance']}\0{account['identifier']}" if is_own else account["name"].lower()
            if is_own or account["name"].lower() not in {a["name"].lower() for a in found.values()}:
                found.setdefault(key, account)
    return list(found.values())


def _shallow(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in step.__dataclass_fields__}


def _refuse_open_ends(steps: Iterable[Step], scope: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a plan that would leave an app to provisioning alone, or to nothing. Raises ContractBroken."""
    steps = list(steps)
    for row in scope:
        own = [s for s in steps if s.app_id == row["app_id"]]
        ending = [s for s in own if s.action in (*ENDS, "hand_over") and s.planned_route != "scim"]
        if row["route"] == "scim" and not [s for s in ending if s.action in ENDS]:
            raise ContractBroken(
                f"the playbooks end {row['app_name']} through provisioning alone: a step that ends it in the app "
                "itself, by API or by hand, is missing (see `end_the_rest` of the default playbook)"
            )
        if row["route"] in ("api", "manual") and not ending:
            raise ContractBroken(
                f"the playbooks make no step that ends {row['app_name']} (route {row['route']})"
            )
        if not any(s.action == "verify" for s in own):
            raise ContractBroken(f"the playbooks make no step that verifies {row['app_name']}")


def _facts_of(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return what conditions may ask about one row of the scope."""
    roles = [name for name, key in (("admin", "is_admin"), ("payer", "is_payer"), ("sole_user", "is_sole_user"))
             if row[key]]  # fmt: skip
    survives = {True: "yes", False: "no", None: "unknown"}[row["survives_idp_disable"]]
    return {
        "class": (row["class"],),
        "route": (row["route"],),
        "role": tuple(roles) or ("user",),
        "source": tuple(row["sources"]),
        "survives": (survives,),
        "leaves": leaves(row["app_id"]),
    }


def _account(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "system": row["system"],
        "instance": row["instance"] or "",
        "identifier": row["identifier"],
        "name": row["account_name"] or row["identifier"],
        "kind": row["kind"],
    }


def _directory_name(row: Mapping[str, Any], directories: list[dict[str, Any]]) -> str:
    """The system, with its instance where there are several of it."""
    same = [other for other in directories if other["system"] == row["system"]]
    return f"{row['system']} ({row['instance']})" if len(same) > 1 else str(row["system"])


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        canonical({k: v if not isinstance(v, date) else v.isoformat() for k, v in value.items()})
    ).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"
