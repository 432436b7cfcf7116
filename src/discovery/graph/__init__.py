"""The stage graph: who has access to what, how it is known, what must be ended, and what is not known."""

from __future__ import annotations

from discovery.graph.app_interface import STEP as APP_INTERFACE
from discovery.graph.confidence_bucket import STEP as CONFIDENCE_BUCKET
from discovery.graph.deprovisioning import STEP as DEPROVISIONING
from discovery.graph.exclusion import STEP as EXCLUSION
from discovery.graph.readiness import STEP as READINESS
from discovery.stage import Night, Step, tables_read
from discovery.store import Store, sql_file

__all__ = ["STEPS"]


def _step(table: str, *after: str) -> Step:
    """A step from the .sql file of its table; `after`: tables that its checks compare it with."""
    sql = sql_file(__name__, table.split(".")[1])
    macros = sql_file(__name__, "macros")

    def build(store: Store, night: Night) -> int:
        store.prepare(macros)
        return store.replace(table, sql, night.binds)

    return Step(table, build, tuple(sorted({*tables_read(sql), *after})))


STEPS: tuple[Step, ...] = (
    _step("graph.trace"),
    _step("graph.app_fact"),
    _step("graph.account_access"),
    APP_INTERFACE,
    _step("graph.client_app"),
    _step("graph.departure"),
    _step("graph.deprovisioning_scope"),
    _step("graph.deprovisioning_fact"),
    _step("graph.deprovisioning_rule"),
    _step("graph.deprovisioning_log"),
    DEPROVISIONING,
    _step("graph.provisioning_step"),
    _step("graph.access_fact"),
    _step("graph.access_verdict"),
    _step("graph.spend"),
    EXCLUSION,
    _step("graph.access", "graph.account_access"),
    _step("graph.access_span"),
    _step("graph.evidence", "graph.access"),
    _step("graph.not_access"),
    _step("graph.finding"),
    _step("graph.source_freshness"),
    _step("graph.blind_spot"),
    _step("graph.access_method"),
    _step("graph.app_source"),
    _step("graph.source_coverage"),
    _step("graph.coverage"),
    CONFIDENCE_BUCKET,
    _step("graph.usage_month"),
    _step("graph.group_member"),
    _step("graph.group_access"),
    _step("graph.app_summary"),
    READINESS,
    _step("graph.person_summary"),
)
"""In an order in which they can run."""
