"""A real HTTP server on loopback that holds accounts, and a connector that talks to it: what the executor is tried on."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib import request
from urllib.error import HTTPError

from discovery.connectors import Found, Outcome, Target


class App:
    """Accounts by app and address; every request is kept.

    `answer`: codes to answer an act with; `is_idle`: says 200 and does nothing; `is_deaf`: cannot be read.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self.is_idle = False
        self.is_deaf = False
        self.reset()
        app = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def reply(self, code: int, body: Any = None) -> None:
                data = json.dumps(body).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                name = self.path[1:]
                app.requests.append(("GET", name, ""))
                if app.is_deaf:
                    self.reply(503)
                    return
                account = app.accounts.get(name)
                self.reply(200 if account and account["exists"] else 404, account)

            def do_POST(self) -> None:
                name, action = self.path[1:].rsplit("/", 1)
                app.requests.append(("POST", name, action))
                codes = app.answer.get(action)
                if codes:
                    self.reply(codes.pop(0))
                    return
                account = app.accounts.get(name)
                if account is None or not account["exists"]:
                    self.reply(404)
                    return
                if not app.is_idle:
                    app.effects += 1
                    account.update(EFFECT[action])
                self.reply(200)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def reset(self) -> None:
        """Make everything as it was before anybody left."""
        self.accounts = {name: {"active": True, "exists": True, "sessions": 1, "licence": 1, "grant": 1, "assigned": 1}
                         for name in self.names}  # fmt: skip
        self.requests: list[tuple[str, str, str]] = []
        self.answer: dict[str, list[int]] = {}
        self.effects = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def acts(self) -> list[tuple[str, str]]:
        return [(name, action) for method, name, action in self.requests if method == "POST"]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


EFFECT: dict[str, dict[str, Any]] = {
    "deactivate": {"active": False},
    "delete": {"exists": False},
    "revoke_sessions": {"sessions": 0},
    "remove_licence": {"licence": 0},
    "remove_grant": {"grant": 0},
    "remove_assignment": {"assigned": 0},
}


class HttpConnector:
    """Looks up, acts and looks again over HTTP, as a connector does."""

    actions = tuple(EFFECT)
    irreversible: frozenset[str] = frozenset()

    def __init__(self, url: str, app: str) -> None:
        self.url = f"{url}/{app}"

    def _ask(self, method: str, path: str) -> tuple[int, Any]:
        try:
            with request.urlopen(request.Request(f"{self.url}/{path}", method=method), timeout=5) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except HTTPError as error:
            return error.code, None

    def find(self, target: Target) -> Found:
        status, _ = self._ask("GET", target.identifiers["email"])
        return Found("one" if status == 200 else "none", target.identifiers["email"])

    def act(self, action: str, target: Target) -> Outcome:
        status, _ = self._ask("POST", f"{target.identifiers['email']}/{action}")
        if status == 404:
            return Outcome("already_absent", "There is no such account.", status)
        if status == 200:
            return Outcome("accepted", "The target took it.", status)
        return Outcome("failed", f"The target answered {status}.", status, is_retryable=status in (429, 503))

    def verify(self, action: str, target: Target) -> Outcome:
        status, account = self._ask("GET", target.identifiers["email"])
        if status == 404:
            return Outcome("verified", "The account is gone.", status)
        if status != 200:
            return Outcome("unverifiable", f"The target answered {status}.", status, is_retryable=True)
        wanted = EFFECT[action]
        if all(account[key] == value for key, value in wanted.items()):
            return Outcome("verified", "Read back as wanted.", status)
        return Outcome("failed", "Read back unchanged.", status)
