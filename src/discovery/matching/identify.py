"""Deciding on mentions other than merchants: app ids, labels, app types of a browser extension, hosts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, partial

from discovery.catalog.load import App, Catalog, data_rows
from discovery.catalog.naming import fold, host_of, is_host, name_key, registrable_domain, tokens_of
from discovery.matching.decide import Match
from discovery.matching.evidence import Evidence
from discovery.matching.hosts import HostFinder, identity_provider
from discovery.matching.label_words import SETTING_WORDS, WEAK_WORDS

MICROSOFT_TENANTS = frozenset(
    {"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}
)
"""Tenants that own Microsoft's own applications."""

_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)")
_FORMER = re.compile(
    r"(successor|formerly|previously|former|was|legacy|ehemals|früher|anciennement)\b", re.IGNORECASE
)

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True)
class Mention:
    """A row of `canonical.mention`, as far as matching reads it."""

    mention: str
    kind: str
    name: str | None = None
    mcc: str | None = None
    owner_tenant: str | None = None
    has_sign_in: bool = False
    hosts: tuple[str, ...] = ()


@cache
def _first_party() -> tuple[tuple[str, str], ...]:
    rows = ((fold(row["prefix"]), row["app_id"]) for row in data_rows("first_party.csv"))
    return tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0])))


def uncatalogued(mention: Mention, own_domains: tuple[str, ...] = ()) -> App:
    """Return the app that a mention stands for when the catalog has none: the same in every home.

    A host gives `x-` and its registrable domain (below a domain of the company's own: the whole host, for
    each is an app of its own); a name `x-` and its slug, or a hash if it is not in Latin letters; an id
    without a name `x-` and the id.
    """
    text = (mention.name or mention.mention).strip()
    host = host_of(text)
    if mention.kind == "domain" or (is_host(host) and host == text.lower()):
        domain = registrable_domain(host)
        whole = domain is None or domain in own_domains
        return App(
            f"x-{host if whole else domain}",
            host if whole else domain or host,
            domain=domain,
            in_catalog=False,
        )
    if not mention.name and _GUID.match(text.lower()):
        return App(f"x-{text.lower()}", text.lower(), in_catalog=False)
    words = tokens_of(fold(text))
    slug = "-".join(words)
    if not slug or not slug.isascii() or len(slug) > 60:
        slug = hashlib.sha256("".join(words or [text]).encode()).hexdigest()[:16]
    return App(f"x-{slug}", text[:120] or mention.mention, in_catalog=False)


class Identifier:
    """Decides on mentions with the apps of one catalog."""

    def __init__(self, catalog: Catalog, own_domains: tuple[str, ...] = ()) -> None:
        self.catalog = catalog
        self.hosts = HostFinder(catalog)
        self.own_domains = own_domains

    def identify(self, mention: Mention) -> Match:
        """Return the decision on a mention of any kind but merchant."""
        if mention.kind == "domain":
            return self._host(mention)
        found = self._by_id(mention) or self._by_name(mention)
        if found is None or found.method == "uncatalogued":
            found = self._by_addresses(mention) or found
        return found or self._of_its_own(mention)

    def _accept(self, mention: Mention, app_id: str, method: str, why: str, rows: list[Evidence]) -> Match:
        score = sum(e.weight for e in rows)
        name = self.catalog.apps[app_id].name if app_id in self.catalog.apps else app_id
        return Match(
            mention.mention,
            mention.kind,
            app_id,
            "accept",
            score,
            method,
            None,
            f"{name}: {why}.",
            tuple(rows),
        )

    def _reject(self, mention: Mention, why: str) -> Match:
        return Match(mention.mention, mention.kind, None, "reject", 0, "none", None, why, ())

    # ── ids and names ────────────────────────────────────────────────────────────────────────────────────

    def _by_id(self, mention: Mention) -> Match | None:
        alias = self.catalog.find("entra_app_id", mention.mention.strip().lower())
        if alias is not None:
            row = Evidence("application id", mention.mention, alias.alias, 100)
            return self._accept(
                mention, alias.app_id, "exact app id", "the application id is listed for it", [row]
            )
        if mention.owner_tenant in MICROSOFT_TENANTS:
            name = fold(mention.name or "")
            found = next(
                (app_id for start, app_id in _first_party() if name.startswith(start)), "microsoft-365"
            )
            row = Evidence("application of Microsoft's own tenant", mention.name, mention.owner_tenant, 95)
            return self._accept(
                mention, found, "first-party app", "Microsoft itself owns the application", [row]
            )
        return None

    def _by_name(self, mention: Mention) -> Match | None:
        text = mention.mention if mention.kind in ("label", "browser_app_type") else mention.name or ""
        host = host_of(text)
        if is_host(host) and host == text.strip().lower():
            hit = self.hosts.find(host)
            if hit is not None and self.catalog.find("name", name_key(text)) is None:
                row = Evidence("named by its address", host, hit.alias.alias, 95)
                return self._accept(
                    mention, hit.alias.app_id, hit.method, "it is named by its address", [row]
                )
        if mention.kind == "browser_app_type":
            alias = self.catalog.find("browser_app_type", name_key(text))
            if alias is not None:
                row = Evidence("app type of the browser extension", text, alias.alias, 100)
                return self._accept(mention, alias.app_id, "alias", "the browser extension names it", [row])
        alias = self.catalog.find("name", name_key(text))
        if alias is not None:
            if self._is_impostor(mention, alias.app_id):
                return self._of_its_own(
                    mention, alias.app_id, "named like it, but another tenant owns the id"
                )
            row = Evidence("name", text, alias.alias, 95)
            return self._accept(mention, alias.app_id, "alias", f"{text!r} is one of its names", [row])
        return self._before_brackets(mention, text) or self._within(mention, text)

    def _is_impostor(self, mention: Mention, app_id: str) -> bool:
        is_microsoft = self.catalog.apps[app_id].vendor == "Microsoft"
        return is_microsoft and bool(mention.owner_tenant) and mention.owner_tenant not in MICROSOFT_TENANTS

    def _before_brackets(self, mention: Mention, text: str) -> Match | None:
        """Find `Amazon Web Services (AWS)`: a name, and in brackets another of its names or what it was before."""
        parts = _BRACKETS.fullmatch(text.strip())
        alias = self.catalog.find("name", name_key(parts[1])) if parts else None
        if parts is None or alias is None or self._is_impostor(mention, alias.app_id):
            return None
        other = self.catalog.find("name", name_key(parts[2]))
        if (other is None or other.app_id != alias.app_id) and not _FORMER.match(parts[2].strip()):
            return None
        rows = [
            Evidence("name", text, alias.alias, 95),
            Evidence("in brackets behind it", parts[2], None, -5),
        ]
        why = f"{parts[1]!r} is one of its names, and {parts[2]!r} in brackets"
        return self._accept(mention, alias.app_id, "alias", why, rows)

    def _within(self, mention: Mention, text: str) -> Match | None:
        """Find a name among the words of a label whose other words only say where or how the app runs."""
        words = tokens_of(fold(text))[:12]
        for size in range(len(words) - 1, 0, -1):
            for start in range(len(words) - size + 1):
                alias = self.catalog.find("name", "".join(words[start : start + size]))
                if alias is None or alias.alias.isdigit():
                    continue
                others = words[:start] + words[start + size :]
                weak = [w for w in others if w not in SETTING_WORDS]
                if any(w not in WEAK_WORDS and not w.isdigit() for w in weak):
                    continue
                if (weak and alias.strength == "c") or self._is_impostor(mention, alias.app_id):
                    return self._of_its_own(
                        mention, alias.app_id, f"{' '.join(others)!r} beside it may be another app"
                    )
                beside = Evidence("words beside it", " ".join(others), None, -5 if not weak else -10)
                rows = [Evidence("name", text, alias.alias, 95), beside]
                why = f"{text!r} is its name, and {' '.join(others)!r}"
                return self._accept(mention, alias.app_id, "alias", why, rows)
        return None

    def _by_addresses(self, mention: Mention) -> Match | None:
        """Find the app that is named among other words, and whose alone the registered addresses are."""
        hits = [self.hosts.find(host) for host in mention.hosts]
        apps = {hit.alias.app_id for hit in hits if hit is not None}
        if not hits or None in hits or len(apps) != 1:
            return None
        app_id = apps.pop()
        text = mention.mention if mention.kind == "label" else mention.name or ""
        words = tokens_of(fold(text))[:12]
        runs = ("".join(words[a:b]) for a in range(len(words)) for b in range(len(words), a, -1))
        named = next(
            (x for x in map(partial(self.catalog.find, "name"), runs) if x and x.app_id == app_id), None
        )
        if named is None or self._is_impostor(mention, app_id):
            return None
        rows = [
            Evidence("name among other words", text, named.alias, 60),
            Evidence("registered with its address", ", ".join(mention.hosts), None, 35),
        ]
        why = f"{text!r} has its name, and is registered with no other address than its own"
        return self._accept(mention, app_id, "app domain", why, rows)

    def _of_its_own(self, mention: Mention, like: str | None = None, why: str = "") -> Match:
        if not (mention.name or mention.mention).strip():
            return self._reject(mention, "An empty text names no app.")
        app = uncatalogued(mention, self.own_domains)
        row = Evidence(
            "signed in to or consented to, and not in the catalog", mention.mention, app.app_id, 80
        )
        said = "somebody signed in to it or consented to it, and the catalog does not know it"
        if like is not None:
            said += f"; it resembles {self.catalog.apps[like].name}: {why}"
        return Match(mention.mention, mention.kind, app.app_id, "accept", 80, "uncatalogued", like,
                     f"{app.name}: {said}.", (row,))  # fmt: skip

    # ── hosts ────────────────────────────────────────────────────────────────────────────────────────────

    def _host(self, mention: Mention) -> Match:
        host = host_of(mention.mention)
        hit = self.hosts.exact(host)
        provider = identity_provider(host)
        if hit is None and provider is not None:
            return self._reject(mention, f"{host} is a sign-in page of {provider}, not an app by itself.")
        hit = hit or self.hosts.below_star(host) or self.hosts.by_domain(host)
        if hit is not None:
            weight = {"app domain": 100, "login domain": 98}.get(hit.method, 92)
            row = Evidence(hit.method, host, hit.alias.alias, weight)
            return self._accept(
                mention, hit.alias.app_id, hit.method, f"{host} is its {hit.method} {hit.alias.alias}", [row]
            )
        why = self.hosts.shared.get(registrable_domain(host) or "")
        if why is not None and (not mention.has_sign_in or why.startswith(("many products", "identity"))):
            return self._reject(mention, f"{registrable_domain(host)} stands for no single app: {why}.")
        if not mention.has_sign_in:
            return self._reject(
                mention, f"{host or 'An empty text'} is not in the catalog, and it was only visited."
            )
        return self._of_its_own(mention)
