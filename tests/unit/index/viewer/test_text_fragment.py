"""A link to a quotation keeps to the grammar of text fragments, to Discord's limit and to public pages."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.viewer._text_fragment import INVISIBLE, LONGEST, text_fragment_url

PAGE = "https://x.y/z"
WORDS = "word " * 60
CHINESE = "今天天气很好，我们去公园玩吧，那里有很多树，也有一个很大的湖。中午在湖边吃饭，下午看展览，晚上回家。"


def found(shown: str, page: str = PAGE) -> str:
    """What the fragment looks for, as it is written."""
    url = text_fragment_url(page, shown)
    assert url is not None
    assert url.startswith(f"{page}#:~:text=")
    return url.removeprefix(f"{page}#:~:text=")


def test_a_short_quotation_is_looked_for_as_it_stands():
    assert found("The words here.") == "The%20words%20here."


def test_the_marks_of_a_fragment_are_percent_encoded_where_they_are_text():
    assert found("a-b, c & d=e #f 50%") == "a%2Db%2C%20c%20%26%20d%3De%20%23f%2050%25"


def test_letters_that_are_not_ascii_are_percent_encoded_as_utf_8():
    assert found("é 日 😀") == "%C3%A9%20%E6%97%A5%20%F0%9F%98%80"


def test_of_a_long_quotation_the_first_and_the_last_words_are_looked_for():
    text = "It begins like this, " + "goes on and on, " * 20 + "and it ends like that."
    start, end = map(unquote, found(text).split(","))
    assert start == "It begins like this, goes on and on, goes on and on, goes on and on, goes on and"
    assert end == "goes on and on, and it ends like that."


def test_beginning_and_end_do_not_overlap():
    text = "Twenty words or so are in this quotation, which is only a little longer than one that is taken whole: ends."
    start, end = map(unquote, found(text).split(","))
    assert f"{start} " in text
    assert len(start) + len(end) < len(text)


@pytest.mark.parametrize(
    ("shown", "looked_for"),
    [
        ("• An item", "An item"),
        ("— (so called)", "so called)"),
        ("_private is", "_private is"),
        ("$5 million", "5 million"),
        ("😀🇪🇺", "😀🇪🇺"),
        ("...", "..."),
        ("multi\u00admodal\u200b  sys\u2060tem\ufeff", "multimodal system"),
        ("می\u200cروم", "می\u200cروم"),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
    ],
)
def test_marks_before_the_first_word_and_what_nobody_sees_are_left_out(shown, looked_for):
    assert unquote(found(shown)) == looked_for


def test_chinese_is_cut_behind_its_marks():
    start, end = map(unquote, found(CHINESE * 2).split(","))
    assert start == "今天天气很好，我们去公园玩吧，那里有很多树，"
    assert end == "下午看展览，晚上回家。"


def test_text_without_spaces_or_marks_is_cut_between_characters():
    assert unquote(found("字" * 300)) == "字" * 40


def test_a_word_is_never_cut_where_a_script_has_spaces():
    assert found("x" * 300) == "x" * 300
    assert text_fragment_url(PAGE, "x" * 600) == PAGE


def test_a_cell_is_looked_for_beside_the_next_for_a_page_has_no_bar_between_them():
    assert found("Scout | 16") == "Scout%20%7C%2016&text=Scout,-16&text=Scout-,16"
    assert found("a | b | c | d") == "a%20%7C%20b%20%7C%20c%20%7C%20d&text=a,-b&text=a-,b,d"
    assert found("a |") == "a%20%7C"


def test_a_line_of_code_is_looked_for_beside_the_next():
    assert (
        found("x = 1\n  y = 2")
        == "x%20%3D%201%20y%20%3D%202&text=x%20%3D%201,-y%20%3D%202&text=x%20%3D%201-,y%20%3D%202"
    )


@pytest.mark.parametrize("url", ["https://x.y/z", "http://x.y", "https://ü.de/ß?q=1&r=2", "https://[::1]:8080/a"])
def test_a_page_on_the_web_is_linked(url):
    assert text_fragment_url(url, "words") == f"{url}#:~:text=words"


@pytest.mark.parametrize(
    "url",
    [
        *(None, "", "x.y/z", "/z", "//x.y/z", "ftp://x.y/z", "javascript:alert(1)", "file:///etc/passwd", "data:,x"),
        *("https://", "https:///z", "https://:80/", "http://[::1", "https://x.y:99999/", "https://x.y:port/"),
        *("https://x.y/a b", "https://x.y/\n", " https://x.y/", "https://x.y/\u202e", "https://x.y/\ud800"),
    ],
)
def test_what_is_no_page_on_the_web_is_not_linked(url):
    assert text_fragment_url(url, "words") is None


def test_a_place_on_the_page_that_the_address_names_is_kept():
    assert text_fragment_url(f"{PAGE}#a", "words") == f"{PAGE}#a:~:text=words"
    assert text_fragment_url(f"{PAGE}#", "words") == f"{PAGE}#:~:text=words"


def test_a_text_fragment_that_the_address_has_is_replaced():
    assert text_fragment_url(f"{PAGE}#a:~:text=others", "words") == f"{PAGE}#a:~:text=words"
    assert text_fragment_url("https://x.y/:~:z", "words") == "https://x.y/:~:z#:~:text=words"


def test_fewer_words_are_looked_for_where_the_address_is_long():
    lengths = [len(unquote(found(WORDS, f"{PAGE}/{'a' * size}"))) for size in (0, 380, 420, 440)]
    assert lengths == sorted(lengths, reverse=True)
    assert len(set(lengths)) == 4
    assert text_fragment_url(f"{PAGE}/{'a' * 485}", WORDS) == f"{PAGE}/{'a' * 485}"


def test_an_address_that_is_too_long_by_itself_is_not_linked():
    assert text_fragment_url("https://x.y/" + "a" * 500, "words") == "https://x.y/" + "a" * 500
    assert text_fragment_url("https://x.y/" + "a" * 501, "words") is None


@pytest.mark.parametrize("shown", ["", "  \n ", "\u200b"])
def test_without_words_it_is_the_page(shown):
    assert text_fragment_url(PAGE, shown) == PAGE


pieces = st.sampled_from(
    ["word ", "a-b, ", "c & d ", "字", "かな", "。", " | ", "\n", "😀", "e\u0301", "“q”", "x" * 90]
)
texts = st.text(max_size=200) | st.lists(pieces, max_size=150).map("".join)


@given(texts, st.integers(0, 520))
@example("\ud800", 0)
def test_no_link_is_over_the_limit_and_all_that_it_looks_for_stands_in_the_quotation(shown, size):
    page = f"https://x.y/{'a' * size}"
    url = text_fragment_url(page, shown)
    assert (url is None) == (len(page) > LONGEST)
    if url is None:
        return
    assert len(url) <= LONGEST
    assert url.isascii()
    assert url.split("#")[0] == page
    line = " ".join(INVISIBLE.sub("", shown).split())
    for search in url.partition("#:~:text=")[2].split("&text="):
        for term in search.split(","):
            assert unquote(term.removesuffix("-").removeprefix("-")) in line
