"""CloudTrail's files as they lie in a bucket: gzip-compressed, one object, `{"Records": […]}`."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

from discovery.sources.registry import shipped_formats

TRAIL = next(f for f in shipped_formats() if f.name == "aws_cloudtrail_sign_in")


def test_a_compressed_file_of_a_trail_gives_the_same_as_the_plain_one(make_bench: Callable[..., Any]) -> None:
    example = TRAIL.examples[0]
    assert example.text.startswith('{"Records"')
    read = []
    for name, content in (
        (
            "123456789012_CloudTrail_eu-north-1_20260418T0915Z_Ab1.json.gz",
            gzip.compress(example.text.encode()),
        ),
        ("plain.json", example.text.encode()),
    ):
        bench = make_bench()
        bench.put(f"AWSLogs/123456789012/CloudTrail/eu-north-1/2026/04/18/{name}", content)
        bench.read(only=TRAIL.system)
        (file,) = bench.files().values()
        assert (file["state"], file["format"], file["instance"]) == ("loaded", TRAIL.name, example.instance)
        assert bench.unbalanced() == []
        read.append(bench.records("sign_in"))
    assert read[0] == read[1]
    assert len(read[0]) == len(example.records["sign_in"])


def test_a_trail_that_is_cut_short_is_refused_and_says_so(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("trail.json.gz", gzip.compress(TRAIL.examples[0].text.encode())[:-12])
    bench.read(only=TRAIL.system)
    (file,) = bench.files().values()
    assert file["state"] == "refused"
    assert "cut short" in file["reason"]
    assert bench.records("sign_in") == []
