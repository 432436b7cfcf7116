"""Makes the n-th effect of the removal of what is old fail, for n = 1, 2, 3, …; the next opening and removal mends it.

`python -m tests.retention.removal FOLDER FAULTS EVERY` prints one JSON line for each try. FOLDER holds `home`, of one night in
which nothing was removed.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

from discovery.run import writing
from tests.faults.failpoints import copy_home, disturb, in_child, state_of
from tests.retention.company import AS_OF, settings_of

EVENT_DAYS, VAULT_DAYS = 200, 100


def remove(folder: Path) -> str:
    """Open the home, remove what is old, and say what is left: tables, but for the counts of what went, and files."""
    settings = settings_of(folder, event_days=EVENT_DAYS, vault_days=VAULT_DAYS)
    with writing(settings, AS_OF) as run:
        run.remove_old(today=AS_OF)
        held = "\n".join(
            line for line in state_of(run.store).split("\n") if not line.startswith("sources.retention")
        )
        days = run.store.rows("SELECT what, whole_from FROM sources.retention ORDER BY ALL")
    files = sorted(
        str(path.relative_to(folder)) for part in ("lake", "vault") for path in (settings.home / part).rglob("*")
        if path.is_file()
    )  # fmt: skip
    return "\n".join([held, str(days), *files])


def main() -> None:
    folder, faults = Path(sys.argv[1]), sys.argv[2].split(",")
    base, last = folder / "base", folder / "last"
    copy_home(folder / "home", base)
    code, undisturbed = in_child(lambda: remove(folder))
    assert code == 0, undisturbed
    every = int(sys.argv[3])
    first = int(sys.argv[4]) if len(sys.argv) > 4 else every
    for n in itertools.count(first, every):
        fault = faults[n // every % len(faults)]
        copy_home(base, folder / "home")
        ended = disturb(folder / "home", fault, n, lambda: remove(folder), last)
        if ended is None:
            return
        then = in_child(lambda: remove(folder))
        is_same = then == (0, undisturbed)
        what = last.read_text() if last.exists() else ""
        print(json.dumps({"n": n, "fault": fault, "what": what, "ended": ended, "is_mended": is_same,
                          "then": "" if is_same else then[1][:2000]}), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
