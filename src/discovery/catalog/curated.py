"""The catalog's files that are written by hand: `curated.csv`, `apps_*.csv`, `further.csv` and `entra.csv`.

Each mistake is collected in `Builder.conflicts` with its file, row, column and value.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from discovery.catalog.builder import Builder, Row
from discovery.catalog.naming import fold, is_host, name_key, registrable_domain, tokens_of

CURATED = "curated 2026-11-23"
RENAMED = "curated 2026-11-24"
SIGN_IN = frozenset({
    "login", "signin", "sign-in", "auth", "auth0", "id", "account", "accounts", "sso", "identity", "idp", "secure",
    "logon", "passport",
})  # fmt: skip
"""First labels of a host that say that one signs in there."""

APPS_HEADER = ("name", "vendor", "domains", "hosts", "aliases", "descriptors", "strength", "as_of")
FURTHER_HEADER = ("app_id", "hosts", "aliases", "as_of")


def rows_of(path: Path, header: tuple[str, ...] = ()) -> Iterator[tuple[str, Row]]:
    """Yield (file and row number, row) of a CSV written by hand, without its empty rows."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, strict=True)
        if header and tuple(reader.fieldnames or ()) != header:
            raise ValueError(f"{path}: row 1: header is {reader.fieldnames}; expected {', '.join(header)}")
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(
                    f"{path}: row {reader.line_num}: {row}; expected {len(reader.fieldnames or ())} values"
                )
            yield f"{path.name} row {reader.line_num}", row


def add_curated(builder: Builder, data: Path) -> None:
    """Add everything that is written by hand: first all apps with names and domains, then all other aliases."""
    rows = [(where, row, row["app_id"], row["category"], CURATED)
            for where, row in rows_of(data / "curated.csv")]  # fmt: skip
    for one in rows:
        _add_app(builder, *one)
    written = []
    for path in sorted(data.glob("apps_*.csv")):
        for where, row in rows_of(path, APPS_HEADER):
            app_id = builder.id_for(row["name"], *split(row["domains"]))
            written.append((where, row, app_id, path.stem.removeprefix("apps_").replace("-", " "),
                            _written(builder, where, row)))  # fmt: skip
            _add_app(builder, *written[-1])
    for where, row, app_id, _, source in (*rows, *written):
        _add_identifiers(builder, where, row, app_id, source)
    for where, row in rows_of(data / "further.csv", FURTHER_HEADER):
        if row["app_id"] in builder.apps:
            _add_identifiers(builder, where, row, row["app_id"], _written(builder, where, row))
        else:
            builder.later.append((where, row))
    for where, row in rows_of(data / "entra.csv"):
        builder.add_alias(row["app_id"], row["entra_app_id"], "entra_app_id", row["source"], where=where)


def add_later(builder: Builder) -> None:
    """Add the rows of `further.csv` whose apps come from packages."""
    for where, row in builder.later:
        if row["app_id"] in builder.apps:
            _add_identifiers(builder, where, row, row["app_id"], _written(builder, where, row))
        else:
            builder.conflicts.append(f"{where}: app_id {row['app_id']!r} is not in the catalog")


def _written(builder: Builder, where: str, row: Row) -> str:
    """Return the source of a row with the day it was written."""
    try:
        date.fromisoformat(row["as_of"])
    except ValueError:
        builder.conflicts.append(
            f"{where}, column as_of: {row['as_of']!r}; expected a day such as 2026-01-05"
        )
    return f"curated {row['as_of']}"


def split(text: str) -> list[str]:
    """Return the parts of a cell between semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def host_kind(host: str) -> str:
    """Return the kind of a host: `domain` if it is registrable, `login_domain` by its first label."""
    if registrable_domain(host) == host:
        return "domain"
    labels = host.removeprefix("*.").split(".")
    return "login_domain" if labels[0] in SIGN_IN and not host.startswith("*.") else "app_domain"


def _add_app(builder: Builder, where: str, row: Row, app_id: str, category: str, source: str) -> None:
    domains = split(row["domains"])
    for domain in domains:
        if domain in builder.shared:
            builder.conflicts.append(f"{where}, column domains: {domain!r} is in shared_domain.csv")
        if source != CURATED and registrable_domain(domain) != domain:
            builder.conflicts.append(
                f"{where}, column domains: {domain!r}; expected a registrable domain (a host goes into hosts)"
            )
    if app_id in builder.apps:
        builder.conflicts.append(f"{where}, column app_id: {app_id!r} is there already")
    builder.add_app(
        app_id, source, name=row["name"], vendor=row["vendor"].removeprefix("+"), category=category,
        domain=(registrable_domain(domains[0]) or domains[0]) if domains else "", facts_source="curated",
        facts_as_of=source.split()[-1],
    )  # fmt: skip
    strength = row["strength"] or builder.strength(row["name"], curated=True)
    builder.add_alias(app_id, row["name"], "name", source, strength, where=where)
    for domain in domains:
        _add_host(builder, where, app_id, domain, "", source)


def _add_identifiers(builder: Builder, where: str, row: Row, app_id: str, source: str) -> None:
    for host in split(row["hosts"]):
        _add_host(builder, where, app_id, host, builder.apps[app_id]["domain"], source,
                  "app_domain" if "app_id" in row and "domains" in row else "")  # fmt: skip
    for kind, column in (("login_domain", "logins"), ("descriptor", "descriptors"),
                         ("browser_app_type", "types")):  # fmt: skip
        for value in split(row.get(column, "")):
            builder.add_alias(app_id, value, kind, source, where=where)
    names = split(row["aliases"])
    if row.get("vendor", "").startswith("+"):
        names.append(row["vendor"][1:])
    for name in names:
        builder.add_alias(
            app_id, name, "name", source, _alias_strength(builder, row, app_id, name), where=where
        )


def _add_host(
    builder: Builder, where: str, app_id: str, text: str, domain: str, source: str, kind: str = ""
) -> None:
    """Add a host; `app.` stands for the host of that label at the app's own domain."""
    host = f"{text}{domain}" if text.endswith(".") and domain else text
    if not is_host(host.split("/")[0].removeprefix("*.")) or host != host.lower():
        builder.conflicts.append(
            f"{where}: {host!r} of {app_id} is no host; expected one such as app.example.com"
        )
        return
    if kind == "" and domain == "" and registrable_domain(host) != host:
        return  # a domain below another's: its app is found by its hosts only
    kind = kind or host_kind(host)
    if kind == "domain" and host in builder.shared:
        builder.conflicts.append(f"{where}: {host!r} of {app_id} is in shared_domain.csv")
        return
    builder.add_alias(app_id, host, kind, source, where=where)


def _alias_strength(builder: Builder, row: Row, app_id: str, name: str) -> str:
    """A made-up word is as strong as the app's own name; a short form of a common word is common too."""
    strength, key = builder.strength(name, curated=False), name_key(name)
    own = row.get("strength", "")
    if strength == "m" and own == "c" and key in name_key(builder.apps[app_id]["name"]):
        return "c"
    is_made_up = len(tokens_of(fold(name))) == 1 and len(key) >= 6
    return "s" if strength == "m" and is_made_up and own == "s" else strength
