"""As a ServiceNow record: one per task, found again by its correlation id.

ServiceNow Table API (POST, GET, PATCH /api/now/table/{table}); `correlation_id` is a field of every task table.
Read 2026-11-25.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from discovery.connectors.notify.http import call
from discovery.connectors.notify.message import Message, NotDelivered, Receipt, TicketState, one_line
from discovery.settings import ServiceNowSettings

PASSWORD = "DISCOVERY_SERVICENOW_PASSWORD"
TOKEN = "DISCOVERY_SERVICENOW_TOKEN"
CLOSED = frozenset({"3", "4", "6", "7", "8"})
"""States of a task record that are over: closed complete 3, incomplete 4; of an incident: resolved 6, closed 7,
cancelled 8."""
_CODE = re.compile(r"\[(?=\s*/?\s*code)", re.IGNORECASE)


@dataclass(frozen=True)
class ServiceNow:
    """Opens one record per task. `reference`: its sys_id."""

    settings: ServiceNowSettings
    name: str = "servicenow"

    def takes(self, message: Message) -> bool:
        """Only what is about a task."""
        return message.is_about_task

    def deliver(self, message: Message, reference: str | None) -> Receipt:
        """Open the record unless there is one with this correlation id, else comment on it. Raises NotDelivered."""
        reference = reference or self._known(message.key)
        if reference is not None:
            self._ask("PATCH", f"/{quote(reference, safe='')}", json={"comments": inert(message.text)})
            return Receipt(f"commented on {reference}", reference)
        body = {"short_description": one_line(message.subject)[:160], "description": inert(message.text),
                "correlation_id": message.key, "correlation_display": "offboarding"}  # fmt: skip
        if message.due_on:
            body["due_date"] = f"{message.due_on} 12:00:00"
        made = (self._ask("POST", "", json=body) or {}).get("result") or {}
        if not made.get("sys_id"):
            raise NotDelivered("ServiceNow took the record but named no sys_id")
        return Receipt(f"opened {made.get('number') or made['sys_id']}", str(made["sys_id"]))

    def ticket_state(self, reference: str) -> TicketState:
        """Look whether the record is over. Raises NotDelivered."""
        said = self._ask("GET", f"/{quote(reference, safe='')}", params={"sysparm_fields": "state"}) or {}
        state = str((said.get("result") or {}).get("state") or "")
        return "unknown" if not state else "closed" if state in CLOSED else "open"

    def _known(self, key: str) -> str | None:
        params = {"sysparm_query": f"correlation_id={key}", "sysparm_fields": "sys_id", "sysparm_limit": "1"}
        found = (self._ask("GET", "", params=params) or {}).get("result") or []
        return str(found[0]["sys_id"]) if found else None

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        auth = (self.settings.user, os.environ.get(PASSWORD, "")) if self.settings.user else None
        headers = {"Accept": "application/json"}
        if auth is None:
            headers["Authorization"] = f"Bearer {os.environ.get(TOKEN, '')}"
        url = f"{self.settings.url.rstrip('/')}/api/now/table/{self.settings.table}{path}"
        return call(method, url, headers=headers, auth=auth, **what)


def inert(text: str) -> str:
    """Return a text of which a journal shows no part as HTML: what stands between `[code]` and `[/code]` would be."""
    return _CODE.sub("(", text)
