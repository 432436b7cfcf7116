"""Settings: `discovery.toml`, then the environment (`DISCOVERY_*`), then flags.

Unknown keys and values of the wrong type are refused with the file, the key and what was expected.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from discovery.errors import BadSettings

DATE_ORDERS = ("ymd", "dmy", "mdy")
SOURCES_OF_TRUTH = ("hr", "entra", "okta", "google", "jumpcloud", "active_directory")
MAPPING_KINDS = ("charge", "sign_in", "web_visit", "app_account", "directory_account")


@dataclass(frozen=True)
class SourceHint:
    """What a file does not say itself. `files` is a glob on the path below the inbox."""

    files: str
    format: str | None = None
    instance: str | None = None
    person: str | None = None
    app: str | None = None
    snapshot_on: date | None = None
    timezone: str | None = None
    date_order: str | None = None
    currency: str | None = None
    decimal: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of a CSV that no format knows are to be read; `columns` is target → header."""

    name: str
    kind: str
    columns: Mapping[str, str]
    date_order: str = "ymd"
    currency: str | None = None
    decimal: str = "."
    delimiter: str | None = None
    timezone: str = "UTC"
    app: str | None = None
    sign: str = "charge_is_positive"


@dataclass(frozen=True)
class OffboardingSettings:
    """Guard rails and people of offboarding. `protected`: globs on any identifier; such accounts are never acted on."""

    playbooks: Path | None = None
    protected: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    max_steps_per_run: int = 100
    max_persons_per_run: int = 5
    two_approvers_above: int = 3
    stop_file: Path | None = None
    max_source_age_days: int = 7
    silence_days: int = 7
    fallback_owner: str | None = None
    task_days: int = 5
    remind_every_days: int = 3
    escalate_to: str | None = None
    deputies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailSettings:
    """The mail server for tasks; the password comes from DISCOVERY_SMTP_PASSWORD alone."""

    host: str
    sender: str
    port: int = 25
    starttls: bool = False
    user: str | None = None


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
    cardholders: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[SourceHint, ...] = ()
    mappings: tuple[ColumnMapping, ...] = ()
    cadence_days: Mapping[str, int] = field(default_factory=dict)
    nightly_at: str = "02:30"
    schedule_enabled: bool = False
    keep_generations: int = 7
    memory_limit: str = "2GB"
    threads: int | None = None
    browsing: bool = True
    min_visit_days: int = 2
    group: str | None = None
    offboarding: OffboardingSettings = field(default_factory=OffboardingSettings)
    mail: MailSettings | None = None

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
        "mail"}  # fmt: skip


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
    reader = _Reader(where, data)
    reader.refuse_unknown(_TOP, data, "")

    def path_of(flag: Path | None, key: str, default: str) -> Path:
        if flag is not None:
            return flag.absolute()
        if env.get(f"DISCOVERY_{key.upper()}"):
            return Path(env[f"DISCOVERY_{key.upper()}"]).absolute()
        return (base / reader.text(data, key, default)).absolute()

    people = reader.section("people", {"source_of_truth"})
    schedule = reader.section("schedule", {"at", "enabled"})
    publish = reader.section("publish", {"keep_generations", "group"})
    engine = reader.section("engine", {"memory_limit", "threads"})
    browsing = reader.section("browsing", {"enabled", "min_visit_days"})
    truth = people.get("source_of_truth")
    if truth is not None and truth not in SOURCES_OF_TRUTH:
        raise BadSettings(
            f"{where}: people.source_of_truth = {truth!r}; expected one of {', '.join(SOURCES_OF_TRUTH)}"
        )
    catalog = reader.text(data, "catalog", "")
    plugins = reader.text(data, "plugins", "")
    return Settings(
        home=path_of(home, "home", ".discovery"),
        inbox=path_of(inbox, "inbox", "inbox"),
        config=config,
        domains=tuple(d.lower() for d in reader.texts(data, "domains")),
        timezone=reader.zone(data, "timezone"),
        catalog=(base / catalog).absolute() if catalog else None,
        plugins=(base / plugins).absolute() if plugins else None,
        source_of_truth=truth,
        cardholders=reader.text_map("cardholders"),
        sources=tuple(reader.hint(i, block) for i, block in enumerate(reader.blocks("source"), 1)),
        mappings=tuple(reader.mapping(i, block) for i, block in enumerate(reader.blocks("mapping"), 1)),
        cadence_days=reader.int_map("cadence_days"),
        nightly_at=reader.text(schedule, "at", "02:30"),
        schedule_enabled=reader.flag(schedule, "enabled", default=False),
        keep_generations=reader.number(publish, "keep_generations", 7),
        group=reader.text(publish, "group", "") or None,
        memory_limit=reader.text(engine, "memory_limit", "2GB"),
        threads=reader.number(engine, "threads", 0) or None,
        browsing=reader.flag(browsing, "enabled", default=True),
        min_visit_days=reader.number(browsing, "min_visit_days", 2),
        offboarding=_offboarding(reader, base),
        mail=_mail(reader),
    )


def _offboarding(reader: _Reader, base: Path) -> OffboardingSettings:
    known = {f.name for f in dataclasses.fields(OffboardingSettings)} - {"deputies"}
    block = reader.section("offboarding", known)
    standard = OffboardingSettings()
    playbooks = reader.text(block, "playbooks", "")
    stop = reader.text(block, "stop_file", "")
    return OffboardingSettings(
        playbooks=(base / playbooks).absolute() if playbooks else None,
        protected=tuple(text.lower() for text in reader.texts(block, "protected")),
        approvers=tuple(reader.texts(block, "approvers")),
        max_steps_per_run=reader.at_least(block, "max_steps_per_run", standard.max_steps_per_run, 1),
        max_persons_per_run=reader.at_least(block, "max_persons_per_run", standard.max_persons_per_run, 1),
        two_approvers_above=reader.at_least(block, "two_approvers_above", standard.two_approvers_above, 0),
        stop_file=(base / stop).absolute() if stop else None,
        max_source_age_days=reader.at_least(block, "max_source_age_days", standard.max_source_age_days, 0),
        silence_days=reader.at_least(block, "silence_days", standard.silence_days, 0),
        fallback_owner=reader.text(block, "fallback_owner", "") or None,
        task_days=reader.at_least(block, "task_days", standard.task_days, 1),
        remind_every_days=reader.at_least(block, "remind_every_days", standard.remind_every_days, 1),
        escalate_to=reader.text(block, "escalate_to", "") or None,
        deputies=reader.text_map("deputies"),
    )


def _mail(reader: _Reader) -> MailSettings | None:
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


class _Reader:
    """Takes values out of parsed TOML and names the key in every refusal."""

    def __init__(self, where: str, data: dict[str, Any]) -> None:
        self.where = where
        self.data = data

    def refuse_unknown(self, known: set[str], block: Mapping[str, Any], prefix: str) -> None:
        for key in block:
            if key not in known:
                raise BadSettings(
                    f"{self.where}: unknown key {prefix}{key}; known: {', '.join(sorted(known))}"
                )

    def _typed(self, block: Mapping[str, Any], key: str, kind: type, default: Any, expected: str) -> Any:
        value = block.get(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadSettings(f"{self.where}: {key} = {value!r}; expected {expected}")
        return value

    def text(self, block: Mapping[str, Any], key: str, default: str) -> str:
        return str(self._typed(block, key, str, default, "a text"))

    def number(self, block: Mapping[str, Any], key: str, default: int) -> int:
        return int(self._typed(block, key, int, default, "a whole number"))

    def at_least(self, block: Mapping[str, Any], key: str, default: int, least: int) -> int:
        number = self.number(block, key, default)
        if number < least:
            raise BadSettings(f"{self.where}: {key} = {number}; expected {least} or more")
        return number

    def flag(self, block: Mapping[str, Any], key: str, *, default: bool) -> bool:
        return bool(self._typed(block, key, bool, default, "true or false"))

    def texts(self, block: Mapping[str, Any], key: str) -> list[str]:
        values = self._typed(block, key, list, [], "a list of texts")
        for value in values:
            if not isinstance(value, str):
                raise BadSettings(f"{self.where}: {key} holds {value!r}; expected texts only")
        return list(values)

    def section(self, key: str, known: set[str]) -> dict[str, Any]:
        block: dict[str, Any] = self._typed(self.data, key, dict, {}, f"a table [{key}]")
        self.refuse_unknown(known, block, f"{key}.")
        return block

    def blocks(self, key: str) -> list[dict[str, Any]]:
        blocks = self._typed(self.data, key, list, [], f"one or more [[{key}]] blocks")
        return [b for b in blocks if isinstance(b, dict)]

    def text_map(self, key: str) -> dict[str, str]:
        block = self._typed(self.data, key, dict, {}, f"a table [{key}]")
        return {str(k): self.text(block, k, "") for k in block}

    def int_map(self, key: str) -> dict[str, int]:
        block = self._typed(self.data, key, dict, {}, f"a table [{key}]")
        return {str(k): self.number(block, k, 0) for k in block}

    def zone(self, block: Mapping[str, Any], key: str, default: str = "UTC") -> str:
        name = self.text(block, key, default)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadSettings(
                f"{self.where}: {key} = {name!r}; expected a zone name such as Europe/London"
            ) from error
        return name

    def _order(self, block: Mapping[str, Any], place: str) -> str | None:
        order = block.get("date_order")
        if order is not None and order not in DATE_ORDERS:
            raise BadSettings(
                f"{self.where}: {place}.date_order = {order!r}; expected one of {', '.join(DATE_ORDERS)}"
            )
        return order

    def hint(self, number: int, block: Mapping[str, Any]) -> SourceHint:
        place = f"[[source]] {number}"
        self.refuse_unknown({f.name for f in dataclasses.fields(SourceHint)}, block, f"{place}: ")
        if not block.get("files"):
            raise BadSettings(f"{self.where}: {place} has no `files` (a glob below the inbox)")
        snapshot = block.get("snapshot_on")
        if snapshot is not None and type(snapshot) is not date:
            raise BadSettings(
                f"{self.where}: {place}.snapshot_on = {snapshot!r}; expected a date, 2026-09-30"
            )
        if "timezone" in block:
            self.zone(block, "timezone")
        self._order(block, place)
        return SourceHint(**block)

    def mapping(self, number: int, block: Mapping[str, Any]) -> ColumnMapping:
        place = f"[[mapping]] {number}"
        self.refuse_unknown({f.name for f in dataclasses.fields(ColumnMapping)}, block, f"{place}: ")
        for key in ("name", "kind", "columns"):
            if not block.get(key):
                raise BadSettings(f"{self.where}: {place} has no `{key}`")
        if block["kind"] not in MAPPING_KINDS:
            raise BadSettings(
                f"{self.where}: {place}.kind = {block['kind']!r}; expected one of {', '.join(MAPPING_KINDS)}"
            )
        self._order(block, place)
        if "timezone" in block:
            self.zone(block, "timezone")
        return ColumnMapping(**block)
