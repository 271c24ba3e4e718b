from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.moderators.faq import AnswerRejected, add_section, section_of
from tests.support.texts import any_text


@given(any_text, any_text)
def test_section_has_one_heading_whatever_was_typed(question: str, answer: str) -> None:
    try:
        section = section_of(question, answer)
    except AnswerRejected:
        return
    assert [line for line in section.split("\n") if line.startswith("#")] == section.split("\n")[:1]


@given(st.text(alphabet="ab\n\r #"), st.sampled_from(["Who?", "Why?"]))
def test_what_was_there_stays_in_front_to_the_letter(before: str, question: str) -> None:
    section = section_of(question, "Because.")
    after = add_section(before.encode(), section).decode()
    if before.strip():
        assert after.startswith(before.rstrip())
    assert after.replace("\r\n", "\n").endswith(f"\n\n{section}")


def test_file_that_is_not_utf8_is_not_added_to() -> None:
    with pytest.raises(AnswerRejected, match="not in UTF-8"):
        add_section(b"\xff\xfe", section_of("Who?", "A team."))


def test_question_that_has_a_section_is_not_added_again() -> None:
    before = add_section(b"", section_of("Who  wrote it?", "A team."))
    with pytest.raises(AnswerRejected, match="answers this question already"):
        add_section(before, section_of("who wrote IT?", "Another."))
