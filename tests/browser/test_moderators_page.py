"""A moderator signs in with a browser, writes an answer to a gap, and watches the index being rebuilt."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.axe import violations
from tests.pictures import browser
from tests.support.discord.payloads import LISTED, MODERATOR_ROLE, User
from tests.support.journals import ANN
from tests.support.makers import OLDER
from tests.support.moderators_page import ModeratorsPage, moderators_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGES = (
    "questions",
    "votes",
    "gaps",
    "answer",
    "figures",
    "snapshots",
    f"snapshots/{OLDER}",
    "reindex",
    "audit",
)


@dataclass
class Site:
    """The page in a loop of its own, since a browser's calls wait."""

    page: ModeratorsPage
    loop: asyncio.AbstractEventLoop
    moderator: User

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opened = moderators_page(tmp_path)
    try:
        page = asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result(30)
        moderator = User.new("librarian")
        page.discord.oauth.join(moderator, LISTED, MODERATOR_ROLE)
        page.library.silent("Who wrote Llama?")
        page.library.journal.vote(page.library.answered("Known?"), user=ANN, helpful=True)
        yield Site(page, loop, moderator)
        page.library.reindex_gate.set()
        asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser.browser() as started:
        yield started


@pytest.fixture
def tab(running: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab in which the moderator is signed in, and nothing may go wrong unseen."""
    scripts = getattr(request, "param", True)
    context = running.new_context(viewport={"width": 900, "height": 700}, java_script_enabled=scripts)
    page = context.new_page()
    failures: list[str] = []
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"{site.page.url}/moderate")
    page.get_by_role("link", name="Sign in with Discord").click()
    page.locator("input[name=user]").fill(site.moderator.id)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url("**/moderate/questions")
    failures.clear()  # the local Discord has no icon
    yield page
    context.close()
    assert failures == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_keep_nothing_from_anybody(site, tab, scheme):
    tab.emulate_media(color_scheme=scheme)
    for width in (360, 1000):
        tab.set_viewport_size({"width": width, "height": 700})
        for path in PAGES:
            tab.goto(f"{site.page.url}/moderate/{path}")
            assert violations(tab) == [], path
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)


@pytest.mark.parametrize("tab", [True, False], indirect=True, ids=["with scripts", "without scripts"])
def test_answer_to_a_gap_is_written_and_made_live(site, tab):
    tab.get_by_role("link", name="Gaps").click()
    tab.get_by_role("link", name="Write an answer", exact=True).click()
    tab.get_by_label("Answer").fill("A team at Meta wrote it.")
    tab.get_by_role("button", name="Preview").click()
    assert "## Who wrote Llama?" in tab.locator("pre").inner_text()
    site.page.library.reindex_gate.clear()
    tab.get_by_role("button", name="Write it and preview the index").click()
    tab.locator("#progress").wait_for()
    tab.get_by_text("Embedding passages: 21 of 21").wait_for()
    site.page.library.reindex_gate.set()
    tab.get_by_role("button", name="Make it live").click()
    tab.get_by_role("heading", name="The preview is live").wait_for()
    assert b"A team at Meta wrote it." in (site.page.library.sources.read("faq.md") or b"")


def test_progress_comes_without_loading_the_page_again(site, tab):
    site.page.library.reindex_gate.clear()
    tab.goto(f"{site.page.url}/moderate/reindex")
    tab.get_by_role("button", name="Reindex now").click()
    tab.locator("#progress").wait_for()
    tab.evaluate("window.kept = true")
    run = site.page.library
    tab.get_by_text("Embedding passages: 21 of 21").wait_for()
    tab.wait_for_timeout(3500)
    assert tab.evaluate("window.kept") is True
    run.reindex_gate.set()
    tab.get_by_role("heading", name="The index is rebuilt").wait_for()
    tab.get_by_role("button", name="Sign out").click()
    tab.get_by_role("link", name="Sign in with Discord").wait_for()
