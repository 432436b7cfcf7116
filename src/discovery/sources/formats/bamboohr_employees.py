"""BambooHR: employees.

Shape `report`: a custom report or the fields of employees, JSON. terminationDate `0000-00-00` is none; with status
Active it may lie ahead. bestEmail and homeEmail may be private and are not read. status Active or Inactive;
employmentHistoryStatus `Terminated` counts too. supervisor is a name; supervisorEmail the manager's address.
Shape `directory`: `GET /employees/directory`: whom the company shows, current people only: never whole, all active.

Days are year first. Whom a report holds is chosen in it: not taken as whole. Nothing is ignored. The labels of CSV
reports were not seen; hr_roster reads them.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import directory_accounts, employed, full_name
from discovery.sources.source import Example, Format, Shape

_COLUMNS = dict.fromkeys(
    ("id", "employeeNumber", "firstName", "lastName", "displayName", "workEmail", "hireDate", "terminationDate",
     "status", "employmentHistoryStatus", "department", "supervisorEmail"), "VARCHAR",
)  # fmt: skip


def _select(status: str) -> str:
    return directory_accounts(
        key="id", login='"workEmail"', email='"workEmail"', key_column="id", status=status, status_column="status",
        status_text="status", employee_id='coalesce(blank_null("employeeNumber"), id)',
        name=full_name('"firstName"', '"lastName"', '"displayName"'), account_kind="'human'", department="department",
        manager='"supervisorEmail"', hired={"hireDate": '"hireDate"'}, left={"terminationDate": '"terminationDate"'},
    )  # fmt: skip


FORMAT = Format(
    name="bamboohr_employees",
    system="bamboohr",
    kind="directory_account",
    title="BambooHR employees (report and directory JSON)",
    shapes=(
        Shape(
            name="report",
            container="json",
            requires=("id", "workEmail", ("firstName", "displayName"),
                      ("hireDate", "terminationDate", "employmentHistoryStatus", "status")),
            forbids=("surname", "userPrincipalName"),
            columns=_COLUMNS,
            select=_select(
                "CASE WHEN fold(\"employmentHistoryStatus\") = 'terminated' AND blank_null(status) IS NULL "
                "THEN 'disabled' ELSE " + employed("status", "nullif(\"terminationDate\", '0000-00-00')") + " END"
            ),
            numbered=True,
        ),
        Shape(
            name="directory",
            container="json",
            requires=("id", "workEmail", "displayName", ("jobTitle", "workPhone", "photoUploaded", "supervisor")),
            forbids=("hireDate", "terminationDate", "employmentHistoryStatus", "status", "userPrincipalName"),
            columns=_COLUMNS,
            select=_select("'active'"),
            numbered=True,
        ),
    ),
    how_to_get="BambooHR API: a custom report (format=JSON, onlyCurrent=false) with id, employeeNumber, workEmail, "
    "hireDate, terminationDate, status, department, supervisorEmail",
    proven_by="https://github.com/NangoHQ/integration-templates/blob/main/integrations/bamboohr-basic/syncs/employees.md",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="report",
            text="""\
{"title":"All","fields":[],"employees":[
{"id":"17","employeeNumber":"E001","firstName":"Ada","lastName":"Byron","workEmail":"Ada@example.com","bestEmail":\
"ada@home.example","hireDate":"2025-10-07","terminationDate":"0000-00-00","status":"Active","department":"Engineering",\
"supervisor":"Hopper, Grace","supervisorEmail":"grace@example.com"},
{"id":"18","firstName":"Blaise","lastName":"Pascal","workEmail":null,"hireDate":"2024-07-18",\
"terminationDate":"2026-08-31","status":"Inactive"},
{"id":"19","firstName":"Cleo","lastName":"Vance","workEmail":"cleo@example.com","hireDate":"0000-00-00",\
"terminationDate":"2026-12-31","status":"Active"}]}
""",
            records={
                "directory_account": (
                    {"account_key": "17", "employee_id": "E001", "email": "ada@example.com", "status": "active",
                     "hired_on": date(2025, 10, 7), "left_on": None, "manager_email": "grace@example.com"},
                    {"account_key": "18", "employee_id": "18", "email": None, "status": "disabled",
                     "left_on": date(2026, 8, 31)},
                    {"account_key": "19", "status": "active", "hired_on": None, "left_on": date(2026, 12, 31)},
                )
            },
        ),
        Example(
            shape="report",
            text="""\
{"id":"","workEmail":"a@example.com","firstName":"A","status":"Active"}
{"id":"2","workEmail":"b@example.com","firstName":"B","status":"Floating"}
{"id":"3","workEmail":"c@example.com","firstName":"C","status":"Active","hireDate":"07/08/2024"}
{"id":"4","workEmail":"d@example.com","firstName":"D","employmentHistoryStatus":"Terminated","status":""}
""",
            records={"directory_account": ({"account_key": "4", "status": "disabled"},)},
            quarantined=3,
        ),
        Example(
            shape="directory",
            text="""\
{"fields":[{"id":"displayName","type":"text","name":"Display name"}],"employees":[
{"id":"123","displayName":"Ada Byron","firstName":"Ada","lastName":"Byron","jobTitle":"Engineer","workPhone":null,\
"workEmail":"ada@example.com","department":"Engineering","location":"London","photoUploaded":false}]}
""",
            records={"directory_account": ({"account_key": "123", "status": "active", "display_name": "Ada Byron"},)},
        ),
    ),
)  # fmt: skip
