"""The query engine: the model, loaded once, and the live snapshot."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.domain.errors import LibraryError, NoIndex
from index.domain.reading import Reading
from tests.support.index_fakes import CoverageReader, library, write

BREAD = "Bread is made of flour and water.\n"
RYE = "Bread is baked from rye and water.\n"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", a_md=BREAD)


def test_that_there_is_no_index_is_said_before_the_model_is_loaded(seeds, index):
    made = library(seeds, index)
    with pytest.raises(NoIndex):
        made.load()
    assert not made.status().ready
    assert made._engine._embedder is None


def test_many_threads_that_load_at_once_load_one_model(seeds, index):
    library(seeds, index).reindex()
    made = library(seeds, index)
    with ThreadPoolExecutor(8) as threads:
        quotes = list(threads.map(lambda _: made.ask("bread flour").citations[0].quote, range(16)))
    assert quotes == [BREAD.strip()] * 16


def test_an_answerer_that_cannot_be_made_is_told_each_time(seeds, index):
    library(seeds, index).reindex()
    made = library(seeds, index)

    def broken(_: object) -> None:
        raise LibraryError("index/calibration.json does not fit this program")

    made._engine._make_answerer = broken  # type: ignore[assignment]
    for _ in range(2):
        with pytest.raises(LibraryError, match=r"calibration\.json"):
            made.ask("bread")


@pytest.mark.parametrize("question", ["", "the of", "🦙", "x" * 10_000, "word " * 2_000, "\ud800 lone", "\x00"])
def test_no_question_makes_it_fall(seeds, index, question):
    made = library(seeds, index)
    made.reindex()
    answer = made.ask(question)
    assert answer.abstained
    answer.question.encode("utf-8")


class HistoryReader(CoverageReader):
    """Remembers the questions that it read."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def read(self, question: str, window: str) -> Reading:
        self.questions.append(question)
        return super().read(question, window)


def test_the_questions_before_reach_the_reader_and_lone_surrogates_do_not(seeds, index):
    reader = HistoryReader()
    made = library(seeds, index, reader=reader)
    made.reindex()
    reader.questions.clear()
    answer = made.ask("and water\ud800?", ["Is there\udfff bread", "or flour"])
    assert reader.questions == ["and water?", "or flour? and water?", "Is there? bread? or flour? and water?"]
    answer.read_as.encode("utf-8")


def test_the_nearest_passages_of_a_question_with_a_lone_surrogate_are_found(seeds, index):
    made = library(seeds, index)
    made.reindex()
    answer = made.nearest("bread \ud800", 3)
    assert (answer.abstained, [citation.quote for citation in answer.citations]) == (True, [BREAD.strip()])


def test_the_live_snapshot_is_named_before_it_is_loaded(seeds, index):
    engine = library(seeds, index)._engine
    assert engine.live_id() == ""
    built = library(seeds, index).reindex().snapshot.id
    assert engine.live_id() == built
    assert engine.suggestions() == ()


@pytest.mark.parametrize("name", ["keyword/*.idx", "keyword/*.term", "keyword/*.fast"])
def test_an_older_snapshot_answers_if_a_file_of_the_live_one_is_cut_while_it_serves(seeds, index, name):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, a_md=RYE)
    new = made.reindex().snapshot.id
    assert made.ask("bread").snapshot == new
    (file,) = (index / "snapshots" / new).glob(name)
    file.write_bytes(file.read_bytes()[:8])
    assert made.ask("bread").snapshot == old
    assert f"Answers come from snapshot {old}" in made.status().fallback


def test_documents_of_kept_snapshots_are_those_of_their_time(seeds, index):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, a_md=RYE)
    new = made.reindex().snapshot.id
    texts = [made._engine.documents(snapshot)["a.md"].text for snapshot in (old, new)]
    assert texts == [BREAD, RYE]
    assert made._engine.documents("gone") is made._engine.documents("") is None


def test_vectors_of_questions_have_length_1(seeds, index):
    first, same, other = library(seeds, index)._engine.vectors(["bread", "bread", "\ud800"])
    assert first @ first == pytest.approx(1.0)
    assert first @ same == pytest.approx(1.0)
    assert first @ other < 0.9


def test_nothing_answers_before_the_model_is_loaded(seeds, index):
    with pytest.raises(LibraryError, match="not loaded"):
        _ = library(seeds, index)._engine.answerer
