"""A tenant on loopback: what Graph answers for users, sessions, assignments, consents, licences and groups."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from tests.connectors.server import Answer, Asked, Server

TOKEN = "graph-token-of-the-tests"


class Tenant:
    """State by kind, changed by what is sent. `is_idle`: says yes and does nothing."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.deleted: dict[str, dict[str, Any]] = {}
        self.apps: dict[str, dict[str, Any]] = {}
        self.assignments: list[dict[str, Any]] = []
        self.grants: list[dict[str, Any]] = []
        self.groups: dict[str, dict[str, Any]] = {}
        self.members: dict[str, set[str]] = {}
        self.is_idle = False
        self.clock = "2027-01-01T00:00:00Z"
        self.effects: list[str] = []
        self.server = Server(self.rule)

    @property
    def url(self) -> str:
        return f"{self.server.url}/v1.0"

    def add_user(self, name: str, **more: Any) -> str:
        key = f"object-{name}"
        self.users[key] = {
            "id": key, "userPrincipalName": f"{name}@example.com", "mail": f"{name}@example.com", "accountEnabled": True,
            "onPremisesSyncEnabled": None, "userType": "Member", "signInSessionsValidFromDateTime": "2020-01-01T00:00:00Z",
            "assignedLicenses": [], "licenseAssignmentStates": [], **more,
        }  # fmt: skip
        return key

    def add_app(self, client_id: str) -> str:
        key = f"sp-{client_id}"
        self.apps[key] = {"id": key, "appId": client_id, "displayName": client_id.title()}
        return key

    def assign(self, app: str, principal: str, kind: str = "User") -> None:
        self.assignments.append({"id": f"a{len(self.assignments)}", "resourceId": app, "principalId": principal,
                                 "principalType": kind, "principalDisplayName": principal})  # fmt: skip

    def consent(self, app: str, user: str | None) -> None:
        self.grants.append({"id": f"g{len(self.grants)}", "clientId": app, "principalId": user,
                            "consentType": "Principal" if user else "AllPrincipals", "scope": "Files.Read"})  # fmt: skip

    def add_group(self, key: str, *members: str, **more: Any) -> None:
        self.groups[key] = {
            "id": key,
            "displayName": key.title(),
            "groupTypes": [],
            "onPremisesSyncEnabled": None,
            **more,
        }
        self.members[key] = set(members)

    def rule(self, asked: Asked) -> Answer | None:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "InvalidAuthenticationToken", "Access token is empty.")
        match asked.method, [unquote(part) for part in asked.path.removeprefix("/v1.0/").split("/")]:
            case "GET", ["users"]:
                names = asked.query["$filter"].split("'")[1::2]
                return listed(
                    u for u in self.users.values() if {u["userPrincipalName"], u["mail"]} & set(names)
                )
            case "GET", ["users", key]:
                return Answer(200, self.users[key]) if key in self.users else missing(key)
            case "PATCH", ["users", key]:
                return self.do(f"disable {key}", lambda: self.users[key].update(asked.body))
            case "DELETE", ["users", key]:
                return self.do(f"delete {key}", lambda: self.deleted.update({key: {
                    **self.users.pop(key), "deletedDateTime": self.clock}}))  # fmt: skip
            case "GET", ["directory", "deletedItems", key]:
                return Answer(200, self.deleted[key]) if key in self.deleted else missing(key)
            case "POST", ["users", key, "revokeSignInSessions"]:
                self.do(
                    f"revoke {key}",
                    lambda: self.users[key].update(signInSessionsValidFromDateTime=self.clock),
                )
                return Answer(200, {"value": True})
            case "GET", ["users", key, "appRoleAssignments"]:
                return listed(a for a in self.assignments if a["principalId"] == key)
            case "DELETE", ["users", key, "appRoleAssignments", item]:
                return self.do(f"unassign {item}", lambda: self.drop(self.assignments, item))
            case "GET", ["servicePrincipals"]:
                (client_id,) = asked.query["$filter"].split("'")[1::2]
                return listed(a for a in self.apps.values() if a["appId"] == client_id)
            case "GET", ["servicePrincipals", app, "appRoleAssignedTo"]:
                return listed(a for a in self.assignments if a["resourceId"] == app)
            case "POST", ["users", key, "checkMemberGroups"]:
                return listed(g for g in asked.body["groupIds"] if key in self.members.get(g, ()))
            case "GET", ["users", key, "oauth2PermissionGrants"]:
                return listed(g for g in self.grants if g["principalId"] == key)
            case "GET", ["oauth2PermissionGrants"]:
                (app,) = asked.query["$filter"].split("'")[1::2]
                return listed(g for g in self.grants if g["clientId"] == app)
            case "DELETE", ["oauth2PermissionGrants", item]:
                return self.do(f"revoke grant {item}", lambda: self.drop(self.grants, item))
            case "POST", ["users", key, "assignLicense"]:
                return self.do(f"licences {key}", lambda: self.unlicense(key, asked.body["removeLicenses"]))
            case "GET", ["users", key, "memberOf", "microsoft.graph.group"]:
                return listed(g for name, g in self.groups.items() if key in self.members[name])
            case "DELETE", ["groups", group, "members", key, "$ref"]:
                return self.do(f"leave {group}", lambda: self.members[group].discard(key))
        return None

    def do(self, what: str, change: Any) -> Answer:
        if not self.is_idle:
            self.effects.append(what)
            change()
        return Answer(204)

    @staticmethod
    def drop(rows: list[dict[str, Any]], item: str) -> None:
        rows[:] = [row for row in rows if row["id"] != item]

    def unlicense(self, key: str, skus: list[str]) -> None:
        user = self.users[key]
        user["licenseAssignmentStates"] = [s for s in user["licenseAssignmentStates"]
                                           if s["skuId"] not in skus or s["assignedByGroup"]]  # fmt: skip


def listed(rows: Any) -> Answer:
    return Answer(200, {"value": list(rows)})


def missing(key: str) -> Answer:
    return refusal(404, "Request_ResourceNotFound", f"Resource '{key}' does not exist.")


def refusal(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}})
