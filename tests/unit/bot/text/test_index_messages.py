"""Each reason of the index is a phrase, and every phrase is said in the language of whoever reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.errors import explain
from bot.text.i18n import PLACEHOLDER, language_codes, using_language
from bot.text.index_messages import DISCORD_STEPS, abstention_reason, translate, translate_fault
from index.domain.answers import ABSTENTION
from index.domain.errors import NoIndex, NoSuchSnapshot, SourceRejected
from index.domain.messages import FIXES as OF_THE_COMMAND_LINE
from index.domain.messages import LIST, REINDEX, Message, join_messages, with_fix
from tests.support.catalogue import INDEX, index_message_uses
from tests.support.makers import make_abstention
from tests.support.texts import any_text

OTHERS = language_codes()[1:]
TEMPLATES = sorted({use.key.singular for use in index_message_uses() if use.key})

THE_SAME = {
    *("{name} {why}", "{name} {why}.", "{fault}.", "{fault}: {step}.", "snapshot {id} is live; {changes}"),
    *("{headline}: {quotations}", "{title} ({date})", "“{title}”"),
}
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
    assert explain(error, "asking") == (
        "I have no index to answer from: it could not be built. /status says why; a moderator or the bot's owner can "
        "try again with /reindex."
    )


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


@pytest.mark.parametrize("code", OTHERS)
def test_a_reason_is_said_in_the_language_with_its_values_as_they_are(code: str) -> None:
    reason = Message("new: {names}", names="“24 experts” [1]")
    with using_language(code):
        said = abstention_reason(make_abstention(text=reason))
    assert "“24 experts” [1]" in said
    assert said != reason


@pytest.mark.parametrize("code", language_codes())
def test_a_reason_that_is_no_message_is_shown_as_it_stands(code: str) -> None:
    with using_language(code):
        assert abstention_reason(make_abstention(text="The index's own words.")) == "The index's own words."


@pytest.mark.parametrize("code", OTHERS)
def test_without_a_reason_it_is_said_that_the_sources_do_not_say(code: str) -> None:
    assert abstention_reason(make_abstention(text=" ")) == "The sources don't say."
    with using_language(code):
        said = abstention_reason(make_abstention(text=ABSTENTION))
        assert said == abstention_reason(make_abstention(text=""))
        assert said != ABSTENTION


@given(text=any_text, code=st.sampled_from(language_codes()))
def test_there_is_a_reason_whatever_the_index_says(text: str, code: str) -> None:
    with using_language(code):
        assert abstention_reason(make_abstention(text=text)).strip()
        assert translate(text) == text
