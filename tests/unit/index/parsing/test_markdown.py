"""Markdown and plain text are read as a person reads them, while places stay exact."""

from __future__ import annotations

import pytest
from hypothesis import given

from index.domain.documents import Section
from index.parsing.markdown import read_markdown, read_plain
from index.parsing.plain import plain_runs
from index.text.offsets import ReadableText
from tests.support.texts import file_text, markdown


def blocks(text: str) -> list[tuple[str, str]]:
    """(kind, reading) of each block."""
    return [
        (block.kind, ReadableText(block.runs).text.strip())
        for section in read_markdown(text, 0)[1]
        for block in section.blocks
    ]


def readings(text: str) -> list[str]:
    return [reading for _, reading in blocks(text)]


def leads(text: str) -> list[str]:
    return [block.lead for section in read_markdown(text, 0)[1] for block in section.blocks]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("**bold** and *em* and ~~struck~~", "bold and em and [struck out: struck]"),
        ("[a link](http://x.y 'title') here", "a link here"),
        ("[a reference][r]\n\n[r]: http://x.y", "a reference"),
        ("<http://x.y>", "http://x.y"),
        ("![a *picture*](i.png)", "a picture"),
        ("`code` and ``a ` b``", "code and a ` b"),
        ("AT&amp;T &copy; &#8212; &#x41;", "AT&T © — A"),
        ("a\\*b\\_c", "a*b_c"),
        ("one\ntwo  \nthree\\\nfour\r\nfive", "one two three four five"),
        ("one<br>two<BR/>three", "one two three"),
        ("a <b>bold</b> word", "a bold word"),
        ("a note[^1] that is nowhere", "a note[^1] that is nowhere"),
        ("- [x] a task", "Done: a task"),
        ("- [ ] a task", "Open: a task"),
        ("> quoted\n> on", "quoted on"),
        ("modelsâ€”LLaMA", "models—LLaMA"),
        ("<div>\nAT&amp;T &copy &#8212; <b>bold</b>\n</div>", "AT&T © — bold"),
    ],
)
def test_marks_are_dropped_and_words_kept(text, reading):
    assert [" ".join(reading.split()) for reading in readings(text)] == [reading]


@pytest.mark.parametrize(
    "text", ["<!-- a comment -->", "<script>\ncode\n</script>", "<style>x</style>", "***", "[r]: http://x.y"]
)
def test_what_nobody_reads_is_no_block(text):
    assert blocks(text) == []


def test_headings_make_sections_and_the_first_of_level_1_is_the_title():
    """A section knows the path of headings above it."""
    title, sections = read_markdown("intro\n\n# T\n\na\n\n## **B** one\n\nb\n\n### C\n\nc\n\n## D\n\nd\n", 0)
    assert title == "T"
    assert [section.heading for section in sections] == ["", "T", "T > B one", "T > B one > C", "T > D"]


def test_a_line_in_bold_above_a_list_is_its_heading():
    _, sections = read_markdown("# Tern\n\n**Fixed:**\n\n* a\n\n__New maps__\n* b\n\n## End\n\n**Bold.**\n\nc\n", 0)
    assert [section.heading for section in sections] == ["Tern > Fixed", "Tern > New maps", "Tern > End"]
    assert [len(section.blocks) for section in sections] == [1, 1, 2]


@pytest.mark.parametrize(
    "label",
    [
        "**7.3**  \n\n",
        "**7.3**  \n",
        "**7.3**\\\n",
        "**7.3:**\\\n\n",
        "**7.3**:\\\n",
        "\\\n**7.3**\n\n",
        "  \n__7.3__  \n",
    ],
)
def test_a_break_beside_a_line_in_bold_leaves_it_a_heading(label):
    _, sections = read_markdown(f"# Tern\n\n{label}- Maps\n", 0)
    assert [(section.heading, len(section.blocks)) for section in sections] == [("Tern > 7.3", 1)]


@pytest.mark.parametrize("between", ["\n\n", "\n", "  \n", "\\\n"])
def test_a_version_in_bold_heads_the_lines_in_bold_below_it(between):
    text = f"# Tern\n\n**7.3**{between}**Added**\n\n- Maps\n\n**Fixed:**\n\n- Tides\n\n**7.2**{between}__Old__\n- Sea\n"
    headings = ["Tern > 7.3 > Added", "Tern > 7.3 > Fixed", "Tern > 7.2 > Old"]
    assert [section.heading for section in read_markdown(text, 0)[1]] == headings


def test_of_other_lines_in_bold_the_last_one_heads_the_list():
    _, sections = read_markdown("# Tern\n\n**Sea**  \n**Maps**\n\n- Buoys\n\n**Tides**\n- Springs\n", 0)
    assert [(section.heading, ReadableText(section.blocks[0].runs).text) for section in sections] == [
        ("Tern", "Sea"),
        ("Tern > Maps", "Buoys"),
        ("Tern > Tides", "Springs"),
    ]


@pytest.mark.parametrize("text", ["**7.3** is\\\n**out**\n\n- a", "News\\\n**7.3**\n\n- a", "**Ann**  \n**Bay**\n\nc"])
def test_lines_in_bold_beside_other_words_are_no_headings(text):
    assert [section.heading for section in read_markdown(text, 0)[1]] == [""]


def test_a_line_in_bold_of_signs_alone_heads_its_list():
    assert [section.heading for section in read_markdown("**:**\n- a\n", 0)[1]] == [":"]


def test_a_line_in_bold_within_an_item_is_no_heading():
    text = "- **Item**\n  - sub\n"
    assert leads(text) == ["", "Item"]
    assert [section.heading for section in read_markdown(text, 0)[1]] == [""]


def test_a_lone_heading_is_read_if_it_tells_a_figure():
    _, sections = read_markdown("# Tern\n\n## 2.1 (May 2026)\n\n- Maps\n\n## 2.0 (May 2025)\n\n## Links\n", 0)
    assert [(section.heading, ReadableText(section.blocks[0].runs).text) for section in sections] == [
        ("Tern > 2.1 (May 2026)", "Maps"),
        ("Tern", "2.0 (May 2025)"),
    ]


def test_a_block_of_html_within_a_heading_ends_before_its_section():
    first, second = read_markdown("a<li># Tern\n==\n\nb\n", 0)[1]
    assert first.blocks[-1].end <= first.end == second.start


def test_sections_cover_the_text_without_a_gap():
    text = "intro\n\n# A\n\na\n\n# B\n\nb\n"
    sections = read_markdown(text, 0)[1]
    assert [text[section.start : section.end] for section in sections] == ["intro\n\n", "# A\n\na\n\n", "# B\n\nb\n"]


def test_a_table_is_read_row_by_row_with_its_header_as_lead():
    text = "| Model | Experts |\n|---|--:|\n| Scout | 16 |\n| **Maverick** | 128 |\n"
    assert blocks(text) == [("row", "Scout | 16"), ("row", "Maverick | 128")]
    assert leads(text) == ["| Model | Experts |"] * 2


def test_a_bar_in_a_cell_and_an_empty_cell_keep_the_header_whole():
    text = "| a \\| b | | c |\n|-|-|-|\n| 1 | 2 | 3 |\n"
    assert leads(text) == ["| a ¦ b | – | c |"]


def test_an_empty_cell_at_the_beginning_of_a_row_keeps_its_place():
    assert blocks("| Model | Size | MMMU |\n|-|-|-|\n| | 17B | 69.4 |\n| | | |\n")[0][1] == "| 17B | 69.4"


def test_list_items_are_blocks_with_the_words_before_the_list_as_lead():
    text = "The models are:\n\n- Scout\n  - small\n- Maverick\n"
    assert blocks(text) == [("prose", "The models are:"), ("prose", "Scout"), ("prose", "small"), ("prose", "Maverick")]
    assert leads(text) == ["", "The models are:", "Scout", "The models are:"]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("It was <del>red</del> blue.", "It was [struck out: red] blue."),
        ("It was <s>red <b>and</b> old</s> blue.", "It was [struck out: red and old] blue."),
        ("It was <del>red", "It was [struck out: red]"),
        ("It was ~~~~ blue.", "It was ~~~~ blue."),
        ("It was <s> </s>blue.", "It was blue."),
    ],
)
def test_struck_out_words_are_read_as_such(text, reading):
    assert readings(text) == [reading]


def test_struck_out_html_lasts_until_it_is_closed():
    assert readings("<del>\n\nFive.\n\nSix.\n\n</del>\n\nSeven.") == [
        "[struck out: Five.]",
        "[struck out: Six.]",
        "Seven.",
    ]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("A load of 10<sup>4</sup> kg", "A load of 10⁴ kg"),
        ("CO<sub>2</sub> and v<sub>max</sub>", "CO₂ and v_max"),
        ("the 2<sup>nd</sup> of x<sup>k+a</sup>", "the 2nd of x^(k+a)"),
        ("Wren<sup>TM</sup>", "Wren™"),
        ('in 1999<sup><a href="#n4">4</a></sup> and 2001<sup>[5]</sup>', "in 1999 and 2001"),
        ("in 1999<sup>[4](#n4)</sup> and 2001<sup>*</sup>.", "in 1999 and 2001."),
        ("in 1999<sup>4, 12</sup>", "in 1999"),
        ("it holds 7<sup>", "it holds 7"),
    ],
)
def test_scripts_are_apart_from_the_line_and_note_marks_left_out(text, reading):
    assert readings(text) == [reading]


def test_numbers_of_a_list_are_read_also_if_the_source_repeats_them():
    assert readings("3. one\n3. two\n   - sub\n3) other\n\n   more\n") == [
        "3. one",
        "4. two",
        "sub",
        "3) other",
        "more",
    ]


def test_a_term_is_read_with_its_definition():
    assert readings("Wren\n: A small bird.\n: A program.\n\nTern\n\n:   A sea bird.\n") == [
        "Wren: A small bird.",
        "A program.",
        "Tern: A sea bird.",
    ]


def test_a_question_that_is_defined_is_read_without_a_colon():
    assert readings("Do terns dive?\n: Most do.\n") == ["Do terns dive? Most do."]


def test_a_list_that_follows_another_one_has_the_same_lead():
    assert leads("Open:\n\n- a\n\n* b\n") == ["", "Open:", "Open:"]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("It costs $5 or $6.", "It costs $5 or $6."),
        ("So $n = 3$ is so.", "So n = 3 is so."),
        (r"So $p = p_0 + k \cdot t^{12}$ is so.", "So p = p₀ + k · t^12 is so."),
    ],
)
def test_formulas_are_read_as_one_line(text, reading):
    assert readings(text) == [reading]


def test_of_a_notebook_neither_options_nor_references_are_read():
    text = "See @fig-wren [@ida, p. 3].\n\n```{r}\n#| echo: true\nfly()\n```\n\nIt weighs `{r} w` g.\n"
    assert readings(text) == ["See .", "fly()", "It weighs … g."]


def test_the_caption_below_a_table_is_read_without_its_colon():
    assert readings("| a | b |\n|---|---|\n| c | d |\n\n: Sizes {#tbl-a}\n") == ["c | d", "Sizes"]


def test_formulas_links_between_notes_and_attributes_have_no_marks():
    text = "# Size {#size}\n\nIt is $x^2$, see [[Wren|the note]], [[Tern]] and [[Tern#Food]]. ![[bird.png]]"
    assert readings(text) == ["It is x², see the note, Tern and Tern > Food."]
    assert read_markdown(text, 0)[0] == "Size"


HTML_TABLE = """<table>
<caption>Birds</caption>
<thead><tr><th rowspan="2">Bird</th><th colspan="2">Size</th></tr>

<tr><th>cm</th><th>g</th></tr></thead>
<tr><td rowspan="2"><b>Wren</b></td><td>10</td><td>9</td></tr>
<tr><td>11</td><td></td></tr>
</table>
"""


def test_a_table_in_html_is_read_row_by_row_with_the_names_of_its_columns():
    assert blocks(HTML_TABLE) == [("prose", "Birds"), ("row", "Wren | 10 | 9"), ("row", "Wren | 11")]
    assert leads(HTML_TABLE) == ["", "| Bird | Size cm | Size g |", "| Bird | Size cm | Size g |"]


def test_html_has_headings_lists_code_and_definitions_like_markdown():
    text = (
        "<h2>Start</h2>\n<ol start=4><li>Load <b>it</b>.<li>Run it.</ol>\n"
        "<pre>a\n  b</pre>\n<dl><dt>Wren<dd>A bird.</dl>\n<div>End&nbsp;<p>of it.</div>\n"
    )
    assert blocks(text) == [
        ("prose", "4. Load it."),
        ("prose", "5. Run it."),
        ("code", "a\n  b"),
        ("prose", "Wren: A bird."),
        ("prose", "End"),
        ("prose", "of it."),
    ]
    assert [section.heading for section in read_markdown(text, 0)[1]] == ["Start"]


def test_what_html_hides_is_not_read():
    text = '<div>It <p hidden>or <p>not</p> so</p>flies.<div style="display: none">No<div>.</div></div></div>\n'
    assert readings(text) == ["It flies."]


def test_a_summary_is_the_heading_of_its_details():
    text = "# T\n\n<details>\n<summary>May I?</summary>\n\n## Sub\n\nYes.\n\n</details>\n\nOther.\n"
    assert [section.heading for section in read_markdown(text, 0)[1]] == ["T > May I? > Sub", "T"]


def test_code_is_one_block_with_its_lines():
    assert blocks("```py\nx = 1\ny = 2\n```\n") == [("code", "x = 1\ny = 2")]
    assert blocks("```\r\none\r\ntwo\r\n```\r\n") == [("code", "one\ntwo")]
    assert blocks("    indented\n") == [("code", "indented")]


@pytest.mark.parametrize("between", ["<div>html</div>", "***", "> quoted", "```\ncode\n```", "- nested", "# heading"])
def test_what_stands_in_a_tight_list_item_neither_swallows_its_words_nor_joins_them(between):
    inside = "".join(f"  {line}\n" for line in between.split("\n"))
    lines = readings(f"- before\n{inside}- after\n")
    assert lines[0] == "before"
    assert lines[-1] == "after"


def test_a_footnote_is_a_block_of_its_own_and_its_mark_is_not_read():
    assert readings("A word[^1] of note.\n\n[^1]: The note.\n") == ["A word of note.", "The note."]


def test_a_rule_parts_the_words_around_it():
    assert readings("- one\n  ***\n  two\n") == ["one", "two"]


def test_front_matter_is_not_read_twice():
    text = "---\na: b\n---\nbody"
    assert [ReadableText(block.runs).text for section in read_markdown(text, 12)[1] for block in section.blocks] == [
        "body"
    ]


def test_paragraphs_of_plain_text_are_blocks_and_marks_stay():
    text = "One *line*\r\nand two.\r\n\r\n \r\n# Three\n\n\n"
    (section,) = read_plain(text)
    assert [ReadableText(block.runs).text.strip() for block in section.blocks] == ["One *line* and two.", "# Three"]
    assert (section.heading, section.start, section.end) == ("", 0, len(text))


def plain(text: str) -> list[tuple[str, str, str]]:
    return [
        (section.heading, block.opening.value, ReadableText(block.runs).text)
        for section in read_plain(text)
        for block in section.blocks
    ]


def test_underlined_lines_of_plain_text_are_headings():
    text = "NOTES\n=====\n\nNew in May.\n\nTern 2.1\n--------\nIt dives.\n\nName  Age\n---------\nAda   12\n"
    assert [(heading, reading) for heading, _, reading in plain(text)] == [
        ("NOTES", "New in May."),
        ("NOTES > Tern 2.1", "It dives."),
        ("NOTES > Tern 2.1", "Name Age"),
        ("NOTES > Tern 2.1", "Ada 12"),
    ]


def test_items_of_plain_text_are_read_one_by_one_with_their_state():
    text = "To do:\n  * Maps\n    and charts\n  [ ] Sails\n  [x] Ropes\n  2) Paint\n\nA dash\n- as here - is none.\n"
    assert plain(text) == [
        ("", "paragraph", "To do:"),
        ("", "item", "Maps and charts"),
        ("", "marked item", "Open: Sails"),
        ("", "marked item", "Done: Ropes"),
        ("", "marked item", "2) Paint"),
        ("", "paragraph", "A dash - as here - is none."),
    ]


def test_labels_of_plain_text_are_read_line_by_line():
    assert [reading for *_, reading in plain("Name:\tAda\nPort:  Lund\n\nQ: Who?\nA: Ida.\n")] == [
        "Name: Ada",
        "Port: Lund",
        "Q: Who? A: Ida.",
    ]


def test_a_byte_order_mark_is_not_read():
    (section,) = read_plain("\ufeffOne.")
    assert ReadableText(section.blocks[0].runs).text == "One."


def check(text: str, sections: tuple[Section, ...]) -> None:
    position = 0
    for section in sections:
        assert position <= section.start <= section.end <= len(text)
        position = section.start
        for block in section.blocks:
            assert section.start <= block.start <= block.end <= section.end
            position = block.start
            for run in block.runs:
                assert position <= run.start <= run.end <= block.end
                position = run.end


@given(markdown | file_text)
def test_runs_of_any_markdown_lie_in_their_block_in_order(text):
    check(text, read_markdown(text, 0)[1])


@given(markdown | file_text)
def test_runs_of_any_plain_text_lie_in_their_block_in_order(text):
    check(text, read_plain(text))


@given(markdown | file_text)
def test_a_reading_leads_back_to_the_place_that_it_reads(text):
    for section in read_markdown(text, 0)[1]:
        for block in section.blocks:
            for run in block.runs:
                if len(run.reading) == run.end - run.start and run.reading.strip() and run.reading.isascii():
                    assert text[run.start : run.end] == run.reading


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("The ferry sails.", [(0, 16, "The ferry sails.")]),
        ("The  ferry\nsails.", [(0, 3, "The"), (3, 5, " "), (5, 10, "ferry"), (10, 11, " "), (11, 17, "sails.")]),
        ("\ufeffThe ferry", [(1, 4, "The"), (4, 5, " "), (5, 10, "ferry")]),
        ("a â€” b", [(0, 1, "a"), (1, 2, " "), (2, 5, "—"), (5, 6, " "), (6, 7, "b")]),
    ],
)
def test_plain_text_is_cut_only_where_it_reads_otherwise_than_it_stands(text, runs):
    assert [(run.start, run.end, run.reading) for run in plain_runs(text, 0)] == runs
