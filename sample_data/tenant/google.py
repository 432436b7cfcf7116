"""A fake Google Workspace customer: users, deleted users, activities and tokens, paged by nextPageToken.

Sources, read 2026-11-25: developers.google.com/admin-sdk/directory/reference/rest/v1/users and tokens,
admin-sdk/reports/reference/rest/v1/activities, identity/protocols/oauth2/service-account.

    customer = GoogleCustomer(); ann = customer.add_user("ann"); customer.token(ann, "Notion")
    with serving(customer) as url: ...        # POST {url}/token takes a signed assertion and gives a token
"""

import json
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sample_data.tenant.faults import Faults


class GoogleCustomer:
    """People, activities and consents of one customer. `assertions`: what was sent to sign in."""

    def __init__(self, *, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.customer = "C03az79cb"
        self.users: dict[str, dict[str, Any]] = {}
        self.deleted: dict[str, dict[str, Any]] = {}
        self.activities: dict[str, list[dict[str, Any]]] = {"login": [], "saml": [], "token": []}
        self.held: dict[str, list[dict[str, Any]]] = {}
        self.assertions: list[str] = []
        self.requests: list[tuple[str, str, int]] = []
        self.faults = Faults()
        self.largest_page = 500

    def add_user(self, name: str, **said: Any) -> str:
        """Add a user and return the id."""
        key = f"{100000000000000000000 + len(self.users)}"
        self.users[key] = {
            "kind": "admin#directory#user", "id": key, "primaryEmail": f"{name}@brand.example",
            "name": {"givenName": name.title(), "familyName": "Doe", "fullName": f"{name.title()} Doe"},
            "isAdmin": False, "suspended": False, "archived": False, "customerId": self.customer,
            "lastLoginTime": "1970-01-01T00:00:00.000Z", "creationTime": "2025-01-07T09:00:00.000Z",
            "emails": [{"address": f"{name}@brand.example", "primary": True}], **said,
        }  # fmt: skip
        return key

    def delete(self, user: str) -> None:
        """Delete a user; 20 days restorable."""
        self.deleted[user] = {**self.users.pop(user), "deletionTime": _said(self.now)}

    def token(self, user: str, app: str) -> None:
        """Give an app a consent, which the log tells as well."""
        client = f"1234-{app.lower()}.apps.googleusercontent.com"
        self.held.setdefault(user, []).append({
            "kind": "admin#directory#token", "etag": "x", "clientId": client, "displayText": app, "anonymous": False,
            "nativeApp": False, "userKey": user, "scopes": ["https://www.googleapis.com/auth/drive"],
        })  # fmt: skip
        self.activity("token", user, "authorize", [
            {"name": "client_id", "value": client}, {"name": "app_name", "value": app},
            {"name": "scope", "multiValue": ["https://www.googleapis.com/auth/drive"]},
        ])  # fmt: skip

    def activity(self, application: str, user: str, name: str, parameters: list[dict[str, Any]],
                 at: datetime | None = None) -> None:  # fmt: skip
        """Record an activity."""
        log = self.activities[application]
        log.append({
            "kind": "admin#reports#activity", "etag": "x",
            "id": {"time": _said(at or self.now), "uniqueQualifier": str(9000 + len(log)),
                   "applicationName": application, "customerId": self.customer},
            "actor": {"callerType": "USER", "email": self.users[user]["primaryEmail"], "profileId": user},
            "ipAddress": "198.51.100.10", "events": [{"type": "auth", "name": name, "parameters": parameters}],
        })  # fmt: skip

    def application(self) -> Starlette:
        """Make the application that answers from this state."""

        async def sign_in(request: Request) -> Response:
            self.assertions.append((await request.body()).decode())
            return _answer(
                {"access_token": f"token-{len(self.assertions)}", "expires_in": 3599, "token_type": "Bearer"}
            )

        async def users(request: Request) -> Response:
            gone = request.query_params.get("showDeleted") == "true"
            rows = list((self.deleted if gone else self.users).values())
            return self._page(request, rows, "users", "maxResults")

        async def tokens(request: Request) -> Response:
            key = request.path_params["user"]
            if key not in self.users:
                return _refusal(404, "notFound", "Resource Not Found: userKey")
            return self._page(request, self.held.get(key, []), "items", "none")

        async def activities(request: Request) -> Response:
            begin, end = request.query_params["startTime"], request.query_params["endTime"]
            rows = [
                a
                for a in reversed(self.activities[request.path_params["name"]])
                if begin <= a["id"]["time"] < end
            ]
            return self._page(request, rows, "items", "maxResults")

        return Starlette(routes=[
            Route("/token", sign_in, methods=["POST"]), Route("/admin/directory/v1/users", users),
            Route("/admin/directory/v1/users/{user}/tokens", tokens),
            Route("/admin/reports/v1/activity/users/all/applications/{name}", activities),
        ])  # fmt: skip

    def _page(self, request: Request, rows: list[dict[str, Any]], key: str, size_key: str) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return _refusal(401, "authError", "Invalid Credentials")
        size = min(int(request.query_params.get(size_key, 100)), self.largest_page)
        begin = int(request.query_params.get("pageToken", "0").partition("-")[0])
        fault = getattr(request.state, "fault", None)
        kind = fault.kind if fault else ""
        stop = (
            begin
            if kind == "empty_page"
            else min(begin + (max(size // 3, 1) if kind == "short_page" else size), len(rows))
        )
        body: dict[str, Any] = {"kind": f"admin#{key}", "etag": "x"}
        if rows[begin:stop]:
            body[key] = rows[begin:stop]
        if stop < len(rows) or kind == "repeated_link":
            again = request.query_params.get("pageToken", "0")
            body["nextPageToken"] = again if kind == "repeated_link" else f"{stop}-{len(self.requests)}"
        return _answer(body)


def _answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")


def _refusal(status: int, reason: str, message: str) -> Response:
    return _answer({"error": {"code": status, "message": message, "errors": [
        {"message": message, "domain": "global", "reason": reason}]}}, status)  # fmt: skip


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
