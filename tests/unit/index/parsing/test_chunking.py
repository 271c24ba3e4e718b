"""Passages: sentences with exact places, each with its context, within the model's limit."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.domain.documents import Passage
from index.domain.sources import SourceFile
from index.parsing.chunking import LONGEST, chunk
from index.parsing.documents import parse
from index.text.normalize import collapse_whitespace
from index.text.passages import passage_text
from tests.support.index_fakes import WordEmbedder
from tests.support.texts import file_text, front_matter, markdown

count = WordEmbedder().count


def passages(text: str, name: str = "a.md", limit: int = 64) -> list[Passage]:
    return chunk(parse(SourceFile(name, text.encode())), count, limit)


def texts(text: str, name: str = "a.md", limit: int = 64) -> list[str]:
    return [passage.text for passage in passages(text, name, limit)]


@pytest.mark.parametrize(
    ("table", "embedded"),
    [
        ("| Model | MMMU | ChartQA |\n|-|-|-|\n| Scout | 69.4 | 88.8 |\n", "Model: Scout | MMMU: 69.4 | ChartQA: 88.8"),
        ("| Model, size | MMMU |\n|-|-|\n| Scout | 69.4 |\n", "Model, size: Scout | MMMU: 69.4"),
    ],
)
def test_a_row_is_embedded_with_its_columns_name_before_each_value(table, embedded):
    """Only if there are as many values as columns."""
    row = passages(table)[0]
    assert row.embedded == f"a\n{embedded}"
    assert passage_text(row) == embedded


def test_a_passage_is_a_sentence():
    assert texts(
        "Scout reads ten million tokens. Maverick has one hundred experts! Has Behemoth been released yet?"
    ) == [
        "Scout reads ten million tokens.",
        "Maverick has one hundred experts!",
        "Has Behemoth been released yet?",
    ]


def test_an_abbreviation_or_a_decimal_point_ends_no_sentence():
    text = "Dr. Smith of the U.S. paid 3.5 million dollars for GPT-4.0 and the rest."
    assert texts(text) == [text]


def test_a_short_sentence_is_joined_with_its_neighbour():
    text = "Is it free to use for everyone? Yes. It can be downloaded by anyone at all."
    assert texts(text) == ["Is it free to use for everyone? Yes.", "It can be downloaded by anyone at all."]


def test_what_is_embedded_is_title_heading_the_sentence_before_and_the_reading():
    text = "---\ntitle: The title\n---\n# Part\n\n**Scout** is a model of great power. It reads ten million *tokens*."
    last = passages(text)[-1]
    assert last.embedded.split("\n") == [
        "The title",
        "Part",
        "Scout is a model of great power.",
        "It reads ten million tokens.",
    ]
    assert last.text == "It reads ten million *tokens*."


def test_the_sentence_with_the_context_window_carries_the_model_it_is_about(article):
    (passage,) = [passage for passage in passages(article, limit=256) if "10 million tokens" in passage.text]
    assert passage.text.startswith("It stands out")
    assert passage.section == "LLaMA 4 Scout and Maverick: Leading the Multimodal Revolution"
    assert "LLaMA 4 Scout is equipped with 17 billion active parameters" in passage.embedded


def test_the_articles_summary_is_repaired_where_it_is_read_and_quoted_as_it_is(article):
    (passage,) = [
        passage
        for passage in passages(article, limit=256)
        if passage.reading.startswith("Meta has released LLaMA 4, intro")
    ]
    assert "models—" not in passage.text
    assert "â" not in passage.reading
    assert "modelsâ" not in passage.embedded
    assert article[passage.start : passage.end] == passage.text


def test_a_sentence_before_does_not_reach_across_a_heading():
    last = passages("The first sentence is about bread.\n\n# New\n\nThe second sentence is about tea.")[-1]
    assert last.before == ""
    assert "bread" not in last.embedded


def test_a_row_carries_the_header_and_a_field_its_meaning():
    row = passages("| Model | Experts |\n|---|---|\n| Scout | 16 |\n")[0]
    assert (row.text, row.before, row.kind) == ("Scout | 16", "| Model | Experts |", "row")
    field = passages("---\nauthors:\n  - name: 'Ann'\n---\nbody")[0]
    assert (field.text, field.kind, field.section) == ("Ann", "field", "Front matter")
    assert "who wrote" in field.embedded


def test_list_items_are_passages_that_carry_what_the_list_is_about():
    chunks = passages("These models have been released:\n\n- Scout with 16 experts\n- Maverick with 128 experts\n")
    assert [passage.text for passage in chunks][1:] == ["Scout with 16 experts", "Maverick with 128 experts"]
    assert all("These models have been released:" in passage.embedded for passage in chunks[1:])


def test_each_statement_of_code_is_a_passage_that_keeps_its_lines():
    code = "cd wren\nwren build \\\n  --fast\ndef fly():\n    flap()\n\n    glide()\nmap = {\n  1: 2,\n}\n"
    chunks = passages(f"```\n{code}```\n")
    assert [passage.reading for passage in chunks] == [
        "cd wren",
        "wren build \\\n  --fast",
        "def fly():\n    flap()\n\n    glide()",
        "map = {\n  1: 2,\n}",
    ]


def test_a_long_statement_is_cut_at_ends_of_lines():
    code = "begin\n" + "".join(f"  line{n} = {n}\n" for n in range(40))
    chunks = passages(f"```\n{code}```\n", limit=64)
    assert "\n".join(passage.text for passage in chunks).replace(" ", "") == code.replace(" ", "").strip()
    assert 1 < len(chunks) < 40


def test_the_context_is_shortened_first_and_the_sentence_kept_whole():
    """A passage that is too long for the model loses of its context before anything else."""
    sentence = " ".join(f"word{n}" for n in range(40)) + "."
    title, heading = "title " * 30, "heading " * 30
    text = f"---\ntitle: {title}\n---\n# {heading}\n\nBefore it comes this one.\n\n{sentence}"
    last = passages(text, limit=50)[-1]
    assert last.text == sentence
    assert last.embedded.endswith(sentence)
    assert count(last.embedded) <= 50
    assert last.embedded != sentence


def test_no_text_is_counted_twice_in_a_row_of_sentences():
    """A passage is the context of the next one, and shares its title and heading."""
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text.split()) + 2

    sentences = [f"Sentence number {number} says something about bread." for number in range(20)]
    document = parse(SourceFile("a.txt", " ".join(sentences).encode()))
    assert len(chunk(document, count, 64)) == 20
    assert len(counted) == len(set(counted)) <= 22


def test_a_sentence_over_the_limit_is_split_between_words_with_exact_places():
    words = [f"word{n}" for n in range(100)]
    text = " ".join(words)
    chunks = passages(text, limit=20)
    assert " ".join(passage.text for passage in chunks) == text
    assert all(count(passage.embedded) <= 20 for passage in chunks)


def test_a_text_without_spaces_is_split_too():
    text = "x" * 10_000
    chunks = passages(text)
    assert "".join(passage.text for passage in chunks) == text
    assert max(len(passage.text) for passage in chunks) <= LONGEST


def test_a_paragraph_of_thousands_of_sentences_is_split_where_a_short_one_is():
    sentence = "The words of this sentence are counted as number {}. "
    text = "".join(sentence.format(n) for n in range(3_000))
    assert texts(text, "a.txt") == [sentence.format(n).strip() for n in range(3_000)]


def test_a_long_word_of_broken_characters_does_not_make_quotations_as_long():
    text = "It begins here. " + "â€”" * 2_000
    assert max(len(passage) for passage in texts(text)) <= LONGEST


def test_ids_of_repeated_sentences_differ_and_are_the_same_in_every_build():
    """A passage keeps its id as long as its source is the same."""
    sentence = "The same sentence stands here again."
    text = f"{sentence}\n\n{sentence}\n\n# H\n\n{sentence}"
    ids = [passage.id for passage in passages(text)]
    assert len(set(ids)) == 3
    assert ids == [passage.id for passage in passages(text)]


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_places_hold_with_crlf_and_a_byte_order_mark(name):
    text = "\ufeffThe first sentence is here.\r\nThe second one is\r\nover two lines.\r\n\r\nA third one stands alone."
    assert texts(text, name) == [
        "The first sentence is here.",
        "The second one is\r\nover two lines.",
        "A third one stands alone.",
    ]
    assert passages(text, name)[1].reading == "The second one is over two lines."


def test_a_bar_between_cells_is_never_a_passage():
    chunks = passages(f"| a | b |\n|---|---|\n| c | {'x' * 3_000} |\n| | |\n")
    assert all(passage.text.strip(" |") for passage in chunks)


@pytest.mark.parametrize("text", ["# Only a heading", "***", "[r]: http://x.y", "<!-- c -->", "\x85"])
def test_a_text_without_words_has_no_passage(text):
    assert passages(text) == []


def check(text: str, name: str) -> list[Passage]:
    document = parse(SourceFile(name, text.encode()))
    assert document.text == text
    chunks = chunk(document, count, 40)
    for passage in chunks:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        assert passage.reading.strip()
        assert passage.kind == "code" or passage.reading == collapse_whitespace(passage.reading)
        assert passage.embedded.endswith((passage.reading, passage_text(passage)))
        assert count(passage.embedded) <= 40
    assert len({piece.id for piece in chunks}) == len(chunks)
    return chunks


def test_an_underlined_line_of_plain_text_with_nothing_below_is_text():
    assert texts("The oven\n===\n\nNew parts\n---\nIt has two new doors.\n\nThe end\n---\n", "a.txt") == [
        "It has two new doors.",
        "The end",
    ]
    assert texts("Closed today\n===\n", "a.txt") == ["Closed today"]


@given(file_text | markdown)
@example("0\n===")
@example("0\n===\n0")
def test_passages_of_any_plain_text_and_their_headings_are_in_order_and_lose_no_word(text):
    chunks = check(text, "a.txt")
    for previous, other in pairwise(chunks):
        assert previous.start <= other.start
        assert previous.end <= other.end
    sections = parse(SourceFile("a.txt", text.encode())).sections
    headings = [heading for section in sections if section.blocks for heading in section.path]
    covered = {offset for part in (*chunks, *headings) for offset in range(part.start, part.end)}
    for word in re.finditer(r"\w", text):
        assert word.start() in covered


@given(file_text | markdown)
def test_passages_of_any_markdown_are_exact_and_within_the_limit(text):
    check(text, "a.md")


@given(front_matter)
def test_passages_of_any_front_matter_are_exact_and_within_the_limit(text):
    check(text, "a.md")


@given(
    st.lists(
        st.sampled_from(["word ", "x" * 60, "| a | b |\n|---|---|\n| c | ", ". ", "\n\n", "# h\n", "&amp;", "- "]),
        max_size=400,
    )
)
def test_no_passage_is_over_the_limit_however_long_the_sentence(parts):
    for name in ("a.md", "a.txt"):
        document = parse(SourceFile(name, "".join(parts).encode()))
        for passage in chunk(document, lambda text: len(text) // 3 + 2, 30):
            assert len(passage.embedded) // 3 + 2 <= 30


def test_the_real_models_limit_is_kept_on_a_text_of_long_words_and_signs(real_embedder):
    text = (
        "---\ntitle: "
        + "Zukunft " * 60
        + "\n---\n# "
        + "überaus lang " * 60
        + "\n\n"
        + "¿qué? 日本語 antidisestablishmentarianism, " * 120
    )
    chunks = chunk(parse(SourceFile("a.md", text.encode())), real_embedder.count, real_embedder.max_tokens)
    assert max(real_embedder.count(passage.embedded) for passage in chunks) <= 256
    assert sum(passage.text.count("日本語") for passage in chunks) == 120
