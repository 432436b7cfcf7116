"""User lists of apps without a format of their own: a CSV whose headers are recognised by their meaning.

An address and one of status, role and last use are asked for; the app is a column (`App`, `Application`), so
that one file may hold the lists of many, or the hint `app` of the settings; without either every record is
quarantined with what to set. The names accepted are those that the vendors' pages use for HubSpot, Miro,
Figma, Notion, Zoom, Zendesk, Dropbox, Box and Asana members (formats/app_users.md); no vendor's exact header
is claimed. The format is weak: it gives way to every other that fits, and it keeps away from staff lists
(hire date, employee id …), logs (time, event, IP address …) and statements (amount, merchant).

- status: active, disabled, invited, deleted, else unknown; `Suspended` and `Active` may be yes/no columns.
- is_admin: the role has the word admin, administrator or owner (`Primary Owner`, `Billing admin`); product
  owners and non-admins do not count. Without a role it is unknown.
- last use: an instant (`timezone` hint, UTC without), a day in `date_order`, `3 Jan 2024`, Unix seconds or
  milliseconds; `Never`, `-` and the like mean none. What is not understood is quarantined.

Ignored: `empty row`.
"""

from __future__ import annotations

from datetime import datetime
from string import Template

from discovery.sources.account_list import given, instant_of
from discovery.sources.source import Example, Format, Head, Shape, fold

_APP = ("App", "Application", "App name", "Application name")
_EMAIL = ("Email", "E-mail", "Email address", "User email", "Work email", "Member email", "Mail",
          "Login email", "User name", "Username", "Login", "User")  # fmt: skip
_NAME = ("Name", "Full name", "Display name", "User full name", "Member name")
_FIRST = ("First name", "Given name")
_LAST = ("Last name", "Family name", "Surname")
_STATUS = ("Status", "User status", "Account status", "Member status", "Membership status", "State",
           "User state")  # fmt: skip
_ACTIVE = ("Active", "Is active", "Enabled")
_SUSPENDED = ("Suspended", "Is suspended", "Deactivated", "Disabled", "Blocked")
_ROLE = ("Role", "User role", "Account role", "Member role", "Role name", "Roles", "Workspace role",
         "Org role", "Organization role", "Permission", "Permission level", "Access level", "User type",
         "Type")  # fmt: skip
_LAST_ACTIVE = ("Last active", "Last activity", "Last activity date", "Last active date", "Last login",
                "Last login date", "Last log in", "Last sign in", "Last signed in", "Last sign-in date",
                "Last seen", "Last used", "Last access", "Last accessed", "Last logged in")  # fmt: skip
_CREATED = ("Created", "Created at", "Date created", "Created date", "Date added", "Joined", "Join date",
            "Date joined", "Invited on", "Member since")  # fmt: skip
_ID = ("User ID", "Member ID", "Account ID", "ID")

_NOT_A_LIST = {fold(n) for n in (
    "Hire date", "Termination date", "Start date", "End date", "Employee ID", "Employee number",
    "Employment status", "Last working day", "Timestamp", "Time", "Date", "Date (UTC)", "Event", "Event type",
    "IP address", "IP", "Amount", "Merchant", "URL", "userPrincipalName", "Report refresh date",
    "User principal name",
)}  # fmt: skip
_OF_A_LIST = {fold(n) for n in (*_APP, *_ROLE, *_LAST_ACTIVE)}


def _is_user_list(head: Head) -> bool:
    """Tell an app's user list from staff lists, logs and statements; a status alone could be any of them."""
    return not head.folded & _NOT_A_LIST and bool(head.folded & _OF_A_LIST)


_SELECT = Template("""
WITH $given, line AS (
    SELECT *,
           coalesce(nullif(trim(app_text), ''), hint('app')) AS app,
           lower(blank_null(email_text)) AS login,
           coalesce(blank_null(full_name), nullif(trim(
               coalesce(trim(first_name), '') || ' ' || coalesce(trim(last_name), '')), '')) AS person,
           fold(coalesce(
               blank_null(status_text),
               CASE WHEN fold(suspended_flag) IN ('true', 'yes', 'y', '1') THEN 'suspended'
                    WHEN fold(suspended_flag) IN ('false', 'no', 'n', '0') AND blank_null(active_flag) IS NULL
                        THEN 'active' END,
               blank_null(active_flag))) AS word,
           trim(regexp_replace(
               regexp_replace(lower(role_text), '[^a-z]+', ' ', 'g'),
               '(^| )(non|not|no|product|process|data|deal|record) (admin|administrator|owner)s?( |$$)',
               ' ', 'g')) AS role_words,
           $active AS active,
           $created AS created
    FROM given
)
SELECT
    _record AS record,
    coalesce(blank_null(user_id), login) AS account_key,
    login AS account_name,
    'label' AS mention_kind,
    app AS mention,
    person AS display_name,
    CASE
        WHEN word IN ('active', 'enabled', 'confirmed', 'verified', 'accepted', 'member', 'licensed',
            'joined',
                      'registered', 'yes', 'y', 'true', '1') THEN 'active'
        WHEN word IN ('disabled', 'deactivated', 'inactive', 'suspended', 'blocked', 'locked', 'lockedout',
                      'archived', 'revoked', 'expired', 'no', 'n', 'false', '0') THEN 'disabled'
        WHEN word IN ('invited', 'pending', 'invitepending', 'pendinginvite', 'invitesent', 'invitationsent',
                      'notverified', 'unverified', 'provisioned', 'pendingacceptance') THEN 'invited'
        WHEN word IN ('deleted', 'removed', 'left') THEN 'deleted'
        ELSE 'unknown'
    END AS status,
    blank_null(role_text) AS role,
    CASE WHEN blank_null(role_text) IS NOT NULL
         THEN regexp_matches(role_words, '(^| )(super ?admin|admin|administrator|owner)s?( |$$)')
    END AS is_admin,
    nullif(active, TIMESTAMP '0001-01-01') AS last_active_at,
    nullif(created, TIMESTAMP '0001-01-01') AS created_at,
    CASE WHEN login IS NULL AND person IS NULL AND word IS NULL AND blank_null(user_id) IS NULL
         THEN 'empty row' END AS _ignored,
    CASE
        WHEN app IS NULL THEN problem('App', app_text,
            'the app whose list this is: set app = "…" in a [[source]] block')
        WHEN login IS NULL THEN problem('Email', email_text, 'an address or a login')
        WHEN active = TIMESTAMP '0001-01-01' THEN problem('Last active', active_text,
            'an instant, a day or Never; where nothing in the list proves which part is the month: '
            || 'set date_order in a [[source]] block')
        WHEN created = TIMESTAMP '0001-01-01' THEN problem('Created', created_text,
            'an instant or a day; where nothing in the list proves which part is the month: '
            || 'set date_order in a [[source]] block')
    END AS _problem
FROM line
""").substitute(
    given=given(("active_text", "created_text"), "raw"),
    active=instant_of("active_text", order="the_order"),
    created=instant_of("created_text", order="the_order"),
)

FORMAT = Format(
    name="app_user_list",
    system="app_list",
    kind="app_account",
    title="User list of an app (CSV)",
    shapes=(
        Shape(
            name="users",
            container="csv",
            requires=(_EMAIL, (*_STATUS, *_ACTIVE, *_SUSPENDED, *_ROLE, *_LAST_ACTIVE)),
            recognise=_is_user_list,
            columns={
                "app_text": _APP,
                "email_text": _EMAIL,
                "full_name": _NAME,
                "first_name": _FIRST,
                "last_name": _LAST,
                "status_text": _STATUS,
                "active_flag": _ACTIVE,
                "suspended_flag": _SUSPENDED,
                "role_text": _ROLE,
                "active_text": _LAST_ACTIVE,
                "created_text": _CREATED,
                "user_id": _ID,
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="the app's administration, members or users, export; add a column App or set app for the file",
    proven_by=None,
    is_list=True,
    is_complete=True,
    weak=True,
    examples=(
        Example(
            shape="users",
            text="""\
App,Email,Status,Role,Last active
1Password,Ada@example.com,active,member,2026-08-08
Miro,ada@example.com,deactivated,Primary Owner,2026-09-22T08:15:00+02:00
Miro,blaise@example.com,Invite Pending,Non-admin,Never
""",
            records={
                "app_account": (
                    {
                        "mention_kind": "label",
                        "mention": "1Password",
                        "account_name": "ada@example.com",
                        "status": "active",
                        "role": "member",
                        "is_admin": False,
                        "last_active_at": datetime(2026, 8, 8),
                    },
                    {
                        "mention": "Miro",
                        "status": "disabled",
                        "is_admin": True,
                        "last_active_at": datetime(2026, 9, 22, 6, 15),
                    },
                    {
                        "account_name": "blaise@example.com",
                        "status": "invited",
                        "is_admin": False,
                        "last_active_at": None,
                    },
                )
            },
        ),
        Example(
            shape="users",
            # The app from the settings; day first; a status nobody knows; a day that is none; no address.
            text="""\
User ID;First name;Last name;Email;Suspended;User role;Last login;Date created
u1;Ada;Byron;ada@example.com;FALSE;Billing admin;31/08/2026 14:05;1751871600
u2;Blaise;Pascal;blaise@example.com;TRUE;Product Owner;3 Jan 2026;
u3;Grace;Hopper;grace@example.com;on vacation;;-;1751871600000
u4;Jean;Bart;jean@example.com;FALSE;Member;recently;
u5;No;Body;;FALSE;Member;-;
;;;;;;;
""",
            hints={"app": "Zendesk", "date_order": "dmy"},
            records={
                "app_account": (
                    {
                        "mention": "Zendesk",
                        "account_key": "u1",
                        "display_name": "Ada Byron",
                        "status": "active",
                        "is_admin": True,
                        "last_active_at": datetime(2026, 8, 31, 14, 5),
                        "created_at": datetime(2025, 7, 7, 7),
                    },
                    {
                        "account_key": "u2",
                        "status": "disabled",
                        "is_admin": False,
                        "last_active_at": datetime(2026, 1, 3),
                    },
                    {
                        "account_key": "u3",
                        "status": "unknown",
                        "is_admin": None,
                        "last_active_at": None,
                        "created_at": datetime(2025, 7, 7, 7),
                    },
                )
            },
            ignored={"empty row": 1},
            quarantined=2,
        ),
        Example(
            shape="users",
            # Nothing says which app this is the list of.
            text="""\
Email,Status,Role
ada@example.com,active,member
""",
            quarantined=1,
        ),
    ),
)
