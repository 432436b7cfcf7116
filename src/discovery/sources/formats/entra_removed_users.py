"""Entra ID: users that a change feed says were removed (`GET /users/delta`, records with `@removed`).

Such a record has the object id and why: `changed`, the user went into the recycle bin and can be restored;
`deleted`, it is gone for good (learn.microsoft.com/graph/delta-query-overview, "Resource representation in the
delta query response"). Who it was stands in the lists before; when it happened, in the bin's list and in the audit log.

A format of its own because these records tell nothing else of the user. In a file that mixes them with changed users
(the answer of the API as it is) this format reads the removals and the users are ignored: `discovery collect entra`
writes two files. A record without id or with another reason is quarantined.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    _record AS record,
    lower(blank_null(id)) AS account_key,
    CASE reason WHEN 'changed' THEN 'soft_deleted' WHEN 'deleted' THEN 'deleted' END AS status,
    CASE WHEN "@removed" IS NULL THEN 'changed user' END AS _ignored,
    CASE
        WHEN "@removed" IS NULL THEN NULL
        WHEN blank_null(id) IS NULL THEN problem('id', id, 'the object id of the user')
        WHEN reason IS NULL OR reason NOT IN ('changed', 'deleted')
            THEN problem('@removed.reason', reason, 'changed or deleted')
    END AS _problem
FROM (SELECT *, lower(blank_null("@removed".reason)) AS reason FROM raw)
"""

FORMAT = Format(
    name="entra_removed_users",
    system="entra",
    kind="directory_account",
    title="Entra ID removed users (Graph delta JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("id", "@removed"),
            forbids=("appId", "members@delta"),
            columns={"id": "VARCHAR", "@removed": "STRUCT(reason VARCHAR)"},
            select=_SELECT,
            numbered=True,
            share=0.01,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /users/delta with the link of the last round",
    proven_by="https://learn.microsoft.com/graph/delta-query-overview",
    proven_on=date(2026, 11, 25),
    is_list=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"id":"0C6A5b01-4b1c-4d0b-9c0a-3d0f1d5b7a11","@removed":{"reason":"changed"}}
{"id":"ffff7b1a-13b1-4c4d-9c0a-3d0f1d5b7a12","@removed":{"reason":"deleted"}}
{"id":"a3","displayName":"Ada Byron","userPrincipalName":"ada@example.com"}
{"id":"","@removed":{"reason":"deleted"}}
{"id":"a5","@removed":{"reason":"moved"}}
""",
            records={
                "directory_account": (
                    {"account_key": "0c6a5b01-4b1c-4d0b-9c0a-3d0f1d5b7a11", "status": "soft_deleted"},
                    {
                        "account_key": "ffff7b1a-13b1-4c4d-9c0a-3d0f1d5b7a12",
                        "status": "deleted",
                        "account_name": None,
                        "deleted_at": None,
                    },
                )
            },
            ignored={"changed user": 1},
            quarantined=2,
        ),
        # The answer of the API as it is: changed users around the removals, words in other case, a reason left out.
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(displayName)","value":[
 {"displayName":"Ada Byron","id":"A1","jobTitle":null},
 {"id":" A2 ","@removed":{"reason":"Changed","note":"x"}},
 {"id":"A3","@removed":{"reason":" DELETED "}},
 {"id":"A4","@removed":{}},
 {"id":"A5","@removed":null},
 {"id":null,"@removed":{"reason":"changed"}}
],"@odata.deltaLink":"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x"}
""",
            records={
                "directory_account": (
                    {"account_key": "a2", "status": "soft_deleted"},
                    {"account_key": "a3", "status": "deleted"},
                )
            },
            ignored={"changed user": 2},
            quarantined=2,  # a removal without its reason is none of a changed user
        ),
    ),
)
