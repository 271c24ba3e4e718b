"""Separated values: delimiters, quotation marks, and the lines around a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.errors import UnreadableSource
from index.parsing._delimited import read_table


def read(text: str, delimiter: str = "") -> list[tuple[str, str, str]]:
    return [(block.kind, block.text, block.lead) for block in read_table(text, delimiter).blocks]


def texts(text: str, delimiter: str = "") -> list[str]:
    return [block.text for block in read_table(text, delimiter).blocks]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "\ufeff", "sep={}\n", "\ufeffSEP={}\r\n"])
def test_the_delimiter_is_told_or_found(mark, first):
    data = first.format(mark) + f"Ship{mark}Length\nAda{mark}12\nBea{mark}9\n"
    assert read(data) == [("row", "Ada | 12", "| Ship | Length |"), ("row", "Bea | 9", "| Ship | Length |")]


def test_a_decimal_comma_separates_no_values():
    assert texts("ship;length, m;draught, m\nAda;12,5;1,5\nBea;9,5;0,5\n") == ["Ada | 12,5 | 1,5", "Bea | 9,5 | 0,5"]


def test_lines_above_the_table_are_prose_and_the_last_is_its_caption():
    data = "Harbour of Lund;;;\nExported;2026-04-01;;\n\n# lengths in metres\nship;length;draught;crew\nAda;12;1;3\n"
    assert read(data) == [
        ("prose", "Harbour of Lund", ""),
        ("row", "Exported | 2026-04-01", ""),
        ("prose", "lengths in metres", ""),
        ("row", "Ada | 12 | 1 | 3", "lengths in metres\n| ship | length | draught | crew |"),
    ]


def test_a_header_may_begin_with_a_number_sign():
    assert read("#ship\tlength\nAda\t12\n", "\t") == [("row", "Ada | 12", "| ship | length |")]


def test_notes_and_totals_below_a_table_are_kept():
    data = "ship,length,crew\nAda,12,3\nBea,9,2\nTotal,21,5\n\nMeasured on land.,,\n"
    assert [(kind, text) for kind, text, _ in read(data)][2:] == [
        ("row", "Total | 21 | 5"),
        ("prose", "Measured on land."),
    ]


def test_a_sum_below_an_empty_line_belongs_to_its_column():
    data = "ship;port;crew;cost\nAda;Lund;3;40\nBea;Ystad;2;31\n;;;\nTotal;;;71\n;;;\nBy;Ida;;\n"
    assert read(data)[2:] == [
        ("row", "Total | | | 71", "| ship | port | crew | cost |"),
        ("row", "By | Ida", ""),
    ]


def test_names_with_values_of_many_kinds_have_no_header():
    data = "Ship;Ada\nOwner;Ida Blom\nLaunched;2024-05-01\nCost;40 €\n"
    assert {lead for _, _, lead in read(data)} == {""}


def test_a_narrow_table_below_a_wide_one_has_its_own_header():
    data = "ship,port,crew,cost\nAda,Lund,3,40\n\nport,depth\nLund,7\nYstad,9\n"
    assert [lead for _, _, lead in read(data)] == ["| ship | port | crew | cost |", *["| port | depth |"] * 2]


def test_a_second_table_has_its_own_header():
    data = "ship,length\nAda,12\n\nport,depth\nLund,7\n"
    assert read(data) == [("row", "Ada | 12", "| ship | length |"), ("row", "Lund | 7", "| port | depth |")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('1\t"Stop" the pump\n2\t9" pipes\n', ['1 | "Stop" the pump', '2 | 9" pipes']),
        ('1\t"Never closed.\n2\tThe end\n', ['1 | "Never closed.', "2 | The end"]),
        ('1\t"Opened here\n2\tThe next\n3\tClosed"\n', ['1 | "Opened here', "2 | The next", '3 | Closed"']),
        ('1\t"Two\nlines"\n2\tThe next\n', ["1 | Two lines", "2 | The next"]),
        ('1\t"She said ""no"""\n', ['1 | She said "no"']),
        ('1\t"She said \\"no\\" twice"\n', ['1 | She said "no" twice']),
        ('1\t""\n2\tb\n', ["1", "2 | b"]),
    ],
)
def test_a_quotation_mark_encloses_a_value_only_if_it_ends_there_too(data, expected):
    assert texts(f"id\ttext\n{data}", "\t") == expected


@given(st.lists(st.tuples(st.text("ab',; \n"), st.text("ab',; \n")), max_size=6))
def test_no_letter_of_a_value_is_lost(cells):
    lines = [f'n{number},"{first}","{second}"\n' for number, (first, second) in enumerate(cells)]
    found = " ".join(texts("name,one,two\n" + "".join(lines), ","))
    for letter in "ab":
        assert found.count(letter) >= sum("".join(pair).count(letter) for pair in cells)


@given(st.text('a1"\\,;\t|\n#= '))
def test_any_text_is_read_or_refused(text):
    try:
        parsed = read_table(text)
    except UnreadableSource:
        return
    assert all(block.kind in ("row", "prose", "heading") for block in parsed.blocks)
    assert all(set("a1") & set(block.text) <= set(text) for block in parsed.blocks)
