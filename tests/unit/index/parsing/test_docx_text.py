"""Words of Word documents as a person reads them: formulas, numbers of lists, headers, notes, changes as accepted."""

from __future__ import annotations

import pytest

from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing._docx import read_docx
from index.parsing.documents import parse
from tests.support.office import WORD, docx, paragraph, word_table

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
BOXES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(*content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(content)}</w:p>"


def blocks(*body: str, more: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    files = {f"word/{name}": text.encode() for name, text in (more or {}).items()}
    return [(block.kind, block.mark, block.text) for block in read_docx(docx(*body, more=files)).blocks]


def texts(*body: str, more: dict[str, str] | None = None) -> list[str]:
    return [text for _, _, text in blocks(*body, more=more)]


def math(content: str) -> str:
    return f"<m:oMath {MATH}>{content}</m:oMath>"


def token(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (token("v=12 m/s"), "v = 12 m/s"),
        (f"<m:f><m:num>{token('3')}</m:num><m:den>{token('a+b')}</m:den></m:f>", "3/(a + b)"),
        (f"{token('2')}<m:f><m:num>{token('1')}</m:num><m:den>{token('2')}</m:den></m:f>", "2 1/2"),
        (f"<m:sSup><m:e>{token('10')}</m:e><m:sup>{token('6')}</m:sup></m:sSup>", "10⁶"),
        (f"<m:sSub><m:e>{token('t')}</m:e><m:sub>{token('max')}</m:sub></m:sSub>", "t_max"),
        (f"<m:rad><m:radPr/><m:deg/><m:e>{token('x+1')}</m:e></m:rad>", "√(x + 1)"),
        (
            f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{token('i=1')}</m:sub><m:sup>{token('n')}</m:sup>"
            f"<m:e>{token('i')}</m:e></m:nary>",
            "∑_(i=1)ⁿ i",
        ),
        (f"<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=']'/></m:dPr><m:e>{token('a')}</m:e></m:d>", "[a]"),
        (f"<m:func><m:fName>{token('sin')}</m:fName><m:e>{token('x')}</m:e></m:func>", "sin x"),
        (f"<m:acc><m:accPr><m:chr m:val='̅'/></m:accPr><m:e>{token('x')}</m:e></m:acc>", "x\u0304"),
        (f"{token('5')}<w:del>{token('9')}</w:del>", "5"),
        (f"<m:m><m:mr><m:e>{token('1')}</m:e><m:e>{token('0')}</m:e></m:mr></m:m>", "1,0"),
    ],
)
def test_a_formula_is_read_in_its_sentence(formula, text):
    assert texts(para(run("At most "), math(formula), run(" in all."))) == [f"At most {text} in all."]


def test_a_formula_on_its_own_line_is_a_line():
    assert texts(para(f"<m:oMathPara {MATH}>{math(token('a=2'))}</m:oMathPara>")) == ["a = 2"]


def numbered(text: str, level: int = 0, number: int = 1, style: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return para(run(text), properties=named + numbering)


def level(depth: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = {
    "numbering.xml": f"<w:numbering {WORD}>"
    f'<w:abstractNum w:abstractNumId="0">{level(0, "decimal", "%1.")}{level(1, "lowerLetter", "%2)")}'
    f"{level(2, 'lowerRoman', '(%3)')}</w:abstractNum>"
    f'<w:abstractNum w:abstractNumId="1">{level(0, "upperRoman", "%1")}{level(1, "decimal", "%1.%2", "<w:isLgl/>")}'
    f"</w:abstractNum>"
    f'<w:abstractNum w:abstractNumId="2">{level(0, "bullet", "•")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
    "</w:lvlOverride></w:num>"
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>'
    "</w:numbering>"
}


def test_items_are_numbered_as_word_numbers_them():
    body = [
        numbered("Fill"),
        numbered("slowly", 1),
        numbered("fully", 1),
        numbered("Stir"),
        numbered("left", 1),
        numbered("once", 2),
        paragraph("Then go on."),
        numbered("Pour"),
        numbered("Again", number=2),
        numbered("Rest", number=2),
        numbered("Salt", number=4),
    ]
    assert [f"{mark} {text}" for _, mark, text in blocks(*body, more=NUMBERING)] == [
        "1. Fill",
        "a) slowly",
        "b) fully",
        "2. Stir",
        "a) left",
        "(i) once",
        "- Then go on.",
        "3. Pour",
        "5. Again",
        "6. Rest",
        "- Salt",
    ]


def test_items_have_the_words_before_their_list_as_context():
    made = read_docx(
        docx(
            paragraph("Steps:"),
            numbered("Fill"),
            numbered("slowly", 1),
            numbered("Stir"),
            more={"word/numbering.xml": NUMBERING["numbering.xml"].encode()},
        )
    )
    assert [block.lead for block in made.blocks] == ["", "Steps:", "Fill", "Steps:"]


def test_headings_and_cells_have_their_numbers_in_the_text():
    body = [
        numbered("Scope", number=3, style="Heading1"),
        numbered("Terms", 1, 3, "Heading2"),
        f"<w:tbl><w:tr><w:tc>{numbered('Fill')}</w:tc><w:tc>{paragraph('now')}</w:tc></w:tr></w:tbl>",
    ]
    assert blocks(*body, more=NUMBERING) == [
        ("heading", "-", "I Scope"),
        ("heading", "-", "1.1 Terms"),
        ("row", "-", "1. Fill | now"),
    ]


FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> {} </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{}</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def with_furniture(header: str, footer: str, body: str) -> list[str]:
    relations = "".join(
        f'<Relationship Id="{name}" Type="{KIND}/{name}" Target="{name}1.xml"/>' for name in ("header", "footer")
    )
    return texts(
        body,
        "<w:p><w:pPr><w:sectPr>"
        + "".join(f'<w:{name}Reference r:id="{name}" xmlns:r="{KIND}"/>' for name in ("header", "footer"))
        + "</w:sectPr></w:pPr></w:p>",
        more={
            "header1.xml": f"<w:hdr {WORD}>{header}</w:hdr>",
            "footer1.xml": f"<w:ftr {WORD}>{footer}</w:ftr>",
            "_rels/document.xml.rels": "<Relationships xmlns="
            f'"http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>',
        },
    )


def test_headers_and_footers_are_read_once_without_page_numbers():
    pages = f"{run('Page ')}{FIELD.format('PAGE', '3')}{run(' of ')}{FIELD.format('NUMPAGES', '9')}"
    footer = para(run("Help desk: 5512"), "<w:r><w:tab/></w:r>", pages) + para(run("Edition 7"))
    assert with_furniture(para(run("Edition 7 – "), pages), footer, paragraph("Body.")) == [
        "Edition 7",
        "Help desk: 5512",
        "Body.",
    ]


def test_a_table_in_a_header_is_read_label_by_label():
    header = word_table([("Doc. no.", "QM-17"), ("Edition:", "C"), ("Page", ""), ("a", "b", "c")])
    assert with_furniture(header, "", paragraph("Body.")) == [
        "Doc. no.: QM-17",
        "Edition: C",
        "Page",
        "a",
        "b",
        "c",
        "Body.",
    ]


def test_a_date_that_is_always_today_is_no_date_of_the_document():
    assert with_furniture(para(FIELD.format("DATE", "3 May 2031")), "", paragraph("Body.")) == ["Body."]


def test_a_field_without_an_end_hides_only_its_paragraph():
    opened = FIELD.format("PAGE", "3").replace('<w:r><w:fldChar w:fldCharType="end"/></w:r>', "")
    assert texts(para(run("Page "), opened), paragraph("Body.")) == ["Page", "Body."]


def test_paragraphs_are_numbered_by_their_style_too():
    styles = (
        f'<w:styles {WORD}><w:style w:styleId="Step"><w:name w:val="List Number"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    numbers = (
        f'<w:numbering {WORD}><w:abstractNum w:abstractNumId="0">{level(0, "decimalZero", "%1")}'
        f"{level(1, 'upperLetter', '%1-%2', '<w:pStyle w:val=' + chr(39) + 'Step' + chr(39) + '/>')}</w:abstractNum>"
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    made = blocks(
        paragraph("Fill", "Step"), paragraph("Stir", "Step"), more={"styles.xml": styles, "numbering.xml": numbers}
    )
    assert made == [("item", "01-A", "Fill"), ("item", "01-B", "Stir")]


def test_results_of_other_fields_are_read():
    assert texts(para(run("See "), FIELD.format("REF _x", "part 4"), run("."))) == ["See part 4."]


def test_notes_are_read_and_their_marks_are_not():
    note = f'<w:footnotes {WORD}><w:footnote w:id="2">{paragraph("Without tax.")}</w:footnote></w:footnotes>'
    body = para(run("It costs 30"), '<w:r><w:footnoteReference w:id="2"/></w:r>', run(" euros."))
    assert texts(body, more={"footnotes.xml": note}) == ["It costs 30 euros.", "Without tax."]


def test_changes_are_read_as_accepted_and_comments_are_not_read():
    body = para(
        run("Pay "),
        f"<w:del>{run('40').replace('w:t', 'w:delText')}</w:del><w:ins>{run('45')}</w:ins>",
        f"<w:moveFrom>{run(' late')}</w:moveFrom><w:moveTo>{run(' soon')}</w:moveTo>",
        '<w:commentRangeStart w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>',
    )
    comments = f'<w:comments {WORD}><w:comment w:id="1">{paragraph("secret")}</w:comment></w:comments>'
    assert texts(body, more={"comments.xml": comments}) == ["Pay 45 soon"]


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    first = para(run("One "), properties="<w:rPr><w:del/></w:rPr>")
    assert texts(first, para(run("two."))) == ["One two."]


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ("<w:strike/>", "[struck out: 3 May]"),
        ("<w:dstrike/><w:b/>", "[struck out: 3 May]"),
        ('<w:strike w:val="0"/>', "3 May"),
        ("<w:vanish/>", ""),
    ],
)
def test_struck_out_words_are_marked_and_hidden_ones_left_out(properties, text):
    body = para(run("On "), run("3 ", properties), run("May", properties.replace("<w:b/>", "")), run("."))
    assert texts(body) == [f"On {text}."]


def test_raised_and_lowered_letters_and_symbols_keep_their_meaning():
    raised, lowered = ('<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>')
    body = para(
        run("4 m"),
        run("2", raised),
        run(" of CO"),
        run("2", lowered),
        "<w:r><w:t>, 5</w:t><w:noBreakHyphen/><w:t>6 in</w:t><w:softHyphen/><w:t>side </w:t>"
        '<w:sym w:font="Symbol" w:char="F061"/></w:r>',
    )
    assert texts(body) == ["4 m² of CO₂, 5-6 inside α"]


def test_a_text_box_is_read_once_after_its_paragraph():
    box = f"<w:txbxContent>{paragraph('Boxed.')}</w:txbxContent>"
    content = (
        f"<w:r><mc:AlternateContent {BOXES}><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    assert texts(para(run("Before"), content, run(" the box.")), paragraph("After.")) == [
        "Before the box.",
        "Boxed.",
        "After.",
    ]


def control(properties: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(("checked", "mark"), [("1", "Done:"), ("0", "Open:")])
def test_a_box_before_a_line_is_the_state_of_a_task(checked, mark):
    word_2010 = 'xmlns:x="http://schemas.microsoft.com/office/word/2010/wordml"'
    box = control(f'<x:checkbox {word_2010}><x:checked x:val="{checked}"/></x:checkbox>', run("?"))
    assert blocks(para(box, run(" Paint"))) == [("item", mark, "Paint")]


def test_several_boxes_in_a_line_stay_as_they_are_drawn():
    assert blocks(para(run("☒ Yes ☐ No"))) == [("prose", "-", "☒ Yes ☐ No")]


def test_controls_of_a_form_are_read_but_for_their_prompts():
    body = para(
        run("Name: "), control("<w:text/>", run("Ida")), control("<w:showingPlcHdr/>", run("Click here to enter text."))
    )
    assert texts(body) == ["Name: Ida"]


def test_the_choice_of_an_old_form_field_is_read():
    choice = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/>'
        '<w:listEntry w:val="blue"/></w:ddList></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert texts(para(run("Colour: "), choice)) == ["Colour: blue"]


STYLES = (
    f"<w:styles {WORD}>"
    '<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="berschrift1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Outline"><w:name w:val="X"/>'
    '<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="character" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:strike/></w:rPr></w:style>'
    "</w:styles>"
)


def test_headings_are_found_by_style_or_level_and_contents_are_left_out():
    body = [
        paragraph("Intro ... 3", "TOC1"),
        paragraph("Eins", "berschrift1"),
        paragraph("Zwei", "Own"),
        paragraph("Drei", "Outline"),
        para(run("4", '<w:rStyle w:val="Gone"/>'), run(" 5")),
    ]
    files = {"word/styles.xml": STYLES.encode()}
    made = read_docx(docx(*body, more=files)).blocks
    assert [(block.kind, block.level, block.text) for block in made] == [
        ("heading", 1, "Eins"),
        ("heading", 1, "Zwei"),
        ("heading", 2, "Drei"),
        ("prose", 0, "[struck out: 4] 5"),
    ]


def line(*cells: str) -> str:
    return para("<w:r><w:tab/></w:r>".join(map(run, cells)))


def test_lines_of_columns_set_with_tabs_are_rows_and_a_single_one_is_a_sentence():
    made = read_docx(
        docx(line("Soup", "4 euros"), line("Cake", "3 euros"), paragraph("Enjoy."), line("Till", "9 pm"))
    ).blocks
    assert [(block.kind, block.text) for block in made] == [
        ("row", "Soup | 4 euros"),
        ("row", "Cake | 3 euros"),
        ("prose", "Enjoy."),
        ("prose", "Till 9 pm"),
    ]


def test_merged_cells_are_said_in_each_row():
    merged = '<w:tcPr><w:vMerge w:val="{}"/></w:tcPr>'
    rows = "".join(
        f"<w:tr><w:tc>{merged.format(state)}{paragraph(name)}</w:tc><w:tc>{paragraph(value)}</w:tc></w:tr>"
        for state, name, value in (("restart", "North", "7"), ("continue", "", "8"))
    )
    assert texts(f"<w:tbl>{rows}</w:tbl>") == ["North | 7", "North | 8"]


def test_characters_that_mark_things_inside_the_reader_are_no_text():
    assert texts(paragraph("\ue0000Eins\ue001 \ue004zwei"), word_table([["a\ue002b", "c"]])) == ["0Eins zwei", "ab | c"]


def test_the_caption_above_a_table_stands_above_each_of_its_rows():
    styles = f'<w:styles {WORD}><w:style w:styleId="Beschriftung"><w:name w:val="caption"/></w:style></w:styles>'
    body = [
        paragraph("Table 1: Prices", "Beschriftung"),
        word_table([["Item", "Euros"], ["Soup", "4"]]),
        paragraph("x"),
    ]
    made = read_docx(docx(*body, more={"word/styles.xml": styles.encode()})).blocks
    assert [(block.kind, block.text, block.lead) for block in made] == [
        ("prose", "Table 1: Prices", ""),
        ("row", "Soup | 4", "Table 1: Prices\n| Item | Euros |"),
        ("prose", "x", ""),
    ]


DEEP = 5_000


def nested(opened: str, closed: str, inner: str) -> str:
    return opened * DEEP + inner + closed * DEEP


@pytest.mark.parametrize(
    "body",
    [
        para(math(nested("<m:sSup><m:e>", "</m:e></m:sSup>", token("7")))),
        nested("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", paragraph("7")),
        nested("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", paragraph("7")),
        para(nested("<w:ins>", "</w:ins>", run("7"))),
        para(
            "<w:r><w:pict>", nested("<w:txbxContent><w:p><w:r>", "</w:r></w:p></w:txbxContent>", ""), "</w:pict></w:r>"
        ),
        para('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * DEEP, run("7")),
    ],
    ids=["formula", "controls", "tables", "insertions", "boxes", "fields"],
)
def test_what_is_nested_deeply_is_read_or_refused_in_time(body):
    try:
        text = parse(SourceFile("deep.docx", docx(paragraph("Start."), body)), 30).text
    except UnreadableSource as refused:
        text = str(refused)
    assert text.startswith(("Start.", "is nested too deeply", "is damaged"))


def test_numbering_that_refers_to_itself_is_no_numbering():
    link = '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Ring"/></w:abstractNum>'
    numbers = f'<w:numbering {WORD}>{link}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    style = (
        f'<w:styles {WORD}><w:style w:styleId="Ring"><w:basedOn w:val="Ring"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style></w:styles>"
    )
    assert texts(numbered("Fill"), more={"numbering.xml": numbers, "styles.xml": style}) == ["Fill"]
