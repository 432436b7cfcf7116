"""Which app a host belongs to: signed-in hosts first, then sign-in hosts, then the registrable domain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from discovery.catalog.load import Alias, Catalog, data_rows
from discovery.catalog.naming import registrable_domain

METHODS = {"app_domain": "app domain", "login_domain": "login domain", "domain": "domain"}

OPEN_LABELS = frozenset(
    [
        "www",
        "www2",
        "about",
        "academy",
        "api",
        "app-status",
        "assets",
        "blog",
        "brand",
        "careers",
        "cdn",
        "community",
        "content",
        "developer",
        "developers",
        "docs",
        "download",
        "downloads",
        "events",
        "explore",
        "forum",
        "forums",
        "get",
        "go",
        "help",
        "hello",
        "images",
        "info",
        "investors",
        "ir",
        "jobs",
        "kb",
        "learn",
        "legal",
        "lp",
        "mail-tracking",
        "marketplace",
        "media",
        "news",
        "newsroom",
        "pages",
        "partners",
        "press",
        "pricing",
        "privacy",
        "resources",
        "security",
        "shop",
        "static",
        "status",
        "store",
        "support",
        "trust",
        "university",
        "updates",
    ]
)
"""First labels of hosts that everybody may read: `*.example.com` does not take them for a workspace."""


@dataclass(frozen=True)
class HostHit:
    """The alias that a host belongs to, and how."""

    alias: Alias
    method: str


@cache
def identity_hosts() -> dict[str, str]:
    """Return identity providers' sign-in hosts (`*.` for all below) and whose they are."""
    return {row["host"]: row["provider"] for row in data_rows("identity_host.csv")}


@cache
def shared_domains() -> dict[str, str]:
    """Return domains that no single app owns, and why."""
    return {row["domain"]: row["why"] for row in data_rows("shared_domain.csv")}


REMEMBERED = 100_000
domain_of = lru_cache(maxsize=REMEMBERED)(registrable_domain)
"""The registrable domain of a host; remembered, for statements name the same hosts again and again."""


def _with_stars(host: str) -> list[str]:
    labels = host.split(".")
    return ["*." + ".".join(labels[i:]) for i in range(1, len(labels) - 1)]


def identity_provider(host: str) -> str | None:
    """Return whose sign-in page a host is, None if it is none."""
    known = identity_hosts()
    return next((known[h] for h in (host, *_with_stars(host)) if h in known), None)


class HostFinder:
    """Finds hosts in one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.shared = shared_domains()
        self._found: dict[str, HostHit | None] = {}

    def domains_of(self, app_id: str) -> list[str]:
        """Return the registrable domains of an app."""
        return self.catalog.domains.get(app_id, [])

    def exact(self, host: str) -> HostHit | None:
        """Return the app whose signed-in or sign-in host this is."""
        for kind in ("app_domain", "login_domain"):
            alias = self.catalog.find(kind, host)
            if alias is not None:
                return HostHit(alias, METHODS[kind])
        return None

    def below_star(self, host: str) -> HostHit | None:
        """Return the app whose workspaces have hosts of this form, e.g. `acme.slack.com`."""
        if host.split(".")[0] in OPEN_LABELS:
            return None
        for pattern in _with_stars(host):
            for kind in ("app_domain", "login_domain"):
                alias = self.catalog.find(kind, pattern)
                if alias is not None:
                    return HostHit(alias, METHODS[kind])
        return None

    def by_domain(self, host: str) -> HostHit | None:
        """Return the app that owns the host's registrable domain."""
        alias = self.catalog.find("domain", domain_of(host) or "")
        return HostHit(alias, "domain") if alias else None

    def find(self, host: str) -> HostHit | None:
        """Return the app of a host by the nearest of the three, identity providers' pages aside."""
        if host in self._found:
            return self._found[host]
        hit = self.exact(host)
        if hit is None and identity_provider(host) is None:
            hit = self.below_star(host)
        hit = hit or self.by_domain(host)
        if len(self._found) < REMEMBERED:
            self._found[host] = hit
        return hit
