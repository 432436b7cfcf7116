"""HiBob: people (`POST /people/search`, or `GET /people`).

Shape `nested`: work and internal are objects. Shape `paths`: the fields that were asked for, each named by a slash,
its category (root, work, internal, employee), a slash and its name; each a text or an object with `value`.

internal.status Active or Inactive; internal.lifecycleStatus where that is missing. The last day is
employee.lastDayOfWork, else internal.terminationDate. Without showInactive the leavers are missing: not taken as whole.
work.reportsTo.email is the manager. home.privateEmail is private and not read. Days are year first. Nothing is ignored.
The CSV of People lists was not seen; hr_roster reads it by its labels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from discovery.sources.account_list import directory_accounts, employed, full_name
from discovery.sources.source import Example, Format, Shape

_FIELDS = {
    "id": ("root", "id"), "email": ("root", "email"), "first_name": ("root", "firstName"),
    "last_name": ("root", "surname"), "whole_name": ("root", "displayName"), "hired": ("work", "startDate"),
    "department": ("work", "department"), "number": ("work", "employeeIdInCompany"),
    "state": ("internal", "status"), "cycle": ("internal", "lifecycleStatus"),
    "gone": ("internal", "terminationDate"), "last_day": ("employee", "lastDayOfWork"),
}  # fmt: skip
_PATHS = {name: "".join(f"/{part}" for part in field) for name, field in _FIELDS.items()}
_NESTED = """(SELECT _record, id, email, "firstName" AS first_name, surname AS last_name,
    coalesce("displayName", "fullName") AS whole_name, work ->> '$.startDate' AS hired,
    work ->> '$.department' AS department, work ->> '$.employeeIdInCompany' AS number,
    internal ->> '$.status' AS state, internal ->> '$.lifecycleStatus' AS cycle,
    internal ->> '$.terminationDate' AS gone, employee ->> '$.lastDayOfWork' AS last_day,
    work ->> '$.reportsTo.email' AS manager FROM raw)"""
_FLAT = (
    "(SELECT _record, "  # noqa: S608 - names of ours
    + ", ".join(
        f"coalesce(\"{path}\" ->> '$.value', \"{path}\" ->> '$') AS {name}" for name, path in _PATHS.items()
    )
    + ", CAST(NULL AS VARCHAR) AS manager FROM raw)"
)


def _by_path(*people: Mapping[str, Any]) -> str:
    return json.dumps({"employees": [{_PATHS[name]: value for name, value in one.items()} for one in people]})


def _select(source: str) -> str:
    return directory_accounts(
        key="id", login="email", email="email", key_column="id",
        status=employed("coalesce(state, cycle)", "coalesce(last_day, gone)"), status_column="internal.status",
        status_text="coalesce(state, cycle)", employee_id="coalesce(blank_null(number), id)",
        name=full_name("first_name", "last_name", "whole_name"), account_kind="'human'", department="department",
        manager="manager", hired={"work.startDate": "hired"},
        left={"employee.lastDayOfWork": "last_day", "internal.terminationDate": "gone"}, source=source,
    )  # fmt: skip


FORMAT = Format(
    name="hibob_people",
    system="hibob",
    kind="directory_account",
    title="HiBob people (API JSON)",
    shapes=(
        Shape(
            name="nested",
            container="json",
            requires=("id", "email", "firstName", "surname", "work"),
            columns={
                **dict.fromkeys(("id", "email", "firstName", "surname", "displayName", "fullName"), "VARCHAR"),
                **dict.fromkeys(("work", "internal", "employee"), "JSON"),
            },
            select=_select(_NESTED),
            instance="companyId",
            numbered=True,
        ),
        Shape(
            name="paths",
            container="json",
            requires=(_PATHS["id"], _PATHS["email"]),
            columns=dict.fromkeys(_PATHS.values(), "JSON"),
            select=_select(_FLAT),
            numbered=True,
        ),
    ),
    how_to_get="HiBob API: POST /people/search with showInactive true and root.id, root.email, root.firstName, "
    "root.surname, work.startDate, work.department, internal.status, internal.terminationDate",
    proven_by="https://github.com/lyft/cartography/blob/master/tests/data/hibob/employees.py",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="nested",
            text="""\
{"employees":[
{"id":"1234","fullName":"Ada Byron","displayName":"Ada Byron","firstName":"Ada","surname":"Byron",\
"email":"Ada@example.com","companyId":777,"work":{"startDate":"2022-10-10","department":"R&D","manager":"5678",\
"reportsTo":{"id":"5678","email":"grace@example.com"}},"home":{"privateEmail":"ada@home.example"}},
{"id":"5678","displayName":"Blaise","firstName":"Blaise","surname":"Pascal","email":"blaise@example.com",\
"companyId":777,"work":{"startDate":"2022-10-10","reportsTo":null},"internal":{"status":"Inactive",\
"terminationDate":"2026-09-15"},"employee":{"lastDayOfWork":"2026-08-31"}}]}
""",
            instance="777",
            records={
                "directory_account": (
                    {"account_key": "1234", "email": "ada@example.com", "status": "active", "department": "R&D",
                     "hired_on": date(2022, 10, 10), "left_on": None, "manager_email": "grace@example.com"},
                    {"account_key": "5678", "status": "disabled", "left_on": date(2026, 8, 31)},
                )
            },
        ),
        Example(
            shape="paths",
            text=_by_path(
                {"id": {"value": "1"}, "email": {"value": "ada@example.com"}, "first_name": {"value": "Ada"},
                 "last_name": {"value": "Byron"}, "state": {"value": "Active"}, "hired": {"value": "2022-10-10"}},
                {"id": "2", "email": "b@example.com", "cycle": "garden leave"},
                {"id": "3", "email": "c@example.com", "state": "Floating"},
                {"id": None, "email": "d@example.com", "state": "Active"},
            ),
            records={
                "directory_account": (
                    {"account_key": "1", "status": "active", "display_name": "Ada Byron",
                     "hired_on": date(2022, 10, 10)},
                    {"account_key": "2", "status": "active"},
                )
            },
            quarantined=2,
        ),
    ),
)  # fmt: skip
