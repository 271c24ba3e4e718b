"""Reading speed by format, beside the library alone on the same bytes.

    python -m tests.bench.reading [--rounds N] [--megabytes N] [--json] [FORMAT ...]

Each file is one of tests/data/sources again and again, up to so many megabytes. The two take turns, and of each the
best time counts. The start of the process that reads a format in a sandbox is left out: it is the same for every file.
"""

from __future__ import annotations

import argparse
import csv
import gc
import io
import json
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from index.domain.sources import SourceFile
from index.parsing._worker import reader_of
from index.parsing.documents import parse
from index.parsing.formats import SANDBOXED
from index.parsing.layout import lay_out
from tests.support.paths import DATA

__all__ = ["ALONE", "FILES", "RATIO_TARGET", "Reading", "add_rows", "measure"]

RATIO_TARGET = 1.5
"""The most that reading may take of what the library alone takes."""

MEGABYTES = 0.5
ROUNDS = 3
SOURCES = DATA / "sources"


@dataclass(frozen=True, slots=True)
class Reading:
    """The speed of a format; `library` is what was measured beside it."""

    form: str
    library: str
    megabytes: float
    megabytes_a_second: float
    alone_megabytes_a_second: float
    ratio: float


def measure(
    forms: Sequence[str] = (),
    *,
    rounds: int = ROUNDS,
    megabytes: float = MEGABYTES,
    say: Callable[[str], None] = lambda text: None,
) -> list[Reading]:
    """Return the speed of each format, by default of all that have a library to compare with."""
    return [_measure(form, rounds, int(megabytes * 1e6), say) for form in forms or ALONE]


def _measure(form: str, rounds: int, size: int, say: Callable[[str], None]) -> Reading:
    say(f"reading {form} ...")
    library, alone = ALONE[form]
    files = FILES[form](size)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(sum(_seconds(lambda data=data: _read(form, data)) for data in files))
        theirs.append(sum(_seconds(lambda data=data: alone(data)) for data in files))
    read = sum(map(len, files)) / 1e6
    speed, speed_alone = (float(f"{read / min(times):.3g}") for times in (ours, theirs))
    return Reading(form, library, float(f"{read:.3g}"), speed, speed_alone, float(f"{min(ours) / min(theirs):.3g}"))


def _read(form: str, data: bytes) -> None:
    """Read a file as an index is built from it, but in this process."""
    if form in SANDBOXED:
        parsed = reader_of(form)(data)
        lay_out(parsed.blocks, parsed.fields)
    else:
        parse(SourceFile(f"a.{form}", data))


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


def _repeated(*names: str, head: bytes = b"", tail: bytes = b"") -> Callable[[int], list[bytes]]:
    """Return what makes one large file of small ones."""

    def make(size: int) -> list[bytes]:
        text = b"\n\n".join((SOURCES / name).read_bytes() for name in names)
        return [head + (text + b"\n\n") * (size // len(text) + 1) + tail]

    return make


def _rows(name: str, ending: bytes) -> Callable[[int], list[bytes]]:
    """Return what makes one large table of a small one."""

    def make(size: int) -> list[bytes]:
        header, _, rows = (SOURCES / name).read_bytes().partition(ending)
        return [header + ending + rows * (size // len(rows) + 1)]

    return make


def _copies(*names: str) -> Callable[[int], list[bytes]]:
    """Return what makes as many small files; such a format's are not joined as easily."""
    return lambda size: [(SOURCES / name).read_bytes() for name in names] * max(1, size // 100_000)


def _page(size: int) -> list[bytes]:
    """Return one large page with the contents of small ones."""
    names = ("blog-post.html", "wiki-page.html", "spec-tables.html")
    bodies = [(SOURCES / name).read_bytes().partition(b"<main")[2] or b">" for name in names]
    body = b"".join(b"<section" + body.partition(b"</main>")[0] + b"</section>" for body in bodies)
    return [b"<!doctype html><title>All</title><main>" + body * (size // len(body) + 1) + b"</main>"]


FILES: dict[str, Callable[[int], list[bytes]]] = {
    "md": _repeated("changelog.md", "runbook.md", "faq.md", "model-card.md", "api-reference.md"),
    "txt": _repeated("press-release.txt", "readme.txt"),
    "csv": _rows("benchmarks.csv", b"\n"),
    "tsv": _rows("issues.tsv", b"\n"),
    "html": _page,
    "pdf": _copies("paper.pdf", "newsletter.pdf", "datasheet.pdf", "letter.pdf"),
    "docx": _copies("manual.docx", "minutes.docx"),
    "rst": _repeated("guide.rst"),
    "ipynb": _copies("analysis.ipynb"),
    "epub": _copies("handbook.epub"),
    "odt": _copies("contract.odt"),
    "pptx": _copies("slides.pptx"),
    "xlsx": _copies("price-list.xlsx"),
    "ods": _copies("stock.ods"),
}
"""What is read, by format: functions from a size in bytes to files."""


def _pyromark(data: bytes) -> None:
    import pyromark

    from index.parsing._markdown_events import OPTIONS

    for _ in pyromark.events_with_range(data.decode("utf-8"), options=OPTIONS):
        pass


def _paragraphs(data: bytes) -> None:
    data.decode("utf-8").split("\n\n")


def _csv(data: bytes) -> None:
    for _ in csv.reader(io.StringIO(data.decode("utf-8"), newline="")):
        pass


def _tsv(data: bytes) -> None:
    for _ in csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter="\t"):
        pass


def _selectolax(data: bytes) -> None:
    from selectolax.lexbor import LexborHTMLParser

    body = LexborHTMLParser(data.decode("utf-8")).body
    assert body is not None
    for node in body.traverse(include_text=True):
        if node.is_text_node:
            node.text_content  # noqa: B018 - what a reader does with every word


def _pdfium(data: bytes) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for page in document:
        text = page.get_textpage()
        for place in range(text.count_chars()):
            text.get_charbox(place)
        text.get_text_range()


def _mammoth(data: bytes) -> None:
    import mammoth

    mammoth.convert_to_html(io.BytesIO(data))


def _docutils(data: bytes) -> None:
    from docutils.core import publish_doctree

    publish_doctree(data.decode("utf-8"), settings_overrides={"report_level": 5})


def _json(data: bytes) -> None:
    import pyromark

    for cell in json.loads(data)["cells"]:
        if cell["cell_type"] == "markdown":
            pyromark.events_with_range("".join(cell["source"]))


def _packed_xml(data: bytes) -> None:
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(("ml", "opf")):
                "".join(etree.fromstring(archive.read(name)).itertext())


def _python_pptx(data: bytes) -> None:
    from pptx import Presentation

    for slide in Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                shape.text_frame.text  # noqa: B018 - as above


def _openpyxl(data: bytes) -> None:
    import openpyxl

    for sheet in openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False):
        for _ in sheet.iter_rows(values_only=True):
            pass


ALONE: dict[str, tuple[str, Callable[[bytes], None]]] = {
    "md": ("pyromark", _pyromark),
    "txt": ("str.split", _paragraphs),
    "csv": ("csv", _csv),
    "tsv": ("csv", _tsv),
    "html": ("selectolax", _selectolax),
    "pdf": ("pypdfium2", _pdfium),
    "docx": ("mammoth", _mammoth),
    "rst": ("docutils", _docutils),
    "ipynb": ("json", _json),
    "epub": ("lxml", _packed_xml),
    "odt": ("lxml", _packed_xml),
    "pptx": ("python-pptx", _python_pptx),
    "xlsx": ("openpyxl", _openpyxl),
    "ods": ("lxml", _packed_xml),
}
"""The library that reads a format, and what it does alone with a file."""


def add_rows(table: Table, readings: Sequence[Reading]) -> None:
    """Add a row for each format to a table of (name, ours, alone, ratio, target)."""
    for reading in readings:
        name = f"reading {reading.form}, MB a second, beside {reading.library}"
        figures = (reading.megabytes_a_second, reading.alone_megabytes_a_second, reading.ratio)
        table.add_row(name, *map(str, figures), f"at most {RATIO_TARGET}")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("forms", nargs="*", choices=[[], *ALONE], metavar="FORMAT")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--megabytes", type=float, default=MEGABYTES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    console = Console(stderr=True, style="dim")
    readings = measure(options.forms, rounds=options.rounds, megabytes=options.megabytes, say=console.print)
    if options.json:
        sys.stdout.write(json.dumps([asdict(reading) for reading in readings]) + "\n")
        return
    table = Table("", "Footnote", "alone", "ratio", "target")
    add_rows(table, readings)
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
