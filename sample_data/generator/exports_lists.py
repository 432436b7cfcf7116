"""The HR roster and an app owner's plain user list."""

from .options import DOMAIN
from .writing import Writer

HR_HEADER = (
    "Employee ID,First name,Last name,Work Email,Department,Manager Email,Hire date,Termination date,Status"
)


def write_hr(writer: Writer) -> None:
    """Write the source of truth about people; dates day first."""
    writer.csv(
        "hr/employees.csv",
        "HR roster CSV",
        HR_HEADER,
        f"""SELECT p.employee_id, p.first_name, p.last_name, p.email, p.department, m.email,
            strftime(p.hired_on, '%d/%m/%Y'), strftime(p.left_on, '%d/%m/%Y'),
            if(p.left_on <= DATE '{writer.options.end}', 'Terminated', 'Active')
        FROM person p LEFT JOIN person m ON m.person_no <> p.person_no
            AND m.person_no = if(p.person_no = p.lead_no, p.chief_no, p.lead_no)
        ORDER BY p.employee_id""",
    )


def write_app_users(writer: Writer) -> None:
    """One list of three apps, as somebody pasted it together; a shared mailbox is on it."""
    writer.csv(
        "app lists/saas users.csv",
        "generic app user list CSV",
        "App,Email,Status,Role,Last active",
        f"""SELECT app, listed_email, status, role, strftime(last_active_on, '%Y-%m-%d') FROM (
            SELECT app, listed_email, status, role, last_active_on FROM listed
            UNION ALL SELECT 'Figma', 'info@{DOMAIN}', 'active', 'member', DATE '{writer.options.day(0.9)}')
        ORDER BY app, listed_email""",
    )
