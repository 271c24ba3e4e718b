"""Fields of pages: authors and dates as visitors see them, else as the page declares them."""

from __future__ import annotations

import json

import pytest

from index.domain.sources import SourceFile
from index.parsing._html import read_html
from index.parsing.documents import parse

BODY = "<p>The heron map shows every nest along the river, and it is drawn anew whenever a nest is found.</p>"


def page(*, head: str = "", above: str = "", below: str = "") -> dict[str, str]:
    """Return the fields of a page; `above` stands between its headline and its text."""
    html = f"<html><head><title>T</title>{head}</head><body><h1>Herons</h1>{above}{BODY}{below}</body></html>"
    return dict(read_html(html.encode()).fields)


def linked(**data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **data})}</script>'


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ('<meta name="author" content="Ann Lee">', "Ann Lee"),
        ('<meta property="article:author" content="Ann Lee">', "Ann Lee"),
        ('<meta property="article:author" content="https://a.b/ann"><meta name="author" content="Ann Lee">', "Ann Lee"),
        ('<meta name="DC.Creator" content="Ann Lee">', "Ann Lee"),
        (linked(author="Ann Lee"), "Ann Lee"),
        (linked(author={"@type": "Person", "name": "Ann Lee"}), "Ann Lee"),
        (linked(author=[{"name": "Ann Lee"}, {"name": "Bo Dam"}]), "Ann Lee, Bo Dam"),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "WebPage", "author": {"@id": "#x"}}, '
            '{"@type": "Person", "@id": "#x", "name": "Ann Lee"}]}</script>',
            "Ann Lee",
        ),
    ],
)
def test_a_declared_author_is_a_field(head, author):
    fields = page(head=head)
    assert (fields.get("author") or fields.get("authors")) == author


@pytest.mark.parametrize(
    ("above", "author"),
    [
        ('<p>By <a rel="author" href="/a">Ann Lee</a></p>', "Ann Lee"),
        ('<span itemprop="author" itemscope><span itemprop="name">Ann Lee</span></span>', "Ann Lee"),
        ('<div class="post-byline">Written by Ann Lee on May 3, 2026</div>', "Ann Lee"),
        ('<div class="c-author__name">Ann Lee</div>', "Ann Lee"),
        ("<p>By Ann Lee · May 3, 2026 · 4 min read</p>", "Ann Lee"),
        ("<p>By Ann Lee and Bo Dam</p>", "Ann Lee and Bo Dam"),
        ('<p>By <a rel="author">Ann Lee</a> and <a rel="author">Bo Dam</a></p>', "Ann Lee, Bo Dam"),
        ("<p>By May 3 the nests were counted.</p>", None),
        ("<p>By far the largest bird, the heron stands in the river.</p>", None),
        ('<div class="author-box">About the author</div>', None),
        ('<div class="comments"><span class="author">Ann Lee</span></div>', None),
        ('<nav><a rel="author">Ann Lee</a></nav>', None),
        ('<p class="byline">admin</p>', None),
        ('<p class="byline" hidden>Ann Lee</p>', None),
    ],
)
def test_a_byline_that_visitors_see_names_the_author(above, author):
    fields = page(above=above)
    assert (fields.get("author") or fields.get("authors")) == author


@pytest.mark.parametrize("name", ["admin", "(anonymous)", "Unknown", "https://a.b/ann", "ann@a.b"])
def test_the_byline_is_read_if_the_declared_author_is_nobody(name):
    assert page(head=f'<meta name="author" content="{name}">') == {}
    fields = page(head=f'<meta name="author" content="{name}">', above="<p>By Ann Lee</p>")
    assert fields == {"author": "Ann Lee"}


@pytest.mark.parametrize(
    ("head", "above", "published"),
    [
        ('<meta property="article:published_time" content="2026-05-03T10:00:00Z">', "", "2026-05-03"),
        (linked(datePublished="2026-05-03"), "<p>3 May 2026</p>", "3 May 2026"),
        (linked(datePublished="2026-05-03T23:30:00Z"), "<p>May 4th, 2026 by Ann</p>", "May 4th, 2026"),
        (linked(datePublished="2026-05-03"), "<p>3 days ago</p>", "2026-05-03"),
        ("", '<time datetime="2026-05-03">3rd May 2026</time>', "3rd May 2026"),
        ("", '<time datetime="2026-05-03T10:00">last week</time>', "2026-05-03"),
        ("", "<p>Published on May 3, 2026</p>", "May 3, 2026"),
        ("", "<p>May 3, 2026 · 3 min read</p>", "May 3, 2026"),
        ("", "<p>The nest of May 3, 2026 was the first that was found on the island this year.</p>", None),
        ("", "<table><tr><td>Built</td><td>May 3, 2026</td></tr></table>", None),
        ("", '<div class="comment"><time datetime="2026-05-03">3 May 2026</time></div>', None),
        ("", "<p>Published on 3/4/2026</p>", None),
    ],
)
def test_the_date_of_publishing_is_given_as_the_page_shows_it(head, above, published):
    assert page(head=head, above=above).get("published") == published


def test_the_date_of_an_update_is_a_field_of_its_own():
    declared = linked(datePublished="2026-05-03", dateModified="2026-06-01")
    assert page(head=declared)["updated"] == "2026-06-01"
    fields = page(above="<p>Published May 3, 2026</p><p>Last updated: June 1, 2026</p>")
    assert (fields["published"], fields["updated"]) == ("May 3, 2026", "June 1, 2026")
    assert "updated" not in page(head=linked(datePublished="2026-05-03", dateModified="2026-05-03T11:00"))
    assert page(below="<footer>This page was last edited on 1 June 2026.</footer>") == {"updated": "1 June 2026"}


def test_a_list_of_articles_has_no_author_and_date_of_its_own():
    teasers = "".join(
        f'<article><h2>{n}</h2><a rel="author">Ann</a><time datetime="2026-05-0{n}">May {n}, 2026</time></article>'
        for n in range(1, 5)
    )
    assert page(below=teasers) == {}


def test_title_tags_and_version_come_with_an_author_or_date():
    head = '<meta name="keywords" content="birds, maps"><meta property="og:title" content="Herons">'
    assert page(head=head) == {}
    fields = page(head=head + linked(datePublished="2026-05-03", softwareVersion="2.1"))
    assert fields == {"title": "Herons", "published": "2026-05-03", "version": "2.1", "tags": "birds, maps"}


def test_fields_of_a_page_are_quoted_to_the_letter_and_date_the_document():
    html = f"<html><body><h1>Herons</h1><p>By Ann Lee · May 3, 2026</p>{BODY}</body></html>"
    document = parse(SourceFile("a.html", html.encode()))
    blocks = {
        block.lead.partition(":")[0]: document.text[block.start : block.end] for block in document.sections[0].blocks
    }
    assert blocks == {"Author": "Ann Lee", "Published": "May 3, 2026"}
    assert "By Ann Lee · May 3, 2026" in document.text
    assert document.metadata["published"] == "2026-05-03"


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">{"@type": "Article", "author": ['
        + '{"name": "x"},' * 50_000
        + "]}</script>",
        '<meta name="author" content="' + "a" * 1_000_000 + '">',
        '<meta name="author" content="Ann">' * 20_000,
        linked(author={"@id": "#a"}, datePublished=[[["2026-01-01"]]], keywords={"a": 1}, headline=None),
        "<script type='application/ld+json'>not json</script>",
    ],
)
def test_hostile_metadata_is_left_out(head):
    assert set(page(head=head)) <= {"author", "authors", "title"}


def test_many_elements_that_look_like_bylines_are_read_in_bounds():
    depth = "<div class=author>" * 3_000
    assert page(above=depth + "<i rel=author>x</i>" * 20_000) == {}


def test_a_time_without_words_dates_the_page_as_it_declares():
    page = b"<main><h1>Wells</h1><p>By Ida Blom <time datetime=2031-04-05></time><p>Deep."
    assert dict(read_html(page).fields)["published"] == "2031-04-05"


def test_a_date_that_is_marked_in_a_sentence_is_not_that_of_the_page():
    sentence = '<p>The map is free from <time datetime="2026-08-01">August</time> on.</p>'
    assert page(below=sentence) == {}
    assert page(above='<p>Ann Lee, <time datetime="2026-07-04">July 4</time></p>', below=sentence)["published"] == (
        "2026-07-04"
    )
