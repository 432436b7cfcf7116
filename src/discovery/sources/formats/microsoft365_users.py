"""Microsoft 365 admin centre: users with their licences (Users, Active users, Export users).

Two generations of the header (Country/Region or CountryOrRegion; alphabetical or not). The object id is the same as in
Graph, so that these are accounts of the system entra.

`Block credential` TRUE is disabled (the inverse of accountEnabled); a Soft deletion time stamp means soft_deleted, with
that moment (UTC). Proxy addresses are joined by `+`, `SMTP:` being the primary one. A guest's user name holds #EXT#.
Licences are joined by `+`, a `licence` each, called by the product's name; without one the word is `Unlicensed`. A
filter may have been set: not taken as whole. Nothing is ignored. Both headers were read with rows, without the files'
addresses.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.account_list import directory_accounts, full_name
from discovery.sources.source import Example, Format, Shape

_SMTP = (
    "list_filter(string_split(coalesce(proxies, ''), '+'), lambda p: starts_with(lower(trim(p)), 'smtp:'))"
)
_SELECT = directory_accounts(
    key="lower(object_id)", login="upn", key_column="Object Id",
    email=f"""coalesce(substr(trim(list_filter({_SMTP}, lambda p: starts_with(trim(p), 'SMTP:'))[1]), 6),
        CASE WHEN contains(lower(upn), '#ext#') THEN
            regexp_replace(split_part(lower(upn), '#ext#', 1), '^(.*)_([^_]+)$', '\\1@\\2') ELSE upn END)""",
    status="""CASE WHEN blank_null(deleted) IS NOT NULL THEN 'soft_deleted' WHEN fold(blocked) = 'true' THEN 'disabled'
        WHEN fold(blocked) = 'false' THEN 'active' WHEN blank_null(blocked) IS NULL THEN 'unknown' END""",
    status_column="Block credential", status_text="blocked",
    aliases=f"list_transform({_SMTP}, lambda p: substr(trim(p), 6))",
    name=full_name("first_name", "last_name", "display_name"), department="department",
    account_kind="""CASE WHEN contains(lower(upn), '#ext#') THEN 'external'
        WHEN blank_null(first_name) IS NOT NULL AND blank_null(last_name) IS NOT NULL THEN 'human'
        ELSE 'unknown' END""",
    deleted_at="instant(regexp_replace(deleted, ' ?(UTC|Z)$', 'Z'))",
)  # fmt: skip
# A name may hold a plus itself, with a blank before it: Enterprise Mobility + Security E3.
_LICENCES = """
    SELECT account_key || ':' || lower(licence) AS event_id, record, account_key, account_name, licence
    FROM (
        SELECT _record AS record, lower(blank_null(object_id)) AS account_key, lower(blank_null(upn)) AS account_name,
            unnest(list_distinct(list_transform(
                string_split(replace(coalesce(licences, ''), ' + ', chr(31)), '+'),
                lambda l: replace(blank_null(l), chr(31), ' + ')))) AS licence
        FROM raw
    )
    WHERE account_key IS NOT NULL AND licence IS NOT NULL AND fold(licence) <> 'unlicensed'"""

FORMAT = Format(
    name="microsoft365_users",
    system="entra",
    kind="directory_account",
    title="Microsoft 365 admin centre users (CSV)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=("User principal name", "Object Id", "Block credential", "Licenses"),
            columns={
                "upn": "User principal name", "object_id": "Object Id", "blocked": "Block credential",
                "deleted": "Soft deletion time stamp", "proxies": "Proxy addresses", "first_name": "First name",
                "last_name": "Last name", "display_name": "Display name", "department": "Department",
                "licences": "Licenses",
            },
            select=_SELECT,
            also={"licence": _LICENCES},
            numbered=True,
        ),
    ),
    how_to_get="admin.microsoft.com: Users, Active users, Export users",
    proven_by=None,
    is_list=True,
    also_kinds=("licence",),
    examples=(
        Example(
            shape="csv",
            text="""\
\ufeffDisplay name,DirSyncEnabled,User principal name,Object Id,First name,Last name,When created,\
Soft deletion time stamp,Title,Department,Block credential,Licenses,Proxy addresses
Ada Byron,True,ada@corp.example,71269488-09F4-498f-a043-33ae89006239,Ada,Byron,2022-03-18 19:49:35Z,,Engineer,\
Engineering,False,Microsoft 365 E3+Enterprise Mobility + Security E3,\
SMTP:Ada@example.com+smtp:a@example.com+SIP:ada@corp.example
Blaise,,blaise@example.com,b2,Blaise,Pascal,2022-03-18 19:49:35Z,2026-09-01 10:00:00Z,,,TRUE,Unlicensed,
Cleo,,cleo_partner.example#EXT#@corp.example,c3,,,2022-03-18 19:49:35Z,,,,TRUE,Unlicensed,
""",
            records={
                "licence": (
                    {"account_key": "71269488-09f4-498f-a043-33ae89006239", "licence": "Microsoft 365 E3",
                     "licence_key": None},
                    {"account_key": "71269488-09f4-498f-a043-33ae89006239",
                     "licence": "Enterprise Mobility + Security E3"},
                ),
                "directory_account": (
                    {"account_key": "71269488-09f4-498f-a043-33ae89006239", "email": "ada@example.com",
                     "aliases": ["a@example.com", "ada@corp.example"], "status": "active", "account_kind": "human"},
                    {"account_key": "b2", "status": "soft_deleted", "deleted_at": datetime(2026, 9, 1, 10)},
                    {"account_key": "c3", "status": "disabled", "account_kind": "external",
                     "aliases": [], "email": "cleo@partner.example"},
                )
            },
        ),
        Example(
            shape="csv",
            # The older generation, with another delimiter; a word nobody knows; no id.
            text="""\
Block credential;City;Country/Region;Display name;Licenses;Object Id;Proxy addresses;User principal name
False;;;Ada;Unlicensed;a1;;ada@example.com
Maybe;;;Odd;Unlicensed;a2;;odd@example.com
False;;;None;Unlicensed;;;none@example.com
""",
            records={"directory_account": ({"account_key": "a1", "email": "ada@example.com"},)},
            quarantined=2,
        ),
    ),
)  # fmt: skip
