"""Entra ID: the users in the recycle bin (`GET /directory/deletedItems/microsoft.graph.user`).

The envelope and the user object are those of `GET /users`, plus deletedDateTime (six public callers).
A format of its own because the list is not complete: Entra keeps a user 30 days, and who is not in it is
either there or gone for good.

Traps: accountEnabled can still be true; the status is soft_deleted all the same. The UPN has the object id
without dashes in front: `<32 hex digits>ann@corp.example`; it is stripped only if it is this user's own id.
account_kind as far as the file tells: external for guests, human with an employee id, else unknown.

Nothing is ignored; a record without the moment of deletion is quarantined. The tenant is not in the file.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.source import Example, Format, Head, Shape, at_path

_SELECT = """
WITH person AS (
    SELECT *,
           lower(blank_null(id)) AS key,
           lower(blank_null(CASE
               WHEN starts_with(lower("userPrincipalName"), replace(lower(id), '-', ''))
                   THEN substr("userPrincipalName", length(replace(id, '-', '')) + 1)
               ELSE "userPrincipalName" END)) AS upn,
           instant("deletedDateTime") AS deleted,
           list_transform(list_filter(coalesce(TRY_CAST("proxyAddresses" AS VARCHAR[]), []),
                                      lambda p: lower(p) LIKE 'smtp:%'), lambda p: lower(substr(p, 6)))
                                          AS proxies,
           list_filter(list_transform(coalesce(TRY_CAST("otherMails" AS VARCHAR[]), []),
               lambda m: lower(trim(m))),
                       lambda m: contains(m, '@')) AS others
    FROM raw
), addressed AS (
    SELECT *, coalesce(
        email_of(mail),
        CASE WHEN contains(upn, '#ext#') THEN coalesce(
            others[1], email_of(regexp_replace(split_part(upn, '#ext#', 1), '^(.*)_([^_]+)$',
                '\\1@\\2'))) END,
        email_of(upn)) AS address
    FROM person
)
SELECT
    _record AS record,
    key AS account_key,
    upn AS account_name,
    address AS email,
    list_sort(list_distinct(list_filter(
        list_concat(proxies, others, [CASE WHEN NOT contains(upn, '#ext#') THEN email_of(upn) END]),
        lambda a: a IS NOT NULL AND a IS DISTINCT FROM address))) AS aliases,
    nullif(trim("employeeId"), '') AS employee_id,
    blank_null("displayName") AS display_name,
    'soft_deleted' AS status,
    CASE WHEN lower("userType") = 'guest' OR contains(upn, '#ext#') THEN 'external'
         WHEN blank_null("employeeId") IS NOT NULL THEN 'human'
         ELSE 'unknown' END AS account_kind,
    blank_null(department) AS department,
    nullif(CAST(instant("employeeLeaveDateTime") AS DATE), DATE '0001-01-01') AS left_on,
    deleted AS deleted_at,
    TRY_CAST("accountEnabled" AS BOOLEAN) AS was_enabled,
    CASE
        WHEN key IS NULL THEN problem('id', id, 'the object id of the user')
        WHEN deleted IS NULL THEN problem('deletedDateTime', "deletedDateTime",
            'when the user was deleted, e.g. 2026-09-07T10:00:00Z')
    END AS _problem
FROM addressed
"""


def _is_recycle_bin(head: Head) -> bool:
    """Tell deleted users from a list of users selected with an empty deletedDateTime."""
    return any(at_path(record, "deletedDateTime") for record in head.records)


FORMAT = Format(
    name="entra_deleted_users",
    system="entra",
    kind="directory_account",
    title="Entra ID deleted users (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("id", "userPrincipalName", "displayName", "deletedDateTime"),
            forbids=("appId", "ipAddress", "userId"),
            recognise=_is_recycle_bin,
            columns={
                "id": "VARCHAR",
                "userPrincipalName": "VARCHAR",
                "mail": "VARCHAR",
                "proxyAddresses": "JSON",
                "otherMails": "JSON",
                "displayName": "VARCHAR",
                "userType": "VARCHAR",
                "employeeId": "VARCHAR",
                "employeeLeaveDateTime": "VARCHAR",
                "department": "VARCHAR",
                "deletedDateTime": "VARCHAR",
                "accountEnabled": "VARCHAR",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /directory/deletedItems/microsoft.graph.user",
    proven_by="https://learn.microsoft.com/graph/api/directory-deleteditems-list",
    proven_on=date(2026, 11, 23),
    is_list=True,
    kept_for="30 days",
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryObjects/microsoft.graph.user","value":[
{"id":"ff8f39d7-d187-4e64-ae6a-4e0c6e176426","displayName":"Blaise Pascal",\
"userPrincipalName":"ff8f39d7d1874e64ae6a4e0c6e176426Blaise@corp.example","mail":"blaise@example.com",\
"proxyAddresses":["SMTP:blaise@example.com","smtp:b.pascal@example.com","X500:/o=X"],"accountEnabled":true,\
"userType":"Member","employeeId":"E002","deletedDateTime":"2026-09-07T10:00:00Z"}
]}
""",
            records={
                "directory_account": (
                    {
                        "account_key": "ff8f39d7-d187-4e64-ae6a-4e0c6e176426",
                        "account_name": "blaise@corp.example",
                        "email": "blaise@example.com",
                        "aliases": ["b.pascal@example.com", "blaise@corp.example"],
                        "status": "soft_deleted",
                        "account_kind": "human",
                        "employee_id": "E002",
                        "deleted_at": datetime(2026, 9, 7, 10),
                    },
                )
            },
        ),
        Example(
            shape="graph",
            # A UPN that keeps another's digits, a guest, a record without the moment, one without an id.
            text="""\
{"id":"11111111-2222-3333-4444-555555555555","displayName":"X","mail":null,"proxyAddresses":null,\
"userPrincipalName":"ff8f39d7d1874e64ae6a4e0c6e176426x@corp.example","deletedDateTime":"2026-09-07T10:00:00Z"}
{"id":"aaaaaaaa-2222-3333-4444-555555555555","displayName":"Cleo","mail":null,"userType":"Guest",\
"userPrincipalName":"aaaaaaaa222233334444555555555555cleo_partner.example#EXT#@corp.example",\
"deletedDateTime":"2026-09-08T10:00:00.1234567Z"}
{"id":"bbbbbbbb-2222-3333-4444-555555555555","displayName":"Y","userPrincipalName":"y@corp.example",\
"deletedDateTime":null}
{"id":null,"displayName":"Z","userPrincipalName":"z@corp.example","deletedDateTime":"2026-09-07T10:00:00Z"}
""",
            records={
                "directory_account": (
                    {
                        "account_name": "ff8f39d7d1874e64ae6a4e0c6e176426x@corp.example",
                        "account_kind": "unknown",
                    },
                    {
                        "account_key": "aaaaaaaa-2222-3333-4444-555555555555",
                        "email": "cleo@partner.example",
                        "account_kind": "external",
                        "aliases": [],
                        "deleted_at": datetime(2026, 9, 8, 10, 0, 0, 123456),
                    },
                )
            },
            quarantined=2,
        ),
    ),
)
