"""Records that only the engine stumbles over: found by halves and set aside, so that they stop no other.

A format says what it cannot use in `_problem`. What it did not think of (a text where its SELECT takes a list) makes
the engine fail on the whole statement, and names no record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from discovery.sources.lake import Written
from discovery.sources.quarantined import contents_of
from discovery.sources.reading import BadRecord, Raw
from discovery.sources.source import Shape
from discovery.store import Store, ValueRefused

MOST = 1000
"""Beyond so many it is the format that is wrong, and the source fails."""
FEW = 3
"""So it is where none of so many can be read."""


def sift(
    store: Store, raw: Raw, shape: Shape, write: Callable[[], dict[str, Written]], error: Exception
) -> tuple[Raw, dict[str, Written]]:
    """Write the records of a numbered `raw` that the engine can read; the others are `bad` in the Raw that returns.

    `error`: what writing all of them ended with; raised again where no record is to blame, or more than MOST are, or
    each of at least FEW.
    """
    store.run("CREATE OR REPLACE TEMP TABLE sifted AS FROM raw")
    numbers = [int(row[0]) for row in store.rows("SELECT _record FROM sifted ORDER BY _record")]
    bad: dict[int, str] = {}

    def said_of(chosen: list[int]) -> str | None:
        store.run(
            "CREATE OR REPLACE TEMP TABLE chosen AS SELECT unnest(CAST($n AS BIGINT[])) AS _record",
            {"n": chosen},
        )
        store.run(
            "CREATE OR REPLACE TEMP VIEW raw AS FROM sifted WHERE _record IN (FROM chosen) ORDER BY _record"
        )
        try:
            write()
        except ValueRefused as refused:
            return str(refused).partition("\n")[0]
        return None

    if said_of([]) is not None:
        raise error
    waiting = [numbers]
    while waiting:
        chosen = waiting.pop()
        said = said_of(chosen)
        if said is None:
            continue
        if len(chosen) == 1:
            bad[chosen[0]] = f"cannot be read: {said}"
            if len(bad) > MOST:
                raise error
        else:
            half = len(chosen) // 2
            waiting += [chosen[half:], chosen[:half]]
    if len(bad) == len(numbers) >= FEW:
        raise error
    texts = dict(contents_of(raw, shape, set(bad)))
    aside = [BadRecord(number, said, texts.get(number, "")) for number, said in bad.items()]
    if said_of([number for number in numbers if number not in bad]) is not None:
        raise error
    return replace(raw, bad=(*raw.bad, *aside)), write()
