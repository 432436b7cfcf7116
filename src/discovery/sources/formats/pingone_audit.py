"""PingOne audit activities: sign-ins to the applications of an environment.

Source: apidocs.pingidentity.com/pingone/platform/v1/api/#audit-activities and the pipeline tests of
elastic/integrations packages/ping_one/data_stream/audit, read 2026-11-24. Shape `activity`: records of
`GET /environments/{id}/activities` as pages (`_embedded.activities`), as an array or one per line.

USER.ACCESS_ALLOWED is a sign-in: actors.client is the app, actors.user the person (else the resource of type USER).
USER.ACCESS_DENIED and a result other than SUCCESS are `failed sign-in`. A session or a checked password
(SESSION.CREATED, PASSWORD.CHECK_SUCCEEDED) names no app beyond PingOne and belongs to a sign-in with a record of its
own, so it is an `other event type` like all administration. The environment of the client or user names the instance.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = """
SELECT
    blank_null(id) AS event_id, coalesce("recordedAt", "createdAt") AS at_text,
    instant(coalesce("recordedAt", "createdAt")) AS observed_at,
    coalesce(blank_null(actors."user".id), blank_null(person.id)) AS account_key,
    lower(coalesce(blank_null(actors."user".name), blank_null(person.name))) AS account_name,
    CASE WHEN app_name IS NULL THEN 'client_id' ELSE 'label' END AS mention_kind,
    coalesce(app_name, blank_null(actors.client.id)) AS mention, CAST(NULL AS VARCHAR) AS mention_name,
    'idp_interactive' AS method, result.status AS result_text,
    CASE WHEN kind = 'USER.ACCESS_DENIED' THEN 'failure'
         WHEN upper(result.status) = 'SUCCESS' THEN 'success' WHEN result.status <> '' THEN 'failure' END AS outcome,
    CASE WHEN kind NOT IN ('USER.ACCESS_ALLOWED', 'USER.ACCESS_DENIED') THEN 'other event type' END AS reason
FROM (
    SELECT *, upper(action.type) AS kind, blank_null(actors.client.name) AS app_name,
           list_filter(resources, lambda r: r.type = 'USER')[1] AS person
    FROM raw
)
"""
_AT = datetime(2026, 4, 18, 9, 12, 44, 400000)
_ENVIRONMENT = {"id": "abc12abc-12ab-4234-8abc-abc123abc123"}
_APP = {
    "id": "c0ffee00-0000-4000-8000-000000000001",
    "name": "Figma",
    "environment": _ENVIRONMENT,
    "type": "CLIENT",
}
_ANN = {"id": "u0000001-0000-4000-8000-000000000001", "name": "Ann.Lee@contoso.example", "environment": _ENVIRONMENT,
        "type": "USER"}  # fmt: skip


def _activity(number: int, kind: str, **changes: Any) -> dict[str, Any]:
    return {
        "_links": {"self": {"href": "x"}}, "id": f"123abc12-12ab-4234-8abc-{number:012d}",
        "recordedAt": "2026-04-18T09:12:44.400Z", "createdAt": "2026-04-18T09:12:44.697Z", "correlationId": "x",
        "actors": {"client": _APP, "user": _ANN}, "action": {"type": kind, "description": "…"}, "resources": [_ANN],
        "result": {"status": "SUCCESS", "description": "Passed role access control"}, **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="activity",
        text=json.dumps({"_links": {"self": {"href": "x"}}, "_embedded": {"activities": [
            _activity(1, "USER.ACCESS_ALLOWED"), _activity(2, "user.access_allowed", actors={"client": _APP})]},
            "count": 2, "size": 2}),
        instance=_ENVIRONMENT["id"],
        records={"sign_in": (
            {"event_id": "123abc12-12ab-4234-8abc-000000000001", "observed_at": _AT, "account_key": _ANN["id"],
             "account_name": "ann.lee@contoso.example", "mention_kind": "label", "mention": "Figma"},
            {"event_id": "123abc12-12ab-4234-8abc-000000000002", "account_key": _ANN["id"]},
        )},
    ),
    Example(
        shape="activity",
        text="".join(json.dumps(r) + "\n" for r in (
            _activity(1, "USER.ACCESS_ALLOWED", actors={"client": {**_APP, "name": ""}, "user": _ANN}),
            _activity(2, "USER.ACCESS_DENIED"), _activity(3, "USER.ACCESS_ALLOWED", result={"status": "FAILED"}),
            _activity(4, "APPLICATION.UPDATED"), _activity(5, "SESSION.CREATED"),
            _activity(6, "USER.ACCESS_ALLOWED", recordedAt="soon"), _activity(7, "USER.ACCESS_ALLOWED", result=None),
            _activity(8, "USER.ACCESS_ALLOWED", actors={"user": _ANN}),
        )) + "{\n",
        instance=_ENVIRONMENT["id"],
        records={"sign_in": ({"mention_kind": "client_id", "mention": _APP["id"]},)},
        ignored={"failed sign-in": 2, "other event type": 2},
        quarantined=4,
    ),
)  # fmt: skip

_PARTY = "STRUCT(id VARCHAR, name VARCHAR)"
FORMAT = Format(
    name="pingone_audit",
    system="ping",
    kind="sign_in",
    title="PingOne audit activities",
    shapes=(
        Shape(
            name="activity",
            container="json",
            requires=("action.type", "recordedAt", ("result.status", "correlationId"), "resources"),
            columns={
                "id": "VARCHAR", "recordedAt": "VARCHAR", "createdAt": "VARCHAR",
                "actors": f'STRUCT(client {_PARTY}, "user" {_PARTY})', "action": "STRUCT(type VARCHAR)",
                "resources": "STRUCT(id VARCHAR, name VARCHAR, type VARCHAR)[]", "result": "STRUCT(status VARCHAR)",
            },
            instance=("actors.client.environment.id", "actors.user.environment.id"),
            select=sign_in_select(_ENTRY, at="recordedAt", result="result.status", app="actors.client",
                                  user="actors.user", expected="SUCCESS or FAILED"),
        ),
    ),
    how_to_get="GET /v1/environments/{id}/activities; or PingOne → Monitoring → Audit; or a webhook that writes lines.",
    proven_by="https://github.com/elastic/integrations/tree/main/packages/ping_one",
    proven_on=date(2026, 11, 24),
    examples=EXAMPLES,
)  # fmt: skip
