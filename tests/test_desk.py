"""The desk: ask on, look into the source, vote, and see what the sources lack, over a real journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.desk import MOST_ASKED_AGAIN, Desk
from index.errors import JournalUnavailable, LibraryError
from index.journal import Journal
from index.ports import Vectors
from index.sources import SourceFile, parse
from index.types import Answer, Citation, Document
from tests.index_fakes import word_vector
from tests.journals import ANN, BEN, CHANNEL, GUILD, Clock

WINDOW = "What is the context window of Scout?"
MAVERICK = "What is the context window of Maverick?"
QUOTE = "Scout has a window of ten million tokens."
TEXT = f"# Models\n\nThere are models.\n\n{QUOTE}\n\nThe end.\n"


def document(text: str, source: str = "a.md") -> dict[str, Document]:
    return {source: parse(SourceFile(source, text.encode()))}


class Sources:
    """Snapshots of one document, of which the newest is live. `known` maps questions to the words that answer them;
    `near` are the passages near any question. What is asked is written down in `asked`."""

    def __init__(self, **snapshots: str) -> None:
        self.kept: dict[str, dict[str, Document]] = {name: document(text) for name, text in snapshots.items()}
        self.live = list(snapshots)[-1]
        self.known = {WINDOW: QUOTE, MAVERICK: "The end."}
        self.near: list[str] = []
        self.asked: list[str] = []
        self.suggested: tuple[str, ...] = ()
        self.refusal: LibraryError | None = None

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        if self.refusal:
            raise self.refusal
        if question not in self.known:
            return self.silence(question)
        return Answer(question, "x", (self.cite(self.known[question]),), 0.9, False, self.live, "fake")

    def nearest(self, question: str, most: int) -> Answer:
        self.asked.append(question)
        cited = [self.cite(quote, number) for number, quote in enumerate(self.near[:most], 1)]
        return replace(self.silence(question), citations=tuple(cited))

    def silence(self, question: str) -> Answer:
        return Answer(question, "The sources don't say.", (), 0.1, True, self.live, "fake")

    def cite(self, quote: str, number: int = 1) -> Citation:
        text = self.kept[self.live]["a.md"].text if self.live in self.kept else ""
        start = max(text.find(quote), 0)
        return Citation(number, "a.md", "A", "Models", start, start + len(quote), quote, 0.5, None, quote)

    def vectors(self, questions: Sequence[str]) -> list[Vectors]:
        if self.refusal:
            raise self.refusal
        return [word_vector(question.split()[-1]) for question in questions]

    def documents(self, snapshot: str) -> Mapping[str, Document] | None:
        return self.kept.get(snapshot)

    def rebuild(self, name: str, text: str | None) -> None:
        """A newer snapshot, of this text; without one the source is gone."""
        self.kept[name] = document(text) if text is not None else document("Else.", "b.md")
        self.live = name


@pytest.fixture
def sources() -> Sources:
    return Sources(one=TEXT)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(sources: Sources, clock: Clock, tmp_path: Path) -> Desk:
    return standing(sources, Journal(tmp_path / "journal.sqlite3", clock=clock))


def standing(sources: Sources, journal: Journal) -> Desk:
    return Desk(
        journal=journal,
        ask=sources.ask,
        nearest=sources.nearest,
        vectors=sources.vectors,
        live=lambda: sources.live,
        documents=sources.documents,
        known=lambda: sources.suggested,
    )


@pytest.fixture
def broken(sources: Sources, tmp_path: Path) -> Desk:
    """A desk whose journal is no database."""
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    return standing(sources, Journal(path))


def reply(desk: Desk, question: str, **given: Any) -> Any:
    return desk.reply(question, **{"user": ANN, "guild": GUILD, "channel": CHANNEL} | given)


def read_as(desk: Desk, question: str, **given: Any) -> str:
    found = reply(desk, question, **given)
    assert found.answer.question == question
    return str(found.answer.read_as)


def test_an_answer_is_written_down_under_the_id_that_is_given(desk):
    kept = reply(desk, WINDOW)
    written = desk.journal.answered(kept.id)
    assert (written.question, written.guild, written.citations) == (WINDOW, GUILD, kept.answer.citations)


def test_a_question_follows_the_users_last_in_this_channel(desk):
    reply(desk, WINDOW)
    assert read_as(desk, "and Maverick?") == MAVERICK


@pytest.mark.parametrize("elsewhere", [{"user": BEN}, {"channel": CHANNEL + 1}, {"user": BEN, "channel": CHANNEL + 1}])
def test_a_conversation_is_never_used_for_another_user_or_channel(desk, sources, elsewhere):
    reply(desk, WINDOW)
    sources.asked.clear()
    assert read_as(desk, "and Maverick?", **elsewhere) == ""
    assert sources.asked == ["and Maverick?"]


def test_a_conversation_is_forgotten_after_ten_minutes(desk, clock):
    reply(desk, WINDOW)
    clock.pass_by(minutes=10)
    assert read_as(desk, "and Maverick?") == MAVERICK
    clock.pass_by(minutes=10, seconds=1)
    assert read_as(desk, "and Scout?") == ""


def test_a_question_after_an_answer_goes_on_from_that_whoever_asked_for_it_and_when(desk, clock):
    after = reply(desk, WINDOW).id
    clock.pass_by(days=2)
    assert read_as(desk, "and Maverick?", user=BEN, channel=5, after=after) == MAVERICK


def test_a_question_after_an_answer_goes_on_from_that_and_not_from_the_last(desk):
    after = reply(desk, WINDOW).id
    reply(desk, "Who wrote the article?")
    assert read_as(desk, "and Maverick?", after=after) == MAVERICK


def test_after_an_answer_that_is_not_known_a_question_stands_alone(desk):
    reply(desk, WINDOW)
    assert read_as(desk, "and Maverick?", after="forged") == ""


def test_a_question_that_is_to_stand_alone_follows_nothing(desk):
    after = reply(desk, WINDOW).id
    assert read_as(desk, "and Maverick?", alone=True) == ""
    assert read_as(desk, "and Maverick?", after=after, alone=True) == ""


def test_what_stood_alone_can_be_followed(desk):
    reply(desk, WINDOW, alone=True)
    assert read_as(desk, "and Maverick?") == MAVERICK


def test_in_a_thread_begun_from_an_answer_anybodys_first_question_goes_on_from_it(desk, clock):
    desk.journal.begin(99, reply(desk, WINDOW).id)
    clock.pass_by(days=1)
    assert read_as(desk, "and Maverick?", channel=99) == MAVERICK
    assert read_as(desk, "and Maverick?", channel=99, user=BEN) == MAVERICK
    assert read_as(desk, "and Maverick?", channel=98) == ""


def test_without_a_journal_a_question_is_answered_as_it_stands_under_no_id(broken, caplog):
    kept = reply(broken, WINDOW)
    assert (kept.answer.citations[0].quote, kept.id) == (QUOTE, "")
    assert "not written down" in caplog.text
    assert WINDOW not in caplog.text


def test_a_question_that_cannot_be_answered_is_not_written_down(desk, sources):
    sources.refusal = LibraryError("There is no index yet.")
    with pytest.raises(LibraryError, match="no index yet"):
        reply(desk, WINDOW)
    assert desk.journal.stored(ANN).questions == 0


def test_the_source_is_shown_around_a_quotation(desk):
    found = desk.extract(reply(desk, WINDOW).id, 1)
    assert found.text[slice(*found.bold)] == QUOTE
    assert "There are models." in found.text
    assert (found.snapshot, found.since) == ("one", "")


@pytest.mark.parametrize("number", [0, 2, -1])
def test_of_an_answer_or_quotation_that_is_not_known_no_source_is_shown(desk, number):
    known = reply(desk, WINDOW).id
    assert desk.extract("forged", 1) is None
    assert desk.extract(known, number) is None


@pytest.mark.parametrize(
    ("text", "since"),
    [
        (TEXT, ""),
        (f"New at the top.\n\n{TEXT}", "changed"),
        (TEXT.replace("ten million", "ten\nmillion"), "changed"),
        (TEXT.replace("ten", "nine"), "reworded"),
        (None, "removed"),
    ],
)
def test_after_the_source_changed_it_is_shown_as_it_was_with_what_became_of_it(desk, sources, text, since):
    asked = reply(desk, WINDOW).id
    sources.rebuild("two", text)
    found = desk.extract(asked, 1)
    assert found.text[slice(*found.bold)] == QUOTE
    assert "The end." in found.text
    assert "New at the top." not in found.text
    assert (found.snapshot, found.since) == ("one", since)


@pytest.mark.parametrize(
    ("text", "since", "shown"),
    [
        (TEXT, "", "There are models."),
        (f"New at the top.\n\n{TEXT}", "changed", "New at the top."),
        (TEXT.replace("ten million", "ten\nmillion"), "changed", "The end."),
    ],
)
def test_after_its_snapshot_was_pruned_a_quotation_is_shown_where_its_words_stand_now(
    desk, sources, text, since, shown
):
    asked = reply(desk, WINDOW).id
    sources.rebuild("two", text)
    del sources.kept["one"]
    found = desk.extract(asked, 1)
    assert found.text[slice(*found.bold)] == QUOTE
    assert shown in found.text
    assert (found.snapshot, found.since) == ("two", since)


@pytest.mark.parametrize(("text", "since"), [(TEXT.replace("ten", "nine"), "reworded"), (None, "removed")])
def test_words_that_stand_nowhere_any_longer_are_shown_alone(desk, sources, text, since):
    asked = reply(desk, WINDOW).id
    sources.rebuild("two", text)
    del sources.kept["one"]
    found = desk.extract(asked, 1)
    assert (found.text, found.bold, found.page, found.pages) == (QUOTE, (0, len(QUOTE)), 1, 1)
    assert (found.snapshot, found.since, found.source) == ("one", since, "a.md")


def test_of_several_places_where_the_words_stand_now_it_is_the_nearest_to_their_own(desk, sources):
    text = f"{'Much is said before it. ' * 20}\n\n# Near\n\n{QUOTE}\n"
    sources.rebuild("two", text)
    asked = reply(desk, WINDOW).id
    sources.rebuild("three", f"# Far\n\n{QUOTE}\n\n{text}")
    del sources.kept["two"]
    assert desk.extract(asked, 1).section == "Near"


def test_a_reindex_that_takes_the_live_snapshot_away_meanwhile_is_no_removal(desk, sources, tmp_path):
    asked = reply(desk, WINDOW).id
    lives = iter(["gone", "one", "one"])
    hurried = standing(sources, desk.journal)
    hurried._live = lambda: next(lives)
    assert hurried.extract(asked, 1).since == ""


def test_where_nothing_is_live_the_source_is_not_told_to_be_removed(desk, sources):
    asked = reply(desk, WINDOW).id
    sources.live = ""
    assert desk.extract(asked, 1).since == ""


def test_without_a_journal_there_is_no_source_to_show_and_the_error_says_what_mends_it(broken):
    for act in (lambda: broken.extract("x", 1), lambda: broken.more("x"), lambda: broken.themes(GUILD)):
        with pytest.raises(JournalUnavailable, match="move it away"):
            act()


def test_more_are_the_nearest_passages_that_the_answer_does_not_quote(desk, sources):
    asked = reply(desk, WINDOW).id
    sources.near = ["There are models.", QUOTE, "million tokens.", *(f"Passage {n}." for n in range(9))]
    found = desk.more(asked)
    assert [at.quote for at in found.citations] == ["There are models.", *(f"Passage {n}." for n in range(5))]
    assert [at.number for at in found.citations] == [1, 2, 3, 4, 5, 6]
    assert (found.question, found.abstained) == (WINDOW, True)
    assert desk.more("forged") is None


def test_more_of_a_follow_up_are_near_to_what_it_meant(desk, sources):
    reply(desk, WINDOW)
    follow = reply(desk, "and Maverick?").id
    assert (desk.more(follow).question, desk.more(follow).read_as) == ("and Maverick?", MAVERICK)
    assert sources.asked[-1] == MAVERICK


def test_suggestions_are_questions_voted_helpful_in_this_server_and_those_the_sources_answer(desk, sources):
    sources.suggested = ("Who wrote the article?", WINDOW)
    helped, disputed, elsewhere = (
        reply(desk, question, guild=guild).id for question, guild in ((WINDOW, GUILD), (MAVERICK, GUILD), (WINDOW, 8))
    )
    assert desk.suggest("", guild=GUILD) == ("Who wrote the article?", WINDOW)
    for one in (helped, elsewhere):
        desk.journal.vote(one, user=BEN, helpful=True)
    desk.journal.vote(disputed, user=BEN, helpful=False)
    assert desk.suggest("", guild=GUILD) == (WINDOW, "Who wrote the article?")
    assert desk.suggest("wrote", guild=GUILD) == ("Who wrote the article?",)


def test_what_is_helpful_in_one_server_is_suggested_in_no_other_and_in_no_direct_message(desk):
    desk.journal.vote(reply(desk, WINDOW).id, user=BEN, helpful=True)
    desk.journal.vote(reply(desk, MAVERICK, guild=None).id, user=BEN, helpful=True)
    assert desk.suggest("", guild=GUILD) == (WINDOW,)
    assert desk.suggest("", guild=GUILD + 1) == desk.suggest("", guild=None) == ()


def test_without_a_journal_suggestions_come_from_the_sources_alone(broken, sources):
    sources.suggested = (WINDOW,)
    assert broken.suggest("window", guild=GUILD) == (WINDOW,)


def test_gaps_that_mean_much_the_same_are_one_theme_with_the_newest_first(desk, sources, clock):
    for question in ("What is its price?", "Who is the king?", "What is the price?"):
        reply(desk, question, alone=True)
        clock.pass_by(minutes=1)
    themes = desk.themes(GUILD)
    assert [[gap.question for gap in theme.gaps] for theme in themes] == [
        ["What is the price?", "What is its price?"],
        ["Who is the king?"],
    ]
    assert desk.themes(GUILD + 1) == ()


def test_themes_are_told_with_the_passages_nearest_to_the_newest_gap(desk, sources):
    near = tuple(sources.cite(quote, number) for number, quote in enumerate((QUOTE, "The end.", "Models"), 1))
    desk.journal.record(
        replace(sources.silence("Who is the king?"), citations=near), user=ANN, guild=GUILD, channel=CHANNEL
    )
    assert [at.quote for at in desk.themes(GUILD)[0].nearest] == [QUOTE, "The end."]


def test_without_a_model_each_gap_is_a_theme(desk, sources):
    for question in ("What is its price?", "What is the price?"):
        reply(desk, question, alone=True)
    sources.refusal = LibraryError("There is no model.")
    assert [len(theme.gaps) for theme in desk.themes(GUILD)] == [1, 1]


def lacking(desk: Desk, *questions: str, **given: Any) -> list[str]:
    return [reply(desk, question, alone=True, **given).id for question in questions]


def open_gaps(desk: Desk) -> list[str]:
    return [gap.question for gap in desk.journal.gaps(None, everywhere=True)]


def test_open_gaps_that_have_an_answer_now_are_solved_and_told(desk, sources):
    lacking(desk, "Who is the king?", "Who is the queen?")
    sources.known["Who is the king?"] = "The end."
    assert desk.answered_now(GUILD) == ("Who is the king?",)
    assert open_gaps(desk) == ["Who is the queen?"]
    assert desk.answered_now(GUILD) == ()


def test_a_solved_gap_comes_back_when_it_is_asked_in_vain_again(desk, sources):
    lacking(desk, "Who is the king?")
    sources.known["Who is the king?"] = "The end."
    desk.answered_now(GUILD)
    del sources.known["Who is the king?"]
    lacking(desk, "Who is the king?")
    assert open_gaps(desk) == ["Who is the king?"]


def test_a_follow_up_is_asked_again_as_it_was_meant(desk, sources):
    del sources.known[MAVERICK]
    reply(desk, WINDOW)
    reply(desk, "and Maverick?")
    sources.known[MAVERICK] = "The end."
    assert desk.answered_now(GUILD) == (MAVERICK,)


def test_what_was_answered_and_voted_down_or_reported_stays_open(desk, sources):
    down, reported = reply(desk, WINDOW).id, reply(desk, MAVERICK).id
    desk.journal.vote(down, user=BEN, helpful=False)
    desk.journal.report(reported, user=BEN)
    assert desk.answered_now(everywhere=True) == ()
    assert sorted(open_gaps(desk)) == [MAVERICK, WINDOW]


def test_a_reported_silence_is_solved_by_an_answer(desk, sources):
    desk.journal.report(lacking(desk, "Who is the king?")[0], user=ANN)
    sources.known["Who is the king?"] = "The end."
    assert desk.answered_now(GUILD) == ("Who is the king?",)


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        ({"guild": GUILD}, {"Who is the king?"}),
        ({"guild": 8}, {"Who is the queen?"}),
        ({"guild": None}, set()),
        ({"guild": None, "everywhere": True}, {"Who is the king?", "Who is the queen?", "Who is the jack?"}),
    ],
)
def test_gaps_of_all_are_solved_and_each_reader_is_told_of_those_he_may_see(desk, sources, reader, told):
    lacking(desk, "Who is the king?")
    lacking(desk, "Who is the queen?", guild=8)
    desk.journal.report(lacking(desk, "Who is the jack?", guild=None)[0], user=ANN)
    sources.known |= dict.fromkeys(("Who is the king?", "Who is the queen?", "Who is the jack?"), "The end.")
    assert set(desk.answered_now(**reader)) == told
    assert open_gaps(desk) == []


def test_a_question_of_several_servers_is_asked_once_and_solved_in_each(desk, sources):
    lacking(desk, "Who is the king?")
    lacking(desk, "Who is the king?", guild=8)
    sources.known["Who is the king?"] = "The end."
    sources.asked.clear()
    assert desk.answered_now(everywhere=True) == ("Who is the king?",)
    assert sources.asked == ["Who is the king?"]
    assert open_gaps(desk) == []


def test_so_many_questions_are_asked_again_and_no_more_the_newest_first(desk, sources, clock):
    many = [f"Who is number {number}?" for number in range(MOST_ASKED_AGAIN + 5)]
    for question in many:
        lacking(desk, question)
        clock.pass_by(seconds=1)
    sources.asked.clear()
    told: list[tuple[str, int, int]] = []
    desk.answered_now(GUILD, progress=lambda *at: told.append(at))
    assert sources.asked == many[:4:-1]
    assert told[-1] == ("asking open gaps again", MOST_ASKED_AGAIN, MOST_ASKED_AGAIN)


def test_those_that_are_solved_before_an_error_are_told(desk, sources):
    lacking(desk, "Who is the queen?", "Who is the king?")
    sources.known["Who is the king?"] = "The end."
    asks = iter([sources.ask])

    def ask(question: str) -> Answer:
        for once in asks:
            return once(question)
        raise LibraryError("The index is not loaded.")

    hurried = standing(sources, desk.journal)
    hurried._ask = ask
    assert hurried.answered_now(GUILD) == ("Who is the king?",)
    assert open_gaps(desk) == ["Who is the queen?"]


def test_what_is_forgotten_of_a_user_is_gone_from_the_desk(desk, sources):
    sources.suggested = ()
    kept = reply(desk, WINDOW).id
    desk.journal.vote(kept, user=BEN, helpful=True)
    lacking(desk, "Who is the king?")
    assert desk.journal.forget(ANN).questions == 2
    assert (desk.extract(kept, 1), desk.more(kept)) == (None, None)
    assert desk.suggest("", guild=GUILD) == ()
    assert desk.themes(GUILD) == ()
    assert read_as(desk, "and Maverick?") == ""
