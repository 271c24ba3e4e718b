"""Words of HTML pages as a visitor reads them: struck-out words, lists with numbers, formulas, no marks of notes."""

from __future__ import annotations

import pytest

from index.parsing._html import read_html


def blocks(page: str) -> list[tuple[str, str, str]]:
    return [(block.kind, block.mark, block.text) for block in read_html(page.encode()).blocks]


def texts(page: str) -> list[str]:
    return [text for _, _, text in blocks(page)]


@pytest.mark.parametrize(
    "struck",
    [
        "<del>12 crates</del>",
        "<s>12 <b>crates</b></s>",
        "<strike>12 crates</strike>",
        "<del><s>12 crates</s></del>",
        "<span style='color: red; text-decoration: line-through'>12 crates</span>",
    ],
)
def test_struck_out_words_are_marked_and_inserted_ones_are_read(struck):
    assert texts(f"<p>Order {struck} <ins>14 crates</ins>.") == ["Order [struck out: 12 crates] 14 crates."]


def test_a_struck_out_passage_over_several_paragraphs_is_marked_in_each():
    assert texts("<del><p>One.</p><p>Two.</p></del><p>Three.") == ["[struck out: One.]", "[struck out: Two.]", "Three."]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("5 m<sup>3</sup>", "5 m³"),
        ("2<sup>20</sup> rows", "2^20 rows"),
        ("10<sup>-9</sup> s", "10⁻⁹ s"),
        ("SO<sub>4</sub>", "SO₄"),
        ("v<sub>max</sub>", "v_max"),
        ("the 22<sup>nd</sup>", "the 22nd"),
        ("Oak<sup>®</sup>", "Oak®"),
        ("<q>Stop</q>", "“Stop”"),
        ("<ruby>東<rt>higashi</rt></ruby>", "東(higashi)"),
        ("done <img class=emoji alt=✅>", "done ✅"),
    ],
)
def test_raised_lowered_and_quoted_words_keep_their_meaning(written, read):
    assert texts(f"<p>{written}") == [read]


@pytest.mark.parametrize(
    "mark",
    [
        "<sup><a href=#n7>7</a></sup>",
        "<sup class=reference><a href='https://example.org/page#cite_note-2'>[2]</a></sup>",
        "<a href=#fn1 role=doc-noteref><sup>1</sup></a>",
        "<a href=#fn1><sup>1</sup></a>",
        "<sup><a href=#a>[1]</a>, <a href=#b>[2]</a></sup>",
        "<sup>[<a href=/wiki/Help>citation needed</a>]</sup>",
        "<a href=#ref12>[12]</a>",
        "<a href=#fnref1 role=doc-backlink>↩</a>",
    ],
)
def test_marks_of_notes_are_left_out(mark):
    assert texts(f"<p>Counted in 2019{mark}.") == ["Counted in 2019."]


def test_a_link_within_the_page_that_has_words_is_read():
    assert texts("<p>See <a href=#b>part B</a> and 2<sup>3</sup>.") == ["See part B and 2³."]


def test_notes_are_read_with_their_numbers_but_not_with_links_back():
    page = "<p>A.<ol><li id=fn1><p>First note. <a href=#fnref1>↩</a></ol>"
    assert blocks(page)[1:] == [("item", "1.", "First note.")]


@pytest.mark.parametrize(
    ("opened", "marks"),
    [
        ("<ol>", ["1.", "2.", "7."]),
        ("<ol start=4>", ["4.", "5.", "7."]),
        ("<ol type=A>", ["A.", "B.", "G."]),
        ("<ol style='list-style-type: lower-roman'>", ["i.", "ii.", "vii."]),
        ("<ol reversed>", ["3.", "2.", "7."]),
        ("<ol start=x>", ["1.", "2.", "7."]),
        ("<ol style='list-style: none'>", ["-", "-", "-"]),
        ("<ul>", ["-", "-", "-"]),
    ],
)
def test_items_of_ordered_lists_have_the_numbers_of_a_browser(opened, marks):
    items = blocks(f"{opened}<li>Fill<li>Stir<li value=7>Pour")
    assert items == [("item", mark, text) for mark, text in zip(marks, ["Fill", "Stir", "Pour"], strict=True)]


def test_an_inner_list_is_counted_by_itself_and_a_second_paragraph_has_no_number():
    page = "<ol><li><p>Fill<p>Wait.<ol type=a><li>cold<li>hot</ol><li>Stir</ol>"
    assert blocks(page) == [
        ("item", "1.", "Fill"),
        ("prose", "-", "Wait."),
        ("item", "a.", "cold"),
        ("item", "b.", "hot"),
        ("item", "2.", "Stir"),
    ]


@pytest.mark.parametrize(
    ("box", "mark"),
    [
        ("<input type=checkbox checked>", "Done:"),
        ("<input type=checkbox disabled>", "Open:"),
        ("<span role=checkbox aria-checked=true></span>", "Done:"),
        ("<div class='checkbox checkbox-off'></div>", "Open:"),
    ],
)
def test_a_task_has_its_state(box, mark):
    assert blocks(f"<ul><li>{box} <label>Paint</label><li>Other") == [("item", mark, "Paint"), ("item", "-", "Other")]


@pytest.mark.parametrize("line", ["<p><strong>Fixed:</strong></p>", "<p> <b>Fixed</b>:</p>"])
def test_a_line_in_bold_above_a_list_is_its_heading(line):
    assert blocks(f"<h2>2.0</h2>{line}<ul><li>Maps</ul>") == [
        ("heading", "-", "2.0"),
        ("heading", "-", "Fixed"),
        ("item", "-", "Maps"),
    ]


@pytest.mark.parametrize("line", ["<p><b>Fixed</b> in May:</p>", "<p><b>Fixed</b></p><p>At last.</p>"])
def test_other_words_above_a_list_are_no_heading(line):
    assert {kind for kind, _, _ in blocks(f"{line}<ul><li>Maps</ul>")} == {"prose", "item"}


def test_the_box_of_a_form_is_no_task():
    assert blocks("<p><input type=checkbox> I agree") == [("prose", "-", "I agree")]


TWO_TO_20 = "<msup><mn>2</mn><mn>20</mn></msup>"
TEX = "<annotation encoding='application/x-tex'>2^{20}</annotation>"
MATH = f"<math><semantics><mrow>{TWO_TO_20}</mrow>{TEX}</semantics></math>"


@pytest.mark.parametrize(
    "formula",
    [
        MATH,
        f"<span class=katex><span class=katex-mathml>{MATH}</span>"
        "<span class=katex-html aria-hidden=true>220</span></span>",
        f"<span class='mwe-math-mathml-inline mwe-math-mathml-a11y' style='display: none'>{MATH}</span>"
        "<img class=mwe-math-fallback-image-inline alt='{\\displaystyle 2^{20}}'>",
        f"<mjx-container><mjx-math aria-hidden=true>220</mjx-math><mjx-assistive-mml>{MATH}</mjx-assistive-mml>"
        "</mjx-container>",
    ],
)
def test_a_formula_is_read_once_and_without_its_tex(formula):
    assert texts(f"<p>It has {formula} rows.") == ["It has 2^20 rows."]


def test_formulas_in_cells_are_read_too():
    page = f"<table><tr><th>Size<th>Note<tr><td>{MATH}<td><s>a</s> b<br>c"
    assert texts(page) == ["2^20 | [struck out: a] b c"]


def test_lines_of_an_address_are_separated_and_two_breaks_end_a_paragraph():
    assert texts("<address>Oak Ltd<br>Elm Road 3<br>Leeds</address>") == ["Oak Ltd, Elm Road 3, Leeds"]
    assert texts("<p>One<br>two.<br><br>Three.") == ["One two.", "Three."]


def test_a_definition_of_paragraphs_keeps_its_term():
    assert texts("<dl><dt>Port<dd><p>8080<p>Fixed.<dt>Host<dd>a<dd>b</dl>") == [
        "Port | 8080",
        "Fixed.",
        "Host | a",
        "Host | b",
    ]


def test_what_is_folded_has_its_summary_as_context():
    page = "<details><summary>Refunds</summary><p>Within a month.</details><p>End."
    assert [(block.text, block.lead) for block in read_html(page.encode()).blocks] == [
        ("Refunds", ""),
        ("Within a month.", "Refunds"),
        ("End.", ""),
    ]


@pytest.mark.parametrize(
    "unseen",
    [
        "<a class=headerlink href=#x>¶</a>",
        "<a href=#x>#</a>",
        "<span class=mw-editsection>[<a href=/edit>edit</a>]</span>",
        "<i class=material-icons>home</i>",
        "<span class=sr-only>(opens in a new tab)</span>",
        "<a class=skip-link href=#main>Skip to content</a>",
        "<div id=cookie-banner>We use cookies</div>",
        "<div class=toc>Contents</div>",
    ],
)
def test_what_only_serves_the_page_is_left_out(unseen):
    assert texts(f"<body><h2>Tools{unseen}</h2><p>Saw.") == ["Tools", "Saw."]


def test_text_for_screen_readers_is_read_if_nothing_else_is_there():
    page = "<table><tr><th>Plan<th>Backups<tr><td>Free<td><i class=x></i><span class=sr-only>No</span>"
    assert texts(page) == ["Free | No"]


def test_a_picture_alone_in_a_cell_says_what_it_shows():
    assert texts("<table><tr><th>Plan<th>Backups<tr><td>Pro<td><img src=x alt=Yes>") == ["Pro | Yes"]


@pytest.mark.parametrize(
    "code",
    [
        "<pre><span class=lineno>1</span>a = 1\n<span class=lineno>2</span>b = 2</pre>",
        "<pre class=line-numbers>a = 1\nb = 2</pre>",
        "<table><tr><td class=blob-num>1<td><pre>a = 1\nb = 2</pre></table>",
    ],
)
def test_numbers_of_lines_are_no_code(code):
    assert blocks(code) == [("code", "-", "a = 1\nb = 2")]


def test_tabs_that_are_not_chosen_are_read():
    page = "<div role=tablist>A B</div><div role=tabpanel>Run a.</div><div role=tabpanel hidden>Run b.</div>"
    assert texts(page) == ["Run a.", "Run b."]


def test_a_header_that_holds_the_title_is_read_and_another_is_not():
    title = "<header><h1>Wells</h1><nav>Home</nav></header>"
    assert texts(f"<body>{title}<p>Deep.<footer>Mail us</footer>") == ["Wells", "Deep."]
    assert texts(f"<body>{title}<h1>Pumps</h1><p>Loud.") == ["Pumps", "Loud."]


def test_a_letter_above_a_figure_is_the_mark_of_a_note():
    assert texts("<p>410<sup>a</sup> crates, 4.5<sup>b</sup> m, 1<sup>a</sup> and 5<sup>th</sup>.") == [
        "410 crates, 4.5 m, 1a and 5th."
    ]


def test_several_terms_of_one_definition_are_read_together():
    assert texts("<dl><dt>Port<dt>Pier<dd>Four<dt>Host<dd>Ida</dl>") == ["Port, Pier | Four", "Host | Ida"]


def test_a_table_by_roles_is_read_by_rows():
    row = "<div role=row><span role={0}>{1}</span><span role={0}>{2}</span></div>"
    page = f"<div role=table>{row.format('columnheader', 'Pier', 'Depth')}{row.format('cell', 'Four', '9 m')}</div>"
    assert [(block.lead, block.text) for block in read_html(page.encode()).blocks] == [
        ("| Pier | Depth |", "Four | 9 m")
    ]


def test_a_list_in_a_cell_is_read_with_commas():
    page = "<table><tr><th>Crew<td><ul><li>Ida (cook)<li>Bo</ul><tr><th>Port<td>Lund</table>"
    assert texts(page) == ["Crew | Ida (cook), Bo", "Port | Lund"]


def test_a_formula_in_a_script_is_read_if_nothing_drew_it():
    assert texts('<p>So <script type="math/tex">x^2</script> holds.</p>') == ["So x² holds."]


@pytest.mark.parametrize(
    "question",
    [
        "<h3><button class=x aria-expanded=false>Do herons dive?</button></h3>",
        "<button aria-controls=a>Do herons dive?</button>",
    ],
)
def test_a_button_that_unfolds_an_answer_is_read(question):
    assert texts(f"{question}<div id=a><p>Hardly ever.</div><button>Send</button>") == [
        "Do herons dive?",
        "Hardly ever.",
    ]


def test_signs_of_notes_are_left_out():
    assert texts("<p>Herons<sup>†</sup> eat frogs<sup>2)</sup>.</p>") == ["Herons eat frogs."]


def test_labels_in_bold_after_a_break_begin_a_line():
    page = "<p><b>Price:</b> 4 €<br><b>Maker</b>: Zed<br>in Oslo<br><b>Not</b> a label</p>"
    assert texts(page) == ["Price: 4 €", "Maker: Zed in Oslo Not a label"]


def test_a_label_and_its_value_in_two_elements_are_apart():
    page = "<ul><li><span>Battery</span><span>4 Ah</span><li><span>Pi</span><span>Er</span></ul>"
    assert texts(page) == ["Battery 4 Ah", "PiEr"]
