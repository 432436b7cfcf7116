"""What is known of an app's deprovisioning: each fact with its source and the day it was looked up.

What no row says is not known. `data/fact.csv` is written by hand; `data/scim.csv` and `data/entra_gallery.csv`
hold two kinds of fact that come from one source each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from discovery.catalog.load import data_rows

TUTORIALS = "https://learn.microsoft.com/entra/identity/saas-apps"
"""Where the pages lie whose names `entra_gallery.csv` has (read in MicrosoftDocs/entra-docs @0006da2a)."""
_LISTED_ON = date(2026, 11, 24)

YES_NO = ("yes", "no")
FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "scim_support": ("whether the app can be provisioned by SCIM", ("yes", "no", "partial")),
    "scim_plan": ("the plan from which it can", ()),
    "entra_provisioning": ("the Entra gallery has a provisioning connector for it", ("yes",)),
    "entra_sso": ("the Entra gallery has single sign-on for it", ("yes",)),
    "inactive_effect": ("what becomes of the account at SCIM with active = false", ()),
    "inactive_blocks_login": ("whether that stops new logins", YES_NO),
    "inactive_ends_sessions": ("whether that ends open sessions", YES_NO),
    "inactive_frees_licence": ("whether that frees the licence", YES_NO),
    "inactive_ends_tokens": ("whether that ends the API tokens and keys that the person made", YES_NO),
    "token_days": ("days that the token of a provisioning job lives", ()),
    "matches_on": ("attribute that identifies an account when the app renames it", ()),
    "delete_effect": ("what becomes of the account at SCIM DELETE", ()),
    "deletion_page": ("where a person deletes the account", ()),
}
"""Name of a fact → what it says and the values it may have (none listed: any text)."""
PURGE = "purge_days."
"""`purge_days.PATH`: days from that path's event until the app purges the account; `never` if it does not, `unknown`
where the maker says nothing. Paths that the forecast reads: scim_inactive, scim_inactive_gallery (the provisioning
job was made from the app's own template), scim_inactive_manual (it was set up by hand), scim_delete."""


@dataclass(frozen=True, order=True)
class Fact:
    """One fact of one app. Value: as `FACTS` lists; days as digits."""

    app_id: str
    fact: str
    value: str
    source: str
    as_of: date


def problem_of(fact: str, value: str) -> str | None:
    """Return what is wrong with a fact's name or value, else None."""
    if fact.startswith(PURGE):
        is_right = value.isdecimal() or value in ("never", "unknown")
        return None if is_right else f"value: {value!r}; expected a number of days, `never` or `unknown`"
    if fact not in FACTS:
        return f"fact: {fact!r}; expected one of {', '.join(FACTS)} or {PURGE}PATH"
    expected = FACTS[fact][1]
    if not value or (expected and value not in expected):
        return f"value: {value!r}; expected {' or '.join(expected) or 'a text'}"
    if fact == "token_days" and not value.isdecimal():
        return f"value: {value!r}; expected a number of days"
    if fact == "deletion_page" and not value.startswith("https://"):
        return f"value: {value!r}; expected an address that begins with https://"
    return None


def _read() -> Iterator[Fact]:
    for row in data_rows("fact.csv"):
        yield Fact(row["app_id"], row["fact"], row["value"], row["source"], date.fromisoformat(row["as_of"]))
    for row in data_rows("entra_gallery.csv"):
        is_provisioning = row["kind"] == "provisioning"
        page = f"{row['slug']}-provisioning-tutorial" if is_provisioning else f"{row['slug']}-tutorial"
        fact = "entra_provisioning" if is_provisioning else "entra_sso"
        yield Fact(row["app_id"], fact, "yes", f"{TUTORIALS}/{page}", _LISTED_ON)
    for row in data_rows("scim.csv"):
        as_of = date.fromisoformat(row["facts_as_of"])
        yield Fact(row["app_id"], "scim_support", row["scim_support"], row["facts_source"], as_of)
        if row["scim_plan"]:
            yield Fact(row["app_id"], "scim_plan", row["scim_plan"], row["facts_source"], as_of)


@cache
def read_facts() -> dict[str, tuple[Fact, ...]]:
    """Return the facts by app id; of two that say the same thing the one from `fact.csv` counts."""
    found: dict[tuple[str, str], Fact] = {}
    for fact in _read():
        found.setdefault((fact.app_id, fact.fact), fact)
    by_app: dict[str, list[Fact]] = {}
    for fact in sorted(found.values()):
        by_app.setdefault(fact.app_id, []).append(fact)
    return {app_id: tuple(facts) for app_id, facts in by_app.items()}


def facts_of(app_id: str) -> tuple[Fact, ...]:
    """Return what is known of an app, by name of the fact."""
    return read_facts().get(app_id, ())
