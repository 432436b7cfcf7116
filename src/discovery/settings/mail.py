"""The mail server: `[mail]`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from discovery.errors import BadSettings
from discovery.settings.reader import Reader


@dataclass(frozen=True)
class MailSettings:
    """The mail server for tasks; the password comes from DISCOVERY_SMTP_PASSWORD alone."""

    host: str
    sender: str
    port: int = 25
    starttls: bool = False
    user: str | None = None


def mail_of(reader: Reader) -> MailSettings | None:
    """Return the mail server, or None if there is none. Raises BadSettings."""
    block = reader.section("mail", {f.name for f in dataclasses.fields(MailSettings)})
    if not block:
        return None
    for key in ("host", "sender"):
        if not reader.text(block, key, ""):
            raise BadSettings(f"{reader.where}: [mail] has no `{key}`")
    return MailSettings(
        host=reader.text(block, "host", ""),
        sender=reader.text(block, "sender", ""),
        port=reader.at_least(block, "port", 25, 1),
        starttls=reader.flag(block, "starttls", default=False),
        user=reader.text(block, "user", "") or None,
    )
