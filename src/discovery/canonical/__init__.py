"""The stage canonical: one meaning per column. Persons, accounts, mentions, usage, and the records of lists."""

from __future__ import annotations

from importlib import resources

from discovery.canonical import list_day
from discovery.canonical.usage import usage_step
from discovery.catalog.sku import TENANT_APP, read_skus
from discovery.decisions import read_decisions
from discovery.settings import Settings
from discovery.stage import Night, Step, tables_read
from discovery.store import Store, quoted, sql_file

__all__ = ["STEPS"]


def _free_mail_domains() -> list[str]:
    """Domains of free mail providers; the file names its source and licence."""
    text = resources.files(__name__).joinpath("free_mail_domains.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


_MACROS = sql_file(__name__, "macros")


def _create_words(store: Store, settings: Settings) -> None:
    """Macros and small temporary tables that the SELECTs of this stage name; anew only where they would differ."""
    store.prepare(_MACROS)
    standing = read_decisions(settings.home).standing("identity")
    if not store.is_new("words of canonical", repr((settings.cardholders, settings.break_glass, standing))):
        return
    store.run(
        "CREATE OR REPLACE TEMP TABLE cardholder_map AS SELECT unnest(CAST($holders AS VARCHAR[])) AS holder, "
        "unnest(CAST($emails AS VARCHAR[])) AS email",
        {"holders": [key.strip() for key in settings.cardholders],
         "emails": [email.strip().lower() for email in settings.cardholders.values()]},
    )  # fmt: skip
    store.run(
        "CREATE OR REPLACE TEMP TABLE free_mail AS SELECT unnest(CAST($free_mail AS VARCHAR[])) AS domain",
        {"free_mail": _free_mail_domains()},
    )
    called = sorted({(name.lower(), sku.product, sku.app_id) for sku in read_skus()
                     for name in (sku.sku_id, sku.part_number, sku.product)})  # fmt: skip
    store.run(
        "CREATE OR REPLACE TEMP TABLE licence_product AS SELECT 'entra' AS system, "
        "unnest(CAST($names AS VARCHAR[])) AS name, "
        "unnest(CAST($products AS VARCHAR[])) AS product, unnest(CAST($apps AS VARCHAR[])) AS app_id",
        {"names": [c[0] for c in called], "products": [c[1] for c in called], "apps": [c[2] for c in called]},
    )
    store.run(f"SET VARIABLE tenant_app = {quoted(TENANT_APP)}")
    globs = ", ".join(quoted(glob) for glob in settings.break_glass)
    store.run(f"SET VARIABLE break_glass = [{globs}]::VARCHAR[]")
    # Of an account accepted for several persons the last word counts.
    last = {key[0]: key for key, made in standing.items() if made.action == "accept"}
    made = [(key, d) for key, d in standing.items() if d.action == "reject" or last.get(key[0]) == key]
    body = sql_file(__name__, "identity_decision")
    store.run(f"CREATE OR REPLACE TEMP TABLE identity_decision AS {body}", {
        "accounts": [key[0] for key, _ in made],
        "persons": [key[1] for key, _ in made],
        "actions": [d.action for _, d in made],
        "deciders": [d.by for _, d in made],
        "moments": [d.at for _, d in made],
    })  # fmt: skip


def _step(table: str, *after: str) -> Step:
    """A step from the .sql file of its table; `after`: tables that its checks compare it with."""
    sql = sql_file(__name__, table.split(".")[1])

    def build(store: Store, night: Night) -> int:
        _create_words(store, night.settings)
        return store.replace(table, sql, night.binds)

    return Step(table, build, tuple(sorted({*tables_read(sql), *after})))


STEPS: tuple[Step, ...] = (
    usage_step(),
    _step("canonical.usage_known"),
    list_day.STEP,
    _step("canonical.charge"),
    _step("canonical.app_registration"),
    _step("canonical.provisioning_event"),
    _step("canonical.provisioning_job"),
    _step("canonical.directory_event"),
    _step("canonical.membership"),
    _step("canonical.licence"),
    _step("canonical.grant"),
    _step("canonical.assignment"),
    _step("canonical.directory_account"),
    _step("canonical.app_account"),
    _step("canonical.identity"),
    _step("canonical.person"),
    _step("canonical.person_identifier"),
    _step("canonical.account_seen"),
    _step("canonical.identity_claim"),
    _step("canonical.account", "canonical.person"),
    _step("canonical.unlinked_reason"),
    _step("canonical.identity_candidate"),
    _step("canonical.mention"),
)
"""In an order in which they can run; reading `lake.<kind>` relations that the stage sources keeps."""
