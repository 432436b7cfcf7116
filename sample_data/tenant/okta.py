"""A fake Okta organisation: users, apps, grants and System Log, paged by Link headers as Okta does.

Sources, read 2026-11-25: developer.okta.com/docs/api/openapi/okta-management (User, Application, UserGrant),
docs/reference/api/system-log, docs/reference/core-okta-api (Pagination, Errors), docs/reference/rl-global-mgmt.

    org = OktaOrg(); ann = org.add_user("ann"); org.sign_in(ann, org.add_app("Figma"))
    with serving(org) as url: ...                        # any SSWS token, unless org.tokens names them
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sample_data.tenant.faults import Faults


class OktaOrg:
    """People, apps, consents and the log of one organisation. Faults by path, as of the tenant."""

    def __init__(self, *, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.users: dict[str, dict[str, Any]] = {}
        self.apps: dict[str, dict[str, Any]] = {}
        self.assigned: dict[str, list[str]] = {}
        self.grants: dict[str, list[dict[str, Any]]] = {}
        self.log: list[dict[str, Any]] = []
        self.tokens: set[str] = set()
        self.requests: list[tuple[str, str, int]] = []
        self.faults = Faults()
        self.largest_page = 200
        self.url = "http://127.0.0.1"

    def add_user(self, name: str, status: str = "ACTIVE") -> str:
        """Add a user and return the id."""
        key = f"00u{len(self.users):017d}"
        at = _said(self.now - timedelta(days=30))
        self.users[key] = {
            "id": key, "status": status, "created": at, "activated": at, "statusChanged": at, "lastLogin": at,
            "lastUpdated": at, "passwordChanged": at, "type": {"id": "oty1"},
            "profile": {"firstName": name.title(), "lastName": "Doe", "login": f"{name}@acquired.example",
                        "email": f"{name}@acquired.example", "mobilePhone": None, "secondEmail": None},
            "_links": {"self": {"href": f"https://acquired.okta.example/api/v1/users/{key}"}},
        }  # fmt: skip
        return key

    def add_app(self, label: str) -> str:
        """Add an app and return the id."""
        key = f"0oa{len(self.apps):017d}"
        self.apps[key] = {
            "id": key, "name": label.lower(), "label": label, "status": "ACTIVE", "signOnMode": "SAML_2_0",
            "created": _said(self.now), "lastUpdated": _said(self.now), "features": ["PUSH_USER_DEACTIVATION"],
            "_links": {"appLinks": [{"href": f"https://{label.lower()}.example/login", "name": "login"}]},
        }  # fmt: skip
        return key

    def assign(self, user: str, app: str) -> None:
        """Assign a user to an app."""
        self.assigned.setdefault(app, []).append(user)

    def grant(self, user: str, app: str, scope: str) -> None:
        """Consent to a scope."""
        self.grants.setdefault(user, []).append({
            "id": f"oag{user[3:]}", "status": "ACTIVE", "created": _said(self.now), "lastUpdated": _said(self.now),
            "issuer": "https://acquired.okta.example/oauth2/default", "clientId": app, "userId": user,
            "scopeId": scope, "source": "END_USER", "_links": {"app": {"title": self.apps[app]["label"]}},
        })  # fmt: skip

    def sign_in(self, user: str, app: str, at: datetime | None = None) -> None:
        """Record a sign-in to an app."""
        who = self.users[user]
        self.log.append({
            "uuid": f"{len(self.log):08x}-0000-11f0-0000-000000000000", "published": _said(at or self.now),
            "eventType": "user.authentication.sso", "version": "0", "severity": "INFO", "legacyEventType": "app.auth.sso",
            "displayMessage": "User single sign on to app", "outcome": {"result": "SUCCESS", "reason": None},
            "actor": {"id": user, "type": "User", "alternateId": who["profile"]["login"], "displayName": "x"},
            "target": [{"id": app, "type": "AppInstance", "alternateId": self.apps[app]["label"],
                        "displayName": self.apps[app]["label"], "detailEntry": {"signOnModeType": "SAML_2_0"}}],
            "debugContext": {"debugData": {}}, "client": {"ipAddress": "198.51.100.9"},
        })  # fmt: skip

    def application(self) -> Starlette:
        """Make the application that answers from this state."""

        async def users(request: Request) -> Response:
            gone = "DEPROVISIONED" in request.query_params.get("filter", "")
            return self._page(
                request, [u for u in self.users.values() if (u["status"] == "DEPROVISIONED") == gone]
            )

        async def apps(request: Request) -> Response:
            return self._page(request, list(self.apps.values()))

        async def app_users(request: Request) -> Response:
            found = self.assigned.get(request.path_params["app"], [])
            return self._page(request, [
                {"id": u, "externalId": None, "scope": "USER", "status": "PROVISIONED", "syncState": "SYNCHRONIZED",
                 "created": _said(self.now), "credentials": {"userName": self.users[u]["profile"]["login"]},
                 "profile": {"email": self.users[u]["profile"]["email"]}} for u in found
            ])  # fmt: skip

        async def grants(request: Request) -> Response:
            return self._page(request, self.grants.get(request.path_params["user"], []))

        async def logs(request: Request) -> Response:
            since, until = request.query_params["since"], request.query_params["until"]
            rows = sorted(
                (e for e in self.log if since <= e["published"] < until), key=lambda e: e["published"]
            )
            return self._page(request, rows)

        return Starlette(routes=[
            Route("/api/v1/users", users), Route("/api/v1/users/{user}/grants", grants), Route("/api/v1/apps", apps),
            Route("/api/v1/apps/{app}/users", app_users), Route("/api/v1/logs", logs),
        ])  # fmt: skip

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> Response:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "SSWS" or (self.tokens and token not in self.tokens):
            said = {
                "errorCode": "E0000011",
                "errorSummary": "Invalid token provided",
                "errorLink": "E0000011",
            }
            return Response(json.dumps(said), 401, media_type="application/json")
        size = min(int(request.query_params.get("limit", 200)), self.largest_page)
        begin = int(request.query_params.get("after", 0))
        fault = getattr(request.state, "fault", None)
        kind = fault.kind if fault else ""
        stop = (
            begin
            if kind == "empty_page"
            else min(begin + (max(size // 3, 1) if kind == "short_page" else size), len(rows))
        )
        headers = {"link": f'<{request.url}>; rel="self"'}
        if stop < len(rows) or kind in ("repeated_link", "foreign_link"):
            query = {**request.query_params, "after": str(begin if kind == "repeated_link" else stop)}
            if kind == "empty_page":
                query["again"] = query.get("again", "") + "1"
            base = (
                "https://okta.attacker.invalid"
                if kind == "foreign_link"
                else str(request.base_url).rstrip("/")
            )
            headers["link"] += f', <{base}{request.url.path}?{urlencode(query)}>; rel="next"'
        return Response(json.dumps(rows[begin:stop]), 200, headers, "application/json")


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
