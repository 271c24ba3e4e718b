"""Score the best hits of every collected row with the reader that ships, as log-odds.

    python -m training.score --set DOCUMENTS QUESTIONS ... --cache FOLDER --out ODDS.json

The reader has seen none of these questions: it is trained on pairs from other articles.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from index.domain.ports import States
from index.ranking.onnx_reader import OnnxReader
from index.ranking.stacking import DEPTH
from index.retrieval.hidden_states import LONGEST
from training.fit import rank_out_of_fold, read_sets
from training.groups import Side
from training.states import LowerLayers


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True, metavar=("DOCUMENTS", "QUESTIONS"))
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    rows = read_sets(arguments.set, arguments.cache)
    best = [[hit.row for hit in hits[:DEPTH]] for hits in rank_out_of_fold(rows)]
    questions = list({row.question for row in rows})
    texts = list({row.texts[index] for row, places in zip(rows, best, strict=True) for index in places})
    lower, reader = LowerLayers(), OnnxReader()
    question_states = dict(zip(questions, lower.questions(questions), strict=True))
    passage_states = dict(zip(texts, lower.passages(texts), strict=True))

    def odds(index: int) -> dict[str, float]:
        question = _states(question_states[rows[index].question])
        return {
            str(place): round(odd, 4)
            for place in best[index]
            if (odd := reader.read(question, _states(passage_states[rows[index].texts[place]]))) is not None
        }

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        all_odds = {}
        for index, row_odds in enumerate(threads.map(odds, range(len(rows)))):
            all_odds[str(index)] = row_odds
            if index % 1000 == 0:
                print(f"{index} of {len(rows)} questions read", file=sys.stderr, flush=True)
    arguments.out.write_text(json.dumps(all_odds), "utf-8")
    return 0


def _states(side: Side) -> States:
    states, ids = side
    return States(states[:LONGEST].astype(np.float32), ids[:LONGEST])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
