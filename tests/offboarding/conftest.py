from __future__ import annotations

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from discovery.offboarding.plan import Plan, make_plan
from discovery.offboarding.playbook import Playbooks, read_playbooks
from discovery.settings import Settings
from discovery.store import Store
from tests.offboarding.target import EFFECT
from tests.offboarding.world import ADA, write_world

MakePlan = Callable[..., Plan]


class Box:
    """Keeps what a real SMTP server received; `refused`: addresses that it does not take."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[tuple[list[str], str]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        text = "".join(f"{name}: {value}\n" for name, value in mail.items()) + str(mail.get_content())
        self.mails.append((envelope.rcpt_tos, text))
        return "250 OK"


@contextmanager
def mail_server(quoting: list[str] | None = None) -> Iterator[Box]:
    """Serve mail on a free port of this machine; `quoting`: refuse who signs in, quote the password, and keep it there."""

    def refuse(server: Any, session: Any, envelope: Any, mechanism: str, said: Any) -> AuthResult:
        password = said.password.decode()
        (quoting if quoting is not None else []).append(password)
        plain = base64.b64encode(b"\0" + said.login + b"\0" + said.password).decode()
        return AuthResult(success=False, handled=False, message=f"535 no: {password} {plain}")

    with socket.create_server(("127.0.0.1", 0)) as probe:
        box = Box(probe.getsockname()[1])
    how = {} if quoting is None else {"authenticator": refuse, "auth_require_tls": False}
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **how)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@pytest.fixture
def box() -> Iterator[Box]:
    with mail_server() as served:
        yield served


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_world(tmp_path / "home")
    return Settings(home=tmp_path / "home", inbox=tmp_path / "inbox")


@pytest.fixture
def planned(settings: Settings) -> MakePlan:
    def make(
        *, person: str = ADA, playbooks: Playbooks | None = None, can: set[str] | None = None, **more: object
    ) -> Plan:
        books = playbooks or read_playbooks(settings.offboarding.playbooks)
        with Store(settings.published, read_only=True) as store:
            return make_plan(
                store, settings, books, person,
                can_act=lambda route, where, action: action in EFFECT and (can is None or f"{route}:{where}" in can), **more,  # type: ignore[arg-type]
            )  # fmt: skip

    return make
