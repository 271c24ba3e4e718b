"""Each reason of the index is a phrase, and every phrase is said in the language of whoever reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index.answering._decomposition import SubQuestion
from index.answering._merging import AnsweredPart, merge_answers
from index.answering.abstention import AbstentionExplainer

from bot.services.errors import explain
from bot.text.i18n import PLACEHOLDER, language_codes, using_language
from bot.text.index_messages import DISCORD_STEPS, abstention_reason, translate, translate_fault
from index.domain.answers import ABSTENTION, MISSING, NO_QUESTION, OTHER_LANGUAGE
from index.domain.errors import NoIndex, NoSuchSnapshot, SourceRejected
from index.domain.messages import FIXES as OF_THE_COMMAND_LINE
from index.domain.messages import LIST, REINDEX, Message, join_messages, with_fix
from tests.support.catalogue import INDEX, index_message_uses
from tests.support.fakes import make_abstention, make_answer, make_citation
from tests.support.texts import any_text

OTHERS = language_codes()[1:]
TEMPLATES = sorted({use.key.singular for use in index_message_uses() if use.key})

THE_SAME = {"{name} {why}", "{name} {why}.", "{fault}.", "{fault}: {step}.", "snapshot {id} is live; {changes}"}
"""Templates that a language may word as English does."""

REASONS = {
    *("Damaged", "FetchFailed", "IndexMismatch", "NoIndex", "NoSuchSnapshot", "PreviewGone", "ReindexCancelled"),
    "UnreadableSource",
    *("ReindexRunning", "SkippedSource", "SourceRejected", "SourceUnwritable", "SourcesUnreadable", "StaleSource"),
}
"""What is made with a reason that a moderator reads."""

PLAIN = {"metrics.py", "recordings.py"}
"""Rooms whose errors only the command line shows."""


def bare(code: str) -> Iterator[str]:
    """Reasons in a text of code that are words of English and no phrase, each with what it is given to; `log_detail`
    is for the command line alone."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REASONS:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg != "log_detail")]
            words = [
                argument for argument in arguments if isinstance(argument, ast.JoinedStr | ast.Constant | ast.BinOp)
            ]
            reason = [argument for argument in words if " " in ast.unparse(argument).strip()]
            yield from (
                f"{node.func.id}: {ast.unparse(argument)}" for argument in reason if not _names_a_place(argument)
            )


def _names_a_place(node: ast.expr) -> bool:
    """Whether a text is a path such as f"{where}/", not a sentence."""
    return isinstance(node, ast.JoinedStr) and not any(
        isinstance(part, ast.Constant) and " " in str(part.value) for part in node.values
    )


def test_no_reason_of_the_index_is_a_bare_sentence() -> None:
    rooms = [path for path in sorted(INDEX.rglob("*.py")) if path.name not in PLAIN]
    assert {path.name: texts for path in rooms if (texts := list(bare(path.read_text("utf-8"))))} == {}


def test_a_bare_sentence_is_found() -> None:
    code = 'raise Damaged(f"{name} is damaged")\nSkippedSource("a", "is 0")\nSkippedSource(f"{a}/", Message("empty"))'
    assert list(bare(code)) == ["Damaged: f'{name} is damaged'", "SkippedSource: 'is 0'"]


@pytest.mark.parametrize("code", OTHERS)
def test_every_template_of_the_index_is_said_in_each_language_with_all_its_values(code: str) -> None:
    english = []
    for template in TEMPLATES:
        values = {match[1]: f"<{match[1]}>" for match in PLACEHOLDER.finditer(template)}
        with using_language(code):
            translated = translate(Message(template, **values))
        assert all(value in translated for value in values.values()), translated
        if translated == Message(template, **values) and template not in THE_SAME:
            english.append(template)
    assert english == []


def test_there_are_templates_to_be_said() -> None:
    assert {"is empty", "{file} of snapshot {id} is damaged", "new: {names}", "{fault}: {step}."} <= set(TEMPLATES)


def test_phrases_within_phrases_and_numbers_are_said_in_the_language_too() -> None:
    reason = Message("could not be fetched: {why}", why=Message("no whole answer within {seconds} s", seconds=2.5))
    with using_language("de"):
        assert translate(reason) == "ließ sich nicht abrufen: keine vollständige Antwort innerhalb von 2,5 s"
        assert (
            translate(join_messages((Message("new: {names}", names="a.md"), Message("is empty"))))
            == "neu: a.md; ist leer"
        )
    assert translate(reason) == "could not be fetched: no whole answer within 2.5 s"


@pytest.mark.parametrize("code", language_codes())
def test_what_is_no_phrase_is_shown_as_it_stands(code: str) -> None:
    with using_language(code):
        assert translate("is empty") == "is empty"
        assert translate_fault("It is damaged: run it.") == "It is damaged: run it."


def test_every_step_of_the_command_line_has_its_words_on_discord() -> None:
    assert set(DISCORD_STEPS) == set(OF_THE_COMMAND_LINE)


def test_a_moderator_is_told_the_command_of_discord_and_a_shell_its_own() -> None:
    error = NoSuchSnapshot(with_fix(LIST, "There is no snapshot {id}", id="5eed"))
    assert str(error) == "There is no snapshot 5eed: `python -m index snapshots` lists them."
    assert explain(error, "rolling back") == "There is no snapshot 5eed: /snapshots lists them."
    with using_language("fr"):
        assert explain(error, "rolling back") == "Il n'y a pas d'instantané 5eed : /instantanés les affiche."


def test_members_are_told_in_short_that_there_is_no_index() -> None:
    error = NoIndex(with_fix(REINDEX, "There is no index yet"))
    assert explain(error, "asking") == "There is no index yet: a moderator can build it with /reindex."


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("en", "a.md is empty."),
        ("de", "a.md ist leer."),
        ("es", "a.md está vacío."),
        ("fr", "a.md est vide."),
        ("pt", "a.md está vazio."),
        ("ja", "a.md：空です。"),
    ],
)
def test_a_file_that_is_refused_is_told_with_the_reason_in_the_language(code: str, shown: str) -> None:
    with using_language(code):
        assert explain(SourceRejected("a.md", Message("is empty")), "adding a source") == shown


def silent(why: str = "", *, text: str = "The index's own words.", missing: tuple[str, ...] = (), **cited: Any) -> Any:
    citations = [make_citation(number, title=title) for number, title in enumerate(cited.get("titles", ()), 1)]
    return replace(make_abstention(*citations, text=text), why=why, missing=missing)


@pytest.mark.parametrize("why", ["", MISSING, NO_QUESTION, OTHER_LANGUAGE])
@pytest.mark.parametrize("locale", ["en-US", "pl", None])
def test_in_english_the_index_speaks_for_itself(why: str, locale: str | None) -> None:
    with using_language(locale):
        assert abstention_reason(silent(why, missing=("Netflix",))) == "The index's own words."
        assert abstention_reason(silent(why, text=" ")) == "The sources don't say."
        assert translate(Message("The sources disagree: {values}.", values="“a” [1]")) == (
            "The sources disagree: “a” [1]."
        )


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("de", "Die Quellen sagen zu „Netflix“, „its price“ oder „the CEO“ nichts, was das beantwortet."),
        ("es-ES", "Las fuentes no dicen nada sobre «Netflix», «its price» o «the CEO» que responda a esto."),
        (
            "ja",
            "「Netflix」、「its price」、または「the CEO」について、この質問の答えになることは出典に書かれていません。",
        ),
    ],
)
def test_what_the_sources_lack_is_named_as_it_was_asked(locale: str, said: str) -> None:
    with using_language(locale):
        assert abstention_reason(silent(MISSING, missing=("Netflix", "its price", "the CEO"))) == said


def test_what_is_no_question_is_told_what_could_be_asked() -> None:
    with using_language("de"):
        assert abstention_reason(silent(NO_QUESTION)) == "Das ist keine Frage zu den Quellen, die ich habe."
        assert abstention_reason(silent(NO_QUESTION, titles=("Llama 4", "Llama 4", " ", "Maverick", "Scout"))) == (
            "Das ist keine Frage zu den Quellen, die ich habe: Frag mich etwas zu Llama 4 oder Maverick."
        )
        assert f"zu {'x' * 80}." in abstention_reason(silent(NO_QUESTION, titles=("x" * 999,)))


def test_a_language_that_is_not_read_is_asked_for_in_english() -> None:
    request = AbstentionExplainer(reads=["en"])._request_language("ja")
    for code in OTHERS:
        with using_language(code):
            assert abstention_reason(silent(OTHER_LANGUAGE, text=request)) != request
    with using_language("de"):
        assert (
            abstention_reason(silent(OTHER_LANGUAGE, text=request)) == "Ich lese nur Englisch: Bitte frag auf Englisch."
        )


def test_of_a_model_that_reads_other_languages_the_index_tells_which() -> None:
    request = AbstentionExplainer(reads=["en", "fr"])._request_language("ja")
    with using_language("de"):
        assert abstention_reason(silent(OTHER_LANGUAGE, text=request)) == request


@pytest.mark.parametrize("code", OTHERS)
def test_without_a_reason_it_is_said_that_the_sources_do_not_say(code: str) -> None:
    with using_language(code):
        assert abstention_reason(silent(text=ABSTENTION)) == abstention_reason(silent(text=""))
        assert abstention_reason(silent(text=ABSTENTION)) != ABSTENTION


def test_that_sources_disagree_is_said_with_the_quotations_as_they_are() -> None:
    disagreement = Message("The sources disagree: {values}.", values="“24 experts” [1], “16 experts. Or more” [2]")
    with using_language("fr"):
        assert translate(disagreement) == (
            "Les sources se contredisent\u00a0: “24 experts” [1], “16 experts. Or more” [2]."
        )
        assert translate(str(disagreement)) == disagreement


def test_of_a_part_that_is_not_answered_it_is_said_and_the_answered_part_stays() -> None:
    parts = [SubQuestion("Scout 4.1", ""), SubQuestion("Maverick", ""), SubQuestion("When is it?", "", whole=True)]
    answer = merge_answers(
        make_answer(),
        [
            AnsweredPart(SubQuestion("How many?", "", whole=True), make_answer(make_citation(1, "Sixteen.")), ()),
            *(AnsweredPart(part, make_abstention(), ()) for part in parts),
        ],
    )
    assert "The sources don't say it of Scout 4.1. " in answer.text
    with using_language("de"):
        assert translate(answer.text) == (
            "How many? Sixteen. [1] Zu Scout 4.1 sagen die Quellen das nicht. "
            "Zu Maverick sagen die Quellen das nicht. Dazu sagen die Quellen nichts: When is it?"
        )


@given(
    text=any_text,
    words=st.lists(any_text, max_size=3).map(tuple),
    why=st.sampled_from(["", MISSING, NO_QUESTION, OTHER_LANGUAGE, "another"]),
    code=st.sampled_from(language_codes()),
)
def test_there_is_a_reason_whatever_the_index_says(text: str, words: tuple[str, ...], why: str, code: str) -> None:
    with using_language(code):
        assert abstention_reason(silent(why, text=text, missing=words, titles=words)).strip()
        assert translate(text) == text
