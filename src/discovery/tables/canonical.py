"""Tables of the stage canonical: one meaning per column."""

from __future__ import annotations

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


def _records(kind: str, row: str) -> Table:
    """The deduplicated records of a kind with few rows, with the file that stands for each."""
    return Table("canonical", kind, row, ("system", "instance", "event_id"), (*_SOURCE, *RECORDS[kind].columns))


CANONICAL: tuple[Table, ...] = (
    Table("canonical", "usage", "events of one account with one app mention on one day through one source",
          ("source", "system", "instance", "identifier", "mention_kind", "mention", "method", "host", "day"), (
              c("source", T, "kind of record: sign_in or web_visit"),
              *_ACCOUNT,
              c("account_name", T, "login, UPN or e-mail seen last with these events", personal=True),
              c("holder_key", T, "employee behind the browser, as the source names it", personal=True),
              c("mention_kind", T, "how the app is named"),
              c("mention", T, "the app as the source names it"),
              c("mention_name", T, "display name that came along"),
              c("host", T, "host visited; empty if none"),
              c("page", T, "strongest page seen: sign_in, app or other; NULL outside the browser"),
              c("method", T, "how the person signed in or visited"),
              c("day", DAY, "UTC day"),
              c("event_count", COUNT, "events"),
              c("first_at", INSTANT, "first event of the day"),
              c("last_at", INSTANT, "last event of the day"),
              c("first_event_id", T, "its id"),
              c("last_event_id", T, "its id"),
              c("first_file_id", T, "input that stands for the first event"),
              c("last_file_id", T, "input that stands for the last event"),
          )),
    Table("canonical", "usage_month", "usage rolled up to months",
          ("source", "system", "instance", "identifier", "mention_kind", "mention", "method", "host", "month"), (
              c("source", T, "kind of record: sign_in or web_visit"),
              *_ACCOUNT,
              c("mention_kind", T, "how the app is named"),
              c("mention", T, "the app as the source names it"),
              c("host", T, "host visited; empty if none"),
              c("method", T, "how the person signed in or visited"),
              c("month", DAY, "first day of the month"),
              c("event_count", COUNT, "events"),
              c("active_day_count", COUNT, "days with an event"),
          )),
    _records("charge", "one card or expense line, once"),
    _records("grant", "one OAuth consent in the newest list of its system"),
    _records("assignment", "one app assignment in the newest list of its system, or of a log"),
    _records("directory_account", "one account in the newest roster of its system (or the last that had it)"),
    _records("app_account", "one account in the newest user list of its app (or the last that had it)"),
    _records("app_registration", "one app as the identity provider knows it, newest list"),
    Table("canonical", "person", "one person of the company, from the source of truth", ("person_id",), (
        c("person_id", T, "hash of the source of truth's instance and immutable id"),
        c("email", T, "primary work address", personal=True),
        c("display_name", T, "name", personal=True),
        c("status", T, "active, disabled, soft_deleted, deleted or unknown"),
        c("department", T, "department"),
        c("manager_email", T, "address of the manager", personal=True),
        c("left_on", DAY, "last day of work; may lie ahead; NULL if none is known"),
    ), published=True, order_by=("person_id",)),
    Table("canonical", "person_identifier", "one identifier by which a person is known", ("identifier", "kind",
                                                                                         "person_id"), (
        c("person_id", T, "person"),
        c("identifier", T, "lower-case value", personal=True),
        c("kind", T, "email, upn, alias, employee_id, account_key, cardholder or name"),
    ), published=True, order_by=("person_id",)),
    Table("canonical", "account", "one account of somebody or nobody in a system", ("account_id",), (
        c("account_id", T, "hash of system, instance and identifier"),
        c("person_id", T, "person it belongs to; NULL if not known"),
        *_ACCOUNT,
        c("account_name", T, "login, UPN or e-mail seen last", personal=True),
        c("kind", T, "human, shared, service, external, personal or unknown"),
        c("link_method", T, "how it was linked; NULL if it is not"),
        c("link_confidence", NUMBER, "0 to 1; NULL if it is not linked"),
        c("first_seen_on", DAY, "first evidence"),
        c("last_seen_on", DAY, "last evidence"),
    ), published=True, order_by=("person_id", "account_id")),
    Table("canonical", "mention", "one distinct way in which an app is named", ("kind", "mention"), (
        c("kind", T, "app_id, label, domain, client_id, browser_app_type or merchant"),
        c("mention", T, "as the sources name it"),
        c("mention_name", T, "display name that came along most often; NULL if none"),
        c("mcc", T, "merchant category code seen most often; NULL if none"),
        c("owner_tenant", T, "tenant that owns the app id, if a registration says so"),
        c("has_sign_in", FLAG, "a sign-in or login was seen with it, not only visits or charges"),
        c("account_count", COUNT, "accounts that it was seen with"),
        c("record_count", COUNT, "records that name it"),
        c("amount", MONEY, "sum of charges in their own currencies; NULL if none"),
    )),
    Table("canonical", "unlinked_reason", "why an account has no person", ("account_id",), (
        c("account_id", T, "account"),
        c("reason", T, "in words"),
        c("is_ambiguous", FLAG, "several persons fit"),
        c("candidates", TEXTS, "person_ids that fit", personal=True),
    )),
)
