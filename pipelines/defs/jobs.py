"""What can be started: the night, days anew, and one person's scope."""

from typing import Any

import dagster as dg

from discovery.errors import BadUse
from discovery.settings import Settings
from pipelines.defs.offboarding import ACCESS_GRAPH
from pipelines.metadata import rows_shown
from pipelines.published import published, scope_person
from pipelines.resources import day_of
from pipelines.steps import USAGE, key_of, op_name
from pipelines.wording import in_words

NIGHTLY = "nightly"
REBUILD_DAYS = "rebuild_days"
SCOPE_PERSON = "scope_person"
WATCH = "watch"
SCOPE = "scope"  # the op; Dagster wants another name than that of its job


class DaysToRebuild(dg.Config):
    """Which days `rebuild_days` builds anew, first and last; `as_of` as in the job `nightly`."""

    from_on: str
    to_on: str
    as_of: str | None = None


class PersonToScope(dg.Config):
    """Whom `scope_person` is about; `as_of`: a day, default that of the published graph."""

    person_id: str
    as_of: str | None = None


def all_jobs() -> list[Any]:
    """Return the jobs; the type of an asset job has no public name."""
    return [
        dg.define_asset_job(
            NIGHTLY,
            selection=dg.AssetSelection.all(),
            description="Inbox to published graph, with all checks. A failed source is red; the rest runs.",
        ),
        dg.define_asset_job(
            REBUILD_DAYS,
            selection=dg.AssetSelection.assets(key_of(USAGE), key_of("canonical.usage_month")).downstream(),
            config=_days,
            description="Builds days of usage anew from the lake, and everything that stands on them.",
        ),
        dg.define_asset_job(
            WATCH,
            selection=dg.AssetSelection.checks(dg.AssetCheckKey(ACCESS_GRAPH, "is_recent")),
            description="Says red if no night has published lately. It reads a date and needs no lock.",
        ),
        _scope_person(),
    ]


@dg.config_mapping
def _days(said: DaysToRebuild) -> dg.RunConfig:
    first, last = day_of(said.from_on), day_of(said.to_on)
    if last < first:
        raise BadUse(f"to_on = {last} lies before from_on = {first}")
    config: dict[str, object] = {"from_on": first.isoformat(), "to_on": last.isoformat()}
    return dg.RunConfig(
        ops={op_name(USAGE): {"config": config}}, resources={"night": {"config": {"as_of": said.as_of}}}
    )


@dg.config_mapping
def _person(said: PersonToScope) -> dg.RunConfig:
    """Refuse what would be kept for ever: a run that this refuses is not created."""
    if "@" in said.person_id:
        raise BadUse(
            "person_id must be a person_id of the published graph, not an e-mail address: Dagster keeps the "
            "configuration of runs. `discovery scope` takes an address."
        )
    as_of = day_of(said.as_of).isoformat() if said.as_of else None
    return dg.RunConfig(ops={SCOPE: PersonToScope(person_id=said.person_id, as_of=as_of)})


def _scope_person() -> dg.JobDefinition:
    @dg.op(name=SCOPE, out=dg.Out(dg.Nothing), required_resource_keys={"settings"})
    def scope(context: dg.OpExecutionContext, config: PersonToScope) -> None:
        """Say what is to be ended for a person, in order; nothing is written."""
        settings: Settings = context.resources.settings
        day = day_of(config.as_of) if config.as_of else None
        with in_words(), published(settings) as store:
            found = scope_person(store, config.person_id, day)
        context.add_output_metadata(
            {
                "person_id": config.person_id,
                "as_of": found.as_of.isoformat(),
                "rows": len(found.rows),
                "scope": rows_shown(found.rows),
            }
        )

    @dg.job(
        name=SCOPE_PERSON,
        config=_person,
        description="What is to be ended for one person, in order of urgency, from the published graph.",
    )
    def scope_job() -> None:
        scope()

    return scope_job
