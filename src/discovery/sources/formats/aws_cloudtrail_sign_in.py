"""AWS CloudTrail: sign-ins to the console and through IAM Identity Center.

Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
and docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html (its UserAuthentication
event), read 2026-11-24. Shape `event`: files as CloudTrail writes them (`{"Records": […]}`, gzip or not), arrays or
lines.

Events of signin.amazonaws.com (and sso.amazonaws.com): `ConsoleLogin` and `UserAuthentication` with Success. Both
are sign-ins to Amazon Web Services, by whatever account. Steps on the way (CredentialChallenge,
CredentialVerification) and other sources are `other event`; a success of `Root` counts. Failures are `failed
sign-in`. The recipient account names the instance; the trail of an organization holds many.

`Federate` (the way on from the access portal) stands on neither page; that its serviceEventDetails hold account_id
and role_name was seen in public code only. With either it is a sign-in to AWS. Without both it leads to some other
app behind Identity Center, and nothing that is documented tells which: `federation to another app`, not a sign-in to
AWS.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Head, Shape, at_path

_ENTRY = """
SELECT
    blank_null("eventID") AS event_id, "recipientAccountId" AS instance_named,
    "eventTime" AS at_text, instant("eventTime") AS observed_at,
    coalesce(blank_null("userIdentity" ->> '$.onBehalfOf.userId'), blank_null("userIdentity" ->> '$.arn'),
             CASE WHEN blank_null("userIdentity" ->> '$.userName') IS NULL
                  THEN blank_null("userIdentity" ->> '$.principalId') END) AS account_key,
    lower(blank_null(coalesce("userIdentity" ->> '$.userName',
        CASE WHEN "userIdentity" ->> '$.type' = 'AssumedRole'
             THEN regexp_extract("userIdentity" ->> '$.arn', '([^/]+)$', 1) END))) AS account_name,
    'label' AS mention_kind, 'Amazon Web Services' AS mention, CAST(NULL AS VARCHAR) AS mention_name,
    CASE WHEN "additionalEventData" ->> '$.SamlProviderArn' <> '' THEN 'saml' ELSE 'idp_interactive' END AS method,
    said AS result_text,
    CASE WHEN lower(said) = 'success' OR ("eventName" = 'Federate' AND "errorCode" IS NULL) THEN 'success'
         WHEN said <> '' OR "errorCode" <> '' THEN 'failure' END AS outcome,
    CASE WHEN "eventName" = 'Federate' AND "eventSource" IN ('signin.amazonaws.com', 'sso.amazonaws.com')
           AND "errorCode" IS NULL AND coalesce("serviceEventDetails" ->> '$.account_id',
               "serviceEventDetails" ->> '$.role_name', '') = '' THEN 'federation to another app'
         WHEN "eventSource" NOT IN ('signin.amazonaws.com', 'sso.amazonaws.com')
           OR "eventName" NOT IN ('ConsoleLogin', 'UserAuthentication', 'Federate') THEN 'other event' END AS reason
FROM (
    SELECT *, CASE "eventName" WHEN 'ConsoleLogin' THEN "responseElements" ->> '$.ConsoleLogin'
        ELSE coalesce("serviceEventDetails" ->> '$.UserAuthentication',
                      "serviceEventDetails" ->> '$.Federate') END AS said
    FROM raw
)
"""
_AT = datetime(2026, 4, 18, 9, 12, 44)
_STORE = "arn:aws:identitystore::123456789012:identitystore/d-000000000a"


def _event(number: int, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.09", "eventTime": "2026-04-18T09:12:44Z", "eventSource": "signin.amazonaws.com",
        "eventName": name, "awsRegion": "eu-north-1", "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/Ann", "accountId": "123456789012",
                         "userName": "Ann"},
        "requestParameters": None, "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {"LoginTo": "https://console.example.com", "MFAUsed": "Yes"},
        "eventID": f"18522007-1e60-4a71-8000-{number:012d}", "eventType": "AwsConsoleSignIn",
        "recipientAccountId": "123456789012", **changes,
    }  # fmt: skip


_CENTER = {"type": "Unknown", "principalId": "123456789012", "arn": "", "userName": "Ann.Lee",
           "onBehalfOf": {"userId": "f12bb510-a011-702f-10dd-000000000001", "identityStoreArn": _STORE}}  # fmt: skip
_CENTERED = {"userIdentity": _CENTER, "responseElements": None, "eventType": "AwsServiceEvent"}


def _is_cloudtrail(head: Head) -> bool:
    """Tell trails with sign-ins; of those without there would be nothing to read."""
    names = {"ConsoleLogin", "UserAuthentication", "Federate"}
    return any(str(at_path(record, "eventName")) in names for record in head.records)


EXAMPLES = (
    Example(
        shape="event",
        text=json.dumps({"Records": [
            _event(1, "ConsoleLogin"),
            _event(2, "UserAuthentication", **_CENTERED, serviceEventDetails={"UserAuthentication": "Success"}),
            _event(3, "Federate", **_CENTERED, eventSource="sso.amazonaws.com",
                   serviceEventDetails={"role_name": "ReadOnly", "account_id": "123456789012"}),
        ]}),
        instance="123456789012",
        records={"sign_in": (
            {"event_id": "18522007-1e60-4a71-8000-000000000001", "observed_at": _AT, "account_name": "ann",
             "account_key": "arn:aws:iam::123456789012:user/Ann", "mention": "Amazon Web Services"},
            {"account_key": "f12bb510-a011-702f-10dd-000000000001", "account_name": "ann.lee"},
            {"event_id": "18522007-1e60-4a71-8000-000000000003"},
        )},
    ),
    Example(
        shape="event",
        text="".join(json.dumps(r) + "\n" for r in (
            _event(1, "ConsoleLogin", additionalEventData={"SamlProviderArn": "arn:x"},
                   userIdentity={"type": "AssumedRole",
                                 "arn": "arn:aws:sts::123456789012:assumed-role/Dev/Ann@contoso.example"}),
            _event(2, "ConsoleLogin", responseElements={"ConsoleLogin": "Failure"}, errorMessage="No username found"),
            _event(3, "CredentialVerification", **_CENTERED),
            _event(4, "RunInstances", eventSource="ec2.amazonaws.com"),
            _event(5, "ConsoleLogin", eventTime=""), _event(6, "ConsoleLogin", responseElements=None),
            _event(7, "ConsoleLogin", userIdentity={"type": "Unknown"}),
            _event(8, "Federate", **_CENTERED, eventSource="sso.amazonaws.com",
                   serviceEventDetails={"application": "Figma"}),
        )) + "{\n",
        instance="123456789012",
        records={"sign_in": ({"account_name": "ann@contoso.example", "method": "saml"},)},
        ignored={"failed sign-in": 1, "other event": 2, "federation to another app": 1},
        quarantined=4,
    ),
)  # fmt: skip

FORMAT = Format(
    name="aws_cloudtrail_sign_in",
    system="aws_identity_center",
    kind="sign_in",
    title="AWS CloudTrail sign-ins",
    shapes=(
        Shape(
            name="event",
            container="json",
            requires=("eventSource", "eventName", "eventTime", "userIdentity"),
            columns={
                "eventID": "VARCHAR", "eventTime": "VARCHAR", "eventSource": "VARCHAR", "eventName": "VARCHAR",
                "recipientAccountId": "VARCHAR", "errorCode": "VARCHAR", "userIdentity": "JSON",
                "responseElements": "JSON",
                "additionalEventData": "JSON", "serviceEventDetails": "JSON",
            },
            instance="recipientAccountId",
            several_instances=True,  # the trail of an organization
            recognise=_is_cloudtrail,
            select=sign_in_select(_ENTRY, at="eventTime", result="responseElements", app="eventName",
                                  user="userIdentity", expected="Success or Failure"),
        ),
    ),
    how_to_get="CloudTrail → Trails: the files of the bucket; or Event history (signin.amazonaws.com) → JSON.",
    proven_by="https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html",
    proven_on=date(2026, 11, 24),
    examples=EXAMPLES,
)  # fmt: skip
