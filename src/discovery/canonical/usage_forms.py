"""The SQL of usage that DuckDB and Spark share, and the few expressions that each engine has in a form of its own.

Statements call these expressions like functions. On DuckDB they are macros; for Spark they are put in place while a
statement is translated. Both forms give the same rows: tests/engine compares them.
"""

from __future__ import annotations

from dataclasses import dataclass

_CONTENT = ("account_key", "account_name", "mention_kind", "mention", "mention_name", "method")
_FURTHER = ("host", "page_rank", "holder_key")
EVENT_COLUMNS = (
    "source", "system", "instance", "file_id", "event_id", "event_key", "observed_at", "version_at", "account_key",
    "identifier", "account_name", "holder_key", "mention_kind", "mention", "mention_name", "page_rank", "host",
    "method", "day", "position",
)  # fmt: skip
NAMES = (("account", ("system", "instance", "identifier"), "account_name"),
         ("mention", ("mention_kind", "mention"), "mention_name"))  # fmt: skip
"""What is called by a name: in which columns, and which column is its name on a day."""


@dataclass(frozen=True)
class Form:
    """One expression in the words of both engines; `signature` is how statements call it."""

    signature: str
    duckdb: str
    spark: str


FORMS = (
    # When an event was, what orders those of one instant, its file and id. DuckDB compares one number of 128 bits
    # (53 of the time, until 2200, 48 of the tie, 24 of the file) several times as fast as a struct or a text, and
    # fetches the id of the event found. Spark has none; there the same fields stand in one text of fixed places,
    # which compares as they do, and ends with the id.
    Form(
        "position_of(observed_at, tie, number, file_id, event_id)",
        "(CAST(epoch_us(observed_at) AS HUGEINT) * 281474976710656 + tie) * 16777216 + number",
        "concat(lpad(CAST(unix_micros(CAST(observed_at AS TIMESTAMP)) AS STRING), 20, '0'), tie, "
        "rpad(file_id, 64, ' '), event_id)",
    ),
    Form(
        "instant_of(place)",
        "make_timestamp(CAST(place >> 72 AS BIGINT))",
        "CAST(timestamp_micros(CAST(substr(place, 1, 20) AS BIGINT)) AS TIMESTAMP_NTZ)",
    ),
    Form(
        "file_of(place, files)",
        "CAST(files AS VARCHAR[])[1 + CAST(place & 16777215 AS INTEGER)]",
        "rtrim(substr(place, 33, 64))",
    ),
    Form("first_id(event_key, place)", "arg_min(event_key, place)", "substr(min(place), 97)"),
    Form("last_id(event_key, place)", "arg_max(event_key, place)", "substr(max(place), 97)"),
    # Of the same length, digits compare as the numbers do that they write.
    Form("bits_of(digits)", "CAST('0x' || digits AS UBIGINT)", "digits"),
)

UUID_TIE = "CAST(((({key} >> 96) & 16777215) << 24) | ({key} & 16777215) AS UBIGINT)"
"""What TEXT_TIE says of a UUID, from the number that it is to DuckDB anyway: a twentieth of the time."""

TEXT_TIE = (
    "bits_of(CASE WHEN "
    "regexp_matches(event_id, '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$') "
    "THEN substr(event_id, 3, 6) || right(event_id, 6) ELSE left(md5(event_id), 12) END)"
)
"""48 bits of an event id that order the events of one instant: never load order, never an engine's own hash.

Of a UUID, those parts that differ within an instant in versions 1, 4 and 7.
"""


def macros() -> tuple[str, ...]:
    """Return the statements that teach DuckDB its forms."""
    return tuple(f"CREATE OR REPLACE TEMP MACRO {form.signature} AS {form.duckdb}" for form in FORMS)


def event_select(kind: str, parts: str, *, key: str, tie: str = TEXT_TIE) -> str:
    """SELECT over the rows of parts with the columns that usage needs; `key` is the type in which ids are carried."""
    page, host = "CAST(NULL AS INTEGER)", "''"
    if kind == "web_visit":
        page = (
            "CASE page WHEN 'sign_in' THEN 4 WHEN 'app' THEN 3 WHEN 'other' THEN 2 WHEN 'public' THEN 1 END"
        )
        host = "coalesce(host, '')"
    identifier = "coalesce(account_key, account_name, holder_key, '')"
    return (
        f"SELECT '{kind}' AS source, part_file.system, part_file.instance, part_file.file_id, event_id, "
        f"CAST(event_id AS {key}) AS event_key, observed_at, version_at, account_key, "
        f"{identifier} AS identifier, account_name, holder_key, mention_kind, mention, mention_name, "
        f"{page} AS page_rank, {host} AS host, coalesce(method, '') AS method, CAST(observed_at AS DATE) AS day, "
        f"position_of(observed_at, {tie}, part_file.number, part_file.file_id, event_id) AS position "
        f"FROM {parts} AS lake JOIN part_file ON part_file.path = lake.filename"
    )


def winner_select(events: str) -> str:
    """Of several deliveries of one event: the newest by the source's version time, else the fuller, else by content.

    On one day: where another delivery says another day, both stand. A night reads the days that were touched alone, so
    that what it says of them may hang on no other day.
    """
    full = " + ".join(f"CASE WHEN {column} IS NOT NULL THEN 1 ELSE 0 END" for column in _CONTENT)
    content = " || chr(31) || ".join(
        f"coalesce(CAST({column} AS VARCHAR), chr(30))" for column in (*_CONTENT, *_FURTHER)
    )
    columns = ", ".join(EVENT_COLUMNS)
    return (
        f"SELECT {columns} FROM (SELECT *, row_number() OVER (PARTITION BY system, instance, event_id, day "
        f"ORDER BY version_at DESC NULLS LAST, {full} DESC, observed_at DESC, md5({content}) DESC, file_id) AS turn "
        f"FROM ({events}) AS delivered) AS ranked WHERE turn = 1"
    )


KEPT = "SELECT file_id, day, count(*) AS kept FROM event GROUP BY file_id, day"
"""How many events of each input and day stand."""


def kept_update(kept: str, these: str) -> str:
    """UPDATE of the parts for which the condition `these` holds, to what `kept` (file_id, day, kept) says of them.

    The parts of one input and day are counted together: the first of them has it all.
    """
    return (
        "UPDATE sources.source_part AS p SET row_kept = CASE WHEN c.turn = 1 THEN coalesce(k.kept, 0) ELSE 0 END FROM "
        "(SELECT path, file_id, day, row_number() OVER (PARTITION BY file_id, day ORDER BY path) AS turn "
        f"FROM sources.source_part WHERE kind = $kind AND state <> 'gone' AND {these}) AS c "
        f"LEFT JOIN {kept} AS k ON k.file_id = c.file_id AND k.day = c.day WHERE p.path = c.path"
    )


def name_select(columns: tuple[str, ...], shown: str) -> str:
    """SELECT of the name that an account or mention has on a day: of several the last by letters."""
    listed = ", ".join(columns)
    return f"SELECT {listed}, day, max({shown}) AS {shown} FROM event GROUP BY {listed}, day"
