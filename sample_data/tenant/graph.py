"""Microsoft Graph, as far as it is read: the paths, their permissions and pages. What changes state is in graph_acts.py.

Permissions are the application permissions of the documentation, the least first; any of a set will do
(learn.microsoft.com/graph/permissions-reference and the pages of each call, read 2026-11-25).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sample_data.tenant.graph_acts import acts
from sample_data.tenant.pages import answer, equal_filter, kinds_filter, page, refusal, time_filter
from sample_data.tenant.state import Tenant, guid

_DIRECTORY = "Directory.Read.All"
_USERS = {"User.Read.All", _DIRECTORY, "User.ReadWrite.All"}
_APPS = {"Application.Read.All", _DIRECTORY}
_AUDIT = {"AuditLog.Read.All"}
_SYNCHRONIZATION = {"Synchronization.Read.All", "Synchronization.ReadWrite.All"}
Handler = Callable[[Request], Awaitable[Response]]


def permitted(tenant: Tenant, allowed: set[str], handler: Handler) -> Handler:
    """Let a handler answer only a token that has one of the permissions."""

    async def guarded(request: Request) -> Response:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return refusal(401, "InvalidAuthenticationToken", "Access token is empty.")
        if tenant.tokens:
            if token not in tenant.tokens:
                return refusal(401, "InvalidAuthenticationToken", "IDX14100: JWT is not well formed.")
            if allowed and not allowed & tenant.tokens[token]:
                return refusal(
                    403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
                )
        return await handler(request)

    return guarded


def application(tenant: Tenant) -> Starlette:
    """Make the application over a tenant's state."""
    reads = _Reads(tenant)
    paths: list[tuple[str, set[str], Handler]] = [
        ("/organization", set(), reads.organization),
        ("/users", _USERS, reads.users),
        ("/users/delta", _USERS, reads.delta),
        ("/users/delta()", _USERS, reads.delta),
        ("/users/{user}", _USERS, reads.user),
        ("/users/{user}/licenseDetails", {"LicenseAssignment.Read.All", *_USERS}, reads.licences),
        ("/users/{user}/appRoleAssignments", {_DIRECTORY, "AppRoleAssignment.ReadWrite.All"}, reads.of_user),
        ("/users/{user}/oauth2PermissionGrants", {_DIRECTORY, "DelegatedPermissionGrant.ReadWrite.All"}, reads.grants),
        ("/users/{user}/memberOf", {"GroupMember.Read.All", _DIRECTORY}, reads.member_of),
        ("/users/{user}/memberOf/microsoft.graph.group", {"GroupMember.Read.All", _DIRECTORY}, reads.member_of),
        ("/users/{user}/transitiveMemberOf", {"GroupMember.Read.All", _DIRECTORY}, reads.member_of),
        ("/directory/deletedItems/graph.user", _USERS, reads.deleted),
        ("/directory/deletedItems/microsoft.graph.user", _USERS, reads.deleted),
        ("/directory/deletedItems/{user}", _USERS, reads.deleted_one),
        ("/auditLogs/signIns", _AUDIT, reads.sign_ins),
        ("/auditLogs/provisioning", {*_AUDIT, "ProvisioningLog.Read.All"}, reads.provisioning),
        ("/auditLogs/directoryAudits", _AUDIT, reads.audits),
        ("/servicePrincipals", _APPS, reads.apps),
        ("/servicePrincipals/{app}", _APPS, reads.app),
        ("/servicePrincipals/{app}/appRoleAssignedTo", _APPS, reads.assigned),
        ("/servicePrincipals/{app}/synchronization/jobs", _SYNCHRONIZATION, reads.jobs),
        ("/servicePrincipals/{app}/synchronization/jobs/{job}/schema", _SYNCHRONIZATION, reads.schema),
        ("/servicePrincipals/{app}/synchronization/templates/{template}/schema", _SYNCHRONIZATION, reads.template),
        ("/servicePrincipals/{app}/synchronization/secrets", {"Synchronization.ReadWrite.All"}, reads.secrets),
        ("/oauth2PermissionGrants", {_DIRECTORY, "DelegatedPermissionGrant.ReadWrite.All"}, reads.grants),
        ("/groups", {"GroupMember.Read.All", "Group.Read.All", _DIRECTORY}, reads.groups),
        ("/groups/{group}/members", {"GroupMember.Read.All", _DIRECTORY}, reads.members),
        ("/subscribedSkus", {"LicenseAssignment.Read.All", _DIRECTORY}, reads.skus),
    ]  # fmt: skip
    routes = []
    for version in ("/v1.0", "/beta"):
        for method, path, allowed, handler in acts(tenant):
            routes.append(Route(version + path, permitted(tenant, allowed, handler), methods=[method]))
        for path, allowed, handler in paths:
            routes.append(Route(version + path, permitted(tenant, allowed, handler), methods=["GET"]))
    return Starlette(routes=routes)


class _Reads:
    """The handlers that read."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def _page(self, request: Request, make: Callable[[], Any], *, most: int = 999, usual: int = 100,
              **said: Any) -> Response:  # fmt: skip
        return page(
            request,
            self.tenant.listings,
            make,
            most=most,
            usual=usual,
            largest=self.tenant.largest_page,
            **said,
        )

    async def organization(self, request: Request) -> Response:
        tenant = self.tenant
        return self._page(request, lambda: [{
            "id": tenant.id, "displayName": tenant.name.title(),
            "verifiedDomains": [{"name": tenant.domain, "isDefault": True, "isInitial": False, "type": "Managed"}],
        }])  # fmt: skip

    async def users(self, request: Request) -> Response:
        tenant = self.tenant
        if not self._may_read_leaving(request):
            return refusal(
                403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
            )
        if not request.query_params.get("$expand", "").startswith("manager"):
            return self._page(request, lambda: list(filter(equal_filter(request), tenant.users.values())))

        def with_managers() -> list[dict[str, Any]]:
            found = []
            for key, user in tenant.users.items():
                who = tenant.users.get(tenant.managers.get(key, ""))
                short = {k: who[k] for k in ("id", "mail", "userPrincipalName")} if who else None
                found.append({**user, "manager": short} if short else user)
            return found

        return self._page(request, with_managers)

    def _may_read_leaving(self, request: Request) -> bool:
        """EmployeeLeaveDateTime has a permission of its own (learn.microsoft.com/graph/api/resources/user)."""
        token = request.headers.get("authorization", "").partition(" ")[2]
        held = self.tenant.tokens.get(token, {"User-LifeCycleInfo.Read.All"})
        asked = "employeeLeaveDateTime" in request.query_params.get("$select", "")
        return not asked or "User-LifeCycleInfo.Read.All" in held

    async def user(self, request: Request) -> Response:
        return self._one(request, self.tenant.users, "user")

    async def deleted_one(self, request: Request) -> Response:
        return self._one(request, self.tenant.deleted, "user")

    async def app(self, request: Request) -> Response:
        return self._one(request, self.tenant.apps, "app")

    def _one(self, request: Request, held: dict[str, dict[str, Any]], name: str) -> Response:
        key = request.path_params[name]
        found = held.get(key) or next((r for r in held.values() if r.get("userPrincipalName") == key), None)
        if found is None:
            return not_found(key)
        wanted = request.query_params.get("$select")
        if wanted:
            found = {k: v for k, v in found.items() if k == "id" or k in wanted.split(",")}
        return answer({"@odata.context": f"{request.base_url}v1.0/$metadata#{name}s/$entity", **found})

    async def delta(self, request: Request) -> Response:
        tenant = self.tenant
        # The round's end is where it began: what changes meanwhile comes with the next round.
        begun = f"{tenant.delta_generation}-{len(tenant.changes)}"
        select = request.query_params.get("$select")
        link = f"{request.url.scheme}://{request.url.netloc}{request.url.path}?$deltatoken={begun}"
        token = request.query_params.get("$deltatoken", "")
        generation, _, position = token.partition("-")
        if not self._may_read_leaving(request):
            return refusal(
                403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
            )
        if position and int(generation) != tenant.delta_generation:
            return refusal(tenant.expired_status, "syncStateNotFound", "The sync state generation is not found. The delta token is "
                           "expired and data must be synchronized again.")  # fmt: skip

        def records() -> Any:
            if token == "latest":
                return []
            if position:
                return [self._change(key) for key in dict.fromkeys(tenant.changes[int(position) :])]
            return list(tenant.users.values())

        last = {"@odata.deltaLink": link + (f"&$select={select}" if select else "")}
        return self._page(request, records, last=last)

    def _change(self, key: str) -> dict[str, Any]:
        if key in self.tenant.users:
            return self.tenant.users[key]
        return {"id": key, "@removed": {"reason": "changed" if key in self.tenant.deleted else "deleted"}}

    async def deleted(self, request: Request) -> Response:
        return self._page(request, lambda: list(self.tenant.deleted.values()))

    async def licences(self, request: Request) -> Response:
        held = self.tenant.licences.get(request.path_params["user"], [])
        return self._page(
            request, lambda: [{k: v for k, v in one.items() if k != "assignedByGroup"} for one in held]
        )

    async def of_user(self, request: Request) -> Response:
        user = request.path_params["user"]
        return self._page(
            request, lambda: [a for a in self.tenant.assignments.values() if a["principalId"] == user]
        )

    async def member_of(self, request: Request) -> Response:
        is_transitive = request.url.path.endswith("transitiveMemberOf")
        found = self.tenant.groups_of(request.path_params["user"], is_transitive=is_transitive)
        typed = [{"@odata.type": "#microsoft.graph.group", **self.tenant.groups[g]} for g in found]
        return self._page(request, lambda: typed, select=False)

    async def sign_ins(self, request: Request) -> Response:
        tenant, wanted = self.tenant, request.query_params.get("$filter", "")
        is_beta = request.url.path.startswith("/beta")
        kind = kinds_filter(wanted) if is_beta else None
        log = tenant.non_interactive if kind == "nonInteractiveUser" else tenant.sign_ins

        def records() -> Any:
            if hasattr(log, "within"):
                return log.within(wanted)
            is_due = time_filter(wanted)
            rows = sorted(
                (r for r in log if is_due(r["createdDateTime"])), key=lambda r: r["createdDateTime"]
            )
            hidden = () if is_beta else _BETA_ONLY
            return [{k: v for k, v in row.items() if k not in hidden} for row in reversed(rows)]

        return self._page(request, records, most=1000, usual=1000)

    async def provisioning(self, request: Request) -> Response:
        return self._log(request, self.tenant.provisioning)

    async def audits(self, request: Request) -> Response:
        return self._log(request, self.tenant.audits)

    def _log(self, request: Request, log: list[dict[str, Any]]) -> Response:
        is_due = time_filter(request.query_params.get("$filter", ""))
        return self._page(
            request,
            lambda: [r for r in reversed(log) if is_due(r["activityDateTime"])],
            most=1000,
            usual=1000,
        )

    async def apps(self, request: Request) -> Response:
        return self._page(request, lambda: list(filter(equal_filter(request), self.tenant.apps.values())))

    async def assigned(self, request: Request) -> Response:
        app = request.path_params["app"]
        if app not in self.tenant.apps:
            return not_found(app)
        return self._page(
            request, lambda: [a for a in self.tenant.assignments.values() if a["resourceId"] == app]
        )

    async def jobs(self, request: Request) -> Response:
        return self._page(request, lambda: self.tenant.jobs.get(request.path_params["app"], []))

    async def schema(self, request: Request) -> Response:
        app, job = request.path_params["app"], request.path_params["job"]
        found = self.tenant.schemas.get((app, job))
        context = f"#servicePrincipals('{app}')/synchronization/jobs('{job}')/schema/$entity"
        return answer({"@odata.context": context, **found}) if found else not_found(job)

    async def template(self, request: Request) -> Response:
        app, template = request.path_params["app"], request.path_params["template"]
        found = self.tenant.templates.get((app, template))
        context = f"#servicePrincipals('{app}')/synchronization/templates('{template}')/schema/$entity"
        return answer({"@odata.context": context, **found}) if found else not_found(template)

    async def secrets(self, request: Request) -> Response:
        app = request.path_params["app"]
        if app not in self.tenant.secrets:
            return not_found(app)
        return answer({"@odata.context": "…", "value": self.tenant.secrets[app]})

    async def grants(self, request: Request) -> Response:
        user = request.path_params.get("user")
        found = [g for g in self.tenant.grants.values() if user in (None, g["principalId"])]
        return self._page(request, lambda: list(filter(equal_filter(request), found)))

    async def groups(self, request: Request) -> Response:
        return self._page(request, lambda: list(self.tenant.groups.values()))

    async def members(self, request: Request) -> Response:
        tenant, group = self.tenant, request.path_params["group"]
        if group not in tenant.groups:
            return not_found(group)
        typed = [
            {"@odata.type": "#microsoft.graph.user", **tenant.users[m]} if m in tenant.users
            else {"@odata.type": "#microsoft.graph.group", **tenant.groups[m]}
            for m in tenant.members[group]
        ]  # fmt: skip
        return self._page(request, lambda: typed)

    async def skus(self, request: Request) -> Response:
        names = sorted({one["skuPartNumber"] for held in self.tenant.licences.values() for one in held})
        return self._page(request, lambda: [
            {"id": f"{self.tenant.id}_{guid('sku', n)}", "skuId": guid("sku", n), "skuPartNumber": n,
             "capabilityStatus": "Enabled", "consumedUnits": 1,
             "prepaidUnits": {"enabled": 25, "suspended": 0, "warning": 0}} for n in names
        ])  # fmt: skip


_BETA_ONLY = ("signInEventTypes", "homeTenantId", "resourceTenantId", "authenticationProtocol", "incomingTokenType",
              "servicePrincipalId")  # fmt: skip
"""Properties of a sign-in that v1.0 does not have."""


def not_found(key: str) -> Response:
    """Answer as Graph does for an object that is not there."""
    return refusal(404, "Request_ResourceNotFound", f"Resource '{key}' does not exist or one of its queried "
                   "reference-property objects are not present.")  # fmt: skip
