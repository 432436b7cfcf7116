"""Doubtful evidence for a generated company: records that look like access and are none, in the real export formats.

Used by benchmarks/graph_truth.py. The truth of the company stays as it is: nobody who is drawn here has what the
records seem to show. The shares are assumptions; docs/graph.md says them beside what was measured with them.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

SHARED, BORROWED, NAMESAKE, STALE = 0.06, 0.03, 0.03, 0.02
TENANT = "6f1a3c52-8a0e-4d5b-9b77-2f4e8c1d9a30"
HISTORY = ("order", "id", "date", "time", "title", "url", "visitCount", "typedCount", "transition")
SHARED_PAGES = {
    "Notion": "https://www.notion.so/nordwind/Plan-{}",
    "Miro": "https://miro.com/app/board/uXj{}=/",
    "Canva": "https://www.canva.com/design/DAF{}/view",
    "Claude": "https://claude.ai/chat/{}",
    "HubSpot": "https://app.hubspot.com/contacts/{}/objects/0-1/views/all/list",
}
OLD_LISTS = ("Miro", "Canva", "Grammarly", "Typeform", "Calendly")
DAYS = ("2026-07-14", "2026-08-04", "2026-09-01", "2026-09-15")


def add_doubt(folder: Path, seed: int) -> dict[str, int]:
    """Add the records to the inbox of a company; returns how many persons each kind of doubt fell on.

    - shared link: the person reads pages of an app behind a link from a colleague, on four days, without an account;
    - borrowed browser: somebody else signs in to an app once in the person's browser;
    - namesake's card: a contractor, on no roster, has the name of one employee and pays for software twice;
    - stale list: an app's list, delivered late, still has people whose accounts were removed.
    """
    draw = random.Random(seed)
    people = _rows(folder / "expected" / "person.csv")
    owned: dict[str, set[str]] = {}
    for row in _rows(folder / "expected" / "access.csv"):
        owned.setdefault(row["person_email"], set()).add(row["app_name"])
    domains = {row["app_name"]: row["app_domain"] for row in _rows(folder / "expected" / "app.csv")}
    hinted = (folder / "discovery.toml").read_text(encoding="utf-8")
    active = [row for row in people if row["status"] == "active" and not row["left_on"]]
    browsing = [row["person_email"] for row in active if row["person_email"] not in hinted]
    names = [row["display_name"] for row in people]
    unique = [row["display_name"] for row in active if names.count(row["display_name"]) == 1]
    drawn = {"shared link": 0, "borrowed browser": 0, "namesake's card": 0, "stale list": 0}

    def without(email: str, apps: Sequence[str]) -> str | None:
        """One of the apps that the person has not."""
        free = [app for app in apps if app in domains and app not in owned.get(email, set())]
        return draw.choice(free) if free else None

    for email in browsing:
        visits: list[tuple[str, str]] = []
        if draw.random() < SHARED and (app := without(email, tuple(SHARED_PAGES))):
            page = SHARED_PAGES[app].format(draw.randrange(10**9))
            visits += [(day, page) for day in DAYS]
            drawn["shared link"] += 1
        if draw.random() < BORROWED and (app := without(email, tuple(domains))):
            back = quote(f"https://www.{domains[app]}/auth/callback", safe="")
            client = f"{draw.randrange(10**8):08}-aaaa"
            visits.append((draw.choice(DAYS), f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize"
                           f"?client_id={client}&redirect_uri={back}&response_type=code"))  # fmt: skip
            drawn["borrowed browser"] += 1
        if visits:
            rows = (
                (n, 9000 + n, day, "10:15:00", "Page", url, 1, 0, "link")
                for n, (day, url) in enumerate(visits)
            )
            _write(folder / "inbox" / "browser" / email / "more.csv", HISTORY, rows)
    [ramp] = (folder / "inbox" / "cards" / "ramp").glob("ramp_transactions_*.csv")
    charges = _rows(ramp)
    software = [row for row in charges if row["Ramp Category"] == "SaaS / Software"]
    contractors = [name for name in unique if draw.random() < NAMESAKE]
    drawn["namesake's card"] = len(contractors)
    _write(ramp.with_name("contractors.csv"), tuple(charges[0]), _contractors(contractors, software, draw))
    stale = [
        (app, row["person_email"], "active", "member", "2026-08-20")
        for row in active
        if draw.random() < STALE and (app := without(row["person_email"], OLD_LISTS))
    ]
    drawn["stale list"] = len(stale)
    _write(
        folder / "inbox" / "app lists" / "late list.csv",
        ("App", "Email", "Status", "Role", "Last active"),
        stale,
    )
    return drawn


def _contractors(
    names: Sequence[str], software: Sequence[dict[str, str]], draw: random.Random
) -> Iterator[tuple[str, ...]]:
    """Two lines a month apart for each contractor, for a piece of software that somebody in the company pays for."""
    for number, name in enumerate(names):
        line = draw.choice(software)
        for month, day in (("08", "11"), ("09", "11")):
            on, at = f"{month}/{day}/26", f"2026-{month}-{day} 10:00:00"
            changed = {
                "User": name, "Card Last 4": f"{7000 + number}", "Amount": "19.00", "Transaction Date": on,
                "Transaction Time": at, "Clearing Date": on, "Clearing Time": at,
                "External ID": f"RAMP.contractor-{number}-{month}",
            }  # fmt: skip
            yield tuple({**line, **changed}.values())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, header: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out)
        lines.writerow(header)
        lines.writerows(rows)
