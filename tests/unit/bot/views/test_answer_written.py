"""What a language model wrote, as a message: its sentences, their quotations, who wrote it, and why it did not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.text.escape import utf16_length
from bot.text.i18n import language_codes, using_language
from bot.views import answer as render
from bot.views.answer import unfinished_message
from index.domain.answers import WrittenSentence
from index.domain.generation import GenerationFault
from tests.support.discord.rules import all_components
from tests.support.harmless import EVIL, blocks, check_harmless
from tests.support.makers import SCOUT, make_abstention, make_answer, make_citation, make_shortened
from tests.support.writing_library import MODEL, make_written

ANSWER_ID = "a" * 16


def test_sentences_stand_above_their_quotations_with_their_numbers() -> None:
    texts = blocks(render.answer_message(make_written("Scout reads much.", "It is new."), question="What?"))
    assert texts[1] == r"Scout reads much. \[1\] It is new. \[2\]"
    assert f"> **1.** {SCOUT}" in texts[2]
    assert "> **2.** Quotation 2." in texts[3]


def test_the_last_line_says_how_sure_it_is_and_who_wrote_it() -> None:
    texts = blocks(render.answer_message(make_written("Scout reads much.")))
    assert texts[-1] == f"-# I am sure of this. Written by {MODEL}, checked."


def test_a_models_name_is_escaped_and_cut() -> None:
    closing = blocks(render.answer_message(make_written("It is new.", generator=f"@everyone_{'x' * 99}")))[-1]
    assert "@\u200beveryone\\_" in closing
    assert "…, checked." in closing
    assert len(closing) < 120


def test_what_is_quoted_by_itself_is_not_shown_as_brief_answer() -> None:
    answer = replace(make_shortened(), sentences=(WrittenSentence("It reads 10 million tokens.", (1,)),))
    texts = blocks(render.answer_message(answer))
    assert texts[0] == r"It reads 10 million tokens. \[1\]"
    assert "**10 million tokens**" not in "".join(texts)


def test_a_quotation_within_an_earlier_one_gives_the_earlier_ones_number() -> None:
    cited = (make_citation(1), make_citation(2, "10 million tokens.", source="b.md"), make_citation(3, "It is new."))
    sentences = (WrittenSentence("It reads much.", (2, 1)), WrittenSentence("It is new.", (3,)))
    texts = blocks(render.answer_message(make_answer(*cited, sentences=sentences)))
    assert texts[0] == r"It reads much. \[1\] It is new. \[3\]"


def test_a_number_without_a_quotation_is_not_shown() -> None:
    answer = replace(make_written("It is new."), sentences=(WrittenSentence("It is new.", (9, 1)),))
    assert blocks(render.answer_message(answer))[0] == r"It is new. \[1\]"


def test_a_long_text_ends_in_an_ellipsis_and_leaves_room_for_quotations() -> None:
    answer = make_written(*["Scout reads a great many words at once." * 9] * 6)
    view = render.answer_message(answer, question=EVIL, answer_id=ANSWER_ID, threads=True)
    texts = blocks(view)
    assert texts[1].endswith(" …")
    assert f"> **1.** {SCOUT}" in "\n".join(texts)
    check_harmless(view)


@pytest.mark.parametrize("fault", GenerationFault)
def test_an_answer_without_its_model_says_so_in_one_quiet_line(fault: GenerationFault) -> None:
    lines = blocks(render.answer_message(make_answer(fault=fault)))[-1].split("\n")
    assert lines[0] == "-# I am sure of this."
    assert lines[1].startswith("-# ")
    assert lines[1].endswith(" These are quotations.")
    assert len(lines) == 2


@pytest.mark.parametrize("fault", GenerationFault)
def test_a_written_answer_with_a_fault_says_so_below_who_wrote_it(fault: GenerationFault) -> None:
    lines = blocks(render.answer_message(make_written("Scout reads much.", fault=fault)))[-1].split("\n")
    assert lines[0].endswith("checked.")
    assert lines[1].startswith("-# It is not written to its end.")
    assert "quotations" not in lines[1]
    assert len(lines) == 2


def test_every_fault_has_its_own_words_in_every_language() -> None:
    for code in language_codes():
        with using_language(code):
            notes = {blocks(render.answer_message(make_answer(fault=fault)))[-1] for fault in GenerationFault}
        assert len(notes) == len(GenerationFault)


def test_a_fault_that_is_not_known_is_a_fault() -> None:
    assert "did not write this answer" in blocks(render.answer_message(make_answer(fault="new")))[-1]


def test_an_abstention_with_a_fault_stays_short_in_every_language() -> None:
    for code in language_codes():
        for text in ("", EVIL * 9):
            with using_language(code):
                answer = make_abstention(text=text, fault=GenerationFault.PAUSED)
                view = render.answer_message(answer, question=EVIL, answer_id=ANSWER_ID, note="x" * 90)
            labels = [component["label"] for component in all_components(view.to_components()) if "label" in component]
            assert sum(map(utf16_length, [*blocks(view), *labels])) <= render.ABSTENTION_ROOM + len("\n") * 4


def test_an_abstention_says_why_no_model_wrote() -> None:
    answer = make_abstention(fault=GenerationFault.TIMEOUT)
    assert blocks(render.answer_message(answer)) == [
        "The sources don't say.",
        "-# The language model did not answer in time.",
    ]


def test_an_unfinished_answer_has_its_sentences_quotations_and_a_button() -> None:
    view = unfinished_message(make_written("Scout reads much."), question="What?", writing="1a2b")
    texts = blocks(view)
    assert texts[:2] == ["-# Asked: What?", r"Scout reads much. \[1\]"]
    assert SCOUT in texts[2]
    assert texts[-1] == "-# Writing …"
    (button,) = [component for component in all_components(view.to_components()) if component["type"] == 2]
    assert (button["label"], button["custom_id"]) == ("Stop", "footnote:stopwriting:1a2b:0:0")


def test_before_the_first_sentence_the_question_alone_is_shown() -> None:
    assert blocks(unfinished_message(None, question="What?", writing="1")) == ["-# Asked: What?", "-# Writing …"]
    assert blocks(unfinished_message(None)) == ["-# Writing …"]
    check_harmless(unfinished_message(None, question=EVIL * 9, writing="1"))
