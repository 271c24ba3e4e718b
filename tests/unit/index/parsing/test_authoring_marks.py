"""Marks of authoring tools in Markdown are not read, the words that they show are, and places stay exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.sources import SourceFile
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.parsing.markdown import read_markdown
from index.text.offsets import ReadableText
from tests.support.index_fakes import WordEmbedder


def read(text: str) -> list[tuple[str, str, str]]:
    """(heading, kind, reading) of each block."""
    return [
        (section.heading, block.kind, ReadableText(block.runs).text.strip())
        for section in read_markdown(text, 0)[1]
        for block in section.blocks
    ]


def readings(text: str) -> list[str]:
    return [reading for _, _, reading in read(text)]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("It is red. %%or green?%% It flies.", ["It is red.  It flies."]),
        ("Red.\n\n%%\nAsk Ida.\n\nOr Bo.\n%%\n\nBlue.", ["Red.", "Blue."]),
        ("It is <!-- ask\n\nIda --> red.", ["It is  red."]),
        ("Red {/* ask\n\nIda */}bird.", ["Red bird."]),
        ("Red.\n\n{% comment %}\nAsk Ida.\n\n{% endcomment %}\n\nBlue.", ["Red.", "Blue."]),
        ("It grew by 5%% to 6%%.", ["It grew by 5%% to 6%%."]),
    ],
)
def test_comments_are_not_read(text, reading):
    assert readings(text) == reading


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("{{< note >}}\nIt flies.\n{{< /note >}}", ["It flies."]),
        ("{{% tip %}}\nIt **flies**.\n{{% /tip %}}", ["It flies."]),
        ('{% include box.html kind="big" text="It sings." %}', ["It sings."]),
        ('See [it]({{< ref "wren.md" >}}) there.', ["See it there."]),
        ('{% tab title="Nest" %}\nIt nests.\n{% endtab %}', ["Nest", "It nests."]),
        ('A {{< tip text="small" >}} bird.', ["A small bird."]),
        ('{% hint style="info" %}\nIt nests.\n{% endhint %}', ["It nests."]),
        ("{% highlight sh %}\nfly *\n{% endhighlight %}", ["fly *"]),
        ("It is ==quite small== as x==y and z==w are.", ["It is quite small as x==y and z==w are."]),
        ("Press ++ctrl+f++ in C++ and D++.", ["Press ctrl+f in C++ and D++."]),
        ("A [wren]{.bird} is small.{.note}", ["A wren is small."]),
        ("![It](w.png){width=50%} flies {: .fast }", ["It flies"]),
        ("It flies. ^wren-1", ["It flies."]),
        ("Flies :white_check_mark:, swims :x:, 10:x:20", ["Flies ✅, swims ❌, 10:x:20"]),
        ("- Food:: spiders\n- seen:: 4 May", ["Food: spiders", "seen: 4 May"]),
        ("Call `a` :: b and wren::fly now.", ["Call a :: b and wren::fly now."]),
        ("It flies in https://github.com/o/wren/pull/12.", ["It flies in #12."]),
        (
            "See [it](https://github.com/o/wren/issues/3) and [x].\n\n[x]: https://github.com/o/w/pull/4",
            ["See it and x."],
        ),
        ('<Card title="Nest" href="/n">It nests.</Card>', ["Nest: It nests."]),
        ('<ResponseField name="wing" type="int">Its length.</ResponseField>', ["wing: Its length."]),
        ('A <Tip title="small">wren</Tip> flies.', ["A wren flies."]),
        ("CO~2~ and 10^3^ of ~it~", ["CO₂ and 10³ of [struck out: it]"]),
        ("It flies.^[It was seen.] Now.", ["It flies. (It was seen.) Now."]),
        ("# Wren {#wren .bird}\n\nIt {ref}`flies`.", ["It flies."]),
        (":material-bird: It flies.\n\n[TOC]\n\n*[RSPB]: A society", ["It flies."]),
    ],
)
def test_marks_of_authoring_tools_are_not_read_but_their_words_are(text, reading):
    assert readings(text) == reading


CODE = "`{{< x >}}`, `%%a%%`, `==b==`, `<Tag a={1}>`"


def test_marks_in_code_are_kept():
    assert readings(f"{CODE}\n\n```\n{{% x %}} %%y%%\n!!! note\n    <Tag>\n<!-- c -->\n```\n") == [
        "{{< x >}}, %%a%%, ==b==, <Tag a={1}>",
        "{% x %} %%y%%\n!!! note\n    <Tag>\n<!-- c -->",
    ]


def test_a_parameter_is_headed_by_its_name():
    text = '<ParamField body="wing" type="integer" required>\n  Its length.\n</ParamField>\n'
    assert read(text) == [("wing", "prose", "Its length.")]


def test_an_admonition_is_read_as_its_title_and_its_text():
    text = (
        'Before.\n!!! note "Small *bird*"\n\n    It flies.\n\n    - far\n\n    ```\n    fly\n    ```\n\n'
        "??? tip\n    It sings.\n\n        really()\n\nAfter.\n"
    )
    assert read(text) == [
        ("", "prose", "Before."),
        ("", "prose", "Small bird"),
        ("", "prose", "It flies."),
        ("", "prose", "far"),
        ("", "code", "fly"),
        ("", "prose", "It sings."),
        ("", "code", "really()"),
        ("", "prose", "After."),
    ]


def test_an_admonition_in_a_list_stays_in_its_item():
    assert readings("1. one\n\n    !!! note\n        It flies.\n\n2. two\n") == ["1. one", "It flies.", "2. two"]


def test_a_tab_heads_its_text_alone():
    text = '# T\n\n=== "Forest"\n\n    ## Food\n\n    Spiders.\n\n=== "Town"\n\n    Crumbs.\n\nWater.\n'
    assert read(text) == [
        ("T > Forest > Food", "prose", "Spiders."),
        ("T > Town", "prose", "Crumbs."),
        ("T", "prose", "Water."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        ":::note[Small]\n\nIt flies.\n\n:::\n",
        ":::tip Small\nIt flies.\n:::\n",
        '::: {.callout-note title="Small"}\nIt flies.\n:::\n',
        "```{note} Small\nIt flies.\n```\n",
        "> [!tip]- Small\n> It flies.\n",
        "> [!NOTE]\n> Small\n>\n> It flies.\n",
    ],
)
def test_a_callout_is_read_as_its_title_and_its_text(text):
    assert readings(text) == ["Small", "It flies."]


@pytest.mark.parametrize("container", ["<motion.div>\n    {}\n</motion.div>", '===\t"T"\n\n    {}', "::: x\n{}\n:::"])
def test_a_container_is_found_wherever_it_is_the_only_one(container):
    plain = "A.\n\n```\n!!! x\n```\n\n  - B.\n\n"
    for before in ("", plain, plain * 20):
        assert readings(before + container.format("It flies.") + "\n")[-1] == "It flies."


def test_a_line_of_a_module_ends_with_its_paragraph_far_from_containers():
    text = "<A />\n\nOne.\n\nimport x from 'y'\n\nTwo.\nimport z from 'y'\n"
    assert readings(text) == ["One.", "Two."]
    assert readings("Two.\nexport const a\n") == ["Two. export const a"]


def test_text_indented_in_a_component_is_no_code_and_its_label_heads_it():
    text = (
        "import Bird from 'bird'\nexport const a = {\n  b: 1,\n}\n\n# T\n\n"
        '<Release\n  label="May 1"\n  tags={["a", {b: 1}]}\n>\n\n    ## New\n\n    It flies.\n\n'
        "    <Note>\n        It sings.\n    </Note>\n\n        code()\n\n</Release>\n\n"
        '<Card title="Nest" href="/n" />\n\n'
        'A <Badge kind={"x"}>small</Badge> <div style={{a: 1}}>bird</div>.\n'
    )
    assert read(text) == [
        ("T > May 1 > New", "prose", "It flies."),
        ("T > May 1 > New", "prose", "It sings."),
        ("T > May 1 > New", "code", "code()"),
        ("T", "prose", "Nest"),
        ("T", "prose", "A small"),
        ("T", "prose", "bird"),
        ("T", "prose", "."),
    ]


def test_words_in_angle_brackets_that_are_no_tags_are_kept():
    assert readings("If a < B and C > d, Map<String, Integer> is {x} = {1}.") == [
        "If a < B and C > d, Map<String, Integer> is {x} = {1}."
    ]


MARKS = (
    *(
        "%%",
        "<!--",
        "-->",
        "{/*",
        "*/}",
        "{{<",
        ">}}",
        "{%",
        "%}",
        "==",
        "[!note]",
        "!!!",
        ":::",
        "^[",
        "]{.a}",
        "{#i}",
    ),
    *(
        "<Card",
        'title="A"',
        "/>",
        "</Card>",
        "<Card title='B' a={",
        "}>",
        "[[",
        "|",
        "]]",
        "![[",
        "~~",
        "<del>",
        "<sup>",
    ),
    *(
        "<table>",
        "<tr>",
        "<td rowspan=3>",
        "<th colspan=2>",
        "</table>",
        "<details><summary>",
        "</details>",
        "</summary>",
    ),
    *(
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        "```\n",
        "`",
        "word ",
        "Two words. ",
        "é",
        '=== "T"\n',
        "import a from 'b'\n",
    ),
    *("{% highlight x %}\n", "{% endhighlight %}\n", "<li>", "<ol>", "<dl><dt>", "<dd>", "<pre>", "</pre>", "# H\n"),
)
marked = st.lists(st.sampled_from(MARKS), max_size=25).map("".join)


@given(marked)
def test_every_character_that_is_read_leads_to_its_place_whatever_the_marks(text):
    _, sections = read_markdown(text, 0)
    position = 0
    for section in sections:
        assert position <= section.start <= section.end <= len(text)
        position = section.start
        for block in section.blocks:
            assert section.start <= block.start <= block.end <= section.end
            position = block.start
            for run in block.runs:
                assert position <= run.start <= run.end <= block.end
                if len(run.reading) == run.end - run.start and run.reading.strip() and run.reading.isascii():
                    assert text[run.start : run.end] == run.reading
                position = run.end
    document = parse(SourceFile("a.mdx", f"x\n\n{text}".encode()))
    for passage in chunk(document, WordEmbedder().count, 40):
        assert document.text[passage.start : passage.end] == passage.text


WRAPPERS = (
    *("%%note%%", "<!-- note -->", "{/* note */}", "{{< tip >}}", "{{% /tip %}}", "{% endif %}", "{#top .x}", "<br>"),
    *("<b>", "</b>", "<Card a={1}>", "</Card>", "==", "**", "![[x.png]]", "[[Nest|", "]]"),
)


@given(
    st.lists(
        st.sampled_from(["It flies", " ", "\n\n", "\n\n> [!tip] ", "\n!!! note\n", "\n:::note\n", *WRAPPERS]),
        max_size=12,
    )
)
def test_whole_marks_leave_nothing_behind(parts):
    text = "".join(f" {part} " if part in WRAPPERS[:11] else part for part in parts)
    joined = " ".join(readings(text))
    for mark in ("%%", "<!--", "{/*", "{{<", "{{%", "{%", "{#top", "<br", "<b>", "<Card", "note", "![[x"):
        assert mark not in joined


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<Card a={",
            "<A b='",
            "{{<",
            "{%",
            "%%a ",
            "<!--",
            "{/*",
            "==a ",
            "++a",
            "[a]{.",
            "^[",
            "<details>",
            "<table><td>",
        ),
        *("<sup>", "<del>", ":::", "<Card>\n", "!!! a\n    ", "> ", "<ol><li>", "a~b~", "`", "[[", "<td rowspan=500>"),
    ],
)
def test_a_text_of_one_mark_alone_is_read_in_bounds(piece):
    text = piece * 5_000
    assert all(section.end <= len(text) for section in read_markdown(text, 0)[1])
