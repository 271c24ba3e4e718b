"""A real browser that opens the link to a quotation stands before its words, whatever these are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyromark
import pytest

from index.domain.sources import SourceFile
from index.parsing._front_matter import split_front_matter
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.viewer._text_fragment import text_fragment_url
from tests.pictures import browser
from tests.support.article import ARTICLE
from tests.support.index_fakes import WordEmbedder

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SOON, LATE = 10_000, 1_000
"""Milliseconds within which the words have to be seen, and after which they are taken not to be."""

SEEN = """(() => {
    const at = document.getElementById("wanted").getBoundingClientRect();
    return window.scrollY > 0 && at.top >= 0 && at.bottom <= window.innerHeight;
})()"""

LATIN = (
    "The context window of Scout is the longest of all that were released in April, and it holds ten million tokens, "
    "which is a whole library of books; nobody has yet asked it about all of them at once, as far as is known to us."
)
CHINESE = (
    "今天天气很好，我们决定带着孩子们一起去城外的公园玩。公园里有很多树，也有一个很大的湖，湖上有人在划船。"
    "中午我们在湖边吃饭，下午又去看了博物馆里关于人工智能的展览，大家都觉得很有意思，晚上才回家。"
)
JAPANESE = (
    "この文章は、長い引用がブラウザで見つかるかどうかを確かめるために書かれたものです。"
    "日本語には単語の間に空白がないので、どこで切るかを決めるのは簡単ではありません。最後の文がここにあります。"
)
CASES = {
    "commas, ampersands and signs": (
        "<p>Scout, Maverick &amp; Behemoth (all of them!): 50% of 10,000 #1 a/b?c=d+e; C++ &amp; C#.</p>",
        "Scout, Maverick & Behemoth (all of them!): 50% of 10,000 #1 a/b?c=d+e; C++ & C#.",
    ),
    "hyphens and dashes": (
        "<p>A state-of-the-art – well-known — and so-called 3-4-5 model.</p>",
        "A state-of-the-art – well-known — and so-called 3-4-5 model.",
    ),
    "quotation marks": (
        "<p>“It’s ‘open’”, she said: the dogs’ bowl.</p>",
        "“It’s ‘open’”, she said: the dogs’ bowl.",
    ),
    "quotation marks of another kind": (
        "<p>“It’s ‘open’”, she said.</p>",
        "\"It's 'open'\", she said.",
    ),
    "a soft hyphen and a hard space on the page": (
        "<p>A multi&shy;modal&nbsp;system of\n  10&#x200b;000 parts</p>",
        "A multimodal system of 10000 parts",
    ),
    "a soft hyphen in the quotation": ("<p>A multimodal system</p>", "A multi\u00admodal system"),
    "combining accents": (
        "<p>Les élèves naïfs s’étonnent déjà</p>",
        "Les e\u0301le\u0300ves nai\u0308fs s’étonnent déjà",
    ),
    "Cyrillic and Greek": ("<p>Модель «Скаут» и λόγος</p>", "Модель «Скаут» и λόγος"),
    "Arabic": ("<p dir=rtl>اللُّغَةُ العَرَبِيَّةُ جميلة، وهي قديمة</p>", "اللُّغَةُ العَرَبِيَّةُ جميلة، وهي قديمة"),
    "Hebrew": ('<p dir=rtl>צה"ל ומנכ"ל וגם ר\'</p>', 'צה"ל ומנכ"ל וגם ר\''),
    "Thai": ("<p>สวัสดีชาวโลกทุกคน วันนี้อากาศดี</p>", "สวัสดีชาวโลกทุกคน วันนี้อากาศดี"),
    "Chinese": ("<p>今天天气很好，我们去公园玩吧。你呢？</p>", "我们去公园玩吧。"),
    "long Chinese": (f"<p>{CHINESE}</p>", CHINESE),
    "long Japanese": (f"<p>{JAPANESE}</p>", JAPANESE),
    "emoji": ("<p>🦙 Go 😀 there 👩‍👩‍👧 now 🇪🇺 1️⃣</p>", "🦙 Go 😀 there 👩‍👩‍👧 now 🇪🇺 1️⃣"),
    "emoji alone": ("<p>😀👩‍👩‍👧🇪🇺</p>", "😀👩‍👩‍👧🇪🇺"),
    "inline markup": (
        "<p>It <b>re</b>ads <a href='/'>10 million</a> <code>tokens</code>, <i>or so</i>.</p>",
        "It reads 10 million tokens, or so.",
    ),
    "a long quotation": (f"<p>Before. {LATIN} After.</p>", LATIN),
    "a long quotation across inline markup": (
        "<p>" + LATIN.replace("Scout", "<a href='/'><b>Scout</b></a>").replace("tokens", "<i>tokens</i>") + "</p>",
        LATIN,
    ),
    "a beginning that is repeated": (
        "<p>The context window of Scout is long.</p>",
        "The context window of Scout is long.",
    ),
    "a bullet that the page draws itself": ("<ul><li>One item of the list</li></ul>", "• One item of the list"),
    "a name with an underscore before it": ("<p>The name _private is taken</p>", "_private is taken"),
    "cells of a table": ("<table><tr><td>Scout<td>16</table>", "Scout | 16"),
    "many cells": (
        "<table><tr><td>Scout:<td>16<td><b>17</b> billion<td>here</table>",
        "Scout: | 16 | 17 billion | here",
    ),
    "a bar between words": ("<p>Type <code>curl -L x | sh</code> now</p>", "Type curl -L x | sh now"),
    "lines of code": ("<pre>x = 1\ny = 2\nz = 3</pre>", "x = 1\ny = 2\nz = 3"),
}
DECOYS = (
    "<p>The context window of Scout is the longest of all that were shown, and it is known to us.</p>"
    "<p>Scout has 17 billion, and 16 of them; go there now. x = 1 is here, z = 3 there.</p>"
    "<p>今天天气很好。公园里有很多人。</p>"
)
FAR = "<div style='height: 4000px'></div>"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """HTML by name, as the server below has it."""
    return {}


@pytest.fixture(scope="module")
def address(pages: dict[str, str]) -> Iterator[str]:
    with browser.served(pages) as served:
        yield served


@pytest.fixture(scope="module")
def running() -> Iterator[Page]:
    with browser.browser() as started:
        yield started


@pytest.fixture
def page(running) -> Iterator[Page]:
    """A tab of its own: a text fragment is followed once, by who opens a page anew."""
    tab = running.new_page(viewport={"width": 800, "height": 600})
    yield tab
    tab.close()


def put(pages: dict[str, str], html: str, name: str = "page") -> None:
    pages[name] = f"<!doctype html><body>{DECOYS}{FAR}<div id=wanted>{html}</div>{FAR}</body>"


def sees(page: Page, url: str | None, *, within: int = SOON) -> bool:
    """Whether the browser that opens this comes to show what is wanted, which is far down on the page."""
    from playwright.sync_api import TimeoutError as TimedOut

    assert url is not None
    page.goto(url, wait_until="load")
    try:
        page.wait_for_function(SEEN, timeout=within, polling=50)
    except TimedOut:
        return False
    return True


@pytest.mark.parametrize("case", CASES)
def test_the_words_are_found(case, pages, address, page):
    html, text = CASES[case]
    put(pages, html)
    url = text_fragment_url(f"{address}/page", text)
    assert ":~:text=" in (url or "")
    assert sees(page, url), url


@pytest.mark.parametrize("shown", ["These words are not there.", "ultimodal system", "The contexts window of Scout"])
def test_other_words_are_not_found(shown, pages, address, page):
    put(pages, "<p>A multimodal system</p>")
    assert not sees(page, text_fragment_url(f"{address}/page", shown), within=LATE)


def test_words_are_found_by_the_little_that_there_is_room_for(pages, address, page):
    name = "long-" * 80
    words = "Nobody knows how many words there are in all the libraries of the world. " * 2 + "Do you?"
    put(pages, f"<p>{words}</p>", name)
    url = text_fragment_url(f"{address}/{name}", words)
    assert len(url or "") > 440
    assert sees(page, url), url


def test_a_place_that_the_address_names_is_kept_beside_the_words(pages, address, page):
    put(pages, "<p>A multimodal system</p>")
    assert sees(page, text_fragment_url(f"{address}/page#top", "multimodal system"))
    assert page.evaluate("location.hash") == "#top"


def test_every_passage_of_the_article_is_found_on_its_page(article, pages, address, running):
    document = parse(SourceFile(ARTICLE.name, article.encode()))
    start = split_front_matter(article).body_start
    html = pyromark.html(article[start:])
    pages["article"] = f"<!doctype html><meta charset=utf-8><style>p {{ margin: 3000px 0 }}</style>{html}"
    passages = [passage for passage in chunk(document, WordEmbedder().count, 256) if passage.start >= start]
    assert len(passages) > 15
    for passage in passages:
        tab = running.new_page(viewport={"width": 800, "height": 600})
        tab.goto(text_fragment_url(f"{address}/article", passage.reading), wait_until="load")
        tab.wait_for_function(
            """words => [...document.querySelectorAll("p")].some(each => {
                const at = each.getBoundingClientRect();
                return window.scrollY > 0 && at.bottom > 0 && at.top < window.innerHeight
                    && each.textContent.includes(words);
            })""",
            arg=passage.reading,
            timeout=SOON,
        )
        tab.close()
