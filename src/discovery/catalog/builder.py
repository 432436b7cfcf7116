"""Putting the catalog together: ids that keep their meaning, one owner for each alias, strength of names."""

from __future__ import annotations

from dataclasses import dataclass, field

from discovery.catalog.load import HOST_KINDS
from discovery.catalog.naming import fold, name_key, tokens_of

APP_COLUMNS = ("app_id", "name", "vendor", "domain", "category", "scim_support", "scim_plan", "facts_source",
               "facts_as_of", "source")  # fmt: skip
SPECIFIC = 3
"""Words of a name that no other trade gives itself by chance, plain as each may be: `Circle Internet Services`."""
LONG = 12
"""Letters of a name of two words that no other trade gives itself by chance: `Wolfram Alpha`."""
SOFTWARE_TAILS = frozenset(
    [
        "ai",
        "analytics",
        "api",
        "app",
        "apps",
        "cloud",
        "crm",
        "hosting",
        "hq",
        "hr",
        "labs",
        "saas",
        "software",
    ]
)
"""Last words of a name that say that it is software: `Notion Labs` needs no further sign, `Notion` does."""
FORMS = frozenset(
    [
        "ab",
        "ag",
        "aps",
        "as",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "group",
        "inc",
        "limited",
        "llc",
        "llp",
        "ltd",
        "nv",
        "oy",
        "plc",
        "pte",
        "pty",
        "sa",
        "sarl",
        "sas",
        "sl",
        "spa",
        "srl",
    ]
)
"""Legal forms, which make no name more specific."""
ALIAS_COLUMNS = ("app_id", "alias", "kind", "strength", "source")

Row = dict[str, str]


@dataclass
class Builder:
    """Collects apps and aliases. A name that is one of the `words`, or only made of them, needs a second sign.

    So does a name that is one of the `proper` nouns (surnames, first names, places).

    Written by hand, each alias has one owner: `conflicts` collects the rows that claim another's. What comes
    from packages gives way without a word.
    """

    words: frozenset[str]
    ledger: dict[str, Row]
    proper: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    apps: dict[str, Row] = field(default_factory=dict)
    aliases: dict[tuple[str, str], Row] = field(default_factory=dict)
    claims: dict[tuple[str, str], str] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    later: list[tuple[str, Row]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index the ledger: an id is found again by its domain, or by its name if it has no domain."""
        self._by_domain = {r["domain"]: a for a, r in self.ledger.items() if r["domain"]}
        self._by_name = {name_key(r["name"]): a for a, r in self.ledger.items()}

    def add_app(self, app_id: str, source: str, **values: str) -> None:
        """Add an app under an id that is new or already its own."""
        self.apps[app_id] = {**dict.fromkeys(APP_COLUMNS, ""), **values, "app_id": app_id, "source": source}
        known = self.ledger.setdefault(
            app_id, {"app_id": app_id, "name": values["name"], "domain": values.get("domain", "")}
        )
        known["domain"] = known["domain"] or values.get("domain", "")

    def add_alias(
        self, app_id: str, alias: str, kind: str, source: str, strength: str = "", *, where: str = ""
    ) -> None:
        """Add an alias unless another app has it; `where` is the file and row of one that is written by hand."""
        key = (kind, alias if kind in (*HOST_KINDS, "entra_app_id") else name_key(alias))
        if not key[1]:
            return
        owner = self.aliases.get(key)
        if owner is None:
            self.aliases[key] = {
                "app_id": app_id, "alias": alias, "kind": kind, "strength": strength, "source": source,
            }  # fmt: skip
            self.claims[key] = where
        elif where and owner["app_id"] != app_id:
            self.conflicts.append(
                f"{where}: {kind} {alias!r} of {app_id} already belongs to {owner['app_id']} "
                f"({self.claims[key] or owner['source']}); expected each name, host or id at one app: take it "
                "away from one of them"
            )

    def id_for(self, name: str, *domains: str) -> str:
        """Return the id that the ledger has for one of the domains, else for the name, else a new one.

        By its name an id is found again only if it stands for no other domain, so that it keeps its meaning.
        """
        for domain in domains:
            known = self._by_domain.get(domain)
            if known is not None and known not in self.apps:
                return known
        known = self._by_name.get(name_key(name))
        if known is not None and known not in self.apps and self.ledger[known]["domain"] in ("", *domains):
            return known
        slug = "-".join(t for t in tokens_of(fold(name)) if t.isascii())[:60]
        slug = slug or domains[0].replace(".", "-")
        app_id, number = slug, 2
        while app_id in self.apps or app_id in self.ledger:
            app_id, number = f"{slug}-{number}", number + 1
        return app_id

    def strength(self, name: str, *, curated: bool) -> str:
        """Return how far a name speaks for itself on a card line: s, m or c (see `load.Alias`)."""
        tokens = tokens_of(fold(name))
        if len("".join(tokens)) < (5 if curated else 6):
            return "c"
        is_plain = all(t in self.words or t.isdigit() or len(t) < 3 for t in tokens)
        if len(tokens) == 1:
            return "c" if is_plain or fold(name) in self.proper else "m"
        said = [t for t in tokens if t not in FORMS and len(t) > 1]
        is_specific = (
            len(said) >= SPECIFIC
            or (len(said) > 1 and said[-1] in SOFTWARE_TAILS)
            or (len(said) > 1 and len("".join(said)) >= LONG)
        )
        return "c" if is_plain and not curated and not is_specific else "m"

    def is_name_of(self, app_id: str, name: str) -> bool:
        """Return whether a brand's name resembles the app's: brand portals host the pictures of others."""
        key, own = name_key(name), name_key(self.apps[app_id]["name"])
        label = self.apps[app_id]["domain"].split(".")[0].replace("-", "")
        return any(len(k) > 2 and (key.startswith(k) or k.startswith(key)) for k in (own, label))
