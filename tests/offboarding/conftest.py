from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from discovery.offboarding.plan import Plan, make_plan
from discovery.offboarding.playbook import Playbooks, read_playbooks
from discovery.settings import Settings
from discovery.store import Store
from tests.offboarding.target import EFFECT
from tests.offboarding.world import ADA, write_world

MakePlan = Callable[..., Plan]


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
