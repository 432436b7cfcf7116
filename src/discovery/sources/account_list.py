"""The SELECT of a user list or roster, put together from what one export says under which column.

Formats of lists differ in where a meaning stands, not in what becomes of it. A format gives an expression over
its own raw columns per meaning; here they become the columns of `app_account` or `directory_account`, with the
same words for a state, the same reading of times and the same reasons for quarantine everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Template

NOT_READ = "TIMESTAMP '0001-01-01'"
"""What stands for a time that is given and not understood; no time at all is NULL."""

_NONE = ("", "-", "--", "–", "never", "none", "null", "n/a", "na", "never logged in", "never accessed",
         "never signed in", "never active", "not yet", "pending", "0", "0001-01-01t00:00:00z", "no_information",
         "not_supported", "not_applicable", "unknown", "1970-01-01t00:00:00.000z", "1970-01-01t00:00:00z")  # fmt: skip

_INSTANT = Template("""CASE
        WHEN $text IS NULL OR lower(trim($text)) IN ($none) THEN NULL
        WHEN regexp_matches(trim($text), '^\\d{9,10}(\\.\\d+)?$$') THEN instant_epoch(trim($text))
        WHEN regexp_matches(trim($text), '^\\d{12,13}$$')
            THEN instant_epoch(CAST(TRY_CAST(trim($text) AS BIGINT) / 1000.0 AS VARCHAR))
        ELSE coalesce(
            CASE WHEN regexp_matches(trim($text), '^\\d{4}-\\d') THEN instant_in(
                regexp_replace(regexp_replace(trim($text), ' ?UTC$$', 'Z'), ' ?([+-]\\d\\d:?\\d\\d|Z)$$', '\\1'),
                coalesce($zone, hint('timezone'))) END,
            instant_in(CAST(try_strptime(trim($text), [
                '%d %b %Y', '%d %B %Y', '%b %d, %Y', '%B %d, %Y', '%Y/%m/%d', '%Y/%m/%d %H:%M:%S',
                '%d %b %Y %H:%M', '%b %d, %Y %I:%M %p', '%d %b %Y %H:%M:%S', '%d-%b-%Y', '%d-%b-%y',
                '%A, %B %d, %Y %I:%M:%S %p']) AS VARCHAR), coalesce($zone, hint('timezone'))),
            instant_in(
                CAST(day_in($text, coalesce($order, hint('date_order'), $proven)) AS VARCHAR) || ' ' || coalesce(
                    CAST(CAST(try_strptime(
                        nullif(trim(regexp_extract(trim($text), '^[^ T,]+[ T,]+(.*)$$', 1)), ''),
                        ['%H:%M:%S', '%H:%M', '%I:%M:%S %p', '%I:%M %p']) AS TIME) AS VARCHAR),
                    CASE WHEN NOT contains(trim($text), ' ') THEN '00:00:00' END),
                coalesce($zone, hint('timezone'))),
            $not_read)
    END""")


def instant_of(
    text: str, *, date_order: str | None = None, zone: str | None = None, order: str = "NULL"
) -> str:
    """Return the SQL of an instant (UTC) in a text expression: NULL for none, NOT_READ if not understood.

    Year first, seconds or milliseconds since 1970 and months in words need nothing; other days are read in
    `date_order`, that of the settings, or `order`, the SQL of what the file proves; never guessed. Without an offset
    the time is in `zone`, or that of the settings, else UTC.
    """
    return _INSTANT.substitute(
        text=text,
        none=", ".join(f"'{word}'" for word in _NONE),
        zone=_text(zone),
        order=_text(date_order),
        proven=order,
        not_read=NOT_READ,
    )


def day_of(text: str, *, date_order: str | None = None, order: str = "NULL") -> str:
    """Return the SQL of a day in a text expression: NULL for none, year 1 if not understood."""
    ends = ("0000-00-00", "00/00/0000", "9999-12-31", "31/12/9999", "12/31/9999", "31.12.9999", "1900-01-01",
            "01/01/1900", "1/1/1900", "0001-01-01", "9999-12-31t00:00:00")  # fmt: skip
    listed = ", ".join(f"'{word}'" for word in ends)
    day = f"regexp_extract(trim({text}), '^\\d{{4}}-\\d\\d-\\d\\d|^.*$')"
    inner = instant_of(day, date_order=date_order, order=order)
    return f"""CASE
        WHEN lower(trim({text})) IN ({listed}) OR regexp_matches(trim({text}), '^(0000|0001|9999)-') THEN NULL
        WHEN TRY_CAST({text} AS DOUBLE) BETWEEN 20000 AND 80000
            THEN DATE '1899-12-30' + CAST(floor(TRY_CAST({text} AS DOUBLE)) AS INTEGER)
        ELSE CAST({inner} AS DATE)
    END"""


def given(times: Sequence[str], source: str) -> str:
    """Return the CTE `given`: the raw records, and `the_order` that one of their days proves by a part above 12.

    Over all times of the list: where one has 31 first and another has it second, nothing is proven.
    """
    if not times:
        return f"given AS (SELECT *, CAST(NULL AS VARCHAR) AS the_order FROM {source})"  # noqa: S608
    return f"""part AS (
    SELECT regexp_extract(trim(said), '^(\\d{{1,2}})[-/.](\\d{{1,2}})[-/.]\\d{{2,4}}', ['first', 'second']) AS part
    FROM (SELECT unnest([{", ".join(times)}]) AS said FROM {source})
), proof AS (
    SELECT coalesce(max(TRY_CAST(part.first AS INTEGER)), 0) > 12 AS day_first,
           coalesce(max(TRY_CAST(part.second AS INTEGER)), 0) > 12 AS month_first
    FROM part
), given AS (
    SELECT r.*, CASE WHEN day_first AND NOT month_first THEN 'dmy' WHEN month_first AND NOT day_first THEN 'mdy' END
        AS the_order
    FROM {source} AS r CROSS JOIN proof
)"""  # noqa: S608 - expressions of format modules, never of files


def words(column: str, meanings: Mapping[str, Sequence[str]], *, otherwise: str = "'unknown'") -> str:
    """Return the SQL that turns the words of a column (folded) into meanings."""
    cases = "\n".join(
        f"        WHEN fold({column}) IN ({', '.join(_text(word) for word in said)}) THEN {_text(meaning)}"
        for meaning, said in meanings.items()
    )
    return f"CASE\n{cases}\n        ELSE {otherwise}\n    END"


STATES: Mapping[str, Sequence[str]] = {
    "active": ("active", "enabled", "true", "yes", "1", "confirmed", "verified", "accepted", "joined", "member",
               "registered", "activated"),
    "disabled": ("inactive", "disabled", "deactivated", "suspended", "blocked", "locked", "archived", "revoked",
                 "expired", "false", "no", "0", "closed", "frozen"),
    "invited": ("invited", "pending", "invitepending", "pendinginvite", "invitesent", "notverified", "unverified",
                "pendingacceptance", "pendinginvitation", "invitationsent", "created", "staged", "provisioned"),
    "deleted": ("deleted", "removed", "left"),
}  # fmt: skip
"""Words that apps use for the state of an account, folded."""

ADMIN = r"(^|[^a-z])(super ?|primary |billing |account |org |system |global )*(admin|administrator|owner)s?([^a-z]|$)"
"""A role that administers the app, in lower case."""
NOT_ADMIN = r"(non|not|no|product|process|data|deal|record|content|group)[ _-]*(admin|administrator|owner)s?"


def is_admin(role: str) -> str:
    """Return the SQL that tells from a role's name whether it administers the app; unknown without a role."""
    said = f"regexp_replace(lower({role}), '{NOT_ADMIN}', ' ', 'g')"
    return f"CASE WHEN blank_null({role}) IS NOT NULL THEN regexp_matches({said}, '{ADMIN}') END"


def app_accounts(
    app: str,
    app_name: str,
    *,
    login: str,
    key: str | None = None,
    name: str = "CAST(NULL AS VARCHAR)",
    status: str = "'unknown'",
    role: str = "CAST(NULL AS VARCHAR)",
    admin: str | None = None,
    last_active: Mapping[str, str] | None = None,
    created: Mapping[str, str] | None = None,
    ignored: Sequence[tuple[str, str]] = (),
    login_column: str = "Email",
    source: str = "raw",
    date_order: str | None = None,
    zone: str | None = None,
    mention: str | None = None,
    mention_kind: str = "'domain'",
    further: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the SELECT of an app's user list whose app is the same for all: `app` is its domain.

    login: address or user name; a record without is quarantined, named `login_column`. key: the app's own id,
    else the login. admin: SQL of a truth value, else read off the role. last_active, created: column as the
    export calls it → text expression, read by `instant_of`; of several the latest (last_active) or first (created)
    counts. ignored: condition and reason. mention: SQL of the app where records name it themselves. further:
    condition and SQL of a further problem.
    """
    active, made = dict(last_active or {}), dict(created or {})
    times = {**active, **made}
    aliases = {column: f"time_{number}" for number, column in enumerate(times)}
    picked = "".join(
        f",\n           {instant_of(times[column], date_order=date_order, zone=zone, order='the_order')} AS {alias}"
        for column, alias in aliases.items()
    )
    left_out = "".join(f"\n        WHEN {condition} THEN {_text(reason)}" for condition, reason in ignored)
    problems = "".join(
        f"\n        WHEN {alias} = {NOT_READ} THEN problem({_text(column)}, {times[column]}, 'a time, or never; "
        "where nothing in the list proves which part is the month: set date_order in a [[source]] block')"
        for column, alias in aliases.items()
    ) + "".join(f"\n        WHEN {condition} THEN {said}" for condition, said in further)
    return f"""
WITH {given(list(times.values()), source)}, line AS (
    SELECT *,
           lower(blank_null({login})) AS the_login{picked}
    FROM given
)
SELECT
    _record AS record,
    coalesce(blank_null({key or "the_login"}), the_login) AS account_key,
    the_login AS account_name,
    {mention_kind} AS mention_kind,
    {mention or _text(app)} AS mention,
    {"CAST(NULL AS VARCHAR)" if mention else _text(app_name)} AS mention_name,
    blank_null({name}) AS display_name,
    {status} AS status,
    blank_null({role}) AS role,
    {admin or is_admin(role)} AS is_admin,
    {_pick("greatest", [aliases[c] for c in active])} AS last_active_at,
    {_pick("least", [aliases[c] for c in made])} AS created_at,
    {f"CASE{left_out} END" if left_out else "CAST(NULL AS VARCHAR)"} AS _ignored,
    CASE
        WHEN the_login IS NULL THEN problem({_text(login_column)}, NULL, 'an address or a user name'){problems}
    END AS _problem
FROM line
"""  # noqa: S608 - expressions of format modules, never of files


def directory_accounts(
    *,
    key: str,
    login: str,
    email: str,
    status: str,
    key_column: str,
    status_column: str = "",
    status_text: str = "CAST(NULL AS VARCHAR)",
    aliases: str = "CAST([] AS VARCHAR[])",
    employee_id: str = "CAST(NULL AS VARCHAR)",
    name: str = "CAST(NULL AS VARCHAR)",
    account_kind: str = "'unknown'",
    department: str = "CAST(NULL AS VARCHAR)",
    manager: str = "CAST(NULL AS VARCHAR)",
    hired: Mapping[str, str] | None = None,
    left: Mapping[str, str] | None = None,
    deleted_at: str = "CAST(NULL AS TIMESTAMP)",
    ignored: Sequence[tuple[str, str]] = (),
    source: str = "raw",
    date_order: str | None = None,
) -> str:
    """Return the SELECT of a roster.

    status: SQL that is NULL for a word nobody knows, which is quarantined (column `status_column`, value
    `status_text`). aliases: SQL of a list of addresses; the account's own is taken out. hired, left: column as
    the export calls it → text expression, read by `day_of`; the first that is there counts.
    """
    first, last = dict(hired or {}), dict(left or {})
    days = {**first, **last}
    names = {column: f"day_{number}" for number, column in enumerate(days)}
    picked = "".join(
        f",\n           {day_of(days[column], date_order=date_order, order='the_order')} AS {alias}"
        for column, alias in names.items()
    )
    left_out = "".join(f"\n        WHEN {condition} THEN {_text(reason)}" for condition, reason in ignored)
    problems = "".join(
        f"\n        WHEN {alias} = DATE '0001-01-01' THEN problem({_text(column)}, {days[column]}, 'a day, or nothing; "
        "where nothing in the list proves which part is the month: set date_order in a [[source]] block')"
        for column, alias in names.items()
    )
    return f"""
WITH {given(list(days.values()), source)}, line AS (
    SELECT *,
           blank_null({key}) AS the_key,
           lower(blank_null({login})) AS the_login,
           email_of({email}) AS the_email,
           {status} AS the_status{picked}
    FROM given
)
SELECT
    _record AS record,
    the_key AS account_key,
    coalesce(the_login, the_email) AS account_name,
    the_email AS email,
    list_sort(list_distinct(list_filter(
        list_transform(coalesce({aliases}, []) || [the_login], lambda a: email_of(a)),
        lambda a: a IS NOT NULL AND NOT contains(a, '#ext#') AND a IS DISTINCT FROM the_email))) AS aliases,
    blank_null({employee_id}) AS employee_id,
    blank_null({name}) AS display_name,
    the_status AS status,
    {account_kind} AS account_kind,
    blank_null({department}) AS department,
    email_of({manager}) AS manager_email,
    {_pick("coalesce", [names[c] for c in first], "DATE")} AS hired_on,
    {_pick("coalesce", [names[c] for c in last], "DATE")} AS left_on,
    {deleted_at} AS deleted_at,
    {f"CASE{left_out} END" if left_out else "CAST(NULL AS VARCHAR)"} AS _ignored,
    CASE
        WHEN the_key IS NULL THEN problem({_text(key_column)}, NULL, 'the id of the account'){problems}
        WHEN the_status IS NULL THEN problem({_text(status_column)}, {status_text}, 'a known state of an account')
    END AS _problem
FROM line
"""  # noqa: S608 - expressions of format modules, never of files


def full_name(first: str, last: str, whole: str = "NULL") -> str:
    """Return the SQL of a name from its parts where the whole is not given."""
    return (
        f"coalesce(blank_null({whole}), blank_null(concat_ws(' ', blank_null({first}), blank_null({last}))))"
    )


def _pick(function: str, columns: Sequence[str], kind: str = "TIMESTAMP") -> str:
    if not columns:
        return f"CAST(NULL AS {kind})"
    return columns[0] if len(columns) == 1 else f"{function}({', '.join(columns)})"


def _text(text: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if text is None else "'" + text.replace("'", "''") + "'"


EMPLOYMENT: Mapping[str, Sequence[str]] = {
    "active": ("active", "employed", "a", "current", "onleave", "leaveofabsence", "leave", "parentalleave", "loa",
               "maternityleave", "suspended", "notice", "noticeperiod", "probation", "gardenleave", "fulltime",
               "parttime", "contractor", "intern", "1", "true", "yes"),
    "disabled": ("terminated", "inactive", "former", "leaver", "left", "separated", "resigned", "dismissed", "exited",
                 "offboarded", "deceased", "retired", "ended", "t", "0", "false", "no"),
    "unknown": ("pending", "hired", "prestart", "prehire", "onboarding", "notstarted"),
}  # fmt: skip
"""Words that personnel systems use for whether somebody works here, folded; suspended people still do."""


def employed(word: str, left: str) -> str:
    """Return the SQL of a status from a word, else from the last day (as read); NULL for a word nobody knows."""
    from_day = (
        f"CASE WHEN blank_null({left}) IS NULL THEN 'active' "
        f"WHEN {day_of(left, order='the_order')} < CAST(hint('snapshot_on') AS DATE) THEN 'disabled' ELSE 'active' END"
    )
    return f"CASE WHEN blank_null({word}) IS NULL THEN {from_day} ELSE {words(word, EMPLOYMENT, otherwise='NULL')} END"
