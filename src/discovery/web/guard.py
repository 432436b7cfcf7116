"""What stands before every page: who may ask, from where, and what a browser may do with the answer.

The address that `discovery serve` prints carries a token; opening it makes a cookie that pages of other sites cannot
send. Requests under any other host name are refused (a foreign name that points here would make the browser lend its
rights), and so is every POST that does not come from a form of ours.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discovery.offboarding.link import PATH as LINK

MOST_BYTES = 64 * 1024
"""Longest form."""
STATIC = "/static/"
_SHUT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>discovery: not signed in</title>
<h1>Not signed in</h1><p>Open the address that <code>discovery serve</code> printed when it started: it holds the token
that lets this browser in.</p></html>"""
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), clipboard-read=()",
    "x-frame-options": "DENY",
}


class Guard:
    """ASGI middleware. `names`: host names, with port, under which the server answers; `tls_name`: that with TLS."""

    def __init__(self, app: ASGIApp, *, names: Iterable[str], tls_name: str | None = None) -> None:
        self._app = app
        self.token = secrets.token_urlsafe(32)
        self._session = secrets.token_urlsafe(32)
        self.csrf = hmac.new(self._session.encode(), b"form", hashlib.sha256).hexdigest()
        self._names = {name.lower() for name in names}
        self._tls_name = tls_name
        port = next(iter(sorted(self._names)), "").rpartition(":")[2]
        self._cookie = f"discovery-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_static = scope["path"].startswith(STATIC)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers["cache-control"] = "max-age=3600" if is_static else "no-store"
            await send(message)

        request = Request(scope, receive)
        answer = await self._refusal(request)
        if answer is not None:
            await answer(scope, receive, send_guarded)
            return
        scope["csrf"] = self.csrf
        await self._app(scope, receive, send_guarded)

    async def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "").lower()
        if host not in self._names:
            return PlainTextResponse("This server does not go by that name.", 421)
        path = request.url.path
        if path.startswith(STATIC):
            return None
        is_link = path.startswith(LINK)
        if not is_link:
            given = request.query_params.get("token")
            if given is not None and request.method == "GET":
                return self._let_in(request, given)
            if not hmac.compare_digest(self._cookie_of(request.headers).encode(), self._session.encode()):
                return HTMLResponse(_SHUT, 403)
        if request.method in ("GET", "HEAD"):
            return None
        if request.method != "POST":
            return PlainTextResponse("Only GET and POST are answered.", 405)
        return await self._refused_form(request, is_link=is_link)

    def _let_in(self, request: Request, given: str) -> Response:
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return HTMLResponse(_SHUT, 403)
        others = [(k, v) for k, v in request.query_params.multi_items() if k != "token"]
        answer = RedirectResponse(request.url.path + (f"?{urlencode(others)}" if others else ""), 303)
        answer.set_cookie(
            self._cookie,
            self._session,
            httponly=True,
            samesite="strict",
            path="/",
            secure=request.headers.get("host", "").lower() == self._tls_name,
        )
        return answer

    def _cookie_of(self, headers: Headers) -> str:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return found.value if found else ""

    async def _refused_form(self, request: Request, *, is_link: bool) -> Response | None:
        """Read a form into the scope, or say why not. A link's own token stands for the form's: nobody can guess it."""
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() not in self._names:
            return PlainTextResponse("Forms of other sites are not taken.", 403)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return PlainTextResponse("Only forms are taken.", 415)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                return PlainTextResponse("The form is too long.", 413)
        try:
            form = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
        except ValueError:
            return PlainTextResponse("The form is not readable.", 400)
        given = form.pop("csrf", [""])[0]
        if not is_link and not hmac.compare_digest(given.encode(), self.csrf.encode()):
            return PlainTextResponse("The form is not one of this session: reload the page.", 403)
        request.scope["form"] = {key: values[0].strip() for key, values in form.items()}
        return None
