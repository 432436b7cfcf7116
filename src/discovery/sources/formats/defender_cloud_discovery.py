"""Microsoft Defender for Cloud Apps: apps that cloud discovery found in the traffic.

Source: learn.microsoft.com/graph/api/resources/security-discoveredcloudappdetail (properties), read 2026-11-24.
Shapes: `json`, pages of `GET /security/dataDiscovery/cloudAppDiscovery/uploadedStreams/{id}/aggregatedAppsDetails`;
`csv`, the export of Discovered apps, whose header comes from no public example.

An app that was seen, with its domains and its tag (sanctioned: approved, unsanctioned: blocked, monitored:
needs_review). Who used it is in neither: the discovered users are pseudonyms or addresses without an app, so that no
sign-in can be made of them. A report covers its days only, so that what it lacks is not gone. Nothing is ignored.
"""

from __future__ import annotations

import json
from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Shape

_SELECT = Template("""
SELECT
    _record AS record, blank_null(app_id) AS app_key, 'label' AS mention_kind, blank_null(app_name) AS mention,
    list_sort(list_distinct(list_filter(list_transform($domains, lambda d: lower(trim(d))), lambda d: d <> '')))
        AS hosts,
    CASE WHEN regexp_matches(lower(tags), '(^|[^n])sanctioned') AND NOT contains(lower(tags), 'unsanctioned')
             THEN 'approved'
         WHEN contains(lower(tags), 'unsanctioned') THEN 'blocked'
         WHEN contains(lower(tags), 'monitored') THEN 'needs_review' END AS approval,
    CASE WHEN blank_null(app_name) IS NULL THEN problem('$name', app_name, 'the name of the app') END AS _problem
FROM ($raw)
""")

FORMAT = Format(
    name="defender_cloud_discovery",
    system="defender",
    kind="app_registration",
    title="Defender for Cloud Apps: discovered apps",
    is_list=True,
    shapes=(
        Shape(
            name="json",
            container="json",
            requires=("displayName", ("riskScore", "riskRating"), ("transactionCount", "uploadNetworkTrafficInBytes"),
                      ("userCount", "domains")),
            columns={"id": "VARCHAR", "displayName": "VARCHAR", "domains": "VARCHAR[]", "tags": "VARCHAR"},
            numbered=True,
            select=_SELECT.substitute(
                raw='SELECT _record, id AS app_id, "displayName" AS app_name, domains, tags FROM raw',
                domains="coalesce(domains, [])", name="displayName",
            ),
        ),
        Shape(
            name="csv",
            container="csv",
            requires=(("Name", "App", "App name"), ("Score", "Risk score"),
                      ("Traffic", "Traffic (bytes)", "Total traffic"),
                      "Transactions", "Users"),
            columns={"app_id": ("App ID", "Id"), "app_name": ("Name", "App", "App name"),
                     "domains": ("Domains", "Domain"),
                     "tags": ("Tags", "App tags", "Tag")},
            numbered=True,
            select=_SELECT.substitute(
                raw="raw", domains="string_split_regex(coalesce(domains, ''), '[\\s,;|]+')", name="Name"
            ),
        ),
    ),
    how_to_get="Microsoft Defender portal → Cloud apps → Cloud discovery → Discovered apps → Export; or the Graph API.",
    proven_by="https://learn.microsoft.com/en-us/graph/api/resources/security-discoveredcloudappdetail",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="json",
            text=json.dumps({"@odata.context": "x", "value": [
                {"id": "11", "displayName": "Board", "tags": ["Sanctioned"], "riskScore": 8, "userCount": 4,
                 "domains": ["Board.example", "app.board.example"], "transactionCount": 90},
                {"id": "12", "displayName": "Drop", "tags": ["unsanctioned"], "riskScore": 2, "userCount": 1,
                 "domains": None, "transactionCount": 2},
                {"id": "13", "displayName": "", "tags": [], "riskScore": 2, "userCount": 1, "transactionCount": 2}]}),
            records={"app_registration": (
                {"app_key": "11", "mention": "Board", "hosts": ["app.board.example", "board.example"],
                 "approval": "approved"},
                {"mention": "Drop", "hosts": [], "approval": "blocked"},
            )},
            quarantined=1,
        ),
        Example(
            shape="csv",
            text="Name,Category,Score,Traffic (bytes),Upload,Transactions,Users,IP addresses,Last seen (UTC),Tags\n"
            "Board,Productivity,8,100,10,90,4,3,2026-04-18,\n,Productivity,8,100,10,90,4,3,2026-04-18,Monitored\n"
            "Drop,Storage,2,1,1,2,1,1,2026-04-18,MONITORED\n",
            records={"app_registration": ({"mention": "Board", "approval": None}, {"mention": "Drop",
                                          "approval": "needs_review"})},
            quarantined=1,
        ),
    ),
)  # fmt: skip
