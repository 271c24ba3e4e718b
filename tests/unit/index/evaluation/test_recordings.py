"""Recorded answers by cross-validation: quoted from the documents, and refused where they do not fit."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from index.evaluation.recordings import find_recording, read_recording, write_recording

from index.domain.errors import LibraryError
from index.evaluation.metrics import Question, compute_figures
from tests.support.runs import GOLD, TEA, TEXTS, UNKNOWN, cite, line

ASKED = [GOLD, TEA, UNKNOWN]
WEIGHTS = {"index/model.json": "3" * 64}
ANSWERS = [
    ("a.md", line("2", None, {**cite("a.md", 24, 46), "score": 0.3}, confidence=0.2)),
    ("a.md", line("1", "x", *({**cite("a.md", *span), "score": 0.9} for span in ((0, 23), (24, 46))), confidence=0.8)),
    ("b.md", line("3", None, confidence=0.1)),
]


def written(path: Path, answers: Any = ANSWERS, **header: Any) -> Path:
    write_recording(path, **{"questions": "1" * 64, "model": "m", "weights": WEIGHTS, **header}, answers=answers)
    return path


def read(path: Path, asked: list[Question] = ASKED, **options: Any) -> list[dict[str, Any]]:
    return read_recording(path, asked, **{"texts": TEXTS, "model": "m", "weights": WEIGHTS, **options})


@pytest.fixture(params=["cross_validated.jsonl.gz", "cross_validated_tea.jsonl"])
def recording(request, tmp_path) -> Path:
    return written(tmp_path / "evaluation" / request.param)


def test_recorded_answers_are_quoted_in_the_order_of_the_questions(recording):
    """Their quotations are read from the documents again."""
    first, second, third = read(recording)
    assert (first["id"], first["abstained"], first["confidence"], first["fold"]) == ("1", False, 0.8, "a.md")
    assert [citation["quote"] for citation in first["citations"]] == [
        "Bread is made of flour.",
        "Tea is made of leaves.",
    ]
    assert [(citation["number"], citation["score"]) for citation in first["citations"]] == [(1, 0.9), (2, 0.9)]
    assert first["answer"] == "Bread is made of flour. [1]"
    assert (second["answer"], second["citations"][0]["quote"]) == (None, "Tea is made of leaves.")
    assert (third["question"], third["citations"]) == ("Who is the king?", [])


def test_recorded_answers_are_scored_like_any_others(recording):
    figures = compute_figures(TEXTS, ASKED, read(recording))
    assert (figures["verbatim"], figures["evidence@1"], figures["answer_rate"], figures["auroc"]) == (
        1.0,
        1.0,
        0.5,
        1.0,
    )
    assert "latency_ms_p50" not in figures


def test_the_answer_is_as_many_quotations_as_were_said(tmp_path):
    answers = [(fold, {**answer, "said": 2}) for fold, answer in ANSWERS]
    assert (
        read(written(tmp_path / "r.jsonl", answers))[0]["answer"]
        == "Bread is made of flour. [1] Tea is made of leaves. [2]"
    )


def test_a_recording_holds_no_text_of_questions_or_documents(recording):
    data = recording.read_bytes()
    text = (gzip.decompress(data) if recording.suffix == ".gz" else data).decode()
    assert not {"bread", "flour", "tea", "king"} & set(text.lower().replace('"', " ").split())
    rows = [json.loads(row) for row in text.splitlines()]
    assert rows[0] == {"questions": "1" * 64, "model": "m", "weights": WEIGHTS}
    assert rows[2] == {
        "id": "1",
        "fold": "a.md",
        "abstained": False,
        "confidence": 0.8,
        "said": 1,
        "citations": [
            {"source": "a.md", "start": start, "end": end, "score": 0.9} for start, end in ((0, 23), (24, 46))
        ],
    }


def test_the_same_answers_are_the_same_bytes(tmp_path):
    first, second = (written(tmp_path / name / "r.jsonl.gz").read_bytes() for name in ("a", "b"))
    assert first == second


def test_a_recording_is_known_by_the_sum_of_its_questions(tmp_path):
    written(tmp_path / "cross_validated_a.jsonl.gz", questions="2" * 64)
    wanted = written(tmp_path / "cross_validated_b.jsonl.gz")
    assert find_recording(tmp_path, "1" * 64) == wanted
    with pytest.raises(LibraryError, match=r"no recording .* make one with `python -m training\.cross_validate`"):
        find_recording(tmp_path, "7" * 64)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": "other"}, "goes with the model m, but EMBEDDING_MODEL is other"),
        ({"weights": {"index/model.json": "5" * 64}}, "goes with other weights .index/model.json changed."),
        ({"weights": {}}, "index/model.json changed"),
        ({"weights": {**WEIGHTS, "index/new.onnx": "6" * 64}}, "index/new.onnx changed"),
        ({"texts": {"b.md": TEXTS["b.md"]}}, "does not fit the documents"),
        ({"texts": {**TEXTS, "a.md": "Short."}}, "a.md has no characters 0 to 23"),
        ({"asked": [*ASKED, Question("4", "?")]}, "The question 4 has no answer"),
    ],
)
def test_a_recording_that_does_not_fit_is_refused_with_what_changed(recording, given, said):
    with pytest.raises(LibraryError, match=said):
        read(recording, **given)


def test_a_recording_that_judged_an_article_by_weights_fitted_on_it_is_refused(tmp_path):
    folds = zip(["one", "two", "two"], ANSWERS, strict=True)
    with pytest.raises(LibraryError, match=r"a\.md in several folds"):
        read(written(tmp_path / "r.jsonl", [(fold, answer) for fold, (_, answer) in folds]))
    with pytest.raises(LibraryError, match="one fold only"):
        read(written(tmp_path / "r.jsonl", [("all", answer) for _, answer in ANSWERS]))


@pytest.mark.parametrize("data", [b"", b"[]\n", b"nonsense\n", b"\xff\n"])
def test_a_file_that_is_no_recording_is_named(tmp_path, data):
    for name, content in (("cross_validated.jsonl", data), ("cross_validated.jsonl.gz", gzip.compress(data))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(LibraryError, match=r"cross_validated\.jsonl"):
            find_recording(tmp_path, "1" * 64)
        (tmp_path / name).unlink()


def test_a_recording_that_is_cut_off_is_named(tmp_path):
    path = written(tmp_path / "cross_validated.jsonl.gz")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LibraryError, match="can't be read"):
        find_recording(tmp_path, "1" * 64)


def test_a_line_without_its_fields_is_told(tmp_path):
    path = tmp_path / "r.jsonl"
    rows = [{"questions": "1" * 64, "model": "m", "weights": WEIGHTS}, *({"id": question_id} for question_id in "123")]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with pytest.raises(LibraryError, match="is damaged"):
        read(path)
