"""A page around a quotation shows all that a reader would read there, and in bold exactly what was quoted."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.answers import Citation, SourcePage
from index.domain.documents import Document, Passage
from index.domain.sources import SourceFile
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.text.normalize import collapse_whitespace
from index.text.offsets import ReadableText
from index.viewer._pagination import PAGE_CHARACTERS
from index.viewer._source_page import source_page
from tests.support.index_fakes import WordEmbedder
from tests.support.texts import any_text, file_text, front_matter, markdown

count = WordEmbedder().count

SENTENCE = "Sentence number {} is one of very many in this text. "
LONG = "".join(SENTENCE.format(n) for n in range(100))


def document(text: str, name: str = "a.md") -> Document:
    return parse(SourceFile(name, text.encode()))


def citation(text: str, quote: str, shown: str | None = None) -> Citation:
    start = text.index(quote)
    return Citation(1, "a.md", "", "", start, start + len(quote), quote, 0.5, None, shown or collapse_whitespace(quote))


def cited(passages: list[Passage]) -> Citation:
    """Of passages that follow each other, as the generator joins them."""
    first, last = passages[0], passages[-1]
    text = collapse_whitespace(" ".join(passage.reading for passage in passages))
    return Citation(1, "a.md", "", "", first.start, last.end, "", 0.5, None, text)


def shown(text: str, quote: str, *, page: int | None = None, reading: str | None = None) -> SourcePage:
    return source_page(document(text), citation(text, quote, reading), snapshot="s", page=page)


def bold(page: SourcePage) -> str | None:
    return None if page.highlight is None else page.text[slice(*page.highlight)]


def every_page(source: Document, quotation: Citation) -> list[SourcePage]:
    first = source_page(source, quotation, snapshot="s", page=1)
    others = [source_page(source, quotation, snapshot="s", page=page) for page in range(2, first.pages + 1)]
    return [first, *others]


def test_the_page_is_what_a_person_reads_and_the_quotation_is_bold():
    text = "# Models\n\n**Scout** reads [10 million](http://x.y) tokens&hellip; It is\nmodelsâ€”fast.\n\n- One\n- Two\n"
    page = shown(text, "[10 million](http://x.y) tokens&hellip; It is\nmodelsâ€”fast.")
    assert page.text == "Scout reads 10 million tokens… It is models—fast.\n\nOne\n\nTwo"
    assert bold(page) == "10 million tokens… It is models—fast."
    assert (page.section, page.page, page.pages, page.snapshot) == ("Models", 1, 1, "s")
    assert (page.source, page.title) == ("a.md", "Models")


def test_without_a_page_it_is_the_one_where_the_quotation_begins():
    page = shown(LONG, "Sentence number 70 is one")
    assert bold(page) == "Sentence number 70 is one"
    assert 1 < page.page < page.pages
    assert page == shown(LONG, "Sentence number 70 is one", page=page.page)


@pytest.mark.parametrize(("wanted", "got"), [(-5, 1), (0, 1), (1, 1), (2, 2), (4, 4), (5, 4), (10**9, 4)])
def test_for_a_page_that_does_not_exist_it_is_the_nearest_that_does(wanted, got):
    page = shown(LONG, "Sentence number 0 is", page=wanted)
    assert (page.page, page.pages) == (got, 4)


def test_on_another_page_nothing_is_bold():
    assert bold(shown(LONG, "Sentence number 70 is one", page=1)) is None


def test_a_block_longer_than_a_page_is_cut_between_sentences_with_an_ellipsis():
    pages = every_page(document(LONG), citation(LONG, "Sentence number 0 is"))
    assert [page.text.startswith("… Sentence number") for page in pages] == [False, True, True, True]
    assert [page.text.endswith("of very many in this text. …") for page in pages] == [True, True, True, False]


def test_a_text_without_sentences_is_cut_between_words():
    """One without words is cut between characters."""
    words = " ".join(f"word{n}" for n in range(600))
    for page in every_page(document(words), citation(words, "word0")):
        assert all(re.fullmatch(r"word\d+|…", word) for word in page.text.split())
    accents = "e\u0301" * 2_000
    for page in every_page(document(accents), citation(accents, "e")):
        assert page.text.strip("… ").startswith("e")
        assert page.text.strip("… ").endswith("\u0301")


def test_a_quotation_that_fits_on_a_page_is_not_cut_in_two():
    whole = LONG[LONG.index("Sentence number 20 ") : LONG.index("Sentence number 40 ")].strip()
    page = shown(LONG, whole)
    assert bold(page) == whole
    assert [
        viewed.highlight for viewed in every_page(document(LONG), citation(LONG, whole)) if viewed.page != page.page
    ] == [None] * 3


def test_of_a_quotation_over_several_pages_each_has_its_part_in_bold():
    quotation = citation(LONG, LONG.strip())
    pages = every_page(document(LONG), quotation)
    assert collapse_whitespace(" ".join(filter(None, map(bold, pages)))) == LONG.strip()
    assert source_page(document(LONG), quotation, snapshot="s").page == 1


def test_a_quotation_over_several_blocks_is_bold_from_its_first_word_to_its_last():
    text = "One. Two is here.\n\n- Three\n- Four is *there*.\n"
    assert bold(shown(text, "Two is here.\n\n- Three\n- Four")) == "Two is here.\n\nThree\n\nFour"


def test_white_space_that_is_folded_moves_nothing():
    text = "One  two   three.  Four\n  five.\n\nSix."
    assert bold(shown(text, "three.  Four\n  five.\n\nSix")) == "three. Four five.\n\nSix"


def test_places_within_what_is_read_as_one_character_are_all_of_it():
    assert bold(shown("a &amp; b", "mp; b")) == "& b"
    assert bold(shown("a &amp; b", "a &am")) == "a &"


@pytest.mark.parametrize(("more", "pages"), [(0, 1), (1, 2)])
def test_a_page_is_filled_up_to_the_limit(more, pages):
    text = f"{'a' * 900}\n\n{'b' * (PAGE_CHARACTERS - 902 + more)}"
    assert shown(text, "a").pages == pages
    last = "c" * (PAGE_CHARACTERS - 990 - 3 * 3 - 5 * 2 + more)
    text = f"# One\n\n{'a' * 495}\n\n# Two\n\n{'b' * 495}\n\n# Six\n\n{last}"
    assert shown(text, "a").pages == pages


def test_short_sections_share_a_page_with_their_headings_and_a_long_one_has_its_own():
    text = f"# T\n\na\n\n## B\n\nb\n\n## C\n\n{LONG[:700]}\n\n## D\n\nd\n"
    pages = every_page(document(text), citation(text, "b"))
    assert [page.text for page in pages] == ["T\n\na\n\nB\n\nb", collapse_whitespace(LONG[:700]), "d"]
    assert [page.section for page in pages] == ["T > B", "T > C", "T > D"]
    assert bold(pages[0]) == "b"


def test_no_page_of_short_sections_is_over_the_limit():
    text = "".join(f"# Heading {n}\n\n{LONG[:450]}\n\n" for n in range(9))
    pages = every_page(document(text), citation(text, "Heading 0"))
    assert [page.text.count("Heading") for page in pages] == [3, 3, 3]
    assert max(len(page.text) for page in pages) <= PAGE_CHARACTERS


def test_a_table_is_shown_behind_its_header_and_its_rows_one_by_one():
    text = "| Model | Experts |\n|---|---|\n| Scout | 16 |\n| Maverick | 128 |\n"
    page = shown(text, "Maverick | 128")
    assert page.text == "Model | Experts\n\nScout | 16\n\nMaverick | 128"
    assert bold(page) == "Maverick | 128"


def test_front_matter_is_shown_with_the_names_of_its_fields():
    text = "---\ntitle: 'A title'\nauthors:\n  - name: Ann\n  - name: Bob\n---\nbody\n"
    page = shown(text, "Ann\n  - name: Bob", reading="Ann, Bob")
    assert page.text == "Front matter\n\ntitle: A title\n\nauthors: Ann, Bob\n\nbody"
    assert bold(page) == "Ann, Bob"


def test_code_keeps_its_lines():
    page = shown("Do this:\n\n```py\nif x:\n    y = 1\n\nz = 2\n```\n", "    y = 1\n\nz", reading="y = 1 z")
    assert page.text == "Do this:\n\nif x:\n    y = 1\n\nz = 2"
    assert bold(page) == "y = 1\n\nz"


def test_a_sentence_of_a_value_whose_words_have_no_places_of_their_own_is_bold_alone():
    value = "It has\\x20one sentence here of some words. It has another one that follows it there."
    text = f'---\nsummary: "{value}"\n---\nbody\n'
    (last,) = [passage for passage in chunk(document(text), count, 64) if passage.reading.startswith("It has another")]
    assert last.text != last.reading
    assert bold(source_page(document(text), cited([last]), snapshot="s")) == "It has another one that follows it there."


def test_a_value_that_is_named_twice_is_bold_once():
    text = "---\nauthor: &a 'Ann Lee'\neditor: *a\n---\nbody\n"
    page = shown(text, "Ann Lee")
    assert (page.text.count("Ann Lee"), bold(page)) == (2, "Ann Lee")


def test_a_document_of_an_older_snapshot_which_has_no_blocks_gives_the_same_page():
    text = f"# T\n\nOne **two** three.\n\n{LONG}"
    whole = document(text)
    bare = replace(whole, sections=tuple(replace(section, blocks=()) for section in whole.sections))
    quotation = citation(text, "**two** three.")
    assert source_page(bare, quotation, snapshot="s") == source_page(whole, quotation, snapshot="s")


def test_a_document_with_broken_front_matter_is_shown():
    text = "---\ntitle: [never closed\n---\nThe body of it.\n"
    bare = Document("id", "a.md", "A", None, text, ())
    assert bold(source_page(bare, citation(text, "The body"), snapshot="s")) == "The body"


@pytest.mark.parametrize(
    ("current", "since"),
    [
        (None, "removed"),
        ("One. The words here. Two.", ""),
        ("New. One. The words here. Two.", "changed"),
        ("One. The\nwords\n  here. Two.", "changed"),
        ("One. Those words here. Two.", "reworded"),
    ],
)
def test_what_became_of_the_source_since_is_said(current, since):
    text = "One. The words here. Two."
    now = None if current is None else document(current)
    assert source_page(document(text), citation(text, "The words here."), snapshot="s", current=now).change == since


def test_the_public_page_is_linked_where_there_is_one():
    text = "---\nurl: https://x.y/z\n---\nThe *words* here.\n"
    assert shown(text, "*words* here", reading="words here").link == "https://x.y/z#:~:text=words%20here"
    assert shown("The words here.", "words").link is None


def test_quoted_code_is_linked_line_by_line():
    text = "---\nurl: https://x.y/z\n---\n```\nx = 1\ny = 2\n```\n"
    page = shown(text, "x = 1\ny = 2")
    assert page.link is not None
    assert page.link.endswith("&text=x%20%3D%201,-y%20%3D%202&text=x%20%3D%201-,y%20%3D%202")


def test_the_ellipses_of_a_cut_quotation_are_looked_for_nowhere():
    source = replace(document("It is new, and it has 16 experts, as is said."), url="https://example.com/a")
    cut = citation(source.text, "and it has 16 experts", "…and it has 16 experts…")
    page = source_page(source, cut, snapshot="s")
    assert bold(page) == "and it has 16 experts"
    assert page.link is not None
    assert "%E2%80%A6" not in page.link


def test_an_ellipsis_of_the_source_itself_is_quoted():
    assert bold(shown("It goes on … and ends …", "… and ends …")) == "… and ends …"


def test_a_document_without_words_has_one_empty_page():
    page = source_page(document("***\n"), citation("***", "***"), snapshot="s")
    assert (page.text, page.highlight, page.page, page.pages) == ("", None, 1, 1)


FRAGMENTS = (
    *(
        "Words that are read. ",
        "word ",
        "x" * 60,
        "\n\n",
        "# Heading\n\n",
        "## Other heading\n\n",
        "- item\n",
        "日本語。",
    ),
    *("e\u0301", "**bold** ", "&amp; ", "modelsâ€”LLaMA ", "```\nco  de\n```\n\n", "\n\n| a | b |\n|---|---|\n| c | "),
)
long_text = st.lists(
    st.tuples(st.sampled_from(FRAGMENTS), st.integers(1, 90)).map(lambda pair: pair[0] * pair[1]), max_size=8
).map("".join)
"""Texts of many pages: blocks that are longer than one, rows of short blocks, and sections of either size."""


def bare(text: str) -> str:
    """Without white space and without what marks a cut."""
    return re.sub(r"[\s…\ufeff]", "", text)


@given(file_text | markdown | front_matter | long_text)
def test_what_is_bold_is_what_the_quotation_shows(text):
    source = document(text)
    for passage in chunk(source, count, 60):
        page = source_page(source, cited([passage]), snapshot="s")
        assert collapse_whitespace(bold(page) or "") == collapse_whitespace(passage.reading)


@given(file_text | markdown | front_matter | long_text)
def test_every_block_is_on_the_pages_and_no_page_is_over_the_limit(text):
    source = document(text)
    pages = every_page(source, Citation(1, "a.md", "", "", 0, 0, "", 0.0, None, ""))
    assert max(len(page.text) for page in pages) <= PAGE_CHARACTERS
    everything = bare("".join(page.text for page in pages))
    place = 0
    for section in source.sections:
        for block in section.blocks:
            place = everything.index(bare(ReadableText(block.runs).text), place)


@given(markdown | long_text, st.integers(-5, 300), st.integers(-5, 300), st.none() | st.integers(), any_text)
def test_whatever_the_places_are_there_is_a_page(text, start, end, page, words):
    source = document(text)
    result = source_page(
        source, Citation(1, "a.md", "", "", start, end, words, 0.0, None, words), snapshot="s", page=page
    )
    assert 1 <= result.page <= result.pages
    assert result.highlight is None or 0 <= result.highlight[0] < result.highlight[1] <= len(result.text)
