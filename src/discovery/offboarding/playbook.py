"""Playbooks: which steps are made for whom, as TOML. Validated as a whole; simple conditions; nothing is executed.

The default playbook holds for every app; a file with `app = "…"` adds steps for one app and may leave out default ones
(`skip`). Playbooks of other packages come on top of those that are shipped, files of the settings' folder on top of
all; the last one for an app wins.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from discovery.errors import BadSettings
from discovery.extension import PLAYBOOKS, extension_files

PHASES = ("hand_over", "idp", "scim", "api", "grants", "licences", "manual", "verify", "delete_later")
"""In the order in which they are done."""
ROUTES = ("idp", "scim", "api", "manual", "observe")
PER = ("person", "directory", "app")
ACTIONS = (
    "hand_over",
    "deactivate",
    "delete",
    "revoke_sessions",
    "revoke_tokens",
    "remove_licence",
    "remove_assignment",
    "remove_grant",
    "remove_from_groups",
    "verify",
)
CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "class": ("scim_managed", "shadow", "sso", "unmanaged"),
    "route": ("scim", "api", "idp", "manual"),
    "role": ("admin", "payer", "sole_user", "user"),
    "source": ("sign_in", "web_visit", "charge", "grant", "assignment", "app_account"),
    "survives": ("yes", "no", "unknown"),
    "leaves": ("login", "session", "licence", "token", "unknown"),
}
"""What a condition may ask, and the answers. leaves: what an inactive account of the app is known to keep."""

_FILE_KEYS = {"about", "app", "skip", "source", "as_of", "step"}
_STEP_KEYS = {"id", "phase", "per", "route", "action", "title", "reason", "instruction", "when", "needs", "after_days",
              "is_irreversible", "otherwise", "is_optional"}  # fmt: skip


@dataclass(frozen=True)
class StepRule:
    """One kind of step. `when`: condition → accepted values; `needs`: ids of steps that must be done before.

    otherwise: the action where `action` cannot be done, or not be taken back. is_optional: no step where no connector
    can do it.
    """

    id: str
    phase: str
    per: str
    route: str
    action: str
    title: str
    reason: str
    instruction: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    after_days: int = 0
    is_irreversible: bool = False
    otherwise: str = ""
    is_optional: bool = False

    def holds(self, facts: Mapping[str, Iterable[str]]) -> bool:
        """Tell whether all conditions hold; `facts`: condition → what is so of this app or person."""
        return all(set(values) & set(facts.get(name, ())) for name, values in self.when.items())


@dataclass(frozen=True)
class Playbook:
    """The rules of one file. `name` is the file's; `digest` its SHA-256."""

    name: str
    digest: str
    app: str | None
    rules: tuple[StepRule, ...]
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class Playbooks:
    """The default playbook and those of single apps."""

    default: Playbook
    by_app: Mapping[str, Playbook]

    def rules_for(self, app_id: str) -> tuple[StepRule, ...]:
        """Return the rules per app that count for one app."""
        own = self.by_app.get(app_id)
        if own is None:
            return tuple(rule for rule in self.default.rules if rule.per == "app")
        kept = [rule for rule in self.default.rules if rule.per == "app" and rule.id not in own.skip]
        return (*kept, *own.rules)

    def digests(self, apps: Iterable[str]) -> dict[str, str]:
        """Return the playbooks that count for some apps, by name, with their digests."""
        used = [self.default, *(self.by_app[app] for app in sorted(set(apps)) if app in self.by_app)]
        return {book.name: book.digest for book in used}


def read_playbooks(folder: Path | None = None) -> Playbooks:
    """Read those shipped, of other packages, of a folder. Raises BadSettings naming file, step, key and value."""
    shipped = resources.files("discovery.offboarding").joinpath("playbooks")
    texts = [(item.name, item.read_bytes()) for item in shipped.iterdir() if item.name.endswith(".toml")]
    books = [parse_playbook(name, data) for name, data in sorted(texts)]
    books += [_of_package(origin, name, data) for origin, name, data in extension_files(PLAYBOOKS, ".toml")]
    if folder is not None:
        if not folder.is_dir():
            raise BadSettings(f"offboarding.playbooks = {str(folder)!r}: there is no such folder")
        books += [parse_playbook(str(path), path.read_bytes()) for path in sorted(folder.glob("*.toml"))]
    default = [book for book in books if book.app is None][-1]
    by_app = {book.app: book for book in books if book.app is not None}
    known = {rule.id for rule in default.rules}
    for book in by_app.values():
        _check_skip(book, known)
        _check_needs(book.name, book.rules, known)
    return Playbooks(default, by_app)


def _of_package(origin: str, name: str, data: bytes) -> Playbook:
    book = parse_playbook(f"{origin}: {name}", data)
    if book.app is None:
        raise BadSettings(
            f"{origin}: {name} has no `app`; the default playbook is for the settings' folder to replace"
        )
    return book


def parse_playbook(name: str, data: bytes) -> Playbook:
    """Return the playbook of a file's content. Raises BadSettings."""
    try:
        content = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{name}: not valid TOML: {error}") from error
    _refuse_unknown(name, "", content, _FILE_KEYS)
    app = content.get("app")
    if app is not None and (not isinstance(app, str) or not app.strip()):
        raise BadSettings(f"{name}: app = {app!r}; expected an app_id")
    blocks = content.get("step", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise BadSettings(f"{name}: step = {blocks!r}; expected blocks of [[step]]")
    rules = tuple(_rule(name, number, block, app) for number, block in enumerate(blocks, 1))
    twice = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    if twice:
        raise BadSettings(f"{name}: the step id {sorted(twice)[0]!r} stands there twice")
    if app is None:
        if not rules:
            raise BadSettings(f"{name}: a playbook without `app` is the default one and needs steps")
        _check_needs(name, rules, set())
    skip = _texts(name, "skip", content.get("skip", []))
    return Playbook(name, hashlib.sha256(data).hexdigest(), app, rules, skip)


def _rule(name: str, number: int, block: Mapping[str, Any], app: str | None) -> StepRule:
    place = f"[[step]] {number}"
    _refuse_unknown(name, f"{place}: ", block, _STEP_KEYS)
    for key in ("id", "phase", "route", "action", "title", "reason", "instruction"):
        if not isinstance(block.get(key), str) or not block[key].strip():
            raise BadSettings(f"{name}: {place}.{key} = {block.get(key)!r}; expected a text")
    place = f"step {block['id']!r}"
    per = block.get("per", "app")
    choices = (("phase", block["phase"], PHASES), ("route", block["route"], ROUTES), ("per", per, PER),
               ("action", block["action"], ACTIONS))  # fmt: skip
    for key, value, allowed in choices:
        if value not in allowed:
            raise BadSettings(f"{name}: {place}: {key} = {value!r}; expected one of {', '.join(allowed)}")
    if app is not None and per != "app":
        raise BadSettings(f"{name}: {place}: per = {per!r}; the playbook of an app has steps per app only")
    if (block["route"] == "observe") != (block["action"] == "verify"):
        raise BadSettings(f"{name}: {place}: route observe and action verify belong together")
    if block["action"] == "hand_over" and block["route"] != "manual":
        raise BadSettings(f"{name}: {place}: action hand_over needs route manual")
    days = block.get("after_days", 0)
    if type(days) is not int or days < 0:
        raise BadSettings(f"{name}: {place}: after_days = {days!r}; expected a number of days, 0 or more")
    flags = {key: block.get(key, False) for key in ("is_irreversible", "is_optional")}
    for key, flag in flags.items():
        if not isinstance(flag, bool):
            raise BadSettings(f"{name}: {place}: {key} = {flag!r}; expected true or false")
    otherwise = block.get("otherwise", "")
    if otherwise and otherwise not in ACTIONS:
        raise BadSettings(f"{name}: {place}: otherwise = {otherwise!r}; expected one of {', '.join(ACTIONS)}")
    return StepRule(
        id=block["id"], phase=block["phase"], per=per, route=block["route"], action=block["action"],
        title=block["title"], reason=block["reason"], instruction=block["instruction"],
        when=_conditions(name, place, per, block.get("when", {})),
        needs=_texts(name, f"{place}: needs", block.get("needs", [])), after_days=days, otherwise=otherwise, **flags,
    )  # fmt: skip


def _conditions(name: str, place: str, per: str, when: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(when, dict):
        raise BadSettings(
            f'{name}: {place}: when = {when!r}; expected a table such as {{ route = ["manual"] }}'
        )
    if when and per != "app":
        raise BadSettings(f"{name}: {place}: conditions ask about an app; a step per {per} has none")
    found = {}
    for key, values in when.items():
        if key not in CONDITIONS:
            raise BadSettings(f"{name}: {place}: when.{key}; expected one of {', '.join(CONDITIONS)}")
        texts = _texts(name, f"{place}: when.{key}", values)
        wrong = [text for text in texts if text not in CONDITIONS[key]]
        if wrong or not texts:
            raise BadSettings(
                f"{name}: {place}: when.{key} = {values!r}; expected some of {', '.join(CONDITIONS[key])}"
            )
        found[key] = texts
    return found


def _check_needs(name: str, rules: Sequence[StepRule], known: set[str]) -> None:
    """Refuse needs that name no step, and those that a later phase would have to fulfil."""
    phases = {rule.id: PHASES.index(rule.phase) for rule in rules}
    order = {rule.id: number for number, rule in enumerate(rules)}
    for rule in rules:
        for need in rule.needs:
            if need not in phases and need not in known:
                raise BadSettings(f"{name}: step {rule.id!r}: needs = {need!r}; there is no such step")
            if need in phases and (phases[need], order[need]) >= (phases[rule.id], order[rule.id]):
                raise BadSettings(f"{name}: step {rule.id!r}: needs {need!r}, which comes after it")


def _check_skip(book: Playbook, known: set[str]) -> None:
    for step in book.skip:
        if step not in known:
            raise BadSettings(f"{book.name}: skip = {step!r}; the default playbook has no such step")
        if step == "verify":
            raise BadSettings(f"{book.name}: skip = 'verify'; verification cannot be left out")


def _texts(name: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise BadSettings(f"{name}: {key} = {value!r}; expected a list of texts")
    return tuple(value)


def _refuse_unknown(name: str, prefix: str, block: Mapping[str, Any], known: set[str]) -> None:
    for key in block:
        if key not in known:
            raise BadSettings(f"{name}: unknown key {prefix}{key}; known: {', '.join(sorted(known))}")
