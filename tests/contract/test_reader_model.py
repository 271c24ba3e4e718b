"""What READER_MODEL chooses, and what a model must be to read."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index import Settings, open_library
from index.domain.errors import LibraryError
from index.domain.reading import AnswerSpan
from index.reading.span_model import SpanModelReader
from tests.support.command_line import BREAD, Cli, check_answer
from tests.support.index_fakes import write

QUESTION = "When was the bridge opened?"
WINDOW = "The bridge\nThe bridge – 40 m wide – was opened in 1932. It is painted grey."
SENTENCE = "The bridge was opened in 1932."


@pytest.fixture(scope="module")
def reader(span_model: Path) -> SpanModelReader:
    return SpanModelReader(str(span_model))


def answers(text: str, span: AnswerSpan) -> bool:
    """Whether a span is a part of the text without white space around it."""
    words = text[span.start : span.end]
    return 0 <= span.start < span.end <= len(text) and words == words.strip()


def test_spans_are_characters_of_the_window_the_likeliest_first(reader):
    reading = reader.read(QUESTION, WINDOW)
    assert reading.spans
    assert all(answers(WINDOW, span) for span in reading.spans)
    likelihoods = [span.log_probability for span in reading.spans]
    assert likelihoods == sorted(likelihoods, reverse=True)
    assert likelihoods[0] <= 0


def test_the_log_odds_are_the_best_span_less_no_answer(reader, span_model):
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(span_model)
    encoded = tokenizer(QUESTION, WINDOW, return_offsets_mapping=True, return_tensors="pt")
    offsets = encoded.pop("offset_mapping")[0].tolist()
    own = [place for place, part in enumerate(encoded.sequence_ids(0)) if part == 1]
    with torch.inference_mode():
        output = AutoModelForQuestionAnswering.from_pretrained(span_model).eval()(**encoded)
    start, end = output.start_logits[0], output.end_logits[0]
    pairs = ((float(start[i] + end[j]), i, j) for i in own for j in own if 0 <= j - i < 40)
    best, first, last = max(pairs)
    reading = reader.read(QUESTION, WINDOW)
    assert reading.answerable == pytest.approx(best - float(start[0] + end[0]), abs=1e-4)
    assert (reading.spans[0].start, reading.spans[0].end) == (offsets[first][0], offsets[last][1])


def test_the_same_question_and_window_are_read_the_same_always(reader, span_model):
    assert reader.read(QUESTION, WINDOW) == reader.read(QUESTION, WINDOW)
    assert SpanModelReader(str(span_model)).read(QUESTION, WINDOW) == reader.read(QUESTION, WINDOW)


@pytest.mark.parametrize("question", ["", QUESTION, "who " * 500])
@pytest.mark.parametrize("window", [WINDOW, "long " * 500])
def test_what_is_too_long_is_cut_and_the_window_is_read_still(reader, question, window):
    spans = reader.read(question, window).spans
    assert spans
    assert all(answers(window, span) for span in spans)


@pytest.mark.parametrize("window", ["", " \n"])
def test_an_empty_window_answers_nothing(reader, window):
    reading = reader.read(QUESTION, window)
    assert (reading.spans, reading.answerable < -10) == ((), True)


def refusal(model: Path | str) -> str:
    with pytest.raises(LibraryError, match="cannot be loaded: set READER_MODEL to bundled") as refused:
        SpanModelReader(str(model))
    return str(refused.value)


def test_a_model_without_a_head_for_spans_is_refused(tiny_model):
    bert = tiny_model.with_name("bert")
    assert str(bert) in refusal(bert)


def test_pickled_weights_are_never_loaded(span_model, tmp_path):
    """Unpickling runs code: here it would make a file."""
    folder = shutil.copytree(span_model, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    proof = tmp_path / "unpickled"
    (folder / "pytorch_model.bin").write_bytes(f"cos\nsystem\n(S'touch {proof}'\ntR.".encode())
    assert str(folder) in refusal(folder)
    assert not proof.exists()


def test_a_damaged_model_is_refused(span_model, tmp_path):
    folder = shutil.copytree(span_model, tmp_path / "damaged")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    assert str(folder) in refusal(folder)


def test_a_path_that_is_not_there_is_refused_and_named(tmp_path):
    assert str(tmp_path / "nowhere") in refusal(tmp_path / "nowhere")


def test_a_hub_name_without_the_internet_is_refused_at_once_with_what_to_set(tmp_path):
    script = (
        "from index.domain.errors import LibraryError\nfrom index.reading.span_model import SpanModelReader\n"
        "try:\n    SpanModelReader('nobody/such-a-reader')\n"
        "except LibraryError as error:\n    print(error)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'nobody/such-a-reader' cannot be loaded: set READER_MODEL" in process.stdout


def test_another_reader_answers_where_its_own_probability_is_a_half(cli: Cli, span_model: Path):
    """Nothing is fitted for it, so MAX_WRONG says nothing of it."""
    settings = {"READER_MODEL": str(span_model)}
    assert cli("reindex", **settings).code == 0
    rows = [
        cli("ask", "What is bread made of?", "--json", **settings, MAX_WRONG=share).lines[0] for share in ("0", "1")
    ]
    for row in rows:
        check_answer(row, BREAD)
        assert row["abstained"] == (row["confidence"] < 0.5)
    assert rows[0]["confidence"] == rows[1]["confidence"]


@pytest.mark.parametrize("bundled", ["bundled", "Bundled"])
def test_the_bundled_reader_answers_by_the_words_that_say_it(bundled, tmp_path):
    seeds = write(tmp_path / "seeds", bridge_md=f"# The bridge\n\n{SENTENCE} It is painted grey.\n")
    library = open_library(
        Settings(_env_file=None, seeds_dir=seeds, index_dir=tmp_path / "index", reader_model=bundled)
    )
    library.reindex()
    answer = library.ask(QUESTION)
    assert not answer.abstained
    assert answer.citations[0].quote.startswith(SENTENCE)
    assert answer.short_answer.text.endswith("1932")


RENAMED = "RERANKER_MODEL is called READER_MODEL now"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An empty folder for .env, and an environment that names no reader."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("READER_MODEL", raising=False)
    monkeypatch.delenv("RERANKER_MODEL", raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "lines", "model", "warned"),
    [
        ({}, "", "bundled", False),
        ({"READER_MODEL": "new"}, "", "new", False),
        ({}, "READER_MODEL=new\n", "new", False),
        ({"RERANKER_MODEL": "old"}, "", "old", True),
        ({}, "RERANKER_MODEL=old\n", "old", True),
        ({"RERANKER_MODEL": "None"}, "", "bundled", True),
        ({}, "RERANKER_MODEL=bundled\n", "bundled", True),
        ({"RERANKER_MODEL": ""}, "RERANKER_MODEL=\n", "bundled", False),
        ({"RERANKER_MODEL": "old", "READER_MODEL": "new"}, "", "new", True),
        ({"RERANKER_MODEL": "old"}, "READER_MODEL=new\n", "new", True),
        ({"READER_MODEL": "new"}, "RERANKER_MODEL=old\n", "new", True),
    ],
)
def test_the_old_name_is_read_with_a_warning_and_the_new_one_counts(
    environment, caplog, variables, lines, model, warned
):
    for name, value in variables.items():
        environment.setenv(name, value)
    Path(".env").write_text(lines, "utf-8")
    with caplog.at_level(logging.WARNING):
        settings = Settings()
    assert (settings.reader_model, RENAMED in caplog.text) == (model, warned)
    assert "reranker_model" not in settings.model_dump()


def test_the_example_of_settings_names_the_new_one_alone():
    from tests.support.paths import ROOT

    text = (ROOT / ".env.example").read_text("utf-8")
    assert ("\nREADER_MODEL=bundled\n" in text, "RERANKER" in text) == (True, False)
