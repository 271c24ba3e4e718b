"""HTML tables: spanned cells fill their rows and columns, and tables for layout are not data."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from index.domain.errors import UnreadableSource
from index.parsing._html_tables import MOST_CELLS, read_html_table

HEADER = "<tr><th>Model<th>Experts<th>Score</tr>"


def rows(content: str) -> list[tuple[str, str, str]] | None:
    (table,) = LexborHTMLParser(f"<table>{content}</table>").css("body > table")
    blocks = read_html_table(table)
    return blocks and [(block.kind, block.text, block.lead) for block in blocks]


def test_each_row_has_the_column_names_and_the_caption_comes_first():
    assert rows(f"<caption>Herd</caption>{HEADER}<tr><td>Scout<td>16<td>1400</tr>") == [
        ("prose", "Herd", ""),
        ("row", "Scout | 16 | 1400", "Herd\n| Model | Experts | Score |"),
    ]


def test_a_cell_over_several_rows_is_repeated_in_each():
    spanned = "<tr><td>Scout<td rowspan=2>16<td>1400</tr><tr><td>Behemoth<td>1450</tr>"
    assert [text for _, text, _ in rows(HEADER + spanned)] == ["Scout | 16 | 1400", "Behemoth | 16 | 1450"]


def test_a_header_over_several_columns_names_each_of_them():
    header = "<tr><th rowspan=2>Model<th colspan=2>Score</tr><tr><th>old<th>new</tr>"
    (row,) = rows(f"{header}<tr><td>Scout<td>1<td>2</tr>")
    assert row == ("row", "Scout | 1 | 2", "| Model | Score old | Score new |")


def test_a_label_beside_its_value_is_no_column_name():
    facts = "<tr><{0}>Opened</{0}><td>4 May 1971</tr><tr><{0}>Owner</{0}><td>Ida Moss</tr>"
    expected = [("row", "Opened | 4 May 1971", ""), ("row", "Owner | Ida Moss", "")]
    assert rows(facts.format("th")) == rows(facts.format("td")) == rows(facts.format("th scope=row")) == expected


def test_a_cell_across_the_table_names_the_rows_below_it():
    content = f"{HEADER}<tr><th colspan=3>Small</tr><tr><td>Scout<td>16<td>1</tr>"
    content += "<tr><td colspan=3>Large</tr><tr><td>Maverick<td>128<td>2</tr><tr><td colspan=3>* Measured by us.</tr>"
    names = "| – | Model | Experts | Score |"
    assert rows(content) == [
        ("row", "Small | Scout | 16 | 1", names),
        ("row", "Large | Maverick | 128 | 2", names),
        ("prose", "* Measured by us.", ""),
    ]


def test_a_cell_across_the_table_above_all_rows_is_its_name():
    facts = "<tr><th colspan=2>Moss Bakery</tr><tr><th>Opened<td>1971</tr><tr><th>Ovens<td>3</tr>"
    assert rows(facts) == [
        ("prose", "Moss Bakery", ""),
        ("row", "Opened | 1971", "Moss Bakery\n"),
        ("row", "Ovens | 3", "Moss Bakery\n"),
    ]
    assert rows(f"<tr><td colspan=3>Herd</tr>{HEADER}<tr><td>Scout<td>16<td>1</tr>") == [
        ("prose", "Herd", ""),
        ("row", "Scout | 16 | 1", "Herd\n| Model | Experts | Score |"),
    ]


def test_header_cells_that_name_rows_leave_the_header_of_the_columns():
    header = "<tr><td></td><th>Scout<th>Maverick</tr>"
    (row,) = rows(f"{header}<tr><th scope=row>Experts<td>16<td>128</tr>")
    assert row == ("row", "Experts | 16 | 128", "| – | Scout | Maverick |")


def test_a_hidden_cell_is_left_out():
    assert rows(f"{HEADER}<tr><td>Scout<td hidden>9<td>16<td>1400</tr>")[0][1] == "Scout | 16 | 1400"


@pytest.mark.parametrize(
    "content",
    [
        "<tr><td><table><tr><td>a<td>b</tr></table><td>c</tr>",
        "<tr><td><h2>Part</h2><td>text</tr>",
        "<tr><td>one column</tr>",
        "",
    ],
)
def test_a_table_that_arranges_parts_of_the_page_is_no_data(content):
    assert rows(content) is None


@pytest.mark.parametrize("span", ["0", "-1", "x", "9999999"])
def test_a_span_that_is_no_number_counts_as_one(span):
    assert rows(f"{HEADER}<tr><td colspan='{span}'>Scout<td>16<td>1400</tr>")[0][1] == "Scout | 16 | 1400"


def test_a_table_with_too_many_columns_is_refused():
    with pytest.raises(UnreadableSource, match=f"more than {MOST_CELLS} columns"):
        rows(f"<tr><td colspan={MOST_CELLS}>a<td>b</tr>")


def test_a_row_whose_other_cells_come_from_above_keeps_its_own():
    read = rows("<tr><th>Area<th>Shops<tr><td rowspan=2>North<td>7<tr><td>8")
    assert read is not None
    assert [text for _, text, _ in read] == ["North | 7", "North | 8"]
