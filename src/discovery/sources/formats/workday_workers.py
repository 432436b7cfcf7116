"""Workday: workers, by a custom report (as a web service, JSON; or downloaded, CSV).

Every tenant's report has its own columns; accepted are the names that public readers of such reports ask for and the
usual labels, with `_` or blanks. Up to six lines of title and filters may stand above the header of a CSV.

The web service writes days year first, also with an offset (`2024-01-01-08:00`); downloads write them in the locale's
order: `date_order`. Worker may read `Jane Doe (Terminated)` or `Jane Doe [C]`: what stands in brackets is taken off. A
last day may lie ahead. A report chooses its own workers: not taken as whole.

status: the worker's (Active, Terminated, On Leave; or 1 and 0), else by the last day. account_kind: external for
contingent workers, else human. Ignored: `not a worker` (a line without id, address and status: title or filter text).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import directory_accounts, employed, full_name
from discovery.sources.source import Example, Format, Shape

_EMAILS = (
    "Primary_Work_Email",
    "Email_-_Primary_Work",
    "Work_Email",
    "primaryWorkEmail",
    "Email_Address",
    "Email",
)
_NAMES = {
    "id": ("Employee_ID", "Worker_ID", "employeeID"),
    "email": _EMAILS,
    "state": ("Worker_Status", "Active_Status", "Employee_Status", "Status", "Currently_Active"),
    "hired": ("Hire_Date", "Start_Date", "Original_Hire_Date", "hireDate"),
    "gone": ("Termination_Date", "Last_Day_of_Work", "terminationDate"),
    "whole_name": ("Full_Name", "Preferred_Name", "Worker", "Legal_Name", "Name"),
    "first_name": ("First_Name", "Legal_Name_-_First_Name", "Preferred_First_Name"),
    "last_name": ("Last_Name", "Legal_Name_-_Last_Name", "Preferred_Last_Name"),
    "worker_type": ("Worker_Type", "Employee_Type"),
    "department": ("Supervisory_Organization", "Department", "Cost_Center", "Team_Name"),
    "manager": ("Manager_Email", "Manager_Email_Address", "Manage_Email_Address", "Manager"),
}
_NAME = full_name("first_name", "last_name", "whole_name")
_JSON_ROWS = (
    "(SELECT _record, "  # noqa: S608 - names of ours
    + ", ".join(
        "coalesce(" + ", ".join(f'blank_null("{name}")' for name in names) + f", NULL) AS {meaning}"
        for meaning, names in _NAMES.items()
    )
    + " FROM raw)"
)


def _select(source: str) -> str:
    return directory_accounts(
        source=source,
        key="id", login="email", email="email", key_column="Employee ID", status=employed("state", "gone"),
        status_column="Worker Status", status_text="state", employee_id="id",
        name=f"regexp_replace({_NAME}, ' *[(\\[][^)\\]]*[)\\]]$', '')",
        account_kind="""CASE WHEN regexp_matches(lower(worker_type), 'contingent|contractor') THEN 'external'
            ELSE 'human' END""",
        department="department", manager="manager",
        hired={"Hire Date": "regexp_replace(hired, '^(\\d{4}-\\d\\d-\\d\\d).*$', '\\1')"},
        left={"Termination Date": "regexp_replace(gone, '^(\\d{4}-\\d\\d-\\d\\d).*$', '\\1')"},
        ignored=(
            ("blank_null(email) IS NULL AND blank_null(state) IS NULL AND blank_null(hired) IS NULL", "not a worker"),
        ),
    )  # fmt: skip


FORMAT = Format(
    name="workday_workers",
    system="workday",
    kind="directory_account",
    title="Workday workers (custom report JSON, CSV)",
    shapes=(
        Shape(
            name="service",
            container="json",
            requires=(
                ("Employee_ID", "Worker_ID", "employeeID"), _EMAILS,
                ("Termination_Date", "Hire_Date", "Start_Date", "Worker_Status", "Active_Status", "terminationDate"),
            ),
            columns=dict.fromkeys((name for names in _NAMES.values() for name in names), "VARCHAR"),
            select=_select(_JSON_ROWS),
            numbered=True,
        ),
        Shape(
            name="download",
            container="csv",
            requires=(
                ("Employee ID", "Worker ID"),
                ("Email - Primary Work", "Primary Work Email", "Work Email", "Email"),
                ("Worker Status", "Active Status", "Termination Date", "Hire Date"),
                ("Worker", "Supervisory Organization", "Worker Type", "Business Title"),
            ),
            columns=_NAMES,
            select=_select("raw"),
            numbered=True,
            preamble=6,
        ),
    ),
    how_to_get="a custom report of all workers, leavers included, with Employee_ID, Primary_Work_Email, Worker_Status, "
    "Hire_Date, Termination_Date, enabled as web service, format=json",
    proven_by="https://github.com/faros-ai/airbyte-connectors/blob/main/sources/workday-source/README.md",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="service",
            text="""\
{"Report_Entry":[
{"Employee_ID":"21001","Full_Name":"Ada Byron","Email":"Ada@example.com","Start_Date":"2025-10-07-07:00",\
"Employee_Type":"Regular","Manager_Name":"Grace Hopper","Team_Name":"Engineering"},
{"Employee_ID":"21002","Full_Name":"Blaise Pascal (Terminated)","Email":"blaise@example.com",\
"Start_Date":"2024-07-18","Termination_Date":"2026-08-31","Employee_Type":"Contingent Worker"},
{"Employee_ID":"21003","Full_Name":"Cleo Vance","Email":"cleo@example.com","Start_Date":"2024-07-18",\
"Termination_Date":"2026-12-31"}]}
""",
            hints={"snapshot_on": date(2026, 9, 30)},
            records={
                "directory_account": (
                    {"account_key": "21001", "email": "ada@example.com", "status": "active", "account_kind": "human",
                     "hired_on": date(2025, 10, 7), "left_on": None, "department": "Engineering"},
                    {"account_key": "21002", "display_name": "Blaise Pascal", "status": "disabled",
                     "account_kind": "external", "left_on": date(2026, 8, 31)},
                    {"account_key": "21003", "status": "active", "left_on": date(2026, 12, 31)},
                )
            },
        ),
        Example(
            shape="download",
            text="""\
All Workers
Run by: A. Person
Employee ID,Worker,Email - Primary Work,Hire Date,Termination Date,Worker Status,Worker Type
21001,Ada Byron,ada@example.com,10/07/2025,,Active,Employee
21002,Blaise Pascal [C],blaise@example.com,07/18/2024,08/31/2026,Terminated,Contingent Worker
,Nobody,nobody@example.com,07/18/2024,,Active,Employee
21004,Odd,odd@example.com,07/18/2024,,Sabbatical?,Employee
21005,Late,late@example.com,31/12/2024,,Active,Employee
Filter: all,,,,,,
""",
            hints={"date_order": "mdy"},
            records={
                "directory_account": (
                    {"account_key": "21001", "hired_on": date(2025, 10, 7), "status": "active"},
                    {"account_key": "21002", "display_name": "Blaise Pascal", "status": "disabled",
                     "left_on": date(2026, 8, 31)},
                )
            },
            ignored={"not a worker": 1},
            quarantined=3,
        ),
    ),
)  # fmt: skip
