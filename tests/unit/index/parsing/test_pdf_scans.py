"""Pages of a PDF that are pictures of text are read by OCR, and a moderator is told."""

from __future__ import annotations

import io
import os
import shutil
import sys

import pypdfium2
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing._ocr import RecognizedWord, is_recognition
from index.parsing._pdf import read_pdf
from index.parsing.documents import parse
from tests.support.office import pdf

TYPED = "The ferry carries forty cars and two hundred people."


class Reader:
    """Finds the same words in every picture, or none in time."""

    def __init__(self, *, late: bool = False) -> None:
        self.late = late
        self.pictures: list[bytes] = []

    def read(self, picture: bytes, dots_per_inch: int) -> list[RecognizedWord] | None:
        self.pictures.append(picture)
        words = ["Tickets", "are", "sold", "on", "board."]
        left = dots_per_inch
        return (
            None
            if self.late
            else [RecognizedWord(word, left + 90 * n, left + 90 * n + 80, 300, 28) for n, word in enumerate(words)]
        )


def scan(*, typed: bool) -> bytes:
    """A PDF whose last page is a picture of text; the page before it, if there is one, is text."""
    page = pypdfium2.PdfDocument(pdf([(60, 700, 14, TYPED)]))[0]
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    if typed:
        canvas.drawString(60, 700, "Timetable of the spring.")
        canvas.showPage()
    canvas.drawImage(ImageReader(page.render(scale=200 / 72).to_pil()), 0, 0, 595, 842)
    canvas.save()
    return file.getvalue()


def test_a_page_that_is_a_picture_is_read_by_ocr_and_a_note_says_so():
    reader = Reader()
    parsed = read_pdf(scan(typed=True), reader)
    assert [block.text for block in parsed.blocks] == ["Timetable of the spring.", "Tickets are sold on board."]
    assert parsed.notes == ("is read by OCR on pages 2: check the wording",)
    assert [picture[:2] for picture in reader.pictures] == [b"P5"]


def test_pages_whose_pictures_are_not_read_are_named_with_the_step_that_mends_it():
    assert read_pdf(scan(typed=True)).notes == ("has only pictures on pages 2, which were not read: install tesseract",)
    assert "took too long to read" in str(read_pdf(scan(typed=True), Reader(late=True)).notes[0])


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        (None, "holds only pictures: there is no text to quote; install tesseract"),
        (Reader(late=True), "holds only pictures, which took too long to read"),
    ],
)
def test_a_file_of_pictures_that_are_not_read_is_refused_with_the_reason(reader, reason):
    with pytest.raises(UnreadableSource, match=reason):
        read_pdf(scan(typed=False), reader)


@pytest.mark.skipif(not shutil.which("tesseract") and not os.environ.get("CI"), reason="there is no tesseract")
@pytest.mark.skipif(sys.platform == "win32", reason="there the picture cannot be handed over")
def test_a_scan_is_read_by_tesseract_within_the_limits_of_a_reader():
    document = parse(SourceFile("a.pdf", scan(typed=False)))
    assert document.text == f"{TYPED}\n"
    assert document.notes == ("is read by OCR on pages 1: check the wording",)


@pytest.mark.parametrize(
    ("program", "started", "arguments"),
    [
        ("/usr/bin/tesseract", "/usr/bin/tesseract", ["/usr/bin/tesseract", "/etc/passwd", "stdout"]),
        ("/usr/bin/tesseract", "/bin/sh", ["/usr/bin/tesseract", "stdin", "stdout"]),
        ("/usr/bin/tesseract", "/usr/bin/tesseract", ["/bin/sh", "stdin", "stdout"]),
        ("/usr/bin/tesseract", "/usr/bin/tesseract", "tesseract stdin stdout"),
        ("", "", ["", "stdin", "stdout"]),
    ],
)
def test_no_other_program_and_no_other_arguments_are_recognition(program, started, arguments):
    assert not is_recognition(program, started, arguments)
    assert is_recognition("/bin/tesseract", "/bin/tesseract", ["/bin/tesseract", "stdin", "stdout", "tsv"])
