"""What other libraries make of the same made-up texts; installed with the dependency group `peers`.

Each compares the cleaned text (lower case, letters and digits, marks of processors taken off as this project takes
them off) with the cleaned names of the catalog and accepts the best above a threshold that is usual for it. None of
them knows addresses, categories or what stands behind a name: that is the difference that the benchmark shows.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path

from discovery.catalog import read_catalog
from discovery.matching.normalise import normalise

SAMPLE = {"cdist": 5_000, "splink": 100_000}
"""Texts that are measured where all would take too long."""


def _texts(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return [(row["text"], row["expected"]) for row in csv.DictReader(handle)]


def _names() -> tuple[list[str], list[str]]:
    names = {a.alias.lower(): a.app_id for a in read_catalog().aliases if a.kind == "name"}
    return list(names), list(names.values())


def _write(output: Path, rows: list[tuple[str, str]], found: list[str]) -> None:
    with output.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("text", "app_id"))
        writer.writerows((text, app_id) for (text, _), app_id in zip(rows, found, strict=True))


def _figures(rows: list[tuple[str, str]], found: list[str]) -> dict[str, float]:
    hits = sum(bool(app_id) and app_id == truth for (_, truth), app_id in zip(rows, found, strict=True))
    positives = sum(bool(truth) for _, truth in rows)
    false = sum(bool(app_id) and not truth for (_, truth), app_id in zip(rows, found, strict=True))
    return {
        "rows": len(rows), "recall": hits / max(1, positives),
        "precision": hits / max(1, sum(map(bool, found))), "false": false / max(1, len(rows) - positives),
    }  # fmt: skip


def cdist(file: Path, output: Path) -> dict[str, float]:  # noqa: ARG001 - a peer takes both
    """rapidfuzz.process.cdist with fuzz.ratio, every text with every name."""
    import numpy as np
    from rapidfuzz import fuzz, process

    rows, (names, ids) = _texts(file), _names()
    part = rows[: SAMPLE["cdist"]]
    started = time.perf_counter()
    scores = process.cdist(
        [normalise(t) for t, _ in part], names, scorer=fuzz.ratio, workers=2, dtype=np.uint8
    )
    best = scores.argmax(axis=1)
    found = [ids[i] if scores[n, i] >= 85 else "" for n, i in enumerate(best)]
    return {"wall": (time.perf_counter() - started) / len(part) * len(rows), **_figures(part, found)}


def tf_idf(file: Path, output: Path) -> dict[str, float]:
    """Three-letter TF-IDF and the best cosine by sparse_dot_topn."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    rows, (names, ids) = _texts(file), _names()
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    right = vectorizer.fit_transform(names)
    left = vectorizer.transform([normalise(text) for text, _ in rows])
    best = sp_matmul_topn(left, right.T.tocsr(), top_n=1, threshold=0.7, n_threads=2, sort=True)
    found = [
        ids[best.indices[best.indptr[n]]] if best.indptr[n + 1] > best.indptr[n] else ""
        for n in range(len(rows))
    ]
    _write(output, rows, found)
    return {}


def splink(file: Path, output: Path) -> dict[str, float]:  # noqa: ARG001 - a peer takes both
    """Splink on DuckDB: blocked on the first three letters, Jaro-Winkler levels, neither m nor u trained."""
    import pandas as pd
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rows, (names, ids) = _texts(file), _names()
    part = rows[: SAMPLE["splink"]]
    started = time.perf_counter()
    left = pd.DataFrame(
        {"unique_id": [f"t{n}" for n in range(len(part))], "name": [normalise(t) for t, _ in part]}
    )
    right = pd.DataFrame({"unique_id": [f"a{n}" for n in range(len(names))], "name": names})
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[cl.JaroWinklerAtThresholds("name", [0.97, 0.92])],
        blocking_rules_to_generate_predictions=[block_on("substr(name, 1, 3)")],
        probability_two_random_records_match=1e-3,
    )
    api = DuckDBAPI()
    linker = Linker([api.register(left), api.register(right)], settings)
    pairs = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    found = [""] * len(part)
    for row in pairs.sort_values("match_probability").itertuples():
        text, app = sorted((row.unique_id_l, row.unique_id_r), reverse=True)
        found[int(text[1:])] = ids[int(app[1:])]
    return {"wall": (time.perf_counter() - started) / len(part) * len(rows), **_figures(part, found)}


PEERS: dict[str, Callable[[Path, Path], dict[str, float]]] = {
    "TF-IDF with sparse_dot_topn": tf_idf,
    "Splink (Jaro-Winkler, untrained)": splink,
    "rapidfuzz.process.cdist": cdist,
}
