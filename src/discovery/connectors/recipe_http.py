"""Asking one app as its recipe says: where a request goes, what an answer means, how a refusal is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2

from discovery.connectors.answer import failed, quoted
from discovery.connectors.auth import Basic, Bearer, ClientCredentials, GoogleServiceAccount, Header
from discovery.connectors.connector import Outcome
from discovery.connectors.identity import at
from discovery.connectors.recipe import Recipe
from discovery.connectors.recipe_part import Request
from discovery.connectors.secret import Secret
from discovery.connectors.template import fill, fill_url
from discovery.connectors.transport import LOOPBACK, GuardedTransport, asked_wait, client
from discovery.errors import BadSettings
from discovery.settings import ConnectorSettings


@dataclass(frozen=True)
class Answer:
    """What an app answered. `wait`: seconds it asks to be left alone; `is_json`: or nothing at all."""

    status: int
    body: Any
    wait: float | None
    is_json: bool


class Refused(Exception):
    """The app did not do it, or did not tell. Carries the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


class RecipeHttp:
    """One app's interface. Raises BadSettings where settings are missing, unknown or lead to another host.

    `values`: the settings that may stand in requests; no secrets.
    """

    def __init__(
        self, recipe: Recipe, settings: ConnectorSettings, transport: GuardedTransport | None = None
    ) -> None:
        self.recipe = recipe
        self.values, secrets = _settings(recipe, settings)
        self._secrets = tuple(secrets.values())
        self._base = settings.base_url or fill(recipe.base_url, self.values)
        host = urlsplit(self._base).hostname or ""
        self._is_local = host in LOOPBACK
        hosts = (host,) if self._is_local else recipe.hosts
        guard = transport or GuardedTransport(hosts)
        if not guard.is_named(host) or (urlsplit(self._base).scheme != "https" and not self._is_local):
            raise BadSettings(
                f"{settings.where}: {self._base!r} is no address of {recipe.name}; expected https:// and one of "
                f"{', '.join(recipe.hosts)}"
            )
        self._http = client(self._base, hosts, auth=self._auth(secrets[recipe.secrets[0]]), transport=guard)

    def ask(self, request: Request, context: Mapping[str, str]) -> Answer:
        """Send one request, filled with names. Raises NotSent, NoAnswer, SecretMissing, Unsafe."""
        url = self._located(fill_url(request.url, context))
        body = None if request.json is None else fill(request.json, context)
        form = None if request.form is None else fill(request.form, context)
        headers = fill({**self.recipe.headers, **request.headers}, context)
        response = self._http.request(request.method, url, json=body, data=form, headers=headers)
        try:
            said, is_json = response.json() if response.content else None, True
        except ValueError:
            said, is_json = None, False
        return Answer(response.status_code, said, asked_wait(response), is_json)

    def check(self, answer: Answer, request: Request, needs: str) -> None:
        """Raise Refused unless the app said yes, in its status and, where it answers 200 to everything, in its body."""
        accepts = self.recipe.accepts
        is_refused = accepts is not None and answer.is_json and at(answer.body, accepts[0]) != accepts[1]
        if answer.status in request.success and answer.is_json and not is_refused:
            return
        said = quoted(
            next((s for s in (at(answer.body, p) for p in self.recipe.says) if s), ""), self._secrets
        )
        if answer.status in request.success and not answer.is_json:
            raise Refused(Outcome("failed", f"{self.recipe.name} answered with what is no JSON: is its address right?",
                                  answer.status))  # fmt: skip
        if answer.status in request.success:
            need = f" Needed: {needs}." if needs else ""
            is_busy = "rate" in said.lower() and "limit" in said.lower()
            detail = f'{self.recipe.name} answered {answer.status} and refuses all the same: "{said}".{need}'
            raise Refused(Outcome("failed", detail, answer.status, is_retryable=is_busy))
        raise Refused(failed(self.recipe.name, answer.status, said=said, needs=needs, wait=answer.wait))

    def is_told(self, answer: Answer, told: Sequence[int | str]) -> bool:
        """Tell whether an answer is one of those that mean nobody, or already so."""
        if answer.status in told:
            return True
        words = {
            str(at(answer.body, pointer))
            for pointer in self.recipe.says
            if at(answer.body, pointer) is not None
        }
        return bool(words & {word for word in told if isinstance(word, str)})

    def items(self, body: Any, pointer: str) -> list[Any] | None:
        """Return the entries at a place of an answer; None where something else stands there, or nothing at all."""
        found = at(body, pointer)
        if found is None and self.recipe.omits_empty and isinstance(body, dict):
            return []
        if isinstance(found, dict):
            return [found]
        return found if isinstance(found, list) else None

    def _located(self, url: str) -> str:
        """Return where a request goes: on this machine everything goes to the one server that is there."""
        parts = urlsplit(url)
        if not parts.scheme:
            return self._base.rstrip("/") + url
        if not self._is_local:
            return url
        base = urlsplit(self._base)
        return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))

    def _auth(self, secret: Secret) -> httpx2.Auth:
        auth, values = self.recipe.auth, self.values
        if auth["kind"] == "bearer":
            return Bearer(secret, str(auth.get("word", "Bearer")))
        if auth["kind"] == "basic":
            return Basic(fill(auth["user"], values), secret)
        if auth["kind"] == "header":
            return Header(str(auth["name"]), secret)
        token_url = self._located(fill(auth["token_url"], values))
        if auth["kind"] == "google_jwt":
            return GoogleServiceAccount(token_url, secret, fill(auth["subject"], values), str(auth["scopes"]))
        return ClientCredentials(
            token_url, fill(auth["client_id"], values), secret, fill(auth.get("fields", {}), values),
            is_basic=bool(auth.get("in_header", False)),
        )  # fmt: skip


def _settings(recipe: Recipe, settings: ConnectorSettings) -> tuple[dict[str, str], dict[str, Secret]]:
    """Return the values and the secrets that a recipe asks for. Raises BadSettings."""
    for key in settings.values:
        if key not in recipe.settings:
            raise BadSettings(
                f"{settings.where}: unknown key {key}; known: {', '.join(sorted(recipe.settings))}, base_url, instance"
            )
    values, secrets = {}, {}
    for key, meaning in recipe.settings.items():
        given = settings.values.get(key)
        if not given:
            raise BadSettings(f"{settings.where} has no `{key}`: {meaning}")
        if key in recipe.secrets:
            secrets[key] = Secret(given, f"{settings.where} {key}")
        else:
            values[key] = given
    return values, secrets
