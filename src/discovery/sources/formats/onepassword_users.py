"""1Password: people of an account (`op user list --format=json`).

Keys from general knowledge: id, name, email, type (MEMBER, GUEST, SERVICE_ACCOUNT), state (ACTIVE, SUSPENDED,
INVITED, TRANSFER_PENDING, RECOVERY_STARTED …). Ignored: `service account`. There is no last use; `op user get`
of each has it.
"""

from __future__ import annotations

from discovery.sources.account_list import STATES, app_accounts, words
from discovery.sources.source import Example, Format, Head, Shape, most

_STATES = {
    **STATES,
    "active": (*STATES["active"], "recoverystarted", "recoveryaccepted"),
    "invited": (*STATES["invited"], "transferpending", "transferstarted", "transferaccepted"),
}


def _is_of_the_command(head: Head) -> bool:
    """Tell the command's answer, in capitals, from other lists with the same common keys."""
    return most(str(r.get("state", "")).isupper() and str(r.get("type", "")).isupper() for r in head.records)


FORMAT = Format(
    name="onepassword_users",
    system="onepassword",
    kind="app_account",
    title="1Password people (op user list, JSON)",
    shapes=(
        Shape(
            name="cli",
            container="json",
            requires=("id", "name", "email", "type", "state"),
            recognise=_is_of_the_command,
            columns=dict.fromkeys(("id", "name", "email", "type", "state"), "VARCHAR"),
            select=app_accounts(
                "1password.com", "1Password", key="id", login="email", name="name", status=words("state", _STATES),
                role="lower(type)", admin="CAST(NULL AS BOOLEAN)",
                ignored=(("type = 'SERVICE_ACCOUNT'", "service account"),), login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="1Password command line: op user list --format=json",
    proven_by=None,
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="cli",
            text="""\
[{"id":"A1","name":"Ada Byron","email":"Ada@example.com","type":"MEMBER","state":"ACTIVE"},
{"id":"A2","name":"Blaise","email":"blaise@example.com","type":"GUEST","state":"SUSPENDED"},
{"id":"A3","name":"CI","email":"ci@1passwordserviceaccounts.example","type":"SERVICE_ACCOUNT","state":"ACTIVE"}]
""",
            records={
                "app_account": (
                    {"account_key": "A1", "account_name": "ada@example.com", "status": "active",
                     "mention": "1password.com", "is_admin": None},
                    {"account_key": "A2", "status": "disabled", "role": "guest"},
                )
            },
            ignored={"service account": 1},
        ),
        Example(
            shape="cli",
            text='{"id":"A4","name":"N","email":"","type":"MEMBER","state":"INVITED"}\n',
            quarantined=1,
        ),
    ),
)  # fmt: skip
