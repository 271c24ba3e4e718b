"""HTML, PDF, Word files and tables become documents: headings, paragraphs, lists and rows, with exact places."""

from __future__ import annotations

import pytest

from index.domain.documents import Document
from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing.documents import parse
from index.text.offsets import ReadableText
from tests.support.office import MMMU, docx, paragraph, pdf, ruled, table, word_table

HEADER = "| Model | Active parameters | MMMU | MathVista |"
ROWS = [" | ".join(row) for row in MMMU[1:]]


def read(name: str, data: bytes | str) -> Document:
    return parse(SourceFile(name, data.encode() if isinstance(data, str) else data))


def blocks(document: Document) -> list[tuple[str, str, str]]:
    """(kind, text, lead) of each block, after a look at its places."""
    blocks = [block for section in document.sections for block in section.blocks]
    for block in blocks:
        assert ReadableText(block.runs).text == document.text[block.start : block.end]
    return [(block.kind, document.text[block.start : block.end], block.lead) for block in blocks]


def texts(name: str, data: bytes | str) -> list[str]:
    return [text for _, text, _ in blocks(read(name, data))]


def headings(document: Document) -> list[str]:
    return [section.heading for section in document.sections]


def why_not(name: str, data: bytes | str) -> str:
    with pytest.raises(UnreadableSource) as refused:
        read(name, data)
    return str(refused.value)


def html_table(tag: str = "th") -> str:
    head, *body = MMMU
    lines = [f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in body]
    return f"<table>{''.join(lines)}</table>"


def comma_table(mark: str) -> str:
    return "\r\n".join(mark.join(row) for row in MMMU)


SHEET = pdf(table(MMMU, 700), lines=ruled(MMMU, 700))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", "\n".join(["| " + " | ".join(row) + " |" for row in (MMMU[0], ["--"] * 4, *MMMU[1:])])),
        ("a.html", html_table()),
        ("a.htm", html_table("td")),
        ("a.csv", comma_table(",")),
        ("a.csv", comma_table(";")),
        ("a.CSV", "\ufeff" + comma_table("\t")),
        ("a.tsv", comma_table("\t")),
        ("a.docx", docx(word_table(MMMU))),
        ("ruled.pdf", SHEET),
        ("open.pdf", pdf(table(MMMU, 700))),
    ],
    ids=["md", "html", "html without th", "comma", "semicolon", "tab", "tsv", "docx", "ruled pdf", "open pdf"],
)
def test_a_table_is_read_row_by_row_with_its_header(name, data):
    sections = read(name, data)
    rows = [block for section in sections.sections for block in section.blocks]
    assert [(row.kind, row.lead) for row in rows] == [("row", HEADER)] * 3
    assert [" ".join(ReadableText(row.runs).text.split()) for row in rows] == ROWS


GAPS = (MMMU[0], MMMU[1], (MMMU[2][0], "", "69.4", ""), ("Behemoth", "288B", "", "75.0"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "\n".join(",".join(row) for row in GAPS)),
        ("a.docx", docx(word_table(GAPS))),
        ("ruled.pdf", pdf(table(GAPS, 700), lines=ruled(GAPS, 700))),
        ("open.pdf", pdf(table(GAPS, 700))),
    ],
    ids=["csv", "docx", "ruled pdf", "open pdf"],
)
def test_an_empty_cell_parts_no_table_and_moves_no_other_cell(name, data):
    assert blocks(read(name, data))[1:] == [
        ("row", "Llama 4 Scout | | 69.4", HEADER),
        ("row", "Behemoth | 288B | | 75.0", HEADER),
    ]


def test_the_text_of_a_page_is_its_headings_paragraphs_lists_and_code():
    sections = read(
        "a.html",
        "<title>The &amp; title</title><h1>Llama 4</h1><p>Two <b>mod</b>els,<br>in all.<h2>Use</h2>"
        "<p>They are:<ul><li>Scout<li>Maverick</ul><pre>x = 1\n  y = 2\n</pre>",
    )
    assert (
        sections.text == "Llama 4\n\nTwo models, in all.\n\nUse\n\nThey are:\n\n- Scout\n- Maverick\n\nx = 1\n  y = 2\n"
    )
    assert sections.title == "The & title"
    assert headings(sections) == ["Llama 4", "Llama 4 > Use"]
    assert blocks(sections) == [
        ("prose", "Two models, in all.", ""),
        ("prose", "They are:", ""),
        ("prose", "Scout", "They are:"),
        ("prose", "Maverick", "They are:"),
        ("code", "x = 1\n  y = 2", ""),
    ]


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>secret()</script>",
        "<style>secret</style>",
        "<p hidden>secret</p>",
        "<p style='color: red; Display : none'>secret</p>",
        "<span aria-hidden=true>secret</span>",
        "<template><p>secret</template>",
        "<noscript>secret</noscript>",
        "<!-- secret -->",
        "<svg><text>secret</text></svg>",
        "<nav>secret</nav>",
        "<div role=navigation>secret</div>",
        "<header>secret</header>",
        "<footer>secret</footer>",
        "<aside>secret</aside>",
        "<ul><li><a href=/>secret</a><li><a href=/>secret</a><li><a href=/>secret</a></ul>",
        "<form><button>secret</button><select><option>secret</select></form>",
        "<table><tr><td hidden>secret</td></tr></table>",
    ],
)
def test_scripts_styles_hidden_elements_and_navigation_are_not_text(unseen):
    assert texts("a.html", f"<body>{unseen}<p>seen</p>") == ["seen"]


def test_a_pages_marked_content_is_read_alone_with_the_articles_header():
    """Navigation and footers around the main content are left out; the byline is a field, too."""
    content = "<header>By Meta</header><p>" + "A sentence of some length. " * 10
    sections = texts("a.html", f"<p>Cookies!</p><main><article>{content}</article></main><p>Buy!</p>")
    assert sections == ["Meta", "By Meta", ("A sentence of some length. " * 10).strip()]


def test_cells_that_span_rows_are_said_in_each_and_two_rows_of_names_become_one():
    sections = read(
        "a.html",
        "<table><thead><tr><th rowspan=2>Kind<th colspan=2>Llama 4</tr><tr><th>Scout<th>Maverick</thead>"
        "<tr><td rowspan=2>Reasoning<td>57.2<td>69.8</tr><tr><td>74.3<td>80.5</table>",
    )
    lead = "| Kind | Llama 4 Scout | Llama 4 Maverick |"
    assert blocks(sections) == [("row", "Reasoning | 57.2 | 69.8", lead), ("row", "Reasoning | 74.3 | 80.5", lead)]


def test_a_table_that_lays_out_a_page_is_read_as_prose():
    page = "<table><tr><td><h2>Left</h2><p>One.</td><td><table><tr><td>Two.</table></td></table>"
    assert texts("a.html", page) == ["One.", "Two."]


def test_a_short_definition_is_a_row_with_its_term():
    assert blocks(read("a.html", "<dl><dt>Context<dd>10 million tokens</dl>")) == [
        ("row", "Context | 10 million tokens", "")
    ]


@pytest.mark.parametrize(
    "data",
    [
        "<p>café".encode(),
        b"\xef\xbb\xbf" + "<p>café".encode(),
        "<p>café".encode("utf-16"),
        '<meta charset="iso-8859-1"><p>café'.encode("latin-1"),
        '<meta http-equiv=x content="text/html; charset=windows-1252"><p>café'.encode("cp1252"),
        "<p>café".encode("cp1252"),
        '<meta charset="no-such"><p>café'.encode(),
    ],
)
def test_a_page_is_decoded_as_it_declares_or_as_browsers_guess(data):
    assert texts("a.html", data) == ["café"]


def test_letters_that_nobody_sees_are_not_text():
    assert texts("a.html", "<p>ex\xadam\u200bple\0 \x07bell") == ["example bell"]


PROSE = [
    (60, 660 - 14 * number, 10, line) for number, line in enumerate(["Scout reads ten million to-", "kens, and more."])
]


def test_a_pdf_has_headings_by_size_and_weight_and_paragraphs_whole_again():
    sections = read(
        "a.pdf",
        pdf(
            [
                (60, 760, 20, "Llama 4"),
                (60, 700, 14, "Models"),
                *PROSE,
                (60, 600, -10, "In bold"),
                (60, 580, 10, "End."),
            ]
        ),
    )
    assert sections.title == "Llama 4"
    assert headings(sections) == ["Llama 4 > Models", "Llama 4 > Models > In bold"]
    assert [text for _, text, _ in blocks(sections)] == ["Scout reads ten million tokens, and more.", "End."]


def test_a_pdf_is_titled_by_its_properties_unless_a_program_filled_them_in():
    assert read("a.pdf", pdf(PROSE, title="The herd")).title == "The herd"
    assert read("my_file.pdf", pdf(PROSE, title="Microsoft Word - x.docx")).title == "my file"


def test_running_titles_and_page_numbers_are_not_text():
    pages = [
        [(60, 820, 8, "The Herd Times"), (60, 600, 10, f"Text of page {number}."), (300, 20, 8, str(number))]
        for number in (1, 2, 3)
    ]
    assert texts("a.pdf", pdf(*pages)) == ["Text of page 1.", "Text of page 2.", "Text of page 3."]


def test_a_sentence_goes_on_from_one_page_to_the_next():
    assert texts("a.pdf", pdf([(60, 100, 10, "It goes on")], [(60, 700, 10, "behind the page.")])) == [
        "It goes on behind the page."
    ]


def test_a_table_stands_between_the_paragraphs_around_it():
    words = [(60, 760, 10, "Before."), *table(MMMU, 700), (60, 500, 10, "After.")]
    assert texts("a.pdf", pdf(words, lines=ruled(MMMU, 700))) == ["Before.", *ROWS, "After."]


def test_a_word_file_has_headings_lists_insertions_and_no_deletions():
    added = f'<w:p><w:ins w:id="1">{paragraph("put in")[5:-6]}</w:ins></w:p>'
    removed = '<w:p><w:del w:id="2"><w:r><w:delText>taken out</w:delText></w:r></w:del></w:p>'
    hidden = paragraph("secret", run="<w:vanish/>")
    visible = paragraph("not hidden", run='<w:vanish w:val="0"/>')
    sections = read(
        "a.docx",
        docx(
            paragraph("Llama 4", "Title"),
            paragraph("Models", "Heading2"),
            paragraph("Two."),
            added,
            removed,
            hidden,
            visible,
        ),
    )
    assert sections.title == "Llama 4"
    assert headings(sections) == ["Llama 4 > Models"]
    assert [text for _, text, _ in blocks(sections)] == ["Two.", "put in", "not hidden"]


def test_quoted_commas_lines_within_cells_and_empty_rows_of_a_table():
    data = 'Model,Said\r\nScout,"fast, and\r\nsmall ""one"""\r\n,\r\n\r\nMaverick,\r\n'
    assert blocks(read("a.csv", data)) == [
        ("row", 'Scout | fast, and small "one"', "| Model | Said |"),
        ("row", "Maverick", "| Model | Said |"),
    ]


def test_a_table_whose_first_row_holds_numbers_has_no_header():
    assert blocks(read("a.csv", "Scout,16\nMaverick,128\n")) == [
        ("row", "Scout | 16", ""),
        ("row", "Maverick | 128", ""),
    ]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"no pdf", "is damaged, or no PDF: save it anew"),
        ("a.pdf", pdf([]), "holds only pictures: there is no text to quote"),
        ("a.docx", b"no zip", "is no Word document: save it anew as .docx"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "is encrypted, or an old .doc"),
        ("a.docx", docx(), "holds only pictures or nothing"),
        ("a.html", "<script>x</script>", "holds no text to quote"),
        ("a.csv", ",,\n", "holds no text to quote"),
    ],
)
def test_what_holds_no_text_is_refused_with_the_step_that_mends_it(name, data, reason):
    assert reason in why_not(name, data)
