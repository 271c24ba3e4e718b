"""Lines of the general mix: windows keep their answers, negatives have none."""

# ruff: noqa: S311 (its chance is seeded, not secret)

from __future__ import annotations

import random

from training.general_mix import LONGEST, crop, mined_lines

RIVERS = ("Arve", "Brenta", "Cher", "Drava", "Ebro", "Fulda", "Garonne", "Havel", "Isar", "Jagst")
SENTENCES = [
    f"The {name} river runs through {count} towns and reaches the sea near the old harbour of {name}."
    for count, name in enumerate(RIVERS, 2)
]
PARAGRAPH = " ".join(SENTENCES)


def line(question: str, context: str = PARAGRAPH, answer: str = "", **more: object) -> dict:
    start = context.index(answer)
    spans = [[start, start + len(answer)]] if answer else []
    return {"q": question, "ctx": context, "spans": spans, "y": int(bool(answer)), "src": "pairs", **more}


def test_a_long_paragraph_is_cut_to_sentences_around_the_answer():
    assert len(PARAGRAPH.split()) > LONGEST
    for seed in range(20):
        cut = crop(line("How many towns on the Fulda?", answer="7 towns"), random.Random(seed))
        assert len(cut["ctx"].split()) <= LONGEST
        assert cut["ctx"] in PARAGRAPH
        assert all(sentence in cut["ctx"] or sentence not in PARAGRAPH for sentence in SENTENCES[5:6])
        assert [cut["ctx"][a:b] for a, b in cut["spans"]] == ["7 towns"]


def test_marked_evidence_is_kept_when_no_words_are_known():
    start = PARAGRAPH.index(SENTENCES[8])
    marked = line("Which river is last but one?", ev=[start, start + len(SENTENCES[8])]) | {"y": 1}
    cut = crop(marked, random.Random(3))
    assert cut["ctx"][slice(*cut["ev"])] == SENTENCES[8]


def test_a_paragraph_that_answers_at_an_unknown_place_is_not_cut():
    unmarked = line("Which rivers are there?") | {"y": 1}
    assert crop(unmarked, random.Random(0)) == unmarked


def test_a_mined_paragraph_is_related_and_lacks_the_answer():
    other = " ".join(["The Fulda river is shallow, and no towns of note lie on its upper course."] * 3)
    lines = [line("How many towns on the Fulda river?", answer="7 towns"), line("Who says so?", other)]
    (mined,) = mined_lines(lines, 5, random.Random(0))
    assert (mined["q"], mined["ctx"], mined["y"]) == ("How many towns on the Fulda river?", other, 0)


def test_a_teacher_labels_mined_paragraphs_of_answers_that_are_not_marked():
    other = " ".join(["Rivers of the plain are slow, and their towns are few and small."] * 4)
    lines = [line("Which towns lie on rivers?", ev=[0, 40]) | {"y": 1}, line("Why are they slow?", other)]
    (mined,) = mined_lines(lines, 5, random.Random(0))
    assert mined["y"] is None
