"""Entra ID: who is in which group (`GET /groups/{id}/members`).

Shape `graph`: directory objects (learn.microsoft.com/graph/api/group-list-members), one per line, with `groupId` and
`groupDisplayName` added: the answer itself does not name the group. A member that is a group is told apart
(`@odata.type`, else by what only groups or users have): nobody is provisioned to an app through it.

Ignored: `device or contact`. Not complete by itself: a file may be of one group only.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    lower(blank_null("groupId")) || ':' || lower(blank_null(id)) AS event_id,
    _record AS record,
    CASE WHEN kind IN ('user', 'service_principal') THEN lower(blank_null(id)) END AS account_key,
    lower(blank_null("userPrincipalName")) AS account_name,
    lower(blank_null("groupId")) AS group_key,
    blank_null("groupDisplayName") AS group_name,
    CASE WHEN kind = 'group' THEN lower(blank_null(id)) END AS member_group_key,
    kind AS principal_kind,
    CASE WHEN kind = 'other' THEN 'device or contact' END AS _ignored,
    CASE
        WHEN kind = 'other' THEN NULL
        WHEN blank_null("groupId") IS NULL THEN problem('groupId', NULL, 'the object id of the group')
        WHEN blank_null(id) IS NULL THEN problem('id', id, 'the object id of the member')
    END AS _problem
FROM (
    SELECT *, CASE lower(regexp_extract("@odata.type", '([^.#]+)$', 1))
        WHEN 'user' THEN 'user' WHEN 'group' THEN 'group' WHEN 'serviceprincipal' THEN 'service_principal'
        WHEN '' THEN CASE WHEN "userPrincipalName" IS NOT NULL THEN 'user' WHEN "groupTypes" IS NOT NULL
            OR "securityEnabled" IS NOT NULL THEN 'group' ELSE 'user' END
        ELSE CASE WHEN "@odata.type" IS NULL THEN
            CASE WHEN "userPrincipalName" IS NULL AND ("groupTypes" IS NOT NULL OR "securityEnabled" IS NOT NULL)
                THEN 'group' ELSE 'user' END ELSE 'other' END END AS kind
    FROM raw
)
"""

FORMAT = Format(
    name="entra_group_members",
    system="entra",
    kind="membership",
    title="Entra ID group members (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("id", "groupId"),
            forbids=("principalId", "resourceId", "activityDateTime"),
            columns={
                "@odata.type": "VARCHAR",
                "id": "VARCHAR",
                "userPrincipalName": "VARCHAR",
                "groupId": "VARCHAR",
                "groupDisplayName": "VARCHAR",
                "groupTypes": "JSON",
                "securityEnabled": "VARCHAR",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or GET /groups/{id}/members with groupId added to each member",
    proven_by="https://learn.microsoft.com/graph/api/group-list-members",
    proven_on=date(2026, 11, 25),
    is_list=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.type":"#microsoft.graph.user","id":"6C2A983B-1351-49bb-a53f-500e68fc4d43","displayName":"Ann Lee",\
"userPrincipalName":"Ann@corp.example","groupId":"1A14df85-1e97-45ad-a31f-3d8c346160b2","groupDisplayName":"Engineering"}
{"@odata.type":"#microsoft.graph.group","id":"2b25","displayName":"Interns","groupTypes":[],"securityEnabled":true,\
"groupId":"1a14df85-1e97-45ad-a31f-3d8c346160b2","groupDisplayName":"Engineering"}
{"@odata.type":"#microsoft.graph.device","id":"d1","groupId":"1a14df85-1e97-45ad-a31f-3d8c346160b2"}
{"id":"u2","groupId":"g2"}
{"id":"u2","groupId":""}
{"id":null,"groupId":"g2"}
""",
            records={
                "membership": (
                    {
                        "account_key": "6c2a983b-1351-49bb-a53f-500e68fc4d43",
                        "account_name": "ann@corp.example",
                        "group_key": "1a14df85-1e97-45ad-a31f-3d8c346160b2",
                        "group_name": "Engineering",
                        "member_group_key": None,
                        "principal_kind": "user",
                    },
                    {"account_key": None, "member_group_key": "2b25", "principal_kind": "group"},
                    {"account_key": "u2", "group_key": "g2", "principal_kind": "user"},
                )
            },
            ignored={"device or contact": 1},
            quarantined=2,
        ),
        # A page as the API answers, put together by hand: keys left out, blanks, an app as member, a row cut short.
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryObjects","value":[
 {"id":" U1 ","userPrincipalName":"  ANN@Corp.example ","mail":null,"groupId":"G1","groupDisplayName":""},
 {"@odata.type":"#Microsoft.Graph.ServicePrincipal","id":"sp1","appId":"00000003","groupId":"G1"},
 {"id":"g9","displayName":"Nested","securityEnabled":false,"groupId":"G1","groupDisplayName":" Sales, EMEA "},
 {"@odata.type":"#microsoft.graph.orgContact","id":"c1","groupId":"G1"},
 {"@odata.type":"#microsoft.graph.user","id":"u3","groupId":null},
 {"@odata.type":"#microsoft.graph.user","id":"   ","groupId":"G1"},
 "u4"
]}
""",
            records={
                "membership": (
                    {
                        "account_key": "u1",
                        "account_name": "ann@corp.example",
                        "group_key": "g1",
                        "group_name": None,
                    },
                    {"account_key": "sp1", "principal_kind": "service_principal", "account_name": None},
                    {"member_group_key": "g9", "principal_kind": "group", "group_name": "Sales, EMEA"},
                )
            },
            ignored={"device or contact": 1},
            quarantined=3,
        ),
    ),
)
