"""An OpenDocument text is read as it is shown: no deletions and comments, lists with numbers, notes at their place."""

from __future__ import annotations

import pytest

from index.domain.errors import UnreadableSource
from index.parsing._odt import read_odt
from tests.support.archives import archive, odt


def blocks(data: bytes) -> list[tuple[str, str]]:
    return [(f"{block.mark} " * (block.kind == "item") + block.kind, block.text) for block in read_odt(data).blocks]


def texts(data: bytes) -> list[str]:
    return [text for _, text in blocks(data)]


def span_style(name: str, properties: str) -> str:
    return f'<style:style style:name="{name}"><style:text-properties {properties}/></style:style>'


def items(*texts: str, more: str = "") -> str:
    return "".join(f"<text:list-item><text:p>{text}</text:p>{more}</text:list-item>" for text in texts)


NUMBERS = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/>'
    '<text:list-level-style-number text:level="2" style:num-format="a"/></text:list-style>'
)
WORDS = "".join(
    [
        span_style("up", 'style:text-position="super 58%"'),
        span_style("down", 'style:text-position="sub 58%"'),
        span_style("gone", 'style:text-line-through-style="solid"'),
        span_style("secret", 'text:display="none"'),
    ]
)


def test_headings_and_paragraphs_are_read_with_their_spaces():
    data = odt('<text:h text:outline-level="2">Fees</text:h><text:p>Ten<text:s text:c="2"/>a<text:tab/>day.</text:p>')
    assert blocks(data) == [("heading", "Fees"), ("prose", "Ten a day.")]


def test_deletions_comments_and_contents_are_not_read():
    data = odt(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>old</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:table-of-content><text:p>Fees 3</text:p>"
        "</text:table-of-content><text:p>Seen<office:annotation><text:p>why?</text:p></office:annotation>"
        '<text:change text:change-id="a"/>.</text:p>'
    )
    assert texts(data) == ["Seen."]


@pytest.mark.parametrize(
    ("style", "shown"), [("up", "10³"), ("down", "10₃"), ("gone", "10[struck out: 3]"), ("secret", "10")]
)
def test_words_are_read_as_they_are_set(style, shown):
    data = odt(f'<text:p>10<text:span text:style-name="{style}">3</text:span></text:p>', automatic=WORDS)
    assert texts(data) == [shown]


def test_lists_have_their_numbers_and_go_on():
    inner = f"<text:list>{items('Inner')}</text:list>"
    data = odt(
        f'<text:list text:style-name="L1">{items("One", more=inner)}{items("Two")}</text:list><text:p>Between.</text:p>'
        f'<text:list text:style-name="L1" text:continue-numbering="true">{items("Three")}</text:list>'
        f"<text:list>{items('Bullet')}</text:list>",
        automatic=NUMBERS,
    )
    assert blocks(data) == [
        ("1. item", "One"),
        ("a. item", "Inner"),
        ("2. item", "Two"),
        ("prose", "Between."),
        ("3. item", "Three"),
        ("- item", "Bullet"),
    ]


def test_a_note_stands_after_its_paragraph_without_its_mark():
    mark, body = (
        "<text:note-citation>1</text:note-citation>",
        "<text:note-body><text:p>In May.</text:p></text:note-body>",
    )
    assert texts(odt(f"<text:p>It opens<text:note>{mark}{body}</text:note> daily.</text:p>")) == [
        "It opens daily.",
        "In May.",
    ]


def test_a_table_is_read_by_rows_with_merged_cells():
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    wide = '<table:table-cell table:number-columns-spanned="2"><text:p>Closed</text:p></table:table-cell>'
    head = "".join(map(cell.format, ("Day", "From", "To")))
    data = odt(
        f"<table:table><table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>"
        f"<table:table-row>{cell.format('Monday')}{wide}<table:covered-table-cell/></table:table-row></table:table>"
    )
    row = read_odt(data).blocks[0]
    assert (row.kind, row.text) == ("row", "Monday | Closed")
    assert "From" in row.lead


def test_text_boxes_headers_and_footers_are_read_once():
    box = "<draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>"
    header = "<style:header><text:p>Draft 7</text:p></style:header>"
    pages = f"<style:master-page>{header}</style:master-page>" * 2
    assert texts(odt(f"<text:p>Text.{box}</text:p>", styles=pages)) == ["Draft 7", "Text.", "Boxed."]


def test_a_formula_is_read_in_its_line():
    row = "<mrow><mi>m</mi><mo>=</mo><mn>3</mn></mrow><annotation>m=3</annotation>"
    math = f'<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics>{row}</semantics></math>'
    frame = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
    data = odt(f"<text:p>Take {frame} only.</text:p>", more={"Object 1/content.xml": math})
    assert texts(data) == ["Take m = 3 only."]


def test_lines_of_code_are_one_block():
    style = '<style:style style:name="P1" style:parent-style-name="Preformatted_20_Text"/>'
    line = '<text:p text:style-name="P1">{}</text:p>'
    data = odt(line.format("a = 1"), line.format('<text:s text:c="2"/>b = 2'), automatic=style)
    assert blocks(data) == [("code", "a = 1\n  b = 2")]


def test_what_a_document_says_of_itself_are_fields():
    author, date = "<meta:initial-creator>Liv Bo</meta:initial-creator>", "<dc:date>2020-02-03T04:05</dc:date>"
    parsed = read_odt(odt("<text:p>x</text:p>", meta=f"<dc:title>Rules</dc:title>{author}{date}"))
    assert parsed.title == "Rules"
    assert parsed.fields == (("title", "Rules"), ("author", "Liv Bo"), ("file changed", "2020-02-03"))


@pytest.mark.parametrize("data", [b"", b"PK", archive({"a": "b"}), archive({"content.xml": "<a"})])
def test_what_is_no_text_document_is_refused(data):
    with pytest.raises(UnreadableSource, match="no OpenDocument text"):
        read_odt(data)


def test_an_encrypted_document_is_refused():
    data = odt("<text:p>x</text:p>", more={"META-INF/manifest.xml": "<manifest:encryption-data/>"})
    with pytest.raises(UnreadableSource, match="is encrypted"):
        read_odt(data)
