"""The console with a language model: drafts, the settled answer, Ctrl-C, the conversation, /summary and /status."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.console.conversation import Conversation
from index.domain.answers import Answer, WrittenSentence
from index.domain.generation import GenerationFault, GenerationStatus, TokenBudget, Turn, WritingRequest
from tests.support.console_session import ConsoleSession
from tests.support.fakes import FakeLibrary
from tests.support.makers import make_abstention, make_answer, make_citation

SETTLED = "Scout reads ten million tokens."
DRAFT = "Scout reads a hundred"


def written(**changes) -> Answer:
    sentences = (WrittenSentence(SETTLED, (1,)),)
    return make_answer(make_citation(), sentences=sentences, generator="llama-4-scout", short_answer=None, **changes)


class Writing(FakeLibrary):
    """A library whose language model writes a draft first, until it is stopped if `waits`."""

    writes = True
    waits = False
    asked_again = None

    def ask(self, question: str, before=(), writing: WritingRequest | None = None) -> Answer:
        answer = super().ask(question, before, writing)
        if writing and writing.on_asked:
            writing.on_asked()
        if writing and writing.on_text:
            for draft in ("", "Scout reads ", "Scout reads a hundred"):
                writing.on_text(draft)
        if self.waits:
            self.interrupt()
            assert writing.stopped.wait(30)
            if self.asked_again:
                self.asked_again()
        return answer


def session(*, terminal: bool) -> ConsoleSession:
    made = ConsoleSession(terminal=terminal, library=Writing())
    made.library.answer = written()
    return made


def test_a_written_answer_has_its_sentences_first_then_quotations_and_who_wrote_it():
    console = session(terminal=False)
    console.session.handle("How many tokens?")
    assert console.out.startswith(f"> How many tokens?\n{SETTLED} [1]\n\n[1] “")
    assert "\nWritten by llama-4-scout, checked. " in console.out


def test_a_pipe_gets_the_settled_text_alone():
    console = session(terminal=False)
    console.session.handle("How many tokens?")
    assert DRAFT not in console.out
    assert "\x1b" not in console.out
    assert console.library.writings == [WritingRequest()]


def test_a_terminal_gets_the_draft_in_grey_and_then_the_settled_answer_alone():
    console = session(terminal=True)
    console.session.handle("How many tokens?")
    grey = f"\x1b[90m{DRAFT}\x1b[0m"
    assert grey in console.out
    after = console.out.rpartition(grey)[2]
    assert "\x1b[2K" in after.partition(SETTLED)[0]  # the row is cleared
    assert DRAFT not in after


def test_ctrl_c_stops_the_writing_and_keeps_the_prompt():
    console = session(terminal=True)
    console.library.waits = True
    console.library.interrupt = console.session.interrupt
    assert console.session.handle("How many tokens?")
    assert SETTLED in console.out
    assert not console.session.leaving


def test_ctrl_c_a_second_time_leaves():
    console = session(terminal=True)
    console.library.waits = True
    console.library.interrupt = console.library.asked_again = console.session.interrupt
    with pytest.raises(KeyboardInterrupt):
        console.session.handle("How many tokens?")
    assert console.session.leaving


def test_ctrl_c_after_the_writing_leaves():
    console = session(terminal=True)
    console.session.handle("How many tokens?")
    with pytest.raises(KeyboardInterrupt):
        console.session.interrupt()


@pytest.mark.parametrize("answer", [make_answer(fault="budget"), make_abstention(fault="budget")])
def test_why_nothing_was_written_is_said_below(answer):
    console = session(terminal=False)
    console.library.answer = answer
    console.session.handle("How many tokens?")
    assert GenerationFault.BUDGET in answer.fault
    assert "What the language model may write today is used up." in console.out


def test_at_the_prompt_a_question_follows_the_last_three_as_in_a_direct_message():
    console = session(terminal=True)
    for question in ("One?", "Two?", "Three?", "Four?", "And five?"):
        console.session.handle(question)
    assert console.library.followed[-1] == ("Two?", "Three?", "Four?")
    assert [turn.question for turn in console.library.writings[-1].turns] == ["Two?", "Three?", "Four?"]
    assert console.library.writings[-1].turns[0].answer == make_citation().shown
    assert "Read as: Four? And five?" in console.out


def test_without_a_language_model_a_question_at_the_prompt_follows_the_last_ones_too():
    console = ConsoleSession(terminal=True)
    for question in ("One?", "Two?"):
        console.session.handle(question)
    assert console.library.followed == [(), ("One?",)]
    assert console.library.writings == [None, None]


def test_lines_of_a_pipe_are_questions_of_their_own():
    console = session(terminal=False)
    for question in ("One?", "Two?"):
        console.session.handle(question)
    assert console.library.followed == [(), ()]


def test_a_conversation_ends_after_ten_minutes_without_a_question():
    now = [datetime(2026, 4, 10, tzinfo=UTC)]
    conversation = Conversation(clock=lambda: now[0])
    conversation.add(make_abstention(question="Who?"))
    assert conversation.turns() == (Turn("Who?"),)
    now[0] += timedelta(minutes=11)
    assert conversation.turns() == ()


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("/summary", ("", "")),
        ("/summary the release", ("the release", "")),
        ("/summary since last week", ("", "last week")),
        ("/SUMMARY faq.md --since 2025-04-05", ("faq.md", "2025-04-05")),
    ],
)
@pytest.mark.parametrize("writes", [True, False])
def test_a_summary_is_of_all_of_one_source_or_of_what_is_new(typed, asked, writes):
    console = session(terminal=True)
    console.library.writes = writes
    console.session.handle(typed)
    assert console.library.summaries == [asked]
    assert SETTLED in console.out
    assert bool(console.library.writings[0]) is writes


def test_the_status_says_who_writes_and_what_is_left_of_the_day():
    console = session(terminal=False)
    console.library.generation = GenerationStatus("llama", TokenBudget(5_000, 1_200))
    console.session.handle("/status")
    assert "Written by: llama, checked; 3,800 of 5,000 tokens left today\n" in console.out
    until = datetime.fromtimestamp(time.time() + 60, UTC)
    console.library.generation = GenerationStatus("llama", TokenBudget(0, 1_200), paused_until=until)
    console.session.handle("/status")
    assert (
        "Written by: llama, checked; 1,200 tokens used today\nIt failed several times, and is asked again"
        in console.out
    )
