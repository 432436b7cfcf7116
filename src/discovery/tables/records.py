"""Records in the lake, one declaration per kind.

A format's SELECT yields these columns by name; columns that it leaves out are NULL.
"""

from __future__ import annotations

from discovery.tables.declare import COUNT, DAY, FLAG, INSTANT, MONEY, TEXTS, T, Table, c

_EVENT = (
    c(
        "event_id",
        T,
        "the source's own id of the record; NULL where it has none (then a content hash is used)",
    ),
    c("record", COUNT, "record number in the file, from 1; NULL where the source's id identifies the record"),
)
_ACCOUNT = (
    c("account_key", T, "immutable id of the account in its system, e.g. Entra object id", personal=True),
    c("account_name", T, "login, UPN or e-mail, lower case", personal=True),
)
_MENTION = (
    c(
        "mention_kind",
        T,
        "how the app is named: app_id, label, domain, client_id, browser_app_type, merchant",
    ),
    c("mention", T, "the app as this source names it"),
    c("mention_name", T, "display name that came along with an id; NULL if none"),
)

RECORDS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "lake",
            "sign_in",
            "one successful sign-in of an account to an app, seen by the identity provider or in the browser",
            ("event_id",),
            (
                *_EVENT,
                c("observed_at", INSTANT, "when it happened (UTC)"),
                c("version_at", INSTANT, "when the source last changed the record; NULL if it does not say"),
                *_ACCOUNT,
                c(
                    "holder_key",
                    T,
                    "the source's id of the employee behind the browser; NULL if none",
                    personal=True,
                ),
                *_MENTION,
                c(
                    "method",
                    T,
                    "idp_interactive, idp_non_interactive, legacy_authentication, saml, oidc, "
                    "social, password, token (device code), other",
                ),
            ),
        ),
        Table(
            "lake",
            "web_visit",
            "one page visit or login seen in a browser, reduced to host and domain",
            ("event_id",),
            (
                *_EVENT,
                c("observed_at", INSTANT, "when it happened (UTC)"),
                c("version_at", INSTANT, "when the source last changed the record; NULL if it does not say"),
                *_ACCOUNT,
                c(
                    "holder_key",
                    T,
                    "the source's id of the employee behind the browser; NULL if none",
                    personal=True,
                ),
                *_MENTION,
                c("host", T, "host of the page; NULL for a login that names only an app"),
                c("page", T, "sign_in, app, public or other: what the address said before it was reduced"),
                c("redirect_host", T, "for identity-provider pages: host that the person is sent back to"),
                c("method", T, "visit, password, oidc, saml, social"),
            ),
        ),
        Table(
            "lake",
            "charge",
            "one card or expense line",
            ("event_id",),
            (
                *_EVENT,
                c("charged_on", DAY, "day of the transaction"),
                *_ACCOUNT,
                c("cardholder", T, "card-holder name as printed", personal=True),
                c(
                    "card",
                    T,
                    "last digits of the card as the statement prints them: four, American Express five",
                    personal=True,
                ),
                c("merchant", T, "merchant text as printed on the line"),
                c("merchant_clean", T, "the issuer's own cleaned merchant name; NULL if none"),
                c("mcc", T, "merchant category code, four digits; NULL if none"),
                c("amount", MONEY, "positive = spent, negative = refunded"),
                c("currency", T, "ISO 4217"),
            ),
        ),
        Table(
            "lake",
            "grant",
            "one OAuth consent",
            ("event_id",),
            (
                *_EVENT,
                *_ACCOUNT,
                c(
                    "client_key",
                    T,
                    "object id of the client in the identity provider; joins app_registration.app_key",
                ),
                *_MENTION,
                c("scopes", TEXTS, "scopes that were granted, sorted"),
                c("consent", T, "user or tenant"),
                c("granted_at", INSTANT, "when consent was given; NULL if the source does not say"),
                c("snapshot_on", DAY, "day of the list"),
            ),
        ),
        Table(
            "lake",
            "assignment",
            "one assignment of a user or group to an app in the identity provider",
            ("event_id",),
            (
                *_EVENT,
                *_ACCOUNT,
                c("principal_kind", T, "user, group or service_principal"),
                c("group_key", T, "object id of the group; NULL for a user"),
                c("group_name", T, "display name of the group; NULL for a user"),
                c("client_key", T, "object id of the app in the identity provider"),
                *_MENTION,
                c("role", T, "role in the app; NULL for default access"),
                c("assigned_at", INSTANT, "when it was made; NULL if the source does not say"),
                c("change", T, "added or removed for a log; NULL for a list"),
                c("snapshot_on", DAY, "day of the list"),
            ),
        ),
        Table(
            "lake",
            "directory_account",
            "one account in a roster: identity provider or HR",
            ("event_id",),
            (
                *_EVENT,
                *_ACCOUNT,
                c("email", T, "primary work address, lower case", personal=True),
                c("aliases", TEXTS, "further work addresses, lower case, sorted", personal=True),
                c("employee_id", T, "personnel number; NULL if none", personal=True),
                c("display_name", T, "name", personal=True),
                c("status", T, "active, disabled, soft_deleted, deleted or unknown"),
                c("account_kind", T, "human, shared, service, external or unknown"),
                c("department", T, "department"),
                c("manager_email", T, "address of the manager", personal=True),
                c("hired_on", DAY, "first day"),
                c("left_on", DAY, "last day of work; may lie ahead"),
                c("deleted_at", INSTANT, "when the account was deleted"),
                c(
                    "was_enabled",
                    FLAG,
                    "sign-in was still allowed when the account was deleted; NULL if not told",
                ),
                c("snapshot_on", DAY, "day of the list"),
            ),
        ),
        Table(
            "lake",
            "app_account",
            "one account in an app's own user list",
            ("event_id",),
            (
                *_EVENT,
                *_ACCOUNT,
                *_MENTION,
                c("display_name", T, "name", personal=True),
                c("status", T, "active, disabled, invited, deleted or unknown"),
                c("role", T, "role as the app calls it"),
                c("is_admin", FLAG, "the role administers the app"),
                c("last_active_at", INSTANT, "last use according to the app"),
                c("created_at", INSTANT, "when the account was made"),
                c("snapshot_on", DAY, "day of the list"),
            ),
        ),
        Table(
            "lake",
            "app_registration",
            "one app as the identity provider or the browser extension knows it",
            ("event_id",),
            (
                *_EVENT,
                c("app_key", T, "object id of the app (Entra: service principal)"),
                *_MENTION,
                c("owner_tenant", T, "tenant that owns the app; Microsoft's own apps carry Microsoft's"),
                c("sso_mode", T, "saml, oidc, password; NULL if none is set up"),
                c("is_enabled", FLAG, "users may sign in"),
                c("requires_assignment", FLAG, "only assigned users may sign in"),
                c("approval", T, "approved, blocked, needs_review if the source says so"),
                c("hosts", TEXTS, "hosts of home page and redirect addresses, sorted"),
                c("snapshot_on", DAY, "day of the list"),
            ),
        ),
    )
}
