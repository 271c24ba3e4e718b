"""Evidence pages show the quoted words in their source, and say how it changed since."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.settings import PageAccess
from bot.web._responses import PageCache, cached_page
from bot.web.evidence_pages import MOST_NEW_PAGES
from bot.web.links import OriginalLink, PageLink
from index.domain.answers import SourceChange
from tests.support.evidence_pages import FIRST, QUOTE, SECOND, TEXT, evidence_site, raw_status

MARK = f'<mark id="quote" tabindex="-1">{QUOTE}</mark>'


@pytest.fixture
async def site(tmp_path):
    async with evidence_site(tmp_path, downloads=True) as site:
        yield site


async def test_the_quoted_words_are_marked_in_the_whole_source(site):
    status, html, headers = await site.get(site.link())
    assert status == 200
    assert MARK in html
    assert "There are models." in html
    assert "<time datetime=" in html
    assert headers["Cache-Control"] == "private, max-age=60"


async def test_what_a_page_shows_is_escaped(tmp_path):
    text = f"# A <b>title</b>\n\n`<script>alert(1)</script>` and\n\n{QUOTE} <img src=x onerror=alert(1)>\n"
    async with evidence_site(tmp_path, text=text) as site:
        _, html, _ = await site.get(site.link())
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


async def test_a_changed_source_is_shown_as_it_was_with_what_changed(site):
    link = site.link()
    site.library.engine.rebuild(SECOND, TEXT.replace("ten", "six"))
    status, html, _ = await site.get(link)
    assert status == 200
    assert MARK in html
    assert "no longer holds the quoted words" in html
    assert "six million" in html


async def test_a_page_of_a_removed_snapshot_says_so_and_shows_the_source_now(site):
    link = site.link()
    site.library.engine.rebuild(SECOND, f"New at the top.\n\n{TEXT}")
    del site.library.engine.kept[FIRST]
    status, html, _ = await site.get(link)
    assert status == 200
    assert "no longer kept" in html
    assert "New at the top." in html
    assert MARK in html


async def test_words_that_are_gone_with_their_snapshot_are_not_made_up(site):
    link = site.link()
    site.library.engine.rebuild(SECOND, TEXT.replace("ten", "six"))
    del site.library.engine.kept[FIRST]
    status, html, _ = await site.get(link)
    assert (status, "<mark" in html) == (200, False)
    assert "without the quoted words" in html


async def test_a_source_that_no_snapshot_has_is_not_found(site):
    for source in ("b.md", "../journal.sqlite3", "/etc/passwd", "a.md\0"):
        assert (await site.get(PageLink(FIRST, source)))[0] == 404


@pytest.mark.parametrize(
    "path", ["/s/../../../etc/passwd", f"/s/{FIRST}/../../etc/passwd", "/f/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/f/..//a"]
)
async def test_a_path_with_dots_leads_nowhere(path, site):
    assert await asyncio.to_thread(raw_status, site.address, path) in (403, 404)


async def test_a_link_that_was_changed_opens_nothing(site):
    address = site.links.address(site.link())
    for changed in (address.replace("q=", "q=1"), address.replace("m=", "m=x"), address.partition("?")[0]):
        status, html, _ = await site.get(changed)
        assert (status, QUOTE in html) == (403, False)


async def test_an_expired_link_says_what_to_do(site):
    address = site.links.address(site.link())
    site.clock["day"] += 31
    status, html, _ = await site.get(address)
    assert (status, "Ask again on Discord" in html, QUOTE in html) == (410, True, False)


async def test_a_page_that_the_browser_has_is_not_sent_again(site):
    _, _, headers = await site.get(site.link())
    status, html, _ = await site.get(site.link(), **{"If-None-Match": headers["ETag"]})
    assert (status, html) == (304, "")


async def test_a_page_of_another_state_has_another_tag(site):
    _, _, before = await site.get(site.link())
    site.library.engine.rebuild(SECOND, f"New at the top.\n\n{TEXT}")
    _, _, after = await site.get(replace(site.link(), snapshot=SECOND, digest=""))
    assert before["ETag"] != after["ETag"]


async def test_a_page_is_in_the_reader_s_language(site):
    _, html, headers = await site.get(site.link(), **{"Accept-Language": "xx, de-AT;q=0.8, en;q=0.2"})
    assert '<html lang="de">' in html
    assert "Accept-Language" in headers["Vary"]


async def test_the_original_file_is_a_download_and_never_shown(site):
    _, html, _ = await site.get(site.link())
    assert 'href="/f/a.md?' in html
    status, text, headers = await site.get(OriginalLink("a.md"))
    assert (status, text) == (200, TEXT)
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''a.md"
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_that_is_not_the_text_shown_is_not_offered(site):
    link = site.link()
    site.library.engine.rebuild(SECOND, TEXT.replace("ten", "six"))
    assert "/f/a.md" not in (await site.get(link))[1]


async def test_without_downloads_there_is_no_file(tmp_path):
    async with evidence_site(tmp_path) as site:
        assert (await site.get(OriginalLink("a.md")))[0] == 404
        assert 'href="/f/' not in (await site.get(site.link()))[1]


async def test_a_link_to_a_page_is_none_to_its_file(site):
    query = site.links.address(site.link()).partition("?")[2].partition("#")[0]
    assert (await site.get(f"/f/a.md?{query}"))[0] == 403


async def test_open_pages_need_no_link(tmp_path):
    async with evidence_site(tmp_path, access=PageAccess.OPEN) as site:
        status, html, headers = await site.get(f"/s/{FIRST}/a.md?q=0-8#quote")
    assert (status, headers["Cache-Control"]) == (200, "public, max-age=60")
    assert '<mark id="quote"' in html


async def test_a_file_that_changed_since_is_told(site):
    site.library.engine.on_disk = SourceChange.EDITED
    assert "file has changed since it was indexed" in (await site.get(site.link()))[1]


def test_the_cache_of_pages_is_bounded():
    cache = PageCache(most_bytes=30_000)
    for number in range(100):
        cache.put(number, cached_page(f"{number}" * 3_000))
        assert cache.bytes <= 30_000
    assert cache.get(99) is not None
    assert cache.get(0) is None
    cache.put("large", cached_page("x" * 40_000))
    assert cache.get("large") is None


async def test_metadata_that_the_text_shows_is_shown_once(tmp_path):
    async with evidence_site(tmp_path, text=f"---\ntitle: Models\ntags: [scout]\n---\n{QUOTE}\n") as site:
        _, html, _ = await site.get(site.link())
    assert html.count("<dt>tags</dt>") == 1


async def test_a_source_without_a_title_goes_by_its_name(tmp_path):
    async with evidence_site(tmp_path) as site:
        live = site.library.engine.kept[FIRST]
        live["a.md"] = replace(live["a.md"], title="")
        assert "<title>a.md</title>" in (await site.get(site.link()))[1]


async def test_an_address_has_so_many_open_pages_rendered_and_no_more(tmp_path):
    async with evidence_site(tmp_path, access=PageAccess.OPEN) as site:
        reader = {"X-Forwarded-For": "192.0.2.1"}
        paths = [f"/s/{FIRST}/a.md?q={number}-{number + 1}" for number in range(MOST_NEW_PAGES + 1)]
        statuses = [(await site.get(path, **reader))[0] for path in paths]
        assert statuses == [200] * MOST_NEW_PAGES + [429]
        assert (await site.get(paths[0], **reader))[0] == 200
        assert (await site.get(paths[-1], **{"X-Forwarded-For": "192.0.2.2"}))[0] == 200
