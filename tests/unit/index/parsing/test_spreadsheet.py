"""Spreadsheets: visible sheets and cells as they are displayed, several tables in one sheet."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from index.domain.errors import UnreadableSource
from index.parsing._opendocument_sheet import read_opendocument_sheet
from index.parsing._spreadsheet import read_spreadsheet
from index.parsing.layout import ParsedFile
from tests.support.archives import archive
from tests.support.workbooks import ods, xlsx

BERTHS = [["Harbour", "Share", "Since"], ["Lund", 0.125, dt.date(2026, 6, 2)], ["Vik", 0.5, dt.date(2025, 1, 9)]]
NAMES = "| Harbour | Share | Since |"


def blocks(parsed: ParsedFile) -> list[tuple[str, str, str]]:
    return [(block.kind, block.text, block.lead) for block in parsed.blocks]


def changed(data: bytes, change: object) -> bytes:
    """Return a workbook after a function changed it."""
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    assert callable(change)
    change(workbook)
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def rewritten(data: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    """Return a workbook after its XML was changed by patterns and what replaces them."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    for pattern, replacement in changes:
        members = {name: re.sub(pattern, lambda _, new=replacement: new, xml) for name, xml in members.items()}
    return archive(members)


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_a_sheet_is_read_row_by_row_as_it_is_displayed():
    data = xlsx({"Sheet1": BERTHS}, {"B2": "0.0 %", "B3": "0 %", "C2": "dd.mm.yy", "C3": "dd.mm.yy"})
    assert blocks(read_spreadsheet(data)) == [
        ("row", "Lund | 12.5 % | 2026-06-02", NAMES),
        ("row", "Vik | 50 % | 2025-01-09", NAMES),
    ]


def test_each_of_several_sheets_is_below_its_name():
    data = xlsx({"North": [["Harbour", "Depth"], ["Lund", 7]], "South": [["Harbour", "Depth"], ["Torp", 4]]})
    assert [(kind, text) for kind, text, _ in blocks(read_spreadsheet(data))] == [
        ("heading", "North"),
        ("row", "Lund | 7"),
        ("heading", "South"),
        ("row", "Torp | 4"),
    ]


def test_what_is_hidden_in_a_workbook_is_left_out():
    def hide(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["Harbours"]
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        workbook["Draft"].sheet_state = "hidden"

    data = changed(xlsx({"Harbours": BERTHS, "Draft": [["no", "no"]]}, {}), hide)
    assert [text for _, text, _ in blocks(read_spreadsheet(data))] == ["Harbours", "Vik | 2025-01-09"]


UNCALCULATED = (
    "cells in {} whose formulas were never calculated: {}; open the file in a spreadsheet program and save it there"
)


def test_formulas_without_a_value_are_counted_by_sheet():
    rows = [["Oven", "Loaves", "Twice"], ["small", 4, "=B2*2"], ["big", 9, "=B3*2"]]
    parsed = read_spreadsheet(xlsx({"Rye": rows, "Oat": [*rows, ["giant", "=C3", None]]}))
    assert [text for kind, text, _ in blocks(parsed) if kind == "row"] == [
        "small | 4",
        "big | 9",
        "small | 4",
        "big | 9",
        "giant",
    ]
    assert parsed.notes == (UNCALCULATED.format("Rye", 2), UNCALCULATED.format("Oat", 3))


def test_values_that_formulas_gave_are_read_without_a_remark():
    values = b'<c r="C2"><f>B2*2</f><v>8</v></c>', b'<c r="C3" t="str"><f>IF(B3,"")</f><v></v></c>'
    rows = [["Oven", "Loaves", "Twice"], ["small", 4, "=B2*2"], ["big", 0, '=IF(B3,"")']]
    data = rewritten(xlsx({"Sheet1": rows}), *zip((rb'<c r="C2".*?</c>', rb'<c r="C3".*?</c>'), values, strict=True))
    parsed = read_spreadsheet(data)
    assert [text for _, text, _ in blocks(parsed)] == ["small | 4 | 8", "big | 0"]
    assert parsed.notes == ()


def test_a_zero_written_by_a_program_that_never_calculates_is_no_value():
    rows = [["Oven", "Twice"], ["small", "=A9*2"], ["big", 0]]
    data = rewritten(xlsx({"Sheet1": rows}), (rb"</f><v></v>", b"</f><v>0</v>"))
    parsed = read_spreadsheet(data)
    assert ([text for _, text, _ in blocks(parsed)], len(parsed.notes)) == (["small", "big | 0"], 1)
    calculated = read_spreadsheet(rewritten(data, (rb' fullCalcOnLoad="1"', b"")))
    assert ([text for _, text, _ in blocks(calculated)], calculated.notes) == (["small | 0", "big | 0"], ())


def test_a_workbook_of_formulas_alone_that_were_never_calculated_says_so():
    with pytest.raises(UnreadableSource, match="cells in Sheet1 whose formulas were never calculated: 2;"):
        read_spreadsheet(xlsx({"Sheet1": [["=1+1", "=2+2"]]}))


def test_formulas_without_a_value_are_counted_in_opendocument_too():
    formula = 'table:formula="of:=1+1"'
    row = f"<table:table-row>{cell('big')}<table:table-cell {formula}/>{cell('2', formula)}</table:table-row>"
    parsed = read_opendocument_sheet(ods(f'<table:table table:name="Rye">{row}</table:table>'))
    assert parsed.notes == (UNCALCULATED.format("Rye", 1),)


def test_merged_cells_are_read_in_each_of_their_rows():
    rows = [["Area", "Harbour", "Depth"], ["North", "Lund", 7], [None, "Vik", 9], ["South", "Torp", 4]]
    data = changed(xlsx({"Sheet1": rows}), lambda workbook: workbook["Sheet1"].merge_cells("A2:A3"))
    assert [text for _, text, _ in blocks(read_spreadsheet(data))] == [
        "North | Lund | 7",
        "North | Vik | 9",
        "South | Torp | 4",
    ]


def test_tables_below_and_beside_each_other_have_their_own_headers():
    rows = [
        ["Depths of 2026"],
        [],
        ["Harbour", "Depth", None, "Ship", "Length"],
        ["Lund", 7, None, "Ada", 12],
        [],
        ["Crane", "Load"],
        ["Old", 40],
        [],
        ["Counted on 1 May."],
    ]
    assert blocks(read_spreadsheet(xlsx({"Sheet1": rows}))) == [
        ("prose", "Depths of 2026", ""),
        ("row", "Lund | 7", "Depths of 2026\n| Harbour | Depth |"),
        ("row", "Old | 40", "| Crane | Load |"),
        ("prose", "Counted on 1 May.", ""),
        ("row", "Ada | 12", "| Ship | Length |"),
    ]


def test_a_formula_is_read_by_its_last_value():
    data = xlsx({"Sheet1": [["Ships", "=1+1"], ["Boats", 7]]})
    packed = zipfile.ZipFile(io.BytesIO(data))
    name = "xl/worksheets/sheet1.xml"
    files = {each: packed.read(each) for each in packed.namelist()}
    assert b"<v></v>" in files[name] or b"<v />" in files[name] or b"<v/>" in files[name]
    files[name] = re.sub(rb"<v></v>|<v ?/>", b"<v>2</v>", files[name])
    assert [text for _, text, _ in blocks(read_spreadsheet(archive(files)))] == ["Ships | 2", "Boats | 7"]


def test_an_open_document_is_read_as_it_is_displayed():
    date = 'office:value-type="date" office:date-value="2026-06-02"'
    table = (
        '<table:table table:name="Harbours"><table:table-column table:number-columns-repeated="3"/>'
        f"<table:table-row>{cell('Harbour')}{cell('Share')}{cell('Since')}</table:table-row>"
        f"<table:table-row>{cell('Lund')}{cell('12 %')}{cell('02.06.26', date)}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        f'<table:table-row table:visibility="collapse">{cell("Torp")}{cell("1 %")}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row></table:table>'
        '<table:table table:name="Old" table:style-name="h">'
        f"<table:table-row>{cell('x')}</table:table-row></table:table>"
    )
    style = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    assert blocks(read_opendocument_sheet(ods(table, style))) == [
        ("heading", "Harbours", ""),
        ("row", "Lund | 12 % | 2026-06-02", NAMES),
    ]


def test_merged_cells_of_an_open_document_are_read_in_each_of_their_rows():
    covered, spanned = "<table:covered-table-cell/>", 'table:number-rows-spanned="2"'
    table = (
        '<table:table table:name="Sheet1">'
        f"<table:table-row>{cell('Area')}{cell('Harbour')}{cell('Depth')}</table:table-row>"
        f"<table:table-row>{cell('North', spanned)}{cell('Lund')}{cell('7')}</table:table-row>"
        f"<table:table-row>{covered}{cell('Vik')}{cell('9')}</table:table-row></table:table>"
    )
    found = [text for _, text, _ in blocks(read_opendocument_sheet(ods(table)))]
    assert found == ["North | Lund | 7", "North | Vik | 9"]


def test_a_comment_on_a_cell_is_not_read():
    note = "<office:annotation><text:p>secret</text:p></office:annotation>"
    first = f"<table:table-cell>{note}<text:p>Lund</text:p></table:table-cell>"
    table = f'<table:table table:name="Sheet1"><table:table-row>{first}{cell("7")}</table:table-row></table:table>'
    assert [text for _, text, _ in blocks(read_opendocument_sheet(ods(table)))] == ["Lund | 7"]


@pytest.mark.parametrize("reader", [read_spreadsheet, read_opendocument_sheet])
@pytest.mark.parametrize("data", [b"no zip", archive({"a.txt": "x"})])
def test_what_is_no_spreadsheet_is_refused(reader, data):
    with pytest.raises(UnreadableSource, match="is no spreadsheet"):
        reader(data)


def test_an_encrypted_workbook_is_refused_with_the_step_that_mends_it():
    with pytest.raises(UnreadableSource, match="without a password"):
        read_spreadsheet(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(UnreadableSource, match="without a password"):
        read_opendocument_sheet(archive({"META-INF/manifest.xml": "<encryption-data/>", "content.xml": "?"}))
