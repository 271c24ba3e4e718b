"""Signals of evidence are pure functions of question, passage and scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index.retrieval.features import FEATURES, Candidate, compute_features
from index.text.questions import QuestionAnalysis

from index.domain.documents import Passage
from index.domain.ports import Encoding
from index.text.passages import passage_text
from tests.support.index_fakes import WordEmbedder

EMBEDDER = WordEmbedder()


def passage(reading: str, *, before: str = "", section: str = "", kind: str = "prose") -> Passage:
    return Passage("id", "document", section, 0, len(reading), reading, reading, before, reading, kind)


def table(question: str, *passages: Passage, cosines: tuple[float, ...] = ()) -> list[dict[str, float]]:
    """Each passage's features by name."""
    encoding = EMBEDDER.question(question)
    rows = [EMBEDDER.question(candidate.reading) for candidate in passages]
    candidates = [
        Candidate(
            row=place * 10,
            passage=candidate,
            title="",
            cosine=cosines[place] if cosines else float(rows[place].vector @ encoding.vector),
            bm25=0.0,
            best=(encoding.tokens @ rows[place].tokens.T).max(axis=1),
            best_before=np.full(len(encoding.pieces), -1.0, np.float32),
            best_after=np.full(len(encoding.pieces), -1.0, np.float32),
            reverse=0.0,
        )
        for place, candidate in enumerate(passages)
    ]
    analysis = QuestionAnalysis.of(question)
    features = compute_features(
        analysis, candidates, encoding, np.ones(len(encoding.pieces), np.float32), dict.fromkeys(analysis.stems, 1.0)
    )
    assert features.shape == (len(passages), len(FEATURES))
    return [dict(zip(FEATURES, map(float, row), strict=True)) for row in features]


def test_every_signal_has_a_name_of_its_own():
    assert len(set(FEATURES)) == len(FEATURES)


def test_coverage_is_the_share_of_topic_words_that_the_passage_has():
    without, other, none = table(
        "Which experts has Scout?", passage("Scout has experts."), passage("Scout."), passage("Bread.")
    )
    assert (without["covered"], other["covered"], none["covered"]) == (1.0, 0.5, 0.0)
    assert (without["covered_gap"], other["covered_gap"]) == (0.0, -0.5)


def test_the_sentence_before_and_the_heading_count_beside_the_passages_own_words():
    (features,) = table("Which experts has Scout?", passage("It has sixteen experts.", before="Scout is big."))
    assert (features["covered"], features["covered_before"]) == (0.5, 0.5)
    (features,) = table("Which experts has Scout?", passage("It has sixteen experts.", section="Scout"))
    assert (features["covered"], features["covered_before"], features["covered_heading"]) == (0.5, 0.0, 0.5)


def test_names_and_numbers_that_the_evidence_lacks_are_told():
    lacking, having = table(
        "How many experts has Maverick in version 4?", passage("Scout has experts."), passage("Maverick 4 has experts.")
    )
    assert (lacking["names_missing"], lacking["numbers_missing"]) == (1.0, 1.0)
    assert (having["names_missing"], having["numbers_missing"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("question", "signal", "good", "bad"),
    [
        ("When was it released?", "time_met", "It was released in April 2025.", "It was released to all."),
        ("How many experts has it?", "number_met", "It has 16 experts.", "It has experts."),
        ("How many experts has it?", "number_met", "It has sixteen or twenty experts.", "It has experts."),
        ("Who wrote it?", "person_met", "It was written by Elijah Mondero.", "It was written well."),
        ("Where is it sold?", "place_met", "It is sold in Europe.", "It is sold."),
        ("Why is it fast?", "reason_met", "It is fast because it is small.", "It is fast."),
    ],
)
def test_the_kind_of_thing_that_is_asked_for_is_there_or_not(question, signal, good, bad):
    met, unmet = table(question, passage(good), passage(bad))
    assert (met[signal], unmet[signal]) == (1.0, -1.0)


def test_a_kind_that_is_not_asked_for_is_silent():
    (features,) = table("What is bread?", passage("Bread was made in 1990 in Europe by Ann because of hunger."))
    assert [features[f"{kind}_met"] for kind in ("time", "number", "person", "place", "reason")] == [0.0] * 5


def test_gaps_and_ranks_are_to_the_best_candidate():
    features = table("bread", passage("a b c"), passage("d e f"), passage("g h i"), cosines=(0.2, 0.9, 0.5))
    assert [row["cosine_gap"] for row in features] == pytest.approx([-0.7, 0.0, -0.4])
    assert [row["dense_rank"] for row in features] == pytest.approx([1 / 3, 1.0, 1 / 2])


def test_a_passage_that_begins_by_pointing_back_is_marked():
    without, other = table("bread", passage("It is baked."), passage("Bread is baked."))
    assert (without["pronoun"], other["pronoun"]) == (1.0, 0.0)


def test_a_fields_meaning_and_a_rows_header_are_its_own_words():
    field = passage("Elijah Mondero", before="The author: who wrote it", kind="field")
    assert passage_text(field) == "The author: who wrote it\nElijah Mondero"
    assert passage_text(replace(field, kind="row")) == passage_text(field)
    assert passage_text(replace(field, kind="prose")) == "Elijah Mondero"
    (features,) = table("Who is the author?", field)
    assert (features["covered"], features["is_field"]) == (1.0, 1.0)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=4),
)
def test_features_of_any_question_are_finite_numbers(question, readings):
    for row in table(question, *(passage(reading) for reading in readings)):
        assert np.isfinite(list(row.values())).all()


def test_a_question_whose_pieces_have_no_places_is_weighed_all_the_same():
    bare = Encoding(EMBEDDER.question("x").vector, EMBEDDER.question("x").tokens, ("[CLS]",))
    best = np.ones(1, np.float32)
    candidate = Candidate(0, passage("Bread."), "", 0.1, 0.0, best, -best, -best, 0.0)
    features = compute_features(QuestionAnalysis.of("bread"), [candidate], bare, best, {})
    assert np.isfinite(features).all()
