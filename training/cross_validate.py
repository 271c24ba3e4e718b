"""Answer every question by readers and weights that have not seen its article, and record the answers.

    python -m training.cross_validate DOCUMENTS QUESTIONS --folds FOLDER [--answers FILE]

FOLDER/0/ ... hold `reader.pt` of `training.train --fold`, `weigh.json` and `model.json` of `training.stack --folds`.
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
from index.reader import CARD, READER, BundledReader
from index.recorded import weights
from index.retrieve import Retriever
from index.score import MODEL, EvidenceScorer
from index.settings import Settings
from index.silence import NEARNESS, Silence
from index.weigh import WEIGHTS, ReadingScorer
from training.collect import shelf_of
from training.export import export, soup
from training.folds import FOLDS, fold_of

RECORDING = Path("evaluation/cross_validated.jsonl.gz")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--answers", type=Path, help="also write the answer lines to this file")
    given = parser.parse_args(argv)
    asked = read_questions(given.questions)
    articles = sorted({at.source for at in asked})
    embedder = BundledEmbedder(lambda: SentenceEmbedder(BUNDLED))
    shelf = shelf_of(given.documents, embedder)
    answerers = [_answerer(given.folds / str(fold), embedder) for fold in range(FOLDS)]
    lines = []
    for done, at in enumerate(asked, 1):
        fold = fold_of(at.source, articles)
        answer = answerers[fold].answer(shelf, at.question)
        lines.append((str(fold), answer_line(at.id, answer)))
        if done % 200 == 0:
            print(f"{done} of {len(asked)} questions asked", file=sys.stderr, flush=True)
    digest = hashlib.sha256(given.questions.read_bytes()).hexdigest()
    write_recording(RECORDING, questions=digest, model=BUNDLED, weights=weights(), answers=lines)
    if given.answers:
        given.answers.write_text("".join(f"{json.dumps(line)}\n" for _, line in lines), "utf-8")
    print(f"wrote {RECORDING}")
    return 0


def _answerer(folder: Path, embedder: BundledEmbedder) -> Answerer:
    """As `index.build` makes it, with the weights of one fold and the settings as shipped."""
    model, card = folder / READER.name, folder / CARD.name
    export(soup([folder / "reader.pt"]), model)
    card.write_text(json.dumps({"sha256": hashlib.sha256(model.read_bytes()).hexdigest()}), "utf-8")
    scorer = ReadingScorer(EvidenceScorer(folder / MODEL.name), BundledReader(model, card), folder / WEIGHTS.name)
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
