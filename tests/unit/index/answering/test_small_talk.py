"""The reply to small talk."""

from __future__ import annotations

import pytest

from index.answering.small_talk import LONGEST_REPLY, reply_to_small_talk

WINDOW, EXPERTS = "What is the context window of Scout?", "How many experts does Maverick have?"


def test_it_names_a_source_and_two_questions():
    reply = reply_to_small_talk(["Llama 4"], [WINDOW, EXPERTS, "When is LlamaCon?"])
    assert reply == f"I answer questions about “Llama 4”: ask me “{WINDOW}” or “{EXPERTS}”."


@pytest.mark.parametrize(
    ("titles", "suggestions", "reply"),
    [
        (["Llama 4"], [WINDOW], f"I answer questions about “Llama 4”: ask me “{WINDOW}”."),
        (["Llama 4"], [], "I answer questions about “Llama 4”."),
        (["Llama 4", "Rules"], [], "I answer questions about “Llama 4” and “Rules”."),
        (["Llama 4", "Rules", "News"], [], "I answer questions about “Llama 4” and other sources."),
        ([], [], "I answer questions about the sources that I have."),
        (["  "], [""], "I answer questions about the sources that I have."),
    ],
)
def test_it_makes_do_with_what_there_is(titles, suggestions, reply):
    assert reply_to_small_talk(titles, suggestions) == reply


def test_long_names_are_cut_at_the_end_of_a_word():
    reply = reply_to_small_talk(["release " * 40] * 2, ["What is the window? " * 40] * 2)
    assert len(reply) <= LONGEST_REPLY
    assert "release…”" in reply
    assert "the…”" in reply


def test_a_name_without_spaces_is_cut_too():
    reply = reply_to_small_talk(["発" * 400], [])
    assert len(reply) <= LONGEST_REPLY
    assert "発…”" in reply


def test_titles_are_repaired_and_stand_on_one_line():
    assert reply_to_small_talk(["modelsâ€”LLaMA\n 4"], []) == "I answer questions about “models—LLaMA 4”."


def test_it_can_be_translated():
    reply = reply_to_small_talk(["Llama 4"], [WINDOW, EXPERTS])
    assert reply.template == "I answer questions about {topic}: ask me {question}."
    assert reply.values["topic"].template == "“{title}”"
