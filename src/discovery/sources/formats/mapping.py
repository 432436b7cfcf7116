"""Formats made from the [[mapping]] blocks of the settings: CSVs that no shipped format knows.

A mapping names a kind and says for each column of that kind (or a stand-in such as `email`, `app_id`) which
header of the file holds it. A file is recognised by having all mapped headers. Header names stay out of the
SQL: the raw columns have fixed names of ours, which the reader places by header; values of the settings that
the SELECT needs are checked against what is allowed, and free text (`app`) is put in as hexadecimal digits.

- charge: charged_on, merchant, amount and whatever else the statement has; `sign` says whether a charge is
  written positive or negative; `decimal` and `currency` (unless a column holds it) as in the settings. Where debits
  and credits stand in two columns, `amount` is the debits' and `credit` the other; where a column says which of the
  two a line is (Soll/Haben, Af/Bij, DBIT/CRDT), it is `direction`. Then the sign of the text does not matter. Lines of
  totals, without a day, are ignored as `total`.
- sign_in: observed_at in `timezone` unless the text has an offset; a person; an app: a column, or `app`. With
  `status`, failed sign-ins are ignored as `failed sign-in`.
- web_visit: observed_at as above; mention: a host or a whole address, which is reduced (see `browsing`). Without a
  column for the person it is an e-mail address in the file or folder name. The file itself is not kept.
- app_account: an app's user list; app_account and directory_account are lists, but not taken as complete:
  nothing declares that a mapped file holds everybody, so that nobody is gone because such a file lacks them.

Days are read in `date_order` ('ymd' unless said); a [[source]] block's date_order, currency, decimal,
timezone and app go before the mapping's. Words of a status that are not understood count as unknown in an
app's list and are quarantined in a roster.
"""

from __future__ import annotations

import re
from string import Template

from discovery.errors import BadSettings
from discovery.settings import ColumnMapping
from discovery.sources.browsing import reduced
from discovery.sources.source import Format, Shape, fold

SIGNS = ("charge_is_positive", "charge_is_negative")

TARGETS: dict[str, tuple[str, ...]] = {
    "charge": ("charged_on", "merchant", "merchant_clean", "amount", "credit", "direction", "currency", "cardholder",
               "card", "account_name", "mcc", "event_id"),
    "sign_in": ("observed_at", "account_name", "account_key", "mention", "app_id", "method", "status", "event_id"),
    "web_visit": ("observed_at", "account_name", "mention", "event_id"),
    "app_account": ("account_name", "email", "account_key", "display_name", "first_name", "last_name", "status", "role",
                    "last_active_at", "mention"),
    "directory_account": ("account_key", "account_name", "email", "display_name", "first_name", "last_name", "status",
                          "department", "manager_email", "hired_on", "left_on", "employee_id"),
}  # fmt: skip
"""Kind → what a mapping may fill."""

_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "charge": (("charged_on",), ("merchant",), ("amount",)),
    "sign_in": (("observed_at",), ("account_name", "account_key"), ("mention", "app_id")),
    "web_visit": (("observed_at",), ("mention",)),
    "app_account": (("account_name", "email"), ("mention",)),
    "directory_account": (("account_key", "employee_id", "account_name", "email"),),
}
"""Kind → of each group at least one must be mapped; an app may come from `app` instead."""

DEBIT_WORDS = ("d", "dr", "db", "debit", "dbit", "debet", "débit", "debito", "débito", "s", "soll", "belastung",
               "lastschrift", "af", "cargo", "debe", "out", "money out", "paid out", "-")  # fmt: skip
CREDIT_WORDS = ("c", "cr", "credit", "crdt", "crédit", "credito", "crédito", "h", "haben", "gutschrift", "bij", "abono",
                "haber", "in", "money in", "paid in", "refund", "+")  # fmt: skip
"""What a column of the direction says of money that was spent, and of money that came back."""

SUCCESS_WORDS = ("success", "succeeded", "successful", "ok", "okay", "passed", "allowed", "granted", "accepted", "true",
                 "yes", "erfolg", "erfolgreich", "succès", "réussi", "réussie", "éxito", "exitoso", "correcto",
                 "geslaagd", "gelukt", "login success", "login successful", "signed in")  # fmt: skip
FAILURE_WORDS = ("failure", "failed", "fail", "error", "denied", "blocked", "rejected", "refused", "false", "no",
                 "interrupted", "locked", "fehler", "fehlgeschlagen", "abgelehnt", "gescheitert", "échec", "échoué",
                 "refusé", "fallo", "fallido", "denegado", "mislukt", "geweigerd", "login failed", "login failure",
                 "invalid password", "bad password")  # fmt: skip
"""What a column of the result says of a sign-in."""

TOTALS = r"^(sub|grand|gesamt|zwischen)?[ -]?(total|summe|somme|suma|soma|totaal|totale|montant total|saldo)( |:|$)"
"""How a line of totals begins, in lower case; without a day it is left out as `total`."""

METHODS = (
    "idp_interactive", "idp_non_interactive", "legacy_authentication", "saml", "oidc", "password", "token",
)  # fmt: skip

_CHARGE = Template("""
WITH line AS (
    SELECT *,
           day_in(charged_on, coalesce(hint('date_order'), $date_order)) AS charged_day,
           $amount AS amount_read,
           upper(coalesce(nullif(trim(currency), ''), hint('currency'), $currency)) AS code
    FROM raw
)
SELECT
    blank_null(event_id) AS event_id,
    _record AS record,
    charged_day AS charged_on,
    lower(coalesce(blank_null(account_name), hint('person'))) AS account_name,
    blank_null(cardholder) AS cardholder,
    nullif(right(regexp_replace(card, '\\D', '', 'g'), 4), '') AS card,
    blank_null(merchant) AS merchant,
    blank_null(merchant_clean) AS merchant_clean,
    CASE WHEN TRY_CAST(mcc AS INTEGER) BETWEEN 1 AND 9999 THEN lpad(CAST(CAST(mcc AS INTEGER)
        AS VARCHAR), 4, '0')
    END AS mcc,
    amount_read AS amount,
    code AS currency,
    CASE WHEN charged_day IS NULL AND regexp_matches(lower(trim(concat_ws(' ', charged_on, merchant))), '$totals')
         THEN 'total' END AS _ignored,
    CASE
        WHEN _ignored IS NOT NULL THEN NULL
        WHEN charged_day IS NULL THEN problem('charged_on', charged_on,
            'a day in the order ' || coalesce(hint('date_order'), $date_order)
            || ': set date_order of the mapping')
        $direction_problem
        WHEN amount_read IS NULL THEN problem('amount', coalesce(blank_null(amount), $credit_text),
            'an amount with the decimal sign ' || coalesce(hint('decimal'), $decimal)
            || ': set decimal of the mapping')
        WHEN blank_null(merchant) IS NULL THEN problem('merchant', merchant, 'a merchant text')
        WHEN code IS NOT NULL AND NOT regexp_matches(code, '^[A-Z]{3}$$') THEN problem('currency', code,
            'a three-letter currency code')
    END AS _problem
FROM line
""")

# A day and a time of day in the declared order, else an instant as it stands.
_INSTANT = Template("""CASE
        WHEN coalesce(hint('date_order'), $date_order) = 'ymd' OR regexp_matches(trim($text), '^\\d{4}-')
            THEN instant_in(trim($text), coalesce(hint('timezone'), $timezone))
        ELSE instant_in(
            CAST(day_in($text, coalesce(hint('date_order'), $date_order)) AS VARCHAR) || ' ' || coalesce(
                CAST(CAST(try_strptime(
                    nullif(trim(regexp_extract(trim($text), '^\\S+\\s+(.*)$$', 1)), ''),
                    ['%H:%M:%S', '%H:%M:%S.%g', '%H:%M', '%I:%M:%S %p', '%I:%M %p']) AS TIME) AS VARCHAR),
                CASE WHEN NOT contains(trim($text), ' ') THEN '00:00:00' END),
            coalesce(hint('timezone'), $timezone))
    END""")

_SIGN_IN = Template("""
WITH line AS (
    SELECT *,
           $instant AS observed,
           coalesce(lower(nullif(trim(app_id), '')), nullif(trim(mention), ''), hint('app'), $app) AS app,
           lower(blank_null(method)) AS method_read,
           lower(blank_null(status)) AS result
    FROM raw
)
SELECT
    blank_null(event_id) AS event_id,
    _record AS record,
    observed AS observed_at,
    blank_null(account_key) AS account_key,
    lower(blank_null(account_name)) AS account_name,
    CASE WHEN blank_null(app_id) IS NULL THEN 'label' ELSE 'app_id' END AS mention_kind,
    app AS mention,
    CASE WHEN blank_null(app_id) IS NOT NULL THEN blank_null(mention) END AS mention_name,
    method_read AS method,
    CASE WHEN result IN ($failure) THEN 'failed sign-in' END AS _ignored,
    CASE
        WHEN result IN ($failure) THEN NULL
        WHEN result NOT IN ($success) THEN problem('status', status,
            'success, failed or another usual word')
        WHEN observed IS NULL THEN problem('observed_at', observed_at,
            'an instant, its day in the order ' || coalesce(hint('date_order'), $date_order)
            || ': set date_order and timezone of the mapping')
        WHEN app IS NULL THEN problem('mention', mention, 'an app: a name in the column, or set app')
        WHEN blank_null(account_key) IS NULL AND blank_null(account_name) IS NULL
            THEN problem('account_name', account_name, 'who signed in')
        WHEN method_read NOT IN ($methods) THEN problem('method', method, 'one of: ' || $methods_said)
    END AS _problem
FROM line
""")

_WEB_VISIT = Template("""
SELECT
    _record, observed_at AS at_text,
    blank_null(event_id) AS event_id,
    $instant AS observed_at,
    lower(coalesce(blank_null(account_name), hint('person'))) AS account_name,
    regexp_matches(trim(mention), '^[a-zA-Z][a-zA-Z0-9+.-]*://') AS is_whole,
    CASE WHEN is_whole THEN trim(mention) ELSE 'https://' || rtrim(blank_null(mention), '.') END AS url,
    CAST(NULL AS VARCHAR) AS left_out,
    CASE
        WHEN $instant IS NULL THEN problem('observed_at', at_text,
            'an instant, its day in the order ' || coalesce(hint('date_order'), $date_order)
            || ': set date_order and timezone of the mapping')
        WHEN lower(coalesce(blank_null(account_name), hint('person'))) IS NULL
            THEN problem('account_name', account_name, 'whose visit it is')
    END AS wrong
FROM raw
""")

_STATUS_WORDS = """CASE
        WHEN fold(status) IN ('active', 'activated', 'enabled', 'employed', 'a', 'yes', 'y', 'true', '1', 'onleave',
                              'leaveofabsence', 'parentalleave', 'notice', 'probation', 'aktiv', 'beschäftigt', 'ja',
                              'actif', 'active', 'oui', 'enposte', 'activo', 'activa', 'sí', 'si', 'actief', 'indienst')
            THEN 'active'
        WHEN fold(status) IN ('inactive', 'disabled', 'deactivated', 'suspended', 'blocked',
            'terminated', 'former',
                              'leaver', 'left', 'separated', 'resigned', 'dismissed', 'exited', 'offboarded',
                              'deceased', 'retired', 'ended', 't', 'no', 'n', 'false', '0', 'inaktiv', 'deaktiviert',
                              'gesperrt', 'ausgetreten', 'ausgeschieden', 'gekündigt', 'nein', 'inactif', 'désactivé',
                              'bloqué', 'parti', 'sorti', 'non', 'inactivo', 'inactiva', 'desactivado', 'bloqueado',
                              'baja', 'cesado', 'inactief', 'uitgeschakeld', 'geblokkeerd', 'uitdienst', 'nee')
            THEN 'disabled'
        WHEN fold(status) IN ('deleted', 'removed', 'gelöscht', 'supprimé', 'eliminado', 'verwijderd') THEN 'deleted'"""

_APP_ACCOUNT = Template("""
WITH line AS (
    SELECT *,
           $instant AS active,
           coalesce(nullif(trim(mention), ''), hint('app'), $app) AS app,
           lower(coalesce(blank_null(account_name), blank_null(email))) AS login,
           lower(trim(last_active_at)) IN ('', '-', 'never', 'n/a', 'na', 'none', 'never logged in')
               AS never_active
    FROM raw
)
SELECT
    _record AS record,
    coalesce(blank_null(account_key), login) AS account_key,
    login AS account_name,
    'label' AS mention_kind,
    app AS mention,
    coalesce(blank_null(display_name), blank_null(concat_ws(' ', trim(first_name), trim(last_name)))) AS display_name,
    $status_words
        WHEN fold(status) IN ('invited', 'pending', 'invitepending', 'notverified', 'eingeladen', 'invité', 'invitado',
                              'uitgenodigd') THEN 'invited'
        ELSE 'unknown'
    END AS status,
    blank_null(role) AS role,
    CASE WHEN blank_null(role) IS NOT NULL
         THEN regexp_matches(lower(role),
             '(^|[^a-z])(super|primary)?[ -]?(admins?|administrat(ors?|eur|rice)|administrador(a)?|'
             || 'owners?|beheerder|eigenaar|eigentümer(in)?|inhaber(in)?|propriétaire|propietari[oa])([^a-z]|$$)')
    END AS is_admin,
    active AS last_active_at,
    CASE
        WHEN app IS NULL THEN problem('mention', mention, 'an app: a name in the column, or set app')
        WHEN login IS NULL THEN problem('account_name', account_name, 'a login or an address')
        WHEN active IS NULL AND NOT never_active THEN problem('last_active_at', last_active_at,
            'an instant, its day in the order ' || coalesce(hint('date_order'), $date_order)
            || ': set date_order and timezone of the mapping')
    END AS _problem
FROM line
""")

_DIRECTORY_ACCOUNT = Template("""
WITH line AS (
    SELECT *,
           day_in(hired_on, coalesce(hint('date_order'), $date_order)) AS hired,
           day_in(left_on, coalesce(hint('date_order'), $date_order)) AS gone,
           lower(trim(hired_on)) IN $no_day AS never_hired,
           lower(trim(left_on)) IN $no_day AS never_gone,
           $status_words
               WHEN fold(status) = '' THEN 'unknown'
           END AS state
    FROM raw
), keyed AS (
    SELECT *, coalesce(blank_null(account_key), blank_null(employee_id),
                       lower(blank_null(account_name)), lower(blank_null(email))) AS key
    FROM line
)
SELECT
    _record AS record,
    key AS account_key,
    lower(coalesce(blank_null(account_name), blank_null(email))) AS account_name,
    coalesce(email_of(email), email_of(account_name)) AS email,
    blank_null(employee_id) AS employee_id,
    coalesce(blank_null(display_name), blank_null(concat_ws(' ', trim(first_name), trim(last_name)))) AS display_name,
    coalesce(state, 'unknown') AS status,
    'unknown' AS account_kind,
    blank_null(department) AS department,
    email_of(manager_email) AS manager_email,
    CASE WHEN NOT never_hired THEN hired END AS hired_on,
    CASE WHEN NOT never_gone THEN gone END AS left_on,
    CASE
        WHEN key IS NULL THEN problem('account_key', account_key, 'an id, a login or an address')
        WHEN status IS NOT NULL AND state IS NULL THEN problem('status', status,
            'active, inactive, terminated, on leave, deleted or another usual word')
        WHEN hired IS NULL AND NOT never_hired THEN problem('hired_on', hired_on,
            'a day in the order ' || coalesce(hint('date_order'), $date_order)
            || ': set date_order of the mapping')
        WHEN gone IS NULL AND NOT never_gone THEN problem('left_on', left_on,
            'a day in the order ' || coalesce(hint('date_order'), $date_order)
            || ': set date_order of the mapping')
    END AS _problem
FROM keyed
""")

_SELECTS = {
    "charge": _CHARGE,
    "sign_in": _SIGN_IN,
    "web_visit": _WEB_VISIT,
    "app_account": _APP_ACCOUNT,
    "directory_account": _DIRECTORY_ACCOUNT,
}
_NO_DAY = "('', '-', 'n/a', 'na', 'none', 'null', '0000-00-00', '9999-12-31', '31/12/9999', '1900-01-01')"


def formats_of(mappings: tuple[ColumnMapping, ...]) -> tuple[Format, ...]:
    """Return a format per mapping, in order. Raises BadSettings."""
    seen: set[str] = set()
    for mapping in mappings:
        if mapping.name in seen:
            raise BadSettings(f"two [[mapping]] blocks are called {mapping.name!r}; expected a name for each")
        seen.add(mapping.name)
    return tuple(_format(mapping) for mapping in mappings)


def _format(mapping: ColumnMapping) -> Format:
    _check(mapping)
    wanted = TARGETS[mapping.kind]
    # A target that is not mapped gets no header and is NULL, as the SELECT expects.
    columns: dict[str, str | tuple[str, ...]] = {name: mapping.columns.get(name, ()) for name in wanted}
    select = _SELECTS[mapping.kind].substitute(_values(mapping))
    if mapping.kind == "web_visit":
        select = reduced(
            select, page="CASE WHEN is_whole THEN page_of(address) ELSE 'other' END", further=("event_id",)
        )
    return Format(
        name=mapping.name,
        system="mapping",
        kind=mapping.kind,
        title=f"{mapping.name} (mapping of the settings)",
        shapes=(
            Shape(
                name="mapping",
                container="csv",
                requires=tuple(mapping.columns.values()),
                columns=columns,
                select=select,
                numbered=True,
                preamble=12,
            ),
        ),
        how_to_get="the file that the [[mapping]] block describes",
        proven_by=None,
        is_list=mapping.kind in ("app_account", "directory_account"),
        person_from_path=mapping.kind in ("charge", "web_visit")
        and not {"account_name", "cardholder", "card"} & mapping.columns.keys(),
        private=mapping.kind == "web_visit",
        # Statements come by the month, as with the formats of single issuers.
        cadence_days=31 if mapping.kind == "charge" else 1,
    )


def _values(mapping: ColumnMapping) -> dict[str, str]:
    """Return what the SELECT takes from the settings, as SQL constants that can hold nothing but a value."""
    zone, order = _constant(mapping.timezone), _constant(mapping.date_order)
    text = "last_active_at" if mapping.kind == "app_account" else "observed_at"
    return {
        "instant": _INSTANT.substitute(text=text, date_order=order, timezone=zone),
        "date_order": order,
        "decimal": _constant(mapping.decimal),
        "currency": _constant(mapping.currency),
        "timezone": zone,
        "app": _constant(mapping.app),
        "amount": _amount(mapping),
        "credit_text": "credit" if "credit" in mapping.columns else "NULL",
        "direction_problem": _DIRECTION_PROBLEM if "direction" in mapping.columns else "",
        "success": ", ".join(map(_constant, SUCCESS_WORDS)),
        "failure": ", ".join(map(_constant, FAILURE_WORDS)),
        "totals": TOTALS,
        "methods": ", ".join(map(_constant, METHODS)),
        "methods_said": _constant(", ".join(METHODS)),
        "no_day": _NO_DAY,
        "status_words": _STATUS_WORDS,
    }


_DEBIT, _CREDIT = (", ".join(f"'{word}'" for word in words) for words in (DEBIT_WORDS, CREDIT_WORDS))
_DIRECTION_PROBLEM = (
    f"WHEN lower(trim(coalesce(direction, ''))) NOT IN ({_DEBIT}, {_CREDIT}) "
    "THEN problem('direction', direction, 'debit or credit, in one of the usual words')"
)


def _amount(mapping: ColumnMapping) -> str:
    """SQL for the amount, spent being positive: by its sign, by two columns, or by a column that says which it is."""
    decimal = f"coalesce(hint('decimal'), {_constant(mapping.decimal)})"
    plain = f"amount_in(amount, {decimal})"
    if "credit" in mapping.columns:
        back = f"amount_in(credit, {decimal})"
        return (
            "CASE WHEN blank_null(amount) IS NULL AND blank_null(credit) IS NULL THEN NULL "
            f"WHEN blank_null(amount) IS NOT NULL AND {plain} IS NULL THEN NULL "
            f"WHEN blank_null(credit) IS NOT NULL AND {back} IS NULL THEN NULL "
            f"ELSE abs(coalesce({plain}, 0)) - abs(coalesce({back}, 0)) END"
        )
    if "direction" in mapping.columns:
        word = "lower(trim(direction))"
        return f"CASE WHEN {word} IN ({_DEBIT}) THEN abs({plain}) WHEN {word} IN ({_CREDIT}) THEN -abs({plain}) END"
    return f"{'-1' if mapping.sign == 'charge_is_negative' else '1'} * {plain}"


def _constant(text: str | None) -> str:
    """Write a text as a SQL constant made of hexadecimal digits only."""
    return "CAST(NULL AS VARCHAR)" if not text else f"decode(unhex('{text.encode().hex()}'))"


def _check(mapping: ColumnMapping) -> None:
    place = f"[[mapping]] {mapping.name!r}"
    allowed = TARGETS.get(mapping.kind)
    if allowed is None:
        raise BadSettings(f"{place}: kind = {mapping.kind!r}; expected one of {', '.join(TARGETS)}")
    for key, header in mapping.columns.items():
        if key not in allowed:
            raise BadSettings(
                f"{place}: columns.{key} is not known for {mapping.kind}; allowed: {', '.join(allowed)}"
            )
        if not isinstance(header, str) or not fold(header):
            raise BadSettings(f"{place}: columns.{key} = {header!r}; expected the name of a header")
    for group in _NEEDED[mapping.kind]:
        if not set(group) & mapping.columns.keys() and not ("mention" in group and mapping.app):
            app = " (or `app` for the whole file)" if "mention" in group else ""
            raise BadSettings(f"{place}: columns has no {' or '.join(group)}{app}; {mapping.kind} needs it")
    if mapping.sign not in SIGNS:
        raise BadSettings(f"{place}: sign = {mapping.sign!r}; expected one of {', '.join(SIGNS)}")
    if mapping.decimal not in (".", ","):
        raise BadSettings(f"{place}: decimal = {mapping.decimal!r}; expected . or ,")
    if mapping.currency is not None and not re.fullmatch(r"[A-Za-z]{3}", mapping.currency):
        raise BadSettings(f"{place}: currency = {mapping.currency!r}; expected three letters such as GBP")
