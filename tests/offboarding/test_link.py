from __future__ import annotations

import base64
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from discovery.errors import StoreDamaged
from discovery.ledger import Ledger
from discovery.offboarding.case import record_plan
from discovery.offboarding.link import LinkRefused, read_link, sign_link
from discovery.offboarding.task import complete_task, create_task, decline_task
from discovery.settings import Settings
from discovery.store import Store
from tests.offboarding.conftest import MakePlan

NOW = datetime(2026, 11, 20, 12)


def test_a_link_says_task_person_and_end(tmp_path: Path) -> None:
    token = sign_link(tmp_path, "task-1", "Grace@Example.com", NOW, days=2)
    link = read_link(tmp_path, token, NOW)
    assert (link.task_id, link.by, link.expires_at) == (
        "task-1",
        "grace@example.com",
        NOW + timedelta(days=2),
    )
    assert stat.S_IMODE((tmp_path / "keys" / "link").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert sign_link(tmp_path, "task-1", "grace@example.com", NOW) != token, "each is used once"


def test_after_its_end_a_link_is_refused(tmp_path: Path) -> None:
    token = sign_link(tmp_path, "task-1", "grace@example.com", NOW, days=2)
    read_link(tmp_path, token, NOW + timedelta(days=2, seconds=-1))
    with pytest.raises(LinkRefused, match="ended on 2026-11-22 12:00"):
        read_link(tmp_path, token, NOW + timedelta(days=2))


def test_of_a_link_every_changed_byte_is_refused(tmp_path: Path) -> None:
    token = sign_link(tmp_path, "task-1", "grace@example.com", NOW)
    body, signature = token.split(".")
    said = base64.urlsafe_b64decode(body + "==").decode()
    other = base64.urlsafe_b64encode(said.replace("task-1", "task-2").encode()).decode().rstrip("=")
    elsewhere = sign_link(tmp_path / "other", "task-1", "grace@example.com", NOW)
    for wrong in (f"{other}.{signature}", elsewhere, body, f"{body}.", f".{signature}", "", "é.é", f"{token}.x",
                  f"{body}.{signature[:-2]}"):  # fmt: skip
        with pytest.raises(LinkRefused):
            read_link(tmp_path, wrong, NOW)


def test_a_key_that_is_none_is_said(tmp_path: Path) -> None:
    sign_link(tmp_path, "task-1", "grace@example.com", NOW)
    (tmp_path / "keys" / "link").write_text("zz")
    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        sign_link(tmp_path, "task-1", "grace@example.com", NOW)


def test_a_link_answers_once(settings: Settings, planned: MakePlan) -> None:
    case = record_plan(settings.home, planned())
    step = next(one.step for one in case.steps.values() if one.step.route == "manual")
    task = create_task(settings, case, step, "olga@example.com", "", NOW, None)
    link = read_link(settings.home, sign_link(settings.home, task.task_id, "olga@example.com", NOW), NOW)
    with Store(settings.published, read_only=True) as store:
        decline_task(
            settings, store, task.task_id, by=link.by, outcome="cannot", statement="no right", link=link.nonce
        )
    with pytest.raises(LinkRefused, match="used already"):
        complete_task(settings, task.task_id, by=link.by, statement="done after all", link=link.nonce)
    entries = Ledger(settings.home).entries()
    assert [e.data["link"] for e in entries if "link" in e.data] == [link.nonce]
