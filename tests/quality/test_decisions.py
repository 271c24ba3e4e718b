"""What must not decide whether a question is answered: how it is typed, and sources that have nothing to do with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Library, Settings, open_library
from index.evaluation.questions import Question, read_questions
from tests.quality.forms import Form, forms
from tests.support.index_fakes import write
from tests.support.paths import DATA, SEEDS

MOST_CHANGED = 0.02
"""Share of the forms that may be answered where the question is not, or the other way round."""

UNRELATED = {
    "beekeeping_md": "# Wintering bees\n\nA colony needs about fifteen kilograms of honey to live through the winter. "
    "Mice are kept out by a grid before the entrance. In March the beekeeper lifts the lid for the first time.\n",
    "ferry_md": "---\ntitle: Timetable of the island ferry\ndate: 2023-05-01\n---\n\n"
    "The ferry leaves the mainland at 7:40 and comes back at 18:15. Bicycles cost two euros. "
    "From November until Easter there is no service on Sundays.\n\n"
    "| Day | First boat | Last boat |\n|---|---|---|\n| Monday | 7:40 | 18:15 |\n| Saturday | 9:00 | 21:30 |\n",
    "glaze_txt": "A celadon glaze owes its green to a little iron, fired without oxygen. Potters of the Song dynasty "
    "built kilns on slopes, so that the heat rose from one chamber to the next.\n",
}
"""Sources about none of the questions."""


def asked(library: Library, question: Question, text: str) -> bool:
    """Whether a text is answered, in the place of a question."""
    return not library.ask(text, question.before).abstained


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return [question for name in ("article", "members") for question in read_questions(DATA / f"{name}.jsonl")]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return opened(SEEDS, tmp_path_factory.mktemp("article"))


@pytest.fixture(scope="module")
def decisions(library: Library, questions: list[Question]) -> dict[str, bool]:
    """Of each question by its id, whether it is answered."""
    return {question.id: asked(library, question, question.question) for question in questions}


def opened(seeds: Path, folder: Path) -> Library:
    """A library with an index of these sources."""
    settings = Settings(
        _env_file=None, seeds_dir=seeds, index_dir=folder / "index", journal_file=folder / "journal.sqlite3"
    )
    library = open_library(settings)
    library.reindex()
    return library


def other_forms(questions: list[Question]) -> Iterator[tuple[Question, Form]]:
    return ((question, form) for question in questions for form in forms(question.question))


@pytest.mark.parametrize(
    ("question", "name", "text"),
    [
        ("What is Scout's ELO?", "lower case", "what is scout's elo?"),
        ("What is Scout's ELO?", "capitals", "WHAT IS SCOUT'S ELO?"),
        ("What is Scout's ELO?", "without a question mark", "What is Scout's ELO"),
        ("tldr", "with a question mark", "tldr?"),
        ("What is Scout's ELO?", "polite", "hey, What is Scout's ELO pls?"),
        ("What is Scout's ELO?", "with the product", "What is LLaMA 4 Scout's ELO?"),
        ("and LLaMA 4 Scout or maverick", "with the product", "and LLaMA 4 Scout or LLaMA 4 maverick"),
        ("What's the context of 3 parameters?", "abbreviated", "whats the ctx of 3 params?"),
    ],
)
def test_a_question_has_these_forms(question, name, text):
    assert Form(name, text) in forms(question)
    assert question not in [form.question for form in forms(question)]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_how_a_question_is_typed_decides_in_2_of_100_forms_at_most(library, questions, decisions):
    forms_asked = list(other_forms(questions))
    changed = [
        f"{form.name}: {form.question!r} is {'not ' if decisions[question.id] else ''}answered"
        for question, form in forms_asked
        if asked(library, question, form.question) != decisions[question.id]
    ]
    assert len(forms_asked) > 3 * len(questions)
    assert len(changed) <= MOST_CHANGED * len(forms_asked), "\n".join([f"{len(changed)} changed:", *changed])


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_source_that_has_nothing_to_do_with_it_decides_nothing(tmp_path, questions, decisions):
    seeds = shutil.copytree(SEEDS, tmp_path / "seeds")
    library = opened(write(seeds, **UNRELATED), tmp_path)
    changed = [
        f"{question.question!r} is {'not ' if decisions[question.id] else ''}answered with them"
        for question in questions
        if asked(library, question, question.question) != decisions[question.id]
    ]
    assert changed == []
