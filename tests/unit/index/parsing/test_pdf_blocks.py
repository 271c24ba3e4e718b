"""Lines of a PDF become headings, paragraphs, list items and table rows by their size and place."""

from __future__ import annotations

from index.parsing._pdf_blocks import build_blocks
from index.parsing._pdf_lines import Line
from index.parsing._pdf_tables import Table, aligned_rows

BODY, LARGE, LARGER = 10.0, 14.0, 18.0
LETTERS = {BODY: 900, LARGE: 40, LARGER: 20}


def make_line(*cells: str, top: float, size: float = BODY, bold: bool = False, starts: tuple[float, ...] = ()) -> Line:
    places = starts or tuple(72.0 + 100 * column for column in range(len(cells)))
    return Line(cells, places, places[0], 500.0, top, top + size, size, bold)


def blocks(*items: Line | Table) -> list[tuple[str, str, int]]:
    return [(block.kind, block.text, block.level) for block in build_blocks(items, LETTERS)]


def test_larger_letters_are_headings_by_size_and_bold_ones_the_lowest():
    assert blocks(
        make_line("Models", top=0, size=LARGER),
        make_line("Scout", top=40, size=LARGE),
        make_line("Its window", top=80, bold=True),
        make_line("It is long.", top=120),
    ) == [("heading", "Models", 1), ("heading", "Scout", 2), ("heading", "Its window", 3), ("prose", "It is long.", 0)]


def test_a_bold_sentence_is_no_heading():
    assert blocks(make_line("It is long.", top=0, bold=True)) == [("prose", "It is long.", 0)]


def test_lines_close_together_are_one_paragraph_and_a_gap_ends_it():
    assert blocks(make_line("Bread is", top=0), make_line("made.", top=12), make_line("Tea too.", top=40)) == [
        ("prose", "Bread is made.", 0),
        ("prose", "Tea too.", 0),
    ]


def test_a_word_hyphenated_at_a_line_end_is_made_whole():
    assert blocks(make_line("a multi-modal transla-", top=0), make_line("tion", top=12)) == [
        ("prose", "a multi-modal translation", 0)
    ]


def test_an_unfinished_sentence_continues_in_the_next_column():
    assert blocks(make_line("Bread is", top=700), make_line("made.", top=0)) == [("prose", "Bread is made.", 0)]
    assert len(blocks(make_line("Bread is made.", top=700), make_line("Tea too.", top=0))) == 2


def test_a_bullet_begins_an_item_without_its_mark():
    assert blocks(make_line("• Bread", top=0), make_line("• Tea", top=12)) == [("item", "Bread", 0), ("item", "Tea", 0)]


def test_aligned_lines_are_rows_if_half_of_the_values_are_numbers():
    lines = [
        make_line("Model", "Experts", top=0),
        make_line("Scout", "16", top=12),
        make_line("Behemoth", "16", top=24),
    ]
    assert aligned_rows(lines) == [("Model", "Experts"), ("Scout", "16"), ("Behemoth", "16")]
    assert aligned_rows([lines[0], make_line("Scout", "many", top=12)]) == []


def test_a_shorter_line_fills_the_columns_that_its_cells_are_below():
    lines = [
        make_line("Model", "Experts", "Score", top=0),
        make_line("Scout", "16", "1400", top=12),
        make_line("Maverick", "1417", top=24, starts=(72.0, 272.0)),
    ]
    assert aligned_rows(lines)[2] == ("Maverick", "", "1417")


def test_a_ruled_table_gives_a_row_each_with_the_column_names():
    table = Table((("Model", "Experts"), ("Scout", "16")))
    rows = [block for block in build_blocks([table], LETTERS) if block.kind == "row"]
    assert (rows[-1].text, rows[-1].lead) == ("Scout | 16", "| Model | Experts |")
