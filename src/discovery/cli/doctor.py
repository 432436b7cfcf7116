"""`discovery doctor`: is everything in order, and if not, what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path

import click

from discovery.cli.options import CONFIG_HELP, HOME_HELP, example, json_option, settings_of
from discovery.cli.output import print_json
from discovery.cli.terminal import say
from discovery.connectors import configured_connectors, missing_secrets
from discovery.errors import DiscoveryError, StoreLocked
from discovery.extension import extensions
from discovery.settings import Settings

LITTLE_SPACE = 1 << 30


@dataclass(frozen=True)
class Check:
    """One thing looked at. `state`: ok, note (worth knowing) or wrong; `remedy`: what to do."""

    name: str
    state: str
    found: str
    remedy: str = ""


@click.command(epilog=example("discovery doctor"))
@click.option("--config", type=click.Path(path_type=Path), help=CONFIG_HELP)
@click.option("--home", type=click.Path(path_type=Path), help=HOME_HELP)
@json_option
@click.pass_context
def doctor(ctx: click.Context, config: Path | None, home: Path | None, *, as_json: bool) -> None:
    """Check that everything is in order; exit code 1 if something is wrong."""
    checks = list(examine(config, home))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            say(f"{check.state:<6}{check.name}: {check.found}")
            if check.remedy:
                say(f"      → {check.remedy}")
    if any(check.state == "wrong" for check in checks):
        ctx.exit(1)


def examine(config: Path | None, home: Path | None) -> Iterator[Check]:
    """Look at everything that a run needs and leaves."""
    try:
        settings = settings_of(config, home)
    except DiscoveryError as error:
        yield Check(
            "settings", "wrong", str(error), "correct that key; `discovery init` in an empty folder shows all"
        )
        return
    yield Check(
        "settings",
        "ok",
        str(settings.config or "none: the defaults hold"),
        "" if settings.config else "`discovery init` writes a commented file",
    )
    for part, name, remedy in (
        (_words, "settings", "correct discovery.toml"),
        (_inbox, "inbox", "let the user of the program read it"),
        (_home, "home", "give it to the user of the program"),
        (_extensions, "extensions", "correct that package, or uninstall it"),
        (_formats, "formats", "correct the plug-in or the mapping, or take it out"),
        (_catalog, "catalog", "correct that row"),
        (_decisions, "decisions", "correct that line, or restore the file from a backup"),
        (_ledger, "ledger", "`discovery ledger verify` says more; restore it from a backup"),
        (_collectors, "collect", "correct discovery.toml"),
        (_connectors, "connectors", "correct discovery.toml; docs/connectors.md says what each app needs"),
        (_lock, "lock", "wait for that process, or end it"),
        (_published, "published file", "discovery run --force"),
    ):
        try:
            yield from part(settings)
        except (DiscoveryError, OSError) as error:
            yield Check(name, "wrong", str(error), remedy)


def _words(settings: Settings) -> Iterator[Check]:
    if settings.domains:
        yield Check("domains", "ok", ", ".join(settings.domains))
    else:
        yield Check(
            "domains",
            "wrong",
            "none are set: personal accounts cannot be told from those of the company",
            'set domains = ["example.com"] in discovery.toml',
        )
    if settings.timezone == "UTC":
        yield Check(
            "timezone",
            "note",
            "UTC: a last day of work ends at noon UTC of the next day",
            'set timezone = "Europe/London", or leave it',
        )
    else:
        yield Check("timezone", "ok", settings.timezone)
    if settings.group:
        import grp

        try:
            grp.getgrnam(settings.group)
            yield Check("group", "ok", settings.group)
        except KeyError:
            yield Check(
                "group",
                "wrong",
                f"publish.group = {settings.group!r} is no group of this machine",
                "correct it in discovery.toml",
            )


def _inbox(settings: Settings) -> Iterator[Check]:
    from discovery.sources.inbox import inbox_files

    if not settings.inbox.is_dir():
        yield Check("inbox", "wrong", f"{settings.inbox} is not there", "make the folder, or set `inbox`")
        return
    files = inbox_files(settings.inbox)
    if settings.inbox in settings.home.parents or settings.inbox == settings.home:
        yield Check("inbox", "wrong", f"the home {settings.home} lies in the inbox: its own files would be read",
                    "set `inbox` to a folder that holds exports only")  # fmt: skip
        return
    if not files:
        yield Check(
            "inbox",
            "wrong",
            f"{settings.inbox} is empty",
            "put exports into it; `discovery sources` says which",
        )
        return
    unreadable = [f for f in files if not os.access(f, os.R_OK)]
    if unreadable:
        yield Check(
            "inbox",
            "wrong",
            f"{len(unreadable)} files cannot be read, first {unreadable[0]}",
            "let the user of the program read them",
        )
    yield Check("inbox", "ok", f"{settings.inbox}, {len(files)} files")
    names = [str(f.relative_to(settings.inbox)) for f in files]
    for hint in settings.sources:
        if (
            not any(fnmatch(n, hint.files) or fnmatch(Path(n).name, hint.files) for n in names)
            and "/" not in hint.files
        ):
            yield Check("settings", "note", f"[[source]] files = {hint.files!r} fits no file of the inbox")


def _ledger(settings: Settings) -> Iterator[Check]:
    from discovery.ledger import verify_ledger

    verdict = verify_ledger(settings.home)
    if not verdict.is_whole:
        yield Check(
            "ledger",
            "wrong",
            f"record {verdict.bad_record}: {verdict.reason}",
            "`discovery ledger verify` says more; restore it from a backup",
        )
    elif verdict.count:
        where = f"anchored up to record {verdict.anchored}" if verdict.anchored else "not anchored"
        yield Check("ledger", "ok", f"{verdict.count} records, {where}")


def _home(settings: Settings) -> Iterator[Check]:
    home = settings.home
    if not home.exists():
        yield Check("home", "note", f"{home} is not there yet", "`discovery run` makes it")
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield Check(
            "home", "wrong", f"{home} cannot be written", f"give it to the user of the program: chown {home}"
        )
        return
    mode = home.stat().st_mode & 0o777
    if settings.group and not mode & 0o010:
        yield Check("home", "wrong", f"{home} has the mode {mode:04o}: the group {settings.group} may read the "
                    "published file, but not reach it",
                    f"chgrp {settings.group} {home} && chmod 710 {home}")  # fmt: skip
    elif mode & (0o067 if settings.group else 0o077):
        yield Check(
            "home", "wrong", f"{home} has the mode {mode:04o}: others may look in", f"chmod 700 {home}"
        )
    else:
        yield Check("home", "ok", f"{home}, private")
    free = shutil.disk_usage(home).free
    if free < LITTLE_SPACE:
        yield Check(
            "space", "wrong", f"{free >> 20} MB are left on the disk of {home}", "make room, or move the home"
        )


def _extensions(settings: Settings) -> Iterator[Check]:  # noqa: ARG001 - as the others are called
    for extension in extensions():
        extension.load()
        yield Check("extensions", "ok", extension.origin)


def _formats(settings: Settings) -> Iterator[Check]:
    from discovery.sources.registry import known_formats

    yield Check("formats", "ok", f"{len(known_formats(settings))} are known")


def _catalog(settings: Settings) -> Iterator[Check]:
    from discovery.catalog.load import read_catalog

    catalog = read_catalog(settings.catalog)
    yield Check(
        "catalog",
        "ok",
        f"{len(catalog.apps)} apps" + (f", with {settings.catalog}" if settings.catalog else ""),
    )


def _decisions(settings: Settings) -> Iterator[Check]:
    from discovery.decisions import read_decisions

    decided = read_decisions(settings.home)
    if decided.torn:
        yield Check(
            "decisions", "note", "the last line is cut short and does not count", "decide that once more"
        )
    yield Check("decisions", "ok", f"{len(decided.all)} are recorded")


def _collectors(settings: Settings) -> Iterator[Check]:
    from discovery.cli.doctor_collect import collected

    yield from (Check(*said) for said in collected(settings))


def _connectors(settings: Settings) -> Iterator[Check]:
    ways = configured_connectors(settings)
    if not ways:
        yield Check("connectors", "ok", "none: people end what has to be ended")
        return
    yield Check("connectors", "ok", ", ".join(sorted({f"{where} ({route})" for route, where in ways})))
    for app_id, why in sorted(missing_secrets(settings).items()):
        yield Check(
            "connectors", "note", f"{app_id}: {why}", "set it where `discovery offboard execute` runs"
        )


def _lock(settings: Settings) -> Iterator[Check]:
    from discovery.store import writer_lock

    if not (settings.home / "writer.lock").exists():
        yield Check("lock", "ok", "free")
        return
    try:
        with writer_lock(settings.home):
            pass
        yield Check("lock", "ok", "free")
    except StoreLocked as error:
        yield Check("lock", "note", str(error))


def _published(settings: Settings) -> Iterator[Check]:
    from discovery.cli.doctor_published import looked_at

    yield from (Check(*said) for said in looked_at(settings))
