"""AWS: the IAM credential report (console, or `aws iam get-credential-report`, its Content decoded).

One line per IAM user, and one for the root account. A user name is a free name, often no address; people who come
through single sign-on are not in it. Last use is the latest of password and both access keys. `N/A`,
`no_information` and `not_supported` are none. A user with neither password nor active key cannot sign in: disabled.

The instance is the account number in the ARN. Nothing is ignored; the root account is an administrator.
Times are UTC with offset. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

_COLUMNS = ("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "access_key_1_active",
            "access_key_1_last_used_date", "access_key_2_active", "access_key_2_last_used_date")  # fmt: skip

FORMAT = Format(
    name="aws_iam_users",
    system="aws",
    kind="app_account",
    title="AWS IAM credential report (CSV)",
    shapes=(
        Shape(
            name="report",
            container="csv",
            requires=("user", "arn", "user_creation_time", "password_enabled", "access_key_1_active"),
            columns={name: name for name in _COLUMNS},
            select=app_accounts(
                "aws.amazon.com", "Amazon Web Services", key="arn", login="user",
                status="""CASE WHEN "user" = '<root_account>' OR 'true' IN (lower(password_enabled),
                        lower(access_key_1_active), lower(access_key_2_active)) THEN 'active'
                    WHEN lower(password_enabled) = 'false' THEN 'disabled' ELSE 'unknown' END""",
                role="""CASE WHEN "user" = '<root_account>' THEN 'root' END""",
                admin="""CASE WHEN "user" = '<root_account>' THEN true END""",
                last_active={
                    "password_last_used": "password_last_used",
                    "access_key_1_last_used_date": "access_key_1_last_used_date",
                    "access_key_2_last_used_date": "access_key_2_last_used_date",
                },
                created={"user_creation_time": "user_creation_time"}, login_column="user",
            ),
            instance="arn",
            instance_pattern=r"^arn:[^:]*:iam::(\d{12}):",
            numbered=True,
        ),
    ),
    how_to_get="AWS console: IAM, Credential report, Download; or `aws iam get-credential-report`, Content decoded",
    proven_by="https://docs.datadoghq.com/infrastructure/resource_catalog/aws_iam_credential_report/",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="report",
            text="""\
user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,\
mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,\
access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date
<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,2025-01-02T03:04:05+00:00,\
not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A
ada@example.com,arn:aws:iam::123456789012:user/ada,2021-01-01T00:00:00+00:00,true,no_information,\
2021-01-01T00:00:00+00:00,N/A,false,true,N/A,2026-09-01T10:00:00+00:00,us-east-1,s3,true,N/A,2026-08-01T10:00:00+00:00
old-deploy,arn:aws:iam::123456789012:user/old-deploy,2019-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,false,N/A,\
N/A,N/A,N/A,false,N/A,N/A
""",
            instance="123456789012",
            records={
                "app_account": (
                    {"account_name": "<root_account>", "is_admin": True, "status": "active",
                     "last_active_at": datetime(2025, 1, 2, 3, 4, 5)},
                    {"account_name": "ada@example.com", "status": "active", "mention": "aws.amazon.com",
                     "last_active_at": datetime(2026, 9, 1, 10), "created_at": datetime(2021, 1, 1)},
                    {"account_name": "old-deploy", "status": "disabled", "last_active_at": None},
                )
            },
        ),
        Example(
            shape="report",
            text="""\
user,arn,user_creation_time,password_enabled,password_last_used,access_key_1_active
,arn:aws:iam::123456789012:user/x,2021-01-01T00:00:00+00:00,true,N/A,false
jean,arn:aws:iam::123456789012:user/jean,2021-01-01T00:00:00+00:00,true,recently,false
""",
            quarantined=2,
        ),
    ),
)  # fmt: skip
