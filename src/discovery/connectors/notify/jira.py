"""As a Jira issue: one per task, with comments for what follows.

developer.atlassian.com/server/jira/platform/rest (v2: POST issue, POST issue/{key}/comment, GET issue/{key}); the same
paths answer on Jira Cloud. Read 2026-11-25. Cloud: `user` is an e-mail address and the token an API token (basic);
Data Center: no `user`, a personal access token (bearer).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from discovery.connectors.notify.http import call
from discovery.connectors.notify.message import Message, NotDelivered, Receipt, TicketState, one_line
from discovery.settings import JiraSettings

TOKEN = "DISCOVERY_JIRA_TOKEN"
_MACRO = re.compile(r"\{(?=\s*noformat)", re.IGNORECASE)
_LONGEST_SUMMARY = 250  # Jira refuses a summary of 255 characters or more


@dataclass(frozen=True)
class Jira:
    """Opens one issue per task. `reference`: its key."""

    settings: JiraSettings
    name: str = "jira"

    def takes(self, message: Message) -> bool:
        """Only what is about a task."""
        return message.is_about_task

    def deliver(self, message: Message, reference: str | None) -> Receipt:
        """Open the issue, or comment on it. Raises NotDelivered."""
        if reference is not None:
            self._ask("POST", f"issue/{quote(reference, safe='')}/comment", {"body": verbatim(message.text)})
            return Receipt(f"commented on {reference}", reference)
        fields: dict[str, Any] = {
            "project": {"key": self.settings.project},
            "issuetype": {"name": self.settings.issue_type},
            "summary": one_line(message.subject)[:_LONGEST_SUMMARY],
            "description": verbatim(message.text),
            "labels": ["offboarding", message.key],
        }
        if message.due_on:
            fields["duedate"] = message.due_on
        said = self._ask("POST", "issue", {"fields": fields})
        key = str((said or {}).get("key") or "")
        if not key:
            raise NotDelivered("Jira took the issue but named no key")
        return Receipt(f"opened {key}", key)

    def ticket_state(self, reference: str) -> TicketState:
        """Look whether the issue is in a status of the category done. Raises NotDelivered."""
        said = self._ask("GET", f"issue/{quote(reference, safe='')}?fields=status", None)
        try:
            return "closed" if said["fields"]["status"]["statusCategory"]["key"] == "done" else "open"
        except (KeyError, TypeError):
            return "unknown"

    def _ask(self, method: str, path: str, body: Any) -> Any:
        token = os.environ.get(TOKEN, "")
        auth = (self.settings.user, token) if self.settings.user else None
        headers = {} if auth else {"Authorization": f"Bearer {token}"}
        return call(
            method,
            f"{self.settings.url.rstrip('/')}/rest/api/2/{path}",
            headers=headers,
            auth=auth,
            json=body,
        )


def verbatim(text: str) -> str:
    """Return a text that Jira shows as it is: wiki markup in it mentions, links and embeds nothing.

    Its commands stay what they are as well: two hyphens would become a dash. Nothing within can end the block.
    """
    return "{noformat}\n" + _MACRO.sub("(", text) + "{noformat}"
