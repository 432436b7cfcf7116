"""The orders of `compare` for one person of the published file."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from discovery.offboarding.compare import BIN_DAYS, Alternative, compare
from discovery.offboarding.plan import begins_at
from discovery.settings import Settings
from discovery.store import Store

_PERSON = "SELECT status, left_on FROM person WHERE person_id = $person"
_DUE = "SELECT max(hard_delete_due_at) FROM deprovisioning WHERE person_id = $person"


def alternatives_for(
    store: Store,
    settings: Settings,
    person_id: str,
    leaves_on: date | None = None,
    *,
    is_immediate: bool = False,
) -> tuple[datetime, list[Alternative]]:
    """Return when the first act would be (UTC) and what each order would send and forfeit.

    Where no last day is known it is compared as if the person left at once.
    """
    person = store.dicts(_PERSON, {"person": person_id})[0]
    as_of: date = store.value("SELECT as_of FROM run")
    now = datetime.combine(as_of, datetime.min.time())
    is_unknown = leaves_on is None and person["left_on"] is None
    begins = begins_at(person["left_on"], leaves_on, settings, is_immediate=is_immediate or is_unknown)
    due = store.value(_DUE, {"person": person_id})
    deleted_at = None if due is None else due - timedelta(days=BIN_DAYS)
    at = max(begins or now, now)
    return at, compare(at, person["status"] or "unknown", deleted_at)
