"""Tables: names of columns, names of rows, groups and notes."""

from __future__ import annotations

import pytest

from index.parsing._table_headers import header_count
from index.parsing._tables import table_rows


def rows(text: str, **options: object) -> list[str]:
    """Return "lead > row" of a table with a line per row; a bar separates two cells."""
    table = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [f"{block.lead} > {block.text}" for block in table_rows(table, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("Model|Score\nScout|69", 1),
        ("Scout|69\nMaverick|73", 0),
        ("Region|2024|2025\nNorth|17|19", 1),
        ("Name|0-shot|5-shot\nScout|17|19", 1),
        ("Opened|3 June 1988\nOwner|Ida Moss", 0),
        ("|Before||After|\nSite|low|high|low|high\nPier|1|2|3|4", 2),
        ("Site|Depth|Span\n|(m)|(km)\nPier|1|2", 2),
        ("|Scout|Maverick\nLicense|MIT|Apache\nExperts|16|128", 1),
        ("Only|one row", 0),
    ],
)
def test_rows_that_look_like_names_of_columns_are_the_header(table, count):
    assert header_count([line.split("|") for line in table.splitlines()]) == count


def test_two_rows_of_names_become_one_name_per_column():
    assert rows("|Before||After|\nSite|low|high|low|high\nPier|1|2|3|4") == [
        "| Site | Before low | Before high | After low | After high | > Pier | 1 | 2 | 3 | 4"
    ]


def test_a_row_of_one_cell_names_the_rows_below_it_if_the_first_row_is_one():
    table = "Site|Depth|Span\nNorth||\nPier|1|2\nMole|3|4\nSouth||\nDam|5|6"
    names = "| – | Site | Depth | Span |"
    assert rows(table) == [
        f"{names} > North | Pier | 1 | 2",
        f"{names} > North | Mole | 3 | 4",
        f"{names} > South | Dam | 5 | 6",
    ]


def test_a_row_that_lacks_its_values_names_no_other():
    assert rows("Site|Depth|Span\nPier|1|2\nMole||\nDam|5|6")[1:] == [
        "| Site | Depth | Span | > Mole",
        "| Site | Depth | Span | > Dam | 5 | 6",
    ]


def test_a_first_cell_that_goes_on_from_above_is_in_each_row():
    table = "|Site|Depth\nNorth|Pier|1\n|Mole|3\nSouth|Dam|5\n|Total|9"
    assert [row.partition(" > ")[2] for row in rows(table)] == [
        "North | Pier | 1",
        "North | Mole | 3",
        "South | Dam | 5",
        "| Total | 9",
    ]


@pytest.mark.parametrize(
    "table",
    [
        "Firm|Name|Age\nAcme|Ann|1\n|Bob|2\nAcme|Cid|3\n|Dan|4",
        "Firm|Name|Age\nAcme|Ann|1\n|Bob|2\nBolt|Cid|3\nCorp|Dan|4",
        "Site|Depth|Span\nPier|1|2\n|3|4\n|5|6",
    ],
)
def test_a_cell_that_is_missing_is_not_the_one_above(table):
    assert any(row.partition(" > ")[2].startswith("|") for row in rows(table))


def test_columns_without_any_cell_are_left_out_and_empty_cells_keep_theirs():
    assert rows("Site||Depth|Span\nPier|||2\nDam||5|6") == [
        "| Site | Depth | Span | > Pier | | 2",
        "| Site | Depth | Span | > Dam | 5 | 6",
    ]


def test_the_caption_stands_above_each_row():
    assert rows("Site|Depth\nPier|1", caption="Depths (m)") == ["Depths (m)\n| Site | Depth | > Pier | 1"]
