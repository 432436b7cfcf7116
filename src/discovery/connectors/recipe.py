"""Recipes: what has to be asked and sent to end an account in one app, as YAML; read and validated as a whole.

A recipe is data: addresses, pointers into answers, and where each is documented. Its form stands in
docs/add_a_connector.md. What is not confirmed in public documentation is marked so and never sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from discovery.connectors.recipe_part import (
    Block,
    Request,
    Source,
    Verify,
    read_request,
    read_source,
    read_verify,
)
from discovery.connectors.template import fields_of
from discovery.errors import BadSettings, ContractBroken
from discovery.extension import RECIPES, extension_files

IDENTIFIERS = ("account_key", "user_name", "email")
ACTIONS = ("deactivate", "delete", "revoke_sessions", "revoke_tokens", "remove_licence")
ENDINGS = ("deactivate", "delete")
"""Actions that end the account itself."""
AUTHS: Mapping[str, tuple[set[str], set[str]]] = {
    "bearer": ({"secret"}, {"word"}),
    "basic": ({"user", "secret"}, set()),
    "header": ({"name", "secret"}, set()),
    "oauth_client_credentials": ({"token_url", "client_id", "secret"}, {"fields", "in_header"}),
    "google_jwt": ({"token_url", "secret", "subject", "scopes"}, set()),
}
"""Ways of signing in: keys that each needs, and those that it may have."""


@dataclass(frozen=True)
class Lookup:
    """How an account is found by one kind of name. `match`: pointers of which one must lead to the wanted name.

    items: where the hits lie. is_search: the app's search is fuzzy, hits that are named otherwise do not count.
    none: statuses and words that mean nobody. more: pointer to what is there if there are further pages.
    """

    by: str
    request: Request
    items: str
    match: tuple[str, ...]
    key: str
    mail: str | None
    active: tuple[str, tuple[Any, ...]] | None
    fields: Mapping[str, str]
    is_search: bool
    none: tuple[int | str, ...]
    more: str | None
    source: Source


@dataclass(frozen=True)
class Each:
    """A list of which every entry is acted on; `id` leads to what goes in as `{item}`."""

    request: Request
    items: str
    id: str
    where: tuple[str, str] | None


@dataclass(frozen=True)
class Action:
    """One action: its requests in order, what means that it was done already, and how its end is seen."""

    name: str
    requests: tuple[Request, ...]
    each: Each | None
    already: tuple[int | str, ...]
    verify: Verify
    is_irreversible: bool
    plan: str
    scope: str
    note: str
    source: Source
    job: Mapping[str, Any] = field(default_factory=dict)

    @property
    def needs(self) -> str:
        """Scope and plan, in words."""
        return ", ".join(part for part in (self.scope, f"plan {self.plan}" if self.plan else "") if part)


@dataclass(frozen=True)
class Recipe:
    """One app's interface. `settings`: what has to be set, and what it is; `hosts`: where requests may go.

    directory: the system whose accounts these are as well, where the app is a directory.
    accepts, says: where an answer of 200 tells that it is an error after all, and which. omits_empty: an empty list is
    left out of answers.
    """

    app_id: str
    name: str
    hosts: tuple[str, ...]
    base_url: str
    settings: Mapping[str, str]
    auth: Mapping[str, Any]
    headers: Mapping[str, str]
    accepts: tuple[str, Any] | None
    says: tuple[str, ...]
    lookups: tuple[Lookup, ...]
    actions: Mapping[str, Action]
    directory: str | None
    about: str
    omits_empty: bool

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The actions that may be sent."""
        return tuple(name for name, action in self.actions.items() if action.source.is_confirmed)

    @property
    def is_usable(self) -> bool:
        """An account can be found and ended."""
        found = any(lookup.source.is_confirmed for lookup in self.lookups)
        return found and any(name in ENDINGS for name in self.confirmed)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Settings that are named by reference."""
        return (str(self.auth["secret"]),)


@cache
def shipped_recipes() -> Mapping[str, Recipe]:
    """Return the recipes by app_id. Raises ContractBroken for one that is not as it should be."""
    folder = resources.files("discovery.connectors").joinpath("recipes")
    found = {}
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".yaml"):
            recipe = parse_recipe(item.name, item.read_text(encoding="utf-8"))
            found[recipe.app_id] = recipe
    return found


def known_recipes() -> Mapping[str, Recipe]:
    """Return the shipped recipes and those of other packages by app_id.

    Raises BadSettings where two are for one app: whom to ask about an account is not to be decided by chance.
    """
    found = dict(shipped_recipes())
    for origin, name, data in extension_files(RECIPES, ".yaml"):
        try:
            recipe = parse_recipe(name, data.decode("utf-8"))
        except (ContractBroken, UnicodeDecodeError) as error:
            raise BadSettings(f"{origin}: {error}") from error
        if recipe.app_id in found:
            raise BadSettings(f"{origin}: {name}: there is a recipe for {recipe.app_id!r} already")
        found[recipe.app_id] = recipe
    return found


def parse_recipe(name: str, text: str) -> Recipe:
    """Return the recipe of a file. Raises ContractBroken naming file, place, value and what was expected."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ContractBroken(f"{name}: not valid YAML: {error}") from error
    block = Block(name, "", data)
    auth = _auth(block.inner("auth"))
    settings = {key: str(value) for key, value in block.mapping("settings").items()}
    secret = str(auth["secret"])
    known = {*settings} - {secret}
    if secret not in settings:
        raise block.wrong("settings", settings, f"an entry for the secret {secret!r} of `auth`")
    lookups = tuple(_lookup(inner, known) for inner in block.inners("lookups"))
    fields = {key for lookup in lookups for key in lookup.fields}
    actions = {
        key: _action(key, block.inner("actions").inner(key), known | {"key"} | fields | set(IDENTIFIERS))
        for key in block.mapping("actions")
    }
    accepts = block.inner("accepts") if block.has("accepts") else None
    recipe = Recipe(
        app_id=block.text("app"), name=block.text("name"), hosts=tuple(block.texts("hosts")),
        base_url=block.text("base_url"), settings=settings, auth=auth,
        headers={key: str(value) for key, value in block.mapping("headers").items()},
        accepts=(accepts.pointer("pointer"), accepts.value("equals")) if accepts else None,
        says=tuple(block.pointers("says")), lookups=lookups, actions=actions,
        directory=block.text("directory", "") or None, about=block.text("about", ""),
        omits_empty=block.flag("omits_empty"),
    )  # fmt: skip
    block.finish()
    if fields_of(recipe.base_url) - known:
        raise block.wrong(
            "base_url", recipe.base_url, f"only settings in braces ({', '.join(sorted(known))})"
        )
    return recipe


def _auth(block: Block) -> dict[str, Any]:
    kind = block.one_of("kind", tuple(AUTHS))
    needed, possible = AUTHS[kind]
    found: dict[str, Any] = {"kind": kind}
    for key in sorted(needed):
        found[key] = block.text(key)
    for key in sorted(possible):
        if block.has(key):
            found[key] = block.value(key)
    block.finish()
    return found


def _lookup(block: Block, known: set[str]) -> Lookup:
    by = block.one_of("by", IDENTIFIERS)
    active = block.inner("active") if block.has("active") else None
    lookup = Lookup(
        by=by, request=read_request(block, known | {by}), items=block.pointer("items", ""),
        match=tuple(block.pointers("match")), key=block.pointer("key"),
        mail=block.pointer("mail") if block.has("mail") else None,
        active=(active.pointer("pointer"), tuple(_listed(active.value("equals")))) if active else None,
        fields={key: str(value) for key, value in block.mapping("fields").items()},
        is_search=block.flag("is_search"), none=_none(block, "none"),
        more=block.pointer("more") if block.has("more") else None, source=read_source(block),
    )  # fmt: skip
    if not lookup.match:
        raise block.wrong("match", None, "pointers to the names that a hit must have")
    block.finish()
    return lookup


def _action(name: str, block: Block, known: set[str]) -> Action:
    if name not in ACTIONS:
        raise block.wrong("", name, f"one of {', '.join(ACTIONS)}")
    each = block.inner("each") if block.has("each") else None
    where = each.inner("where") if each is not None and each.has("where") else None
    action = Action(
        name=name,
        requests=tuple(read_request(one, known | ({"item"} if each else set())) for one in block.inners("requests")),
        each=Each(read_request(each, known), each.pointer("items"), each.pointer("id"),
                  (where.pointer("pointer"), where.text("field")) if where else None) if each else None,
        already=_none(block, "already"), verify=read_verify(block.inner("verify"), known),
        is_irreversible=block.flag("irreversible"), plan=block.text("plan", ""), scope=block.text("scope", ""),
        note=block.text("note", ""), source=read_source(block), job=block.mapping("job"),
    )  # fmt: skip
    if not action.requests:
        raise block.wrong("requests", [], "one request or more")
    if where is not None:
        where.finish()
    if each is not None:
        each.finish()
    block.finish()
    return action


def _none(block: Block, key: str) -> tuple[int | str, ...]:
    values: Sequence[Any] = block.value(key) if block.has(key) else []
    if not isinstance(values, list) or not all(isinstance(value, int | str) for value in values):
        raise block.wrong(key, values, "a list of statuses and of words of the app")
    return tuple(values)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


__all__ = ["ACTIONS", "ENDINGS", "Action", "Each", "Lookup", "Recipe", "known_recipes", "parse_recipe",
           "shipped_recipes"]  # fmt: skip
