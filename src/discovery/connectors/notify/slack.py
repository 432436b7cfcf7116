"""By Slack: to the person if Slack knows their address, else to a channel.

docs.slack.dev/reference/methods/users.lookupByEmail (scope users:read.email) and chat.postMessage (scope chat:write;
`channel` may be a user id); read 2026-11-25. Errors come as `ok: false` with status 200.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from discovery.connectors.answer import quoted
from discovery.connectors.notify.http import call
from discovery.connectors.notify.message import Message, NotDelivered, Receipt, TicketState, one_line
from discovery.ledger import without_secrets
from discovery.settings import SlackSettings

TOKEN = "DISCOVERY_SLACK_TOKEN"


@dataclass(frozen=True)
class Slack:
    """Posts each message; reminders stand in the thread of the first one. `reference`: `channel:ts`."""

    settings: SlackSettings
    name: str = "slack"

    def takes(self, message: Message) -> bool:
        """Everything but the ledger's head, which is for machines."""
        return message.kind != "head"

    def deliver(self, message: Message, reference: str | None) -> Receipt:
        """Post it. Raises NotDelivered."""
        person = self._person(message.to)
        before, _, thread = (reference or "").partition(":")
        channel = person or self.settings.channel
        if channel is None:
            raise NotDelivered(f"Slack does not know {message.to}, and [notify.slack] names no channel")
        if before != channel:  # somebody else now: a conversation of its own
            thread = ""
        text = message.private_text if person else message.text
        body = {
            "channel": channel,
            "text": escaped(f"{one_line(message.subject)}\n{text}"),
            "mrkdwn": False,
            "unfurl_links": False,
        }
        said = self._ask("chat.postMessage", json=body | ({"thread_ts": thread} if thread else {}))
        return Receipt(f"posted to {channel}", f"{channel}:{thread or said.get('ts')}")

    def ticket_state(self, reference: str) -> TicketState:  # noqa: ARG002 - a conversation has no state
        """A conversation has no state."""
        return "unknown"

    def _person(self, email: str) -> str | None:
        try:
            return str(self._ask("users.lookupByEmail", params={"email": email})["user"]["id"])
        except NotDelivered as error:
            if "users_not_found" in str(error):
                return None
            raise

    def _ask(self, method: str, **what: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {os.environ.get(TOKEN, '')}"}
        verb = "GET" if "params" in what else "POST"
        said = call(verb, f"{self.settings.api_url.rstrip('/')}/{method}", headers=headers, **what)
        if not isinstance(said, dict) or not said.get("ok"):
            error = said.get("error") if isinstance(said, dict) else "no JSON"
            raise NotDelivered(f"Slack refused {method}: {quoted(without_secrets(error))}")
        return said


def escaped(text: str) -> str:
    """Return a text in which nothing mentions anybody and no words hide an address.

    docs.slack.dev/messaging/formatting-message-text; stars and the like do nothing where `mrkdwn` is false.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
