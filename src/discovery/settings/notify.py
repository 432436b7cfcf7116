"""Where people are told besides by mail: `[notify.slack]`, `[notify.jira]`, `[notify.servicenow]`, `[notify.webhook]`.

`alive_url` in `[notify]`: the address of a watch elsewhere that expects a call after each good night.

Tokens and passwords come from the environment alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from discovery.errors import BadSettings
from discovery.settings.reader import Reader


@dataclass(frozen=True)
class SlackSettings:
    """Token: DISCOVERY_SLACK_TOKEN. `channel`: where it goes if Slack does not know the person's address."""

    channel: str | None = None
    api_url: str = "https://slack.com/api"


@dataclass(frozen=True)
class JiraSettings:
    """Token: DISCOVERY_JIRA_TOKEN. `user`: the e-mail address on Jira Cloud, None on Data Center."""

    url: str
    project: str
    issue_type: str = "Task"
    user: str | None = None


@dataclass(frozen=True)
class ServiceNowSettings:
    """Password: DISCOVERY_SERVICENOW_PASSWORD; without `user` the token DISCOVERY_SERVICENOW_TOKEN."""

    url: str
    table: str = "incident"
    user: str | None = None


@dataclass(frozen=True)
class WebhookSettings:
    """Secret of the signature: DISCOVERY_WEBHOOK_SECRET."""

    url: str


@dataclass(frozen=True)
class NotifySettings:
    """The channels that are set up, and the address to call after a good night."""

    slack: SlackSettings | None = None
    jira: JiraSettings | None = None
    servicenow: ServiceNowSettings | None = None
    webhook: WebhookSettings | None = None
    alive_url: str | None = None


_CHANNELS: Mapping[str, type[Any]] = {
    "slack": SlackSettings,
    "jira": JiraSettings,
    "servicenow": ServiceNowSettings,
    "webhook": WebhookSettings,
}


def notify_of(reader: Reader) -> NotifySettings:
    """Return the channels. Raises BadSettings for one that lacks a key, and for plain http off this machine."""
    block = reader.section("notify", {*_CHANNELS, "alive_url"})
    return NotifySettings(
        **{name: _channel(reader, name, said) for name, said in block.items() if name in _CHANNELS},
        alive_url=reader.address(block, "alive_url") if "alive_url" in block else None,
    )


def _channel(reader: Reader, name: str, said: Any) -> Any:
    kind = _CHANNELS[name]
    if not isinstance(said, dict):
        raise BadSettings(f"{reader.where}: notify.{name} = {said!r}; expected a table [notify.{name}]")
    fields = dataclasses.fields(kind)
    reader.refuse_unknown({f.name for f in fields}, said, f"notify.{name}.")
    values: dict[str, Any] = {}
    for field in fields:
        if field.name not in said:
            if field.default is dataclasses.MISSING:
                raise BadSettings(f"{reader.where}: [notify.{name}] has no `{field.name}`")
            continue
        text = reader.text(said, field.name, "")
        if field.name in ("url", "api_url"):
            text = reader.address(said, field.name)
        values[field.name] = text or None
    return kind(**values)
