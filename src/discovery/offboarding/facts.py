"""What the catalog knows of an app that matters to a plan: what an inactive account of it keeps."""

from __future__ import annotations

from discovery.catalog.facts import facts_of

_ASKED = {
    "login": ("inactive_blocks_login", "new logins"),
    "session": ("inactive_ends_sessions", "open sessions"),
    "licence": ("inactive_frees_licence", "the licence"),
    "token": ("inactive_ends_tokens", "API tokens and keys"),
}


def leaves(app_id: str) -> tuple[str, ...]:
    """Return what an inactive account keeps: `login`, `session`, `licence`, `token`; `unknown` where no fact says."""
    known = {fact.fact: fact.value for fact in facts_of(app_id)}
    found = [name for name, (fact, _) in _ASKED.items() if known.get(fact) == "no"]
    if any(fact not in known for fact, _ in _ASKED.values()):
        found.append("unknown")
    return tuple(found)


def leaves_in_words(app_id: str) -> str:
    """Return the same as a sentence, with the source and day of each fact."""
    known = {fact.fact: fact for fact in facts_of(app_id)}
    said = []
    for fact, words in _ASKED.values():
        one = known.get(fact)
        if one is None:
            said.append(f"{words}: not known")
        else:
            effect = "ended" if one.value == "yes" else "kept"
            said.append(f"{words}: {effect} ({one.source}, {one.as_of})")
    return f"What inactive does there to {'; '.join(said)}."
