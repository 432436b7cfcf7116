"""Runs a piece of work on a Spark session. One file that needs pyspark and nothing of this program.

    python spark_job.py work.json

The work says which Parquet files are which table, and which queries follow; those with a folder are written there as
Parquet. Beside the file stands afterwards `work.json.result`: {"seconds": …} or {"error": …}. Started by Dagster
Pipes, it also says there how it goes.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def session(remote: str) -> Iterator[Any]:
    """Open a Spark session: "sail", "sc://host:port" or a master such as "local[4]"; times are UTC."""
    # pyspark warns of a newer pandas; no frame of pandas is made here.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    from pyspark.sql import SparkSession

    server: Any = None
    if remote == "sail":
        os.environ.setdefault("RUST_LOG", "error")  # it tells of each start and end
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        remote = f"sc://127.0.0.1:{server.listening_address[1]}"
    builder = SparkSession.builder
    if remote.startswith("sc://"):
        spark = builder.remote(remote).getOrCreate()
    else:
        local = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        builder = builder.master(remote).appName("discovery").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        for key, value in (local if remote.startswith("local") else {}).items():
            builder = builder.config(key, value)
        spark = builder.getOrCreate()
    try:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        yield spark
    finally:
        spark.stop()
        if server is not None:
            server.stop()


def run(spark: Any, work: dict[str, Any]) -> None:
    """Name the tables of a piece of work, then make its queries one after the other."""
    for table in work["tables"]:
        _table(spark, table).createOrReplaceTempView(table["name"])
    for query in work["queries"]:
        frame = spark.sql(query["sql"])
        if query["folder"]:
            frame.write.mode("overwrite").parquet(query["folder"])
            # Read back: what follows must not be computed from the beginning again.
            frame = spark.read.schema(frame.schema).parquet(query["folder"])
        frame.createOrReplaceTempView(query["name"])


def _table(spark: Any, table: dict[str, Any]) -> Any:
    """The rows of files; columns that a file lacks are NULL. With their file's name, where that is wanted."""
    files: list[str] = table["files"]
    columns: dict[str, str] = table["columns"]
    if not files:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
        return spark.sql(f"SELECT {nothing} WHERE false")
    reader = spark.read.schema(", ".join(f"{name} {kind}" for name, kind in columns.items()))
    if not table["file_name"]:
        return reader.parquet(*files)
    from pyspark.errors import PySparkException
    from pyspark.sql.functions import col, lit

    whole = reader.parquet(*files)
    named = whole.select("*", col("_metadata.file_name").alias("filename"))
    try:
        _ = named.schema
    except PySparkException:  # Sail does not say which file a row is from: each name is read by itself
        by_name: dict[str, list[str]] = {}
        for file in files:
            by_name.setdefault(file.rsplit("/", 1)[-1], []).append(file)
        frames = [reader.parquet(*same).withColumn("filename", lit(name)) for name, same in by_name.items()]
        while len(frames) > 1:  # in pairs, so that the plan of thousands of files is not thousands deep
            pairs = zip(frames[::2], frames[1::2], strict=False)
            frames = [one.unionAll(other) for one, other in pairs] + frames[len(frames) // 2 * 2 :]
        return frames[0]
    return named


@contextlib.contextmanager
def _pipes() -> Iterator[Any]:
    """Dagster's side of this process; None where Dagster did not start it, or its small package is not there."""
    if "DAGSTER_PIPES_CONTEXT" not in os.environ:
        yield None
        return
    try:
        from dagster_pipes import open_dagster_pipes
    except ImportError:  # the work is done all the same; Dagster hears of its end by the exit code
        yield None
        return
    with open_dagster_pipes() as pipes:
        yield pipes


def main(path: Path) -> int:
    """Do the work of a file; returns the exit code."""
    work = json.loads(path.read_text(encoding="utf-8"))
    started = time.monotonic()
    result: dict[str, Any]
    with _pipes() as pipes:
        try:
            with session(work["remote"]) as spark:
                begun = time.monotonic()
                run(spark, work)
            result = {"start_seconds": begun - started, "seconds": time.monotonic() - started}
        except Exception as error:  # whatever it is, the other side has to be able to tell it
            result = {"error": f"{type(error).__name__}: {error}"}
        Path(f"{path}.result").write_text(json.dumps(result), encoding="utf-8")
        if pipes is not None and "error" not in result:
            pipes.log.info(f"{len(work['queries'])} queries on {work['remote']}")
            pipes.report_custom_message(result)
    return 1 if "error" in result else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
