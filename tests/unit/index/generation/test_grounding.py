"""Sentences checked against the windows that they are said to rest on."""

from __future__ import annotations

import pytest

from index.generation.grounding import Dropped, DropReason, GroundedSentence
from tests.support.generation_fakes import WordChecker, draft, evidence_of, grounder
from tests.support.index_fakes import search_index

MODELS = """# Models

## Scout

Scout has **17 billion** active parameters. It reads 10 million tokens at once.

## Maverick

Maverick has 17 billion active parameters and 128 experts. It reads 1 million tokens at once.
"""
INDEX = search_index(a_md=MODELS)
TEXT = next(iter(INDEX.documents.values())).text
EVIDENCE = evidence_of(INDEX)
PARAMETERS = "Scout has 17 billion active parameters"
TOKENS = "reads 10 million tokens at once"


def check(text: str, *quotes: str, number: int = 1, english: str = "", before: GroundedSentence | None = None):
    return grounder().check(draft(text, *quotes, number=number, english=english), EVIDENCE, INDEX, before)


def quotes(result: GroundedSentence | Dropped) -> list[str]:
    assert isinstance(result, GroundedSentence), result
    for citation in result.citations:
        assert TEXT[citation.start : citation.end] == citation.quote
    return [citation.quote for citation in result.citations]


def reason(result: GroundedSentence | Dropped) -> DropReason:
    assert isinstance(result, Dropped), result
    return result.reason


def test_words_of_a_window_are_quoted_as_the_whole_sentence_of_the_source():
    assert quotes(check("Scout has 17 billion parameters.", "17 billion active")) == [
        "Scout has **17 billion** active parameters."
    ]


def test_a_quotation_is_shown_without_markup_under_its_headings():
    (citation,) = check("Scout has 17 billion parameters.", PARAMETERS).citations
    assert (citation.shown, citation.section, citation.number) == (f"{PARAMETERS}.", "Models > Scout", 0)


def test_a_sentence_that_points_back_is_quoted_with_the_one_before():
    (quote,) = quotes(check("Scout reads 10 million tokens.", TOKENS))
    assert quote.startswith("Scout has")


@pytest.mark.parametrize("number", [1, 7])
def test_words_that_differ_a_little_or_have_a_wrong_number_are_looked_up(number):
    wrong = "Scout has 17 billion of active parameter"
    assert quotes(check("Scout has 17 billion parameters.", wrong, number=number)) == [
        "Scout has **17 billion** active parameters."
    ]


def test_words_found_nearby_count_only_if_they_carry_the_sentence():
    result = check("Scout has been trained in Paris.", "Scout had 17 billion activ parameters")
    assert reason(result) is DropReason.NOT_ENTAILED


def test_if_the_quoted_words_do_not_carry_a_sentence_those_nearest_to_it_may():
    assert quotes(check("Scout has 17 billion active parameters.", "Maverick", number=2)) == [
        "Scout has **17 billion** active parameters."
    ]


@pytest.mark.parametrize(
    "part", ["the bridge is safe.", "Some engineers hold that the bridge is safe", "the bridge is safe in winter."]
)
def test_a_sentence_copied_in_part_is_written_whole(part):
    sentence = "Some engineers hold that the bridge is safe in winter."
    index = search_index(a_md=f"# Bridge\n\n{sentence} It was built in 1900.\n")
    written = grounder().check(draft(part, "the bridge is safe"), evidence_of(index), index)
    assert isinstance(written, GroundedSentence)
    assert (written.text, written.claim) == (sentence, sentence)


def test_a_sentence_in_words_of_its_own_is_written_as_it_is():
    written = check("Maverick has 128 experts.", "17 billion active parameters and 128 experts", number=2)
    assert isinstance(written, GroundedSentence)
    assert written.text == "Maverick has 128 experts."


def test_evidence_without_words_is_the_sentences_that_say_most_of_it():
    assert quotes(check("Maverick has 128 experts.", "")) == [
        "Maverick has 17 billion active parameters and 128 experts."
    ]


def test_a_sentence_without_evidence_in_the_sources_is_dropped():
    assert reason(check("Scout was trained on Mars.", "trained on Mars with rockets")) is DropReason.NOT_QUOTED
    assert reason(check("Scout has 17 billion parameters.")) is DropReason.NOT_QUOTED


def test_a_number_that_the_evidence_lacks_drops_a_sentence():
    assert reason(check("Scout has 18 billion active parameters.", PARAMETERS)) is DropReason.UNSUPPORTED


def test_what_the_evidence_does_not_say_is_dropped():
    assert reason(check("Scout never has active parameters.", PARAMETERS)) is DropReason.NOT_ENTAILED


def test_one_quotation_that_is_enough_is_quoted_alone():
    assert len(quotes(check("Maverick has 128 experts.", PARAMETERS, "128 experts"))) == 1


def test_quotations_that_are_enough_only_together_are_all_quoted():
    text = "Scout reads 10 million tokens, Maverick with 128 experts 1 million."
    assert len(quotes(check(text, TOKENS, "reads 1 million tokens at once"))) == 2


@pytest.mark.parametrize("text", ["Yes.", "Scout does.", "It is so and has been."])
def test_a_sentence_too_short_to_say_anything_is_a_fragment(text):
    assert reason(check(text, PARAMETERS)) is DropReason.FRAGMENT


def test_a_sentence_that_points_to_none_is_dropped():
    assert reason(check("It reads 10 million tokens.", TOKENS)) is DropReason.DANGLING


def test_a_sentence_that_points_back_is_checked_with_the_one_before():
    checker = WordChecker()
    before = check("Scout has 17 billion parameters.", PARAMETERS)
    result = grounder(checker).check(draft("It reads 10 million tokens.", TOKENS), EVIDENCE, INDEX, before)
    assert isinstance(result, GroundedSentence)
    assert checker.asked[-1][1] == "Scout has 17 billion parameters. It reads 10 million tokens."
    assert len(result.citations) == 1


def test_a_sentence_that_points_to_something_else_is_dropped():
    before = check("Maverick has 128 experts.", "128 experts")
    assert reason(check("It reads 10 million tokens.", TOKENS, before=before)) is DropReason.DANGLING


SPANISH = "Scout tiene 17 mil millones de parámetros activos."


def test_a_sentence_in_another_language_is_checked_in_english():
    checker = WordChecker()
    english = "Scout has 17 billion active parameters."
    result = grounder(checker).check(draft(SPANISH, PARAMETERS, english=english), EVIDENCE, INDEX)
    assert isinstance(result, GroundedSentence)
    assert (result.text, checker.asked[-1][1]) == (SPANISH, english)


@pytest.mark.parametrize(
    "english",
    ["", SPANISH, "Scout has 70 billion active parameters.", "Maverick has 17 billion active parameters."],
)
def test_a_sentence_in_another_language_needs_english_that_says_the_same(english):
    assert reason(check(SPANISH, PARAMETERS, english=english)) is DropReason.LANGUAGE


def test_the_checker_reads_quotations_below_their_headings():
    result = check("Scout has 17 billion parameters.", PARAMETERS)
    assert isinstance(result, GroundedSentence)
    assert result.evidence == f"Models > Scout\n{PARAMETERS}."


@pytest.mark.parametrize(
    "added",
    [
        "@everyone",
        "<@&5>",
        "</ban:1>",
        "https://a.example/?q=1",
        "[more](https:a.example)",
        "discord.gg/abc",
        "www.a.b",
    ],
)
def test_a_link_or_mention_that_is_not_quoted_drops_a_sentence(added):
    assert reason(check(f"Scout has 17 billion active parameters {added}.", PARAMETERS)) is DropReason.UNSUPPORTED
    assert reason(check(f"{added} Scout has 17 billion active parameters.", PARAMETERS)) is DropReason.UNSUPPORTED


def test_a_link_that_is_quoted_may_be_written():
    source = search_index(a_md="# Help\n\nThe manual of the pump is at https://a.example/pump for all members.\n")
    drafted = draft("The manual of the pump is at https://a.example/pump.", "The manual of the pump is at")
    assert isinstance(grounder().check(drafted, evidence_of(source), source), GroundedSentence)
