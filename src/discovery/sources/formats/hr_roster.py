"""Staff lists from an HR system, as a CSV whose headers are recognised by their meaning.

No vendor's header is claimed: BambooHR, Personio, HiBob, Rippling, Workday and home-made lists write the same
things under many names (the names accepted here are those listed in formats/roster.md, from Merge, Unified.to
and Agave field names and general knowledge). The format is weak: it gives way to every other that fits.

It asks for a work address, a name, and one of last day, first day and employment status; a plain `Status`
counts only beside a column that an app's user list does not have (department, manager, title …). Up to six
lines may stand above the header.

- account_key is the employee id, else the work address. Private addresses are not read. A name of one word gives way
  to first and last name.
- status: active (also on leave, on notice, on probation), disabled (terminated, left, inactive …), unknown
  (not yet started). Words that are not known are quarantined with the accepted ones. Without a status: active
  if no last day is given, else by the day of the list, else unknown.
- days in the order of the hint `date_order`, else in the one that a day above 12 proves for the file; year first,
  `3 Jan 2024` and Excel's day numbers (45123) are understood always. `-`, `N/A`,
  0000-00-00, 31/12/9999, 1900-01-01 and the like mean none.

Ignored: `earlier job of the same person` (one row per job: the newest start counts), `not a person` (a line
that has nothing but its first cell or two: the filter text at the end of a report).
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Head, Shape, fold

_EMAIL = ("Work email", "Work e-mail", "Work email address", "Company email", "Business email", "Email",
          "E-mail", "Email address", "Mail", "UPN", "User principal name", "Login", "Username",
          "Geschäftliche E-Mail", "Dienstliche E-Mail", "E-Mail-Adresse", "Adresse e-mail", "E-mail professionnel",
          "Courriel")  # fmt: skip
_ID = ("Employee ID", "Employee number", "Employee no", "Employee #", "Employee", "Emp ID", "Staff ID",
       "Staff number", "Personnel number", "File number", "Person ID", "Payroll number", "Personalnummer",
       "Personalnr.", "Mitarbeiter-ID", "Matricule")  # fmt: skip
_NAME = ("Full name", "Display name", "Employee name", "Name", "Legal name", "Preferred name")
_FIRST = ("First name", "Given name", "Forename", "Preferred first name", "Vorname", "Prénom")
_LAST = ("Last name", "Family name", "Surname", "Sur name", "Nachname", "Nom", "Nom de famille")
_HIRED = ("Hire date", "Hired on", "Start date", "Date of joining", "Joining date", "Joined", "Date joined",
          "Employment start date", "Original hire date", "Hired at",
          "Einstellungsdatum", "Eintrittsdatum", "Eintritt",
          "Date d'embauche", "Date d'entrée")  # fmt: skip
_LEFT = ("Termination date", "Term date", "End date", "Leave date", "Leaving date", "Last day",
         "Last working day", "Last day of work", "Date of leaving", "Exit date", "Separation date",
         "Employment end date", "Contract end date", "Dismissal date", "Terminated at",
         "Letzter Arbeitstag", "Austrittsdatum", "Austritt",
         "Kündigung zum", "Date de sortie", "Date de départ")  # fmt: skip
_STATUS = ("Employment status", "Employee status", "Worker status", "Beschäftigungsstatus",
           "Lifecycle status", "Status", "State", "Statut")  # fmt: skip
_ACTIVE = ("Active", "Is active", "Active status", "Currently employed")
_TERMINATED = ("Terminated", "Is terminated")
_DEPARTMENT = ("Department", "Department name", "Dept", "Team", "Abteilung", "Département", "Service")
_MANAGER = ("Manager email", "Manager e-mail", "Manager email address", "Line manager email",
            "Supervisor email", "Reports to email", "Vorgesetzter", "Responsable", "Manager", "Line manager",
            "Supervisor", "Reports to")  # fmt: skip

_OF_HR = {
    fold(n)
    for n in (
        *_HIRED,
        *_LEFT,
        *_STATUS[:5],
        "Employee ID",
        "Employee number",
        "Personnel number",
        "Personalnummer",
        "Matricule",
    )
}
_BESIDE_STATUS = {fold(n) for n in (*_DEPARTMENT, *_MANAGER, "Title", "Job title", "Position", "Cost center")}
_OF_AN_APP = {fold(n) for n in (
    "App", "Application", "Last active", "Last login", "Last sign in", "Last seen", "Last activity",
        "License",
    "Licence", "Last login date", "Last activity date", "Last active date",
)}  # fmt: skip


def _is_roster(head: Head) -> bool:
    """Tell a staff list from an app's user list, which has addresses and a status too."""
    if head.folded & _OF_AN_APP:
        return False
    return bool(head.folded & _OF_HR) or bool(head.folded & _BESIDE_STATUS and "role" not in head.folded)


# A day, however it is written; NULL for none as well as for what is not understood.
_DAY = Template("""CASE
               WHEN lower(trim($text)) IN (
                   '', '-', '--', '–', 'n/a', 'na', 'none', 'null', 'present', 'open', '0000-00-00',
                       '00/00/0000',
                   '31/12/9999', '12/31/9999', '31.12.9999', '9999-12-31', '1900-01-01', '01/01/1900',
                       '1/1/1900',
                   '0001-01-01')
                 OR $text IS NULL OR regexp_matches(trim($text), '^(9999-12-31|1900-01-01|0001-01-01)[T ]')
                   THEN NULL
               WHEN TRY_CAST($text AS DOUBLE) BETWEEN 20000 AND 80000
                   THEN DATE '1899-12-30' + CAST(floor(TRY_CAST($text AS DOUBLE)) AS INTEGER)
               ELSE coalesce(
                   day_in($text, date_order),
                   CAST(try_strptime(regexp_replace(trim($text), '[ -]+', ' ', 'g'),
                                     ['%d %b %Y', '%d %B %Y', '%b %d, %Y', '%B %d, %Y', '%d %b %y']) AS DATE),
                   DATE '0001-01-01')
           END AS $name""")

_SELECT = Template("""
WITH part AS (
    SELECT regexp_extract(trim(text), '^(\\d{1,2})[-/.](\\d{1,2})[-/.]\\d{2,4}', ['first', 'second']) AS part
    FROM (SELECT unnest([hired_text, left_text]) AS text FROM raw)
    WHERE NOT regexp_matches(text, '9999')
), proof AS (
    SELECT coalesce(max(TRY_CAST(part.first AS INTEGER)), 0) > 12 AS day_first,
           coalesce(max(TRY_CAST(part.second AS INTEGER)), 0) > 12 AS month_first
    FROM part
), settled AS (
    SELECT CASE WHEN hint('date_order') IS NOT NULL THEN hint('date_order')
                WHEN day_first AND NOT month_first THEN 'dmy'
                WHEN month_first AND NOT day_first THEN 'mdy' END AS date_order
    FROM proof
), line AS (
    SELECT *,
           nullif(trim(employee_id), '') AS id,
           email_of(work_email) AS email,
           nullif(trim(coalesce(trim(first_name), '') || ' ' || coalesce(trim(last_name), '')), '') AS said_apart,
           -- A preferred name is often the first name alone.
           CASE WHEN contains(trim(full_name), ' ') THEN blank_null(full_name)
               ELSE coalesce(said_apart, blank_null(full_name)) END AS person,
           fold(coalesce(blank_null(status_word),
                CASE WHEN fold(active_flag) IN ('yes', 'y', 'true', '1', 'active', 'x') THEN 'active'
                     WHEN fold(active_flag) IN ('no', 'n', 'false', '0', 'inactive') THEN 'inactive'
                     ELSE blank_null(active_flag) END,
                CASE WHEN fold(terminated_flag) IN ('yes', 'y', 'true', '1', 'terminated', 'x')
                    THEN 'terminated'
                     WHEN fold(terminated_flag) IN ('no', 'n', 'false', '0') THEN 'active'
                     ELSE blank_null(terminated_flag) END)) AS word,
           $hired,
           $gone
    FROM raw CROSS JOIN settled
), judged AS (
    SELECT *,
           nullif(hired, DATE '0001-01-01') AS hired_day,
           nullif(gone, DATE '0001-01-01') AS left_day,
           coalesce(id, email) AS key,
           CASE
               WHEN word IN ('active', 'activated', 'employed', 'a', 'current', 'onleave', 'leaveofabsence',
                   'leave', 'loa',
                             'parentalleave', 'maternityleave', 'paternityleave', 'sickleave', 'paidleave',
                             'unpaidleave', 'suspended', 'aktiv', 'elternzeit', 'actif', 'active', 'encongé',
                             'notice', 'onnotice', 'noticeperiod', 'probation',
                             'onprobation', 'fulltime', 'parttime', 'garden', 'gardenleave', 'gardeningleave')
                   THEN 'active'
               WHEN word IN ('terminated', 'inactive', 'former', 'formeremployee', 'leaver', 'left',
                   'separated',
                             'resigned', 'dismissed', 'exited', 'offboarded', 'deceased', 'retired',
                                 'ended', 't',
                             'exemployee', 'quit', 'disabled', 'inaktiv', 'ausgeschieden', 'ausgetreten',
                             'gekündigt', 'inactif',
                             'sorti', 'parti')
                   THEN 'disabled'
               WHEN word IN ('pending', 'hired', 'prestart', 'prehire', 'onboarding', 'notstarted', 'starter',
                            'nochnichtgestartet', 'zukünftig')
                   THEN 'unknown'
               WHEN word IS NULL AND gone IS NULL THEN 'active'
               WHEN word IS NULL AND gone < CAST(hint('snapshot_on') AS DATE) THEN 'disabled'
               WHEN word IS NULL AND gone >= CAST(hint('snapshot_on') AS DATE) THEN 'active'
               WHEN word IS NULL THEN 'unknown'
           END AS state
    FROM line
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY key ORDER BY hired_day DESC NULLS LAST, left_day DESC NULLS FIRST, _record DESC) AS job
    FROM judged
)
SELECT
    _record AS record,
    key AS account_key,
    coalesce(email, lower(blank_null(work_email))) AS account_name,
    email,
    id AS employee_id,
    person AS display_name,
    state AS status,
    'human' AS account_kind,
    blank_null(department) AS department,
    email_of(manager) AS manager_email,
    hired_day AS hired_on,
    left_day AS left_on,
    CASE
        WHEN email IS NULL AND word IS NULL AND hired IS NULL AND gone IS NULL
             AND (id IS NULL OR person IS NULL)
            THEN 'not a person'
        WHEN job > 1 AND key IS NOT NULL AND state IS NOT NULL AND hired_day IS NOT DISTINCT FROM hired
             AND left_day IS NOT DISTINCT FROM gone
            THEN 'earlier job of the same person'
    END AS _ignored,
    CASE
        WHEN key IS NULL THEN problem('email', work_email, 'an employee id or a work address')
        WHEN state IS NULL THEN problem('status', coalesce(status_word, active_flag, terminated_flag),
            'active, employed, on leave, notice, probation, terminated, inactive, former, left, resigned, '
            || 'retired, pending or another usual word')
        WHEN hired_day IS DISTINCT FROM hired THEN problem('start date', hired_text,
            'a day: set date_order = "dmy" or "mdy" in a [[source]] block')
        WHEN left_day IS DISTINCT FROM gone THEN problem('end date', left_text,
            'a day: set date_order = "dmy" or "mdy" in a [[source]] block')
    END AS _problem
FROM ranked
""").substitute(
    hired=_DAY.substitute(text="hired_text", name="hired"),
    gone=_DAY.substitute(text="left_text", name="gone"),
)

FORMAT = Format(
    name="hr_roster",
    system="hr",
    kind="directory_account",
    title="Staff list of an HR system (CSV)",
    shapes=(
        Shape(
            name="staff",
            container="csv",
            requires=(_EMAIL, (*_NAME, *_FIRST, *_LAST), (*_LEFT, *_HIRED, *_STATUS, *_ACTIVE, *_TERMINATED)),
            recognise=_is_roster,
            columns={
                "work_email": _EMAIL,
                "employee_id": _ID,
                "full_name": _NAME,
                "first_name": _FIRST,
                "last_name": _LAST,
                "hired_text": _HIRED,
                "left_text": _LEFT,
                "status_word": _STATUS,
                "active_flag": _ACTIVE,
                "terminated_flag": _TERMINATED,
                "department": _DEPARTMENT,
                "manager": _MANAGER,
            },
            select=_SELECT,
            numbered=True,
            preamble=6,
        ),
    ),
    how_to_get="a report of all employees, leavers included, with work address, employee id, status, "
    "first and last day, department and manager's address",
    proven_by=None,
    is_list=True,
    is_complete=True,
    weak=True,
    examples=(
        Example(
            shape="staff",
            text="""\
Employee ID,First name,Last name,Work Email,Department,Manager Email,Hire date,Termination date,Status
E001,Ada,Byron,Ada.Byron@example.com,Engineering,grace@example.com,07/10/2025,,Active
E002,Blaise,Pascal,blaise@example.com,Finance,grace@example.com,18/07/2024,31/08/2026,Terminated
E003,Émilie,du Châtelet,emilie@example.com,Finance,,18/07/2024,31/12/9999,On leave
""",
            hints={"date_order": "dmy"},
            records={
                "directory_account": (
                    {
                        "account_key": "E001",
                        "account_name": "ada.byron@example.com",
                        "email": "ada.byron@example.com",
                        "employee_id": "E001",
                        "display_name": "Ada Byron",
                        "status": "active",
                        "account_kind": "human",
                        "department": "Engineering",
                        "manager_email": "grace@example.com",
                        "hired_on": date(2025, 10, 7),
                        "left_on": None,
                    },
                    {"account_key": "E002", "status": "disabled", "left_on": date(2026, 8, 31)},
                    {
                        "account_key": "E003",
                        "status": "active",
                        "left_on": None,
                        "display_name": "Émilie du Châtelet",
                    },
                )
            },
        ),
        Example(
            shape="staff",
            # A preamble; no status column; no ids; other ways to write a day; the filter text at the end.
            text="""\
Report run 2026-09-30 06:00
Name,Business email,Start date,Last working day
Ada Byron,ada@example.com,2025-10-07,
Blaise Pascal,blaise@example.com,18 Jul 2024,2026-08-31
Grace Hopper,grace@example.com,45123,31-Dec-2026
Filter: all employees,,,
""",
            hints={"snapshot_on": date(2026, 9, 30)},
            records={
                "directory_account": (
                    {"account_key": "ada@example.com", "status": "active", "hired_on": date(2025, 10, 7)},
                    {
                        "account_key": "blaise@example.com",
                        "status": "disabled",
                        "hired_on": date(2024, 7, 18),
                        "left_on": date(2026, 8, 31),
                    },
                    {
                        "account_key": "grace@example.com",
                        "status": "active",
                        "hired_on": date(2023, 7, 16),
                        "left_on": date(2026, 12, 31),
                    },
                )
            },
            ignored={"not a person": 1},
        ),
        Example(
            shape="staff",
            # No order is set; a word nobody knows; no key; a person with two jobs; no work address.
            text="""\
employee_id,full_name,email,personal_email,department,hire_date,end_date,employment_status
E001,Ada Byron,ada@example.com,ada@home.example,Engineering,07/10/2025,,Active
E002,Blaise Pascal,blaise@example.com,,Finance,2024-07-18,-,Sabbatical?
,Nobody,,nobody@home.example,Finance,2024-07-18,N/A,Active
E004,Grace Hopper,grace@example.com,,Finance,2019-01-01,2022-01-31,Terminated
E004,Grace Hopper,grace@example.com,,Finance,2024-07-18,0000-00-00,Active
E005,Mary Seacole,,,Plant,2024-07-18,,probation
E006,Jean Bart,jean@example.com,,Plant,2026-12-01,,Pre-start
""",
            records={
                "directory_account": (
                    {
                        "account_key": "E004",
                        "status": "active",
                        "hired_on": date(2024, 7, 18),
                        "left_on": None,
                    },
                    {"account_key": "E005", "status": "active", "email": None, "account_name": None},
                    {"account_key": "E006", "status": "unknown", "hired_on": date(2026, 12, 1)},
                )
            },
            ignored={"earlier job of the same person": 1},
            quarantined=3,
        ),
        Example(
            shape="staff",
            text="""\
First Name;Surname;Company Email;Is Active;Job Title;Leave Date
Ada;Byron;ada@example.com;Yes;Engineer;
Blaise;Pascal;blaise@example.com;No;Clerk;08/31/2026
""",
            hints={"date_order": "mdy"},
            records={
                "directory_account": (
                    {"account_key": "ada@example.com", "status": "active"},
                    {"account_key": "blaise@example.com", "status": "disabled", "left_on": date(2026, 8, 31)},
                )
            },
        ),
        Example(
            shape="staff",
            # In German, as Personio, HiBob and others write it there.
            text="""\
Personalnummer;Vorname;Nachname;E-Mail;Status;Einstellungsdatum;Letzter Arbeitstag;Abteilung;Vorgesetzter
1;Ada;Byron;Ada@example.com;Aktiv;01.05.2021;;Entwicklung;grace@example.com
2;Blaise;Pascal;blaise@example.com;Ausgeschieden;01.05.2020;31.08.2026;Entwicklung;grace@example.com
3;Cleo;Vance;cleo@example.com;Sabbatical;01.05.2020;;Entwicklung;
""",
            hints={"date_order": "dmy"},
            records={
                "directory_account": (
                    {
                        "account_key": "1",
                        "email": "ada@example.com",
                        "status": "active",
                        "hired_on": date(2021, 5, 1),
                        "display_name": "Ada Byron",
                        "department": "Entwicklung",
                    },
                    {"account_key": "2", "status": "disabled", "left_on": date(2026, 8, 31)},
                )
            },
            quarantined=1,
        ),
        # No order is set: the days above 12 prove it for the whole file.
        Example(
            shape="staff",
            text="\ufeffPersonalnummer;Nachname;Vorname;Geschäftliche E-Mail;Abteilung;Eintrittsdatum;Austrittsdatum;"
            "Status\r\n"
            "1001;Müller;Jürgen;juergen@firma.example;Einkauf;01.03.2019;31.12.9999;Aktiv\r\n"
            "1002;Schäfer;Anna;anna@firma.example;IT;05.06.2021;31.10.2026;Ausgeschieden\r\n"
            "Summe: 2;;;;;;;\r\n",
            records={
                "directory_account": (
                    {
                        "account_key": "1001",
                        "hired_on": date(2019, 3, 1),
                        "left_on": None,
                        "status": "active",
                    },
                    {"account_key": "1002", "hired_on": date(2021, 6, 5), "left_on": date(2026, 10, 31)},
                )
            },
            ignored={"not a person": 1},
        ),
    ),
)
