"""Front matter is evidence: values with exact offsets, and notes that name what is broken."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.documents import Block
from index.parsing._front_matter import split_front_matter
from tests.support.texts import file_text, front_matter


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
        ("key: [[deep]]", "deep", "deep"),
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
    assert blocks("test_path: /x")[0][0] == "test path"


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
    ("text", "note"),
    [
        ("---\ntitle: x\n\nbody", "never closed: add its end mark before line 3"),
        ("---\ntitle: x\n\nbody\n\n---\n\nmore body and\nmore\n", "never closed"),
        ("---\ntitle: x\nbad: [y\n---\nbody", "broken at line 4: a bracket is not closed"),
        ("---\ntitle: x\n bad: y\n---\nbody", "broken at line 3: a value with a colon needs quotation marks"),
        ("---\ntitle: x\nkey: a: b\n---\nbody", "broken at line 3: a value with a colon needs quotation marks"),
        ("---\ntitle: x\na: *nowhere\n---\nbody", "an anchor that does not exist"),
        ("---\ntitle: x\na: " + "[" * 3_000 + "]" * 3_000 + "\n---\nbody", "too deeply"),
        ('---\ntitle: x\na: "\\U00110000"\n---\nbody', "broken at line 3"),
        ('---\ntitle: x\na: "\\UFFFFFFFF"\n---\nbody', "broken at line"),
        ("---\ntitle: x\na: b\x07c\n---\nbody", "forbids"),
        ("---\ntitle: x\na: [" + "x, " * 10_001 + "]\n---\nbody", "more than 10,000 values"),
        ("---\ntitle: x\na:\n\t- b\n---\nbody", "line 4: it is indented with tabs"),
        ("+++\ntitle = 'x'\nwords alone\nkey = 1\n+++\nbody", "line 3: it is no list of `key = value` lines"),
        ("+++\ntitle = 'x'\na = " + "[" * 3_000 + "\n+++\nbody", "broken at line 3"),
        ("+++\ntitle = 'x'\n\nbody", "never closed"),
        ('{\n"title": "x",\n"a": \n}\nbody', "line 4: it is no JSON"),
        ('{\n"title": "x",\n"a": ' + "[" * 3_000 + "\n}\nbody", "it is no JSON"),
    ],
)
def test_broken_front_matter_is_read_as_far_as_it_goes_and_noted(text, note):
    split = split_front_matter(text)
    assert split.metadata["title"] == "x"
    assert note in split.notes[0]
    assert text[split.body_start :].strip().startswith("body")


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("title: Heron 3: the quiet one", "Heron 3: the quiet one"),
        ("title: Heron 3: quiet # a comment", "Heron 3: quiet"),
        ('title: "Heron" and "Egret"', 'Heron" and "Egret'),
        ("title: [Heron, Egret", "Heron, Egret"),
        ("title: @heron", "@heron"),
        ("title: 100% Heron: really", "100% Heron: really"),
    ],
)
def test_a_broken_line_is_read_as_it_is_written(line, read):
    split = split_front_matter(f"---\nauthor: Ann\n{line}\nversion: 3\n---\nbody")
    assert split.metadata == {"author": "Ann", "title": read, "version": "3"}
    assert len(split.notes) == 1


def test_front_matter_that_cannot_be_read_at_all_is_noted_and_the_body_read():
    text = "---\ntitle: [\n---\nbody"
    split = split_front_matter(text)
    assert (split.section, text[split.body_start :]) == (None, "body")
    assert "only the text below it was read" in split.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "---\n- a\n- b\n---\n",
        "---\njust words\n---\n",
        "---\nNotes of the meeting on Monday. Present: Ann and Bob.\n\nMore words.\n",
        "---\nNotes of the meeting on Monday. Present: Ann and Bob.\n---\n",
        "---\nPresent: Ann\n\nThe fee was agreed.\nIt is low.\n\n---\nThe end.\n",
        "+++\nwords\n",
        "{ a: b }\nwords\n",
        "{% include nav %}\n\nwords\n",
        '{"a": 1, "b"\nwords\n',
        ";;;\nwords",
        "\n\n***\ntitle: x\n***\n",
    ],
)
def test_a_thematic_break_or_brace_at_the_top_is_no_front_matter(text):
    split = split_front_matter(text)
    assert (split.metadata, split.section, split.body_start, split.notes) == ({}, None, 0, ())


TOML = """\
# a comment
title = "A \\"quoted\\" \\u00e9"
date = 2026-02-11 10:00:00Z
weight = 3
authors = [
  "Ann", # the first
  'Bob',
]
summary = '''
two
lines'''
[taxonomies]
tags = ["one", "two"]
[extra]
needs.memory = "8 GB"
[[extra.team]]
name = "Cy"
role = "editor"
[[extra.team]]
name = "Di"
"""

JSON = """
  "title": "A \\"quoted\\" \\u00e9",
  "date": "2026-02-11 10:00:00Z",
  "weight": 3,
  "authors": ["Ann", "Bob"],
  "summary": "two lines",
  "taxonomies": {"tags": ["one", "two"]},
  "params": {"needs": {"memory": "8 GB"}, "team": [{"name": "Cy", "role": "editor"}, {"name": "Di"}]}
"""

YAML = """\
title: 'A "quoted" é'
date: 2026-02-11 10:00:00Z
weight: 3
authors: [Ann, Bob]
summary: |
  two
  lines
taxonomies:
  tags: [one, two]
params:
  needs: {memory: 8 GB}
  team:
    - name: Cy
      role: editor
    - name: Di
"""


@pytest.mark.parametrize(
    "text",
    [
        f"---\n{YAML}---\n",
        f"---yaml\n{YAML}---\n",
        f"\n \n---\n{YAML}...\n",
        f"\ufeff\n---\n{YAML}---\n",
        f"+++\n{TOML}+++\n",
        f"\n+++  \n{TOML}+++ \n".replace("\n", "\r\n"),
        f"---toml\n{TOML}---\n",
        f"{{{JSON}}}\n",
        f"\n\n{{{JSON}}}\n",
        f";;;\n{JSON};;;\n",
        f";;;\n{{{JSON}}}\n;;;\n",
        f"---json\n{{{JSON}}}\n---\n",
    ],
)
def test_front_matter_reads_the_same_in_every_syntax(text):
    text += "body"
    split = split_front_matter(text)
    assert split.section is not None
    assert [(block.lead.partition(":")[0], reading(block)) for block in split.section.blocks] == [
        ("Title", 'A "quoted" é'),
        ("Published", "2026-02-11 10:00:00Z"),
        ("Authors", "Ann, Bob"),
        ("Summary", "two lines"),
        ("Tags", "one, two"),
        ("needs memory", "8 GB"),
        ("team", "Cy, editor"),
        ("team", "Di"),
    ]
    assert text[split.body_start :] == "body"
    assert split.notes == ()
    assert split.metadata["published"] == "2026-02-11"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("The **new** `map` of [herons](https://a.b/c)", "The new map of herons"),
        ("Herons &amp; egrets in <em>one</em> map", "Herons & egrets in one map"),
        ("3. Release of heron_map_2 and *.csv", "3. Release of heron_map_2 and *.csv"),
        ("a < b > c", "a < b > c"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_markup_in_a_value_is_not_read(value, read):
    text = f"---\nsummary: {value}\n---\nbody"
    section = split_front_matter(text).section
    assert section is not None
    assert reading(section.blocks[0]) == read
    assert text[section.blocks[0].start : section.blocks[0].end].startswith(value.split()[0])


@pytest.mark.parametrize(
    "text",
    [
        "---\na" + " " * 300_000 + "x\n---\n",
        "---\n" + "a" * 300_000,
        " " * 300_000,
        "\n" * 300_000 + "---",
        "+++\n" + "a." * 90_000 + "\n+++\n",
        "+++\n" + "a = [\n" * 20_000 + "+++\n",
        "+++\n" + "a = {\n" * 20_000 + "+++\n",
        '+++\na = """' + '\\"' * 80_000 + "\n+++\n",
        "{" + '"a": {' * 30_000 + "\n}\n",
        '{"a": "' + "\\" * 150_000 + "\n}\n",
        "---\n" + "a: b: c\n" * 5_000 + "---\n",
        "---\nsummary: " + "**" * 50_000 + "\n---\n",
        "---\nsummary: " + "[a](" * 20_000 + "\n---\n",
        "---\nauthors:\n" + " - name: a\n" * 3_000 + "---\n",
    ],
)
def test_hostile_front_matter_ends_within_the_text(text):
    split = split_front_matter(text)
    assert 0 <= split.body_start <= len(text)
    assert len(split.fields) <= 10_000


@pytest.mark.parametrize(
    ("yaml", "names"),
    [
        ("author: {name: Ann Lee, email: a@b.c, image: a.png}", "Ann Lee"),
        ("authors:\n  - name: Ann Lee\n    title: Editor\n    url: https://a.b\n  - Bob", "Ann Lee, Bob"),
        ("authors:\n  - name: {given: Ann, family: Lee}\n    orcid: 1\n  - name: Bob", "Ann Lee, Bob"),
        ("author: [ann, bob]", "ann, bob"),
        ("by: Ann", "Ann"),
    ],
)
def test_of_people_only_the_names_are_read(yaml, names):
    assert [(lead.partition(":")[0].rstrip("s"), read) for lead, _, read in blocks(yaml)] == [("Author", names)]


@pytest.mark.parametrize(
    "yaml",
    [
        "layout: post",
        "draft: false",
        "slug: a-b",
        "image_path: /x.png",
        "coverImage: x",
        "hide_table_of_contents: true",
        "sidebar_position: 3",
        "id: 7",
        "sketch: drawing.svg",
        "author: admin",
        "author: (anonymous)",
        "title: Untitled 1",
        "url: /posts/x",
        "author: {name: unknown}",
    ],
)
def test_what_sets_up_a_site_or_names_nobody_is_no_evidence(yaml):
    assert blocks(yaml) == []


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("pubDate", "Published"),
        ("publish_date", "Published"),
        ("published_at", "Published"),
        ("lastmod", "Updated"),
        ("last_modified_at", "Updated"),
        ("updatedDate", "Updated"),
        ("releaseDate", "Released"),
        ("minJavaVersion", "min Java Version"),
    ],
)
def test_a_key_is_known_by_its_common_name(key, label):
    assert blocks(f"{key}: 2026-01-02")[0][0].partition(":")[0] == label


def test_a_bomb_of_aliases_stays_small():
    bomb = "a0: &a0 [lol, lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    started = time.process_time()
    parsed = blocks(bomb)
    assert [read for _, _, read in parsed] == ["lol, lol"] * 30
    assert time.process_time() - started < 5


def test_of_many_keys_that_name_one_long_list_the_first_are_read():
    yaml = f"a: &a [{', '.join(['x'] * 900)}]\n" + "".join(f"k{n}: *a\n" for n in range(20))
    split = split_front_matter(f"---\n{yaml}---\nbody")
    assert "more than 10,000 values" in split.notes[0]
    assert len(split.metadata) == 12


def test_front_matter_of_many_megabytes_is_not_read():
    text = "---\n" + "key: value\n" * 1_000_000 + "---\nbody"
    split = split_front_matter(text)
    assert "more than 200,000 characters" in split.notes[0]
    assert text[split.body_start :] == "body"


marks = st.text(st.sampled_from(list("{}[]\"',:=#\\\n .-+a1")), max_size=40)


@given(
    front_matter
    | file_text.map("---\n{}\n---\n".format)
    | file_text.map("---\ntitle: x\n{}\n---\n".format)
    | (file_text | marks).map("+++\ntitle = 'x'\n{}\n+++\n".format)
    | (file_text | marks).map('{{\n"title": "x",\n{}\n}}\n'.format)
)
def test_every_value_of_any_front_matter_stands_in_the_text(text):
    split = split_front_matter(text)
    for block in split.section.blocks if split.section else ():
        last = block.start
        for run in block.runs:
            assert last <= run.start <= run.end <= block.end
            last = run.end
        assert text[block.start : block.end].strip() == text[block.start : block.end] != ""
        reading(block).encode("utf-8")
