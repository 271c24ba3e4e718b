"""A presentation is read slide by slide, as it is shown, with the speaker's notes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from index.domain.errors import UnreadableSource
from index.parsing._pptx import read_pptx
from index.parsing.layout import ParsedFile
from tests.support.archives import archive

TITLE_SLIDE, CONTENT, TITLE_ONLY, BLANK = 0, 1, 5, 6


class Deck:
    """A presentation that a test fills."""

    def __init__(self) -> None:
        self.file = Presentation()

    def add(self, layout: int, title: str = "", *lines: str | tuple[int, str]) -> Any:
        """Add a slide with a title and lines of text, each of a level."""
        slide = self.file.slides.add_slide(self.file.slide_layouts[layout])
        if title:
            slide.shapes.title.text = title
        for number, line in enumerate(lines):
            frame = slide.placeholders[1].text_frame
            paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
            paragraph.level, paragraph.text = line if isinstance(line, tuple) else (0, line)
        return slide

    def box(self, slide: Any, text: str = "") -> Any:
        frame = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame
        frame.text = text
        return frame

    def read(self) -> ParsedFile:
        out = io.BytesIO()
        self.file.save(out)
        return read_pptx(out.getvalue())

    def blocks(self) -> list[tuple[str, str]]:
        return [(f"{block.mark} " * (block.kind == "item") + block.kind, block.text) for block in self.read().blocks]


@pytest.fixture
def deck() -> Deck:
    return Deck()


def test_the_title_of_a_slide_heads_its_text(deck):
    deck.add(TITLE_SLIDE, "Ferry 2030")
    deck.add(CONTENT, "Routes", "North", (1, "By night"), "South")
    parsed = deck.read()
    assert parsed.title == "Ferry 2030"
    assert [(block.kind, block.level) for block in parsed.blocks if block.kind == "heading"] == [
        ("heading", 1),
        ("heading", 2),
    ]
    assert deck.blocks()[1:] == [
        ("heading", "Routes"),
        ("- item", "North"),
        ("- item", "By night"),
        ("- item", "South"),
    ]


def test_a_slide_without_title_is_headed_by_its_number(deck):
    deck.add(TITLE_ONLY, "One")
    deck.box(deck.add(BLANK), "Alone.")
    assert deck.blocks()[1:] == [("heading", "Slide 2"), ("prose", "Alone.")]


def test_notes_follow_their_slide(deck):
    deck.add(CONTENT, "Routes", "One line.").notes_slide.notes_text_frame.text = "Say why.\nWait."
    assert deck.blocks()[1:] == [("prose", "One line."), ("prose", "Say why."), ("prose", "Wait.")]


def test_numbered_paragraphs_have_their_numbers(deck):
    slide = deck.add(CONTENT, "Steps", "Load", "Sail")
    for paragraph in slide.placeholders[1].text_frame.paragraphs:
        paragraph._p.get_or_add_pPr().insert(
            0, paragraph._p.makeelement(BULLET, {"type": "arabicPeriod", "startAt": "4"})
        )
    assert deck.blocks()[1:] == [("4. item", "Load"), ("5. item", "Sail")]


BULLET = "{http://schemas.openxmlformats.org/drawingml/2006/main}buAutoNum"


def test_words_are_read_as_they_are_set(deck):
    paragraph = deck.box(deck.add(BLANK)).paragraphs[0]
    for text, name, value in (
        ("4 May", "strike", "sngStrike"),
        (" 10", "strike", "noStrike"),
        ("2", "baseline", "30000"),
    ):
        run = paragraph.add_run()
        run.text = text
        run.font._element.set(name, value)
    assert deck.blocks()[1:] == [("prose", "[struck out: 4 May] 10²")]


def test_a_table_is_read_by_rows(deck):
    table = deck.add(TITLE_ONLY, "Fares").shapes.add_table(2, 2, 0, 0, Inches(2), Inches(1)).table
    for row, cells in enumerate((("Class", "Fare"), ("Deck", "12 €"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    assert deck.blocks()[1:] == [("row", "Deck | 12 €")]


def test_the_values_of_a_chart_are_a_table(deck):
    data = CategoryChartData()
    data.categories = ["May", "June"]
    data.add_series("Guests", (10, 12.5))
    shapes = deck.add(TITLE_ONLY, "Guests").shapes
    shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(2), Inches(2), data)
    assert deck.blocks()[1:] == [("row", "May | 10"), ("row", "June | 12.5")]


def test_groups_are_read_and_hidden_slides_are_not(deck):
    group = deck.add(BLANK).shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Grouped."
    hidden = deck.add(BLANK)
    deck.box(hidden, "Secret.")
    hidden.element.set("show", "0")
    assert deck.blocks()[1:] == [("prose", "Grouped.")]
    assert [str(note) for note in deck.read().notes] == ["hidden slides are not read: 1"]


def test_what_a_presentation_says_of_itself_are_fields(deck):
    deck.add(TITLE_ONLY, "One")
    deck.file.core_properties.author = "Siv Dale"
    assert ("author", "Siv Dale") in deck.read().fields


@pytest.mark.parametrize("data", [b"", b"PK", archive({"a": "b"}), archive({"[Content_Types].xml": "<Types/>"})])
def test_what_is_no_presentation_is_refused(data):
    with pytest.raises(UnreadableSource, match="no presentation"):
        read_pptx(data)


def test_a_presentation_from_before_2007_is_refused():
    with pytest.raises(UnreadableSource, match=r"old \.ppt"):
        read_pptx(b"\xd0\xcf\x11\xe0" + bytes(99))
