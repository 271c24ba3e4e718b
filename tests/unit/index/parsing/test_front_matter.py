"""Front matter is evidence: values with exact offsets, and reasons that name what is broken."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.documents import Block
from index.parsing._front_matter import FrontMatterError, split_front_matter
from tests.support.texts import front_matter


def blocks(yaml: str, *, end: str = "---") -> list[tuple[str, str, str]]:
    """(lead, quoted text, reading) of each block of the front matter."""
    text = f"---\n{yaml}\n{end}\nbody\n"
    split = split_front_matter(text)
    assert text[split.body_start :].lstrip("\n") == "body\n"
    return [
        (block.lead, text[block.start : block.end], reading(block))
        for block in (split.section.blocks if split.section else ())
    ]


def reading(block: Block) -> str:
    return "".join(run.reading for run in block.runs)


@pytest.mark.parametrize(
    ("yaml", "quoted", "read"),
    [
        ("key: plain words", "plain words", "plain words"),
        ("key: plain # with a comment", "plain", "plain"),
        ("key: 'single, it''s quoted'", "single, it''s quoted", "single, it's quoted"),
        ('key: "double \\"quoted\\""', 'double \\"quoted\\"', 'double "quoted"'),
        ("key: |\n  line one\n  line two\n", "line one\n  line two", "line one line two"),
        ("key: >-\n  folded one\n  folded two", "folded one\n  folded two", "folded one folded two"),
        ("key: | # with a comment\n  block", "block", "block"),
        ("key: over\n  two lines", "over\n  two lines", "over two lines"),
        ("key: [one, 'two', \"three\"]", "one, 'two', \"three", "one, two, three"),
        ("key:\n  - one\n  - two", "one\n  - two", "one, two"),
        ("key:\n  - name: 'Ann'\n    role: editor", "Ann'\n    role: editor", "Ann, editor"),
        ("key: {a: {b: [deep]}}", "deep", "deep"),
        ("key: &name anchored", "anchored", "anchored"),
        ("key: &name 'anchored'", "anchored", "anchored"),
        ("key: !!str 2020", "2020", "2020"),
        ("key: &name !!str '2020'", "2020", "2020"),
        ("key: modelsâ€”LLaMA", "modelsâ€”LLaMA", "models—LLaMA"),
        ('key: "\\ud83d\\ude00"', "\\ud83d\\ude00", "😀"),
        ("key: 😀 first", "😀 first", "😀 first"),
    ],
)
def test_a_value_is_quoted_without_its_yaml_marks_and_read_as_a_person_reads_it(yaml, quoted, read):
    assert blocks(yaml) == [("key", quoted, read)]


def test_an_alias_quotes_the_value_where_it_stands():
    assert blocks("key: &a 'Ann'\nother: *a") == [("key", "Ann", "Ann"), ("other", "Ann", "Ann")]


@pytest.mark.parametrize("yaml", ["key:", "key: ~", "key: null", "key: ''", "key: []", "key: |\n", "# only a comment"])
def test_a_key_without_a_value_is_no_evidence(yaml):
    assert blocks(yaml) == []


def test_half_a_character_from_an_escape_is_replaced():
    assert blocks('key: "a\\ud800b"') == [("key", "a\\ud800b", "a\ufffdb")]


def test_a_common_key_is_read_with_its_meaning():
    assert "who wrote" in blocks("authors: [Ann]")[0][0]
    assert "published" in blocks("date: 2025-04-06")[0][0]
    assert blocks("image_path: /x.png")[0][0] == "image path"


def test_a_long_value_is_prose_and_each_sentence_has_its_own_place():
    text = '---\nsummary: "It is releasedâ€”at last, and for all of us. The second one is about something else."\n---\n'
    section = split_front_matter(text).section
    assert section is not None
    block = section.blocks[0]
    assert block.kind == "prose"
    second = [run for run in block.runs if run.reading == "second"]
    assert [text[run.start : run.end] for run in second] == ["second"]


def test_a_word_of_a_value_with_escapes_has_its_own_place():
    value = 'One\\n\\nand \\\\new \\"there\\".\\tThis value has many more words than a dozen, so that it is prose.'
    text = f'---\nsummary: "{value}"\n---\n'
    section = split_front_matter(text).section
    assert section is not None
    readings = {run.reading: text[run.start : run.end] for run in section.blocks[0].runs}
    assert reading(section.blocks[0]).startswith('One and \\new "there". This value')
    assert (readings["One"], readings["and"], readings["\\new"], readings['"there".'], readings["This"]) == (
        "One",
        "and",
        "\\\\new",
        '\\"there\\".',
        "This",
    )


def test_metadata_holds_the_values_by_key():
    text = "---\nTitle: A\nauthors:\n  - Ann\n  - Bob\nurl: https://a.b/c\nempty:\n---\n"
    assert split_front_matter(text).metadata == {"title": "A", "authors": "Ann, Bob", "url": "https://a.b/c"}


def test_the_articles_author_and_date_are_values_to_the_letter(article):
    section = split_front_matter(article).section
    assert section is not None
    quoted = {block.lead: article[block.start : block.end] for block in section.blocks}
    assert "Elijah Mondero" in quoted.values()
    assert "2025-04-06T04:14:12.348773Z" in quoted.values()


def test_end_may_be_three_dots_and_the_text_before_them_is_kept():
    assert blocks("key: wait...", end="...") == [("key", "wait...", "wait...")]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_offsets_hold_behind_a_byte_order_mark_and_with_crlf(mark, line_end):
    text = mark + line_end.join(["---", "title: 'A b'", "notes: |", "  one", "  two", "---", "body"])
    split = split_front_matter(text)
    assert split.section is not None
    title, notes = split.section.blocks
    assert text[title.start : title.end] == "A b"
    assert text[notes.start : notes.end] == f"one{line_end}  two"
    assert reading(notes) == "one two"
    assert text[split.body_start :].strip() == "body"


@pytest.mark.parametrize(
    "text", ["", "body", "---", "---\n", "---\n\nbody", "---\n---\nbody", "a\n---\nb: c\n---\n", "----\na: b\n---\n"]
)
def test_a_file_that_does_not_begin_with_front_matter_has_none(text):
    split = split_front_matter(text)
    assert (split.metadata, split.section, split.body_start) == ({}, None, 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: x\n\nbody", "never closed"),
        ("---\ntitle: [x\n---\n", "not YAML at line"),
        ("---\ntitle: x\n bad: y\n---\n", "not YAML at line 3"),
        ("---\n- a\n- b\n---\n", "not a list of `key: value` lines"),
        ("---\njust words\n---\n", "not a list of `key: value` lines"),
        ("---\na: *nowhere\n---\n", "undefined alias"),
        ("---\na: " + "[" * 3_000 + "]" * 3_000 + "\n---\n", "too deeply"),
        ('---\na: "\\U00110000"\n---\n', "not YAML"),
        ('---\na: "\\UFFFFFFFF"\n---\n', "not YAML"),
        ("---\na: b\x07c\n---\n", "forbids"),
        ("---\na: [" + "x, " * 10_001 + "]\n---\n", "more than 10,000 values"),
    ],
)
def test_broken_front_matter_is_refused_with_the_reason(text, reason):
    with pytest.raises(FrontMatterError, match=reason):
        split_front_matter(text)


def test_a_bomb_of_aliases_stays_small():
    bomb = "a0: &a0 [lol, lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    started = time.process_time()
    parsed = blocks(bomb)
    assert [read for _, _, read in parsed] == ["lol, lol"] * 30
    assert time.process_time() - started < 5


def test_many_keys_that_name_one_long_list_are_refused():
    yaml = f"a: &a [{', '.join(['x'] * 900)}]\n" + "".join(f"k{n}: *a\n" for n in range(20))
    with pytest.raises(FrontMatterError, match="more than 10,000 values"):
        blocks(yaml)


@given(front_matter | st.text(st.characters(exclude_categories=["Cs"])).map("---\n{}\n---\n".format))
def test_every_value_of_any_front_matter_stands_in_the_text(text):
    try:
        split = split_front_matter(text)
    except FrontMatterError:
        return
    for block in split.section.blocks if split.section else ():
        last = block.start
        for run in block.runs:
            assert last <= run.start <= run.end <= block.end
            last = run.end
        assert text[block.start : block.end].strip() == text[block.start : block.end] != ""
        reading(block).encode("utf-8")
