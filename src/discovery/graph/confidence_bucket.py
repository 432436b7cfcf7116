"""What a confidence is worth: the precision measured in generated companies, beside the buckets of this one."""

from __future__ import annotations

import csv
from importlib import resources

import pyarrow as pa

from discovery.stage import Night, Step
from discovery.store import Store, sql_file

TABLE = "graph.confidence_bucket"


def build_confidence_bucket(store: Store, night: Night) -> int:  # noqa: ARG001 - as a step is called
    """Fill the table from the measurements that come with the program."""
    text = resources.files(__package__).joinpath("confidence_bucket.csv").read_text(encoding="utf-8")
    measured = pa.Table.from_pylist(list(csv.DictReader(text.splitlines())))
    with store.relation("measured", measured):
        return store.replace(TABLE, sql_file(__package__, "confidence_bucket"))


STEP = Step(TABLE, build_confidence_bucket, ("graph.access",))
