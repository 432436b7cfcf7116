"""Made-up card lines at any size: one in ten names an app of the catalog, in the forms that processors print."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from discovery.catalog import read_catalog
from discovery.catalog.load import data_rows

CONSONANTS, VOWELS = "bcdfghklmnprstvw", "aeiou"
PLACES = (
    "SAN FRANCISCO CA",
    "LONDON",
    "BERLIN DE",
    "AMSTERDAM NL",
    "SINGAPORE",
    "DUBLIN IE",
    "SYDNEY AU",
    "PARIS",
)
FORMS = (
    "{name}", "{name} INC", "{name} {place}", "{name}* {ref}", "PAYPAL *{short}", "PADDLE.NET* {ten}", "{domain}",
    "{name} SUBSCRIPTION", "CHECKCARD 0612 {name}", "{name}   {place}", "FS *{name}", "{name}, INC. {place}",
    "{cut}", "{slip}",
)  # fmt: skip


def made_up(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield text and app_id (empty: no app), all different."""
    chosen, catalog = random.Random(seed), read_catalog()
    strong = {a.app_id for a in catalog.aliases if a.kind == "name" and a.strength in ("s", "m")}
    apps = [a for a in catalog.apps.values() if a.app_id in strong and a.domain and a.name.isascii()]
    trades = [row["word"] for row in data_rows("word.csv", "discovery.matching") if row["kind"] == "trade"]
    seen: set[str] = set()
    while len(seen) < count:
        text, app_id = _text(chosen, apps, trades)
        if text not in seen:
            seen.add(text)
            yield text, app_id


def _text(chosen: random.Random, apps: list, trades: list[str]) -> tuple[str, str]:  # type: ignore[type-arg]
    ref = "".join(chosen.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=8))
    if chosen.random() < 0.1:
        app = chosen.choice(apps)
        name, at = app.name.upper(), len(app.name) // 2
        text = chosen.choice(FORMS).format(
            name=name, place=chosen.choice(PLACES), ref=ref, domain=app.domain.upper(), ten=name[:10],
            short=name.replace(" ", "")[:12], cut=f"{name} SOFTWARE PLATFORM"[:22],
            slip=name[:at] + name[at + 1 :] if len(name) > 11 else name,
        )  # fmt: skip
        tail = "" if chosen.random() < 0.3 else f" {chosen.randint(100, 99_999_999)}"
        return text + tail, app.app_id
    words = [_word(chosen) for _ in range(chosen.randint(1, 2))]
    if chosen.random() < 0.5:
        words.append(chosen.choice(trades))
    if chosen.random() < 0.5:
        words.append(chosen.choice(("ltd", "limited", "gmbh", "llc", "inc", "bv")))
    start = chosen.choice(("", "", "", "", "SQ *", "PAYPAL *", "IZ *", "SP ", "TST* ", "WWW."))
    text = start + " ".join(words).upper()
    if start == "WWW.":
        text = f"WWW.{''.join(words[:2]).upper()}.COM"
    return text + chosen.choice(("", f" {chosen.choice(PLACES)}", f" {chosen.randint(1, 9999)}")), ""


def _word(chosen: random.Random) -> str:
    syllables = (chosen.choice(CONSONANTS) + chosen.choice(VOWELS) for _ in range(chosen.randint(2, 4)))
    return "".join(syllables) + chosen.choice(("", "n", "r", "s", "rd", "ll"))


def write_texts(path: Path, count: int, seed: int = 1) -> None:
    """Write a CSV with the columns text and expected."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("text", "expected"))
        writer.writerows(made_up(count, seed))
