"""What other libraries make of the same texts: precision, recall and time of each, against the same right answers.

    [DISCOVERY_EXTRA_DATA=DIR] .venv/bin/python benchmarks/matching_peers.py [--count 20000]

Three sets of texts: made-up card lines (benchmarks/matching_texts.py), the half `unseen` of the invented lines in
tests/matching/data/styles.csv, and, with DISCOVERY_EXTRA_DATA, the half `held_out` of real labelled merchants. Each
peer compares the cleaned text (marks of processors taken off as this project takes them off) with the cleaned names of
the catalog and accepts the best above a threshold: the one that is usual for it, and beside it the one with the best
F1 on other made-up texts. This program takes its own decisions, without a choice. None of the peers knows addresses,
categories or what stands behind a name, and Splink is untrained: what is shown is what knowing that is worth, not
that a library is bad. Time is the processor's for all made-up texts, with catalog and libraries already loaded.

TF-IDF and Splink are in the dependency group `peers`; one that is not installed is left out, with a line saying so.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from discovery.catalog import read_catalog
from discovery.matching import match_texts
from discovery.matching.normalise import normalise

Answers = list[tuple[str, float]]
"""Of each text the best app and its score; an empty app where there is none."""
Gold = list[tuple[str, set[str]]]
"""Each text with the apps that are right for it; none, where it names no app."""
INSTALL = ".venv/bin/uv pip install --group peers --constraint constraints.txt"
CHOOSE_ON = 4_000
"""Made-up texts of another seed on which the best threshold is chosen."""


@cache  # as this program's own index is kept
def _names() -> tuple[list[str], list[str]]:
    """The cleaned names of the catalog and whose they are."""
    names = {normalise(a.alias): a.app_id for a in read_catalog().aliases if a.kind == "name"}
    names.pop("", None)
    return list(names), list(names.values())


def cdist(texts: Sequence[str]) -> Answers:
    """rapidfuzz.process.cdist with fuzz.ratio, every text with every name."""
    import numpy as np
    from rapidfuzz import fuzz, process

    (names, ids), found, step = _names(), [], 2_000  # so many rows of the matrix at once
    for begin in range(0, len(texts), step):
        cleaned = [normalise(text) for text in texts[begin : begin + step]]
        scores = process.cdist(cleaned, names, scorer=fuzz.ratio, workers=2, dtype=np.uint8)
        best = scores.argmax(axis=1)
        found += [(ids[i], float(scores[n, i])) for n, i in enumerate(best)]
    return found


def tf_idf(texts: Sequence[str]) -> Answers:
    """Three-letter TF-IDF and the best cosine by sparse_dot_topn."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    names, ids = _names()
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    right = vectorizer.fit_transform(names)
    left = vectorizer.transform([normalise(text) for text in texts])
    best = sp_matmul_topn(left, right.T.tocsr(), top_n=1, threshold=0.3, n_threads=2, sort=True)
    at = best.indptr
    return [
        (ids[best.indices[at[n]]], float(best.data[at[n]])) if at[n + 1] > at[n] else ("", 0.0)
        for n in range(len(texts))
    ]


def splink(texts: Sequence[str]) -> Answers:
    """Splink on DuckDB: blocked on the first three letters, Jaro-Winkler levels, neither m nor u trained."""
    import logging

    import pandas as pd
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.disable(logging.CRITICAL)  # it tells its times, and that nothing was trained
    names, ids = _names()
    left = pd.DataFrame(
        {"unique_id": [f"t{n}" for n in range(len(texts))], "name": [normalise(text) for text in texts]}
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
    pairs = linker.inference.predict(threshold_match_probability=0.05).as_pandas_dataframe()
    found = [("", 0.0)] * len(texts)
    for row in pairs.sort_values("match_probability").itertuples():
        text, app = sorted((row.unique_id_l, row.unique_id_r), reverse=True)
        found[int(text[1:])] = (ids[int(app[1:])], float(row.match_probability))
    return found


@dataclass(frozen=True)
class Peer:
    """A library. `usual` is the threshold that its examples take; `sample` how many of a million texts are enough."""

    answer: Callable[[Sequence[str]], Answers]
    usual: float
    packages: tuple[str, ...]
    sample: int | None = None

    @property
    def missing(self) -> list[str]:
        """Packages that are not installed."""
        return [package for package in self.packages if find_spec(package) is None]


PEERS = {
    "TF-IDF with sparse_dot_topn": Peer(tf_idf, 0.7, ("sklearn", "sparse_dot_topn")),
    "Splink (Jaro-Winkler, untrained)": Peer(splink, 0.5, ("splink",), sample=100_000),
    "rapidfuzz.process.cdist": Peer(cdist, 85, ("rapidfuzz", "numpy"), sample=5_000),
}


def installed() -> dict[str, Peer]:
    """The peers that are there; says which are not, and what to do."""
    for name, peer in PEERS.items():
        if peer.missing:
            print(f"skipped: {name} needs {', '.join(peer.missing)}: {INSTALL}", flush=True)
    return {name: peer for name, peer in PEERS.items() if not peer.missing}


def accepted(answers: Answers, threshold: float) -> list[str]:
    """The app of each text whose score is high enough."""
    return [app_id if score >= threshold else "" for app_id, score in answers]


def into_file(name: str, file: Path, output: Path) -> dict[str, float]:
    """Match a CSV of texts as benchmarks/matching_speed.py wants it; returns how many it took, and their seconds."""
    with file.open(encoding="utf-8", newline="") as handle:
        rows = [row["text"] for row in csv.DictReader(handle)]
    part = rows[: PEERS[name].sample]
    started, used = time.perf_counter(), time.process_time()
    found = accepted(PEERS[name].answer(part), PEERS[name].usual)
    wall, cpu = time.perf_counter() - started, time.process_time() - used
    with output.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("text", "app_id"))
        writer.writerows(zip(part, found, strict=True))
    return {"rows": len(part), "of": len(rows), "match_wall": wall, "match_cpu": cpu}


def figures(gold: Gold, found: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall, and the share of texts without an app for which one was accepted."""
    hits = sum(app_id in right for (_, right), app_id in zip(gold, found, strict=True))
    positives = sum(bool(right) for _, right in gold)
    false = sum(bool(app_id) and not right for (_, right), app_id in zip(gold, found, strict=True))
    return (
        hits / max(1, sum(map(bool, found))),
        hits / max(1, positives),
        false / max(1, len(gold) - positives),
    )


def best_threshold(gold: Gold, answers: Answers) -> float:
    """The threshold with the highest F1."""

    def f1(threshold: float) -> float:
        precision, recall, _ = figures(gold, accepted(answers, threshold))
        return 2 * precision * recall / max(1e-9, precision + recall)

    scores = sorted({score for _, score in answers}, reverse=True)  # of equals the highest
    return max(scores[:: max(1, len(scores) // 100)], key=f1)


def gold_made_up(count: int, seed: int) -> Gold:
    """Made-up lines."""
    from matching_texts import made_up

    return [(text, {app_id} if app_id else set()) for text, app_id in made_up(count, seed)]


def gold_styles() -> Gold:
    """Invented lines of other countries, the half that is for measuring."""
    from matching_styles import FILE, half_of

    catalog = read_catalog()
    with FILE.open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if half_of(row["text"]) == "unseen"]
    gold = []
    for row in rows:
        domain = row["domain"]
        owners = {a.app_id for kind in ("domain", "app_domain") if (a := catalog.find(kind, domain))}
        owners |= {app.app_id for app in catalog.apps.values() if domain and app.domain == domain}
        gold.append((row["text"], owners | {f"x-{domain}"} if domain else set()))
    return gold


def gold_labels(data: Path) -> Gold:
    """Real merchants, the half that nothing was chosen on; those that are not clear do not count."""
    from matching_labels import domains_of, halves, read_labels

    owners: dict[str, set[str]] = {}
    for app_id, domains in domains_of(read_catalog()).items():
        for domain in domains:
            owners.setdefault(domain, set()).add(app_id)
    rows = [row for row in halves(read_labels(data))["held_out"] if row.label not in ("GREY", "UNSURE")]
    return [
        (r.text, owners.get(r.domain, set()) | {f"x-{r.domain}"} if r.label == "POS" else set()) for r in rows
    ]


def main() -> int:
    """Print a table per set of texts, and one of the time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000, help="made-up texts")
    given = parser.parse_args()
    peers = installed()
    sets = {"made-up lines": gold_made_up(given.count, seed=1), "invented lines, unseen": gold_styles()}
    data = os.environ.get("DISCOVERY_EXTRA_DATA")
    if data:
        sets["real merchants, held out"] = gold_labels(Path(data))
    else:
        print("skipped: real merchants, which are not part of the project (DISCOVERY_EXTRA_DATA)")
    other = gold_made_up(CHOOSE_ON, seed=2)
    chosen = {n: best_threshold(other, p.answer([text for text, _ in other])) for n, p in peers.items()}
    match_texts(None, ["catalog, be loaded"])
    seconds: dict[str, float] = {}
    for title, gold in sets.items():
        texts = [text for text, _ in gold]
        print(
            f"\n{title}: {len(gold):,} texts, {sum(bool(right) for _, right in gold):,} of them name an app"
        )
        print(f"{'':36}{'threshold':>10}{'precision':>11}{'recall':>8}{'false':>9}")
        began = time.process_time()
        own = [m.app_id or "" if m.decision == "accept" else "" for m in match_texts(None, texts)]
        seconds.setdefault("this program", time.process_time() - began)
        rows = [("this program", "", own)]
        for name, peer in peers.items():
            began = time.process_time()
            answers = peer.answer(texts)
            seconds.setdefault(name, time.process_time() - began)
            for threshold in (peer.usual, chosen[name]):
                rows.append((name, f"{threshold:.2f}", accepted(answers, threshold)))
        for name, threshold, found in rows:
            precision, recall, false = figures(gold, found)
            print(f"{name:36}{threshold:>10}{precision:11.3f}{recall:8.3f}{false:9.4f}")
    print(f"\n{'processor time':36}{'s':>10}{'ms/1000':>11}{'ratio':>8}  for {given.count:,} made-up lines")
    for name, took in seconds.items():
        per = took / given.count * 1e6
        print(f"{name:36}{took:10.2f}{per:11.1f}{took / seconds['this program']:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
