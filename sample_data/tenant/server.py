"""A server on loopback for a scenario: ASGI under uvicorn, in a thread of the test, with its faults played."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette

from sample_data.tenant.faults import ANSWERS, Fault, Faults


class Scenario(Protocol):
    """What can be served: state with faults, requests and an application."""

    faults: Faults
    requests: list[tuple[str, str, int]]

    def application(self) -> Starlette:
        """Make the application that answers from this state."""


def with_faults(scenario: Scenario) -> Any:
    """Wrap a scenario's application: each request is kept, and meets the fault that is due."""
    inner = scenario.application()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        path = scope["path"]
        for version in ("/v1.0", "/beta"):
            path = path.removeprefix(version)
        fault = scenario.faults.due(path)
        scope.setdefault("state", {})["fault"] = fault

        async def kept(message: Any) -> None:
            if message["type"] == "http.response.start":
                scenario.requests.append((scope["method"], path, message["status"]))
            await send(message)

        if fault is None or fault.kind not in (*ANSWERS, "reset", "hang"):
            await inner(scope, receive, kept)
        elif fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
            await inner(scope, receive, kept)
        elif fault.kind == "reset":
            await inner(scope, receive, _cut(kept))
        else:
            await _answer(fault, kept)

    return application


async def _answer(fault: Fault, send: Any) -> None:
    status, code, message = ANSWERS[fault.kind]
    body = message if code is None else json.dumps(
        {"error": {"code": code, "message": message, "innerError": {"request-id": "00000000-fake"}}}
    )  # fmt: skip
    headers = [(b"content-type", b"text/html" if code is None else b"application/json")]
    if fault.retry_after is not None:
        headers.append((b"retry-after", fault.retry_after.encode()))
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


def _cut(send: Any) -> Any:
    """Send half of a body whose whole length was announced: the connection breaks in the middle of it."""

    async def half(message: Any) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2], "more_body": False}
        await send(message)

    return half


@contextmanager
def serving(scenario: Scenario, port: int = 0) -> Iterator[str]:
    """Serve a scenario on 127.0.0.1 while the block runs; gives the address, without a slash at its end."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        server = uvicorn.Server(uvicorn.Config(
            with_faults(scenario), log_level="critical", lifespan="off", timeout_graceful_shutdown=1, ws="none",
        ))  # fmt: skip
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
