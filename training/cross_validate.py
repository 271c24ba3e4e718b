"""Answer every question by weights that have not seen its article, and record the answers.

    python -m training.cross_validate DOCUMENTS QUESTIONS --folds FOLDER [--answers FILE]

FOLDER holds a folder an article, with `weigh.json` and `model.json` of `training.stack --folds`. The reader is the one
that ships: it has seen none of these articles.
Writes `evaluation/cross_validated.jsonl.gz`; do it last, for it goes with the weights that the program has now.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from index.__main__ import answer_line
from index.answer import Answerer
from index.calibration import threshold
from index.cross_validated import write_recording
from index.embed import SentenceEmbedder
from index.encoder import BUNDLED, BundledEmbedder
from index.evaluate import read_questions
from index.generate import QuotingGenerator
from index.reader import BundledReader
from index.recorded import weights
from index.retrieve import Retriever
from index.score import MODEL, EvidenceScorer
from index.settings import Settings
from index.silence import NEARNESS, Silence
from index.weigh import WEIGHTS, ReadingScorer
from training.collect import shelf_of

RECORDING = Path("evaluation/cross_validated.jsonl.gz")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--answers", type=Path, help="also write the answer lines to this file")
    given = parser.parse_args(argv)
    asked = read_questions(given.questions)
    embedder = BundledEmbedder(lambda: SentenceEmbedder(BUNDLED))
    shelf = shelf_of(given.documents, embedder)
    reader = BundledReader()
    answerers = {source: _answerer(given.folds / source, embedder, reader) for source in {at.source for at in asked}}
    lines = []
    for done, at in enumerate(asked, 1):
        lines.append((at.source, answer_line(at.id, answerers[at.source].answer(shelf, at.question))))
        if done % 200 == 0:
            print(f"{done} of {len(asked)} questions asked", file=sys.stderr, flush=True)
    digest = hashlib.sha256(given.questions.read_bytes()).hexdigest()
    write_recording(RECORDING, questions=digest, model=BUNDLED, weights=weights(), answers=lines)
    if given.answers:
        given.answers.write_text("".join(f"{json.dumps(line)}\n" for _, line in lines), "utf-8")
    print(f"wrote {RECORDING}")
    return 0


def _answerer(folder: Path, embedder: BundledEmbedder, reader: BundledReader) -> Answerer:
    """As `index.build` makes it, with the weights of one fold and the settings as shipped."""
    scorer = ReadingScorer(EvidenceScorer(folder / MODEL.name), reader, folder / WEIGHTS.name)
    return Answerer(
        embedder=embedder,
        retriever=Retriever(reranker=scorer),
        generator=QuotingGenerator(),
        confidence=scorer.confidence,
        threshold=threshold(scorer.curve, Settings.model_fields["max_wrong"].default),
        silence=Silence(reads=["en"], nearness=NEARNESS),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
