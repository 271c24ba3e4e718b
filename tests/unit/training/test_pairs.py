"""What the reader is trained on: questions as people type them, and questions made unanswerable."""

# ruff: noqa: S311 (its chance is seeded, not secret)

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from index.text.tokens import content_stems, tokenize
from training.groups import Group, Groups
from training.pairs import Pair, detokenize, hard_negatives, make_unanswerable, misspell, read_pairs, to_keywords

TRIES = 200


def made(question: str, evidence: str, *around: str) -> set[str]:
    """Every swapped question that chance comes upon."""
    return {make_unanswerable(question, evidence, around, random.Random(seed)) for seed in range(TRIES)}


@pytest.mark.parametrize(
    ("tokenised", "wanted"),
    [
        ("who was n't there ?", "who wasn't there?"),
        ("beyoncé -lrb- born 1981 -rrb- sings .", "beyoncé (born 1981) sings."),
        ("it 's 5 % , or $ 40 : no more", "it's 5%, or $40: no more"),
        ("`` crazy in love '' , a hit", '" crazy in love ", a hit'),
        ("the post - war years", "the post-war years"),
    ],
)
def test_text_is_written_as_people_write_it(tokenised, wanted):
    assert detokenize(tokenised) == wanted


def test_a_sentence_of_two_questions_is_kept_once_and_only_within_its_split(tmp_path: Path):
    rows = [("train", "a .", "who ?"), ("train", "a .", "why ?"), ("dev", "a .", "who ?"), ("dev", "b\u2028c .", "x ?")]
    lines = [
        json.dumps(dict(zip(("split", "sentence", "question"), row, strict=True)), ensure_ascii=False) for row in rows
    ]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    sentences, pairs = read_pairs(tmp_path / "pairs.jsonl")
    assert sentences == ["a.", "a.", "b c."]
    assert pairs == [Pair("who?", 0), Pair("why?", 0), Pair("who?", 1), Pair("x?", 2)]


def test_keywords_are_the_topics_words_in_order_some_cut_short():
    """None is cut below three letters."""
    keywords = {to_keywords("when was the observatory built in Kenya?", random.Random(seed)) for seed in range(TRIES)}
    assert "observatory built kenya" in keywords
    assert "obser built kenya" in keywords
    for words in map(str.split, keywords):
        assert [word for word in words if word[:3] in {"obs", "bui", "ken"}][-1] == "kenya"
        assert all("observatory".startswith(word) for word in words if word.startswith("obs"))


def test_a_misspelt_question_differs_in_one_or_two_words_by_one_slip_each():
    question = "which planet has beautiful rings"
    differing = set()
    for seed in range(TRIES):
        pairs = list(zip(question.split(), misspell(question, random.Random(seed)).split(), strict=True))
        other = [(was, now) for was, now in pairs if was != now]
        differing.add(len(other))
        for was, now in other:
            assert len(was) >= 4
            assert (was[0], was[-1]) in {(now[0], now[-1]), (now[0], now[-2])}
            assert sorted(was) == sorted(now) if len(was) == len(now) else abs(len(was) - len(now)) == 1
    assert differing == {0, 1, 2}


def test_short_words_and_numbers_are_never_misspelt():
    assert {misspell("who was 1984 in it", random.Random(seed)) for seed in range(TRIES)} == {"who was 1984 in it"}


def test_a_number_is_swapped_for_one_of_like_length_from_around():
    evidence = "It opened in 1932 with 40 rooms."
    assert made("What opened in 1932?", evidence, "It shut in 1975.", "Then, in 880, and 1932, it fell.") == {
        "What opened in 1975?"
    }


def test_a_number_without_neighbours_is_moved_a_little():
    """Never below zero, and never to one that the evidence holds."""
    pairs = made("Who won 5 of 40?", "Of 40 games it won 5, lost 6, and 15 were drawn.")
    assert pairs == {f"Who won {other} of 40?" for other in (2, 4, 7, 10)} | {
        f"Who won 5 of {other}?" for other in (20, 30, 37, 39, 41, 42, 45, 50)
    }


def test_a_number_within_a_longer_one_is_left_alone():
    assert made("Was 19 seen in 1990?", "In 1990, 19.", "or 23 of them") == {"Was 23 seen in 1990?"} | {
        f"Was 19 seen in {1990 + step}?" for step in (-20, -10, -3, -1, 1, 2, 5, 10)
    }
    assert made("Who is 19?", "In 1990.") == {""}


def test_a_word_is_swapped_for_its_opposite_unless_the_evidence_holds_that():
    assert made("who came first ?", "She did.") == {"who came last ?"}
    assert made("who came first ?", "She came last.") == {""}
    assert made("who left before noon ?", "They did.") == {"who left after noon ?", "who right before noon ?"}
    assert made("who ran before noon ?", "Some ran after noon, not before.") == {""}


def test_a_word_of_the_evidence_is_swapped_for_one_of_like_writing_from_around():
    pairs = made("Which guitar did Hendrix play?", "Hendrix burned a guitar.", "Felix had a zither.", "A sitar, too.")
    assert pairs == {"Which guitar did Felix play?", "Which zither did Hendrix play?", "Which sitar did Hendrix play?"}


def test_no_swapped_word_or_number_is_one_that_the_evidence_holds():
    evidence = "The northern tower, built in 1210, was larger than the southern chapel of 1275; 1211 saw fire."
    question = "When was the northern tower of 1210 larger?"
    around = ["The chapel burned in 1275.", "A smaller water shelter stood in 1302.", "A southern river, 1211."]
    pairs = made(question, evidence, *around)
    assert len(pairs) > 3
    for other in pairs:
        new = set(tokenize(other)) - set(tokenize(question))
        assert new
        assert not new & set(tokenize(evidence))
        assert not set(content_stems(" ".join(new))) & set(content_stems(evidence))


def test_where_nothing_can_be_swapped_there_is_no_question():
    assert made("who was it?", "Nobody knows.", "Ann had 3.") == {""}


def test_the_nearest_sentences_leave_the_own_one_out_and_stay_within_reach():
    texts = ["rome fell", "bread needs yeast", "bread needs flour", "tea needs water", "bread needs flour and yeast"]
    vectors = np.asarray([[0.0, 1.0], [0.8, 0.6], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    pairs = [Pair("what flour does bread need?", 2), Pair("what flour does bread need?", 4)]
    questions = np.asarray([[1.0, 0.0], [1.0, 0.0]])
    assert hard_negatives(questions, vectors, texts, pairs, 5, 2) == [[4, 1], [2, 1]]
    assert hard_negatives(questions, vectors, texts, pairs, 1, 9)[0] == [1]


def test_groups_read_from_disk_are_those_that_were_written(tmp_path: Path):
    chance = np.random.default_rng(0)
    states = [chance.integers(-127, 128, (rows, 4), dtype=np.int8) for rows in (3, 1, 0, 5)]
    sides = [(state, chance.integers(0, 30_000, len(state))) for state in states]
    first, other = Group(1, (1, 0), (True, False)), Group(0, (0,), (False,))
    Groups(sides[:2], sides[2:], [first, other]).save(tmp_path / "groups.npz")
    pairs = Groups.load(tmp_path / "groups.npz")
    assert pairs.groups == [first, other]
    for (rows, ids), (wanted, wanted_ids) in zip((*pairs.questions, *pairs.passages), sides, strict=True):
        assert (rows.tolist(), ids.tolist()) == (wanted.tolist(), wanted_ids.tolist())
