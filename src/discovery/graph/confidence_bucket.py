"""What a confidence is worth: the precision measured in generated companies, beside the buckets of this one."""

from __future__ import annotations

from importlib import resources

from discovery.stage import Night, Step
from discovery.store import Store, sql_file

TABLE = "graph.confidence_bucket"


def build_confidence_bucket(store: Store, night: Night) -> int:  # noqa: ARG001 - as a step is called
    """Fill the table from the measurements that come with the program."""
    with resources.as_file(resources.files(__package__).joinpath("confidence_bucket.csv")) as path:
        return store.replace(TABLE, sql_file(__package__, "confidence_bucket"), {"measured": str(path)})


STEP = Step(TABLE, build_confidence_bucket, ("graph.access",))
