"""Files made to harm, each with the reason that it is refused for, at least one of each format."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat

from index.parsing._sandbox import DAMAGED
from tests.support.archives import Content, archive, epub, odt
from tests.support.hostile_packed import HOSTILE_PACKED
from tests.support.office import docx, paragraph, pdf_of, stream
from tests.support.workbooks import ods, xlsx

__all__ = ["HOSTILE", "alias_bomb"]


def alias_bomb() -> bytes:
    lines = ["---", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, 12)]
    return "\n".join([*lines, "---", "Text."]).encode()


def bomb() -> Iterator[bytes]:
    """250 MB of zeros, piece by piece."""
    return repeat(bytes(1_000_000), 250)


def zip_bomb() -> bytes:
    return docx(paragraph("x"), more={"word/media/a.xml": bytes(250_000_000)})


def entity_bomb() -> bytes:
    entities = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12))
    text = f'<!DOCTYPE d [<!ENTITY a0 "lol">{entities}]><w:document xmlns:w="w"><w:body>&a11;</w:body></w:document>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", text)
    return packed.getvalue()


def cyclic_pdf() -> bytes:
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 9/Parent 3 0 R/Kids[3 0 R 2 0 R]>>",
            b"<</Type/Pages/Kids[2 0 R 3 0 R]>>",
        ]
    )


def many_pages() -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3_003))
    return pdf_of(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 3000/Kids[%s]>>" % kids]
        + [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * 3_000
    )


def letters_without_end(times: int = 2_000_000) -> bytes:
    content = b"BT /F1 9 Tf 0 0 Td " + b"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * times
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    tree = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]
    return pdf_of([*tree, page, stream(content), font])


def many_letters() -> bytes:
    return letters_without_end(5_000)


def forms_in_forms() -> bytes:
    """A drawing that draws itself five times."""
    drawing = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>/Length 30>>stream\n"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</X 4 0 R>>>>>>"
    tree = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]
    return pdf_of([*tree, page, drawing + b"/X Do " * 5 + b"\nendstream"])


def locked_pdf() -> bytes:
    encrypt = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>/ID[(x)(x)]" % (b"o" * 32, b"u" * 32)
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"], encrypt)


def doubled_words() -> bytes:
    """A replacement that doubles the one before it: 2^40 words."""
    lines = [f".. |a{number}| replace:: |a{number - 1}| |a{number - 1}|" for number in range(1, 41)]
    return "\n".join([".. |a0| replace:: x", *lines, "", "|a40|"]).encode()


def deep_list() -> bytes:
    return "".join(f"{'  ' * level}- x\n\n" for level in range(1_500)).encode()


def sheet_with(rows: Iterable[str], *, entities: bool = False) -> bytes:
    """A workbook whose sheet claims all rows and columns that there can be."""
    made = zipfile.ZipFile(io.BytesIO(xlsx({"Sheet1": [["a", "b"]]})))
    files: dict[str, Content] = {name: made.read(name) for name in made.namelist()}
    lines = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12))
    opening = f'<!DOCTYPE d [<!ENTITY a0 "lol">{lines}]>' if entities else ""
    cell = '<row r="1"><c t="inlineStr"><is><t>&a11;</t></is></c></row>' if entities else ""
    head = (
        f'{opening}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1:XFD1048576"/><sheetData>{cell}'
    )
    pieces = chain([head], rows, ["</sheetData></worksheet>"])
    files["xl/worksheets/sheet1.xml"] = (piece.encode() for piece in pieces)
    return archive(files)


def sheet_of_zeros(rows: int, columns: int) -> bytes:
    return sheet_with(repeat(f"<row>{'<c><v>0</v></c>' * columns}</row>", rows))


def repeated_cells(what: str, times: int) -> bytes:
    row = f'table:number-rows-repeated="{times}"' if what == "rows" else ""
    cell = f'table:number-columns-repeated="{times}"' if what == "columns" else ""
    cells = f"<table:table-cell {cell}><text:p>0</text:p></table:table-cell>"
    return ods(f'<table:table table:name="a"><table:table-row {row}>{cells}</table:table-row></table:table>')


SLOW = "takes longer than 5 s to read: split it, or raise EXTRACT_SECONDS"

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "doubled.rst": (doubled_words, "takes longer than 5 s to read"),
    "deep.rst": (deep_list, "is nested too deeply: make it flatter"),
    "bomb.epub": (
        lambda: epub({"a.xhtml": ""}, more={"OPS/a.xhtml": bomb()}),
        "unpacks to 250 MB, more than 200: split it",
    ),
    "bomb.pptx": (lambda: archive({"ppt/media/a.png": bomb()}), "unpacks to 250 MB, more than 200"),
    "bomb.odt": (lambda: odt("<text:p>x</text:p>", more={"a": bomb()}), "unpacks to 250 MB"),
    "deep.odt": (lambda: odt("<text:list><text:list-item>" * 10_000), "is no OpenDocument text"),
    "deep.ipynb": (lambda: b'{"cells": ' + b"[" * 500_000, "is no Jupyter notebook"),
    "locked.pdf": (locked_pdf, "is encrypted: save it without a password"),
    "cyclic.pdf": (cyclic_pdf, "has no pages, or is damaged: save it anew"),
    "pages.pdf": (many_pages, "has more than 2,000 pages: split it"),
    "endless.pdf": (letters_without_end, DAMAGED),  # PDFium aborts where it gets no more memory
    "letters.pdf": (many_letters, "has more than 200,000 letters on page 1: split it"),
    "forms.pdf": (forms_in_forms, DAMAGED),
    "bomb.docx": (zip_bomb, "unpacks to 250 MB, more than 200: split it"),
    "entities.docx": (entity_bomb, DAMAGED),
    "wide.csv": (lambda: b"," * 99_999, "has 100,000 columns at line 1: keep at most 500 of them"),
    "open.csv": (lambda: b'a,b\n1,"' + b"2;3\n" * 50_000 + b'"', "close its quotation mark"),
    "long.csv": (lambda: b"1,2\n" * 50_001, "has more than 50,000 rows: keep those that are asked about"),
    "bomb.xlsx": (
        lambda: archive({"xl/workbook.xml": "", "a.xml": bomb()}),
        "unpacks to 250 MB, more than 200: split it",
    ),
    "zeros.xlsx": (
        lambda: sheet_of_zeros(200_000, 60),
        "has more than 1,000,000 cells: keep those that are asked about",
    ),
    "long.xlsx": (lambda: sheet_of_zeros(60_000, 1), "has more than 50,000 rows: keep those that are asked about"),
    "wide.xlsx": (lambda: sheet_of_zeros(2, 16_000), "has 16,000 columns at line 1: keep at most 500 of them"),
    "far.xlsx": (lambda: sheet_with(['<row r="999999999999"><c><v>0</v></c></row>']), "takes longer than 5 s to read"),
    "entities.xlsx": (lambda: sheet_with((), entities=True), DAMAGED),
    "repeated.ods": (
        lambda: repeated_cells("rows", 1_048_576),
        "has more than 50,000 rows: keep those that are asked about",
    ),
    "wide.ods": (lambda: repeated_cells("columns", 16_384), "columns at line 1: keep at most 500 of them"),
    "deep.html": (lambda: b"<div>" * 200_000 + b"x", "takes longer than 5 s to read"),
    "cells.tsv": (lambda: (b"x\t" * 499 + b"x\n") * 2_000, ""),
    "cells.md": (lambda: b"|a" * 99 + b"|a|\n" + b"|-" * 99 + b"|-|\n" + (b"|x" * 100 + b"|\n") * 20_000, SLOW),
    "nested.md": (lambda: b"> " * 10_000 + b"Scout.\n\n" + b"- " * 10_000 + b"Maverick.", ""),
    "comments.md": (lambda: b"<!-- " * 200_000, ""),
    "long.md": (lambda: b"Scout has sixteen experts. " * 350_000, ""),
    "word.txt": (lambda: b"a" * 20_000_000, ""),
    "lists.html": (lambda: b"<ul><li>a" * 10_000, ""),
    "cells.html": (lambda: b"<table>" + (b"<tr>" + b"<td>x" * 400) * 1_000, ""),
    "spans.html": (lambda: b"<table>" + b"<tr><td rowspan=9 colspan=400>x" * 9, "more than 500 columns"),
    **HOSTILE_PACKED,
}
"""Files by name, and the reason that each is refused for; empty if it is read."""
