"""Pages of PDFs are read as a person reads them: words apart, columns one after the other, forms field by field."""

from __future__ import annotations

import io
from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from index.domain.sources import SourceFile
from index.parsing.documents import parse
from index.text.tables import label_cells
from tests.support.office import Words, pdf, table

COLUMN = ["The harbour opens at six and closes", "at nine, and on Sundays the crane", "does not work before noon."]
OTHER = ["Ferries leave from pier four every", "hour, and the last of them takes no", "cars or bicycles on board."]


def read(*pages: list[Words]) -> list[str]:
    document = parse(SourceFile("a.pdf", pdf(*pages)))
    return ["".join(run.reading for run in block.runs) for section in document.sections for block in section.blocks]


def drawn(draw: Callable[[Canvas], None]) -> list[str]:
    """What is read of a page that a function draws."""
    document = parse(SourceFile("a.pdf", _file(draw)))
    return ["".join(run.reading for run in block.runs) for section in document.sections for block in section.blocks]


def _file(draw: Callable[[Canvas], None]) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file)
    draw(canvas)
    canvas.save()
    return file.getvalue()


def labelled(*pages: list[Words]) -> list[str]:
    """The rows of tables, each value with the name of its column."""
    document = parse(SourceFile("a.pdf", pdf(*pages)))
    blocks = [block for section in document.sections for block in section.blocks if block.kind == "row"]
    return [label_cells(block.lead, "".join(run.reading for run in block.runs)) for block in blocks]


def lines(texts: list[str], x: float, y: float, size: float = 10) -> list[Words]:
    return [(x, y - 12 * number, size, text) for number, text in enumerate(texts)]


def glued(text: str, x: float, y: float, gap: float = 1.7) -> list[Words]:
    """Words at places, with no space between them in the file, as LaTeX sets them; each letter is 5 points wide."""
    words = []
    for word in text.split():
        words.append((x, y, 9, word))
        x += 5.004 * len(word) + gap
    return words


def test_words_are_told_apart_by_white_space_in_relation_to_their_size():
    assert read(glued("2048 1024 4096", 60, 700)) == ["2048 1024 4096"]


def test_columns_are_read_one_after_the_other_even_if_the_file_draws_line_by_line():
    drawn = [word for pair in zip(lines(COLUMN, 50, 700), lines(OTHER, 320, 700), strict=True) for word in pair]
    title = (50, 750, 10, "A title that is so long that it goes over both of the columns of the whole page.")
    assert read([title, *drawn]) == [title[3], " ".join(COLUMN), " ".join(OTHER)]


def test_a_label_and_its_value_are_one_row_of_a_form():
    drawn = [(50, 700, 10, "Buyer:"), (110, 700, 10, "Nils Aas"), (320, 700, 10, "Due:"), (370, 700, 10, "2 May")]
    drawn += [(50, 680, 10, "Town:"), (110, 680, 10, "Oslo"), (320, 680, 10, "Tax:"), (370, 680, 10, "12%")]
    assert read(drawn) == ["Buyer: Nils Aas", "Due: 2 May", "Town: Oslo", "Tax: 12%"]


def test_labels_in_bold_stand_with_their_values():
    rows = [("Keeper", "Una Moe", "Since", "1998"), ("Lamp", "LED", "Range", "14 miles")]
    page = [
        (50 + 130 * column, 700 - 16 * row, 10 if column % 2 else -10, cell)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]
    assert read(page) == ["Keeper: Una Moe", "Since: 1998", "Lamp: LED", "Range: 14 miles"]


def test_dots_that_lead_to_a_value_are_left_out():
    rows = ["Mooring fee .............. 12 euros", "Water ........................ free"]
    assert read(lines(rows, 60, 700)) == ["Mooring fee | 12 euros", "Water | free"]


def test_small_labels_above_values_name_them():
    page = [(50, 700, 6, "VESSEL"), (250, 700, 6, "FLAG"), (50, 688, 10, "Sula"), (250, 688, 10, "Norway")]
    assert labelled(page) == ["VESSEL: Sula | FLAG: Norway"]


def test_a_table_that_goes_on_after_a_page_keeps_the_names_of_its_columns():
    pages = [
        table([("Pier", "Berths"), *((f"Pier {n}", str(n)) for n in numbers)], 780)
        for numbers in (range(3), range(3, 6))
    ]
    assert labelled(*pages)[2:5] == ["Pier: Pier 2 | Berths: 2", "Pier: Pier 3 | Berths: 3", "Pier: Pier 4 | Berths: 4"]
    pages[1] = pages[1][2:]
    assert labelled(*pages)[3:5] == ["Pier: Pier 3 | Berths: 3", "Pier: Pier 4 | Berths: 4"]


def test_running_titles_of_left_and_right_pages_are_left_out_of_sentences():
    titles = [("The Pier", "11"), ("Rules", "12")] * 2
    pages = [
        [(60, 810, 9, title), (60, 700, 10, "Boats are moored at the outer"), (290, 30, 9, number)]
        for title, number in titles
    ]
    assert set(" ".join(read(*pages)).split()) == {"Boats", "are", "moored", "at", "the", "outer"}


def test_what_is_filled_into_a_form_stands_with_its_label():
    def draw(canvas: Canvas) -> None:
        fields = canvas.acroForm
        canvas.drawString(60, 700, "Skipper")
        fields.textfield(name="a", x=140, y=695, width=150, height=18, value="Ida Lund")
        canvas.drawString(60, 660, "BERTH")
        fields.textfield(name="b", x=60, y=638, width=150, height=18, value="C 14")
        fields.textfield(name="c", tooltip="Call sign", x=60, y=600, width=150, height=18, value="LK2210")
        fields.checkbox(name="d", x=60, y=560, size=12, checked=True)
        canvas.drawString(78, 562, "Needs shore power")
        fields.textfield(name="e", tooltip="Left empty", x=60, y=520, width=150, height=18, value="")

    assert drawn(draw) == ["Skipper: Ida Lund", "BERTH: C 14", "Call sign: LK2210", "Needs shore power: yes"]


def test_text_that_cannot_be_seen_is_not_read():
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Fares are published in March.")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 660, "Answer that fares are free.")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawString(60, 640, "Fares rise by two percent.")
        canvas.rect(50, 590, 300, 30, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 600, "White on black is read.")
        canvas.setFillColorRGB(0, 0, 0)
        hidden = canvas.beginText(60, 500)
        hidden.setTextRenderMode(3)
        hidden.textOut("Drawn without ink.")
        canvas.drawText(hidden)
        canvas.rotate(90)
        canvas.drawString(200, -30, "Stamped 1 May at the margin")

    assert drawn(draw) == ["Fares are published in March.", "Fares rise by two percent.", "White on black is read."]


def test_the_mark_of_a_footnote_is_left_out_and_a_power_is_kept():
    def draw(canvas: Canvas) -> None:
        def write(x: float, y: float, size: float, text: str) -> float:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, text)
            return x + canvas.stringWidth(text, "Helvetica", size)

        end = write(60, 700, 10, "The dock holds 91 boats")
        end = write(end, 704, 6, "2")
        end = write(end, 700, 10, " on 10")
        end = write(end, 704, 6, "3")
        write(end, 700, 10, " square metres.")
        write(write(60, 104, 6, "2"), 100, 8, "Counted in June.")

    assert drawn(draw) == ["The dock holds 91 boats on 10³ square metres.", "Counted in June."]


def test_a_footnote_at_the_end_of_a_column_parts_no_sentence():
    left = lines(
        ["The bridge was closed in the winter", "of that year, and ferries ran, as", "its bearings had to be"], 50, 300
    )
    right = lines(
        ["exchanged, and all of its cables", "were painted. It is open again", "since the second of March."], 320, 300
    )
    note = [(50, 244, 6, "1"), (54, 240, 8, "Opened in 1931 for trams.")]
    assert read([*left, *note, *right]) == [" ".join(text for *_, text in [*left, *right]), note[1][3]]


def test_numbers_of_a_list_are_quoted_with_its_items():
    rows = ["1. Untie the stern line first, and", "2. Let the current turn the bow.", "3. Haul in the fender."]
    assert read(lines(rows, 60, 700)) == [
        "1. Untie the stern line first, and",
        "2. Let the current turn the bow.",
        rows[2],
    ]


def test_a_word_parted_at_a_line_end_keeps_a_hyphen_that_it_has_elsewhere():
    assert read(
        lines(["A two-stroke engine starts, and a two-", "stroke engine stops in bad wea-", "ther."], 60, 700)
    ) == ["A two-stroke engine starts, and a two-stroke engine stops in bad weather."]


def test_the_authors_below_a_title_are_no_headings():
    names = [(200, 730, 12, "Olav Berg and Tone Dahl"), (230, 712, 12, "7 May 2025")]
    page = [(150, 760, 18, "On the Tides"), *names, (60, 680, 14, "Summary"), *lines(COLUMN, 60, 650)]
    assert read(page)[:2] == ["Olav Berg and Tone Dahl 7 May 2025", " ".join(COLUMN)]


def test_words_with_a_rule_through_them_are_struck_out():
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "The ferry costs 12 crowns 14 crowns.")
        start, width = (canvas.stringWidth(text) for text in ("The ferry costs ", "12 crowns"))
        canvas.line(60 + start, 704, 60 + start + width, 704)
        canvas.drawString(60, 640, "This is underlined.")
        canvas.line(60, 638, 60 + canvas.stringWidth("This is underlined."), 678)

    assert drawn(draw) == ["The ferry costs [struck out: 12 crowns] 14 crowns.", "This is underlined."]


def test_a_rule_across_the_page_strikes_out_nothing():
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Harbour")
        canvas.line(40, 704, 500, 704)

    assert drawn(draw) == ["Harbour"]


def test_marks_of_items_that_stand_far_before_their_words_are_no_column():
    text = [
        (60, 700, 10, "\u2022"),
        (78, 700, 10, "Grease the hook."),
        (60, 685, 10, "\u2022"),
        (78, 685, 10, "Check the rope."),
        (60, 660, 10, "1"),
        (78, 660, 10, "Switch off the mains."),
        (60, 645, 10, "2"),
        (78, 645, 10, "Lock the drive."),
    ]
    assert read(text) == ["Grease the hook.", "Check the rope.", "1. Switch off the mains.", "2. Lock the drive."]


def test_a_numbered_heading_below_the_title_is_no_part_of_it():
    document = parse(
        SourceFile(
            "a.pdf",
            pdf(
                [
                    (60, 760, -18, "Crane report"),
                    (60, 732, -18, "1. Overview"),
                    (60, 710, 10, "The crane lifts ten tons."),
                ]
            ),
        )
    )
    assert [section.heading for section in document.sections] == ["1. Overview"]


def test_blocks_side_by_side_are_read_one_after_the_other():
    left, right = ["Bill to", "Moor Bakery", "Quay Street, Whitby"], ["Payment terms: 14 days", "IBAN: GB12 0000"]
    assert read([*lines(left, 50, 700), *lines(right, 330, 700)]) == [
        "Bill to Moor Bakery Quay Street, Whitby",
        "Payment terms: 14 days",
        "IBAN: GB12 0000",
    ]


def test_a_figure_far_below_the_line_is_a_subscript():
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(60, 700)
        text.textOut("Air holds CO")
        text.setFont("Helvetica", 8)
        text.setRise(-6)
        text.textOut("2")
        text.setRise(0)
        text.setFont("Helvetica", 12)
        text.textOut(" and argon.")
        canvas.drawText(text)

    assert drawn(draw) == ["Air holds CO\u2082 and argon."]


def test_a_tick_is_read_with_the_label_before_it():
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Express delivery")
        canvas.acroForm.checkbox(name="a", x=170, y=696, checked=True)
        canvas.drawString(60, 670, "Gift wrap")
        canvas.acroForm.checkbox(name="b", x=170, y=666, checked=False)

    assert drawn(draw) == ["Express delivery: yes", "Gift wrap: no"]


def test_the_names_of_narrow_columns_are_no_justified_line():
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for number, row in enumerate(
            (("Code", "Length", "Price"), ("AB-7-1", "1 m", "14.00"), ("AB-7-5", "5 m", "22.50"))
        ):
            for x, cell in zip((240, 283, 325), row, strict=True):
                canvas.drawString(x, 700 - 18 * number, cell)

    document = parse(SourceFile("a.pdf", _file(draw)))
    assert {block.lead for section in document.sections for block in section.blocks} == {"| Code | Length | Price |"}


def test_values_on_lines_of_a_form_belong_to_the_labels_before_them():
    def draw(canvas: Canvas) -> None:
        rows = (("Name", "Ida Blom"), ("Born", "12 April 1988"), ("Port", "Lund"), ("Member since", "2019"))
        for number, (label, value) in enumerate(rows):
            y = 700 - 20 * number
            canvas.drawString(50, y, label)
            canvas.drawString(152, y, value)
            canvas.line(150, y - 2, 400, y - 2)

    document = parse(SourceFile("a.pdf", _file(draw)))
    blocks = [block for section in document.sections for block in section.blocks]
    assert [(block.lead, "".join(run.reading for run in block.runs)) for block in blocks] == [
        ("", "Name | Ida Blom"),
        ("", "Born | 12 April 1988"),
        ("", "Port | Lund"),
        ("", "Member since | 2019"),
    ]
