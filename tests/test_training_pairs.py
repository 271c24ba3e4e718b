"""What the reader is trained on: questions as people type them, questions made unanswerable, and who is left out."""

# ruff: noqa: S311 (its chance is seeded, not secret)

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from index.words import content, tokens
from training.folds import FOLDS, fold_of, left_out
from training.groups import Group, Groups
from training.pairs import Pair, clean, keywords, misspelt, nearest, read_pairs, swapped
from training.train import _fewer

TRIES = 200
ARTICLES = ["Oxygen", "Apollo", "Normans", "Chopin", "Kenya", "Steam", "Amazon"]


def made(question: str, evidence: str, *around: str) -> set[str]:
    """Every swapped question that chance comes upon."""
    return {swapped(question, evidence, around, random.Random(seed)) for seed in range(TRIES)}


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
    assert clean(tokenised) == wanted


def test_a_sentence_of_two_questions_is_kept_once_and_only_within_its_split(tmp_path: Path):
    rows = [("train", "a .", "who ?"), ("train", "a .", "why ?"), ("dev", "a .", "who ?"), ("dev", "b\u2028c .", "x ?")]
    lines = [
        json.dumps(dict(zip(("split", "sentence", "question"), row, strict=True)), ensure_ascii=False) for row in rows
    ]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    sentences, pairs = read_pairs(tmp_path / "pairs.jsonl")
    assert sentences == ["a.", "a.", "b c."]
    assert pairs == [Pair("who?", 0), Pair("why?", 0), Pair("who?", 1), Pair("x?", 2)]


def test_keywords_are_the_words_of_topic_in_order_some_cut_short_but_not_below_three_letters():
    found = {keywords("when was the observatory built in Kenya?", random.Random(seed)) for seed in range(TRIES)}
    assert "observatory built kenya" in found
    assert "obser built kenya" in found
    for words in map(str.split, found):
        assert [word for word in words if word[:3] in {"obs", "bui", "ken"}][-1] == "kenya"
        assert all("observatory".startswith(word) for word in words if word.startswith("obs"))


def test_a_misspelt_question_differs_in_one_or_two_words_by_one_slip_each():
    question = "which planet has beautiful rings"
    differing = set()
    for seed in range(TRIES):
        pairs = list(zip(question.split(), misspelt(question, random.Random(seed)).split(), strict=True))
        other = [(was, now) for was, now in pairs if was != now]
        differing.add(len(other))
        for was, now in other:
            assert len(was) >= 4
            assert (was[0], was[-1]) in {(now[0], now[-1]), (now[0], now[-2])}
            assert sorted(was) == sorted(now) if len(was) == len(now) else abs(len(was) - len(now)) == 1
    assert differing == {0, 1, 2}


def test_short_words_and_numbers_are_never_misspelt():
    assert {misspelt("who was 1984 in it", random.Random(seed)) for seed in range(TRIES)} == {"who was 1984 in it"}


def test_a_number_is_swapped_for_one_of_like_length_from_around():
    evidence = "It opened in 1932 with 40 rooms."
    assert made("What opened in 1932?", evidence, "It shut in 1975.", "Then, in 880, and 1932, it fell.") == {
        "What opened in 1975?"
    }


def test_a_number_is_moved_a_little_where_none_is_around_but_never_below_zero_nor_to_one_that_is_there():
    found = made("Who won 5 of 40?", "Of 40 games it won 5, lost 6, and 15 were drawn.")
    assert found == {f"Who won {other} of 40?" for other in (2, 4, 7, 10)} | {
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
    found = made("Which guitar did Hendrix play?", "Hendrix burned a guitar.", "Felix had a zither.", "A sitar, too.")
    assert found == {"Which guitar did Felix play?", "Which zither did Hendrix play?", "Which sitar did Hendrix play?"}


def test_no_swapped_word_or_number_is_one_that_the_evidence_holds():
    evidence = "The northern tower, built in 1210, was larger than the southern chapel of 1275; 1211 saw fire."
    question = "When was the northern tower of 1210 larger?"
    around = ["The chapel burned in 1275.", "A smaller water shelter stood in 1302.", "A southern river, 1211."]
    found = made(question, evidence, *around)
    assert len(found) > 3
    for other in found:
        new = set(tokens(other)) - set(tokens(question))
        assert new
        assert not new & set(tokens(evidence))
        assert not set(content(" ".join(new))) & set(content(evidence))


def test_where_nothing_can_be_swapped_there_is_no_question():
    assert made("who was it?", "Nobody knows.", "Ann had 3.") == {""}


def test_the_nearest_sentences_leave_the_own_one_out_and_stay_within_reach():
    texts = ["rome fell", "bread needs yeast", "bread needs flour", "tea needs water", "bread needs flour and yeast"]
    vectors = np.asarray([[0.0, 1.0], [0.8, 0.6], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    asked = [Pair("what flour does bread need?", 2), Pair("what flour does bread need?", 4)]
    questions = np.asarray([[1.0, 0.0], [1.0, 0.0]])
    assert nearest(questions, vectors, texts, asked, 5, 2) == [[4, 1], [2, 1]]
    assert nearest(questions, vectors, texts, asked, 1, 9)[0] == [1]


def test_every_article_is_left_out_in_exactly_one_fold():
    parts = [left_out(fold, ARTICLES) for fold in range(FOLDS)]
    assert sorted(article for part in parts for article in part) == sorted(ARTICLES)
    assert parts[0] == ["Amazon", "Kenya", "Steam"]
    assert [fold_of(article, ARTICLES) for article in sorted(ARTICLES)] == [0, 1, 2, 0, 1, 2, 0]


def test_an_article_that_is_not_among_them_is_in_no_fold():
    assert fold_of("Release", ARTICLES) == -1


def test_groups_read_from_disk_are_those_that_were_written(tmp_path: Path):
    chance = np.random.default_rng(0)
    arrays = [chance.integers(-127, 128, (rows, 4), dtype=np.int8) for rows in (3, 1, 0, 5)]
    one = Group(1, (1, 0), (True, False), ((0, 2), (-1, -1)), "Apollo", "asked", 7, (4, 2))
    other = Group(0, (0,), (False,), ((-1, -1),), "", "absent")
    Groups(arrays[:2], arrays[2:], [one, other]).save(tmp_path / "groups.npz")
    found = Groups.load(tmp_path / "groups.npz")
    assert found.groups == [one, other]
    assert [at.tolist() for at in (*found.questions, *found.passages)] == [at.tolist() for at in arrays]


def test_of_a_large_group_all_that_answer_are_kept_each_with_its_own_end():
    gold = tuple(at in (1, 5) for at in range(8))
    group = Group(0, tuple(range(10, 18)), gold, tuple((at, at) for at in range(8)), "", "asked")
    kept = [_fewer(group, random.Random(seed)) for seed in range(50)]
    assert {len(at.candidates) for at in kept} == {4}
    for at in kept:
        assert [c for c, right in zip(at.candidates, at.gold, strict=True) if right] == [11, 15]
        assert at.ends == tuple((c - 10, c - 10) for c in at.candidates)
    assert {c for at in kept for c in at.candidates} == set(range(10, 18))


def test_a_group_in_which_nothing_answers_keeps_as_many_as_its_kind_has():
    group = Group(0, tuple(range(8)), (False,) * 8, ((-1, -1),) * 8, "", "stranger")
    assert len(_fewer(group, random.Random(0)).candidates) == 2
