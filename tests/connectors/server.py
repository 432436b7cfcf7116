"""A loopback HTTP server that answers by rules, and keeps what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    raw: bytes


@dataclass
class Answer:
    """What to answer: `body` as JSON, or `raw` bytes. `seconds`: to wait first; `is_cut`: close without answering."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    seconds: float = 0
    is_cut: bool = False


Rule = Callable[[Asked], Answer | None]


class Server:
    """Answers with the first rule that has something to say; `before`: rules that come and go in a test.

    `tls`: a .pem with key and certificate, for https.
    """

    def __init__(self, rule: Rule, tls: Path | None = None) -> None:
        self.rule, self.before = rule, []  # type: ignore[var-annotated]
        self.asked: list[Asked] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                kind = self.headers.get("Content-Type", "")
                body: Any = None
                if raw and "json" in kind:
                    body = json.loads(raw)
                elif raw and "form" in kind:
                    body = dict(parse_qsl(raw.decode(), keep_blank_values=True))
                parts = urlsplit(self.path)
                asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)),
                              {k.lower(): v for k, v in self.headers.items()}, body, raw)  # fmt: skip
                server.asked.append(asked)
                answer = next(
                    (a for a in (r(asked) for r in [*server.before, server.rule]) if a), Answer(404, {})
                )
                time.sleep(answer.seconds)
                if answer.is_cut:
                    self.close_connection = True
                    self.connection.close()
                    return
                data = (
                    answer.raw
                    if answer.raw is not None
                    else b""
                    if answer.body is None
                    else json.dumps(answer.body).encode()
                )
                try:
                    self.send_response(answer.status)
                    headers = {
                        "Content-Type": "application/json",
                        **answer.headers,
                        "Content-Length": str(len(data)),
                    }
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(data)
                except OSError:  # the client has given up
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the library's names

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def writes(self) -> list[tuple[str, str]]:
        return [(a.method, a.path) for a in self.asked if a.method not in ("GET", "HEAD")]

    def answer_once(self, method: str, path: str, answer: Answer, *, times: int = 1) -> None:
        """Answer so many requests of a kind in another way. `path`: the end of it."""
        left = [times]

        def rule(asked: Asked) -> Answer | None:
            if left[0] and asked.method == method and asked.path.endswith(path):
                left[0] -= 1
                return answer
            return None

        self.before.append(rule)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
