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

from index.answering.abstention import NEARNESS, AbstentionExplainer
from index.answering.answerer import Answerer
from index.answering.extractive import ExtractiveGenerator
from index.cli.json_output import answer_line
from index.embedding.onnx_embedder import BUNDLED, OnnxEmbedder
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.evaluation.metrics import read_questions
from index.evaluation.recordings import write_recording
from index.evaluation.records import weight_checksums
from index.ranking.calibration import threshold
from index.ranking.logistic import MODEL, LogisticRanker
from index.ranking.onnx_reader import OnnxReader
from index.ranking.stacking import WEIGHTS, StackedRanker
from index.retrieval.retriever import Retriever
from index.settings import Settings
from training.collect import build_search_index

RECORDING = Path("evaluation/cross_validated.jsonl.gz")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--answers", type=Path, help="also write the answer lines to this file")
    arguments = parser.parse_args(argv)
    questions = read_questions(arguments.questions)
    embedder = OnnxEmbedder(lambda: SentenceTransformerEmbedder(BUNDLED))
    index = build_search_index(arguments.documents, embedder)
    reader = OnnxReader()
    answerers = {
        source: _answerer(arguments.folds / source, embedder, reader)
        for source in {question.source for question in questions}
    }
    lines = []
    for done, question in enumerate(questions, 1):
        lines.append(
            (question.source, answer_line(question.id, answerers[question.source].answer(index, question.question)))
        )
        if done % 200 == 0:
            print(f"{done} of {len(questions)} questions asked", file=sys.stderr, flush=True)
    digest = hashlib.sha256(arguments.questions.read_bytes()).hexdigest()
    write_recording(RECORDING, questions=digest, model=BUNDLED, weights=weight_checksums(), answers=lines)
    if arguments.answers:
        arguments.answers.write_text("".join(f"{json.dumps(line)}\n" for _, line in lines), "utf-8")
    print(f"wrote {RECORDING}")
    return 0


def _answerer(folder: Path, embedder: OnnxEmbedder, reader: OnnxReader) -> Answerer:
    """Return an answerer like that of `index.bootstrap`, with the weights of one fold and default settings."""
    scorer = StackedRanker(LogisticRanker(folder / MODEL.name), reader, folder / WEIGHTS.name)
    return Answerer(
        embedder=embedder,
        retriever=Retriever(reranker=scorer),
        generator=ExtractiveGenerator(),
        confidence=scorer.confidence,
        threshold=threshold(scorer.curve, Settings.model_fields["max_wrong"].default),
        explainer=AbstentionExplainer(reads=["en"], nearness=NEARNESS),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
