"""Entra ID: disabling, ending sessions, and taking away assignments, consents, licences, memberships; each read back.

Refused, because it would reach more than this person or would not last: consents for the whole tenant, licences and
assignments that come from a group, dynamic groups, and accounts that are synchronised from on-premises.
Permissions by action stand in docs/connectors.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from discovery.connectors import entra_acts
from discovery.connectors.answer import failed, quoted
from discovery.connectors.connector import Found, Outcome, OutcomeUnknown, Target
from discovery.connectors.entra_client import EntraAccess, GraphRefused, Tenant, tenant
from discovery.connectors.identity import in_words
from discovery.connectors.secret import SecretMissing
from discovery.connectors.transport import NoAnswer, NotSent

APP = "Entra ID"
_T = TypeVar("_T")
_FIELDS = ("id,userPrincipalName,mail,accountEnabled,onPremisesSyncEnabled,userType,signInSessionsValidFromDateTime,"
           "assignedLicenses,licenseAssignmentStates")  # fmt: skip
_KINDS = ("account_key", "external_id", "email", "user_name")


class EntraConnector:
    """Acts on the directory accounts of one tenant."""

    def __init__(self, access: EntraAccess, instance: str | None = None) -> None:
        self._access, self._instance = access, instance

    @property
    def actions(self) -> tuple[str, ...]:
        """All that the directory offers."""
        return tuple(entra_acts.ACTS)

    @property
    def irreversible(self) -> frozenset[str]:
        """A deleted account can be restored for 30 days."""
        return frozenset()

    def find(self, target: Target) -> Found:
        """Look the account up by its object id, else by its names; a soft-deleted one is `none`, and says so."""
        try:
            return asyncio.run(self._within(lambda graph: self._find(graph, target)))[0]
        except (GraphRefused, NotSent, NoAnswer, SecretMissing) as error:
            return Found("unknown", detail=self._failure(error).detail)

    def act(self, action: str, target: Target) -> Outcome:
        """Do it and read it back in one go."""
        try:
            return asyncio.run(self._within(lambda graph: self._act(graph, action, target)))
        except (GraphRefused, NotSent, SecretMissing) as error:
            return self._failure(error, action)

    def verify(self, action: str, target: Target) -> Outcome:
        """Look again; a look that fails says nothing about the account."""
        try:
            return asyncio.run(self._within(lambda graph: self._verify(graph, action, target)))
        except (GraphRefused, NotSent, NoAnswer, SecretMissing) as error:
            seen = self._failure(error, action)
            return Outcome("unverifiable", seen.detail, seen.status, is_retryable=True)

    async def _within(self, work: Callable[[Tenant], Awaitable[_T]]) -> _T:
        async with tenant(self._access) as graph:
            return await work(graph)

    async def _act(self, graph: Tenant, action: str, target: Target) -> Outcome:
        found, user = await self._find(graph, target)
        refusal = self._refusal(action, target, found, user)
        if refusal is not None:
            return refusal
        act = entra_acts.ACTS[action]
        try:
            done = await act.do(graph, user, target)
        except NoAnswer as error:
            seen = await self._read_after(graph, action, target)
            if seen is None or seen.state != "verified":
                shown = seen.detail if seen else "it could not be read either"
                raise OutcomeUnknown(f"{error}; looked at afterwards: {shown}") from error
            return Outcome("accepted", f"{error}; looked at afterwards it had arrived.")
        return done

    async def _read_after(self, graph: Tenant, action: str, target: Target) -> Outcome | None:
        try:
            return await self._verify(graph, action, target)
        except (GraphRefused, NotSent, NoAnswer):
            return None

    async def _verify(self, graph: Tenant, action: str, target: Target) -> Outcome:
        found, user = await self._find(graph, target)
        if found.presence == "none":
            return Outcome("verified", found.detail)
        if found.presence != "one":
            return Outcome("unverifiable", found.detail, is_retryable=found.presence == "unknown")
        return await entra_acts.ACTS[action].look(graph, user, target)

    def _refusal(self, action: str, target: Target, found: Found, user: dict[str, Any]) -> Outcome | None:
        if self._instance and target.instance and target.instance != self._instance:
            return Outcome(
                "failed", f"The account lies in {target.instance}; what is configured is {self._instance}."
            )
        if found.presence == "none":
            return Outcome("already_absent", found.detail)
        if found.presence != "one":
            return Outcome("failed", found.detail, is_retryable=found.presence == "unknown")
        if action in ("deactivate", "delete") and user.get("onPremisesSyncEnabled"):
            return Outcome(
                "failed",
                f"{user.get('userPrincipalName')} is synchronised from on-premises: it has to be disabled in Active "
                "Directory; what is changed here the next synchronisation undoes.",
            )
        return None

    async def _find(self, graph: Tenant, target: Target) -> tuple[Found, dict[str, Any]]:
        known = target.identifiers
        for kind in ("account_key", "external_id"):
            if kind in known:
                user = await _or_none(graph, f"/users/{entra_acts.path(known[kind])}", {"$select": _FIELDS})
                if user is not None:
                    return _one(user), user
                gone = await _or_none(graph, f"/directory/deletedItems/{entra_acts.path(known[kind])}", None)
                if gone is not None:
                    when = gone.get("deletedDateTime") or "a day that it does not tell"
                    return Found("none", known[kind], detail=f"The account is deleted since {when}."), {}
        names = dict.fromkeys(
            known[kind].lower() for kind in ("email", "user_name") if "@" in known.get(kind, "")
        )
        hits: dict[str, dict[str, Any]] = {}
        for name in names:
            text = name.replace("'", "''")
            asked = {"$filter": f"userPrincipalName eq '{text}' or mail eq '{text}'", "$select": _FIELDS}
            for user in (await graph.get("/users", asked)).get("value", []):
                hits[user["id"]] = user
        if not hits:
            return Found("none", detail=f"Nobody in the tenant is called {in_words(known, _KINDS)}."), {}
        if len(hits) > 1:
            return Found(
                "many", detail=f"{len(hits)} accounts answer to {in_words(known, _KINDS)}: none is touched."
            ), {}
        (user,) = hits.values()
        said = {str(user.get(key) or "").lower() for key in ("userPrincipalName", "mail")}
        if not said & set(names):
            return Found("unknown", detail=f"Asked for {in_words(known, _KINDS)}, the tenant answered with somebody "
                                           "else: nothing is touched."), {}  # fmt: skip
        return _one(user), user

    def _failure(self, error: Exception, action: str = "") -> Outcome:
        if isinstance(error, GraphRefused):
            needs = entra_acts.ACTS[action].permission if action else ""
            if error.status == 403 and action in ("deactivate", "delete", "revoke_sessions"):
                needs += ", and a directory role above the account's own where that is an administrator's"
            said = (
                quoted(f"{error.code}: {error.message}", [self._access.secret] if self._access.secret else [])
                if error.code
                else ""
            )
            return failed(APP, error.status, said=said, needs=needs, wait=error.wait)
        return Outcome("failed", f"{error}.", is_retryable=getattr(error, "is_retryable", True))


async def _or_none(graph: Tenant, path: str, query: dict[str, str] | None) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = await graph.get(path, query)
    except GraphRefused as error:
        # 400: what is no object id is nobody's.
        if error.status in (400, 404):
            return None
        raise
    return found


def _one(user: dict[str, Any]) -> Found:
    return Found("one", user["id"], user.get("accountEnabled"), f"{user.get('userPrincipalName')}")
