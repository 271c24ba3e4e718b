"""Links to evidence pages hold until their day, and no part of them can be changed."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from bot.settings import PageAccess
from bot.web.links import DAY, NO_LINKS, HomeLink, LinkState, OriginalLink, PageLink, PageLinks
from index.domain.evidence import quote_digest
from tests.support.makers import make_citation

SECRET = b"0123456789abcdef0123456789abcdef"
TODAY = 20_000
LINK = PageLink("20261127T135000000000Z-0123abcd", "notes/a b.md", 3, 9, "0123456789ab")


class Clock:
    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> float:
        return self.day * DAY + 5.0


def make_links(clock: Clock | None = None, **options) -> PageLinks:
    options = {"secret": SECRET, "days": 30, "clock": clock or Clock()} | options
    return PageLinks("https://footnote.example", **options)


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_without_a_public_url_there_are_no_links():
    assert NO_LINKS.url("one", make_citation()) is None
    assert NO_LINKS.home() is None


def test_a_citation_links_to_its_place_without_its_words():
    citation = make_citation(source="a (b) [c].md")
    url = make_links().url("one", citation)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "footnote.example", "quote")
    assert unquote(parts.path) == "/s/one/a (b) [c].md"
    assert not set("()[]<> ") & set(url)
    assert query(url)["q"] == f"{citation.start}-{citation.end}-{quote_digest(citation.quote)}"
    assert citation.quote.split()[-1] not in url


def test_a_link_is_read_back_as_it_was_made():
    links = make_links()
    address = links.address(LINK)
    read = PageLink.read(LINK.snapshot, LINK.source, query(address))
    assert read == LINK
    assert links.check(read, query(address)) is LinkState.VALID


def test_a_link_holds_until_its_day_and_no_longer():
    clock = Clock()
    links = make_links(clock)
    asked = query(links.address(LINK))
    clock.day = TODAY + 30
    assert links.check(LINK, asked) is LinkState.VALID
    clock.day = TODAY + 31
    assert links.check(LINK, asked) is LinkState.EXPIRED


@pytest.mark.parametrize(
    "changed",
    [
        replace(LINK, snapshot="20261127T135000000000Z-ffffffff"),
        replace(LINK, source="b.md"),
        replace(LINK, source="../notes/a b.md"),
        replace(LINK, start=2),
        replace(LINK, end=10),
        replace(LINK, digest="ba9876543210"),
        replace(LINK, digest=""),
        PageLink(LINK.snapshot, LINK.source),
        OriginalLink(LINK.source),
        HomeLink(),
    ],
)
def test_a_signature_is_for_one_target_alone(changed):
    links = make_links()
    assert links.check(changed, query(links.address(LINK))) is LinkState.FORGED


@pytest.mark.parametrize(
    "changes",
    [
        {"t": str(TODAY + 31)},
        {"t": "99999999999999999999"},
        {"t": "-1"},
        {"t": "٣"},
        {"t": ""},
        {"m": ""},
        {"m": "A" * 22},
        {"m": "é\ud800"},
    ],
)
def test_a_link_with_a_changed_day_or_signature_is_forged(changes):
    links = make_links()
    assert links.check(LINK, query(links.address(LINK)) | changes) is LinkState.FORGED


def test_a_link_signed_by_another_secret_is_forged():
    asked = query(make_links(secret=b"another").address(LINK))
    assert make_links().check(LINK, asked) is LinkState.FORGED


def test_an_open_page_needs_no_signature_and_has_none():
    links = make_links(access=PageAccess.OPEN)
    assert "m" not in query(links.address(LINK))
    assert links.check(LINK, {}) is LinkState.VALID


@pytest.mark.parametrize("place", ["", "3", "3-", "-9", "3-9-", "3-9-xyz", "3-9 ", "1e3-2", "3-9999999999"])
def test_a_place_of_another_form_is_none(place):
    assert PageLink.read("one", "a.md", {"q": place}) is None
