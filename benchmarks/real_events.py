"""What becomes of real-shaped events: loaded, duplicate, ignored (and why) or quarantined (and why), per file.

    .venv/bin/python benchmarks/real_events.py FOLDER...

Reads all files below the folders as one inbox, with the real reader, in a temporary home.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from discovery.canonical.usage import build_usage
from discovery.settings import Settings
from discovery.sources.inbox import scan
from discovery.sources.ingest import ingest_system, load_macros, systems
from discovery.stage import Night
from discovery.store import Store


@dataclass
class Fate:
    """What became of one file's events; `ignored`, `quarantined`: reason → count."""

    format: str = ""
    state: str = ""
    read: int = 0
    loaded: int = 0
    duplicate: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)

    @property
    def is_balanced(self) -> bool:
        """Every event is counted once."""
        return self.read == self.loaded + self.duplicate + self.ignored.total() + self.quarantined.total()


def fates(folders: list[Path]) -> dict[str, Fate]:
    """Read all files below the folders; a file with events of several instances counts once."""
    found: dict[str, Fate] = {}
    with tempfile.TemporaryDirectory() as home:
        inbox = Path(home) / "inbox"
        inbox.mkdir()
        for folder in folders:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                target = inbox / folder.name / path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
        settings = Settings(home=Path(home) / "home", inbox=inbox)
        settings.home.mkdir()
        today = datetime.now(UTC).date()
        night = Night(settings, today)
        with Store(settings.warehouse) as store:
            store.create_tables()
            load_macros(store)
            scan(store, settings, today)
            for system in systems(settings):
                if error := ingest_system(store, night, system).error:
                    raise SystemExit(error)
            build_usage(store, night)
            for row in store.dicts("FROM sources.source_file ORDER BY file_name"):
                fate = found.setdefault(row["file_name"], Fate(row["format"] or "-", row["state"]))
                fate.read += row["rows_read"]
                fate.loaded += row["rows_loaded"]
                fate.duplicate += row["rows_duplicate"]
            for name, reason, count in store.rows(
                "SELECT file_name, i.reason, sum(row_count) FROM sources.ignored AS i JOIN sources.source_file "
                "USING (file_id) GROUP BY ALL ORDER BY ALL"
            ):
                found[name].ignored[reason] += int(count)
            for name, column in store.rows(
                "SELECT file_name, column_name FROM sources.quarantine ORDER BY ALL"
            ):
                found[name].quarantined[f"{column or 'record'} is missing or not understood"] += 1
    return found


def _said(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in reasons.most_common()) or "0"


def main() -> None:
    """Print the table."""
    if not sys.argv[1:]:
        print("skipped: no folder of events was named")
        return
    found = fates([Path(folder) for folder in sys.argv[1:]])
    print(
        "| file | format | events | loaded | duplicate | ignored | quarantined |\n|---|---|--:|--:|--:|---|---|"
    )
    for name, fate in found.items():
        print(f"| {name} | {fate.format} | {fate.read} | {fate.loaded} | {fate.duplicate} | {_said(fate.ignored)} | "
              f"{_said(fate.quarantined)} |")  # fmt: skip
    read, known = sum(f.read for f in found.values()), sum(f.loaded + f.duplicate for f in found.values())
    quarantined = sum(f.quarantined.total() for f in found.values())
    print(
        f"{read} events: ratio loaded or known {known / max(1, read):.3f}, quarantined {quarantined / max(1, read):.3f}"
    )
    if not all(fate.is_balanced for fate in found.values()):
        raise SystemExit("an event was lost, or counted twice")


if __name__ == "__main__":
    main()
