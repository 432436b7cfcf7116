"""Apps on loopback, each made of its block in targets.yaml: accounts, and what requests do to them."""

from __future__ import annotations

import base64
import fnmatch
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from discovery.connectors.identity import at
from discovery.connectors.recipe import Recipe, shipped_recipes
from discovery.connectors.recipe_connector import RecipeConnector
from discovery.connectors.transport import GuardedTransport
from discovery.settings import ConnectorSettings
from tests.connectors.server import Answer, Asked, Server

SECRET = "canary-secret-of-the-tests"
EXCHANGED = "canary-token-of-the-tests"
SCIM = [
    {"ask": "GET {0}/Users", "by": "filter filter email", "answer": {"totalResults": 1, "Resources": [
        {"id": "$key", "userName": "$email", "active": "$active"}]}, "none": {"status": 200, "body": {"totalResults": 0, "Resources": []}}},
    {"ask": "PATCH {0}/Users/*", "by": "path -1 key", "when": {"/Operations/0/path": "active", "/Operations/0/value": False},
     "effect": "inactive", "status": 204, "none": {"status": 404, "body": {"detail": "none"}}},
    {"ask": "DELETE {0}/Users/*", "by": "path -1 key", "effect": "absent", "status": 204, "none": {"status": 404, "body": {"detail": "none"}}},
]  # fmt: skip


@cache
def blocks() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "targets.yaml").read_text(encoding="utf-8"))


@dataclass
class Account:
    """One account of an app."""

    key: str
    email: str
    login: str
    active: bool = True
    exists: bool = True
    sessions: int = 1
    tokens: list[str] = field(default_factory=lambda: ["t1", "t2"])
    licences: list[str] = field(default_factory=lambda: ["l1", "l2"])


class App:
    """One app. `is_idle`: says yes and does nothing; `is_lavish`: answers every look-up with everybody."""

    def __init__(self, app_id: str, *accounts: Account) -> None:
        self.block = blocks()[app_id]
        self.app_id = app_id
        self.accounts = list(accounts)
        self.is_idle = False
        self.effects: list[str] = []
        scim = (
            [{**route, "ask": route["ask"].format(self.block["scim"])} for route in SCIM]
            if "scim" in self.block
            else []
        )
        self.routes = [*self.block.get("routes", []), *scim]
        self.server = Server(self.rule)

    @property
    def base_url(self) -> str:
        path = shipped_recipes()[self.app_id].base_url.split("/", 3)
        rest = path[3] if len(path) > 3 else ""
        return f"{self.server.url}/{rest}".rstrip("/").replace("{tenant_id}", "acme")

    def connector(self, **more: Any) -> RecipeConnector:
        return RecipeConnector(self.recipe, settings_of(self.recipe, self.base_url, **more), sleep=lambda _: None,
                               transport=GuardedTransport(["127.0.0.1"], sleep=lambda _: None))  # fmt: skip

    @property
    def recipe(self) -> Recipe:
        return shipped_recipes()[self.app_id]

    def rule(self, asked: Asked) -> Answer | None:
        token = self.block.get("token")
        if token and fits(asked, token["ask"]):
            return self.exchange(asked, token)
        if not self.is_signed_in(asked):
            return Answer(401, {"message": "no such token", "ok": False, "error": "invalid_auth"})
        for route in self.routes:
            if fits(asked, route["ask"]) and all(
                asked.query.get(k) == v for k, v in route.get("when_query", {}).items()
            ):
                return self.answer(asked, route)
        return None

    def is_signed_in(self, asked: Asked) -> bool:
        said = asked.headers.get("authorization", "")
        wanted = EXCHANGED if self.block.get("token") else SECRET
        if self.block["auth"] == "Basic":
            return base64.b64decode(said.removeprefix("Basic ")).decode().endswith(f":{wanted}")
        return said == f"Bearer {wanted}"

    def exchange(self, asked: Asked, token: dict[str, Any]) -> Answer:
        form = dict(asked.body or {})
        basic = base64.b64decode(asked.headers.get("authorization", "Basic ").removeprefix("Basic ")).decode()
        given = form.get("client_secret") or basic.partition(":")[2] or ("assertion" in form and SECRET)
        if given != SECRET or any(form.get(k) != v for k, v in token["form"].items()):
            return Answer(401, {"error": "invalid_client"})
        return Answer(200, {"access_token": EXCHANGED, "expires_in": 3600})

    def answer(self, asked: Asked, route: dict[str, Any]) -> Answer:
        if any(at(asked.body, pointer) != value for pointer, value in route.get("when", {}).items()):
            return Answer(400, {"message": "the body is not as documented", "got": asked.body})
        account = self.whose(asked, route["by"])
        if account is None:
            none = route.get("none", {"status": 404, "body": {}})
            return Answer(none["status"], none.get("body"))
        effect = route.get("effect")
        if effect and not self.is_idle:
            self.effects.append(f"{effect.split()[0]} {account.email}")
            self.apply(effect, account, asked)
        body = route.get("answer")
        if "each" in route:
            rows = getattr(account, route["each"])
            body = many(
                body, route.get("in"), [filled(template(body, route.get("in")), account, row) for row in rows]
            )
            return Answer(200, body)
        return Answer(route.get("status", 200), None if body is None else filled(body, account))

    def whose(self, asked: Asked, by: str) -> Account | None:
        place, name, *kinds = by.split()
        parts = [unquote(part) for part in asked.path.strip("/").split("/")]
        said = {"path": lambda: parts[int(name)], "query": lambda: asked.query.get(name), "prefix": lambda: asked.query.get(name),
                "filter": lambda: [*asked.query.get(name, '').split('"'), '', ''][1], "body": lambda: at(asked.body, name)}[place]()  # fmt: skip
        here = [a for a in self.accounts if a.exists]
        if "token" in kinds:
            return next((a for a in here if said in a.tokens), None)
        return next(
            (a for a in here if said is not None and str(said) in {str(getattr(a, kind)) for kind in kinds}),
            None,
        )

    def apply(self, effect: str, account: Account, asked: Asked) -> None:
        what, _, pointer = effect.partition(" ")
        if what == "inactive":
            account.active = False
        elif what == "absent":
            account.exists = False
        elif what == "sessions":
            account.sessions = 0
        elif what == "token":
            account.tokens.remove(unquote(asked.path.rsplit("/", 1)[1]))
        elif what == "licence":
            account.licences.remove(at(asked.body, pointer))

    def close(self) -> None:
        self.server.close()


def settings_of(recipe: Recipe, base_url: str, **more: Any) -> ConnectorSettings:
    """Return settings for a recipe: each plain value is invented, each secret stands in the environment."""
    known = {"client_id": "client", "account_id": "acme", "enterprise_id": "acme", "org": "acme", "tenant_id": "acme",
             "domain": "acme", "subdomain": "acme", "team_id": "T1", "user": "admin@example.com", "workspace": "1",
             "subject": "admin@example.com"}  # fmt: skip
    values = {key: "env:APP_SECRET" if key in recipe.secrets else known[key] for key in recipe.settings}
    return ConnectorSettings(
        recipe.app_id,
        f"[connectors.{recipe.app_id}]",
        base_url,
        more.pop("instance", None),
        {**values, **more},
    )


def fits(asked: Asked, ask: str) -> bool:
    method, _, pattern = ask.partition(" ")
    return (
        asked.method == method
        and len(asked.path.split("/")) == len(pattern.split("/"))
        and fnmatch.fnmatchcase(asked.path, pattern)
    )


def template(body: Any, inside: str | None) -> Any:
    return (body[inside] if inside else body)[0]


def many(body: Any, inside: str | None, rows: list[Any]) -> Any:
    return {**body, inside: rows} if inside else rows


def filled(body: Any, account: Account, item: str = "") -> Any:
    values = {"$key": account.key, "$email": account.email, "$login": account.login, "$active": account.active,
              "$inactive": not account.active, "$status": "active" if account.active else "inactive",
              "$licences": list(account.licences), "$item": item}  # fmt: skip
    if isinstance(body, dict):
        return {key: filled(value, account, item) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, account, item) for value in body]
    if isinstance(body, str) and body in values:
        return values[body]
    return body.replace("$email", account.email) if isinstance(body, str) else json.loads(json.dumps(body))
