"""The summary of documents in their own words."""

from __future__ import annotations

import numpy as np
import pytest

from index.answering.summary import centrality, headline, summarise
from index.domain.documents import HEADING, Document, Passage
from index.domain.messages import Message
from index.domain.sources import SourceFile
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.retrieval.texts import MemoryTexts
from index.retrieval.window_texts import window_texts
from tests.support.article import ARTICLE
from tests.support.index_fakes import MemoryStore, WordEmbedder

CENTRAL = "The release brings a new model to everybody."
NEAR = "The release brings two models to many people."
FAR = "Tickets for the boat trip are sold at noon."
REQUEST = np.array([0.0, 0.0, 0.0, 1.0], np.float32)
AXES = np.eye(4, dtype=np.float32)
BETWEEN = np.array([0.8, 0.6, 0, 0], np.float32)


def make_passage(reading: str, document: str = "a", kind: str = "prose", section: str = "") -> Passage:
    return Passage(
        id=reading,
        document_id=document,
        section=section,
        start=0,
        end=len(reading),
        text=reading,
        reading=reading,
        before="",
        embedded=reading,
        kind=kind,
    )


def make_document(document_id: str = "a", **metadata: str) -> Document:
    return Document(document_id, f"{document_id}.md", f"Title {document_id}", None, "", (), metadata)


def summary(passages: list[Passage], vectors: list[np.ndarray], request=REQUEST, documents=None) -> list[str]:
    found = documents or {passage.document_id: make_document(passage.document_id) for passage in passages}
    return [passages[row].reading for row in rows_to_quote(passages, np.stack(vectors), found, request)]


def rows_to_quote(passages: list[Passage], vectors: np.ndarray, documents, request) -> list[int]:
    store = MemoryStore(vectors.shape[1])
    store.add(vectors)
    return summarise(passages, store, MemoryTexts(documents, passages).entries, request)


def test_centrality_is_the_stationary_walk_over_similar_sentences():
    """Two like sentences share the walk; the one that is like none keeps only what starts at it."""
    ranks = centrality(np.stack([AXES[0], BETWEEN, AXES[2]]))
    assert ranks.sum() == pytest.approx(1)
    assert ranks[0] > ranks[1] > ranks[2]


def test_centrality_of_one_sentence_is_one():
    assert centrality(AXES[:1]) == pytest.approx([1.0])


def test_sentences_stand_in_the_order_of_the_text():
    passages = [make_passage(CENTRAL), make_passage(FAR), make_passage(NEAR)]
    assert summary(passages, [AXES[0], AXES[2], BETWEEN]) == [CENTRAL, FAR, NEAR]


def test_a_sentence_that_says_the_same_is_left_out():
    passages = [make_passage(CENTRAL), make_passage(NEAR)]
    assert summary(passages, [AXES[0], AXES[0]]) == [CENTRAL]


@pytest.mark.parametrize(
    "dangling",
    [
        "It stands out for its efficiency and its long window.",
        "Despite this, early figures show that the model is good.",
        "With their help the model was trained within a year.",
        "Both of the following models can be downloaded now:",
        "Who would not want to have a longer window?",
        "Read more here.",
    ],
)
def test_a_sentence_that_cannot_stand_alone_is_not_quoted(dangling):
    passages = [make_passage(dangling), make_passage(CENTRAL)]
    assert summary(passages, [AXES[0], BETWEEN]) == [CENTRAL]


def test_prose_is_preferred_to_rows_code_and_front_matter():
    passages = [
        make_passage("Summary of the article in a few words.", section=HEADING),
        make_passage("| Scout | 17B | 16 | 10M | 1 | 2 |", kind="row"),
        make_passage("pip install a b c d e f", kind="code"),
        make_passage(CENTRAL),
    ]
    assert summary(passages, [AXES[0], AXES[0], AXES[0], AXES[1]]) == [CENTRAL]


def test_a_document_without_prose_is_quoted_from_what_it_has():
    row = "| Scout | 17B | 16 | 10M | 1 | 2 |"
    assert summary([make_passage(row, kind="row")], [AXES[0]]) == [row]


def test_all_sentences_together_have_at_most_450_characters():
    passages = [make_passage(f"Number {number} " + "word " * 40) for number in range(4)]
    assert len(summary(passages, list(AXES))) == 2


def test_of_several_documents_the_named_one_is_quoted():
    passages = [make_passage(CENTRAL, "a"), make_passage(FAR, "b"), make_passage(NEAR, "b")]
    assert summary(passages, [AXES[0], AXES[1], AXES[2]], request=AXES[1]) == [FAR, NEAR]


def test_of_unnamed_documents_each_gives_one_sentence_newest_first():
    documents = {name: make_document(name, date=day) for name, day in zip("abcd", DAYS, strict=True)}
    passages = [make_passage(f"{CENTRAL} {name}", name) for name in "abcd"]
    sentences = summary(passages, [AXES[0]] * 4, documents=documents)
    assert sentences == [f"{CENTRAL} {name}" for name in "bda"]


DAYS = ("2024-01-01", "2025-04-06T04:14:12Z", "", "2024-12-31")


def test_no_passages_give_no_summary():
    assert rows_to_quote([], np.zeros((0, 4), np.float32), {}, REQUEST) == []


def test_a_headline_is_the_title_with_its_date():
    line = headline(make_document(date="2025-04-06T04:14:12Z"))
    assert line == "Title a (2025-04-06)"
    assert isinstance(line, Message)


@pytest.mark.parametrize("date", ["", "last spring"])
def test_a_headline_without_a_date_is_the_title(date):
    assert headline(make_document(date=date)) == "Title a"


def test_the_article_is_summed_up_by_its_announcement():
    embedder = WordEmbedder(max_tokens=256)
    document = parse(SourceFile(ARTICLE.name, ARTICLE.read_bytes()))
    passages = chunk(document, embedder.count, embedder.max_tokens)
    vectors = np.concatenate(list(embedder.windows(window_texts(document, passages))))
    rows = rows_to_quote(passages, vectors, {document.id: document}, embedder.question("tldr"))
    quoted = [passages[row].reading for row in rows]
    assert quoted[0].startswith("Meta Platforms has announced the release")
    assert len(quoted) > 1
    assert headline(document).endswith("(2025-04-06)")
