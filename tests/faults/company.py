"""A small company whose files come in two nights: about two hundred records of five kinds of file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

PEOPLE = [
    ("ada", "Ada Byron"), ("blaise", "Blaise Pascal"), ("emmy", "Emmy Noether"), ("alan", "Alan Turing"),
    ("grace", "Grace Hopper"), ("kurt", "Kurt Goedel"), ("sofia", "Sofia Kovalevskaya"), ("carl", "Carl Gauss"),
    ("maryam", "Maryam Mirzakhani"), ("paul", "Paul Erdos"),
]  # fmt: skip
APPS = [("0oa1", "Figma"), ("0oa2", "Slack"), ("0oa3", "Zoom"), ("0oa4", "An App Of Our Own")]
MERCHANTS = ["FIGMA", "MIRO.COM", "NOTION LABS INC", "ZOOM.US 888-799-9666", "HOTEL ADLON"]
SITES = ["www.figma.com/files", "app.miro.com/app/board", "news.example/story", "www.notion.so/page"]


def first_night(inbox: Path) -> None:
    """What lies there in the first night."""
    put(inbox, "okta/one.ndjson", sign_ins(0, 60))
    put(inbox, "hr/2026-09-01.csv", roster(10))
    put(inbox, "cards/one.csv", charges(0, 25))


def second_night(inbox: Path) -> None:
    """What comes for the second: events again and new ones, a later list, browsing, an archive, what nobody knows."""
    put(inbox, "okta/two.ndjson", sign_ins(40, 90) + '{"half of an event\n')
    put(inbox, "hr/2026-09-20.csv", roster(9))
    put(inbox, "browser/ada@acme.example/history.csv", visits(30))
    put(inbox, "notes.txt", "nothing that anybody knows\n")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr(zipfile.ZipInfo("cards.csv"), charges(20, 45) + "2026-09-02,BROKEN\n")
        made.writestr(zipfile.ZipInfo("copy.csv"), charges(0, 25))
    put(inbox, "cards/more.zip", archive.getvalue())


def put(inbox: Path, name: str, content: str | bytes) -> None:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def sign_ins(first: int, last: int) -> str:
    return "".join(json.dumps(_sign_in(number)) + "\n" for number in range(first, last))


def _sign_in(number: int) -> dict[str, Any]:
    login, name = PEOPLE[number % len(PEOPLE)]
    app_id, app = APPS[number % len(APPS)]
    return {
        "uuid": f"ab0f5c0a-3c4e-11f1-9d2b-{number:012d}",
        "published": f"2026-09-{1 + number % 2:02d}T0{number % 10}:12:44.123Z",
        "eventType": "user.authentication.sso",
        "version": "0",
        "severity": "INFO",
        "actor": {
            "id": f"00u{login}",
            "type": "User",
            "alternateId": f"{login}@acme.example",
            "displayName": name,
        },
        "client": {"ipAddress": "203.0.113.7"},
        "outcome": {"result": "SUCCESS" if number % 9 else "FAILURE", "reason": None},
        "target": [{"id": app_id, "type": "AppInstance", "alternateId": app, "displayName": app}],
        "debugContext": {"debugData": {"requestUri": "/app"}},
    }


def roster(count: int) -> str:
    lines = [
        "Employee ID,First name,Last name,Work Email,Department,Manager Email,Hire date,Termination date,Status"
    ]
    for number, (login, name) in enumerate(PEOPLE[:count]):
        first, last = name.split()
        lines.append(
            f"E{number:03d},{first},{last},{login}@acme.example,Science,ada@acme.example,2025-07-18,,Active"
        )
    return "\n".join(lines) + "\n"


def charges(first: int, last: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Date", "Description", "Card Member", "Account #", "Amount"])
    for number in range(first, last):
        name = PEOPLE[number % len(PEOPLE)][1].upper()
        merchant = MERCHANTS[number % len(MERCHANTS)]
        writer.writerow(
            [f"2026-08-{1 + number % 28:02d}", merchant, name, f"-7100{number % 10}", f"{number}.50"]
        )
    return out.getvalue()


def visits(count: int) -> str:
    lines = ["order,id,date,time,title,url,visitCount,typedCount,transition"]
    for number in range(count):
        site = SITES[number % len(SITES)]
        lines.append(
            f"{number},{4000 - number},2026-09-{1 + number % 2:02d},9:{number:02d}:44,A title,https://{site},3,0,link"
        )
    return "\n".join(lines) + "\n"
