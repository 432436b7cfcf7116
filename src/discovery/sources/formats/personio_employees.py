"""Personio: employees (`GET /v1/company/employees`).

Each attribute is an object with label, value, type; department is one in an object. termination_date is the day
notice takes effect, last_working_day the last day at work, which comes first; contract_end_date is no leaving.
status: active, leave (still here), onboarding (not yet), inactive. Which attributes there are depends on the
credential. Days are year first, at midnight with an offset: the day as written counts.

Nothing is ignored. All employees are in it, in pages of up to 200 (metadata.total_elements). v2 (`/v2/persons`) and
the localised CSV are other shapes; hr_roster reads the English CSV.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import directory_accounts, employed, full_name
from discovery.sources.source import Example, Format, Shape

_VALUES = {
    "id": "id", "email": "email", "state": "status", "first_name": "first_name", "last_name": "last_name",
    "preferred": "preferred_name", "hired": "hire_date", "gone": "termination_date", "last_day": "last_working_day",
}  # fmt: skip
_SOURCE = (
    "(SELECT _record, "  # noqa: S608 - names of ours
    + ", ".join(f"attributes ->> '$.{path}.value' AS {name}" for name, path in _VALUES.items())
    + """, attributes ->> '$.department.value.attributes.name' AS department,
    attributes ->> '$.supervisor.value.attributes.email.value' AS manager FROM raw)"""
)
_DAY = "regexp_replace({}, '^(\\d{{4}}-\\d\\d-\\d\\d).*$', '\\1')"

FORMAT = Format(
    name="personio_employees",
    system="personio",
    kind="directory_account",
    title="Personio employees (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("type", "attributes.id.value", "attributes.first_name", "attributes.email"),
            columns={"attributes": "JSON"},
            select=directory_accounts(
                key="id", login="email", email="email", key_column="attributes.id",
                status=employed("state", "coalesce(last_day, gone)"), status_column="attributes.status",
                status_text="state", employee_id="id", name=full_name("first_name", "last_name", "preferred"),
                account_kind="'human'", department="department", manager="manager",
                hired={"hire_date": _DAY.format("hired")},
                left={"last_working_day": _DAY.format("last_day"), "termination_date": _DAY.format("gone")},
                source=_SOURCE,
            ),
            is_complete=True,
            numbered=True,
        ),
    ),
    how_to_get="Personio API: GET /v1/company/employees, all pages in one file, with a credential that may read email, "
    "status, hire_date, termination_date, last_working_day, department, supervisor",
    proven_by="https://github.com/rrnazario/rotation-scheduler/blob/main/Rotation.Infra/Services/Personio/"
    "PersonioService.Models.cs",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"success":true,"metadata":{"total_elements":2,"current_page":0,"total_pages":1},"data":[
{"type":"Employee","attributes":{"id":{"label":"ID","value":1,"type":"integer","universal_id":"id"},\
"first_name":{"label":"First name","value":"Ada"},"last_name":{"label":"Last name","value":"Byron"},\
"email":{"label":"Email","value":"Ada@example.com"},"status":{"label":"Status","value":"active"},\
"hire_date":{"label":"Hire date","value":"2021-05-01T00:00:00+02:00"},"termination_date":{"value":null},\
"contract_end_date":{"value":"2026-12-31T00:00:00+01:00"},\
"department":{"value":{"type":"Department","attributes":{"id":5,"name":"Engineering"}}},\
"supervisor":{"value":{"type":"Employee","attributes":{"email":{"value":"grace@example.com"}}}}}},
{"type":"Employee","attributes":{"id":{"value":2},"first_name":{"value":"Blaise"},"last_name":{"value":"Pascal"},\
"email":{"value":"blaise@example.com"},"status":{"value":"inactive"},\
"termination_date":{"value":"2026-09-15T00:00:00+02:00"},"last_working_day":{"value":"2026-08-31T00:00:00+02:00"}}}]}
""",
            records={
                "directory_account": (
                    {"account_key": "1", "email": "ada@example.com", "status": "active",
                     "hired_on": date(2021, 5, 1), "left_on": None, "department": "Engineering",
                     "manager_email": "grace@example.com"},
                    {"account_key": "2", "status": "disabled", "left_on": date(2026, 8, 31)},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"type":"Employee","attributes":{"id":{"value":null},"first_name":{"value":"A"},"email":{"value":"a@example.com"}}}
{"type":"Employee","attributes":{"id":{"value":3},"first_name":{"value":"B"},"email":{"value":null},\
"status":{"value":"onboarding"}}}
{"type":"Employee","attributes":{"id":{"value":4},"first_name":{"value":"C"},"email":{"value":"c@example.com"},\
"status":{"value":"wandering"}}}
""",
            records={"directory_account": ({"account_key": "3", "status": "unknown", "email": None},)},
            quarantined=2,
        ),
    ),
)  # fmt: skip
