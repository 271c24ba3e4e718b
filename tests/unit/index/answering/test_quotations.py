"""Quotations: the sentences around the words that answer, exact and short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.quotations import (
    LONGEST_LIST,
    LONGEST_QUOTATION,
    LONGEST_SHORT_ANSWER,
    Quotation,
    cite_passage,
    quote,
    quote_list,
)
from index.domain.documents import Document
from index.domain.errors import UnreadableSource
from index.domain.reading import AnswerSpan
from index.retrieval.windows import cut_windows
from tests.support.index_fakes import WordEmbedder, parse_files, search_index
from tests.support.texts import markdown

CLAUSES = [f"this is clause number {number} of a very long sentence" for number in range(12)]
LONG = ", ".join(["The beginning", *CLAUSES, "and the end"]) + "."
POWER = "Scout is a model of great power."


def quotation(text: str, words: str) -> tuple[Quotation | None, Document]:
    """Return the quotation for words of the first window that holds them, and its document."""
    index = search_index(embedder=WordEmbedder(max_tokens=256), a_md=text)
    window = next(window for window in index.windows if words in window.text)
    begin = window.text.index(words)
    document = index.documents[window.document_id]
    return quote(window, AnswerSpan(begin, begin + len(words), 0.0), index.passages, document), document


def quoted(text: str, words: str) -> tuple[str, str]:
    """Return the quotation to the letter, and as it is shown."""
    found, document = quotation(text, words)
    assert found is not None
    assert document.text[found.answer_start : found.answer_end] in document.text[found.start : found.end]
    return document.text[found.start : found.end], found.shown


def test_the_sentence_around_the_words_is_quoted_and_shown_without_markup():
    text = f"{POWER} Maverick **has** [many](http://a.b) experts, they say. Behemoth is not there yet."
    exact, shown = quoted(text, "many experts")
    assert exact == "Maverick **has** [many](http://a.b) experts, they say."
    assert shown == "Maverick has many experts, they say."


def test_words_across_two_sentences_quote_both():
    text = f"{POWER} Maverick has many experts, they say. Behemoth is not there yet."
    exact, shown = quoted(text, "they say. Behemoth is")
    assert exact == shown == "Maverick has many experts, they say. Behemoth is not there yet."


def test_a_row_of_a_table_is_quoted_whole_and_shown_with_the_names_of_its_columns():
    text = "| Model | | Price |\n|---|---|---|\n| Scout | new | **$1** |\n"
    assert quoted(text, "$1") == ("Scout | new | **$1", "Model: Scout | new | Price: $1")


SITES = """| Site | Year | Depth | Span | Piers | Owner of the bridge and of all that belongs to it |
|---|---|---|---|---|---|
| Lund | 1990 | 3 m | 40 m | 7 | Ida Moss and her brother |
| Lund | 2004 | 4 m | | 9 | Ida Moss and her brother |
| Vik | 2004 | 5 m | 70 m | 8 | Per Dahl and his sister |
"""
OWNER = "Owner of the bridge and of all that belongs to it"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("4 m", "Site: Lund | Year: 2004 | Depth: 4 m | …"),
        ("70 m", "Site: Vik | Year: 2004 | … | Span: 70 m | …"),
        ("Per Dahl", f"Site: Vik | Year: 2004 | … | {OWNER}: Per Dahl and his sister"),
        ("1990", "Site: Lund | Year: 1990 | …"),
    ],
)
def test_a_long_row_is_shown_by_its_name_and_the_values_that_answer(words, shown):
    assert quoted(SITES, words)[1] == shown


def test_a_row_without_names_of_columns_is_shown_as_it_is():
    assert quoted("| | |\n|---|---|\n| Opened | 1971 |\n", "1971") == ("Opened | 1971", "Opened | 1971")


def test_the_caption_of_a_table_is_the_context_of_its_rows():
    table = (
        "<table><caption>Depths of all the sites that we went to last year</caption><tr><th>Lund<td>3 m</tr></table>"
    )
    documents, passages = parse_files(WordEmbedder(), a_html=table)
    (window,) = cut_windows(documents, passages)
    begin = window.text.index("3 m")
    found = quote(window, AnswerSpan(begin, begin + 3, 0.0), passages, documents[window.document_id])
    assert found is not None
    assert (found.shown, found.context) == ("Lund | 3 m", "Depths of all the sites that we went…")


def test_a_nearest_row_is_shown_with_the_names_of_its_columns():
    index = search_index(embedder=WordEmbedder(max_tokens=256), a_md=SITES)
    (document,) = index.documents.values()
    shown = cite_passage(index.passages[1], document, 1).shown
    assert shown == f"Site: Lund | Year: 2004 | Depth: 4 m | Piers: 9 | {OWNER}: Ida Moss and her brother"


def test_a_value_of_front_matter_is_quoted_with_the_name_of_its_field_as_context():
    found, document = quotation("---\nauthors: [Ann Baker]\n---\nBody.\n", "Ann Baker")
    assert found is not None
    assert (document.text[found.start : found.end], found.context) == ("Ann Baker", "Authors")


def test_a_quotation_never_spans_two_sections():
    text = "## Added\n\n- Export to many kinds of files.\n\n## Removed\n\n- The flag for old ones.\n"
    exact, shown = quoted(text, "to many kinds of files.\nRemoved\n- The")
    assert exact == shown == "Export to many kinds of files."


def test_words_of_a_heading_alone_quote_the_heading():
    found, document = quotation("# Changes\n\n## [7.2](http://a.b) of *May 3*\n\nIt is small enough.\n", "May 3")
    assert found is not None
    assert document.text[found.start : found.end] == "7.2](http://a.b) of *May 3"
    assert (found.shown, found.answer) == ("7.2 of May 3", "May 3")


def test_words_of_two_headings_quote_the_inner_one():
    assert quoted("# Changes\n\n## 7.2\n\nIt is small enough.\n", "Changes > 7.2")[0] == "7.2"


def test_words_of_a_heading_and_a_sentence_quote_the_sentence():
    assert quoted("# Scout\n\nThe model is small enough.\n", "Scout\nThe model")[0] == "The model is small enough."


@pytest.mark.parametrize("words", ["Can I print", "Who"])
def test_a_question_of_the_source_is_quoted_with_the_sentence_that_answers_it(words):
    text = f"{POWER} Nothing else.\n\nCan I print my notes at home?\n\nNot yet, but soon.\n\nWho is it for, anyway?\n"
    found, document = quotation(text, words)
    if words == "Who":
        assert found is None  # nothing answers it
        return
    assert found is not None
    assert found.shown == "Can I print my notes at home? Not yet, but soon."
    assert found.short_answer(document, 1) is None


LIST = """## New features

There are some.

- Maps can be printed as posters.
- Tracks are drawn in **three** dimensions.

1. The search understands typing errors.

## Known issues

- None at all.
"""


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("posters.\n- Tracks", "- Maps can be printed as posters.\n- Tracks are drawn in three dimensions."),
        ("Tracks", "Tracks are drawn in three dimensions."),
    ],
)
def test_several_items_are_quoted_as_a_list(words, shown):
    assert quoted(LIST, words)[1] == shown


def test_the_whole_list_around_an_item_is_quoted_as_far_as_it_is_short_enough():
    found, document = quotation(LIST, "Tracks")
    assert found is not None
    index = search_index(embedder=WordEmbedder(max_tokens=256), a_md=LIST)
    whole = quote_list(found, index.passages, document)
    assert whole.shown.split("\n") == [
        "- Maps can be printed as posters.",
        "- Tracks are drawn in three dimensions.",
        "1. The search understands typing errors.",
    ]
    assert document.text[whole.start : whole.end].startswith("Maps can be printed")
    assert (whole.answer_start, whole.answer_end) == (found.answer_start, found.answer_end)
    many = "- This is the item number {} of a long list that goes on and on for a while.\n"
    long = f"## Changes\n\n{''.join(many.format(number) for number in range(9))}"
    found, document = quotation(long, "number 7")
    index = search_index(embedder=WordEmbedder(max_tokens=256), a_md=long)
    whole = quote_list(found, index.passages, document)
    assert whole.end - whole.start <= LONGEST_LIST
    assert "number 7" in whole.shown
    assert whole.shown.startswith("…\n- ")
    assert whole.shown.endswith(".\n…") is ("number 8" not in whole.shown)


def test_a_question_that_is_a_heading_is_answered_by_what_is_below_it():
    exact, _ = quoted("# Help\n\n## Can I print my notes?\n\nNot at all, and it never will.\n", "print my notes")
    assert exact == "Not at all, and it never will."


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("[struck out: 3 May] 10 May", "10 May"),
        ("on [struck out: 3 May", "on"),
        ("3 May", None),
    ],
)
def test_struck_out_words_are_never_the_words_that_answer(words, answer):
    found, _ = quotation("The course starts on [struck out: 3 May] 10 May, as they say.", words)
    assert (found and found.answer) == answer


@pytest.mark.parametrize(
    ("words", "left", "right"),
    [("clause number 6", "…", "…"), ("The beginning", "", "…"), ("the end", "…", "")],
)
def test_a_long_sentence_is_cut_at_clauses_with_an_ellipsis_at_each_cut(words, left, right):
    exact, shown = quoted(LONG, words)
    assert len(exact) <= LONGEST_QUOTATION
    assert shown == f"{left}{exact}{right}"
    assert exact.startswith("The beginning" if not left else "this is clause")
    assert exact.endswith("." if not right else "sentence,")
    assert words in exact


def test_two_long_sentences_are_cut_at_clauses_too():
    first, second = (", ".join([begin, *CLAUSES[:4], "and the end"]) + "." for begin in ("The beginning", "The next"))
    text = f"{first} {second}"
    exact, shown = quoted(text, "and the end. The next, this is clause number 0")
    assert len(exact) <= LONGEST_QUOTATION
    assert "and the end. The next, this is clause number 0" in exact
    assert shown == f"…{exact}"


def test_a_cut_sentence_with_markup_is_shown_without_it():
    exact, shown = quoted(LONG.replace("clause number", "*clause* **number**"), "clause number 6")
    assert "*clause* **number** 6" in exact
    assert "clause number 6" in shown
    assert "*" not in shown


def test_a_long_sentence_without_clauses_is_quoted_whole():
    text = " ".join(f"word{number}" for number in range(58)) + "."
    assert len(text) > LONGEST_QUOTATION
    assert quoted(text, "word30") == (text, text)


@pytest.mark.parametrize("first", ["It reads", "They read", "However, it reads", "Despite this, it reads"])
def test_a_sentence_that_points_back_is_quoted_with_the_one_before(first):
    text = f"{POWER} {first} ten million tokens."
    assert quoted(text, "ten million") == (text, text)


def test_after_a_long_sentence_one_that_points_back_has_its_beginning_as_context():
    long = f"Scout is a model of great power that {'really ' * 40}everybody likes."
    found, document = quotation(f"{long} It reads ten million tokens.", "ten million")
    assert found is not None
    assert document.text[found.start : found.end] == "It reads ten million tokens."
    assert found.context == "Scout is a model of great power that…"
    assert found.cite(document, "", 1, 0.5).context == found.context


@pytest.mark.parametrize("text", ["It reads ten million tokens.", f"{POWER}\n\n# Next\n\nIt reads ten million tokens."])
def test_a_first_sentence_that_points_back_stands_alone(text):
    assert quoted(text, "ten million")[0] == "It reads ten million tokens."


def test_a_sentence_before_a_row_is_never_joined_to_it():
    text = f"{POWER}\n\n| Model | Price |\n|---|---|\n| It | $1 |\n"
    assert quoted(text, "$1")[0] == "It | $1"


def test_the_short_answer_is_the_words_where_they_stand():
    found, document = quotation(f"{POWER} Maverick has **many** experts.", "many")
    assert found is not None
    short = found.short_answer(document, 2)
    assert short is not None
    assert (short.text, short.citation, document.text[short.start : short.end]) == ("many", 2, "many")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Maverick has **many** experts, they say.", "many experts"),
        ("Bread &amp; tea are here for you.", "Bread & tea"),
        ("The caf\u00c3\u00a9 is open for everybody.", "caf\u00e9"),
    ],
)
def test_words_that_read_otherwise_than_their_source_are_no_short_answer(text, words):
    found, document = quotation(text, words)
    assert found is not None
    assert found.short_answer(document, 1) is None


def test_many_words_are_no_short_answer():
    text = "They " + "really " * 30 + "like it."
    found, document = quotation(text, text[: LONGEST_SHORT_ANSWER + 3])
    assert found is not None
    assert found.short_answer(document, 1) is None


@pytest.mark.parametrize(
    ("text", "words", "exact"),
    [
        ("Line one is here,\r\nline two is there.\r\n", "one is here, line", "Line one is here,\r\nline two is there."),
        ("\ufeffThe model is small enough.", "small", "The model is small enough."),
        ("Bread &amp; tea are here for you.", "tea", "Bread &amp; tea are here for you."),
        ("The caf\u00c3\u00a9 is open for all.", "open", "The caf\u00c3\u00a9 is open for all."),
    ],
)
def test_a_quotation_is_the_source_to_the_letter(text, words, exact):
    assert quoted(text, words)[0] == exact


@given(markdown, st.data())
def test_any_words_of_any_window_are_quoted_from_the_source_or_not_at_all(text, data):
    try:
        documents, passages = parse_files(WordEmbedder(), a_md=text)
    except UnreadableSource:
        return
    if not passages:
        return
    window = data.draw(st.sampled_from(cut_windows(documents, passages)))
    begin = data.draw(st.integers(0, len(window.text) - 1))
    end = data.draw(st.integers(begin + 1, len(window.text)))
    document = documents[window.document_id]
    found = quote(window, AnswerSpan(begin, end, 0.0), passages, document)
    if found is None:
        return
    assert 0 <= found.start <= found.answer_start <= found.answer_end <= found.end <= len(document.text)
    assert found.start < found.end
    assert found.shown
    short = found.short_answer(document, 1)
    assert short is None or document.text[short.start : short.end] == short.text == found.answer
