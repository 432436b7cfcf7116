"""Names and addresses as an attacker would have them, on their way into mails, tickets, chats and pages behind a link."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from discovery.connectors.notify import Message, NotDelivered, call_alive
from discovery.connectors.notify.jira import Jira
from discovery.connectors.notify.mail import Mail
from discovery.connectors.notify.servicenow import ServiceNow
from discovery.connectors.notify.slack import Slack
from discovery.connectors.notify.webhook import Webhook
from discovery.ledger import verify_ledger
from discovery.offboarding.advance import advance
from discovery.offboarding.approve import approve
from discovery.offboarding.case import read_cases
from discovery.offboarding.link import PATH
from discovery.offboarding.notify import notifier
from discovery.settings import (
    JiraSettings,
    MailSettings,
    NotifySettings,
    ServiceNowSettings,
    Settings,
    SlackSettings,
    WebhookSettings,
)
from discovery.store import Store
from tests.connectors.receiver import Call, Receiver, receiving
from tests.faults.canaries import PAYLOADS, faults_of_page, obeyed_by_a_terminal
from tests.offboarding.conftest import Box, mail_server
from tests.offboarding.world import write_world
from tests.web.conftest import serving

NOW = datetime(2026, 11, 20, 10)
TO_OBEY = (
    *PAYLOADS, "<!channel> {c}", "<!here|{c}>", "<@U07{c}>", "<http://127.0.0.1/{c}|your bank>", "*{c}* _b_ ~c~ `d` @here",
    "[~admin] {c}", "[your bank|http://127.0.0.1/{c}]", "!http://127.0.0.1/{c}.png!", "{{noformat}}[~admin]{c}", "{{ NoFormat:x}}{c}",
    "{{code}}{{html}}<b>{c}{{html}}", "[code]<img src=x>{c}[/code]", "[ CODE ]<b>{c}[/ code]", "{c}\r\nBcc: thief{c}@evil.example\r\n\r\nBody",
    "{c}\nBcc: thief{c}@evil.example", "{c}\r\n.\r\nMAIL FROM:<thief@evil.example>", "=?utf-8?q?{c}=0d=0aBcc:_thief@evil.example=0d=0a=0d=0aBody?=", "==??utf-8?b?DQpCY2M6IHRoaWVmQGV2aWwuZXhhbXBsZQ==?={c}",
)  # fmt: skip
TEXTS = tuple(text.format(c=f"cnry{n}x0z") for n, text in enumerate(TO_OBEY))
ADDRESSES = (
    "olga@example.com, thief@evil.example", "olga@example.com;thief@evil.example", "olga@example.com\r\nBcc: thief@evil.example",
    "Olga <thief@evil.example>", "<thief@evil.example>", "team: olga@example.com, thief@evil.example;", "olga@example.com\nRCPT TO:<thief@evil.example>",
    "olga@example.com> SIZE=1\r\nRCPT TO:<thief@evil.example", "\"thief@evil.example,\" olga@example.com", "olga@example.com thief@evil.example",
)  # fmt: skip
HERS = "olga+`id`|touch${IFS}x&'$HOME@example.com"
HIS = "ada$(touch\\ y)`id`@example.com"
"""Addresses that are commands where they stand bare in a shell; to the first one mail is sent."""


@dataclass
class Sent:
    """What a night's work sent over all channels. settings: of the home that it was sent from."""

    settings: Settings
    box: Box
    posts: dict[str, Receiver]

    def texts(self, channel: str, *keys: str) -> list[str]:
        found = [call.json for call in self.posts[channel].calls if call.method != "GET" and call.body]
        found = [said.get("fields", said) for said in found]
        return [str(said[key]) for said in found for key in keys if key in said]


def _slack(call: Call) -> tuple[int, Any]:
    if call.path.startswith("/users.lookupByEmail"):
        return 200, {"ok": True, "user": {"id": "U07"}}  # whoever it is
    return 200, {"ok": True, "channel": "D01", "ts": "17.1"}


def _servicenow(call: Call) -> tuple[int, Any]:
    if "sysparm_query" in call.path:
        return 200, {"result": []}
    if call.method == "GET":
        return 200, {"result": {"state": "1"}}
    return 201, {"result": {"sys_id": "s1", "number": "INC1"}}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    home = tmp_path_factory.mktemp("messages") / "home"
    apps = {
        text: {"name": text, "route": "manual", "class": "shadow", "sources": ["sign_in"], "survives": True,
               "owner": HERS if number % 2 else "olga@example.com"}
        for number, text in enumerate(TEXTS)
    }  # fmt: skip
    write_world(home, apps=apps, display_name=" ".join(TEXTS), email=HIS)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for name in ("SLACK_TOKEN", "JIRA_TOKEN", "SERVICENOW_TOKEN", "WEBHOOK_SECRET"):
            patch.setenv(f"DISCOVERY_{name}", f"value-of-{name}")
        box = stack.enter_context(mail_server())
        posts = {
            "slack": stack.enter_context(receiving(_slack)),
            "jira": stack.enter_context(receiving(lambda _: (201, {"key": "IT-1"}))),
            "servicenow": stack.enter_context(receiving(_servicenow)),
            "webhook": stack.enter_context(receiving(lambda _: (200, {}))),
        }
        settings = Settings(
            home=home, inbox=home.parent / "inbox", mail=MailSettings("127.0.0.1", "it@example.com", box.port)
        )
        settings = replace(
            settings,
            offboarding=replace(
                settings.offboarding, approval_requests_to=("grace@example.com",), fallback_owner="it@example.com",
                links_at="https://offboarding.example.com", run_approved=True,
            ),
            notify=NotifySettings(
                slack=SlackSettings(channel="C-it", api_url=posts["slack"].url), jira=JiraSettings(posts["jira"].url, "IT"),
                servicenow=ServiceNowSettings(posts["servicenow"].url), webhook=WebhookSettings(posts["webhook"].url),
            ),
        )  # fmt: skip
        for _ in range(2):
            with Store(settings.published, read_only=True) as store:
                advance(
                    settings,
                    store,
                    NOW,
                    connectors={},
                    can_act=lambda *_: False,
                    notify=notifier(settings),
                    is_sent=True,
                )
                for case in read_cases(home).values():
                    if case.state == "planned":
                        approve(settings, store, case)
        yield Sent(settings, box, posts)


def test_a_mail_has_its_own_headers_and_one_receiver(sent: Sent) -> None:
    assert len(sent.box.mails) > len(TEXTS)
    for to, text in sent.box.mails:
        head = text.partition("\n\n")[0]
        assert to in (
            [one]
            for one in ("olga@example.com", "mia@example.com", "grace@example.com", "it@example.com", HERS)
        ), to
        names = [line.partition(":")[0] for line in text.splitlines()[:9]]
        assert "Bcc" not in names, head
        assert obeyed_by_a_terminal(text) == set(), text
    subjects = [
        line for _, text in sent.box.mails for line in text.splitlines() if line.startswith("Subject: ")
    ]
    assert len(subjects) == len(sent.box.mails), "one each, and none within"
    of_tasks = "".join(line for line in subjects if "Task: " in line)
    assert len(set(re.findall(r"cnry\d+x0z", of_tasks))) == len(TEXTS), [
        t for n, t in enumerate(TEXTS) if f"cnry{n}x" not in of_tasks
    ]


def test_a_command_in_a_message_is_one_command(sent: Sent, tmp_path: Path) -> None:
    """What somebody pastes into a shell calls `discovery`, and nothing that a name or address holds."""
    commands = [
        line.strip()
        for _, text in sent.box.mails
        for line in text.splitlines()
        if line.startswith("  discovery ")
    ]
    assert len(commands) > len(TEXTS)
    commands = [command.replace("not_mine|cannot|needs_help", "cannot") for command in commands]
    script = "\n".join(['discovery() { printf "%s\\n" "$@"; echo; }', *commands])
    shell = subprocess.run(["sh", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert shell.stderr == ""
    calls = [call.splitlines() for call in shell.stdout.strip().split("\n\n")]
    assert len(calls) == len(commands)
    assert not list(tmp_path.iterdir())
    assert {call[2] for call in calls if call[0] == "offboard"} == {HIS, "bob@example.com"}
    assert {call[4] for call in calls if call[0] == "task"} == {
        "olga@example.com",
        "mia@example.com",
        "it@example.com",
        HERS,
    }


def test_a_chat_mentions_nobody_and_hides_no_address(sent: Sent) -> None:
    texts = sent.texts("slack", "text")
    assert len(texts) > len(TEXTS)
    assert not [text for text in texts if "<" in text or ">" in text]
    assert {
        call.json["mrkdwn"] for call in sent.posts["slack"].calls if call.path == "/chat.postMessage"
    } == {False}
    assert all(obeyed_by_a_terminal(text) == set() for text in texts)


def test_a_ticket_shows_text_as_it_is(sent: Sent) -> None:
    texts = sent.texts("jira", "description", "body")
    assert len(texts) >= len(TEXTS)
    for text in texts:
        assert text.startswith("{noformat}\n")
        assert text.endswith("{noformat}")
        assert not re.search(r"\{\s*noformat", text[11:-10], re.IGNORECASE), text
        assert "--statement" in text
        assert obeyed_by_a_terminal(text) == set()
    assert all("\n" not in text and len(text) <= 250 for text in sent.texts("jira", "summary"))
    journal = sent.texts("servicenow", "comments", "description")
    assert len(journal) >= len(TEXTS)
    assert not [text for text in journal if re.search(r"\[\s*/?\s*code", text, re.IGNORECASE)]
    assert {call.path for call in sent.posts["servicenow"].calls if call.method == "PATCH"} <= {
        "/api/now/table/incident/s1"
    }


def test_a_signed_page_is_not_obeyed(sent: Sent) -> None:
    links = {
        found
        for _, text in sent.box.mails
        for found in re.findall(rf"https://offboarding\.example\.com{PATH}\S+", text)
    }
    assert len(links) > len(TEXTS)
    seen: set[str] = set()
    with serving(sent.settings.home) as served:
        for link in sorted(links):
            answer = served.stranger.get(link.removeprefix("https://offboarding.example.com"))
            assert answer.status_code == 200, answer.text
            assert faults_of_page(answer.text) == [], answer.text
            seen |= set(re.findall(r"<h1>.*?(cnry\d+x0z)", answer.text))
    assert len(seen) == len(TEXTS)
    verify_ledger(sent.settings.home)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_not_one_is_refused(address: str) -> None:
    message = Message(
        "assigned", address, "task-1", "Task", ("Do it.",), link="https://x.example/link/of-olga"
    )
    with mail_server() as box:
        with pytest.raises(NotDelivered) as refused:
            Mail(MailSettings("127.0.0.1", "it@example.com", box.port)).deliver(message, None)
        assert box.mails == []
    assert obeyed_by_a_terminal(str(refused.value)) == set()


def test_text_of_data_is_no_header_whoever_makes_the_message() -> None:
    with mail_server() as box:
        way = Mail(MailSettings("127.0.0.1", "it@example.com", box.port))
        for text in TEXTS:
            way.deliver(Message("assigned", "olga@example.com", "task-1", text, (text,)), text)
        assert [to for to, _ in box.mails] == [["olga@example.com"]] * len(TEXTS)
        for _, mail in box.mails:
            assert not re.search(
                r"^(Bcc|Cc):", mail.partition("Auto-Submitted")[0], re.MULTILINE | re.IGNORECASE
            ), mail


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────

SECRET = "cnrySecretq7Xv9OfAll"


def _ways(url: str) -> dict[str, Any]:
    return {
        "slack": Slack(SlackSettings(channel="C", api_url=url)), "jira": Jira(JiraSettings(url, "IT", user="b")),
        "jira with a token": Jira(JiraSettings(url, "IT")), "servicenow": ServiceNow(ServiceNowSettings(url, user="b")),
        "servicenow with a token": ServiceNow(ServiceNowSettings(url)), "webhook": Webhook(WebhookSettings(url)),
    }  # fmt: skip


@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
@pytest.mark.parametrize("before", [0, 120, 135, 145], ids=lambda n: f"after {n} signs")
def test_a_receiver_that_quotes_what_it_was_sent_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, status: int, before: int
) -> None:
    """Also where the secret lies across the place at which a long answer is cut."""
    for name in ("SLACK_TOKEN", "JIRA_TOKEN", "SERVICENOW_PASSWORD", "SERVICENOW_TOKEN", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"DISCOVERY_{name}", SECRET)

    def answer(call: Call) -> tuple[int, Any]:
        said = "x" * before + " " + call.headers.get("authorization", "")
        return status, {"error": said, "ok": False} if status == 200 else said.encode()

    refused = 0
    with receiving(answer) as server:
        for name, way in _ways(server.url).items():
            try:
                way.deliver(Message("assigned", "olga@example.com", "task-1", "Task", ("Do it.",)), None)
            except NotDelivered as error:
                refused += 1
                text = str(error)
                # Of a secret that is cut, its first signs would be left; of one in base64, those of `b:cnry`.
                assert not re.search(r"cnryS|Yjpjbn", text), (name, text)
    assert refused >= (5 if status != 200 else 4)


def test_the_address_of_the_watch_is_not_quoted() -> None:
    with receiving(lambda call: (500, call.path.encode())) as server, pytest.raises(NotDelivered) as refused:
        call_alive(f"{server.url}/ping/{SECRET}")
    assert SECRET not in str(refused.value)


def test_a_mail_server_that_quotes_the_password_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOVERY_SMTP_PASSWORD", SECRET)
    asked: list[Any] = []
    with mail_server(quoting=asked) as box, pytest.raises(NotDelivered, match="user and password") as refused:
        Mail(MailSettings("127.0.0.1", "it@example.com", box.port, user="mailer")).deliver(
            Message("assigned", "olga@example.com", "task-1", "Task", ("Do it.",)), None
        )
    assert set(asked) == {SECRET}, "it was sent"
    assert str(refused.value) == "the mail server refuses user and password (535)"
