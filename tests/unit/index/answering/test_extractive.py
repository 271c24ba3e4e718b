"""The quoting generator: the best sentences to the letter, few, short, and none twice."""

from __future__ import annotations

import pytest

from index.answering.extractive import ExtractiveGenerator
from index.domain.answers import Hit
from index.domain.ports import Draft
from tests.support.index_fakes import search_index

REPEATED = "Scout has sixteen experts and a long window."


def draft(scores: list[float], *, sure: bool = True, **files: str) -> Draft:
    """What is quoted when the passages, in the order of the text, have these scores."""
    made = search_index(**files)
    hits = [
        Hit(passage, 0.0, 0.0, (), row, score)
        for row, (passage, score) in enumerate(zip(made.passages, scores, strict=True))
    ]
    answer_draft = ExtractiveGenerator().generate(
        "a question", sorted(hits, key=lambda hit: -hit.score), made.documents, sure=sure
    )
    texts = {document.source: document.text for document in made.documents.values()}
    for citation in answer_draft.citations:
        assert texts[citation.source][citation.start : citation.end] == citation.quote
    return answer_draft


def quotes(answer_draft: Draft) -> list[str]:
    return [citation.quote for citation in answer_draft.citations]


def paragraphs(*sentences: str) -> str:
    return "\n\n".join(sentences)


def test_the_best_sentence_comes_first_and_citations_are_numbered():
    answer_draft = draft(
        [0.1, 0.9], a_md=paragraphs("Bread is made of flour and water.", "Tea is made of leaves and time.")
    )
    assert answer_draft.citations[0].quote == "Tea is made of leaves and time."
    assert [citation.number for citation in answer_draft.citations] == list(range(1, len(answer_draft.citations) + 1))
    assert answer_draft.text.startswith("Tea is made of leaves and time. [1]")


def test_source_section_place_and_address_of_a_citation_are_those_of_its_sentence():
    text = "---\ntitle: The title\nurl: https://a.b\n---\n# Part\n\n**Bread** is made of flour and water.\n"
    made = search_index(a_md=text)
    (citation,) = draft([0.0] * (len(made.passages) - 1) + [0.9], a_md=text).citations[:1]
    assert (citation.source, citation.title, citation.section, citation.url, citation.score) == (
        "a.md",
        "The title",
        "Part",
        "https://a.b",
        0.9,
    )
    assert text[citation.start : citation.end] == citation.quote
    assert citation.shown == "Bread is made of flour and water."


def test_there_are_at_most_three_citations():
    sentences = [f"Sentence {word} tells of {word}ness at some length, and of {word}hood." for word in "abcdefghij"]
    assert len(draft([0.2 - place / 100 for place in range(10)], a_md=paragraphs(*sentences)).citations) == 3


LONG = [f"Words {' '.join(word * n for n in range(4, 24))}." for word in "abcdefg"]


def test_a_further_sentence_is_quoted_only_where_it_is_worth_its_length():
    short = "Tea is made of leaves and time."
    answer_draft = draft([0.9, 0.02, 0.02], a_md=paragraphs(LONG[0], LONG[1], short))
    assert quotes(answer_draft) == [LONG[0], short]


def test_a_sentence_beside_one_that_is_quoted_need_be_worth_less():
    short = "Tea is made of leaves and time."
    worth = 0.003
    assert quotes(draft([0.9, worth], a_md=f"{LONG[0]} {short}")) == [f"{LONG[0]} {short}"]
    assert quotes(draft([0.9, worth], a_md=paragraphs(LONG[0], short))) == [LONG[0]]


def test_the_best_sentence_is_quoted_however_little_it_is_worth():
    assert quotes(draft([0.001], a_md=LONG[0])) == [LONG[0]]


def test_where_the_reader_must_judge_the_nearest_are_quoted_whatever_they_are_worth():
    assert quotes(draft([0.9, 0.02, 0.01], sure=False, a_md=paragraphs(*LONG[:3]))) == LONG[:3]


@pytest.mark.parametrize("sure", [True, False])
def test_quotations_stay_within_their_characters(sure):
    answer_draft = quotes(draft([0.1] * 7, sure=sure, a_md=" ".join(LONG)))
    assert 1_300 - len(LONG[0]) < sum(map(len, answer_draft)) <= 1_300 + len(LONG)


def test_a_sentence_that_only_repeats_is_not_cited_twice():
    again = "Scout has sixteen experts, and a long window!"
    answer_draft = draft([0.9, 0.85, 0.8], a_md=paragraphs(REPEATED, "Bread is made of flour and water.", again))
    assert REPEATED in quotes(answer_draft)
    assert again not in quotes(answer_draft)


def test_the_same_sentence_of_another_source_is_not_cited_twice():
    assert quotes(draft([0.9, 0.9], a_md=REPEATED, b_md=REPEATED)) == [REPEATED]


def test_neighbours_in_a_paragraph_are_one_quotation_cut_from_the_text_as_it_is():
    text = (
        "**Scout** has sixteen experts.  It reads *ten million* tokens at once.\n\nBread is made of flour and water.\n"
    )
    answer_draft = draft([0.9, 0.8, 0.0], a_md=text)
    assert answer_draft.citations[0].quote.endswith("It reads *ten million* tokens at once.")
    assert "sixteen experts.  It reads" in answer_draft.citations[0].quote
    assert answer_draft.citations[0].shown == "Scout has sixteen experts. It reads ten million tokens at once."
    assert answer_draft.citations[0].score == 0.9


def test_a_sentence_that_joins_two_quotations_makes_them_one():
    text = "Scout has sixteen experts. It reads ten million tokens. The third sentence is about bread."
    answer_draft = draft([0.3, 0.1, 0.2], a_md=text)
    assert quotes(answer_draft)[0] == text
    assert len(answer_draft.citations) == 1


def test_sentences_of_two_paragraphs_are_two_quotations():
    answer_draft = draft([0.9, 0.85], a_md=paragraphs("Scout has sixteen experts.", "Maverick has many more of them."))
    assert set(quotes(answer_draft)) == {"Scout has sixteen experts.", "Maverick has many more of them."}


def test_rows_of_a_table_are_not_joined():
    text = "| Model | Experts |\n|---|---|\n| Scout | sixteen |\n| Maverick | many |\n"
    assert set(quotes(draft([0.9, 0.85], a_md=text))) == {"Scout | sixteen", "Maverick | many"}


def test_broken_characters_are_repaired_in_what_is_shown_and_kept_in_the_quotation():
    text = "It has advanced modelsâ€”LLaMA 4 Scout among them."
    (citation,) = draft([0.9], a_md=text).citations
    assert citation.quote == text
    assert citation.shown == "It has advanced models—LLaMA 4 Scout among them."


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_quotation_over_two_lines_keeps_its_line_end(line_end):
    text = f"Scout has sixteen experts{line_end}and reads ten million tokens."
    (citation,) = draft([0.9], a_md=text).citations
    assert citation.quote == text
    assert citation.shown == "Scout has sixteen experts and reads ten million tokens."


def test_without_a_hit_nothing_is_said():
    assert ExtractiveGenerator().generate("?", [], {}) == Draft("", ())
