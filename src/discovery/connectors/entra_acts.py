"""What can be done to a directory account of Entra ID, and how it is seen afterwards that it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from discovery.connectors.connector import Outcome, Target
from discovery.connectors.entra_client import GraphRefused, Tenant

SKEW = timedelta(minutes=5)
"""By how much the tenant's clock may be behind ours."""
User = dict[str, Any]
Work = Callable[[Tenant, User, Target], Awaitable[Outcome]]


@dataclass(frozen=True)
class Act:
    """One action: how it is done, how it is looked at, and which application permission it needs."""

    do: Work
    look: Work
    permission: str
    endpoint: str


def path(text: str) -> str:
    """Return a text as one part of an address."""
    return quote(text, safe="")


def _me(user: User) -> str:
    return f"/users/{path(user['id'])}"


async def _disable(graph: Tenant, user: User, _: Target) -> Outcome:
    if user.get("accountEnabled") is False:
        return Outcome("already_absent", "The account was disabled already.")
    await graph.send("PATCH", _me(user), body={"accountEnabled": False})
    return Outcome("accepted", "Entra ID took the disable.")


async def _is_disabled(_: Tenant, user: User, __: Target) -> Outcome:
    if user.get("accountEnabled") is False:
        return Outcome("verified", "Read back: the account is disabled.")
    return Outcome("failed", "Read back: the account is still enabled.")


async def _end_sessions(graph: Tenant, user: User, _: Target) -> Outcome:
    if user.get("userType") == "Guest":
        return Outcome(
            "failed", "A guest's tokens are ruled by the guest's own tenant: revoking does nothing here."
        )
    await graph.send("POST", f"{_me(user)}/revokeSignInSessions", body={})
    return Outcome(
        "accepted", "Entra ID took the revocation; access tokens already issued live on for about an hour."
    )


async def _are_sessions_ended(_: Tenant, user: User, target: Target) -> Outcome:
    text = user.get("signInSessionsValidFromDateTime")
    if not text:
        return Outcome("unverifiable", "The tenant does not tell from when on sessions count.")
    since = datetime.fromisoformat(str(text).replace("Z", "+00:00")).astimezone(UTC).replace(tzinfo=None)
    if target.requested_at is None:
        return Outcome("unverifiable", f"Sessions count from {text}; when they were to end is not known.")
    if since >= target.requested_at - SKEW:
        return Outcome("verified", f"Read back: sessions from before {text} do not count any more.")
    return Outcome("failed", f"Read back: sessions from {text} on still count.")


async def _delete(graph: Tenant, user: User, _: Target) -> Outcome:
    await graph.send("DELETE", _me(user))
    return Outcome("accepted", "Entra ID took the deletion; it can be restored for 30 days.")


async def _is_deleted(_: Tenant, __: User, ___: Target) -> Outcome:
    return Outcome("failed", "Read back: the account is still there.")


async def _principals(graph: Tenant, target: Target) -> dict[str, str]:
    """Return object id → name of the enterprise applications that the app is in this tenant."""
    found = {}
    for resource in target.resources:
        text = resource.replace("'", "''")
        asked = {"$filter": f"appId eq '{text}'", "$select": "id,appId,displayName"}
        for one in (await graph.get("/servicePrincipals", asked)).get("value", []):
            if str(one.get("appId", "")).lower() == resource.lower():
                found[one["id"]] = str(one.get("displayName") or resource)
    return found


def _unknown_app(target: Target) -> Outcome:
    known = ", ".join(target.resources) or "none"
    return Outcome(
        "failed",
        f"Which application of the tenant {target.app_id} is, is not known (application ids: {known}).",
    )


async def _unassign(graph: Tenant, user: User, target: Target) -> Outcome:
    apps = await _principals(graph, target)
    if not apps:
        return _unknown_app(target)
    own = await _assignments(graph, user, apps)
    for one in own:
        await _gone(graph, f"{_me(user)}/appRoleAssignments/{path(one['id'])}")
    groups = await _giving_groups(graph, user, apps)
    if groups:
        first = "The person's own assignment was removed, but it" if own else "The assignment"
        return Outcome("failed", f"{first} comes from a group as well: {', '.join(sorted(groups.values()))}. "
                                 "Remove the membership there.")  # fmt: skip
    if not own:
        return Outcome("already_absent", f"{', '.join(apps.values())} is not assigned to this person.")
    return Outcome("accepted", f"{len(own)} assignment(s) of {', '.join(apps.values())} were removed.")


async def _is_unassigned(graph: Tenant, user: User, target: Target) -> Outcome:
    apps = await _principals(graph, target)
    if not apps:
        return Outcome("unverifiable", _unknown_app(target).detail)
    if await _assignments(graph, user, apps):
        return Outcome("failed", "Read back: the app is still assigned.")
    groups = await _giving_groups(graph, user, apps)
    if groups:
        return Outcome("failed", f"Read back: the app still comes from {', '.join(sorted(groups.values()))}.")
    return Outcome(
        "verified", "Read back: the app is not assigned, neither to the person nor through a group."
    )


async def _assignments(graph: Tenant, user: User, apps: dict[str, str]) -> list[dict[str, Any]]:
    found = await graph.items(f"{_me(user)}/appRoleAssignments")
    return [a for a in found if a.get("resourceId") in apps and a.get("principalType", "User") == "User"]


async def _giving_groups(graph: Tenant, user: User, apps: dict[str, str]) -> dict[str, str]:
    """Return id → name of the groups through which the person has one of the apps."""
    groups: dict[str, str] = {}
    for app in apps:
        for one in await graph.items(f"/servicePrincipals/{path(app)}/appRoleAssignedTo"):
            if one.get("principalType") == "Group":
                groups[one["principalId"]] = str(one.get("principalDisplayName") or one["principalId"])
    if not groups:
        return {}
    names = list(groups)
    mine: set[str] = set()
    for begin in range(0, len(names), 20):  # the interface takes 20 at once
        answer = await graph.send(
            "POST", f"{_me(user)}/checkMemberGroups", body={"groupIds": names[begin : begin + 20]}
        )
        mine |= set(answer.get("value", []))
    return {group: name for group, name in groups.items() if group in mine}


async def _remove_grant(graph: Tenant, user: User, target: Target) -> Outcome:
    apps = await _principals(graph, target)
    if not apps:
        return _unknown_app(target)
    own = await _grants(graph, user, apps)
    for one in own:
        await _gone(graph, f"/oauth2PermissionGrants/{path(one['id'])}")
    for_all = await _tenant_wide(graph, apps)
    rest = " A consent for the whole tenant stays: it is not removed for one leaver." if for_all else ""
    if not own and for_all:
        return Outcome("failed", f"{', '.join(apps.values())} has a consent for the whole tenant only: it is not "
                                 "removed for one leaver.")  # fmt: skip
    if not own:
        return Outcome("already_absent", f"This person has given {', '.join(apps.values())} no consent.")
    return Outcome("accepted", f"{len(own)} consent(s) to {', '.join(apps.values())} were removed.{rest}")


async def _has_no_grant(graph: Tenant, user: User, target: Target) -> Outcome:
    apps = await _principals(graph, target)
    if not apps:
        return Outcome("unverifiable", _unknown_app(target).detail)
    if await _grants(graph, user, apps):
        return Outcome("failed", "Read back: the consent is still there.")
    return Outcome("verified", "Read back: this person's consent is gone.")


async def _grants(graph: Tenant, user: User, apps: dict[str, str]) -> list[dict[str, Any]]:
    found = await graph.items(f"{_me(user)}/oauth2PermissionGrants")
    return [g for g in found if g.get("clientId") in apps and g.get("consentType") == "Principal"
            and g.get("principalId") == user["id"]]  # fmt: skip


async def _tenant_wide(graph: Tenant, apps: dict[str, str]) -> bool:
    for app in apps:
        asked = {"$filter": f"clientId eq '{app}'"}
        if any(g.get("consentType") == "AllPrincipals" and g.get("clientId") == app
               for g in await graph.items("/oauth2PermissionGrants", asked)):  # fmt: skip
            return True
    return False


async def _remove_licences(graph: Tenant, user: User, _: Target) -> Outcome:
    direct, by_group = _licences(user)
    if direct:
        await graph.send(
            "POST", f"{_me(user)}/assignLicense", body={"addLicenses": [], "removeLicenses": sorted(direct)}
        )
    if by_group:
        first = f"{len(direct)} licence(s) were removed; others come" if direct else "The licences come"
        return Outcome(
            "failed", f"{first} from groups ({', '.join(sorted(by_group))}): remove the membership there."
        )
    if not direct:
        return Outcome("already_absent", "The account has no licence.")
    return Outcome("accepted", f"{len(direct)} licence(s) were removed.")


async def _has_no_licence(_: Tenant, user: User, __: Target) -> Outcome:
    direct, by_group = _licences(user)
    if direct or by_group:
        return Outcome("failed", f"Read back: {len(direct)} licence(s) of its own and {len(by_group)} group(s) that "
                                 "give one are left.")  # fmt: skip
    return Outcome("verified", "Read back: the account has no licence.")


def _licences(user: User) -> tuple[set[str], set[str]]:
    """Return the licences assigned to the account itself, and the groups that give others."""
    states = user.get("licenseAssignmentStates")
    if states is None:
        return {one["skuId"] for one in user.get("assignedLicenses") or []}, set()
    direct = {s["skuId"] for s in states if not s.get("assignedByGroup")}
    return direct, {s["assignedByGroup"] for s in states if s.get("assignedByGroup")}


async def _leave_groups(graph: Tenant, user: User, target: Target) -> Outcome:
    left, kept = [], []
    for group in await _groups(graph, user, target):
        name = str(group.get("displayName") or group["id"])
        why = _fixed(group)
        if why:
            kept.append(f"{name} ({why})")
            continue
        await _gone(graph, f"/groups/{path(group['id'])}/members/{path(user['id'])}/$ref")
        left.append(name)
    if kept:
        return Outcome(
            "failed", f"Left {len(left)} group(s); cannot be left here: {', '.join(sorted(kept))}."
        )
    if not left:
        return Outcome("already_absent", "The account is in no such group.")
    return Outcome("accepted", f"Left {', '.join(sorted(left))}.")


async def _is_in_no_group(graph: Tenant, user: User, target: Target) -> Outcome:
    rest = [str(group.get("displayName") or group["id"]) for group in await _groups(graph, user, target)]
    if rest:
        return Outcome("failed", f"Read back: still in {', '.join(sorted(rest))}.")
    return Outcome("verified", "Read back: in none of the groups.")


async def _groups(graph: Tenant, user: User, target: Target) -> list[dict[str, Any]]:
    """Return the groups to leave: those that give the app where one is named, else all."""
    found = await graph.items(
        f"{_me(user)}/memberOf/microsoft.graph.group",
        {"$select": "id,displayName,groupTypes,onPremisesSyncEnabled,membershipRule"},
    )
    if not target.resources:
        return found
    giving = await _giving_groups(graph, user, await _principals(graph, target))
    return [group for group in found if group["id"] in giving]


def _fixed(group: dict[str, Any]) -> str:
    if "DynamicMembership" in (group.get("groupTypes") or []):
        return "dynamic: its rule decides who is in it"
    if group.get("onPremisesSyncEnabled"):
        return "synchronised from on-premises"
    return ""


async def _gone(graph: Tenant, address: str) -> None:
    """Delete what was just seen; that it is gone meanwhile is what was wanted."""
    try:
        await graph.send("DELETE", address)
    except GraphRefused as error:
        if error.status != 404:
            raise


ACTS: dict[str, Act] = {
    "deactivate": Act(_disable, _is_disabled, "User.EnableDisableAccount.All and User.Read.All",
                      "PATCH /users/{id} accountEnabled=false"),
    "revoke_sessions": Act(_end_sessions, _are_sessions_ended, "User.RevokeSessions.All",
                           "POST /users/{id}/revokeSignInSessions"),
    "remove_assignment": Act(_unassign, _is_unassigned, "AppRoleAssignment.ReadWrite.All and Directory.Read.All",
                             "DELETE /users/{id}/appRoleAssignments/{id}"),
    "remove_grant": Act(_remove_grant, _has_no_grant, "DelegatedPermissionGrant.ReadWrite.All and Directory.Read.All",
                        "DELETE /oauth2PermissionGrants/{id}"),
    "remove_licence": Act(_remove_licences, _has_no_licence, "LicenseAssignment.ReadWrite.All",
                          "POST /users/{id}/assignLicense"),
    "remove_from_groups": Act(_leave_groups, _is_in_no_group, "GroupMember.ReadWrite.All",
                              "DELETE /groups/{id}/members/{id}/$ref"),
    "delete": Act(_delete, _is_deleted, "User.ReadWrite.All", "DELETE /users/{id}"),
}  # fmt: skip
