"""An abstention as a message: one short line, with what can be done about it on buttons."""

from __future__ import annotations

from statistics import median

from discord import ui

from bot.text.escape import utf16_length
from bot.text.i18n import language_codes, using_language
from bot.views import answer as render
from index.domain.answers import NO_QUESTION, OTHER_LANGUAGE
from index.domain.messages import Message
from tests.support.discord.rules import all_components
from tests.support.harmless import EVIL, blocks
from tests.support.makers import SCOUT, make_abstention, make_answer, make_citation

ANSWER_ID = "a" * 16
REPLY = Message(
    "I answer questions about {title}: ask me “{first}” or “{second}”.",
    title="The Llama 4 release",
    first="What is the context window of Scout?",
    second="How many experts does Maverick have?",
)


def labels(view: ui.LayoutView) -> list[str]:
    return [component["label"] for component in all_components(view.to_components()) if component.get("label")]


def test_an_abstention_is_its_reason_alone_without_marks() -> None:
    answer = make_abstention(make_citation(), text="The sources don't mention @everyone_.")
    assert blocks(render.answer_message(answer)) == ["The sources don't mention @\u200beveryone\\_."]
    assert blocks(render.answer_message(make_abstention())) == ["The sources don't say."]


def test_an_abstention_shows_no_passage_and_no_chance() -> None:
    texts = "".join(blocks(render.answer_message(make_abstention(make_citation()), answer_id=ANSWER_ID)))
    assert SCOUT not in texts
    assert "%" not in texts


def test_nearest_passages_are_a_button_of_an_abstention() -> None:
    view = render.answer_message(make_abstention(make_citation()), answer_id=ANSWER_ID)
    assert labels(view) == ["Report the gap", "Ask differently", "Nearest passages", "Sources"]
    custom_ids = [component.get("custom_id", "") for component in all_components(view.to_components())]
    assert f"footnote:near:{ANSWER_ID}:0:0" in custom_ids


def test_small_talk_has_no_gap_to_report_and_no_passages() -> None:
    answer = make_abstention(make_citation(), text=REPLY, why=NO_QUESTION)
    view = render.answer_message(answer, question="hi", answer_id=ANSWER_ID)
    assert labels(view) == ["Ask a question", "Sources"]
    assert blocks(view) == ["-# Asked: hi", str(REPLY)]


def test_an_abstention_fits_a_phone_in_every_language_with_its_labels() -> None:
    for text, why in ((EVIL * 9, OTHER_LANGUAGE), (REPLY, NO_QUESTION), ("", "")):
        answer = make_abstention(make_citation(), text=text, why=why, read_as=EVIL * 5)
        for code in language_codes():
            with using_language(code):
                view = render.answer_message(answer, question="Why? " * 100, answer_id=ANSWER_ID)
                assert sum(map(utf16_length, [*blocks(view), *labels(view)])) <= 400


def test_half_of_all_abstentions_have_at_most_200_characters() -> None:
    reasons = ["", "The sources don't mention Gemini.", "The sources speak of Maverick, but not of its price."]
    questions = ["Who founded OpenAI?", "How does Gemini compare?", "How much does Maverick cost per month?"]
    views = [
        render.answer_message(make_abstention(make_citation(), text=reason), question=question, answer_id=ANSWER_ID)
        for reason, question in zip(reasons, questions, strict=True)
    ]
    assert median(sum(map(len, [*blocks(view), *labels(view)])) for view in views) <= 200


def test_a_reason_that_is_long_leaves_the_question_out_rather_than_cut_to_nothing() -> None:
    answer = make_abstention(text="No. " * 100)
    texts = blocks(render.answer_message(answer, question="Why is it so? " * 9, answer_id=ANSWER_ID))
    assert texts[0].startswith("-# Asked: Why is it so?")
    answer = make_abstention(text="No. " * 100, read_as="What was that before? " * 9)
    (reading, reason) = blocks(render.answer_message(answer, question="Why is it so? " * 9, answer_id=ANSWER_ID))
    assert reading.startswith("-# Read as: What was")
    assert reason.startswith("No.")


def test_a_follow_up_is_shown_once_with_the_question_before_it() -> None:
    reading = "What is the context window of Scout? … and _maverick_?"
    answer = make_answer(question="and _maverick_?", read_as=reading)
    texts = blocks(render.answer_message(answer, question="and _maverick_?"))
    assert texts[0] == r"-# Read as: What is the context window of Scout? … and \_maverick\_?"
    assert "Asked" not in "".join(texts)


def test_a_question_whose_spelling_was_corrected_is_shown_as_asked_and_as_read() -> None:
    answer = make_answer(question="contxt of scout", read_as="context of scout")
    texts = blocks(render.answer_message(answer, question="contxt of scout"))
    assert texts[:2] == ["-# Asked: contxt of scout", "-# Read as: context of scout"]


def test_of_a_long_reading_the_question_before_is_cut_and_the_follow_up_stays() -> None:
    answer = make_answer(question="and maverick?", read_as=f"What {'long ' * 40}is it? … and maverick?")
    texts = blocks(render.answer_message(answer, question="and maverick?"))[0]
    assert texts.startswith("-# Read as: What long ")
    assert texts.endswith(" … and maverick?")
    assert utf16_length(texts) <= 120


def test_nearest_passages_are_quoted_each_with_its_source_to_show() -> None:
    near = (make_citation(1), make_citation(2, "Maverick has 128 experts."))
    view = render.nearest_message(near, ANSWER_ID)
    texts = "\n".join(blocks(view))
    assert texts.startswith("**Nearest passages**, which may not be about it:\n")
    assert texts.index(f"> **1.** {SCOUT}") < texts.index("> **2.** Maverick has 128 experts.")
    assert labels(view) == ["Show in source"] * 2


def test_that_no_passage_is_near_is_said() -> None:
    assert blocks(render.nearest_message((), ANSWER_ID)) == ["There are no passages near this question."]
