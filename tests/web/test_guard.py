from __future__ import annotations

import re
import stat

import httpx
import pytest
from starlette.routing import Route

from discovery.web.application import ROUTES
from tests.web.conftest import Served
from tests.web.world import ADA, APP

FILLED = {"person_id": ADA, "app_id": APP, "key": "m000000000000", "case_id": "case-1", "task_id": "task-1",
          "token": "x.y", "name": "people"}  # fmt: skip


def filled(route: Route) -> str:
    return re.sub(r"\{(\w+)(:path)?\}", lambda found: FILLED[found[1]], route.path)


def asked_by(method: str) -> list[str]:
    return [filled(r) for r in ROUTES if isinstance(r, Route) and method in (r.methods or ())]


def test_without_the_token_nothing_is_shown(served: Served) -> None:
    for path in asked_by("GET"):
        if not path.startswith("/link/"):
            answer = served.stranger.get(path)
            assert answer.status_code == 403, path
            assert "Not signed in" in answer.text
            assert "ada@example.com" not in answer.text
    assert served.stranger.get("/", params={"token": "guess"}).status_code == 403
    assert served.stranger.get("/", headers={"cookie": "discovery-1=x; ;=;"}).status_code == 403


def test_the_token_becomes_a_cookie_that_other_sites_cannot_send(served: Served) -> None:
    answer = served.stranger.get("/people", params={"token": served.guard.token, "status": "left"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/people?status=left")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert served.guard.token not in cookie
    assert served.stranger.get("/people").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:80", ""]
)
def test_under_another_name_nothing_is_answered(served: Served, host: str) -> None:
    for path in ("/", "/static/style.css", "/link/x.y", f"/?token={served.guard.token}"):
        assert served.browser.get(path, headers={"host": host}).status_code in (400, 421), path


def test_every_post_needs_the_token_of_its_form(served: Served) -> None:
    paths = [path for path in asked_by("POST") if not path.startswith("/link/")]
    assert len(paths) > 6
    for path in paths:
        assert served.browser.post(path, data={"csrf": "guess"}).status_code == 403, path
        assert served.browser.post(path, data={"other": "x"}).status_code == 403, path
        assert served.stranger.post(path, data={"csrf": served.guard.csrf}).status_code == 403, path
        foreign = served.browser.post(
            path, data={"csrf": served.guard.csrf}, headers={"origin": "https://evil.example"}
        )
        assert foreign.status_code == 403, path
        assert (
            served.browser.post(
                path, data={"csrf": served.guard.csrf}, headers={"origin": "null"}
            ).status_code
            == 403
        )
    assert not (served.home / "decisions.jsonl").exists()
    assert not (served.home / "ledger.jsonl").exists()


def test_only_short_forms_are_taken(served: Served) -> None:
    csrf = {"csrf": served.guard.csrf}
    assert served.browser.post("/newer", json=csrf).status_code == 415
    assert served.browser.post("/newer", data={**csrf, "x": "y" * 70_000}).status_code == 413
    assert (
        served.browser.post("/newer", data={**csrf, **{f"x{n}": "y" for n in range(200)}}).status_code == 400
    )
    assert served.browser.put("/newer", data=csrf).status_code == 405
    assert served.browser.delete("/people").status_code == 405


def test_every_answer_says_what_a_browser_may_do_with_it(served: Served) -> None:
    answers = [served.get(path) for path in (*asked_by("GET"), "/nowhere", "/static/style.css")]
    answers.append(served.stranger.get("/"))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        is_static = answer.url.path.startswith("/static/")
        assert answer.headers["cache-control"] == ("max-age=3600" if is_static else "no-store"), answer.url
        assert "server" not in answer.headers


def test_pages_load_nothing_from_elsewhere_and_hold_no_script(served: Served) -> None:
    for path in asked_by("GET"):
        text = served.get(path).text
        assert re.findall(r"<script(?! src=\"/static/keys\.js\" defer></script>)", text) == [], path
        assert re.findall(r"(?:src|action)=\"(?!/)[^\"]+\"", text) == [], path
        assert re.findall(r"<[^>]*\son\w+=", text) == [], path
        assert 'style="' not in text


def test_who_opened_whose_scope_is_kept(served: Served) -> None:
    served.get(f"/people/{ADA}")
    served.get(f"/people/{ADA}/apps/{APP}")
    served.get(f"/csv/scope.csv?person={ADA}")
    served.get(f"/people/{ADA}/dossier.html")
    path = served.home / "opened.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert text.count(ADA) == text.count("\n") == 4
    assert [word in text for word in ('"page": "person"', f'"access {APP}"', '"csv scope"', '"dossier"')] == [
        True
    ] * 4


def test_a_fault_is_said_without_its_insides(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discovery.web.site.read_cases", lambda home: 1 / 0)
    answer = served.get("/cases")
    assert answer.status_code == 500
    assert "division" not in answer.text
    assert isinstance(answer, httpx.Response)
