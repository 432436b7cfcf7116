"""What goes on by itself in offboarding: a case for a departure, and every case moved on as far as it may go."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from discovery.connectors import configured_connectors
from discovery.offboarding.advance import advance, open_case_of
from discovery.offboarding.departure import Departure, read_departures
from discovery.offboarding.notify import notifier
from discovery.offboarding.route import can_act
from discovery.settings import Settings
from discovery.store import Store
from pipelines.published import check_person_id, published, read_run
from pipelines.wording import in_words

OPEN_CASE = "open_case"
ADVANCE_CASES = "advance_cases"


class PersonToOffboard(dg.Config):
    """For whom `open_case` opens a case."""

    person_id: str = Field(description="person_id of the published graph; never an e-mail address or a name.")


@dg.config_mapping
def _person(said: PersonToOffboard) -> dg.RunConfig:
    """Refuse what would be kept for ever: a run that this refuses is not created."""
    check_person_id(said.person_id)
    return dg.RunConfig(ops={"open": PersonToOffboard(person_id=said.person_id)})


def case_jobs() -> list[dg.JobDefinition]:
    """Return the jobs. No step of them is tried again by Dagster: resuming goes through the ledger."""
    return [_open_case(), _advance_cases()]


def _open_case() -> dg.JobDefinition:
    @dg.op(name="open", out=dg.Out(dg.Nothing), required_resource_keys={"settings"})
    def open_one(context: dg.OpExecutionContext, config: PersonToOffboard) -> None:
        """Make the plan of a person who departs; nothing is sent. Red where no plan can be made."""
        settings: Settings = context.resources.settings
        now = datetime.now(UTC).replace(tzinfo=None)
        with in_words(), published(settings) as store:
            _, as_of = read_run(store)
            one = _departure_of(store, settings, config.person_id)
            did = open_case_of(settings, store, one, one.left_on or as_of, now, can_act=can_act(settings))
        context.add_output_metadata(
            {
                "person_id": config.person_id,
                "what": did.what,
                "case_id": did.case_id or "",
                "departure": one.kind,
            }
        )
        if did.what in ("held", "refused"):
            raise dg.Failure(description=did.detail, allow_retries=False)

    @dg.job(
        name=OPEN_CASE,
        config=_person,
        description="Opens the offboarding case of a person who departs: a plan from the published scope that waits "
        "for approval. Needs a `person_id`. Sends nothing; a person who has a case gets no second one.",
    )
    def open_case_job() -> None:
        open_one()

    return open_case_job


def _departure_of(store: Store, settings: Settings, person_id: str) -> Departure:
    found = read_departures(store, settings.offboarding.open_ahead_days)
    mine = [one for one in found if one.person_id == person_id]
    # An account that is disabled already says that it is now, whatever the last day is said to be.
    mine.sort(key=lambda one: one.left_on is not None)
    return mine[0] if mine else Departure(person_id, "asked for", None)


def _advance_cases() -> dg.JobDefinition:
    @dg.op(name="advance", out=dg.Out(dg.Nothing), required_resource_keys={"settings"})
    def move_on(context: dg.OpExecutionContext) -> None:
        """Move every case on as far as it may go without a person; red where one cannot be."""
        settings: Settings = context.resources.settings
        with in_words(), published(settings) as store:
            moved = advance(
                settings, store, datetime.now(UTC).replace(tzinfo=None), connectors=configured_connectors(settings),
                can_act=can_act(settings), notify=notifier(settings), is_sent=True,
            )  # fmt: skip
        counts: dict[str, Any] = dict(sorted(Counter(one.what for one in moved).items()))
        cases = sorted({one.case_id for one in moved if one.case_id})
        context.add_output_metadata({**counts, "cases": ", ".join(cases), "moved": len(moved)})
        stuck = [one for one in moved if one.what in ("held", "refused", "reopened")]
        if stuck:
            # No personal data: details name people; `discovery offboard advance` says them.
            which = ", ".join(sorted({one.case_id or one.person_id or "" for one in stuck}))
            raise dg.Failure(
                description=f"{len(stuck)} need a person ({which}): `discovery offboard status` says more",
                allow_retries=False,
            )

    @dg.job(
        name=ADVANCE_CASES,
        description="Opens cases for new departures, asks for approvals, executes what is approved (`run_approved`) or "
        "under the standing approval and due, looks again at what has ended, sends reminders and the ledger's head.",
    )
    def advance_job() -> None:
        move_on()

    return advance_job
