"""A company with a year of sign-ins, visits, statements and lists; what is in its files is told by month."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

from discovery.settings import RetentionSettings, Settings, SourceHint

AS_OF = date(2026, 9, 30)
FIRST = date(2025, 10, 3)
LISTS = ("2025-11-01", "2026-03-01", "2026-09-01")
PEOPLE = ("ada", "bob", "cleo", "dan")
APPS = (("0oa1", "Figma"), ("0oa2", "Slack"), ("0oa3", "An App Of Our Own"))
SITES = ("app.miro.com/app/board", "www.notion.so/login", "www.figma.com/files")


def settings_of(folder: Path, *, event_days: int | None = None, vault_days: int | None = None) -> Settings:
    return Settings(
        home=folder / "home", inbox=folder / "inbox", domains=("acme.example",), source_of_truth="hr", threads=1,
        sources=(
            SourceHint(files="cards/*", currency="EUR", date_order="ymd"),
            *(SourceHint(files=f"hr/{day}.csv", snapshot_on=date.fromisoformat(day)) for day in LISTS),
        ),
        retention=RetentionSettings(event_days, vault_days),
    )  # fmt: skip


def fill(inbox: Path) -> None:
    """A log per quarter, and a last one that overlaps; three lists; a statement of long ago; a browser's history."""
    days = [FIRST + timedelta(days=3 * n) for n in range(120)]
    for number in range(4):
        put(inbox, f"okta/q{number}.ndjson", sign_ins(days[30 * number : 30 * number + 33]))
    for number, day in enumerate(LISTS):
        put(inbox, f"hr/{day}.csv", roster(4 if number < 2 else 3, f"Team {number}"))
    put(inbox, "cards/old.csv", charges("2025-11"))
    put(inbox, "cards/new.csv", charges("2026-08") + "2026-08-02,BROKEN of ada@acme.example\n")
    put(inbox, "cards/bad.csv", charges("2025-12") + "2025-12-02,BROKEN of bob@acme.example\n")
    put(inbox, "browser/ada@acme.example/history.csv", visits(days))
    put(inbox, "browser/bob@acme.example/history.csv", visits(days[:20]))


def put(inbox: Path, name: str, content: str) -> None:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def sign_ins(days: list[date]) -> str:
    return "".join(json.dumps(_sign_in(day, n)) + "\n" for day in days for n in range(2))


def _sign_in(day: date, n: int) -> dict[str, object]:
    login = PEOPLE[(day.toordinal() // 3 + n) % len(PEOPLE)]
    app_id, app = APPS[(day.toordinal() // 3 + n) % len(APPS)]
    return {
        "uuid": f"ab0f5c0a-3c4e-11f1-9d2b-{day:%Y%m%d}{n:04d}", "published": f"{day}T0{n + 3}:12:44.123Z",
        "eventType": "user.authentication.sso", "version": "0", "severity": "INFO",
        "actor": {"id": f"00u{login}", "type": "User", "alternateId": f"{login}@acme.example", "displayName": login},
        "client": {"ipAddress": "203.0.113.7"}, "outcome": {"result": "SUCCESS", "reason": None},
        "target": [{"id": app_id, "type": "AppInstance", "alternateId": app, "displayName": app}],
        "debugContext": {"debugData": {"requestUri": "/app"}},
    }  # fmt: skip


def roster(count: int, department: str) -> str:
    head = "Employee ID,First name,Last name,Work Email,Department,Manager Email,Hire date,Termination date,Status\n"
    return head + "".join(
        f"E{n},{login.title()},Smith,{login}@acme.example,{department},,2024-07-18,,Active\n"
        for n, login in enumerate(PEOPLE[:count])
    )


def charges(month: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Date", "Description", "Card Member", "Account #", "Amount"])
    for n, merchant in enumerate(("FIGMA", "MIRO.COM", "ZOOM.US 888-799-9666")):
        writer.writerow([f"{month}-1{n}", merchant, f"{PEOPLE[n].upper()} SMITH", f"-7100{n}", f"{n + 9}.50"])
    return out.getvalue()


def visits(days: list[date]) -> str:
    head = "order,id,date,time,title,url,visitCount,typedCount,transition\n"
    return head + "".join(
        f"{n},{4000 - n},{day},9:{n % 60:02d}:44,A title,https://{SITES[n % len(SITES)]},3,0,link\n"
        for n, day in enumerate(days)
    )
