"""Tables of the stage canonical: one meaning per column."""

from __future__ import annotations

from discovery.tables import declare
from discovery.tables.declare import COUNT, DAY, FLAG, INSTANT, MONEY, NUMBER, TEXTS, Column, T, Table, c
from discovery.tables.records import RECORDS

_SOURCE: tuple[Column, ...] = (
    c("file_id", T, "input that stands for it"),
    c("system", T, "system it was read from"),
    c("instance", T, "instance of the system"),
)

_ACCOUNT: tuple[Column, ...] = (
    c("system", T, "system the account lives in"),
    c("instance", T, "instance of the system"),
    c("identifier", T, "immutable id if the system gives one, else login or e-mail", personal=True),
)


_USE: tuple[Column, ...] = (
    c("source", T, "kind of record: sign_in or web_visit"),
    *_ACCOUNT,
    c("account_name", T, "login, UPN or e-mail; NULL if none came along", personal=True),
    c("holder_key", T, "employee behind the browser, as the source names it", personal=True),
    c("mention_kind", T, "how the app is named"),
    c("mention", T, "the app as the source names it"),
    c("mention_name", T, "display name that came along"),
    c("host", T, "host visited; empty if none"),
    c("page", T, "strongest page of the day: sign_in, app, other or public; NULL outside the browser"),
    c("method", T, "how the person signed in or visited"),
)
_USED = tuple(column.name for column in _USE)
_ROLLED_UP: tuple[Column, ...] = (
    c("event_count", COUNT, "events"),
    c("first_at", INSTANT, "first event"),
    c("last_at", INSTANT, "last event"),
    c("first_event_id", T, "id of the first event"),
    c("last_event_id", T, "id of the last event"),
    c("first_file_id", T, "input that stands for the first event"),
    c("last_file_id", T, "input that stands for the last event"),
)


_IDENTIFIER = c(
    "identifier", T, "account in its system, as in canonical.account; NULL if none", personal=True
)
_TIME: tuple[Column, ...] = (
    c("from_on", DAY, "first day on which it is known to have stood"),
    c("ended_on", DAY, "last day; NULL = not known to have ended"),
    c(
        "end_reason",
        T,
        "revoked, unassigned, left_group, absent_from_list or disabled_in_app; NULL if not ended",
    ),
)


def _records(
    kind: str, row: str, *more: Column, key: tuple[str, ...] = ("system", "instance", "event_id")
) -> Table:
    """The deduplicated records of a kind with few rows, with the file that stands for each."""
    return Table("canonical", kind, row, key, (*_SOURCE, *RECORDS[kind].columns, *more))


CANONICAL: tuple[Table, ...] = (
    Table(
        "canonical",
        "usage",
        "events of one account with one app mention on one day through one source",
        ("source", "system", "instance", "identifier", "mention_kind", "mention", "method", "host", "day"),
        (
            c("source", T, "kind of record: sign_in or web_visit"),
            *_ACCOUNT,
            c("account_name", T, "login, UPN or e-mail seen last with these events", personal=True),
            c("holder_key", T, "employee behind the browser, as the source names it", personal=True),
            c("mention_kind", T, "how the app is named"),
            c("mention", T, "the app as the source names it"),
            c("mention_name", T, "display name that came along"),
            c("host", T, "host visited; empty if none"),
            c("page", T, "strongest page seen: sign_in, app, other or public; NULL outside the browser"),
            c("method", T, "how the person signed in or visited"),
            c("day", DAY, "UTC day"),
            c("event_count", COUNT, "events"),
            c("first_at", INSTANT, "first event of the day"),
            c("last_at", INSTANT, "last event of the day"),
            c("first_event_id", T, "its id"),
            c("last_event_id", T, "its id; NULL where the first event is the only one"),
            c("first_file_id", T, "input that stands for the first event"),
            c("last_file_id", T, "input that stands for the last event"),
        ),
    ),
    Table(
        "canonical",
        "usage_month",
        "usage rolled up to months",
        (*_USED, "month"),
        (
            *_USE,
            c("month", DAY, "first day of the month"),
            c("day_bits", "INTEGER", "days with an event: the lowest bit is the first of the month"),
            *_ROLLED_UP,
        ),
    ),
    Table(
        "canonical",
        "usage_known",
        "all usage up to as_of of one account, mention, name, host, page and method",
        _USED,
        (
            *_USE,
            c("active_months", declare.MONTHS, "months with an event and its days, in no order"),
            *_ROLLED_UP,
        ),
    ),
    Table(
        "canonical",
        "list_day",
        "one list of one system on one day: is what it lacks gone?",
        ("kind", "system", "instance", "mention", "day"),
        (
            c("kind", T, "kind of record listed"),
            c("system", T, "system it was read from"),
            c("instance", T, "instance of the system"),
            c("mention", T, "app whose users are listed; empty for other kinds"),
            c("day", DAY, "day of the list"),
            c("is_complete", FLAG, "declared to be a whole list"),
            c(
                "is_believed",
                FLAG,
                "what it lacks is gone: it is whole, and no more than a tenth vanished at once",
            ),
            c("item_count", COUNT, "entries"),
            c("vanished_count", COUNT, "entries of the list believed before it that it lacks"),
        ),
    ),
    _records(
        "charge",
        "one card or expense line, once",
        _IDENTIFIER,
        c("holder_form", T, "card-holder name as FIRST LAST or F LAST; NULL if none", personal=True),
    ),
    _records(
        "grant",
        "one OAuth consent in the newest list of its system (or the last that had it)",
        _IDENTIFIER,
        *_TIME,
    ),
    _records(
        "assignment",
        "one app assignment in the newest list of its system (or the last that had it), or "
        "one addition of a log",
        _IDENTIFIER,
        *_TIME,
    ),
    _records(
        "directory_account",
        "one account in the newest roster of its system (or the last that had it)",
        _IDENTIFIER,
        c("known_names", TEXTS, "all logins and addresses in any list read, sorted", personal=True),
        c("first_listed_on", DAY, "first list that had it"),
        c("absent_on", DAY, "first whole list that lacks it; NULL if it is in the newest"),
        key=("system", "instance", "identifier"),
    ),
    _records(
        "app_account",
        "one account in the newest user list of its app (or the last that had it)",
        _IDENTIFIER,
        *_TIME,
        key=("system", "instance", "mention_kind", "mention", "identifier"),
    ),
    _records("app_registration", "one app as the identity provider knows it, newest list"),
    _records(
        "provisioning_event",
        "one action of a provisioning service on one account of an app, once",
        _IDENTIFIER,
    ),
    _records(
        "provisioning_job",
        "one provisioning job as its newest lists tell it",
        c(
            "differs",
            TEXTS,
            "what its mappings have otherwise than its template's, in words; NULL = not read",
        ),
        key=("system", "instance", "client_key", "job_id"),
    ),
    _records(
        "membership",
        "one member of one group in the newest list of its system (or the last that had it)",
        _IDENTIFIER,
        *_TIME,
        key=("system", "instance", "group_key", "identifier"),
    ),
    _records(
        "licence",
        "one licence of one account in the newest list that tells of the account (or the last that had it)",
        _IDENTIFIER,
        *_TIME,
        c(
            "product",
            T,
            "name of the product; where it is not known, what the list calls it: part number or id",
        ),
        c("app_id", T, "app that it gives access to; NULL if none is known"),
        key=("system", "instance", "identifier", "product"),
    ),
    _records("directory_event", "one change in a directory that matters to leaving, once", _IDENTIFIER),
    Table(
        "canonical",
        "identity",
        "one identifier that one person may go by, and how strong the claim is",
        ("namespace", "system", "instance", "identifier", "person_id", "kind"),
        (
            c(
                "namespace",
                T,
                "what it identifies by: address, account_key, employee_id, cardholder, card, name",
            ),
            c("system", T, "system for account keys; empty otherwise"),
            c("instance", T, "instance for account keys; empty otherwise"),
            c("identifier", T, "lower-case value", personal=True),
            c("person_id", T, "person"),
            c("kind", T, "as in person_identifier"),
            c("via", T, "how it came to be the person's, in words"),
            c(
                "strength",
                COUNT,
                "1 = source of truth or settings, 2 = primary elsewhere, 3 = alias, 4 = former",
            ),
            c("is_link", FLAG, "nobody else claims it as strongly: it links accounts to the person"),
            c("from_on", DAY, "an address that was handed on: first day as this person's; NULL otherwise"),
            c("to_on", DAY, "an address that was handed on: last day as this person's; NULL otherwise"),
        ),
    ),
    Table(
        "canonical",
        "person",
        "one person of the company, from the source of truth",
        ("person_id",),
        (
            c("person_id", T, "hash of the source of truth's instance and immutable id"),
            c("email", T, "primary work address", personal=True),
            c("display_name", T, "name", personal=True),
            c("status", T, "active, disabled, soft_deleted, deleted or unknown"),
            c("department", T, "department"),
            c("manager_email", T, "address of the manager", personal=True),
            c("left_on", DAY, "last day of work; may lie ahead; NULL if none is known"),
        ),
        published=True,
        order_by=("person_id",),
    ),
    Table(
        "canonical",
        "person_identifier",
        "one identifier by which a person is known",
        ("identifier", "kind", "person_id"),
        (
            c("person_id", T, "person"),
            c("identifier", T, "lower-case value", personal=True),
            c("kind", T, "email, upn, alias, employee_id, account_key, cardholder, former_name or name"),
            c("from_on", DAY, "an address that was handed on: first day as this person's; NULL otherwise"),
            c("to_on", DAY, "an address that was handed on: last day as this person's; NULL otherwise"),
            c("first_seen_on", DAY, "first day on which a list or log shows the address; NULL for others"),
            c("last_seen_on", DAY, "last such day: a former address has an old one"),
        ),
        published=True,
        order_by=("identifier", "kind", "person_id"),
    ),
    Table(
        "canonical",
        "account_seen",
        "one account as the sources show it, whoever it belongs to",
        ("account_id",),
        (
            c("account_id", T, "hash of system, instance and identifier"),
            *_ACCOUNT,
            c("account_name", T, "login, UPN or e-mail seen last", personal=True),
            c("first_seen_on", DAY, "first evidence"),
            c("last_seen_on", DAY, "last evidence"),
        ),
    ),
    Table(
        "canonical",
        "identity_claim",
        "one way in which one account may be one person's",
        ("account_id", "person_id", "method"),
        (
            c("account_id", T, "account"),
            c("person_id", T, "person"),
            c(
                "level",
                COUNT,
                "how strong the way is, 0 first; the first level that names one person decides",
            ),
            c("method", T, "in words"),
            c("confidence", NUMBER, "0 to 1; below the threshold of the settings it links nothing"),
            c("is_rejected", FLAG, "somebody decided that the account is not this person's"),
        ),
    ),
    Table(
        "canonical",
        "account",
        "one account of somebody or nobody in a system",
        ("account_id",),
        (
            c("account_id", T, "hash of system, instance and identifier"),
            c("person_id", T, "person it belongs to; NULL if not known"),
            *_ACCOUNT,
            c("account_name", T, "login, UPN or e-mail seen last", personal=True),
            c("kind", T, "human, shared, service, external, personal or unknown"),
            c("kind_reason", T, "why that kind; says which service accounts are for emergencies"),
            c("link_method", T, "how it was linked; NULL if it is not"),
            c("link_confidence", NUMBER, "0 to 1; NULL if it is not linked"),
            c("first_seen_on", DAY, "first evidence"),
            c("last_seen_on", DAY, "last evidence"),
        ),
        published=True,
        order_by=("person_id", "account_id"),
    ),
    Table(
        "canonical",
        "identity_candidate",
        "one doubtful answer to whose an account is, for people to decide",
        ("account_id", "person_id"),
        (
            c("account_id", T, "account"),
            c("person_id", T, "person whose it may be"),
            c("method", T, "what speaks for it"),
            c("confidence", NUMBER, "0 to 1"),
            c("state", T, "open (links nothing), linked (worth a look), accepted or rejected"),
            c("reason", T, "in words; NULL where the account is linked to somebody else"),
            c("decided_by", T, "who decided; NULL if nobody did", personal=True),
            c("decided_at", INSTANT, "when"),
        ),
        published=True,
        order_by=("account_id", "person_id"),
    ),
    Table(
        "canonical",
        "mention",
        "one distinct way in which an app is named",
        ("kind", "mention"),
        (
            c("kind", T, "app_id, label, domain, client_id, browser_app_type or merchant"),
            c("mention", T, "as the sources name it"),
            c("mention_name", T, "display name that came along most often; NULL if none"),
            c("mcc", T, "merchant category code seen most often; NULL if none"),
            c("owner_tenant", T, "tenant that owns the app id, if a registration says so"),
            c(
                "hosts",
                TEXTS,
                "hosts of its addresses in the identity provider, sorted; NULL if none is known",
            ),
            c("has_sign_in", FLAG, "a sign-in or login was seen with it, not only visits or charges"),
            c("account_count", COUNT, "accounts that it was seen with"),
            c("record_count", COUNT, "records that name it"),
            c("amount", MONEY, "sum of charges in their own currencies; NULL if none"),
        ),
        published=True,
    ),
    Table(
        "canonical",
        "unlinked_reason",
        "why an account has no person",
        ("account_id",),
        (
            c("account_id", T, "account"),
            c("reason", T, "in words"),
            c("is_ambiguous", FLAG, "several persons fit"),
            c("candidates", TEXTS, "person_ids that fit", personal=True),
        ),
    ),
)
