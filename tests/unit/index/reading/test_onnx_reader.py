"""The bundled reader: its weights, its spans, and what it makes of plain questions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.domain.errors import LibraryError
from index.reading.onnx_reader import CARD, GRAPH, MAX_TOKENS, TOKENIZER, OnnxReader, best_spans

WINDOW = (
    "Herd > Scout\nScout has sixteen experts and reads ten million tokens. It was released on April 5, 2025 by Meta."
)


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


def words(window: str, reader: OnnxReader, question: str) -> str:
    best = reader.read(question, window).spans[0]
    return window[best.start : best.end]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many experts does Scout have?", "sixteen"),
        ("When was Scout released?", "April 5, 2025"),
        ("Who released Scout?", "Meta"),
    ],
)
def test_a_plain_question_is_answered_by_the_words_that_say_it(reader, question, answer):
    assert reader.read(question, WINDOW).answerable > 0
    assert answer in words(WINDOW, reader, question)


@pytest.mark.parametrize("question", ["What is the capital of France?", "How tall is the Eiffel Tower?"])
def test_a_question_about_something_else_is_not_answered(reader, question):
    assert reader.read(question, WINDOW).answerable < 0


def test_upper_case_and_lower_case_read_the_same_to_the_last_bit(reader):
    readings = [reader.read(question, WINDOW) for question in ("who released scout", "WHO RELEASED SCOUT")]
    assert readings[0] == readings[1] == reader.read("Who released Scout", WINDOW)


def test_a_reading_does_not_depend_on_what_was_read_before(reader):
    first = reader.read("Who released Scout?", WINDOW)
    reader.read("What is bread made of?", "Bread is made of flour.")
    assert reader.read("Who released Scout?", WINDOW) == OnnxReader().read("Who released Scout?", WINDOW) == first


def test_a_window_longer_than_the_limit_is_cut(reader):
    long = "Scout has sixteen experts. " + "Bread is made of flour and water. " * 200
    reading = reader.read("How many experts does Scout have?", long)
    assert "sixteen" in words(long, reader, "How many experts does Scout have?")
    assert reading == reader.read("How many experts does Scout have?", long[: MAX_TOKENS * 12])


def test_words_beyond_the_limit_are_never_an_answer(reader):
    long = "Bread is made of flour and water. " * 200 + "Scout has sixteen experts."
    reading = reader.read("How many experts does Scout have?", long)
    assert all(span.end < len(long) - 1_000 for span in reading.spans)


@pytest.mark.parametrize("question", ["", "?", "🦙", "word " * 3_000, "日本語", "\x00"])
@pytest.mark.parametrize("window", ["", " ", "🦙", "Bread is made of flour."])
def test_any_question_and_window_can_be_read(reader, question, window):
    reading = reader.read(question, window)
    assert np.isfinite(reading.answerable)
    assert all(0 <= span.start < span.end <= len(window) for span in reading.spans)


def test_shares_of_entailment_are_probabilities(reader):
    entailment = reader.read("Scout has sixteen experts.", WINDOW).entailment
    shares = [entailment.entailed, entailment.neutral, entailment.contradicted]
    assert sum(shares) == pytest.approx(1.0)
    assert entailment.entailed > entailment.contradicted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the reader's files."""
    for path in (GRAPH, CARD, TOKENIZER):
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [GRAPH.name, TOKENIZER.name])
def test_weights_that_are_not_those_of_the_card_are_refused_with_a_remedy(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(LibraryError, match="damaged: install Footnote anew, or set READER_MODEL"):
        OnnxReader(folder)


@pytest.mark.parametrize("name", [GRAPH.name, TOKENIZER.name, CARD.name])
def test_weights_of_which_a_file_is_missing_are_refused_with_a_remedy(folder, name):
    (folder / name).unlink()
    with pytest.raises(LibraryError, match="install Footnote anew"):
        OnnxReader(folder)


def test_weights_that_are_no_graph_are_refused_though_the_card_fits(folder):
    import hashlib

    (folder / GRAPH.name).write_bytes(b"no graph")
    card = json.loads((folder / CARD.name).read_text("utf-8"))
    card["sha256"][GRAPH.name] = hashlib.sha256(b"no graph").hexdigest()
    (folder / CARD.name).write_text(json.dumps(card), "utf-8")
    with pytest.raises(LibraryError, match="install Footnote anew"):
        OnnxReader(folder)


OFFSETS = [(0, 2), (3, 5), (6, 8), (9, 11)]


def test_the_best_span_is_the_likeliest_pair_of_start_and_end():
    best = best_spans(np.array([0.0, 5.0, 0.0, 0.0]), np.array([0.0, 0.0, 5.0, 0.0]), OFFSETS)[0]
    assert (best.start, best.end) == (3, 8)
    share = np.exp(5) / (np.exp(5) + 3)
    assert best.log_probability == pytest.approx(2 * np.log(share))


def test_a_span_never_ends_before_it_begins():
    best = best_spans(np.array([0.0, 0.0, 0.0, 5.0]), np.array([5.0, 0.0, 0.0, 0.0]), OFFSETS)
    assert all(span.start < span.end for span in best)


def test_further_spans_share_no_word_with_a_likelier_one():
    spans = best_spans(np.array([5.0, 4.0, 0.0, 3.0]), np.array([5.0, 4.0, 0.0, 3.0]), OFFSETS)
    assert [(span.start, span.end) for span in spans] == [(0, 2), (3, 5), (9, 11), (6, 8)]
    odds = [span.log_probability for span in spans]
    assert odds == sorted(odds, reverse=True)


def test_no_words_are_no_spans():
    assert best_spans(np.zeros(0), np.zeros(0), []) == ()
