"""A follow-up is read in the light of the turns before it; what stands on its own is left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.conversation._rewriting import answer_in_context, rewrite_question
from index.domain.activity import Turn
from index.domain.answers import Answer, Citation
from index.text.tokens import tokenize
from tests.support.paths import DATA
from tests.support.turns import SCOUT

LINES = [json.loads(line) for line in (DATA / "followups.jsonl").read_text("utf-8").splitlines()]


def folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum() or char == " ").strip()


def of(split: str, *, alone: bool) -> list[dict]:
    return [line for line in LINES if line["split"] == split and alone == (not line["read"])]


def read(line: dict) -> tuple[str, ...]:
    turns = [Turn(turn["question"], tuple(turn["evidence"])) for turn in line["turns"]]
    return tuple(folded(form) for form in rewrite_question(line["question"], turns))


def share(lines: list[dict], right: Callable[[dict], bool]) -> float:
    return sum(map(right, lines)) / len(lines)


def first_is_right(line: dict) -> bool:
    return read(line)[:1] != () and read(line)[0] in map(folded, line["read"])


def one_is_right(line: dict) -> bool:
    return not {*read(line)}.isdisjoint(map(folded, line["read"]))


# Measured: dev 92 and 93 of 97 follow-ups, held 16 and 17 of 22. The rules were written with dev in sight, not held.
@pytest.mark.parametrize(("split", "of_first", "of_all"), [("dev", 92 / 97, 93 / 97), ("held", 16 / 22, 17 / 22)])
def test_follow_ups_are_read_as_they_are_meant_as_often_as_was_measured(split, of_first, of_all):
    lines = of(split, alone=False)
    assert share(lines, first_is_right) >= of_first
    assert share(lines, one_is_right) >= of_all


@pytest.mark.parametrize(("split", "measured"), [("dev", 26 / 26), ("held", 8 / 8)])
def test_questions_that_stand_on_their_own_are_left_alone_as_often_as_was_measured(split, measured):
    assert share(of(split, alone=True), lambda line: not read(line)) >= measured


def test_the_set_is_as_large_as_its_figures_need_and_no_question_is_in_both_splits():
    questions = {
        split: {(str(line["turns"]), line["question"]) for line in LINES if line["split"] == split}
        for split in ("dev", "held")
    }
    assert len(questions["dev"]) >= 40
    assert len(questions["held"]) >= 20
    assert len(of("dev", alone=True)) + len(of("held", alone=True)) >= 15
    assert questions["dev"].isdisjoint(questions["held"])


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the article?",
        "And when did the Ming dynasty begin?",
        "What did Meta say about Maverick and its context window?",
        "When Meta released Maverick, was it free?",
        "How long did it take to build the parliament?",
        "Is it true that Rollo was baptised?",
        "What caused inflation?",
        "Who was the first ruler that the Mongols defeated?",
        "thanks!",
        "who are you?",
        "?!",
        "",
        "is it free " * 30,
    ],
)
def test_a_question_that_stands_on_its_own_is_left_alone(question):
    assert rewrite_question(question, [SCOUT]) == ()


@pytest.mark.parametrize("turns", [[], [Turn("why?")], [Turn("")], [Turn("🦙")]])
def test_without_a_turn_that_speaks_of_something_there_are_no_readings(turns):
    assert rewrite_question("and Maverick?", turns) == ()


PIECES = """
    and or what about is does did the a of in it its they his this that same model year how many which one ones why who
    when since by whom Scout Maverick's Normans' Yuan dynasty 1973 founded have experts there too as ' ’ ? ! . , 🦙 É
"""
WORDS = st.sampled_from(PIECES.split())
SAID = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=9).map(" ".join))
TURNS = st.lists(st.builds(Turn, SAID, st.lists(SAID, max_size=2).map(tuple)), max_size=3)


@settings(max_examples=3 * settings().max_examples)
@given(SAID, TURNS)
def test_any_message_has_at_most_three_readings_always_the_same(said, turns):
    """All of them differ from the question."""
    before = tuple(turns)
    rewritten = rewrite_question(said, turns)
    assert len({tuple(tokenize(form)) for form in (*rewritten, said)}) == len(rewritten) + 1 <= 4
    assert all(form == " ".join(form.split()) and form.endswith("?") for form in rewritten)
    assert rewrite_question(said, turns) == rewritten
    assert tuple(turns) == before


def answer(
    question: str, confidence: float, *, abstained: bool = False, snapshot: str = "s1", quote: str = ""
) -> Answer:
    cited = (Citation(1, "a.md", "A", "", 0, len(quote), quote, confidence, None, quote),) if quote else ()
    return Answer(question, "text", cited, confidence, abstained, snapshot, "extractive")


class Sources:
    """Answers by the question; all else is abstained on. `asked` are the questions that came, `snapshots` those that
    answer one after the other, the last for the rest."""

    def __init__(self, known: Mapping[str, float], snapshots: tuple[str, ...] = ("s1",)) -> None:
        self.known = known
        self.snapshots = list(snapshots)
        self.asked: list[str] = []

    def __call__(self, question: str) -> Answer:
        self.asked.append(question)
        snapshot = self.snapshots.pop(0) if len(self.snapshots) > 1 else self.snapshots[0]
        return answer(question, self.known.get(question, 0.1), abstained=question not in self.known, snapshot=snapshot)


def test_a_question_that_stands_on_its_own_is_asked_once_as_it_is():
    sources = Sources({"Who wrote the article?": 0.9})
    answer = answer_in_context(sources, "Who wrote the article?", [SCOUT])
    assert (answer.question, answer.read_as, answer.confidence) == ("Who wrote the article?", "", 0.9)
    assert sources.asked == ["Who wrote the article?"]


def test_an_answer_says_how_the_question_was_read_and_keeps_the_users_words():
    sources = Sources({"What is the context window of Maverick?": 0.6})
    answer = answer_in_context(sources, "and Maverick?", [SCOUT])
    assert (answer.question, answer.read_as) == ("and Maverick?", "What is the context window of Maverick?")
    assert (answer.confidence, answer.abstained) == (0.6, False)


def test_what_says_nothing_by_itself_is_not_answered_by_its_words_alone():
    sources = Sources({"what about its price?": 0.9})
    answer = answer_in_context(sources, "what about its price?", [SCOUT])
    assert answer.abstained
    assert answer.read_as == "What is Scout's price?"


@pytest.mark.parametrize(
    ("known", "kept"),
    [
        ({"Is Scout free?": 0.5, "Is the context window of Scout free?": 0.55}, "Is Scout free?"),
        ({"Is Scout free?": 0.5, "Is the context window of Scout free?": 0.7}, "Is the context window of Scout free?"),
        ({"Is the context window of Scout free?": 0.3}, "Is the context window of Scout free?"),
        ({}, "Is Scout free?"),
    ],
)
def test_of_readings_an_answered_one_goes_first_then_the_surer(known, kept):
    """A later reading is preferred only if it is plainly surer."""
    assert answer_in_context(Sources(known), "is it free?", [SCOUT]).read_as == kept


BATTLE = Turn("Who won the Battle of Carillon?")


@pytest.mark.parametrize(
    ("known", "kept"),
    [
        ({"when did the battle end?": 0.5, "When did the Battle of Carillon end?": 0.55}, ""),
        (
            {"when did the battle end?": 0.5, "When did the Battle of Carillon end?": 0.7},
            "When did the Battle of Carillon end?",
        ),
        ({"When did the Battle of Carillon end?": 0.3}, "When did the Battle of Carillon end?"),
        ({}, ""),
    ],
)
def test_a_self_contained_question_is_asked_as_it_is_too(known, kept):
    """Its answer is kept unless a reading in context is better supported."""
    assert answer_in_context(Sources(known), "when did the battle end?", [BATTLE]).read_as == kept


@pytest.mark.parametrize(
    "question",
    [
        "What was the price of oil in 1979 before it rose?",
        "Who invited Washington to dine with him?",
        "The bill is submitted to whom before it is passed?",
        "When does the committee say whether it agrees?",
    ],
)
def test_a_question_that_says_enough_besides_its_pronoun_is_asked_as_it_is_first(question):
    sources = Sources({question: 0.5})
    assert answer_in_context(sources, question, [SCOUT]).read_as == ""
    assert sources.asked[0] == question


@pytest.mark.parametrize("question", ["does it run on an H100?", "what is its price?", "who made that model?"])
def test_what_is_asked_about_by_a_pronoun_is_never_answered_of_something_else(question):
    sources = Sources({question: 0.9})
    answer = answer_in_context(sources, question, [SCOUT])
    assert answer.abstained
    assert question not in sources.asked


def test_a_name_in_small_letters_that_the_quotations_know_is_no_part_of_another():
    def ask(question: str) -> Answer:
        return answer(question, 0.8 if "the maverick" in question else 0.4, quote="Scout and Maverick are free.")

    assert rewrite_question("and maverick", [SCOUT])[:2] == (
        "What is the maverick of Scout?",
        "What is the context window of maverick?",
    )
    assert answer_in_context(ask, "and maverick", [SCOUT]).read_as == "What is the context window of maverick?"


def test_after_a_reindex_in_between_all_are_asked_again():
    sources = Sources({"Is Scout free?": 0.5, "Is the context window of Scout free?": 0.9}, ("s1", "s2"))
    answer = answer_in_context(sources, "is it free?", [SCOUT])
    assert (answer.snapshot, answer.read_as) == ("s2", "Is the context window of Scout free?")
    assert sources.asked == ["Is Scout free?", "Is the context window of Scout free?"] * 2


def test_only_answers_of_one_snapshot_are_compared_whatever_goes_on_meanwhile():
    sources = Sources({"Is Scout free?": 0.9, "Is the context window of Scout free?": 0.2}, ("s1", "s2", "s3", "s4"))
    answer = answer_in_context(sources, "is it free?", [SCOUT])
    assert (answer.snapshot, answer.confidence) == ("s4", 0.2)
    assert len(sources.asked) == 4


@given(SAID, TURNS)
def test_at_most_four_are_asked_and_the_one_kept_is_among_them(said, turns):
    sources = Sources({})
    answer = answer_in_context(sources, said, turns)
    assert 1 <= len(sources.asked) <= 4
    assert (answer.read_as or said) in sources.asked
    assert answer.question == said
