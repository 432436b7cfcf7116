"""Settings: `discovery.toml`, then the environment (`DISCOVERY_*`), then flags.

Unknown keys and values of the wrong type are refused with the file, the key and what was expected. A section
that is more than a few keys has a module of its own here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from discovery.errors import BadSettings
from discovery.settings.browsing import BrowsingOff, browsing_off_of
from discovery.settings.collect import (
    CollectSettings,
    EntraSettings,
    GoogleSettings,
    OktaSettings,
    collect_of,
    entra_of,
    google_of,
    okta_of,
)
from discovery.settings.connectors import ConnectorSettings, ScimSettings, connectors_of, scim_of
from discovery.settings.engine import EngineSettings, engine_of
from discovery.settings.mail import MailSettings, mail_of
from discovery.settings.notify import (
    JiraSettings,
    NotifySettings,
    ServiceNowSettings,
    SlackSettings,
    WebhookSettings,
    notify_of,
)
from discovery.settings.offboarding import OffboardingSettings, StandingApproval, offboarding_of
from discovery.settings.operator import OperatorSettings, operator_of
from discovery.settings.reader import Reader
from discovery.settings.retention import RetentionSettings, retention_of
from discovery.settings.sources import (
    DATE_ORDERS,
    MAPPING_KINDS,
    ColumnMapping,
    SourceHint,
    hint_of,
    mapping_of,
)
from discovery.settings.web import WebSettings, web_of

__all__ = ["DATE_ORDERS", "MAPPING_KINDS", "SOURCES_OF_TRUTH", "BrowsingOff", "CollectSettings",
           "ColumnMapping", "ConnectorSettings", "EngineSettings", "EntraSettings", "GoogleSettings",
           "JiraSettings", "MailSettings", "NotifySettings", "OffboardingSettings", "OktaSettings",
           "OperatorSettings", "RetentionSettings", "ScimSettings", "ServiceNowSettings", "Settings",
           "SlackSettings", "SourceHint", "StandingApproval", "WebSettings", "WebhookSettings",
           "load_settings"]  # fmt: skip

SOURCES_OF_TRUTH = ("hr", "entra", "okta", "google", "jumpcloud", "active_directory")


@dataclass(frozen=True)
class Settings:
    """Everything that may be set; paths are absolute."""

    home: Path
    inbox: Path
    config: Path | None = None
    domains: tuple[str, ...] = ()
    timezone: str = "UTC"
    catalog: Path | None = None
    plugins: Path | None = None
    source_of_truth: str | None = None
    link_threshold: float = 0.7
    break_glass: tuple[str, ...] = ()
    cardholders: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[SourceHint, ...] = ()
    mappings: tuple[ColumnMapping, ...] = ()
    cadence_days: Mapping[str, int] = field(default_factory=dict)
    nightly_at: str = "02:30"
    schedule_enabled: bool = False
    history_days: int = 400
    keep_generations: int = 7
    memory_limit: str = "2GB"
    threads: int | None = None
    engine: EngineSettings = field(default_factory=EngineSettings)
    browsing: bool = True
    min_visit_days: int = 2
    browsing_off: BrowsingOff = field(default_factory=BrowsingOff)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    group: str | None = None
    offboarding: OffboardingSettings = field(default_factory=OffboardingSettings)
    mail: MailSettings | None = None
    connectors: Mapping[str, ConnectorSettings] = field(default_factory=dict)
    scim: Mapping[str, ScimSettings] = field(default_factory=dict)
    notify: NotifySettings = field(default_factory=NotifySettings)
    collect: CollectSettings = field(default_factory=CollectSettings)
    entra: EntraSettings | None = None
    okta: OktaSettings | None = None
    google: GoogleSettings | None = None
    web: WebSettings = field(default_factory=WebSettings)
    operator: OperatorSettings | None = None

    @property
    def warehouse(self) -> Path:
        """The pipeline's own file; one writer."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The file that people open."""
        return self.home / "access_graph.duckdb"


_TOP = {"home", "inbox", "domains", "timezone", "catalog", "plugins", "people", "cardholders", "source",
        "mapping", "cadence_days", "schedule", "publish", "engine", "browsing", "offboarding", "deputies",
        "mail", "connectors", "scim", "notify", "standing_approval", "collect", "entra", "okta",
        "google", "web", "operator", "retention"}  # fmt: skip


def load_settings(
    config: Path | None = None,
    *,
    home: Path | None = None,
    inbox: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Read the settings; flags win over the environment, which wins over the file.

    Without `config`, `DISCOVERY_CONFIG` and then `./discovery.toml` are tried. Relative paths in the file
    are relative to the file's folder. Raises BadSettings.
    """
    env = os.environ if environ is None else environ
    if config is None and env.get("DISCOVERY_CONFIG"):
        config = Path(env["DISCOVERY_CONFIG"])
    if config is None and Path("discovery.toml").is_file():
        config = Path("discovery.toml")
    data: dict[str, Any] = {}
    base = Path.cwd()
    where = "settings"
    if config is not None:
        where = str(config)
        config = config.absolute()
        base = config.parent
        try:
            data = tomllib.loads(config.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise BadSettings(f"{where}: no such file. `discovery init` writes a commented one.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSettings(f"{where}: not valid TOML: {error}") from error
    reader = Reader(where, data)
    reader.refuse_unknown(_TOP, data, "")

    def path_of(flag: Path | None, key: str, default: str) -> Path:
        if flag is not None:
            return flag.absolute()
        if env.get(f"DISCOVERY_{key.upper()}"):
            return Path(env[f"DISCOVERY_{key.upper()}"]).absolute()
        return (base / reader.text(data, key, default)).absolute()

    people = reader.section("people", {"source_of_truth", "link_threshold", "break_glass"})
    schedule = reader.section("schedule", {"at", "enabled", "history_days"})
    publish = reader.section("publish", {"keep_generations", "group"})
    engine = reader.section("engine", {"memory_limit", "threads", "engine", "remote", "python"})
    browsing = reader.section(
        "browsing", {"enabled", "min_visit_days", "off_departments", "off_groups", "off_persons"}
    )
    truth = people.get("source_of_truth")
    if truth is not None and truth not in SOURCES_OF_TRUTH:
        raise BadSettings(
            f"{where}: people.source_of_truth = {truth!r}; expected one of {', '.join(SOURCES_OF_TRUTH)}"
        )
    catalog = reader.text(data, "catalog", "")
    plugins = reader.text(data, "plugins", "")
    return Settings(
        home=_plain(path_of(home, "home", ".discovery")),
        inbox=path_of(inbox, "inbox", "inbox"),
        config=config,
        domains=tuple(d.lower() for d in reader.texts(data, "domains")),
        timezone=reader.zone(data, "timezone"),
        catalog=(base / catalog).absolute() if catalog else None,
        plugins=(base / plugins).absolute() if plugins else None,
        source_of_truth=truth,
        link_threshold=reader.share(people, "link_threshold", 0.7),
        break_glass=tuple(text.lower() for text in reader.texts(people, "break_glass")),
        cardholders=reader.text_map("cardholders"),
        sources=tuple(hint_of(reader, i, block) for i, block in enumerate(reader.blocks("source"), 1)),
        mappings=tuple(mapping_of(reader, i, block) for i, block in enumerate(reader.blocks("mapping"), 1)),
        cadence_days=reader.int_map("cadence_days"),
        nightly_at=reader.text(schedule, "at", "02:30"),
        schedule_enabled=reader.flag(schedule, "enabled", default=False),
        history_days=reader.at_least(schedule, "history_days", 400, 0),
        keep_generations=reader.number(publish, "keep_generations", 7),
        group=reader.text(publish, "group", "") or None,
        memory_limit=reader.text(engine, "memory_limit", "2GB"),
        threads=reader.number(engine, "threads", 0) or None,
        engine=engine_of(reader, engine, base),
        browsing=reader.flag(browsing, "enabled", default=True),
        min_visit_days=reader.number(browsing, "min_visit_days", 2),
        browsing_off=browsing_off_of(reader, browsing),
        retention=retention_of(reader),
        offboarding=offboarding_of(reader, base),
        mail=mail_of(reader),
        connectors=connectors_of(reader),
        scim=scim_of(reader),
        notify=notify_of(reader),
        collect=collect_of(reader),
        entra=entra_of(reader, base),
        okta=okta_of(reader),
        google=google_of(reader, base),
        web=web_of(reader),
        operator=operator_of(reader),
    )


def _plain(home: Path) -> Path:
    """Refuse a home that the engine takes for a pattern: it would read no file of it, or those of another."""
    if found := set(str(home)) & set("*?["):
        raise BadSettings(
            f"home = {home}: the path has {' '.join(sorted(found))} in it, which the engine takes for a pattern of "
            "names; expected a path without *, ? and [; name another folder (home in the settings, --home)"
        )
    return home
