"""Windows: what the reader reads at once, and which characters of the source it stands for."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest
from hypothesis import given

from index.domain.documents import Document, TextRun
from index.domain.errors import UnreadableSource
from index.domain.reading import Window
from index.retrieval.search_index import SearchIndex
from index.retrieval.windows import LEAST_WORDS, MOST_WORDS, cut_windows
from index.text.normalize import fix_mojibake
from index.text.offsets import source_span
from tests.support.index_fakes import WordEmbedder, parse_files, search_index
from tests.support.texts import front_matter, markdown

SENTENCE = "This is the sentence number {} of a long paragraph that goes on and on here."


def texts(text: str) -> list[str]:
    return [window.text for window in search_index(a_md=text).windows]


def paragraph(first: int, count: int) -> str:
    return " ".join(SENTENCE.format(number) for number in range(first, first + count))


def own_runs(window: Window, document: Document) -> list[TextRun]:
    """Return the runs of a window that are of its passages, not of headings."""
    headings = [heading for section in document.sections for heading in section.path]
    above = {run.start for heading in headings for run in heading.runs}
    return [run for run in window.runs if run.start not in above]


def source_of(index: SearchIndex, window: Window, words: str) -> str | None:
    """Return the characters of the source that words of a window stand for."""
    begin = window.text.index(words)
    place = source_span(window.runs, begin, begin + len(words))
    return place and index.documents[window.document_id].text[slice(*place)]


def test_a_window_begins_with_the_title_and_the_heading_path():
    text = "---\ntitle: Herd\n---\n# Models\n\n## Scout\n\nScout has **sixteen** experts and a window.\n"
    assert texts(text)[1] == "Herd > Models > Scout\nScout has sixteen experts and a window."


def test_a_title_that_the_heading_path_begins_with_is_not_repeated():
    assert texts("# Herd\n\n## Scout\n\nScout has sixteen experts.\n") == ["Herd > Scout\nScout has sixteen experts."]


def test_front_matter_is_a_window_of_its_own_with_a_line_for_each_field():
    text = "---\ntitle: Herd\nauthors: [Ann Baker, Ben Ames]\ndate: 2025-04-06\n---\nScout has sixteen experts.\n"
    assert texts(text)[0] == "Title: Herd\nAuthors: Ann Baker, Ben Ames\nPublished: 2025-04-06"


def test_sentences_of_one_field_are_one_line():
    summary = "It is released at last, for all of us who wait. The second sentence is about something else."
    assert texts(f"---\nsummary: {summary}\n---\nBody.\n")[0] == f"Summary: {summary}"


def test_a_later_sentence_of_a_field_that_begins_a_window_is_read_under_its_name():
    windows = texts(f"---\nsummary: {paragraph(0, 9)}\n---\nBody.\n")
    assert windows[1].startswith(f"Summary: {SENTENCE.format(6)} {SENTENCE.format(7)}")


def test_a_table_is_read_with_its_header_and_each_row_with_the_names_of_columns():
    text = "# Prices\n\n| Model | Price |\n|---|---|\n| Scout | $1 |\n| Maverick | $2 |\n"
    assert texts(text) == ["Prices\n| Model | Price |\n| Model: Scout | Price: $1 |\n| Model: Maverick | Price: $2 |"]


def test_a_tables_caption_is_above_its_rows_once():
    facts = "<table><caption>Moss Bakery</caption><tr><th>Opened<td>1971</tr></table>"
    documents, passages = parse_files(WordEmbedder(), a_html=facts)
    assert [window.text for window in cut_windows(documents, passages)] == ["a\nMoss Bakery\n| Opened | 1971 |"]
    text = "Ship,Length,Crew\n" + "".join(f"Ada {number},one two three four five,six\n" for number in range(30))
    documents, passages = parse_files(WordEmbedder(), a_csv=f"Harbour of Lund,,\n{text}")
    windows = cut_windows(documents, passages)
    assert len(windows) > 1
    assert all("a\nHarbour of Lund\n| Ship | Length | Crew |\n| Ship: Ada" in window.text for window in windows)


def test_each_window_of_a_long_table_begins_with_its_header():
    rows = "".join(f"| Model {number} | one two three four five six seven |\n" for number in range(30))
    windows = texts(f"| Model | Facts |\n|---|---|\n{rows}")
    assert len(windows) > 1
    assert all("a\n| Model | Facts |\n| Model: Model " in window for window in windows)


def test_a_row_that_is_several_passages_is_read_once():
    cell = " ".join(f"word{number}" for number in range(90))
    (window,) = texts(f"| Model | Words |\n|---|---|\n| Scout | {cell} |\n")
    assert [window.count(word) for word in ("word0 ", "word30", "word89")] == [1, 1, 1]


def test_rows_of_a_table_without_a_header_are_read_once():
    rows = "<tr><td>Scout</td><td>$1</td></tr><tr><td>Maverick</td><td>$2</td></tr>"
    index = search_index(a_html=f"<table>{rows}</table>")
    assert [window.text.count("Scout") for window in index.windows] == [1]


def test_items_of_a_list_are_lines_with_a_dash_or_their_number():
    items = "- Scout is the small one.\n2. Maverick is the big one.\n"
    assert texts(f"Choose one of these two models:\n\n{items}\nThat is all now.\n") == [
        "a\nChoose one of these two models:\n- Scout is the small one.\n2. Maverick is the big one.\nThat is all now."
    ]


def test_tasks_items_in_html_and_lines_of_code_are_lines():
    text = "- [ ] Fly to the south.\n\n<ul><li>Scout is the small one.</li><li>Maverick is the big one.</li></ul>\n"
    assert texts(f"{text}\n```\ncd wren\nmake it\n```\n") == [
        "a\n- Open: Fly to the south.\n- Scout is the small one.\n- Maverick is the big one.\ncd wren\nmake it"
    ]


def test_short_sections_share_a_window_each_under_its_heading():
    assert texts("# A\n\nScout has sixteen experts.\n\n# B\n\nMaverick has many more of them.\n") == [
        "A\nScout has sixteen experts.\nB\nMaverick has many more of them."
    ]


def test_a_window_of_enough_words_ends_with_its_section():
    long = paragraph(0, 5)
    assert len(long.split()) >= LEAST_WORDS
    assert texts(f"# A\n\n{long}\n\n# B\n\nMaverick has many more.\n") == [
        f"A\n{long}",
        "A > B\nMaverick has many more.",
    ]


def test_between_two_paragraphs_a_window_breaks_without_a_repetition():
    first, second = paragraph(0, 7), paragraph(7, 4)
    assert texts(f"{first}\n\n{second}") == [f"a\n{first}", f"a\n{second}"]


def test_a_paragraph_that_breaks_goes_on_with_the_last_sentence_of_the_window_before():
    windows = search_index(a_md=paragraph(0, 14)).windows
    assert len(windows) > 2
    assert all(len(window.text.split()) <= MOST_WORDS + 1 for window in windows)
    for before, after in pairwise(windows):
        assert after.rows.start == before.rows.stop - 1


def test_a_window_never_holds_two_documents():
    index = search_index(a_md="Scout has sixteen experts.\n", b_md="Maverick has many more.\n")
    assert [window.text for window in index.windows] == ["a\nScout has sixteen experts.", "b\nMaverick has many more."]


def test_words_of_a_tables_header_stand_for_nothing():
    index = search_index(a_md="# Prices\n\n| Model | Price |\n|---|---|\n| Scout | $1 |\n")
    (window,) = index.windows
    assert source_of(index, window, "| Model") is None


@pytest.mark.parametrize(("words", "source"), [("Changes", "Changes"), ("7.2", "7.2"), ("May 3", "May 3")])
def test_words_of_a_heading_stand_for_its_words_in_the_source(words, source):
    index = search_index(a_md="# Changes\n\n## [7.2](http://a.b) of *May 3*\n\n### Added\n\nIt writes files.\n")
    (window,) = index.windows
    assert window.text.startswith("Changes > 7.2 of May 3 > Added\n")
    assert source_of(index, window, words) == source


@pytest.mark.parametrize(
    ("text", "words", "source"),
    [
        ("The model **Scout** is *small* enough.", "Scout", "Scout"),
        ("The model **Scout** is *small* enough.", "Scout is small", "Scout** is *small"),
        ("It is [open](http://a.b) to all, they say.", "open to all", "open](http://a.b) to all"),
        ("Bread &amp; tea are here for you.", "& tea", "&amp; tea"),
        ("The caf\u00c3\u00a9 is open for everybody.", "caf\u00e9", "caf\u00c3\u00a9"),
        ("One line here\r\nand another line.", "here and", "here\r\nand"),
        ("\ufeffThe model is small enough.", "The model", "The model"),
        ("| Model | Price |\n|---|---|\n| Scout | **$1** |\n", "Scout | Price: $1", "Scout | **$1"),
        ("---\nauthors:\n  - Ann Baker\n  - Ben Ames\n---\nBody.\n", "Ben Ames", "Ben Ames"),
    ],
)
def test_words_of_a_window_stand_for_characters_of_the_source(text, words, source):
    index = search_index(a_md=text)
    assert source_of(index, index.windows[0], words) == source


def test_every_sentence_of_the_article_is_in_a_window(article):
    index = search_index(a_md=article)
    for row in range(len(index.passages)):
        places = index.windows_of(row)
        assert places
        assert all(index.passages[row].reading in index.windows[place].text for place in places)


@given(markdown | front_matter)
def test_every_passage_is_in_a_window_and_every_character_of_it_is_mapped(text):
    try:
        documents, passages = parse_files(WordEmbedder(), a_md=text)
    except UnreadableSource:
        return
    windows = cut_windows(documents, passages)
    assert {row for window in windows for row in window.rows} == set(range(len(passages)))
    for window in windows:
        source = documents[window.document_id].text
        own = own_runs(window, documents[window.document_id])
        mapped = "".join(window.text[run.begin : run.begin + run.length] for run in own)
        assert mapped == "".join(passages[row].reading for row in window.rows)
        assert all(before.begin + before.length <= after.begin for before, after in pairwise(window.runs))
        for run in window.runs:
            reading, raw = window.text[run.begin : run.begin + run.length], source[run.start : run.end]
            assert run.length != len(raw) or fix_mojibake(raw) != raw or reading.split() == raw.split()


@given(markdown | front_matter)
def test_a_character_of_a_window_stands_for_a_place_within_its_passage(text):
    try:
        documents, passages = parse_files(WordEmbedder(), a_md=text)
    except UnreadableSource:
        return
    for window in cut_windows(documents, passages):
        owners = chain.from_iterable([passages[row]] * len(passages[row].reading) for row in window.rows)
        runs = own_runs(window, documents[window.document_id])
        places = (place for run in runs for place in range(run.begin, run.begin + run.length))
        for place, passage in zip(places, owners, strict=True):
            span = source_span(window.runs, place, place + 1)
            assert span is None or passage.start <= span[0] <= span[1] <= passage.end
