"""To any receiver, as signed JSON.

`X-Signature-256: sha256=HEX` is the HMAC-SHA-256, with the shared secret, of the bytes
`TIMESTAMP.BODY`; `X-Signature-Timestamp` holds TIMESTAMP, Unix seconds. A receiver compares in constant time and
refuses old timestamps. `key` and `kind` are the same when a message is sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from dataclasses import dataclass

from discovery.connectors.notify.http import call
from discovery.connectors.notify.message import Message, NotDelivered, Receipt, TicketState
from discovery.settings import WebhookSettings

SECRET = "DISCOVERY_WEBHOOK_SECRET"


@dataclass(frozen=True)
class Webhook:
    """Posts each message as JSON."""

    settings: WebhookSettings
    name: str = "webhook"

    def takes(self, message: Message) -> bool:  # noqa: ARG002 - the receiver decides
        """Everything; the receiver decides."""
        return True

    def deliver(self, message: Message, reference: str | None) -> Receipt:
        """Post it. Raises NotDelivered, also where no secret is set: nothing is sent unsigned."""
        secret = os.environ.get(SECRET, "")
        if not secret:
            raise NotDelivered(f"{SECRET} is not set: nothing is sent unsigned")
        body = json.dumps(
            {"version": 1, "kind": message.kind, "key": message.key, "to": message.to, "subject": message.subject,
             "text": message.text, "due_on": message.due_on, "facts": dict(message.facts)},
            ensure_ascii=True, sort_keys=True,
        ).encode()  # fmt: skip
        at = str(int(time.time()))
        headers = {"Content-Type": "application/json", "X-Signature-Timestamp": at,
                   "X-Signature-256": f"sha256={signature(secret, at, body)}"}  # fmt: skip
        call("POST", self.settings.url, headers=headers, content=body)
        return Receipt("posted", reference)

    def ticket_state(self, reference: str) -> TicketState:  # noqa: ARG002 - nothing is asked back
        """Nothing is asked back."""
        return "unknown"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body, hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
