"""Ten million tokens on one machine, measured beside the targets.

    python -m tests.bench.scale [--tokens N] [--questions N] [--only PART,PART] [--again] [--json]

Parts: build, questions, recall, open, edit, distractors, processes, engines. What was measured is kept in
FOLDER/results-TOKENS.json and not measured again without --again; the first part builds the index that the others use.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from index.evaluation.records import current_commit, repository_root
from tests.bench.figures import machine
from tests.bench.scale import (
    measure_build,
    measure_changes,
    measure_engines,
    measure_processes,
    measure_serving,
)
from tests.bench.scale.corpus import FOLDER, TOKENS, make_corpus
from tests.bench.scale.runs import NotMeasured, Row, Run

__all__ = ["PARTS", "main"]

Part = tuple[Callable[[Run], dict[str, Any]], Callable[[dict[str, Any]], list[Row]]]

PARTS: dict[str, Part] = {
    "build": (measure_build.measure, measure_build.rows),
    "questions": (measure_serving.measure_questions, measure_serving.question_rows),
    "recall": (measure_serving.measure_recall, measure_serving.recall_rows),
    "open": (measure_serving.measure_opening, measure_serving.opening_rows),
    "edit": (measure_changes.measure_changes, measure_changes.change_rows),
    "distractors": (measure_changes.measure_distractors, measure_changes.distractor_rows),
    "processes": (measure_processes.measure, measure_processes.rows),
    "engines": (measure_engines.measure, measure_engines.rows),
}
QUESTIONS = 300


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where corpus, index and results are kept")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="how much of the corpus")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="about the corpus; half as many of SQuAD's")
    parser.add_argument("--only", default=",".join(PARTS), help="parts with commas between")
    parser.add_argument("--again", action="store_true", help="measure what is measured already, too")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args(argv)
    chosen = options.only.split(",")
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    say = Console(stderr=True, style="dim").print
    corpus = make_corpus(options.folder, options.tokens, say)
    run = Run(corpus, options.tokens, options.questions, say)
    results = measure(run, chosen, again=options.again)
    if options.json:
        sys.stdout.write(json.dumps(results) + "\n")
    else:
        show(run, results)
    return 0


def measure(run: Run, chosen: Sequence[str], *, again: bool) -> dict[str, Any]:
    """Measure the parts that are chosen; return all results that there are, each kept as soon as it is there."""
    results: dict[str, Any] = json.loads(run.results.read_text("utf-8")) if run.results.is_file() else {}
    for name in chosen:
        if name in results and "not_measured" not in results[name] and not again:
            continue
        started = time.perf_counter()
        try:
            measured = PARTS[name][0](run)
        except NotMeasured as error:
            measured = {"not_measured": str(error)}
        results[name] = measured | {
            "took_s": round(time.perf_counter() - started, 1),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": current_commit(repository_root()),
        }
        if name == "build":
            results = {name: results[name]}
        run.results.write_text(json.dumps(results, indent=1), "utf-8")
    return results


def show(run: Run, results: dict[str, Any]) -> None:
    """Print the table: each figure beside its target."""
    totals = run.corpus.totals(run.tokens)
    table = Table("", "figure", "target", title=", ".join(f"{count:,} {name}" for name, count in totals.items()))
    for name, (_, rows) in PARTS.items():
        if name not in results:
            table.add_row(name, "not measured")
        elif why := results[name].get("not_measured"):
            table.add_row(name, f"not measured: {why}")
        else:
            for row in rows(results[name]):
                table.add_row(row.name, row.figure, row.target)
        table.add_section()
    console = Console()
    console.print(table)
    packages = Table("package", "version", "sha256")
    for package in run.corpus.packages:
        packages.add_row(package.name, package.version or f"missing: {package.missing}", package.sha256[:16])
    console.print(packages)
    console.print("On", ", ".join(f"{name} {value}" for name, value in machine().items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
