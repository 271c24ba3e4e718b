"""A member clicks the link below a quotation, and stands before its words in the source."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.policy.rate_limits import Limits
from bot.settings import PageAccess
from bot.views.answer import answer_message
from bot.web.links import HomeLink
from index import Answer
from tests.browser.axe import violations
from tests.pictures import browser
from tests.pictures.message_html import Scene, message_page
from tests.support.evidence_pages import FIRST, QUOTE, SECOND, WINDOW, EvidenceSite, evidence_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

LONG = "\n\n".join(f"## Part {number}\n\nWhat part {number} says is not what was asked." for number in range(150))
TEXT = f"""---
title: Models
tags: [scout, maverick]
---
# Models

There are *models*, and `code` in a line.

- one item
- another item

| Model | Experts |
|---|---|
| Scout | 16 |
| Maverick | 128 |

```py
def experts() -> int:
    return 16
```

{LONG}

### The window

{QUOTE}

{LONG}
"""

IN_VIEW = """id => {
    const at = document.getElementById(id).getBoundingClientRect();
    return window.scrollY > 0 && at.top >= 0 && at.bottom <= window.innerHeight;
}"""


@contextmanager
def serving(folder: Path, **options) -> Iterator[EvidenceSite]:
    """A site with a loop in a thread of its own, since a browser's calls wait."""
    loop, site = asyncio.new_event_loop(), evidence_site(folder, **options)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        started = asyncio.run_coroutine_threadsafe(site.__aenter__(), loop).result(10)
        started.links.public_url = started.address
        yield started
        asyncio.run_coroutine_threadsafe(site.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[EvidenceSite]:
    free = Limits(user_seconds=0, server_per_minute=0)
    with serving(tmp_path_factory.mktemp("site"), text=TEXT, downloads=True, search=True, limits=free) as started:
        yield started


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser.browser() as started:
        yield started


@pytest.fixture
def tab(running: Browser) -> Iterator[Page]:
    """A tab in which nothing may go wrong unseen."""
    page = running.new_page(viewport={"width": 800, "height": 600})
    failures: list[str] = []
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("requestfailed", lambda request: failures.append(request.url))
    yield page
    page.close()
    assert failures == []


def message_of(site: EvidenceSite) -> str:
    """The bot's answer, as Discord's client shows it."""
    citation = site.library.engine.cite(QUOTE)
    answer = Answer(WINDOW, "Ten million tokens.", (citation,), 0.9, False, FIRST, "extractive")
    view = answer_message(answer, answer_id="abcdefghijkl", links=site.links)
    return message_page({"components": view.to_components()}, Scene(datetime(2026, 11, 27, tzinfo=UTC)))


def evidence(site: EvidenceSite) -> str:
    return f"{site.address}{site.links.address(site.link())}"


def home(site: EvidenceSite) -> str:
    return f"{site.address}{site.links.address(HomeLink())}"


def test_a_click_in_a_message_leads_to_the_highlighted_words(site, tab):
    tab.set_content(message_of(site))
    tab.get_by_role("link", name="Page").click()
    tab.wait_for_url("**/s/**#quote")
    tab.wait_for_function(IN_VIEW, arg="quote")
    assert tab.locator("mark").all_inner_texts() == [QUOTE]
    assert tab.locator("html").get_attribute("lang") == "en"
    assert tab.locator("h1").inner_text() == "Models"
    assert tab.evaluate("document.querySelectorAll('script').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_pages_keep_nothing_from_anybody(site, tab, scheme, width):
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": width, "height": 700})
    search = home(site).replace("/?", "/search?question=" + WINDOW.replace(" ", "+") + "&")
    for address in (evidence(site), home(site), search, evidence(site).partition("#")[0]):
        tab.goto(address)
        assert violations(tab) == [], address
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    colours = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (colours == "rgb(255, 255, 255)") == (scheme == "light")


def test_a_page_of_a_changed_source_keeps_nothing_from_anybody(tmp_path, tab):
    with serving(tmp_path) as changed:
        address = evidence(changed)
        changed.library.engine.rebuild(SECOND, "# Models\n\nScout has a window of six million tokens.\n")
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            tab.goto(address)
            tab.get_by_text("What changed").click()
            assert tab.locator("ins").count() > 0
            assert violations(tab) == []


def test_the_keyboard_reaches_the_content_and_the_words(site, tab):
    tab.goto(evidence(site).partition("#")[0])
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "To the quoted words"
    tab.keyboard.press("Enter")
    tab.wait_for_function(IN_VIEW, arg="quote")
    assert tab.evaluate("document.activeElement.id") == "quote"


def test_a_question_is_asked_and_its_answer_opened_by_keyboard(site, tab):
    tab.goto(home(site))
    tab.get_by_label("Ask the sources").fill(WINDOW)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?**")
    tab.locator("#answer ~ ol a").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function(IN_VIEW, arg="quote")
    assert tab.locator("mark").all_inner_texts() == [QUOTE]


def test_a_link_without_its_signature_shows_no_word_of_the_source(site, running):
    page = running.new_page()
    page.goto(evidence(site).partition("?")[0])
    assert "tokens" not in page.content()
    assert violations(page) == []
    page.close()


def test_open_pages_lead_to_all_sources(tmp_path, tab):
    with serving(tmp_path, access=PageAccess.OPEN) as opened:
        tab.goto(evidence(opened))
        tab.get_by_role("link", name="All sources").click()
        tab.get_by_role("link", name="Models").click()
        assert tab.locator("h1").inner_text() == "Models"


def test_axe_finds_a_picture_without_words(running):
    page = running.new_page()
    page.set_content("<!doctype html><html lang=en><title>x</title><main><h1>x</h1><img src='data:,'></main>")
    assert [found.partition(":")[0] for found in violations(page)] == ["image-alt"]
    page.close()
