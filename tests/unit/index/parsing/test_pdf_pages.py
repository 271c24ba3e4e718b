"""Pages of PDFs are read as a person reads them: words apart, columns one after the other, forms field by field."""

from __future__ import annotations

from index.domain.sources import SourceFile
from index.parsing.documents import parse
from tests.support.office import Words, pdf

COLUMN = ["The harbour opens at six and closes", "at nine, and on Sundays the crane", "does not work before noon."]
OTHER = ["Ferries leave from pier four every", "hour, and the last of them takes no", "cars or bicycles on board."]


def read(*pages: list[Words]) -> list[str]:
    document = parse(SourceFile("a.pdf", pdf(*pages)))
    return ["".join(run.reading for run in block.runs) for section in document.sections for block in section.blocks]


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


def test_running_titles_of_left_and_right_pages_are_left_out_of_sentences():
    titles = [("The Pier", "11"), ("Rules", "12")] * 2
    pages = [
        [(60, 810, 9, title), (60, 700, 10, "Boats are moored at the outer"), (290, 30, 9, number)]
        for title, number in titles
    ]
    assert set(" ".join(read(*pages)).split()) == {"Boats", "are", "moored", "at", "the", "outer"}
