"""What can be started: the night, days anew, one person's scope, and a look whether the night has published."""

from typing import Any

import dagster as dg
from pydantic import Field

from discovery.errors import BadUse
from discovery.run import last_run
from discovery.settings import Settings
from pipelines.defs.cases import case_jobs
from pipelines.defs.offboarding import ACCESS_GRAPH
from pipelines.metadata import rows_shown
from pipelines.published import check_person_id, published, scope_person
from pipelines.resources import day_of
from pipelines.steps import USAGE, key_of, op_name
from pipelines.wording import in_words

NIGHTLY = "nightly"
REBUILD_DAYS = "rebuild_days"
SCOPE_PERSON = "scope_person"
WATCH = "watch"
SCOPE = "scope"  # the op; Dagster wants another name than that of its job


class DaysToRebuild(dg.Config):
    """Which days `rebuild_days` builds anew."""

    from_on: str = Field(description="First day to build anew, as 2026-09-14.")
    to_on: str = Field(description="Last day to build anew, as 2026-09-16.")
    as_of: str | None = Field(
        default=None, description="Day at whose end to look. Default: that of the published graph."
    )


class PersonToScope(dg.Config):
    """Whom `scope_person` is about."""

    person_id: str = Field(description="person_id of the published graph; never an e-mail address or a name.")
    as_of: str | None = Field(
        default=None, description="Day at whose end to look. Default: that of the published graph."
    )


def all_jobs(settings: Settings) -> list[Any]:
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
            config=_days(settings),
            description="Builds days of usage anew from the lake, and everything that stands on them. Needs two "
            "days: the arrow beside *Materialize all*, *Open launchpad*, then `from_on: '2026-09-14'` and "
            "`to_on: '2026-09-16'`.",
        ),
        dg.define_asset_job(
            WATCH,
            selection=dg.AssetSelection.checks(dg.AssetCheckKey(ACCESS_GRAPH, "is_recent")),
            description="Says red if no night has published lately. It reads a date and needs no lock.",
        ),
        _scope_person(),
        *case_jobs(),
    ]


def _days(settings: Settings) -> dg.ConfigMapping:
    @dg.config_mapping
    def days(said: DaysToRebuild) -> dg.RunConfig:
        first, last = day_of(said.from_on, "from_on"), day_of(said.to_on, "to_on")
        if last < first:
            raise BadUse(f"to_on = {last} lies before from_on = {first}")
        # Of the day of the published graph: building days anew is no reason to look at another day.
        before = last_run(settings)
        as_of = said.as_of or (before.as_of if before else None)
        config: dict[str, object] = {"from_on": first.isoformat(), "to_on": last.isoformat()}
        return dg.RunConfig(
            ops={op_name(USAGE): {"config": config}},
            resources={"night": {"config": {"as_of": day_of(as_of).isoformat()}}},
        )

    return days


@dg.config_mapping
def _person(said: PersonToScope) -> dg.RunConfig:
    """Refuse what would be kept for ever: a run that this refuses is not created."""
    check_person_id(said.person_id)
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
        description="What is to be ended for one person, in order of urgency, from the published graph. Needs a "
        "`person_id`; the rows stand in the run's STEP_OUTPUT event. Writes nothing and needs no lock.",
    )
    def scope_job() -> None:
        scope()

    return scope_job
