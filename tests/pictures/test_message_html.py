"""Pictures of messages: what Discord's Markdown and components become, and that the pages can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.text.escape import escape
from bot.views.answer import answer_message, other_channels_message
from bot.views.message import notice_message
from bot.views.modals import question_modal, reason_modal
from bot.views.stats import PICTURE, stats_message
from bot.views.stats_chart import describe_chart, draw_chart
from index.domain.activity import Day
from tests.pictures import browser
from tests.pictures import message_scenes as scenes
from tests.pictures.__main__ import FOLDER, WORDS, words
from tests.pictures.message_html import Scene, choices_page, form_page, message_page
from tests.pictures.message_markdown import Markdown, ago
from tests.support.makers import make_abstention, make_answer, make_citation
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOW = datetime(2025, 4, 9, 12, 0, tzinfo=UTC)
SCENE = Scene(NOW, did=("Ada", "used /ask"), channels={"12": "questions"})
MARKDOWN = Markdown(NOW, {"12": "questions"})
PHONE = 360
CONTRAST = 4.5

LOW_CONTRAST = """least => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    const rgba = color => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const over = (top, below) => [0, 1, 2].map(at => top[at] * top[3] / 255 + below[at] * (1 - top[3] / 255));
    const ground = node => {
        if (!node) return [255, 255, 255];
        const own = rgba(getComputedStyle(node).backgroundColor);
        return own[3] === 255 ? own.slice(0, 3) : over(own, ground(node.parentElement));
    };
    const luminance = rgb => rgb.map(one => one / 255)
        .map(one => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [.2126, .7152, .0722][at], 0);
    const ratio = (node, color) => {
        const below = ground(node);
        const [light, dark] = [over(rgba(color), below), below].map(luminance).sort((a, b) => b - a);
        return (light + .05) / (dark + .05);
    };
    const texts = [...document.body.querySelectorAll("*")].filter(node => !node.closest(":disabled, style"))
        .filter(node => [...node.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.data.trim()))
        .map(node => [node.textContent, ratio(node, getComputedStyle(node).color)]);
    const hints = [...document.querySelectorAll("[placeholder]")]
        .map(node => [node.placeholder, ratio(node, getComputedStyle(node, "::placeholder").color)]);
    return {seen: texts.length, low: [...texts, ...hints].filter(([_, value]) => value < least)};
}"""
"""Texts with less contrast than `least` on what is behind them. Disabled buttons are exempt, as in WCAG."""


def page_of(*components: dict[str, Any], **message: Any) -> str:
    """The body of a page with these components."""
    return message_page({"components": list(components), **message}, SCENE).partition("</head>")[2]


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<script>alert(1)</script> & \"x\"", "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"),
        ("**bold** and *leaning* and _so_", "<strong>bold</strong> and <em>leaning</em> and <em>so</em>"),
        ("**bold *leaning* again**", "<strong>bold <em>leaning</em> again</strong>"),
        ("__under__ ~~gone~~", "<u>under</u> <s>gone</s>"),
        ("**10 million**tokens", "<strong>10 million</strong>tokens"),
        (r"\*\*not\*\* \_bold\_ \`code\`", "**not** _bold_ `code`"),
        (r"**a \*\* b**", "<strong>a ** b</strong>"),
        ("`a **b** <c>`", "<code>a **b** &lt;c&gt;</code>"),
        ("snake_case_name", "snake_case_name"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<#12> or <#13>", '<span class="mention">#questions</span> or <span class="mention">#unknown</span>'),
        ("see https://a.example/b?c=1&d.", 'see <a href="https://a.example/b?c=1&amp;d">https://a.example/b?c=1&amp;d</a>.'),
        ("[the **page**](https://a.example)", '<a href="https://a.example">the <strong>page</strong></a>'),
        (r"https\://a.example \[x\]\(y)", "https://a.example [x](y)"),
    ],
)  # fmt: skip
def test_marks_within_a_line(written: str, shown: str) -> None:
    assert MARKDOWN.html(written) == f"<p>{shown}</p>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("one\ntwo", "<p>one<br>two</p>"),
        (
            "> **1.** Ten **million**",
            "<blockquote><p><strong>1.</strong> Ten <strong>million</strong></p></blockquote>",
        ),
        ("> one\n> two\nthree", "<blockquote><p>one<br>two</p></blockquote><p>three</p>"),
        ("> one\n-# two", '<blockquote><p>one</p></blockquote><p class="small">two</p>'),
        ("one\n-# **two**\n-# three", '<p>one</p><p class="small"><strong>two</strong><br>three</p>'),
        ("### Head\n- one\n- two", "<h3>Head</h3><ul><li>one</li><li>two</li></ul>"),
        (r"\- no item", "<p>- no item</p>"),
        (">no quotation", "<p>&gt;no quotation</p>"),
        ("one\n\ntwo", "<p>one<br><br>two</p>"),
        ("", "<p><br></p>"),
    ],
)
def test_lines(written: str, shown: str) -> None:
    assert MARKDOWN.html(written) == shown


@pytest.mark.parametrize(
    "words", ["<b>&*_~`|[x](https://a.b) @everyone <@1> <#12> <t:1:R>", "- item", "1. item", "# x"]
)
def test_text_that_the_bot_made_harmless_is_read_as_it_stands(words: str) -> None:
    html = MARKDOWN.html(escape(words)).replace("\u200b", "")
    assert html.count("<") == html.count("<p>") + html.count("</p>") == 2
    assert html == "<p>" + words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "</p>"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"seconds": 20}, "a few seconds ago"),
        ({"seconds": 60}, "a minute ago"),
        ({"minutes": 44}, "44 minutes ago"),
        ({"hours": 1}, "an hour ago"),
        ({"hours": 2}, "2 hours ago"),
        ({"days": 1}, "a day ago"),
        ({"days": 3}, "3 days ago"),
        ({"days": 31}, "a month ago"),
        ({"days": 800}, "2 years ago"),
        ({"hours": -2}, "in 2 hours"),
    ],
)
def test_a_time_is_told_from_now(before: dict[str, float], said: str) -> None:
    then = NOW - timedelta(**before)
    assert ago(then, NOW) == said
    written = MARKDOWN.html(f"<t:{int(then.timestamp())}:R>")
    assert written == f'<p><time datetime="{then:%Y-%m-%dT%H:%M:%SZ}">{said}</time></p>'


def test_a_time_of_another_style_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"<t:\.\.\.:f> only, not F"):
        MARKDOWN.html("<t:1:F>")


@pytest.mark.parametrize(
    ("button", "shown"),
    [
        ({"style": 1, "label": "Go"}, '<button class="button primary">Go</button>'),
        ({"style": 2, "label": "<i>"}, '<button class="button plain">&lt;i&gt;</button>'),
        ({"style": 3, "label": "Go"}, '<button class="button success">Go</button>'),
        ({"style": 4, "label": "Go", "disabled": False}, '<button class="button danger">Go</button>'),
        ({"style": 2, "label": "Go", "disabled": True}, '<button class="button plain" disabled>Go</button>'),
    ],
)
def test_a_button_has_its_style_and_may_be_disabled(button: dict[str, Any], shown: str) -> None:
    assert shown in page_of({"type": 1, "components": [{"type": 2, "custom_id": "x", **button}]})


def test_a_link_button_shows_its_address() -> None:
    html = page_of({"type": 1, "components": [{"type": 2, "style": 5, "label": "Open", "url": 'https://a.example/"x'}]})
    assert '<a class="button plain" href="https://a.example/&quot;x" title="https://a.example/&quot;x">Open<svg' in html


def test_a_box_has_its_colour_and_what_is_in_it_in_order() -> None:
    beside = {"type": 9, "components": [text("one")], "accessory": {"type": 2, "style": 2, "label": "two"}}
    inside = [beside, {"type": 14, "divider": False, "spacing": 2}, text("three")]
    html = page_of({"type": 17, "accent_color": 0xFF, "components": inside})
    assert '<div class="box" style="--accent: #0000ff"><div class="section">' in html
    assert html.index("one") < html.index("two") < html.index('<hr class="bare large">') < html.index("three")
    assert '<div class="box"><' in page_of({"type": 17, "accent_color": None, "components": [text("x")]})


@pytest.mark.parametrize(
    ("component", "named"),
    [
        ({"type": 11}, r"thumbnail \(type 11\)"),
        ({"type": 17, "components": [{"type": 9, "components": [], "accessory": {"type": 11}}]}, "thumbnail"),
        ({"type": 99}, r"component \(type 99\)"),
    ],
)
def test_a_component_that_is_not_known_is_an_error_with_its_name(component: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"no picture is drawn of a {named}"):
        page_of(component)


def test_a_menu_shows_what_is_chosen_or_what_to_do() -> None:
    menu = {"type": 3, "custom_id": "m", "options": [{"label": "A<", "value": "a"}, {"label": "B", "value": "b"}]}
    assert ">Make a selection<" in page_of({"type": 1, "components": [menu]})
    assert ">Which?<" in page_of({"type": 1, "components": [menu | {"placeholder": "Which?"}]})
    chosen = menu | {"options": [{"label": "A<", "value": "a", "default": True}]}
    assert ">A&lt;<" in page_of({"type": 1, "components": [chosen]})
    assert ">Which?<" in page_of({"type": 1, "components": [{"type": 8, "custom_id": "m", "placeholder": "Which?"}]})


def test_pictures_and_files_are_in_the_page_or_it_is_an_error() -> None:
    gallery = {"type": 12, "items": [{"media": {"url": "https://cdn.example/1/a.png?ex=1"}, "description": 'A "b"'}]}
    file = {"type": 13, "file": {"url": "attachment://b.csv"}}
    scene = replace(SCENE, files={"a.png": b"abc", "b.csv": b"x" * 2048})
    html = message_page({"components": [gallery, file]}, scene)
    assert '<img alt="A &quot;b&quot;" src="data:image/png;base64,YWJj">' in html
    assert ">b.csv</a>" in html
    assert "2.00 KB" in html
    with pytest.raises(ValueError, match=r"a\.png is shown, but not among the files"):
        message_page({"components": [gallery]}, SCENE)


def test_a_message_for_one_person_says_so() -> None:
    assert "Only you can see this" in page_of(text("x"), flags=64 | 1 << 15)
    assert "Only you can see this" not in page_of(text("x"), flags=1 << 15)


def test_a_form_has_its_labels_and_says_what_is_needed() -> None:
    html = form_page(question_modal("a", 500).to_dict(), SCENE)
    assert '<label for="text">Your question<span class="needed"> *</span></label>' in html
    assert '<textarea id="text" rows="4" placeholder="And Maverick?"></textarea>' in html
    reason = reason_modal("a").to_dict()
    assert f">{reason['components'][0]['label']}</label>" in form_page(reason, SCENE)
    short = {"type": 4, "custom_id": "t", "style": 1, "value": '"x"'}
    label = {"type": 18, "label": "L", "description": "D", "component": short}
    assert 'value="&quot;x&quot;">' in form_page({"title": "T", "components": [label]}, SCENE)


def days() -> list[Day]:
    return [
        Day(
            day=(NOW - timedelta(days=ago)).date(),
            questions=4,
            answered=3,
            helpful=2,
            unhelpful=1,
            latencies_ms=(20.0,) * 4,
        )
        for ago in range(6, -1, -1)
    ]


def pages(scene: Scene) -> dict[str, str]:
    """Pages of what the bot shows, with every kind of component that it uses."""
    figures = stats_message(days(), description=describe_chart(days())).to_components()
    scene = replace(scene, files={PICTURE: draw_chart(days())})
    file = {"type": 13, "file": {"url": f"attachment://{PICTURE}"}}
    styles = [{"type": 2, "style": style, "label": "Go on", "custom_id": str(style)} for style in range(1, 5)]
    link = {"type": 2, "style": 5, "label": "Open the page", "url": "https://a.example"}
    menu = {"type": 1, "components": [{"type": 3, "placeholder": "Which source?", "custom_id": "m", "options": []}]}
    marks = text(f"### Head\n`code` <t:{int(NOW.timestamp())}:R> <#12>\n> quoted\n- https://a.example/{'long' * 30}")
    box = {"type": 17, "components": [marks, {"type": 14}, {"type": 1, "components": [*styles, link]}, menu, file]}
    image = answer_message(make_answer(), question="What is Scout's window?", answer_id="abcdefghijkl", threads=True)
    silent = answer_message(make_abstention(make_citation()), answer_id="abcdefghijkl")
    return {
        "answer": message_page({"components": image.to_components()}, scene),
        "alone": message_page({"components": image.to_components(), "flags": 64}, scene),
        "abstention": message_page({"components": silent.to_components()}, scene),
        "stats": message_page({"components": figures, "flags": 64}, scene),
        "elsewhere": message_page({"components": other_channels_message([12, 13]).to_components(), "flags": 64}, scene),
        "every kind": message_page({"components": [box]}, scene),
        "plain": message_page({"components": [text("x")], "content": "Nothing **else**"}, scene),
        "form": form_page(question_modal("a", 500).to_dict(), scene),
        "choices": choices_page("ask", "question", "Wh", [{"name": "Who wrote it?"}, {"name": "When is it?"}], scene),
    }


def test_the_page_of_a_message_is_the_same_twice() -> None:
    assert pages(SCENE) == pages(SCENE)


def test_nothing_is_loaded_from_elsewhere() -> None:
    for page in pages(SCENE).values():
        assert "default-src 'none'" in page
        assert "url(" not in page
        assert not [part for part in page.split("src=")[1:] if not part.startswith('"data:')]


def test_a_notice_is_drawn_with_its_words_escaped() -> None:
    assert "&lt;script&gt;" in message_page({"components": notice_message("<script>").to_components()}, SCENE)


@pytest.mark.timeout(900)
async def test_the_pictures_in_the_documents_show_what_the_bot_says_now(tmp_path: Path) -> None:
    """By the words on them, figures apart: where they differ, run `python -m tests.pictures`."""
    drawn = {name: words(page) for name, page in (await scenes.pages(tmp_path)).items()}
    assert json.loads((FOLDER / WORDS).read_text("utf-8")) == drawn
    assert {path.stem for path in FOLDER.glob("*.webp")} == drawn.keys()


def test_every_picture_is_small_and_in_the_documents_with_a_text() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.webp")}
    assert sizes
    assert max(sizes.values()) < 60_000
    assert sum(sizes.values()) < 550_000
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    image = re.findall(r"!\[([^\]]{30,})\]\(messages/([^)]+)\)", pages)
    assert sorted(name for _, name in image) == sorted(sizes)


def test_the_words_of_a_page_are_those_that_are_read_without_their_figures() -> None:
    page = message_page({"components": [text("**12 a** b &\n<t:0:R>")]}, SCENE)
    assert words(page) == ["Ada", "used /ask", "F", "Footnote", "APP", "0:0", "0 a", "b &", "0 years ago"]


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with browser.browser() as running:
        yield running.new_page(viewport={"width": PHONE, "height": 700}, offline=True)


@pytest.mark.browser
@pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
def test_pages_can_be_read_on_a_phone(light: bool, tab: Page) -> None:
    """No scrolling sideways, enough contrast, a text for every picture, a name for every button and field."""
    for name, html in pages(replace(SCENE, light=light)).items():
        tab.set_content(html, wait_until="load")
        width = tab.evaluate("document.scrollingElement.scrollWidth")
        assert width <= PHONE, f"{name} is {width} wide"
        failures = tab.evaluate(LOW_CONTRAST, CONTRAST)
        assert failures["seen"] > 2, name
        assert not failures["low"], f"{name}: {failures['low']}"
        assert tab.evaluate("[...document.images].every(one => one.naturalWidth && one.alt.trim())"), name
        all_named = "[...document.querySelectorAll('button')].every(one => one.ariaLabel || one.innerText.trim())"
        assert tab.evaluate(all_named), name
        assert tab.evaluate("[...document.querySelectorAll('textarea, input')].every(one => one.labels.length)"), name


@pytest.mark.browser
def test_words_of_too_little_contrast_are_found(tab: Page) -> None:
    """The check itself: #777 on white is 4.48, #767676 is 4.54; half of black on white is #7f7f7f."""
    tab.set_content(
        "<body style='background: white'><p style='color: #777'>low</p><p style='color: #767676'>high</p>"
        "<div style='background: rgba(0,0,0,.5)'><p style='color: #fff'>over</p></div>"
    )
    low = tab.evaluate(LOW_CONTRAST, CONTRAST)["low"]
    assert [(name, round(value, 2)) for name, value in low] == [("low", 4.48), ("over", 4.0)]
