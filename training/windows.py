"""Cut the training passages into windows as the product does, with hard negatives mined by the product's retrieval.

    python -m training.windows --out build/training/data/windows.jsonl.gz

Every training document goes into one index. A question that its passage answers is paired with the window that holds
the answer, and with windows of other documents that retrieval ranks high but that lack a word that the question shares
with its own window. A question that its passage does not answer is paired with the best window of its document.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.domain.documents import Document, Passage
from index.domain.ports import Embedder, WindowText
from index.domain.reading import Window
from index.domain.sources import SourceFile
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.retrieval.faiss_store import FaissEngine
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from index.retrieval.tantivy_keywords import in_memory
from index.retrieval.window_texts import window_texts
from index.text.tokens import content_stems
from training.data import (
    GIVEN,
    NLI,
    OWN,
    followup_question,
    given_verdicts,
    passage_key,
    read_jsonl,
    verdict_label,
    write_jsonl,
)
from training.embedding import open_embedder

__all__ = ["as_markdown", "build_index", "window_lines"]

MINED = 8
"""Windows that are looked through for a negative."""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", type=Path, default=GIVEN)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=sys.maxsize, help="questions, a sample if there are more")
    parser.add_argument(
        "--negatives", type=float, default=0.5, help="share of answered questions with a mined negative"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    given = [row for row in read_jsonl(arguments.given / "release_questions.jsonl") if row["split"] == "train"]
    sources = {passage_key(row["passage"]): row for row in given}
    own = [row for path in sorted(OWN.glob("*.jsonl")) for row in read_jsonl(path)]
    rows = [*given, *({**row, **_source(sources[row["passage"]])} for row in own if row["passage"] in sources)]
    rng = random.Random(arguments.seed)
    rng.shuffle(rows)
    embedder = open_embedder()
    search_index = build_index({(row["doc"], row["passage"]): None for row in given}, embedder)
    chosen = rows[: arguments.most]
    write_jsonl(arguments.out, window_lines(chosen, search_index, embedder, arguments.negatives, rng))
    return 0


def window_lines(
    rows: Sequence[Mapping[str, Any]],
    search_index: SearchIndex,
    embedder: Embedder,
    negatives: float,
    rng: random.Random,
) -> Iterator[dict[str, Any]]:
    """Yield training lines over windows; a row has `doc`, `question`, `history`, `label` and `answer`."""
    retriever, verdicts = Retriever(windows=MINED), given_verdicts()
    windows_of: dict[str, list[Window]] = defaultdict(list)
    for window in search_index.windows:
        windows_of[search_index.documents[window.document_id].title].append(window)
    for done, row in enumerate(rows, 1):
        history = [turn if isinstance(turn, str) else turn["question"] for turn in row.get("history") or ()]
        question = followup_question(history, row["question"])
        retrieved = retriever.retrieve(search_index, question, embedder.question(question))
        own, verdict = windows_of[row["doc"]], verdict_label(row, verdicts)
        if row["label"] == 0:
            ranked = [window for window in retrieved if window in own] or own
            yield {"q": question, "ctx": ranked[0].text, "spans": [], "y": 0, "w": 1.0, "src": "window", **verdict}
            continue
        place = next(((window, start) for window in own if (start := _find(window.text, row)) >= 0), None)
        if place is None:
            continue
        window, start = place
        span = [start, start + len(row["answer"])]
        yield {"q": question, "ctx": window.text, "spans": [span], "y": 1, "w": 1.0, "src": "window", **verdict}
        shared = set(content_stems(question)) & set(content_stems(window.text))
        others = [
            other
            for other in retrieved
            if other not in own
            and row["answer"].lower() not in other.text.lower()
            and shared - set(content_stems(other.text))
        ]
        if others and rng.random() < negatives:
            negative = {"q": question, "ctx": others[0].text, "spans": [], "y": 0, "w": 0.7, "src": "window-mined"}
            yield negative | {"nli": NLI["neutral"]}
        if done % 500 == 0:
            print(f"{done} of {len(rows)} questions", file=sys.stderr, flush=True)


def _find(text: str, row: Mapping[str, Any]) -> int:
    """Return where the answer begins in a window, within its sentence if that is known; -1 if it is not clear."""
    answer, sentence = row["answer"], row.get("sentence", "").strip("| ")
    if sentence and sentence in text:
        return text.find(answer, text.find(sentence))
    return text.find(answer) if text.count(answer) == 1 else -1


def build_index(texts: Mapping[tuple[str, str], None], embedder: Embedder) -> SearchIndex:
    """Return one index of documents, given as (title, passage) pairs; passages of one title are one document."""
    by_title: dict[str, list[str]] = defaultdict(list)
    for title, passage in texts:
        by_title[title].append(as_markdown(passage))
    documents: dict[str, Document] = {}
    passages: list[Passage] = []
    for number, (title, parts) in enumerate(by_title.items()):
        body = "\n\n".join(parts)
        document = parse(SourceFile(f"{number}.md", f"# {title}\n\n{body}\n".encode()))
        documents[document.id] = document
        passages += chunk(document, embedder.count, embedder.max_tokens)
    engine = FaissEngine()
    with TemporaryDirectory() as folder:
        with engine.writer(Path(folder), embedder.dimension) as writer:
            for block in embedder.windows(_window_texts(documents, passages)):
                writer.add(block)
        store = engine.open(Path(folder))
    return SearchIndex.of("training", documents, passages, store, in_memory(passages))


def _window_texts(documents: Mapping[str, Document], passages: Sequence[Passage]) -> Iterator[WindowText]:
    for document_id, group in groupby(passages, key=lambda passage: passage.document_id):
        yield from window_texts(documents[document_id], list(group))


def as_markdown(passage: str) -> str:
    """Return the readable text of a passage as Markdown: a line is a paragraph, a list stays one, a table too."""
    lines: list[str] = []
    kind = ""
    for line in passage.split("\n"):
        before, kind = kind, "row" if line.startswith("|") else "item" if line.startswith("- ") else "prose"
        if kind != before or kind == "prose":
            lines.append("")
        lines.append(line)
        if kind == "row" and before != "row":
            lines.append("|" + "---|" * max(1, line.count("|") - 1))
    return "\n".join(lines)


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"doc": row["doc"], "passage": row["passage"]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
