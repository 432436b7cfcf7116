from __future__ import annotations

import base64
import hashlib
import hmac
import re
from pathlib import Path
from typing import Any

import pytest

from discovery.connectors.notify import Message, NotDelivered, channels
from discovery.connectors.notify.jira import Jira
from discovery.connectors.notify.servicenow import ServiceNow
from discovery.connectors.notify.slack import Slack
from discovery.connectors.notify.webhook import Webhook
from discovery.errors import BadSettings
from discovery.settings import (
    JiraSettings,
    ServiceNowSettings,
    SlackSettings,
    WebhookSettings,
    load_settings,
)
from tests.connectors.receiver import Call, receiving

TASK = Message(
    "assigned", "olga@example.com", "task-1a2b3c4d5e", "Task: Remove the account: Figma (due 2026-11-25)",
    ("You have a task.", "What: <@everyone> & *bold*"), due_on="2026-11-25",
    link="https://offboarding.example.com/link/secret-of-olga", facts={"task_id": "task-1a2b3c4d5e"},
)  # fmt: skip
LATER = Message("reminder", "olga@example.com", TASK.key, "Reminder: Remove", ("Still open.",))


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_TOKEN", "JIRA_TOKEN", "SERVICENOW_PASSWORD", "SERVICENOW_TOKEN", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"DISCOVERY_{name}", f"canary-{name}")


def slack(call: Call) -> tuple[int, Any]:
    if call.path.startswith("/users.lookupByEmail"):
        known = "olga" in call.path
        return 200, {"ok": True, "user": {"id": "U07"}} if known else {
            "ok": False,
            "error": "users_not_found",
        }
    if call.json["channel"] == "C-archived":
        return 200, {"ok": False, "error": "is_archived"}
    return 200, {"ok": True, "channel": "D01", "ts": f"17.{len(call.body)}"}


def test_slack_reaches_the_person_and_keeps_one_thread() -> None:
    with receiving(slack) as server:
        way = Slack(SlackSettings(channel="C-it", api_url=server.url))
        first = way.deliver(TASK, None)
        assert first.reference is not None
        assert first.reference.startswith("U07:")
        way.deliver(LATER, first.reference)
        posts = [c.json for c in server.calls if c.path == "/chat.postMessage"]
        assert [p["channel"] for p in posts] == ["U07", "U07"]
        assert "thread_ts" not in posts[0]
        assert posts[1]["thread_ts"] == first.reference.partition(":")[2]
        assert "&lt;@everyone&gt; &amp;" in posts[0]["text"], "text from files mentions nobody"
        assert TASK.link in posts[0]["text"], "only the person reads it"
        assert server.calls[0].headers["authorization"] == "Bearer canary-SLACK_TOKEN"
        assert way.ticket_state(first.reference) == "unknown"


def test_slack_uses_the_channel_for_who_it_does_not_know_and_shows_them_no_link() -> None:
    with receiving(slack) as server:
        unknown = Message(
            "assigned", "bo@example.com", "task-2", "Task", ("Do it.",), link="https://x/link/bo"
        )
        way = Slack(SlackSettings(channel="C-it", api_url=server.url))
        assert str(way.deliver(unknown, "U07:17.1").reference).startswith("C-it:")
        post = server.calls[-1].json
        assert (post["channel"], "thread_ts" in post, "link/bo" in post["text"]) == ("C-it", False, False)
        with pytest.raises(NotDelivered, match="is_archived"):
            Slack(SlackSettings(channel="C-archived", api_url=server.url)).deliver(unknown, None)
        with pytest.raises(NotDelivered, match="names no channel"):
            Slack(SlackSettings(api_url=server.url)).deliver(unknown, None)


def test_jira_gets_one_issue_a_task_and_comments() -> None:
    status = {"key": "indeterminate"}

    def answer(call: Call) -> tuple[int, Any]:
        if call.method == "GET":
            return 200, {"fields": {"status": {"statusCategory": status}}}
        return 201, {"id": "10000", "key": "IT-24"}

    with receiving(answer) as server:
        way = Jira(JiraSettings(server.url, "IT", user="bot@example.com"))
        assert way.deliver(TASK, None).reference == "IT-24"
        assert way.deliver(LATER, "IT-24").reference == "IT-24"
        made, comment = server.calls
        fields = made.json["fields"]
        assert (made.path, comment.path) == ("/rest/api/2/issue", "/rest/api/2/issue/IT-24/comment")
        assert (fields["project"], fields["issuetype"], fields["duedate"]) == (
            {"key": "IT"}, {"name": "Task"}, "2026-11-25")  # fmt: skip
        assert TASK.key in fields["labels"]
        assert "secret-of-olga" not in made.body.decode(), "everybody in the project would read it"
        expected = base64.b64encode(b"bot@example.com:canary-JIRA_TOKEN").decode()
        assert made.headers["authorization"] == f"Basic {expected}"
        assert way.ticket_state("IT-24") == "open"
        status["key"] = "done"
        assert way.ticket_state("IT-24") == "closed"
        assert not way.takes(Message("approval", "a@example.com", "case-1", "s", ()))


def test_servicenow_finds_its_record_again() -> None:
    records: dict[str, dict[str, str]] = {}

    def answer(call: Call) -> tuple[int, Any]:
        if call.method == "POST":
            records["s1"] = {**call.json, "sys_id": "s1", "number": "INC0010", "state": "1"}
            return 201, {"result": records["s1"]}
        if call.method == "PATCH":
            records["s1"].update(call.json)
            return 200, {"result": records["s1"]}
        if "sysparm_query" in call.path:
            found = [r for r in records.values() if r["correlation_id"] in call.path]
            return 200, {"result": [{"sys_id": r["sys_id"]} for r in found]}
        return 200, {"result": {"state": records["s1"]["state"]}}

    with receiving(answer) as server:
        way = ServiceNow(ServiceNowSettings(server.url, user="bot"))
        assert way.deliver(TASK, None).reference == "s1"
        assert way.deliver(LATER, None).reference == "s1", "found by its correlation id: no second record"
        assert sum(call.method == "POST" for call in server.calls) == 1
        assert records["s1"]["comments"].startswith("Still open.")
        assert way.ticket_state("s1") == "open"
        records["s1"]["state"] = "7"
        assert way.ticket_state("s1") == "closed"
        bearer = ServiceNow(ServiceNowSettings(server.url))
        bearer.ticket_state("s1")
        assert server.calls[-1].headers["authorization"] == "Bearer canary-SERVICENOW_TOKEN"


def test_a_webhook_is_signed_over_its_bytes_and_nothing_goes_unsigned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with receiving(lambda _: (200, {})) as server:
        way = Webhook(WebhookSettings(server.url + "/hook"))
        way.deliver(TASK, None)
        (call,) = server.calls
        signed = call.headers["x-signature-timestamp"].encode() + b"." + call.body
        good = hmac.new(b"canary-WEBHOOK_SECRET", signed, hashlib.sha256).hexdigest()
        assert call.headers["x-signature-256"] == f"sha256={good}"
        assert (call.json["kind"], call.json["key"], call.json["facts"]) == (
            "assigned",
            TASK.key,
            dict(TASK.facts),
        )
        assert "secret-of-olga" not in call.body.decode()
        monkeypatch.delenv("DISCOVERY_WEBHOOK_SECRET")
        with pytest.raises(NotDelivered, match="nothing is sent unsigned"):
            way.deliver(TASK, None)
        assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"message": "bad"}, "does not accept our token"),
        (403, {}, "does not let our token do this"),
        (404, b"<html>gone</html>", "does not know this address"),
        (429, {}, "asked too often"),
        (500, b"boom", "trouble of its own"),
        (302, b"", "redirects are not followed"),
        (200, b"not json", "named no key"),
    ],
)
def test_what_a_receiver_refuses_is_said_in_words_and_without_secrets(
    status: int, body: Any, said: str
) -> None:
    with receiving(lambda _: (status, body)) as server:
        with pytest.raises(NotDelivered, match=said) as refused:
            Jira(JiraSettings(server.url, "IT")).deliver(TASK, None)
        assert "canary" not in str(refused.value)
        assert len(server.calls) == 1, "a message that may have arrived is not sent twice"


def test_nobody_listens() -> None:
    with pytest.raises(NotDelivered, match=r"127\.0\.0\.1 cannot be reached"):
        Webhook(WebhookSettings("http://127.0.0.1:1/")).deliver(TASK, None)


def toml(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "discovery.toml"
    path.write_text(text)
    return path


def test_channels_come_from_the_settings(tmp_path: Path) -> None:
    text = """
[mail]
host = "localhost"
sender = "offboarding@example.com"
[notify.slack]
channel = "C-it"
[notify.jira]
url = "https://jira.example.com"
project = "IT"
[notify.servicenow]
url = "https://company.service-now.com"
[notify.webhook]
url = "http://127.0.0.1:8080/hook"
"""
    settings = load_settings(toml(tmp_path, text), environ={})
    assert [way.name for way in channels(settings)] == ["mail", "slack", "jira", "servicenow", "webhook"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[notify.jira]\nurl = "https://j.example"', r"\[notify.jira\] has no `project`"),
        ('[notify.webhook]\nurl = "http://example.com/hook"', "expected https"),
        ('[notify.webhook]\nurl = "https://user:pw@example.com/hook"', "without user or password"),
        ('[notify.pager]\nurl = "https://p.example"', "unknown key notify.pager"),
        ('[notify]\nslack = "C-it"', r"expected a table \[notify.slack\]"),
    ],
)
def test_a_channel_that_cannot_work_is_refused_with_the_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        load_settings(toml(tmp_path, text), environ={})


def test_another_package_brings_a_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pager.py").write_text(
        "from discovery.connectors.notify import Receipt\n"
        "class Pager:\n"
        "    name = 'pager'\n"
        "    def takes(self, message): return True\n"
        "    def deliver(self, message, reference): return Receipt('paged ' + message.to, reference)\n"
        "    def ticket_state(self, reference): return 'unknown'\n"
        "def pager(settings): return Pager() if settings.domains else None\n"
    )
    info = tmp_path / "pager-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pager\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[discovery.notifiers]\npager = pager:pager\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    on = load_settings(toml(tmp_path, 'domains = ["example.com"]'), environ={})
    assert [way.name for way in channels(on)] == ["pager"]
    assert re.match("paged olga", channels(on)[0].deliver(TASK, None).detail)
    off = load_settings(toml(tmp_path, ""), environ={})
    assert channels(off) == ()
