"""What every engine of keyword search keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from index.domain.documents import Passage
from index.retrieval.tantivy_keywords import TantivyEngine
from index.text.tokens import content_stems
from tests.support.index_fakes import WordEmbedder, parse_files
from tests.support.milvus import lite_keyword_engine
from tests.support.pgvector import postgres_keyword_engine

ENGINES = (
    TantivyEngine,
    pytest.param(lite_keyword_engine, marks=pytest.mark.slow),
    pytest.param(postgres_keyword_engine, marks=pytest.mark.slow),
)
TEXT = (
    "# Scout\n\nScout has sixteen experts and a long window.\n\n"
    "# Maverick\n\nMaverick has many experts and a chat version.\n\n"
    "# Bread\n\nBread is made of flour and water and salt.\n"
)
QUESTIONS = ("experts", "Which experts has Scout?", "bread and flour", "maverik", "chat window", "salt", "unheard")


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
def engine(request: pytest.FixtureRequest) -> Any:
    return request.param()


def passages(**files: str) -> list[Passage]:
    return parse_files(WordEmbedder(), **files)[1]


def sentences(**files: str) -> list[Passage]:
    """Each file is of one section, a sentence a passage."""
    return passages(**{name: f"# Title\n\n{text}\n" for name, text in files.items()})


def build(engine: Any, folder: Path, added: list[Passage], first: int = 0, **options: Any) -> Any:
    engine.build(folder, enumerate(added, first), **options)
    return engine.open(folder)


def rows(index: Any, question: str, k: int = 50) -> list[int]:
    return [row for row, _ in index.search(content_stems(question), k)]


@pytest.fixture
def index(engine: Any, tmp_path: Path) -> Any:
    return build(engine, tmp_path / "keyword", passages(a_md=TEXT))


def test_only_rows_with_a_word_of_the_question_are_found(index):
    assert rows(index, "How is bread made?") == [2]
    assert sorted(rows(index, "experts")) == [0, 1]


def test_a_row_is_the_number_that_the_passage_was_given(engine, tmp_path):
    added = passages(a_md=TEXT)
    engine.build(tmp_path / "keyword", zip((3, 50, 1_000_000), added, strict=True))
    assert rows(engine.open(tmp_path / "keyword"), "bread") == [1_000_000]


def test_scores_are_above_0_and_fall(index):
    found = index.search(content_stems("Scout has experts"), 5)
    assert [row for row, _ in found] == [0, 1]
    assert found[0][1] > found[1][1] > 0


def test_a_rare_word_weighs_more_than_a_common_one(index):
    assert index.search(["window"], 1)[0][1] > index.search(["expert"], 1)[0][1]


def test_own_words_weigh_more_than_those_of_the_context(engine, tmp_path):
    text = "# Tea\n\nThere is water in it, says the cook.\n\n# Other\n\nThe tea is hot, says the cook too.\n"
    assert rows(build(engine, tmp_path / "keyword", passages(a_md=text)), "tea") == [1, 0]


@pytest.mark.parametrize(
    ("word", "counts"),
    [
        ("maverik", True),  # a letter less
        ("maverrick", True),  # more
        ("mavexick", True),  # other
        ("mavreick", True),  # two exchanged
        ("mavixxck", False),
        ("xaverick", False),
        ("sal", False),  # too short
        ("llama", False),
    ],
)
def test_an_unknown_word_counts_as_the_one_that_is_spelt_nearly_alike(index, word, counts):
    assert index.search([word], 9) == (index.search(["maverick"], 9) if counts else [])


def test_of_words_that_are_spelt_as_nearly_alike_the_most_frequent_counts(engine, tmp_path):
    added = sentences(a_md="A boater came.\n\nA boaster came.\n\nAnother boaster came here.")
    assert sorted(rows(build(engine, tmp_path / "keyword", added), "boatser")) == [1, 2]


def test_a_word_that_passages_have_is_never_taken_for_another(engine, tmp_path):
    added = sentences(a_md="The house is big and old.\n\nThe mouse is small and grey.")
    assert rows(build(engine, tmp_path / "keyword", added), "mouse") == [1]


def test_a_word_that_is_asked_twice_counts_once(index):
    assert index.search(["bread", "bread"], 5) == index.search(["bread"], 5)


@pytest.mark.parametrize("question", ["", "the of and", "🦙", "unheard zzyzx", "?", "日本語"])
def test_a_question_without_a_known_word_finds_nothing(index, question):
    assert index.search(content_stems(question), 50) == []


def test_k_is_how_many_are_found(index):
    assert len(index.search(["expert"], 1)) == 1
    assert index.search(["expert"], 0) == []


def test_rows_that_score_alike_come_in_their_order_also_at_the_end(engine, tmp_path):
    """Whichever segment of the index they are in."""
    added = sentences(**{f"n{number}_md": "The bread is good." for number in range(40)})
    engine.build(tmp_path / "0", ((2 * row + 1, passage) for row, passage in enumerate(added)))
    engine.build(tmp_path / "1", ((2 * row, passage) for row, passage in enumerate(added)), previous=tmp_path / "0")
    assert rows(engine.open(tmp_path / "1"), "bread", 15) == list(range(15))


def test_a_passage_without_a_word_keeps_rows_in_step(engine, tmp_path):
    added = passages(a_md="Bread is made of flour.\n\n🦙🦙🦙\n\nWater is wet and clear.\n")
    assert len(added) == 3
    assert rows(build(engine, tmp_path / "keyword", added), "water") == [2]


@pytest.mark.parametrize("text", ["", "🦙🦙🦙\n\n🐑🐑🐑\n"])
def test_an_index_without_any_word_finds_nothing_and_can_grow(engine, tmp_path, text):
    added = passages(a_md=text)
    assert rows(build(engine, tmp_path / "0", added), "bread") == []
    grown = build(engine, tmp_path / "1", passages(b_md=TEXT), len(added), previous=tmp_path / "0")
    assert rows(grown, "bread") == [len(added) + 2]


def test_an_index_that_was_added_to_finds_what_a_fresh_one_finds(engine, tmp_path):
    """The same rows in the same order, with the same scores."""
    added = passages(a_md=TEXT, b_md=TEXT.replace("Bread", "Rye bread"), c_md="Experts chat. Salt is a mineral.")
    fresh = build(engine, tmp_path / "fresh", added)
    build(engine, tmp_path / "0", added[:4])
    build(engine, tmp_path / "1", added[4:5], 4, previous=tmp_path / "0")
    grown = build(engine, tmp_path / "2", added[5:], 5, previous=tmp_path / "1")
    for question in QUESTIONS:
        found = grown.search(content_stems(question), 50)
        assert found == [(row, pytest.approx(score)) for row, score in fresh.search(content_stems(question), 50)]


def test_removed_documents_are_not_found_any_more(engine, tmp_path):
    added = passages(a_md=TEXT, b_md="Bread is baked.\n", c_md="Bread is eaten.\n")
    build(engine, tmp_path / "0", added)
    ids = [added[0].document_id, added[4].document_id, "unheard"]
    smaller = build(engine, tmp_path / "1", [], previous=tmp_path / "0", removed=ids)
    assert rows(smaller, "bread") == [3]
    assert rows(smaller, "experts") == []


def test_what_is_left_after_removing_is_in_the_order_of_a_fresh_index(engine, tmp_path):
    """Scores may differ, for words of removed passages may still count in how rare a word is."""
    added = passages(a_md=TEXT, b_md="Experts of bread are bakers. A baker is no chat window.\n", c_md=TEXT)
    left = [(row, passage) for row, passage in enumerate(added) if passage.document_id != added[0].document_id]
    build(engine, tmp_path / "0", added)
    smaller = build(engine, tmp_path / "1", [], previous=tmp_path / "0", removed=[added[0].document_id])
    engine.build(tmp_path / "fresh", left)
    fresh = engine.open(tmp_path / "fresh")
    for question in QUESTIONS:
        assert rows(smaller, question) == rows(fresh, question)


def test_a_document_can_be_removed_and_added_again_under_other_rows(engine, tmp_path):
    added = passages(a_md=TEXT)
    build(engine, tmp_path / "0", added)
    moved = build(engine, tmp_path / "1", added, 100, previous=tmp_path / "0", removed=[added[0].document_id])
    assert rows(moved, "bread") == [102]


def test_a_word_of_removed_passages_alone_is_no_longer_known(engine, tmp_path):
    added = passages(a_md="A maverik is here.\n", b_md="The maverick is there.\n")
    assert rows(build(engine, tmp_path / "0", added), "maverik") == [0]
    smaller = build(engine, tmp_path / "1", [], previous=tmp_path / "0", removed=[added[0].document_id])
    assert rows(smaller, "maverik") == [1]


def test_the_previous_index_stays_as_it_is_to_the_byte(engine, tmp_path):
    def state() -> dict[str, tuple[str, int, int]]:
        files = {path.name: path for path in (tmp_path / "0").iterdir()}
        return {
            name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns, path.stat().st_ino)
            for name, path in files.items()
        }

    added = passages(a_md=TEXT, b_md="Bread is baked.\n")
    before = build(engine, tmp_path / "0", added)
    found = before.search(["bread"], 9)
    written = state()
    after = build(
        engine, tmp_path / "1", passages(c_md=TEXT), 4, previous=tmp_path / "0", removed=[added[3].document_id]
    )
    assert rows(after, "bread") == [2, 6]
    assert state() == written
    assert before.search(["bread"], 9) == engine.open(tmp_path / "0").search(["bread"], 9) == found


def test_an_error_while_passages_come_is_raised_and_the_next_build_works(engine, tmp_path):
    def added() -> Iterator[tuple[int, Passage]]:
        yield from enumerate(passages(b_md=TEXT), 3)
        raise KeyError("the reader")

    build(engine, tmp_path / "0", passages(a_md=TEXT))
    with pytest.raises(KeyError, match="the reader"):
        engine.build(tmp_path / "1", added(), previous=tmp_path / "0")
    assert rows(build(engine, tmp_path / "2", passages(b_md=TEXT), 3, previous=tmp_path / "0"), "bread") == [2, 5]


def test_a_folder_that_is_there_is_not_written_to(engine, index, tmp_path):
    with pytest.raises(FileExistsError):
        engine.build(tmp_path / "keyword", enumerate(passages(b_md=TEXT)))


def test_an_index_that_is_not_there_cannot_be_opened(engine, tmp_path):
    with pytest.raises(FileNotFoundError):
        engine.open(tmp_path / "keyword")


def test_threads_search_at_once(index):
    expected = [index.search(content_stems(question), 9) for question in QUESTIONS]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(20):
            assert list(threads.map(lambda question: index.search(content_stems(question), 9), QUESTIONS)) == expected


@pytest.mark.parametrize("question", ["word " * 2_500, "x" * 70_000, " ".join(f"word{n}" for n in range(3_000))])
def test_any_question_is_taken(index, question):
    assert index.search(content_stems(question), 50) == []
