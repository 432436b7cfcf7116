from __future__ import annotations

import re
from datetime import timedelta

from discovery.decisions import read_decisions
from discovery.ledger import Ledger, verify_ledger
from discovery.offboarding.case import Case, record_plan
from discovery.offboarding.link import sign_link
from discovery.offboarding.plan import make_plan
from discovery.offboarding.playbook import read_playbooks
from discovery.offboarding.task import create_task, find_task
from discovery.report.decision import key_of
from discovery.store import Store
from discovery.web.site import now
from tests.web.conftest import Served
from tests.web.world import ADA, APP, MENTION

KEY = key_of(MENTION, "merchant")


def planned(served: Served) -> Case:
    """A case with a plan, and a task with olga for its first manual step."""
    settings = served.site.settings
    with served.site.reading.current.store() as store:
        made = make_plan(store, settings, read_playbooks(None), ADA, can_act=lambda *what: False)
    case = record_plan(settings.home, made)
    step = next(one.step for one in case.steps.values() if one.step.app_id == APP)
    create_task(settings, case, step, "olga@example.com", "", now(), None)
    return served.site.cases()[case.case_id]


def task_of(case: Case) -> str:
    return next(iter(case.tasks))


def test_a_decision_is_the_same_line_as_that_of_the_command_line(served: Served) -> None:
    queue = served.get("/queue").text
    assert MENTION in queue
    assert "1,068.44" in queue, "what it costs decides what comes first"
    page = served.get(f"/queue/{KEY}", app="figma").text
    assert "Accept as figma" in page or "Accept as app name" in page
    assert re.search(r"0 of the 1 people", page), "Ada has it already"
    assert (
        served.post(f"/queue/{KEY}", action="accept", app="sketch.com", reason="same vendor").status_code
        == 303
    )
    (one,) = read_decisions(served.home).all
    assert (one.kind, one.action, one.app_id, one.reason) == ("match", "accept", "sketch", "same vendor")
    assert one.subject == {"mention_kind": "merchant", "mention": MENTION}
    assert one.by == served.site.user
    assert "Nothing is open" in served.get("/queue").text
    assert served.post(f"/queue/{KEY}", action="undo").headers["location"] == f"/queue/{KEY}?said=undo"
    assert read_decisions(served.home).standing("match") == {}
    assert "Nothing is open" not in served.get("/queue").text


def test_what_says_nothing_decides_nothing(served: Served) -> None:
    assert served.post(f"/queue/{KEY}", action="accept", app="").status_code == 400
    assert served.post(f"/queue/{KEY}", action="accept", app="no such app").status_code == 404
    assert served.post(f"/queue/{KEY}", action="destroy").status_code == 400
    assert served.post(f"/queue/{KEY}", action="undo").status_code == 400
    assert served.post("/queue/m000", action="ignore").status_code == 404
    assert "no app goes by" in served.get(f"/queue/{KEY}", app="zzzz").text
    assert read_decisions(served.home).all == ()


def test_the_waterfall_sums_to_the_score(served: Served) -> None:
    text = served.get(f"/queue/{KEY}").text
    assert [word in text for word in ("+70.0", "-8.0", "62.0")] == [True] * 3
    bars = re.findall(r'<rect class="(for|against|sum)" x="([\d.]+)" y="\d+" width="([\d.]+)"', text)
    assert [kind for kind, _, _ in bars] == ["for", "against", "sum"]
    ends = [float(x) - 200 for _, x, _ in bars], [float(width) for _, _, width in bars]
    assert ends[0][1] + ends[1][1] == ends[0][0] + ends[1][0], "the second bar begins where the first ended"


def test_an_access_leaves_the_scope_with_a_reason_and_comes_back(served: Served) -> None:
    path = f"/people/{ADA}/apps/{APP}"
    assert served.post(path, action="ignore").status_code == 400
    assert served.post(path, action="undo").status_code == 400
    assert served.post(path, action="ignore", reason="her own plan").status_code == 303
    assert read_decisions(served.home).standing("exclusion")[(ADA, APP)].reason == "her own plan"
    assert "her own plan" in served.get(path).text
    assert served.post(path, action="ignore", reason="again").status_code == 400
    assert served.post(path, action="undo").status_code == 303
    assert read_decisions(served.home).standing("exclusion") == {}
    assert [e.state for e in Ledger(served.home).entries() if e.kind == "decision"] == ["ignore", "undo"]
    assert served.post(f"/people/nobody/apps/{APP}", action="ignore", reason="x").status_code == 404
    assert served.post(f"/people/{ADA}/apps/none", action="ignore", reason="x").status_code == 404


def test_a_plan_is_made_looked_at_and_approved(served: Served) -> None:
    answer = served.post(f"/people/{ADA}/plan")
    assert answer.status_code == 303, answer.text
    (case,) = served.site.cases().values()
    assert answer.headers["location"] == f"/cases/{case.case_id}?said=planned"
    page = served.get(f"/cases/{case.case_id}").text
    assert page.count("<tr>") >= len(case.steps)
    assert str(case.plan_hash) in page
    assert served.post(f"/cases/{case.case_id}/approve", plan_hash="0" * 64).status_code == 400
    assert served.post(f"/cases/{case.case_id}/approve").status_code == 400
    assert served.post(f"/cases/{case.case_id}/approve", plan_hash=str(case.plan_hash)).status_code == 303
    (case,) = served.site.cases().values()
    assert case.state == "approved"
    assert "approved by" in served.get("/cases").text
    assert verify_ledger(served.home).is_whole
    assert "Case: approved" in served.get(f"/people/{ADA}").text


def test_a_plan_for_another_state_is_not_approved_and_the_refusal_is_kept(served: Served) -> None:
    served.post(f"/people/{ADA}/plan")
    (case,) = served.site.cases().values()
    served.site.reading.close()
    with Store(served.site.reading.current.path) as store:
        store.run("UPDATE access SET route = 'api'")
    served.site.reading = type(served.site.reading)(served.site.settings)
    answer = served.post(f"/cases/{case.case_id}/approve", plan_hash=str(case.plan_hash))
    assert answer.status_code == 409
    assert "made for another state" in answer.text
    assert Ledger(served.home).entries()[-1].kind == "refusal"


def test_old_sources_need_a_word(served: Served) -> None:
    served.site.settings = type(served.site.settings)(home=served.home, inbox=served.home)
    assert "too old" in served.get(f"/people/{ADA}/plan").text
    answer = served.post(f"/people/{ADA}/plan")
    assert answer.status_code == 400
    assert "too old" in answer.text
    assert served.post(f"/people/{ADA}/plan", accept_old="yes", reason="a monthly export").status_code == 303
    assert "override" in [entry.kind for entry in Ledger(served.home).entries()]


def test_a_named_person_completes_a_task(served: Served) -> None:
    task = task_of(planned(served))
    assert served.post(f"/tasks/{task}", by="nobody", outcome="done", statement="x").status_code == 400
    assert (
        served.post(f"/tasks/{task}", by="ada@example.com", outcome="done", statement="x").status_code == 400
    )
    assert (
        served.post(f"/tasks/{task}", by="olga@example.com", outcome="done", statement="").status_code == 400
    )
    assert (
        served.post(f"/tasks/{task}", by="olga@example.com", outcome="gone", statement="x").status_code == 400
    )
    assert (
        served.post(
            f"/tasks/{task}", by="olga@example.com", outcome="done", statement="seat removed"
        ).status_code
        == 303
    )
    _, one = find_task(served.site.settings, task)
    assert (one.state, one.completed_by, one.note) == ("completed", "olga@example.com", "seat removed")
    assert "seat removed" in served.get(f"/tasks/{task}").text


def test_looking_at_a_signed_link_changes_nothing_and_it_answers_once(served: Served) -> None:
    task = task_of(planned(served))
    page = served.post(f"/tasks/{task}/link").text
    path = re.search(r"http://[^<]+(/link/[^<]+)", page)[1]  # type: ignore[index]
    before = (served.home / "ledger.jsonl").read_bytes()
    for _ in range(3):
        answer = served.stranger.get(path)
        assert answer.status_code == 200
        assert "olga@example.com" in answer.text
        assert served.stranger.head(path).status_code in (200, 405)
    assert (served.home / "ledger.jsonl").read_bytes() == before
    assert 'href="/people' not in answer.text, "a link shows one task and no way further"
    form = {"outcome": "done", "statement": "seat removed", "by": "somebody.else@example.com"}
    assert "Thank you" in served.stranger.post(path, data=form).text
    _, one = find_task(served.site.settings, task)
    assert (one.state, one.completed_by) == ("completed", "olga@example.com")
    again = served.stranger.post(path, data=form)
    assert again.status_code == 400
    assert "used already" in again.text
    assert served.stranger.get(path).status_code == 400


def test_forged_old_and_foreign_links_are_refused(served: Served) -> None:
    task = task_of(planned(served))
    home = served.home
    old = sign_link(home, task, "olga@example.com", now() - timedelta(days=30))
    good = sign_link(home, task, "olga@example.com", now())
    foreign = sign_link(home / "other", task, "olga@example.com", now())
    before = (home / "ledger.jsonl").read_bytes()
    form = {"outcome": "done", "statement": "x"}
    for token in (old, foreign, good[:-4], "x.y", "x", f"{good}."):
        assert served.stranger.post(f"/link/{token}", data=form).status_code == 400, token
        assert served.stranger.get(f"/link/{token}").status_code == 400, token
    origin = {"origin": "https://evil.example"}
    assert served.stranger.post(f"/link/{good}", data=form, headers=origin).status_code == 403
    assert (home / "ledger.jsonl").read_bytes() == before


def test_who_turned_a_task_down_by_link_gives_it_on(served: Served) -> None:
    task = task_of(planned(served))
    first, second = (sign_link(served.home, task, "olga@example.com", now()) for _ in range(2))
    answer = served.stranger.post(f"/link/{first}", data={"outcome": "not_mine", "statement": "ask IT"})
    assert "with mia@example.com now" in answer.text
    refused = served.stranger.post(f"/link/{second}", data={"outcome": "done", "statement": "after all"})
    assert refused.status_code == 400
    assert "turned this task down" in refused.text
