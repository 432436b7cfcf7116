"""Tables of the stage sources: which files were read, and what became of each record."""

from __future__ import annotations

from discovery.tables.declare import COUNT, DAY, FLAG, INSTANT, TEXTS, T, Table, c

SOURCES: tuple[Table, ...] = (
    Table("sources", "source_file", "one input (a file, or a member of an archive)", ("file_id",), (
        c("file_id", T, "hash of content, member, instance and person hint"),
        c("file_sha256", T, "SHA-256 of the file's bytes as delivered"),
        c("member", T, "name inside the archive; NULL for a plain file"),
        c("file_name", T, "path below the inbox when it was first read"),
        c("system", T, "system that wrote the export, e.g. entra; NULL if unrecognised"),
        c("instance", T, "which one of several such systems, e.g. a tenant id"),
        c("person_hint", T, "person that the file or folder name stands for", personal=True),
        c("snapshot_on", DAY, "day of a list; NULL for logs"),
        c("kinds", TEXTS, "kinds of record that it yields, sorted"),
        c("format", T, "format that recognised it"),
        c("shape", T, "shape of that format"),
        c("state", T, "staged (not yet in usage), loaded, duplicate, unrecognised or refused"),
        c("reason", T, "why it is not loaded; what is missing"),
        c("rows_read", COUNT, "physical records"),
        c("rows_loaded", COUNT, "records that count"),
        c("rows_duplicate", COUNT, "records that another copy already stands for"),
        c("rows_ignored", COUNT, "records left out for a reason that the format declares"),
        c("rows_quarantined", COUNT, "records that could not be read; see quarantine"),
        c("window_from", INSTANT, "earliest record"),
        c("window_to", INSTANT, "latest record"),
        c("is_complete", FLAG, "a whole list: what is absent from it is gone"),
        c("loaded_at", INSTANT, "when it was first read"),
    ), published=True),
    Table("sources", "source_part", "one Parquet file of the lake that counts", ("file_id", "kind", "day"), (
        c("file_id", T, "input that it was made from"),
        c("kind", T, "kind of record"),
        c("source", T, "lake folder: slug and hash of system and instance"),
        c("system", T, "system"),
        c("instance", T, "instance of the system"),
        c("day", DAY, "UTC day of the events; NULL for kinds without day folders"),
        c("path", T, "path below the lake"),
        c("row_count", COUNT, "rows in it"),
        c("is_new", FLAG, "usage does not hold it yet"),
    )),
    Table("sources", "ignored", "one reason for which records of a file were left out", ("file_id", "reason"), (
        c("file_id", T, "input"),
        c("reason", T, "reason that the format declares"),
        c("row_count", COUNT, "records"),
    ), published=True),
    Table("sources", "quarantine", "one record that could not be read", ("file_id", "record", "column_name"), (
        c("file_id", T, "input"),
        c("file_name", T, "path below the inbox"),
        c("record", COUNT, "record number in the file, from 1"),
        c("column_name", T, "column whose value was not understood; NULL if the whole record"),
        c("reason", T, "value, what was expected, what to do", personal=True),
        c("content", T, "the record (web visits: reduced)", personal=True),
    ), published=True),
    Table("sources", "source_status", "one system and how its last reading went", ("system",), (
        c("system", T, "system"),
        c("is_failed", FLAG, "the last reading failed: what is known of it is of an earlier night"),
        c("reason", T, "what failed"),
        c("failed_at", INSTANT, "when"),
    ), published=True),
)
