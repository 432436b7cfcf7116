"""By mail, through the company's own server."""

from __future__ import annotations

import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from discovery.connectors.notify.message import Message, NotDelivered, Receipt, TicketState, one_line
from discovery.settings import MailSettings

PASSWORD = "DISCOVERY_SMTP_PASSWORD"
TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Mail:
    """Sends each message as one mail."""

    settings: MailSettings
    name: str = "mail"

    def takes(self, message: Message) -> bool:  # noqa: ARG002 - everything can be mailed
        """Everything can be mailed."""
        return True

    def deliver(self, message: Message, reference: str | None) -> Receipt:
        """Send it; answers to the first mail about a task stand in its thread. Raises NotDelivered."""
        try:
            out = mail_of(self.settings, message, reference)
            with smtplib.SMTP(self.settings.host, self.settings.port, timeout=TIMEOUT_SECONDS) as server:
                if self.settings.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.settings.user:
                    server.login(self.settings.user, os.environ.get(PASSWORD, ""))
                server.send_message(out)
        except smtplib.SMTPAuthenticationError as error:
            # Its own words may repeat what it was sent, in base64.
            raise NotDelivered(f"the mail server refuses user and password ({error.smtp_code})") from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}") from error
        return Receipt(f"mailed to {message.to}", reference or str(out["Message-ID"]))

    def ticket_state(self, reference: str) -> TicketState:  # noqa: ARG002 - a mail has no state
        """A mail has no state."""
        return "unknown"


def mail_of(settings: MailSettings, message: Message, reference: str | None) -> EmailMessage:
    """Return the mail. Text from data can become no header: line ends in it, also encoded ones, are none.

    Raises ValueError for an address that is none.
    """
    out = EmailMessage()
    out["Subject"] = _unencoded(message.subject)
    out["From"] = settings.sender
    out["To"] = message.to
    # A comma would make two of it, and the link is for one.
    if [one.addr_spec for one in out["To"].addresses] != [message.to]:
        raise ValueError(f"{one_line(message.to)!r} is not one address")
    out["Date"] = formatdate(usegmt=True)
    out["Message-ID"] = make_msgid(domain=settings.sender.rpartition("@")[2] or "localhost")
    if reference:
        out["In-Reply-To"] = _unencoded(reference)
        out["References"] = _unencoded(reference)
    out["Auto-Submitted"] = "auto-generated"
    out.set_content(message.private_text)
    return out


def _unencoded(text: str) -> str:
    """Return a text for a header: what looks encoded (`=?utf-8?q?…?=`) would be decoded, line ends and all."""
    return one_line(text).replace("=?", "= ?")
