"""Tasks by mail: what has to be done, for whom, until when, and how to answer. A message completes nothing."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from discovery.ledger import Ledger
from discovery.offboarding.case import TaskState, read_cases
from discovery.offboarding.task import Notify
from discovery.settings import MailSettings, Settings

PASSWORD = "DISCOVERY_SMTP_PASSWORD"
TIMEOUT_SECONDS = 20
_OPENING = {
    "assigned": "You have a task in the offboarding of {who}.",
    "reminder": "A task in the offboarding of {who} is still open.",
    "escalation": "A task in the offboarding of {who} is overdue. It was given to {owner}, who did not answer.",
}


def notifier(settings: Settings) -> Notify | None:
    """Return what sends mails about tasks and keeps in the ledger that it did; None without a mail server.

    A mail that cannot be sent stops nothing: it is kept as failed, and `discovery task remind` sends it again.
    """
    if settings.mail is None:
        return None
    mail = settings.mail

    def notify(task: TaskState, kind: str, address: str) -> None:
        case = read_cases(settings.home)[task.case_id]
        who = (case.plan.display_name or case.plan.email or case.person_id or "") if case.plan else "somebody"
        try:
            _send(mail, message(mail, task, kind, address, who))
            state, detail = "sent", f"{kind} to {address}"
        except (OSError, smtplib.SMTPException, ValueError) as error:
            state, detail = "failed", f"{kind} to {address}: {type(error).__name__}: {error}"
        Ledger(settings.home).append(
            "notice", case_id=task.case_id, step_id=task.step_id, person_id=case.person_id, app_id=task.app_id,
            state=state, data={"task_id": task.task_id, "notice": kind, "channel": "mail"},
            private={"detail": detail} if case.person_id else None,
        )  # fmt: skip

    return notify


def message(mail: MailSettings, task: TaskState, kind: str, address: str, who: str) -> EmailMessage:
    """Return the message about a task. Text from data can become no header: line ends in it are blanks.

    Raises ValueError for an address that is none.
    """
    out = EmailMessage()
    subject = {"assigned": "Task", "reminder": "Reminder", "escalation": "Overdue"}[kind]
    out["Subject"] = _one_line(f"{subject}: {task.title} (due {task.due_on})")
    out["From"] = mail.sender
    out["To"] = address
    out["Date"] = formatdate(usegmt=True)
    out["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2] or "localhost")
    out["Auto-Submitted"] = "auto-generated"
    by = _one_line(task.owner_email or address)
    lines = (
        _OPENING[kind].format(who=_one_line(who), owner=_one_line(task.owner_email or "nobody")),
        "",
        f"What:  {_one_line(task.title)}",
        f"How:   {_one_line(task.instruction)}",
        f"Until: {task.due_on}",
        f"Task:  {task.task_id}",
        "",
        "It counts as done only when you say so:",
        f"  discovery task complete {task.task_id} --by {by} --statement 'what was done'",
        "If it is not yours, cannot be done or you need help:",
        f"  discovery task decline {task.task_id} --by {by} "
        "--outcome not_mine|cannot|needs_help --statement 'why'",
    )
    out.set_content("\n".join(lines) + "\n")
    return out


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _send(mail: MailSettings, out: EmailMessage) -> None:
    with smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_SECONDS) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, os.environ.get(PASSWORD, ""))
        server.send_message(out)
