from __future__ import annotations

from tests.support.moderators_page import Browser, ModeratorsPage


async def test_figures_have_plots_and_a_table(page: ModeratorsPage, browser: Browser) -> None:
    page.library.answered("Known?")
    page.library.silent("Lacking?")
    reply = await browser.get("/moderate/figures?days=7")
    assert "Questions: 2, of which 1 answered (50 %)." in reply.text
    assert reply.text.count("<svg") == 3
    assert "<script" not in reply.text
    assert "style=" not in reply.text
