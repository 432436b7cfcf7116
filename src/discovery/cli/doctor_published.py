"""What `discovery doctor` says of the published file: is it there, new, and does it know people, days and apps."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from discovery.cli.doctor_collect import Said
from discovery.cli.options import today
from discovery.cli.published import published, run_of
from discovery.cli.report import FAILED_SOURCES, NOT_READ
from discovery.settings import Settings
from discovery.sources.horizon import events_from
from discovery.store import Store

OLD_DAYS = 2
FEW_APPS = 10
"""With fewer apps in use, that nobody approved one says nothing."""

_ROSTERS = """
SELECT list_sort(list(DISTINCT system)) FROM source_file
WHERE state = 'loaded' AND list_contains(kinds, 'directory_account')
"""
_DOMAINS = """
SELECT lower(split_part(email, '@', 2)) AS domain, count(*) AS persons FROM person WHERE email IS NOT NULL
GROUP BY domain ORDER BY persons DESC, domain
"""


def looked_at(settings: Settings) -> Iterator[Said]:
    """Look at the file that people open."""
    if not settings.published.is_file():
        yield "published file", "wrong", f"{settings.published} is not there", "discovery run"
        return
    with published(settings) as store:
        as_of = run_of(store)["as_of"]
        days = (today() - as_of).days
        if days > OLD_DAYS:
            yield ("published file", "wrong", f"tells of {as_of}, {days} days ago",
                   "discovery run; docs/deploy.md says how to schedule it")  # fmt: skip
        else:
            yield "published file", "ok", f"{settings.published}, as of {as_of}", ""
        yield from _people(settings, store)
        yield from _apps(store)
        yield from _kept(settings, store)
        for system, reason in store.rows(FAILED_SOURCES):
            yield "source", "wrong", f"{system} failed: {reason}", "discovery run tries it again"
        for name, state, reason in store.rows(NOT_READ):
            yield ("file", "wrong", f"{name} is {state}: {reason}",
                   f"discovery sources check {_quoted(settings, name)}, or take it out of the inbox")  # fmt: skip
        for name, count in store.rows("SELECT file_name, count(*) FROM quarantine GROUP BY ALL ORDER BY ALL"):
            yield ("file", "note", f"{name} has {count} records in quarantine",
                   f"discovery sources check {_quoted(settings, name)}")  # fmt: skip


def _kept(settings: Settings, store: Store) -> Iterator[Said]:
    """From which day on things are whole, where older ones were removed."""
    if (day := events_from(settings.home)) is not None:
        removed = (
            store.value("SELECT CAST(sum(row_count) AS BIGINT) FROM retention WHERE what = 'events'") or 0
        )
        said = (
            f"{removed} older ones were removed up to the last publication"
            if removed
            else "older ones were removed"
        )
        yield ("retention", "note", f"single events are whole from {day} on; {said}, what was known of them is kept by "
               "month", "")  # fmt: skip
    for whole_from, files in store.rows(
        "SELECT max(whole_from), CAST(sum(file_count) AS BIGINT) FROM retention WHERE what = 'exports' "
        "HAVING count(*) > 0"
    ):
        yield ("retention", "note", f"of {files} exports older than {whole_from} only the records are kept, as they "
               "were read: a change of [[source]] or [[mapping]] does not reach them", "")  # fmt: skip


def _people(settings: Settings, store: Store) -> Iterator[Said]:
    rosters: list[str] = store.value(_ROSTERS) or []
    truth = settings.source_of_truth
    if truth is not None and truth not in rosters:
        yield ("roster", "wrong", f"people.source_of_truth is {truth!r}, but no roster of it was read; read were: "
               f"{', '.join(rosters) or 'none'}",
               f"put the roster of {truth} into the inbox, or name another source of truth")  # fmt: skip
        return
    domains = store.rows(_DOMAINS)
    persons = int(store.value("SELECT count(*) FROM person"))
    if persons == 0:
        yield ("roster", "wrong", "nobody is known: no roster of people was read",
               "put a list of employees, or the users of the identity provider, into the inbox; "
               "`discovery sources` says which are known")  # fmt: skip
        return
    yield "roster", "ok", f"{persons} persons, from {', '.join(rosters)}", ""
    if settings.domains and domains and not {str(domain) for domain, _ in domains} & set(settings.domains):
        most = str(domains[0][0])
        ours = ", ".join(settings.domains)
        yield ("domains", "wrong", f"nobody on the roster has an address at {ours}; most are at {most}",
               f'set domains = ["{most}"] in discovery.toml')  # fmt: skip


def _apps(store: Store) -> Iterator[Said]:
    apps, shadow = store.rows("SELECT count(*), count(*) FILTER (class = 'shadow') FROM app_summary")[0]
    if apps > FEW_APPS and shadow == apps:
        yield ("catalog", "note", f"all {apps} apps in use are shadow: nobody approved one",
               "say in a CSV which are approved and who owns them: `catalog` in discovery.toml")  # fmt: skip


def _quoted(settings: Settings, name: object) -> str:
    return shlex.quote(str(settings.inbox / str(name)))
