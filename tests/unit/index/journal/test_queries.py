"""Gaps are what a server's sources lack, helpful questions what they have; each server sees its own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.activity import EVERYWHERE, NOBODY, Day, Gap, Scope
from index.domain.answers import NO_QUESTION, OTHER_LANGUAGE
from index.journal._queries import fold_question
from index.journal.journal import Journal
from tests.support.journals import ANN, BEN, GUILD, NOON, abstention, answer, ask
from tests.support.texts import any_text

ELSEWHERE = GUILD + 1


def named(gaps: tuple[Gap, ...]) -> list[tuple[str, str]]:
    return [(gap.question, gap.why) for gap in gaps]


def voted(journal: Journal, question: str, *votes: bool, guild: int | None = GUILD) -> str:
    answer_id = ask(journal, answer(question), guild=guild)
    for user, helpful in enumerate(votes):
        journal.vote(answer_id, user=user, helpful=helpful)
    return answer_id


@pytest.mark.parametrize("why", ["", OTHER_LANGUAGE])
def test_a_question_without_an_answer_is_a_gap(journal, why):
    answer_id = ask(journal, abstention("Who made it?", why))
    assert journal.gaps(Scope(GUILD)) == (Gap("Who made it?", 1, NOON, (answer_id,), "unanswered"),)


def test_a_greeting_is_no_gap(journal):
    ask(journal, abstention("Hello!", NO_QUESTION))
    assert journal.gaps(Scope(GUILD)) == ()


def test_an_answered_question_is_a_gap_if_more_votes_are_unhelpful(journal):
    """As many helpful as unhelpful votes make no gap."""
    voted(journal, "No votes?")
    voted(journal, "For?", True)
    voted(journal, "Even?", True, False)
    voted(journal, "Against?", True, False, False)
    assert named(journal.gaps(Scope(GUILD))) == [("Against?", "unhelpful")]


def test_a_reported_answer_is_a_gap_whatever_its_votes(journal):
    journal.report(voted(journal, "Liked?", True), user=ANN)
    journal.report(voted(journal, "Disliked?", False), user=ANN)
    assert sorted(named(journal.gaps(Scope(GUILD)))) == [("Disliked?", "reported"), ("Liked?", "reported")]


def test_voted_down_says_more_than_unanswered(journal):
    answer_id = ask(journal, abstention("Who made it?"))
    journal.vote(answer_id, user=BEN, helpful=False)
    assert named(journal.gaps(Scope(GUILD))) == [("Who made it?", "unhelpful")]


def test_a_helpful_abstention_is_still_unanswered(journal):
    journal.vote(ask(journal, abstention("Who made it?")), user=BEN, helpful=True)
    assert named(journal.gaps(Scope(GUILD))) == [("Who made it?", "unanswered")]


def test_the_same_question_is_one_gap_in_the_words_of_the_newest(journal, clock):
    ids = []
    for question in ("who made  it", "Who made it??", "WHO MADE IT ?"):
        ids.append(ask(journal, abstention(question), user=BEN))
        clock.pass_by(hours=1)
    newest = NOON + timedelta(hours=2)
    assert journal.gaps(Scope(GUILD)) == (Gap("WHO MADE IT ?", 3, newest, tuple(reversed(ids)), "unanswered"),)


def test_gaps_are_newest_first(journal, clock):
    for question in ("One?", "Two?", "Three?", "one"):
        ask(journal, abstention(question))
        clock.pass_by(seconds=1)
    assert [gap.question for gap in journal.gaps(Scope(GUILD))] == ["one", "Three?", "Two?"]


def test_gaps_of_the_same_moment_are_newest_first_too(journal):
    for question in ("One?", "Two?"):
        ask(journal, abstention(question))
    assert [gap.question for gap in journal.gaps(Scope(GUILD))] == ["Two?", "One?"]


def test_a_follow_up_is_a_gap_in_the_words_it_was_read_in(journal):
    for read_as in ("Who made Scout?", "Who made Maverick?"):
        journal.report(ask(journal, answer("And who made it?", read_as=read_as)), user=ANN)
    assert [gap.question for gap in journal.gaps(Scope(GUILD))] == ["Who made Maverick?", "Who made Scout?"]


def test_the_gravest_reason_counts_for_all_answers_to_a_question(journal):
    ask(journal, abstention("Who?"))
    voted(journal, "Who?", False)
    assert [(gap.why, gap.times) for gap in journal.gaps(Scope(GUILD))] == [("unhelpful", 2)]
    journal.report(ask(journal, abstention("Who?")), user=ANN)
    ask(journal, abstention("Who?"))
    assert [(gap.why, gap.times) for gap in journal.gaps(Scope(GUILD))] == [("reported", 4)]


def test_reasons_are_those_of_all_its_answers_each_once_newest_first(journal, clock):
    for number in range(2):
        answer_id = voted(journal, "Who?", False, False, False)
        for user, reason in enumerate(("Wrong.", f"Old {number}.", "")):
            clock.pass_by(seconds=1)
            journal.vote(answer_id, user=user, helpful=False)
            journal.explain(answer_id, user=user, reason=reason)
    assert journal.gaps(Scope(GUILD))[0].reasons == ("Old 1.", "Wrong.", "Old 0.")


def test_a_server_sees_its_own_gaps_alone(journal):
    ask(journal, abstention("Here?"))
    ask(journal, abstention("There?"), guild=ELSEWHERE)
    assert named(journal.gaps(Scope(GUILD))) == [("Here?", "unanswered")]
    assert named(journal.gaps(Scope(ELSEWHERE))) == [("There?", "unanswered")]
    assert sorted(named(journal.gaps(EVERYWHERE))) == [("Here?", "unanswered"), ("There?", "unanswered")]


def test_the_same_question_in_two_servers_is_two_gaps(journal):
    for guild in (GUILD, ELSEWHERE, GUILD):
        ask(journal, abstention("Who?"), guild=guild)
    assert [(gap.question, gap.times) for gap in journal.gaps(EVERYWHERE)] == [("Who?", 2), ("Who?", 1)]


def test_a_direct_message_is_a_gap_only_when_reported_and_only_everywhere(journal):
    ask(journal, abstention("My secret?"), guild=None)
    voted(journal, "Another secret?", False, guild=None)
    answer_id = ask(journal, abstention("To be told?"), guild=None)
    assert journal.gaps(EVERYWHERE) == ()
    journal.report(answer_id, user=ANN)
    assert named(journal.gaps(EVERYWHERE)) == [("To be told?", "reported")]
    assert (journal.gaps(Scope(None)), journal.gaps(Scope(GUILD))) == ((), ())


def test_a_reported_direct_message_does_not_uncover_others_that_ask_the_same(journal):
    answer_id = ask(journal, abstention("Who?"), guild=None)
    ask(journal, abstention("Who?"), guild=None, user=BEN)
    journal.report(answer_id, user=ANN)
    assert [(gap.ids, gap.times) for gap in journal.gaps(EVERYWHERE)] == [((answer_id,), 1)]


def test_a_solved_gap_is_left_out_until_the_question_is_asked_again(journal, clock):
    old = [ask(journal, abstention("Who?")) for _ in range(2)]
    other = ask(journal, abstention("When?"))
    assert journal.solve(journal.gaps(Scope(GUILD))[1].ids, user=BEN) == 2
    assert [gap.ids for gap in journal.gaps(Scope(GUILD))] == [(other,)]
    assert journal.solve([*old, other, other], user=ANN) == 1
    assert journal.gaps(Scope(GUILD)) == ()
    clock.pass_by(days=1)
    again = ask(journal, abstention("Who?"))
    assert journal.gaps(Scope(GUILD)) == (Gap("Who?", 1, clock.now, (again,), "unanswered"),)


def test_helpful_questions_are_answered_ones_with_more_votes_for_than_against(journal):
    voted(journal, "No votes?")
    voted(journal, "Even?", True, False)
    voted(journal, "For?", True, True, False)
    voted(journal, "Against?", False)
    journal.vote(ask(journal, abstention("Not answered?")), user=ANN, helpful=True)
    assert journal.helpful(Scope(GUILD), 10) == ("For?",)


def test_votes_on_all_answers_to_a_question_count_together_for_helpful(journal):
    voted(journal, "Liked before?", True, True)
    voted(journal, "Liked once?", True)
    voted(journal, "liked before", False)
    voted(journal, "liked once", False)
    assert journal.helpful(Scope(GUILD), 10) == ("liked before",)


def test_a_helpful_follow_up_is_told_in_the_words_it_was_read_in(journal):
    answer_id = ask(journal, answer("And Scout?", read_as="Who made Scout?"))
    journal.vote(answer_id, user=ANN, helpful=True)
    assert journal.helpful(Scope(GUILD), 10) == ("Who made Scout?",)


def test_helpful_questions_are_newest_first_each_once_and_so_many_at_most(journal, clock):
    for question in ("One?", "Two?", "Three?", "one!"):
        voted(journal, question, True)
        clock.pass_by(seconds=1)
    assert journal.helpful(Scope(GUILD), 10) == ("one!", "Three?", "Two?")
    assert journal.helpful(Scope(GUILD), 2) == ("one!", "Three?")
    assert journal.helpful(Scope(GUILD), 0) == ()


def test_helpful_questions_are_of_this_server_and_of_no_direct_message(journal):
    voted(journal, "Here?", True)
    voted(journal, "There?", True, guild=ELSEWHERE)
    voted(journal, "In private?", True, guild=None)
    assert journal.helpful(Scope(GUILD), 10) == ("Here?",)
    assert journal.helpful(EVERYWHERE, 10) == ("There?", "Here?")
    assert journal.helpful(NOBODY, 10) == ()


def test_votes_of_one_server_do_not_make_a_question_helpful_in_another(journal):
    """For a reader of all servers it is helpful if it is in one of them."""
    voted(journal, "Here and there?", True)
    voted(journal, "Here and there?", False, False, guild=ELSEWHERE)
    assert journal.helpful(Scope(GUILD), 10) == journal.helpful(EVERYWHERE, 10) == ("Here and there?",)
    assert journal.helpful(Scope(ELSEWHERE), 10) == ()


def test_days_are_oldest_first_with_today_the_last_and_none_left_out(journal, clock):
    clock.now = NOON - timedelta(days=3)
    ask(journal, answer("Too long ago?"))
    clock.now = NOON - timedelta(days=2)
    for latency, outcome in ((1.0, answer), (9.0, answer), (2.0, abstention)):
        ask(journal, outcome("Before?", latency_ms=latency))
    clock.now = NOON
    answer_id = ask(journal, answer("Today?", latency_ms=3.0))
    ask(journal, answer("Today too?", latency_ms=4.0))
    for user, helpful in enumerate((True, False, True)):
        journal.vote(answer_id, user=user, helpful=helpful)
    assert journal.days(3, Scope(GUILD)) == (
        Day(date(2026, 4, 8), 3, 2, 0, 0, (1.0, 9.0, 2.0)),
        Day(date(2026, 4, 9), 0, 0, 0, 0),
        Day(date(2026, 4, 10), 2, 2, 2, 1, (3.0, 4.0)),
    )
    assert journal.days(0, Scope(GUILD)) == ()


def test_a_day_begins_at_midnight_utc(journal, clock):
    clock.now = NOON.replace(hour=0)
    ask(journal, answer("First of the day?"))
    clock.pass_by(microseconds=-1)
    ask(journal, answer("Last of the day before?"))
    clock.now = NOON.replace(hour=23, minute=59)
    assert [day.questions for day in journal.days(1, Scope(GUILD))] == [1]
    assert [day.questions for day in journal.days(2, Scope(GUILD))] == [1, 1]


def test_votes_count_for_the_day_of_their_question(journal, clock):
    answer_id = ask(journal, answer("Who?"))
    clock.pass_by(days=1)
    journal.vote(answer_id, user=ANN, helpful=True)
    assert [day.helpful for day in journal.days(2, Scope(GUILD))] == [1, 0]


def test_days_are_of_one_server_or_of_all_with_direct_messages(journal):
    for guild in (GUILD, ELSEWHERE, ELSEWHERE, None):
        ask(journal, answer("Who?"), guild=guild)
    counted = [journal.days(1, Scope(guild))[0].questions for guild in (GUILD, ELSEWHERE, None)]
    assert counted == [1, 2, 0]
    assert journal.days(1, EVERYWHERE)[0].questions == 4


@pytest.mark.parametrize(
    ("question", "folded"),
    [
        ("  Who\tmade\n it ?! ", "who made it"),
        ("Wer wohnt in der STRASSE?", "wer wohnt in der strasse"),
        ("Wer wohnt in der Straße", "wer wohnt in der strasse"),
        ("Is it C++?", "is it c++"),
        ("谁做的？", "谁做的"),
        ("???", "???"),
        ("", ""),
    ],
)
def test_folded_questions_differ_in_words_alone(question, folded):
    assert fold_question(question) == folded


@given(any_text | st.text(alphabet=" .?!\tAß\u0130\u00a0", max_size=12))
def test_what_is_folded_stays_as_it_is(text):
    assert fold_question(fold_question(text)) == fold_question(text)


@given(any_text, st.sampled_from(["?", " ?", "...", "\n", " !? "]))
def test_what_is_at_the_end_of_a_question_makes_it_no_other(text, end):
    words = f"Who {text} made it"
    assert fold_question(words + end) == fold_question(words)


def test_questions_are_listed_with_their_votes_newest_first(journal, clock):
    ask(journal, abstention("Lacking?"))
    clock.pass_by(minutes=1)
    against = voted(journal, "Known?", True, False, False)
    journal.explain(against, user=1, reason="Too old.")
    journal.report(against, user=ANN)
    known, lacking = journal.questions(Scope(GUILD), 10)
    assert (known.question, known.abstained, known.helpful, known.unhelpful) == ("Known?", False, 1, 2)
    assert (known.reported, known.reasons, known.guild) == (True, ("Too old.",), GUILD)
    assert (lacking.question, lacking.abstained, lacking.reported, lacking.reasons) == ("Lacking?", True, False, ())
    assert journal.questions(Scope(GUILD), 10, voted=True) == (known,)
    assert journal.questions(Scope(GUILD), 1, skip=1) == (lacking,)


def test_questions_of_direct_messages_are_never_listed(journal):
    answer_id = ask(journal, answer("In private?"), guild=None)
    journal.report(answer_id, user=ANN)
    ask(journal, answer("Elsewhere?"), guild=ELSEWHERE)
    assert [asked.question for asked in journal.questions(EVERYWHERE, 10)] == ["Elsewhere?"]
    assert journal.questions(Scope(GUILD), 10) == ()
    assert journal.questions(NOBODY, 10) == ()


def test_questions_that_are_too_old_are_not_listed_before_they_are_deleted(journal, clock):
    ask(journal, answer("Old?"))
    clock.pass_by(days=journal.keep_days, seconds=1)
    assert journal.questions(EVERYWHERE, 10) == ()
