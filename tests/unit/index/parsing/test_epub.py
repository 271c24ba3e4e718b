"""A book is read chapter by chapter, in the order that it names."""

from __future__ import annotations

import pytest

from index.domain.errors import UnreadableSource
from index.parsing._epub import read_epub
from tests.support.archives import archive, epub

ONE, TWO = "<h1>Winds</h1><p>North.</p>", "<h1>Waves</h1><p>High.</p>"


def texts(data: bytes) -> list[str]:
    return [block.text for block in read_epub(data).blocks]


def test_chapters_are_read_in_the_order_of_the_spine():
    assert texts(epub({"a.xhtml": ONE, "b.xhtml": TWO}, order=["b.xhtml", "a.xhtml"])) == [
        "Waves",
        "High.",
        "Winds",
        "North.",
    ]


def test_navigation_is_not_read():
    data = epub({"nav.xhtml": "<nav><ol><li>Winds</li></ol></nav>", "a.xhtml": ONE}, properties={"nav.xhtml": "nav"})
    assert texts(data) == ["Winds", "North."]


def test_empty_elements_of_xhtml_do_not_take_in_what_follows():
    assert texts(epub({"a.xhtml": '<script src="x"/><p>It is <a id="n"/>calm<br/>today.</p>'})) == ["It is calm today."]


def test_a_book_says_its_title_authors_and_date():
    metadata = "<dc:title>Sea</dc:title><dc:creator>Ida Moe</dc:creator><dc:creator>Jo Lie</dc:creator>"
    parsed = read_epub(epub({"a.xhtml": ONE}, metadata=f"{metadata}<dc:date>2019-05-02T10:00:00Z</dc:date>"))
    assert parsed.title == "Sea"
    assert parsed.fields == (("title", "Sea"), ("author", "Ida Moe, Jo Lie"), ("published", "2019-05-02"))


def test_a_protected_book_is_refused():
    reference = '<e:CipherReference xmlns:e="http://www.w3.org/2001/04/xmlenc#" URI="OPS/a.xhtml"/>'
    data = epub({"a.xhtml": ONE}, more={"META-INF/encryption.xml": f"<encryption>{reference}</encryption>"})
    with pytest.raises(UnreadableSource, match="protected against copying"):
        read_epub(data)


def test_chapters_that_are_missing_or_lead_out_stop_no_other():
    data = epub({"a.xhtml": ONE}, order=["a.xhtml", "gone.xhtml", "a.xhtml"])
    assert texts(data) == ["Winds", "North."]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        archive({"mimetype": "application/epub+zip"}),
        archive({"META-INF/container.xml": "<container/>"}),
        archive({"META-INF/container.xml": "<<<"}),
    ],
)
def test_what_is_no_book_is_refused(data):
    with pytest.raises(UnreadableSource, match="no EPUB book"):
        read_epub(data)


def test_a_book_that_unpacks_to_too_much_is_refused():
    with pytest.raises(UnreadableSource, match="unpacks to 210 MB"):
        read_epub(epub({"a.xhtml": ONE}, more={"OPS/big": bytes(210_000_000)}))


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>' + "<container>&b;</container>"
    with pytest.raises(UnreadableSource, match="no EPUB book"):
        read_epub(archive({"META-INF/container.xml": bomb}))
