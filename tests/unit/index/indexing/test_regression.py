"""Known questions are asked of the snapshot before and of the new one; each reader sees what was lost or changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.domain.activity import EVERYWHERE, NOBODY, Scope
from index.domain.answers import Answer
from index.domain.regressions import ChangedAnswer, QuestionOrigin, RegressionCheck
from index.domain.stages import Stage
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.indexing.regression import MOST_ASKED, MOST_HELPFUL, MOST_SUGGESTIONS, SECONDS, RegressionChecker
from index.journal.journal import Journal
from tests.support.journals import ANN, GUILD, abstention, answer, ask

OWN, HELPFUL, SUGGESTIONS = QuestionOrigin.OWN, QuestionOrigin.HELPFUL, QuestionOrigin.SUGGESTIONS
ELSEWHERE = GUILD + 1


class Snapshot:
    """Answers known questions by a quotation, and notes what it is asked."""

    def __init__(self, **known: str) -> None:
        self.known: Mapping[str, str] = {f"{name}?": words for name, words in known.items()}
        self.asked: list[str] = []

    def __call__(self, question: str) -> Answer:
        self.asked.append(question)
        return answer(question, self.known[question]) if question in self.known else abstention(question)


def running(*cancelled: threading.Event, to: Callable[..., None] | None = None) -> ReindexProgress:
    progress = ReindexProgress([ReindexRequest(to, event) for event in cancelled] or [ReindexRequest(to)])
    progress.commit()
    return progress


def checked(
    checker: RegressionChecker, *, scope: Scope = NOBODY, **values: Any
) -> dict[QuestionOrigin, RegressionCheck]:
    """Return the checks of one reader by their origin."""
    (checks,) = checker.check([scope], values.pop("progress", running()), **values)
    return {check.origin: check for check in checks}


def vote(journal: Journal, *questions: str, guild: int | None = GUILD) -> None:
    for question in questions:
        journal.vote(ask(journal, answer(question), guild=guild), user=ANN, helpful=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


@pytest.fixture
def checker(file: Path, journal: Journal) -> RegressionChecker:
    return RegressionChecker(file=file, journal=journal)


def keep(file: Path, rows: Sequence[Any]) -> None:
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


def test_helpful_questions_that_are_lost_come_before_those_that_changed(checker, journal):
    """A question that is answered as before, or in vain as before, is only counted."""
    vote(journal, "Still?", "Lost?", "Never?", "Changed?", "Found?")
    before, now = (
        Snapshot(Still="Ten  tokens.", Lost="Five tokens.", Changed="In May."),
        Snapshot(Still="Ten tokens.", Changed="In June.", Found="Yes."),
    )
    check = checked(checker, scope=Scope(GUILD), before=before, now=now)[HELPFUL]
    assert (check.total, check.asked, check.lost, check.problem) == (5, 5, ("Lost?",), "")
    assert check.changed == (
        ChangedAnswer("Lost?", "Five tokens.", ""),
        ChangedAnswer("Found?", "", "Yes."),
        ChangedAnswer("Changed?", "In May.", "In June."),
    )


def test_suggestions_of_the_snapshot_before_are_asked_again(checker):
    check = checked(checker, before=Snapshot(One="1", Two="2"), now=Snapshot(One="1"), suggestions=("One?", "Two?"))
    assert check == {SUGGESTIONS: RegressionCheck(SUGGESTIONS, 2, 2, (ChangedAnswer("Two?", "2", ""),))}


def test_own_questions_say_whether_the_answer_holds_the_expected_words(checker, file):
    keep(file, [{"id": 7, "question": "One?", "answer": "TEN  tokens"}, {"question": "Two?", "answer": "two"}])
    before, now = Snapshot(One="Ten tokens.", Two="2"), Snapshot(One="Nine tokens.", Two="2")
    check = checked(checker, before=before, now=now)[OWN]
    assert check.changed == (ChangedAnswer("One?", "Ten tokens.", "Nine tokens.", False, "7"),)
    assert check.wrong == ("One?", "Two?")
    (check, _) = checked(checker, before=now, now=before).values()
    assert (check.changed[0].right, check.wrong) == (True, ("Two?",))


def test_without_a_snapshot_before_only_own_questions_are_asked(checker, file, journal):
    vote(journal, "Helpful?")
    keep(file, [{"question": "One?"}, {"question": "Two?", "answer": "2"}])
    now = Snapshot(One="1")
    assert checked(checker, scope=Scope(GUILD), now=now, suggestions=("Suggested?",)) == {
        OWN: RegressionCheck(OWN, 2, 2, (), ("Two?",))
    }
    assert now.asked == ["One?", "Two?"]


def test_each_reader_sees_the_questions_of_its_scope_alone(checker, journal):
    """Those of direct messages are seen by nobody."""
    vote(journal, "Here?")
    vote(journal, "There?", guild=ELSEWHERE)
    vote(journal, "Private?", guild=None)
    before, now = Snapshot(Here="1", There="2", Private="3"), Snapshot()
    scopes = [Scope(GUILD), Scope(ELSEWHERE), Scope(GUILD + 2), EVERYWHERE, NOBODY]
    checks = checker.check(scopes, running(), before=before, now=now)
    lost = [{check.origin: check.lost for check in of_scope}.get(HELPFUL) for of_scope in checks]
    assert lost == [("Here?",), ("There?",), (), ("There?", "Here?"), None]
    assert "Private?" not in [*before.asked, *now.asked]


def test_a_question_of_several_origins_is_asked_once_and_counts_for_each(checker, file, journal):
    vote(journal, "One?")
    keep(file, [{"question": "One?"}])
    before, now = Snapshot(One="1"), Snapshot()
    checks = checked(checker, scope=Scope(GUILD), before=before, now=now, suggestions=("One?",))
    assert [(origin, check.lost) for origin, check in checks.items()] == [
        (OWN, ("One?",)),
        (HELPFUL, ("One?",)),
        (SUGGESTIONS, ("One?",)),
    ]
    assert before.asked == now.asked == ["One?"]


def test_without_questions_of_an_origin_its_check_is_empty(checker):
    checks = checked(checker, scope=Scope(GUILD), before=Snapshot(), now=Snapshot())
    assert checks == {HELPFUL: RegressionCheck(HELPFUL, 0, 0), SUGGESTIONS: RegressionCheck(SUGGESTIONS, 0, 0)}


def test_so_many_questions_of_an_origin_are_asked_at_most(checker, file, journal):
    keep(file, [{"question": f"Own {number}?"} for number in range(MOST_ASKED + 1)])
    vote(journal, *(f"Helpful {number}?" for number in range(MOST_HELPFUL + 1)))
    suggestions = [f"Suggested {number}?" for number in range(MOST_SUGGESTIONS + 1)]
    now = Snapshot()
    checks = checked(checker, scope=Scope(GUILD), before=Snapshot(), now=now, suggestions=suggestions)
    assert {origin: check.asked for origin, check in checks.items()} == {
        OWN: MOST_ASKED,
        HELPFUL: MOST_HELPFUL,
        SUGGESTIONS: MOST_SUGGESTIONS,
    }
    assert checks[OWN].problem == f"Only the first {MOST_ASKED} of {MOST_ASKED + 1} questions were asked."
    assert "Helpful 0?" not in now.asked


def test_asking_ends_in_time_and_no_origin_waits_for_another(file, journal):
    keep(file, [{"question": f"Own {number}?"} for number in range(9)])
    vote(journal, "Helpful?")
    times = iter(range(0, 1_000, int(SECONDS / 3)))
    checker = RegressionChecker(file=file, journal=journal, clock=lambda: float(next(times)))
    checks = checked(checker, scope=Scope(GUILD), before=Snapshot(), now=Snapshot())
    assert (checks[OWN].asked, checks[HELPFUL].asked) == (2, 1)
    assert checks[OWN].problem == "Only the first 2 of 9 questions were asked."


def test_a_cancelled_run_asks_no_more_and_reports_what_it_asked(checker):
    cancelled = threading.Event()
    told: list[tuple[str, int, int]] = []

    def progress(*step: Any) -> None:
        told.append(step)
        cancelled.set()

    now = Snapshot()
    checks = checked(
        checker,
        progress=running(cancelled, to=progress),
        before=Snapshot(One="1", Two="2"),
        now=now,
        suggestions=("One?", "Two?"),
    )
    assert (checks[SUGGESTIONS].lost, now.asked) == (("One?",), ["One?"])
    assert told == [(Stage.COMPARING_ANSWERS, 0, 2)]


def test_an_unreadable_file_of_own_questions_is_a_problem_that_stops_nothing(checker, file):
    file.write_bytes(b"\xff")
    checks = checked(checker, before=Snapshot(One="1"), now=Snapshot(), suggestions=("One?",))
    assert (checks[OWN].total, checks[OWN].asked) == (0, 0)
    assert "is not UTF-8" in checks[OWN].problem
    assert checks[SUGGESTIONS].lost == ("One?",)


def test_without_a_journal_the_other_questions_are_asked(tmp_path, file):
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    checker = RegressionChecker(file=file, journal=Journal(path))
    checks = checked(checker, scope=EVERYWHERE, before=Snapshot(One="1"), now=Snapshot(), suggestions=("One?",))
    assert {origin: check.lost for origin, check in checks.items()} == {SUGGESTIONS: ("One?",)}


@pytest.mark.parametrize(
    ("was", "now", "excerpts"),
    [
        ("In May.", "In June.", ("In May.", "In June.")),
        ("In May.", "", ("In May.", "")),
        (
            "It stands out for its efficiency and has a window of 10 million tokens.",
            "It stands out for its efficiency and has a window of 5 million tokens.",
            (
                "…out for its efficiency and has a window of 10 million tokens.",
                "…out for its efficiency and has a window of 5 million tokens.",
            ),
        ),
        ("The same words as before and a few more of them.", "The same words as before and a few more of them.", None),
    ],
)
def test_excerpts_begin_a_few_words_before_the_first_difference(was, now, excerpts):
    assert ChangedAnswer("Which?", was, now).excerpts == (excerpts or (was, now))
