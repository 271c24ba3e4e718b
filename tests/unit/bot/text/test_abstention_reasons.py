"""Why there is no answer is said in the language that is spoken, and no more than the index said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import abstention_reasons as reasons
from bot.text.abstention_reasons import abstention_reason, answer_text
from bot.text.i18n import language_codes, using_language
from index.answering._decomposition import SubQuestion
from index.answering._merging import AnsweredPart, merge_answers
from index.answering.abstention import AbstentionExplainer
from index.answering.answerer import ABSTENTION
from index.domain.answers import MISSING, NO_QUESTION, OTHER_LANGUAGE
from tests.support.fakes import make_abstention, make_answer, make_citation
from tests.support.texts import any_text

OTHERS = language_codes()[1:]


def silent(why: str = "", *, text: str = "The index's own words.", missing: tuple[str, ...] = (), **cited: Any) -> Any:
    citations = [make_citation(number, title=title) for number, title in enumerate(cited.get("titles", ()), 1)]
    return replace(make_abstention(*citations, text=text), why=why, missing=missing)


def test_reasons_have_the_names_that_the_index_gives_them() -> None:
    assert (reasons.MISSING, reasons.NO_QUESTION, reasons.OTHER_LANGUAGE) == (MISSING, NO_QUESTION, OTHER_LANGUAGE)


@pytest.mark.parametrize("why", ["", MISSING, NO_QUESTION, OTHER_LANGUAGE])
@pytest.mark.parametrize("locale", ["en-US", "pl", None])
def test_in_english_the_index_speaks_for_itself(why: str, locale: str | None) -> None:
    with using_language(locale):
        assert abstention_reason(silent(why, missing=("Netflix",))) == "The index's own words."
        assert abstention_reason(silent(why, text=" ")) == "The sources don't say."
        assert (
            answer_text(make_answer(text="The sources disagree: “a” [1].", conflict=True))
            == "The sources disagree: “a” [1]."
        )


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("de", "Die Quellen sagen zu „Netflix“, „its price“ oder „the CEO“ nichts, was das beantwortet."),
        ("es-ES", "Las fuentes no dicen nada sobre «Netflix», «its price» o «the CEO» que responda a esto."),
        (
            "ja",
            "「Netflix」、「its price」、または「the CEO」について、この質問の答えになることは出典に書かれていません。",
        ),
    ],
)
def test_what_the_sources_lack_is_named_as_it_was_asked(locale: str, said: str) -> None:
    with using_language(locale):
        assert abstention_reason(silent(MISSING, missing=("Netflix", "its price", "the CEO"))) == said


def test_what_is_no_question_is_told_what_could_be_asked() -> None:
    with using_language("de"):
        assert abstention_reason(silent(NO_QUESTION)) == "Das ist keine Frage zu den Quellen, die ich habe."
        assert abstention_reason(silent(NO_QUESTION, titles=("Llama 4", "Llama 4", " ", "Maverick", "Scout"))) == (
            "Das ist keine Frage zu den Quellen, die ich habe: Frag mich etwas zu Llama 4 oder Maverick."
        )
        assert f"zu {'x' * 80}." in abstention_reason(silent(NO_QUESTION, titles=("x" * 999,)))


def test_a_language_that_is_not_read_is_asked_for_in_english() -> None:
    asked = AbstentionExplainer(reads=["en"])._please("ja")
    for code in OTHERS:
        with using_language(code):
            assert abstention_reason(silent(OTHER_LANGUAGE, text=asked)) != asked
    with using_language("de"):
        assert (
            abstention_reason(silent(OTHER_LANGUAGE, text=asked)) == "Ich lese nur Englisch: Bitte frag auf Englisch."
        )


def test_of_a_model_that_reads_other_languages_the_index_tells_which() -> None:
    asked = AbstentionExplainer(reads=["en", "fr"])._please("ja")
    with using_language("de"):
        assert abstention_reason(silent(OTHER_LANGUAGE, text=asked)) == asked


@pytest.mark.parametrize("code", OTHERS)
def test_without_a_reason_it_is_said_that_the_sources_do_not_say(code: str) -> None:
    with using_language(code):
        assert abstention_reason(silent(text=ABSTENTION)) == abstention_reason(silent(text=""))
        assert abstention_reason(silent(text=ABSTENTION)) != ABSTENTION


def test_that_sources_disagree_is_said_with_the_quotations_as_they_are() -> None:
    found = make_answer(text="The sources disagree: “24 experts” [1], “16 experts. Or more” [2].", conflict=True)
    with using_language("fr"):
        assert answer_text(found) == "Les sources se contredisent\u00a0: “24 experts” [1], “16 experts. Or more” [2]."
        assert answer_text(replace(found, conflict=False)) == found.text


def test_of_a_part_that_is_not_answered_it_is_said_and_the_answered_part_stays() -> None:
    parts = [SubQuestion("Scout 4.1", ""), SubQuestion("Maverick", ""), SubQuestion("When is it?", "", whole=True)]
    found = merge_answers(
        make_answer(),
        [
            AnsweredPart(SubQuestion("How many?", "", whole=True), make_answer(make_citation(1, "Sixteen.")), ()),
            *(AnsweredPart(part, make_abstention(), ()) for part in parts),
        ],
    )
    assert "The sources don't say it of Scout 4.1. " in found.text
    with using_language("de"):
        assert answer_text(found) == (
            "How many? Sixteen. [1] Zu Scout 4.1 sagen die Quellen das nicht. "
            "Zu Maverick sagen die Quellen das nicht. Dazu sagen die Quellen nichts: When is it?"
        )


@given(
    text=any_text,
    words=st.lists(any_text, max_size=3).map(tuple),
    why=st.sampled_from(["", MISSING, NO_QUESTION, OTHER_LANGUAGE, "another"]),
    code=st.sampled_from(language_codes()),
)
def test_there_is_a_reason_whatever_the_index_says(text: str, words: tuple[str, ...], why: str, code: str) -> None:
    with using_language(code):
        assert abstention_reason(silent(why, text=text, missing=words, titles=words)).strip()
        assert isinstance(answer_text(make_answer(text=text, conflict=True)), str)
