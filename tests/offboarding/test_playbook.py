from __future__ import annotations

from pathlib import Path

import pytest

from discovery.errors import BadSettings
from discovery.offboarding.playbook import PHASES, parse_playbook, read_playbooks

STEP = """
[[step]]
id = "{id}"
phase = "{phase}"
route = "{route}"
action = "{action}"
title = "t"
reason = "r"
instruction = "i"
{more}
"""


def step(
    id: str = "a", phase: str = "manual", route: str = "manual", action: str = "delete", more: str = ""
) -> str:
    return STEP.format(id=id, phase=phase, route=route, action=action, more=more)


def test_the_shipped_playbooks_are_valid_and_in_the_order_of_phases() -> None:
    default = read_playbooks().default
    phases = [PHASES.index(rule.phase) for rule in default.rules]
    assert phases == sorted(phases)
    assert {rule.phase for rule in default.rules} == set(PHASES)


def test_conditions_hold_when_each_named_list_has_a_value() -> None:
    book = parse_playbook("x", step(more='when = { route = ["manual"], role = ["admin", "payer"] }').encode())
    rule = book.rules[0]
    assert rule.holds({"route": ["manual"], "role": ["payer"]})
    assert not rule.holds({"route": ["manual"], "role": ["user"]})
    assert not rule.holds({"route": ["idp"], "role": ["payer"]})
    assert not rule.holds({})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense =", "not valid TOML"),
        ("colour = 1", "unknown key colour"),
        (step(more="colour = 1"), "unknown key [[step]] 1: colour"),
        (step(phase="later"), "phase = 'later'"),
        (step(route="scim2"), "route = 'scim2'"),
        (step(action="explode"), "action = 'explode'"),
        (step(more='when = { colour = ["red"] }'), "when.colour"),
        (step(more='when = { route = ["sip"] }'), "when.route = ['sip']"),
        (step(more='when = { route = "manual" }'), "expected a list of texts"),
        (step(more="when = { route = [] }"), "when.route = []"),
        (step(more='needs = ["nothing"]'), "there is no such step"),
        (step(more='needs = ["b"]') + step(id="b"), "comes after it"),
        (step() + step(), "stands there twice"),
        (step(more="after_days = -1"), "after_days = -1"),
        (step(more="after_days = true"), "after_days = True"),
        (step(more='is_irreversible = "yes"'), "expected true or false"),
        (step(action="verify"), "belong together"),
        (step(action="hand_over", route="idp"), "needs route manual"),
        (step(more='per = "person"\nwhen = { route = ["manual"] }'), "conditions ask about an app"),
        ('app = "x"' + step(more='per = "person"'), "per app only"),
        ("", "needs steps"),
        ("step = 3", "expected blocks"),
        (step().replace('title = "t"', "title = 3"), "title = 3"),
    ],
)
def test_what_is_wrong_is_named_with_file_key_and_value(text: str, said: str) -> None:
    with pytest.raises(BadSettings) as refused:
        parse_playbook("mine.toml", text.encode())
    assert "mine.toml" in str(refused.value)
    assert said in str(refused.value)


def test_a_playbook_of_an_app_adds_and_skips(tmp_path: Path) -> None:
    text = 'app = "figma"\nskip = ["remove_by_hand"]\n' + step(
        id="figma_seats", more='when = { class = ["shadow"] }'
    )
    (tmp_path / "figma.toml").write_text(text, encoding="utf-8")
    books = read_playbooks(tmp_path)
    own = {rule.id for rule in books.rules_for("figma")}
    assert "figma_seats" in own
    assert "remove_by_hand" not in own
    assert "remove_by_hand" in {rule.id for rule in books.rules_for("miro")}


@pytest.mark.parametrize(("skip", "said"), [("verify", "cannot be left out"), ("nothing", "no such step")])
def test_what_may_not_be_skipped(tmp_path: Path, skip: str, said: str) -> None:
    (tmp_path / "x.toml").write_text(f'app = "x"\nskip = ["{skip}"]\n', encoding="utf-8")
    with pytest.raises(BadSettings, match=said):
        read_playbooks(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no such folder"):
        read_playbooks(tmp_path / "nowhere")
