"""Speed, as ratios to the bare models in the same run on the same machine.

python -m tests.bench [--json] [--rounds N] [--build-rounds N] [--starts N] [--asked N]

A question against one forward pass of the reader over one window; an index build against `SentenceTransformer.encode`
alone on the same texts; reading a file against its library alone; a rebuild of the article in a warm process; a cold
start; `/ask` by many at once. What is compared takes turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from index import open_library
from tests.bench import reading
from tests.bench.building import measure_build, measure_rebuild
from tests.bench.figures import article_settings, machine
from tests.bench.questions import measure_parts, measure_questions
from tests.bench.starting import measure_asked_at_once, measure_cold_start
from tests.bench.table import show
from tests.support.article import ARTICLE


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--rounds", type=int, default=5, help="how often each question is asked")
    parser.add_argument("--build-rounds", type=int, default=3, help="how often the index is built; the best counts")
    parser.add_argument("--starts", type=int, default=3, help="how many cold starts; the best counts")
    parser.add_argument("--asked", type=int, default=200, help="how many ask the bot at once")
    options = parser.parse_args(argv)
    os.environ["LOG_LEVEL"] = "WARNING"
    say = Console(stderr=True, style="dim").print
    with tempfile.TemporaryDirectory() as folder:
        article = Path(folder, "article")
        open_library(article_settings(article, ARTICLE.parent)).reindex()
        measured = {
            "machine": machine(),
            "question": measure_questions(article, options.rounds, say),
            "parts_ms": measure_parts(article, options.rounds, say),
            "reading": reading.measure(say=say),
            "rebuild": measure_rebuild(Path(folder, "rebuild"), options.build_rounds, say),
            "build": measure_build(Path(folder, "build"), options.build_rounds, say),
            "cold_start": measure_cold_start(article, options.starts, say),
            "at_once": measure_asked_at_once(options.asked, say),
        }
    if options.json:
        sys.stdout.write(json.dumps(measured, default=asdict) + "\n")
    else:
        show(measured)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
