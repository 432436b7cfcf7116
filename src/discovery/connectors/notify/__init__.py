"""Channels: the ways in which people and systems are told. A message completes nothing.

Another package adds one (docs/extending.md): a function `(settings: Settings) -> Channel | None`; None where the
settings do not ask for it.
"""

from __future__ import annotations

from discovery.connectors.notify.alive import call_alive
from discovery.connectors.notify.jira import Jira
from discovery.connectors.notify.mail import Mail
from discovery.connectors.notify.message import Channel, Message, NotDelivered, Receipt
from discovery.connectors.notify.servicenow import ServiceNow
from discovery.connectors.notify.slack import Slack
from discovery.connectors.notify.webhook import Webhook
from discovery.extension import NOTIFIERS, extensions
from discovery.settings import Settings

__all__ = ["Channel", "Message", "NotDelivered", "Receipt", "call_alive", "channels"]


def channels(settings: Settings) -> tuple[Channel, ...]:
    """Return the channels that the settings configure, those of other packages last."""
    notify = settings.notify
    own: list[Channel | None] = [
        Mail(settings.mail) if settings.mail else None,
        Slack(notify.slack) if notify.slack else None,
        Jira(notify.jira) if notify.jira else None,
        ServiceNow(notify.servicenow) if notify.servicenow else None,
        Webhook(notify.webhook) if notify.webhook else None,
    ]
    others = [extension.load()(settings) for extension in extensions(NOTIFIERS)]
    return tuple(channel for channel in (*own, *others) if channel is not None)
