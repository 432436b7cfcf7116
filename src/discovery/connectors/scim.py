"""SCIM: finding, deactivating and deleting an account, through scim2-client.

An answer is never taken at its word. A server that ignores the filter returns everybody, so that only one single hit
that is named as asked is acted on; 204 and 200 say nothing about `active`, so that the account is read back. Answers
are taken raw: one attribute of the vendor's own would otherwise make the whole answer invalid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from scim2_client import SCIMClientException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    EnterpriseUser,
    PatchOp,
    ResourceType,
    ScimProvider,
    SearchRequest,
    User,
)

from discovery.connectors.answer import failed, quoted
from discovery.connectors.auth import Bearer
from discovery.connectors.connector import Found, Outcome, OutcomeUnknown, Target
from discovery.connectors.identity import at, in_words, is_same
from discovery.connectors.secret import Secret, SecretMissing
from discovery.connectors.transport import LOOPBACK, GuardedTransport, NoAnswer, NotSent, asked_wait, client
from discovery.errors import BadSettings
from discovery.settings import ScimSettings

_ACCOUNT = User[EnterpriseUser]
_KINDS = ("external_id", "user_name", "email")
_ATTRIBUTES = {
    "external_id": ("externalId",),
    "user_name": ("userName",),
    "email": ("userName", "emails.value"),
}
_OPTIONAL = ("externalId", "emails.value")
"""What a server need not be able to search by."""
_NEEDS = {"deactivate": "a token that may change users", "delete": "a token that may delete users"}


class Refused(Exception):
    """A server answered with an error. Carries the outcome to tell."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


class ScimConnector:
    """One app's SCIM interface. Raises BadSettings for an address that is neither https nor on this machine."""

    def __init__(
        self, settings: ScimSettings, *, name: str | None = None, transport: GuardedTransport | None = None
    ) -> None:
        parts = urlsplit(settings.base_url)
        host = parts.hostname or ""
        if not host or (parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK)):
            raise BadSettings(f"{settings.where}: base_url = {settings.base_url!r}; expected https://…")
        self._token = Secret(settings.token, f"{settings.where} token")
        self._app, self._instance = name or settings.app_id, settings.instance
        self._http = client(
            settings.base_url, [host], auth=Bearer(self._token), transport=transport,
            is_private_allowed=settings.private_network,
        )  # fmt: skip
        provider = ScimProvider(
            models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(_ACCOUNT)]
        )
        self._scim = SyncSCIMClient(self._http, provider=provider, check_response_payload=False)

    @property
    def actions(self) -> tuple[str, ...]:
        """What SCIM has."""
        return ("deactivate", "delete")

    @property
    def irreversible(self) -> frozenset[str]:
        """What a DELETE leaves, each app decides."""
        return frozenset({"delete"})

    def find(self, target: Target) -> Found:
        """Look the account up: by the directory's id, then by its names, as written and in lower case."""
        try:
            return self._find(target)
        except Refused as error:
            return Found("unknown", detail=error.outcome.detail)
        except (NotSent, NoAnswer, SecretMissing) as error:
            return Found("unknown", detail=f"{error}.")

    def act(self, action: str, target: Target) -> Outcome:
        """Deactivate or delete exactly the account that was found."""
        if self._instance and target.instance and target.instance != self._instance:
            return Outcome(
                "failed", f"The account lies in {target.instance}; what is configured is {self._instance}."
            )
        try:
            found = self._find(target)
            if found.presence == "none":
                return Outcome("already_absent", found.detail)
            if found.presence != "one" or found.account_key is None:
                return Outcome("failed", found.detail, is_retryable=False)
            if action == "deactivate" and found.is_active is False:
                return Outcome("already_absent", f"{found.detail} was inactive already.")
            return self._send(action, found.account_key, target)
        except Refused as error:
            return error.outcome
        except (NotSent, SecretMissing) as error:
            return Outcome("failed", f"{error}.", is_retryable=getattr(error, "is_retryable", True))
        except NoAnswer as error:  # of the look-up: nothing was done
            return Outcome("failed", f"{error}.", is_retryable=True)

    def verify(self, action: str, target: Target) -> Outcome:
        """Look the account up again."""
        found = self.find(target)
        if found.presence == "none":
            return Outcome("verified", f"Read back: {found.detail}")
        if found.presence != "one":
            return Outcome("unverifiable", found.detail, is_retryable=found.presence == "unknown")
        if action == "delete":
            return Outcome("failed", "Read back: the account is still there.")
        if found.is_active is None:
            return Outcome("unverifiable", "Read back: the app does not tell whether the account is active.")
        if found.is_active:
            return Outcome("failed", "Read back: the account is still active.")
        return Outcome("verified", "Read back: the account is inactive.")

    def _send(self, action: str, key: str, target: Target) -> Outcome:
        try:
            if action == "delete":
                self._ask(action, lambda: self._scim.delete(_ACCOUNT, key, check_response_payload=False))
                return Outcome("accepted", f"{self._app} took the deletion.")
            patch = PatchOp[_ACCOUNT].model_validate(
                {"Operations": [{"op": "replace", "path": "active", "value": False}]}
            )
            self._ask(action, lambda: self._scim.modify(_ACCOUNT, key, patch, check_response_payload=False))
        except NoAnswer as error:
            seen = self.verify(action, target)
            if seen.state != "verified":
                raise OutcomeUnknown(f"{error}; looked at afterwards: {seen.detail}") from error
            return Outcome("accepted", f"{error}; looked at afterwards it had arrived.")
        except Refused as error:
            if error.outcome.status == 404:
                return Outcome("already_absent", f"{self._app} says that the account is gone.", 404)
            raise
        return Outcome("accepted", f"{self._app} took the deactivation.")

    def _find(self, target: Target) -> Found:
        known = target.identifiers
        for attribute, wanted in _questions(known):
            hits = self._search(f'{attribute} eq "{_escaped(wanted)}"')
            if len(hits) > 1:
                return Found("many", detail=f"{self._app} answered with {len(hits)} accounts when asked for one "
                                            f"({attribute} {wanted}): none is touched.")  # fmt: skip
            if not hits:
                continue
            (one,) = hits
            if not any(is_same(wanted, said) for said in _names(one, attribute)):
                return Found("unknown", detail=f"Asked for {attribute} {wanted}, {self._app} answered with somebody "
                                               "else: nothing is touched.")  # fmt: skip
            key = one.get("id")
            if not isinstance(key, str) or not key:
                return Found("unknown", detail=f"{self._app} answered with an account that has no id.")
            return Found("one", key, _active(one), str(one.get("userName") or wanted))
        return Found("none", detail=f"{self._app} knows nobody called {in_words(known, _KINDS)}.")

    def _search(self, expression: str) -> list[dict[str, Any]]:
        asked: SearchRequest[Any] = SearchRequest.model_validate({"filter": expression})
        answer = self._ask(
            "look up", lambda: self._scim.query(_ACCOUNT, query_parameters=asked, check_response_payload=False),
            none=(400, 501) if expression.startswith(_OPTIONAL) else (),
        )  # fmt: skip
        resources = at(answer, "/Resources")
        total = at(answer, "/totalResults")
        if resources is None and total in (0, "0"):
            return []
        if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
            raise Refused(
                Outcome(
                    "failed",
                    f"{self._app} answered a search with no list of accounts: is this a SCIM address?",
                )
            )
        if isinstance(total, int) and total > len(resources):
            # The rest lies on further pages: more than one in any case.
            return [*resources, *({} for _ in range(total - len(resources)))]
        return resources

    def _ask(self, doing: str, call: Any, none: tuple[int, ...] = ()) -> Any:
        """Call the client and return the raw answer; errors of the server become Refused."""
        last: dict[str, Any] = {}
        hook = self._http.event_hooks["response"]
        self._http.event_hooks = {
            "request": [],
            "response": [lambda response: last.update(response=response)],
        }
        try:
            answer = call()
        except SCIMClientException as error:
            response = last.get("response")
            if response is None:
                raise
            if response.status_code < 400 and response.status_code not in (301, 302, 303, 307, 308):
                if response.status_code in (200, 202, 204) and doing != "look up":
                    return None  # the body is not what SCIM says; what counts is read back
                raise Refused(Outcome("failed", f"{self._app} answered with what is not SCIM ({error}).",
                                      response.status_code)) from error  # fmt: skip
            raise self._refused(response, doing) from error
        except Exception as error:  # the models' own errors carry the server's answer
            response = last.get("response")
            if response is None or isinstance(error, NotSent | NoAnswer | SecretMissing):
                raise
            if response.status_code in none:
                return {"totalResults": 0}
            raise self._refused(response, doing) from error
        finally:
            self._http.event_hooks = {"request": [], "response": hook}
        response = last.get("response")
        if response is not None and response.status_code >= 300:
            if response.status_code in none:
                return {"totalResults": 0}
            raise self._refused(response, doing)
        return answer

    def _refused(self, response: Any, doing: str) -> Refused:
        try:
            said = at(response.json(), "/detail")
        except ValueError:
            said = None
        return Refused(failed(
            self._app, response.status_code, said=quoted(said, [self._token]), needs=_NEEDS.get(doing, ""),
            wait=asked_wait(response),
        ))  # fmt: skip


def _questions(known: Any) -> Iterator[tuple[str, str]]:
    """Yield what to ask for, strongest first; a server may tell upper from lower case."""
    asked = set()
    for kind in _KINDS:
        value = known.get(kind)
        if not value:
            continue
        for attribute in _ATTRIBUTES[kind]:
            for text in (value, value.lower()):
                if (attribute, text) not in asked:
                    asked.add((attribute, text))
                    yield attribute, text


def _names(one: dict[str, Any], attribute: str) -> list[Any]:
    """Return what an account is called, of the kind that was asked for; attribute names come in any case."""
    values = [value for key, value in one.items() if key.lower() == attribute.partition(".")[0].lower()]
    if attribute == "emails.value":
        return [
            mail.get("value")
            for mails in values
            if isinstance(mails, list)
            for mail in mails
            if isinstance(mail, dict)
        ]
    return values


def _active(one: dict[str, Any]) -> bool | None:
    said = next((value for key, value in one.items() if key.lower() == "active"), None)
    if isinstance(said, str):
        return {"true": True, "false": False}.get(said.lower())
    return said if isinstance(said, bool) else None


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
