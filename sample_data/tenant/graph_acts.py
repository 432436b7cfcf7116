"""What a client of Microsoft Graph changes: the calls of an offboarding, with their permissions, answers and refusals.

learn.microsoft.com/graph/api/ user-update, user-revokesigninsessions, user-delete, user-assignlicense,
user-delete-approleassignments, serviceprincipal-delete-approleassignedto, group-delete-members,
oauth2permissiongrant-delete, directory-deleteditems-restore, directory-deleteditems-delete; read 2026-11-25;
directoryobject-checkmembergroups; read 2026-11-26.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sample_data.tenant.pages import answer, refusal
from sample_data.tenant.records import said
from sample_data.tenant.state import Tenant

Handler = Callable[[Request], Awaitable[Response]]
MOST_GROUPS = 20
"""Groups that checkMemberGroups takes at once."""
_WRITE = {"User.ReadWrite.All", "Directory.ReadWrite.All"}
_ASSIGN = {"AppRoleAssignment.ReadWrite.All"}


def acts(tenant: Tenant) -> list[tuple[str, str, set[str], Handler]]:
    """Return method, path, permissions of which one will do, and handler of each act."""
    does = _Acts(tenant)
    return [
        ("PATCH", "/users/{user}", {"User.EnableDisableAccount.All", *_WRITE}, does.update),
        ("DELETE", "/users/{user}", {"User.DeleteRestore.All", *_WRITE}, does.delete),
        ("POST", "/users/{user}/revokeSignInSessions", {"User.RevokeSessions.All", *_WRITE}, does.revoke),
        ("POST", "/users/{user}/microsoft.graph.revokeSignInSessions", {"User.RevokeSessions.All", *_WRITE}, does.revoke),
        ("POST", "/users/{user}/assignLicense", {"LicenseAssignment.ReadWrite.All", *_WRITE}, does.license),
        ("POST", "/users/{user}/microsoft.graph.assignLicense", {"LicenseAssignment.ReadWrite.All", *_WRITE}, does.license),
        ("DELETE", "/users/{user}/appRoleAssignments/{one}", _ASSIGN, does.unassign),
        ("DELETE", "/servicePrincipals/{app}/appRoleAssignedTo/{one}", _ASSIGN, does.unassign),
        ("DELETE", "/oauth2PermissionGrants/{one}", {"DelegatedPermissionGrant.ReadWrite.All"}, does.end_grant),
        ("DELETE", "/groups/{group}/members/{member}/$ref", {"GroupMember.ReadWrite.All", "Group.ReadWrite.All"},
         does.remove_member),
        ("POST", "/users/{user}/checkMemberGroups", {"GroupMember.Read.All", "Directory.Read.All"}, does.check_groups),
        ("POST", "/directory/deletedItems/{user}/restore", {"User.DeleteRestore.All", *_WRITE}, does.restore),
        ("DELETE", "/directory/deletedItems/{user}", {"User.DeleteRestore.All", *_WRITE}, does.purge),
    ]  # fmt: skip


class _Acts:
    """The handlers that change state."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def _user(self, request: Request) -> str | None:
        """Return the object id of the user that a path names by id or UPN."""
        key = request.path_params["user"]
        if key in self.tenant.users:
            return str(key)
        return next((k for k, u in self.tenant.users.items() if u["userPrincipalName"] == key), None)

    async def update(self, request: Request) -> Response:
        user = self._user(request)
        if user is None:
            return _not_found(request.path_params["user"])
        wanted = {k: v for k, v in (await request.json()).items() if not k.startswith("@")}
        if self.tenant.users[user].get("onPremisesSyncEnabled"):
            return refusal(400, "Request_BadRequest", "Unable to update the specified properties for on-premises "
                           "mastered Directory Sync objects or objects currently undergoing migration.")  # fmt: skip
        self.tenant.update_user(user, **wanted)
        return Response(status_code=204)

    async def delete(self, request: Request) -> Response:
        user = self._user(request)
        if user is None:
            return _not_found(request.path_params["user"])
        self.tenant.delete(user)
        return Response(status_code=204)

    async def revoke(self, request: Request) -> Response:
        user = self._user(request)
        if user is None:
            return _not_found(request.path_params["user"])
        at = said(self.tenant.now)
        self.tenant.users[user] |= {"signInSessionsValidFromDateTime": at}
        self.tenant.audit("Update StsRefreshTokenValidFrom Timestamp", user)
        return answer({"@odata.context": f"{request.base_url}v1.0/$metadata#Edm.Boolean", "value": True})

    async def license(self, request: Request) -> Response:
        user = self._user(request)
        if user is None:
            return _not_found(request.path_params["user"])
        body: dict[str, Any] = await request.json()
        held = self.tenant.licences.get(user, [])
        for sku in map(str, body.get("removeLicenses", [])):
            one = next((x for x in held if x["skuId"] == sku), None)
            if one is None:
                return refusal(
                    400, "Request_BadRequest", f"User does not have a corresponding license. {sku}"
                )
            if one["assignedByGroup"]:
                return refusal(400, "Request_BadRequest", "User license is inherited from a group membership and it "
                               "cannot be removed directly from the user.")  # fmt: skip
            held.remove(one)
            licences = self.tenant.users[user]["assignedLicenses"]
            licences[:] = [x for x in licences if x["skuId"] != sku]
        self.tenant.audit("Change user license", user)
        self.tenant.changes.append(user)
        return answer(self.tenant.users[user])

    async def unassign(self, request: Request) -> Response:
        key = request.path_params["one"]
        if key not in self.tenant.assignments:
            return _not_found(key)
        del self.tenant.assignments[key]
        return Response(status_code=204)

    async def end_grant(self, request: Request) -> Response:
        key = request.path_params["one"]
        if key not in self.tenant.grants:
            return _not_found(key)
        del self.tenant.grants[key]
        return Response(status_code=204)

    async def remove_member(self, request: Request) -> Response:
        group, member = request.path_params["group"], request.path_params["member"]
        if group not in self.tenant.groups:
            return _not_found(group)
        if "DynamicMembership" in self.tenant.groups[group]["groupTypes"]:
            return refusal(
                403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
            )
        if self.tenant.groups[group].get("onPremisesSyncEnabled"):
            return refusal(400, "Request_BadRequest", "Unable to update the specified properties for on-premises "
                           "mastered Directory Sync objects or objects currently undergoing migration.")  # fmt: skip
        if member not in self.tenant.members[group]:
            return _not_found(member)
        self.tenant.members[group].remove(member)
        return Response(status_code=204)

    async def check_groups(self, request: Request) -> Response:
        user = self._user(request)
        if user is None:
            return _not_found(request.path_params["user"])
        asked = (await request.json()).get("groupIds", [])
        if len(asked) > MOST_GROUPS:
            return refusal(
                400, "Request_BadRequest", f"Too many elements specified in 'groupIds': {len(asked)}."
            )
        mine = self.tenant.groups_of(user, is_transitive=True)
        return answer({"value": [group for group in asked if group in mine]})

    async def restore(self, request: Request) -> Response:
        user = request.path_params["user"]
        if user not in self.tenant.deleted:
            return _not_found(user)
        self.tenant.restore(user)
        return answer({"@odata.type": "#microsoft.graph.user", **self.tenant.users[user]})

    async def purge(self, request: Request) -> Response:
        user = request.path_params["user"]
        if user not in self.tenant.deleted:
            return _not_found(user)
        self.tenant.purge(user)
        return Response(status_code=204)


def _not_found(key: str) -> Response:
    return refusal(404, "Request_ResourceNotFound", f"Resource '{key}' does not exist or one of its queried "
                   "reference-property objects are not present.")  # fmt: skip
