"""The table of all ways into apps: `python -m discovery.connectors.recipe_table > docs/connectors.md`."""

from __future__ import annotations

from discovery.connectors import entra_acts
from discovery.connectors.recipe import Action, Lookup, Recipe, shipped_recipes
from discovery.connectors.recipe_part import Source

HEAD = """# Connectors
Made from the recipes by `python -m discovery.connectors.recipe_table > docs/connectors.md`; a test compares. How
settings are made and recipes are written: [add_a_connector.md](add_a_connector.md).

**Confirmed** means that the interface was read in public documentation on the day given, which the link leads to.
What is not confirmed is never sent: a person gets a task. Nothing here was tried against the real apps: the recipes are
proven against servers on this machine that were made from the same pages. **Seen** says how the end of an act is
observed; where an app cannot be asked, the step ends as `unverifiable` and a person has to attest it. **Final** acts
cannot be taken back: no plan holds one unless a playbook says `is_irreversible`.

## Any app that speaks SCIM 2.0
`[scim.<app>]` in the settings: look-up by `externalId`, `userName` and e-mail address, `PATCH active=false`, `DELETE`
(final). Tried against two servers by other authors.

## Entra ID
`[connectors.entra]`: an app registration of its own with these application permissions, which signs in with a
`certificate` (and `certificate_password`) or a `client_secret`. Refused: synchronised accounts, consents for the whole
tenant, licences and assignments from groups, dynamic groups. Looked up on 2026-11-24 in Microsoft's Graph
documentation; for administrators as targets the registration needs a directory role as well.

"""


def recipe_table() -> str:
    """Return the document."""
    recipes = shipped_recipes()
    entra = ["| action | request | permission |", "|---|---|---|"]
    entra += [f"| {name} | `{act.endpoint}` | {act.permission} |" for name, act in entra_acts.ACTS.items()]
    acts = [action for recipe in recipes.values() for action in recipe.actions.values()]
    confirmed = sum(action.source.is_confirmed for action in acts)
    head = f"## Recipes\n{len(recipes)} apps, {len(acts)} actions, {confirmed} of them confirmed.\n"
    return HEAD + "\n".join(entra) + "\n\n" + head + "".join(_app(recipe) for recipe in recipes.values())


def _app(recipe: Recipe) -> str:
    settings = ", ".join(f"`{key}` ({meaning})" for key, meaning in recipe.settings.items())
    unusable = "" if recipe.is_usable else " **Not usable: its look-up is not confirmed.**"
    lines = [
        f"\n### {recipe.name} (`{recipe.app_id}`)", f"{recipe.about}{unusable} Settings: {settings}.", "",
        "| what | request | plan and scope | final | seen | confirmed |", "|---|---|---|---|---|---|",
        *(_lookup(lookup) for lookup in recipe.lookups), *(_action(action) for action in recipe.actions.values()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _lookup(lookup: Lookup) -> str:
    return f"| look up by {lookup.by} | `{lookup.request.endpoint}` | | | | {_source(lookup.source)} |"


def _action(action: Action) -> str:
    requests = [*([action.each.request] if action.each else []), *action.requests]
    verify = action.verify
    seen = f"account {verify.account}" if verify.account else "cannot be" if verify.never else "read again"
    return (
        f"| {action.name} | {', '.join(f'`{one.endpoint}`' for one in requests)} | {action.needs} | "
        f"{'yes' if action.is_irreversible else ''} | {seen} | {_source(action.source)} |"
    )


def _source(source: Source) -> str:
    if not source.is_confirmed:
        return "**no**"
    return f"[{source.read_on}]({source.url})"


if __name__ == "__main__":
    print(recipe_table(), end="")
