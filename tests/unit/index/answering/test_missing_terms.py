"""What the sources lack is said in the question's own words, and only where it was checked."""

from __future__ import annotations

import pytest

from index.answering._missing_terms import LONGEST, find_missing_terms
from index.text.questions import QuestionAnalysis
from tests.support.index_fakes import search_index

TEXT = (
    "---\ntitle: The Zephyr report\n---\n"
    "# Models\n\nScout has 16 experts and a context window of 10 million tokens.\n\n"
    "Tea is nice and has nothing to do with it.\n\n"
    "Maverick has 128 experts. It was built by Acme in Nantes, a place near the sea.\n\n"
    "General Céloron came in 1749.\n"
)
SHELF = search_index(a_md=TEXT)


@pytest.mark.parametrize(
    ("question", "said", "missing"),
    [
        ("Who founded OpenAI?", "The sources don't mention OpenAI.", ("OpenAI",)),
        ("Is it like GPT-5 or Gemini Pro?", "The sources don't mention GPT-5 or Gemini Pro.", ("GPT-5", "Gemini Pro")),
        ("What is the licence of Scout?", "The sources mention Scout, but not “licence”.", ("licence",)),
        ("what is the licence of it", "The sources don't mention “licence”.", ("licence",)),
        ("What does Acme think of Oslo?", "The sources mention Acme, but not Oslo.", ("Oslo",)),
        ("Did Acme build it in 1999?", "The sources mention Acme, but not “1999”.", ("1999",)),
        ("Who is the CEO of Acme?", "The sources mention Acme, but not “CEO”.", ("CEO",)),
        ("WHAT IS THE PRICE?", "The sources don't mention “PRICE”.", ("PRICE",)),
    ],
)
def test_what_no_source_holds_is_named_as_the_asker_wrote_it(question, said, missing):
    missing_terms = find_missing_terms(QuestionAnalysis.of(question), SHELF)
    assert missing_terms
    assert (missing_terms.text, missing_terms.phrases) == (said, missing)


@pytest.mark.parametrize(
    "question", ["What is the context window of Maverick?", "What is Maverick's context window, if any?"]
)
def test_what_is_there_but_not_with_the_name_is_said_to_be_missing_of_it(question):
    missing = find_missing_terms(QuestionAnalysis.of(question), SHELF)
    assert missing
    assert missing.text == "The sources mention Maverick, but not its context window."
    assert missing.phrases == ("context window",)


def test_what_is_not_the_names_own_is_said_not_to_be_near_it():
    missing = find_missing_terms(QuestionAnalysis.of("Has Maverick come with tokens?"), SHELF)
    assert missing
    assert missing.text == "The sources mention Maverick, but not near “tokens”."


def test_a_person_is_no_it():
    missing = find_missing_terms(QuestionAnalysis.of("Who is the sea of Scout?"), SHELF)
    assert missing
    assert missing.text == "The sources mention Scout, but not near “sea”."


@pytest.mark.parametrize("question", ["What is Maverick's GPU count?", "What is the GPU count of Maverick?"])
def test_a_name_that_only_qualifies_a_thing_is_part_of_the_thing(question):
    made = search_index(a_md="Scout needs a GPU count of 8.\n\nTea is nice.\n\nMaverick has 128 experts.\n")
    missing = find_missing_terms(QuestionAnalysis.of(question), made)
    assert missing
    assert missing.text == "The sources mention Maverick, but not its GPU count."


def test_of_two_names_only_the_one_that_the_thing_is_not_near_is_said_to_lack_it():
    missing = find_missing_terms(QuestionAnalysis.of("Has Scout, or Maverick, a context window?"), SHELF)
    assert missing
    assert missing.text == "The sources mention Maverick, but not near “context window”."


@pytest.mark.parametrize(
    "question",
    [
        "How many experts does Maverick have?",  # all there, in one sentence
        "What did Maverick do near the sea?",  # in the sentence after the one with the name
        "How big is it?",  # a property, no thing
        "Who hallucinated?",  # an action, no thing
        "What happened to it?",
        "When did Celeron come?",  # spelt nearly as it is in the source
        "What is the Zephyr report?",  # a title holds it
        "Do Scout and Maverick have the experts?",  # each has, in a sentence of its own
        "What are the names of the two experts?",  # a count is no thing
        "What is the difference between Scout and Maverick?",  # asks for a comparison, no thing either
        "",
        "?!",
    ],
)
def test_what_was_not_checked_or_is_no_plain_thing_is_not_said_to_be_missing(question):
    assert find_missing_terms(QuestionAnalysis.of(question), SHELF) is None


def test_a_name_whose_words_stand_apart_is_neither_mentioned_nor_missing():
    assert find_missing_terms(QuestionAnalysis.of("What is Acme Scout?"), SHELF) is None


def test_missing_phrases_are_short_letters_and_digits_and_at_most_three():
    """A phrase that is missing from the sources consists of letters and digits and is of bounded length."""
    missing = find_missing_terms(QuestionAnalysis.of("Is it by @Everyone, <Alpha>, [Beta](x) or Gamma?"), SHELF)
    assert missing
    assert missing.text == "The sources don't mention Everyone, Alpha or Beta."
    assert find_missing_terms(QuestionAnalysis.of(f"Is it by X{'x' * LONGEST}?"), SHELF) is None
