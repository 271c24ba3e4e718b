"""The page of all sources: what there is, what is new, and a search that answers as the bot does."""

from __future__ import annotations

import re
from html import unescape

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.policy.rate_limits import Limits
from bot.services.metrics import Metrics
from bot.settings import PageAccess
from bot.web._reader_address import reader_address
from bot.web.links import HomeLink
from tests.support.evidence_pages import QUOTE, SECOND, TEXT, WINDOW, evidence_site

FREE = Limits(user_seconds=0, server_per_minute=0)


def search(site, question: str, **query: str) -> str:
    signature = "".join(f"&{name}={value}" for name, value in site.links.signature(HomeLink(), 20_005).items())
    return f"/search?question={question.replace(' ', '+')}{signature}"


async def test_all_sources_and_what_is_new_are_shown(tmp_path):
    async with evidence_site(tmp_path) as site:
        site.library.engine.rebuild(SECOND, f"New at the top.\n\n{TEXT}")
        status, html, _ = await site.get(HomeLink())
    assert status == 200
    assert f'href="/s/{SECOND}/a.md?' in html
    assert "<dt>Changed</dt><dd>a.md</dd>" in html
    assert "<form" not in html


async def test_without_a_link_the_sources_are_not_named(tmp_path):
    async with evidence_site(tmp_path) as site:
        status, html, _ = await site.get("/")
    assert (status, "a.md" in html) == (403, False)
    assert "/sources has the link" in html


async def test_links_of_the_page_hold_no_longer_than_its_own(tmp_path):
    async with evidence_site(tmp_path) as site:
        address = site.links.address(HomeLink(), 20_002)
        _, html, _ = await site.get(address)
        found = unescape(re.search(r'href="(/s/[^"]+)"', html)[1])
        assert "t=20002" in found
        assert (await site.get(found))[0] == 200
        site.clock["day"] = 20_003
        assert (await site.get(found))[0] == 410


async def test_a_search_answers_by_quotations_with_links_to_them(tmp_path):
    async with evidence_site(tmp_path, search=True, limits=FREE) as site:
        status, html, headers = await site.get(search(site, WINDOW))
        assert (status, headers["Cache-Control"]) == (200, "no-store")
        assert f'<blockquote dir="auto">{QUOTE}</blockquote>' in html
        found = unescape(re.search(r'href="(/s/[^"]+#quote)"', html)[1])
        assert f'<mark id="quote" tabindex="-1">{QUOTE}</mark>' in (await site.get(found))[1]


async def test_a_search_without_an_answer_says_so(tmp_path):
    async with evidence_site(tmp_path, search=True, limits=FREE) as site:
        _, html, _ = await site.get(search(site, "Who founded it?"))
    assert "The sources don&#39;t say." in html
    assert "<blockquote" not in html


async def test_a_search_is_counted_by_its_outcome(tmp_path):
    metrics = Metrics()
    async with evidence_site(tmp_path, search=True, limits=Limits(user_seconds=60), metrics=metrics) as site:
        await site.get(search(site, WINDOW))
        await site.get(search(site, WINDOW))
    counted = metrics.text().decode().splitlines()
    for outcome in ("answered", "refused"):
        assert f'footnote_questions_total{{outcome="{outcome}",place="web"}} 1.0' in counted


async def test_a_search_is_off_unless_it_is_switched_on(tmp_path):
    async with evidence_site(tmp_path) as site:
        assert (await site.get(search(site, WINDOW)))[0] == 404


async def test_a_search_needs_a_link(tmp_path):
    async with evidence_site(tmp_path, search=True) as site:
        assert (await site.get("/search?question=Scout"))[0] == 403
        assert site.library.engine.asked == []


async def test_questions_of_one_address_have_the_limits_of_a_user(tmp_path):
    async with evidence_site(tmp_path, search=True, limits=Limits(user_seconds=60)) as site:
        first, second = [(await site.get(search(site, WINDOW), **{"X-Forwarded-For": "192.0.2.1"})) for _ in "12"]
        other = await site.get(search(site, WINDOW), **{"X-Forwarded-For": "198.51.100.7"})
    assert [first[0], second[0], other[0]] == [200, 429, 200]
    assert int(second[2]["Retry-After"]) > 0
    assert len(site.library.engine.asked) == 2


@pytest.mark.parametrize("question", ["", "%20", "x" * 501])
async def test_what_is_no_question_is_not_asked(question, tmp_path):
    async with evidence_site(tmp_path, search=True, access=PageAccess.OPEN) as site:
        status, _, _ = await site.get(f"/search?question={question}")
        assert site.library.engine.asked == []
    assert status == (400 if question.startswith("x") else 200)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "1.1.1.1, 9.9.9.9", "9.9.9.9"),
        ("172.18.0.1", "9.9.9.9", "9.9.9.9"),
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "2606:4700:1:2:3:4:5:6", "2606:4700:1:2::"),
        ("127.0.0.1", "nonsense", "nonsense"),
    ],
)
def test_an_address_behind_a_proxy_is_what_the_proxy_says(peer, forwarded, address):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)
    assert reader_address(request) == address
