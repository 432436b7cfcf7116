from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from discovery.decisions import FILE, head, read_decisions, record_decision
from discovery.errors import BadUse, StoreDamaged

SUBJECT = {"mention_kind": "merchant", "mention": "LOOM"}


def test_what_is_recorded_is_read_back(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    record_decision(tmp_path, by="ana", kind="match", action="accept", subject=SUBJECT, app_id="loom", at=at)
    read = read_decisions(tmp_path)
    assert read.torn == ()
    assert read.standing("match")["merchant", "LOOM"].app_id == "loom"
    assert read.all[0].at == datetime(2026, 3, 1, 12, 0)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_the_newest_counts_and_undo_gives_it_back(tmp_path: Path) -> None:
    for action in ("reject", "ignore"):
        record_decision(tmp_path, by="ana", kind="match", action=action, subject=SUBJECT)
        assert read_decisions(tmp_path).standing("match")["merchant", "LOOM"].action == action
    record_decision(tmp_path, by="ben", kind="match", action="undo", subject=SUBJECT)
    assert read_decisions(tmp_path).standing("match") == {}
    assert len(read_decisions(tmp_path).all) == 3


def test_kinds_are_kept_apart(tmp_path: Path) -> None:
    subject = {"person_id": "p1", "app_id": "slack"}
    record_decision(tmp_path, by="ana", kind="exclusion", action="accept", subject=subject, reason="intern")
    assert read_decisions(tmp_path).standing("match") == {}
    assert read_decisions(tmp_path).standing("exclusion")["p1", "slack"].reason == "intern"


def test_head_changes_with_every_line(tmp_path: Path) -> None:
    heads = {head(tmp_path)}
    for _ in range(3):
        record_decision(tmp_path, by="ana", kind="match", action="reject", subject=SUBJECT)
        heads.add(head(tmp_path))
    assert len(heads) == 4


def test_a_torn_last_line_is_told_and_damages_nothing_after_it(tmp_path: Path) -> None:
    record_decision(tmp_path, by="ana", kind="match", action="reject", subject=SUBJECT)
    with (tmp_path / FILE).open("ab") as handle:
        handle.write(b'{"at": "2026')
    read = read_decisions(tmp_path)
    assert len(read.all) == 1
    assert read.torn == ('{"at": "2026',)


def test_appending_closes_a_torn_line(tmp_path: Path) -> None:
    record_decision(tmp_path, by="ana", kind="match", action="reject", subject=SUBJECT)
    with (tmp_path / FILE).open("ab") as handle:
        handle.write(b'{"at": "2026')
    record_decision(tmp_path, by="ben", kind="match", action="ignore", subject=SUBJECT)
    read = read_decisions(tmp_path)
    assert read.torn == ('{"at": "2026',)
    assert [d.by for d in read.all] == ["ana", "ben"]


def test_a_line_that_is_complete_and_no_decision_is_damage(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"at": "2026-01-01T00:00:00Z"}\n', encoding="utf-8")
    with pytest.raises(StoreDamaged, match="line 1"):
        read_decisions(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"action": "maybe"},
        {"subject": {"mention": "LOOM"}},
        {"subject": {"mention_kind": "merchant", "mention": ""}},
        {"action": "accept"},
        {"by": " "},
    ],
)
def test_a_decision_that_says_nothing_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    values: dict[str, object] = {
        "by": "ana",
        "kind": "match",
        "action": "reject",
        "subject": SUBJECT,
        **wrong,
    }
    with pytest.raises(BadUse):
        record_decision(tmp_path, **values)  # type: ignore[arg-type]
    assert not (tmp_path / FILE).exists()
