"""PDF and Word files written by hand, so that a test controls every byte that matters."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from xml.sax.saxutils import escape

__all__ = ["MMMU", "Words", "docx", "paragraph", "pdf", "pdf_of", "ruled", "table", "word_table"]

MMMU = (
    ("Model", "Active parameters", "MMMU", "MathVista"),
    ("Llama 4 Maverick", "17B", "73.4", "73.7"),
    ("Llama 4 Scout", "17B", "69.4", "70.7"),
    ("Gemini 2.0 Flash", "not published", "71.7", "73.1"),
)
"""A table of benchmarks."""

Words = tuple[float, float, float, str]
"""Left, up from the bottom, size of the letters (negative: bold), text."""

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, the first of them the catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)


def pdf(*pages: Sequence[Words], lines: Sequence[tuple[float, float, float, float]] = (), title: str = "") -> bytes:
    """A PDF with words at places on its pages, in Helvetica, and lines on the first."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (6 + 2 * page) for page in range(len(pages)))),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        b"<</Title(%s)>>" % title.encode("latin-1"),
    ]
    for number, words in enumerate(pages):
        drawn = [b"%g %g m %g %g l S" % line for line in (lines if number == 0 else ())]
        for x, y, size, text in words:
            escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            drawn.append(b"BT /F%d %g Tf %g %g Td (%s) Tj ET" % (2 if size < 0 else 1, abs(size), x, y, escaped))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>" % (7 + 2 * number)
        )
        objects.append(stream(b"\n".join(drawn)))
    return pdf_of(objects, b"/Info 5 0 R")


def table(rows: Sequence[Sequence[str]], top: float, left: float = 60, width: float = 120) -> list[Words]:
    """A table's words, 20 points a row."""
    return [
        (left + width * column, top - 20 * row, 10, cell)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]


def ruled(rows: Sequence[Sequence[str]], top: float, left: float = 60, width: float = 120) -> list[tuple[float, ...]]:
    """The lines around the cells of such a table."""
    columns, bottom, x = len(rows[0]), top + 14 - 20 * len(rows), left - 5
    across = [(x, top + 14 - 20 * row, x + width * columns, top + 14 - 20 * row) for row in range(len(rows) + 1)]
    down = [(x + width * column, top + 14, x + width * column, bottom) for column in range(columns + 1)]
    return [*across, *down]


def paragraph(text: str, style: str = "", run: str = "") -> str:
    """A paragraph of a Word file; `run` are properties of its letters."""
    style_xml = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{style_xml}<w:r><w:rPr>{run}</w:rPr><w:t>{escape(text)}</w:t></w:r></w:p>"


def word_table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{''.join(cells)}</w:tbl>"


def docx(*body: str, more: dict[str, bytes] | None = None) -> bytes:
    """A Word file with these elements in its body, styles "Heading1", "Heading2" and "Title", and `more` files."""
    names = {"Heading1": "heading 1", "Heading2": "heading 2", "Title": "Title"}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in names.items()
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relation("styles", "styles.xml"),
        "word/document.xml": f"<w:document {WORD}><w:body>{''.join(body)}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {WORD}>{styles}</w:styles>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **(more or {})}.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _relation(kind: str, target: str) -> str:
    base = "http://schemas.openxmlformats.org"
    return (
        f'<Relationships xmlns="{base}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{base}/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
    )
