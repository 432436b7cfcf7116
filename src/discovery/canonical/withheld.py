"""For whom browsing is switched off, as the lists of the last night tell, and what was read of them before.

Run before the inbox is looked at. Who came into such a department or group since then is left out from this night on,
and what was read of their browsing goes: out of registry and lake here (the scan finds the input in the vault or the
inbox, and it is read again without them), out of the months of long ago too.
"""

from __future__ import annotations

from datetime import date

from discovery.canonical.retention import bring_up, forget_in_months
from discovery.settings import Settings
from discovery.sources.horizon import events_from, months_file
from discovery.sources.reread import take_out
from discovery.sources.vault import Vault
from discovery.sources.withheld import KIND, is_withheld_sql, is_withheld_use_sql, load_withheld
from discovery.store import Store, quoted

NOT_KNOWN = "is browsing, and of whom none is to be read is not known yet"

_PERSONS = """
WITH RECURSIVE meant AS (
    SELECT system, instance, group_key, group_key AS via FROM canonical.membership
    WHERE ended_on IS NULL AND (list_contains($groups, lower(group_key)) OR list_contains($groups, lower(group_name)))
    UNION
    SELECT m.system, m.instance, m.member_group_key, g.via
    FROM canonical.membership AS m JOIN meant AS g USING (system, instance, group_key)
    WHERE m.member_group_key IS NOT NULL AND m.ended_on IS NULL
),
off AS (
    SELECT person_id, 'department ' || department AS why FROM canonical.person
    WHERE list_contains($departments, lower(department))
    UNION ALL
    SELECT a.person_id, 'a group of the directory'
    FROM meant JOIN canonical.membership AS m USING (system, instance, group_key)
    JOIN canonical.account AS a USING (system, instance, identifier)
    WHERE m.ended_on IS NULL AND m.member_group_key IS NULL AND a.person_id IS NOT NULL
    UNION ALL
    SELECT person_id, 'by name' FROM canonical.person_identifier WHERE list_contains($persons, identifier)
),
person AS (SELECT person_id, min(why) AS why FROM off GROUP BY person_id),
known AS (
    SELECT person_id, system, instance, unnest([identifier, account_name]) AS value FROM canonical.account
    UNION ALL SELECT person_id, '', '', identifier FROM canonical.person_identifier
    UNION ALL SELECT person_id, '', '', email FROM canonical.person
)
SELECT DISTINCT CASE WHEN contains(value, '@') THEN 'mail:' || lower(trim(value))
        ELSE 'key:' || system || ':' || instance || ':' || lower(trim(value)) END AS token, person_id, why
FROM person JOIN known USING (person_id)
WHERE trim(value) <> ''
"""
_MISSING = """
SELECT name FROM (SELECT unnest(CAST($departments AS VARCHAR[])) AS name)
WHERE name NOT IN (SELECT lower(department) FROM canonical.person WHERE department IS NOT NULL)
UNION ALL
SELECT name FROM (SELECT unnest(CAST($groups AS VARCHAR[])) AS name)
WHERE name NOT IN (SELECT unnest([lower(group_key), coalesce(lower(group_name), '')]) FROM canonical.membership)
ORDER BY name
"""


def withhold(store: Store, settings: Settings) -> str | None:
    """Bring the list of whom no browsing is read up to date, and take out what was read of them.

    Returns why no browsing at all can be read, or None: a department or group that is named is in no list yet, so that
    nobody knows who is in it.
    """
    off = settings.browsing_off
    names = {"departments": list(off.departments), "groups": list(off.groups)}
    missing = [str(row[0]) for row in store.rows(_MISSING, names)]
    store.run(f"CREATE OR REPLACE TEMP TABLE off_now AS {_PERSONS}", {**names, "persons": list(off.persons)})
    is_new = bool(
        store.value(
            "SELECT count(*) FROM off_now WHERE token NOT IN (SELECT token FROM sources.browsing_off)"
        )
    )
    with store.transaction():
        store.run("DELETE FROM sources.browsing_off")
        store.run("INSERT INTO sources.browsing_off BY NAME SELECT token, person_id, why FROM off_now")
        load_withheld(store, settings)
        if is_new:
            _take_out(store, settings)
        if not missing:
            # They may be looked at now.
            store.run(
                "DELETE FROM sources.source_file WHERE state = 'refused' AND contains(reason, $said)",
                {"said": NOT_KNOWN},
            )
    if is_new and (day := events_from(settings.home)) is not None:
        _take_out_of_months(store, settings, day)
    if not missing or not settings.browsing:
        return None
    return (
        f"{NOT_KNOWN}: [browsing] names {', '.join(map(repr, missing))}, which no list has that was read. The next "
        "night, or `discovery run --force`, reads it once such a list was read; or correct the name"
    )


def _take_out(store: Store, settings: Settings) -> None:
    """Take inputs with visits of these persons out of the registry; their records lie in the vault."""
    vault = Vault(settings.home)
    for file_id, sha, system, instance in store.rows(
        "SELECT DISTINCT f.file_id, f.file_sha256, f.system, f.instance FROM sources.source_file AS f "
        "JOIN sources.source_part AS p USING (file_id) WHERE p.kind = $kind AND f.state = 'loaded' ORDER BY ALL",
        {"kind": KIND},
    ):
        sidecar = vault.sidecar(str(sha), str(file_id))
        path = vault.reduced(sidecar, KIND) if sidecar is not None else None
        if path is not None and path.exists() and _holds(store, str(path), is_withheld_sql(system, instance)):
            take_out(store, str(file_id))


def _take_out_of_months(store: Store, settings: Settings, day: date) -> None:
    if _holds(store, str(months_file(settings.home, day)), is_withheld_use_sql()):
        forget_in_months(store, settings.home, is_withheld_use_sql())
        bring_up(store, settings)


def _holds(store: Store, path: str, condition: str) -> bool:
    found = f"SELECT count(*) FROM read_parquet({quoted(path)}, hive_partitioning=false) WHERE {condition}"
    return bool(store.value(found))
