"""Text fragments: links by which browsers find words on a public page, scroll to them and mark them.

https://wicg.github.io/scroll-to-text-fragment/: `text=start`, `text=start,end`, `text=before-,start` or
`text=start,-after`, and several of these joined by `&`. The searched text must begin and end at word boundaries.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlsplit

__all__ = ["text_fragment_url"]

LONGEST = 512
"""Characters of a link that a Discord button takes."""

LONGEST_WHOLE = 100
"""Characters of the longest quotation that is searched as a whole; of a longer one its beginning and its end are."""

BEGINNING, END = 80, 40
"""Characters of that beginning and end."""

SHARES = (1.0, 0.7, 0.5, 0.35, 0.25)
"""Shares of these lengths to try while the link is too long."""

SHORTEST_BEGINNING = 20
"""Characters of the beginning that is searched alone if all else is too long."""

INVISIBLE = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters that a page may contain or lack without any visible difference."""

PARTS = re.compile(r"\s*\n\s*|(?:^|\s+)\|(?:\s+|$)")
"""What separates lines of code or table cells: on a page they are elements of their own."""

IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
UNSPACED = re.compile(f"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff{IDEOGRAPH}]")
"""Letters of scripts without spaces between words."""

BREAK = re.compile(
    rf"\s+|(?<=[、。，．！？；：」』）】》…])(?=\S)|(?=[「『（【《])"
    rf"|(?<=[\u3041-\u309f])(?=[\u30a1-\u30ff{IDEOGRAPH}])|(?<=[a-zA-Z0-9])(?=[{IDEOGRAPH}])|(?<=[{IDEOGRAPH}])(?=[a-zA-Z0-9])"
)
"""Where a word ends for certain; in Japanese almost: Hiragana seldom begin a word that ends in Kanji."""


def text_fragment_url(url: str | None, shown: str) -> str | None:
    """Return the page's URL with a fragment that finds a quotation, at most 512 characters; None without a public page.

    `shown` is the quotation as a person reads it, each line of code on its own. If the URL is too long, words of the
    fragment are left out, in the end all of them.
    """
    if url is None or not _is_page(url):
        return None
    page, _, anchor = url.partition("#")
    anchor = anchor.partition(":~:")[0]
    for searches in _searches(_strip_leading_marks(INVISIBLE.sub("", shown))):
        link = f"{page}#{anchor}:~:text={searches}"
        if len(link) <= LONGEST:
            return link
    whole = f"{page}#{anchor}" if anchor else page
    return whole if len(whole) <= LONGEST else None


def _is_page(url: str) -> bool:
    if any(char.isspace() or unicodedata.category(char).startswith("C") for char in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # not a URL, or not a port
        return False


def _strip_leading_marks(text: str) -> str:
    """Return a text from its first word on, as a page may show bullets differently; unchanged if it has no word."""
    for place, char in enumerate(text):
        if char == "_" or unicodedata.category(char)[0] in "LMN":
            return text[place:]
    return text


def _searches(words: str) -> Iterator[str]:
    """Yield fragments to try, the surest and longest first; none for an empty quotation."""
    line = " ".join(words.split())
    if not line:
        return
    parts = [part for part in (" ".join(part.split()) for part in PARTS.split(words)) if part]
    for share in SHARES:
        yield "&text=".join([_search(line, share), *_neighbours(parts, share)])
    yield _encode(_head(line, SHORTEST_BEGINNING))


def _neighbours(parts: Sequence[str], share: float) -> Iterator[str]:
    """Yield searches of cells or lines by their neighbours: the first before the second, the others after the first."""
    if len(parts) < 2:
        return
    first, second, *others = parts
    yield f"{_search(first, share)},-{_encode(_head(second, int(END * share)))}"
    before = _encode(_tail(first, int(END * share)) or first)
    if not others:
        yield f"{before}-,{_search(second, share)}"
    else:
        last = _tail(others[-1], int(END * share)) or others[-1]
        yield f"{before}-,{_encode(_head(second, int(BEGINNING * share)))},{_encode(last)}"


def _search(text: str, share: float) -> str:
    """Return the search of a short text as a whole, of a longer one by its beginning and its end."""
    if len(text) <= LONGEST_WHOLE * share:
        return _encode(text)
    head = _head(text, int(BEGINNING * share))
    tail = _tail(text[len(head) :].strip(), int(END * share))
    return f"{_encode(head)},{_encode(tail)}" if tail else _encode(head)


def _head(text: str, max_length: int) -> str:
    """Return as many whole words from the beginning as fit, at least one; characters if no word ends."""
    if len(text) <= max_length:
        return text
    ends = [match.start() for match in BREAK.finditer(text) if match.start()]
    fitting_ends = [end for end in ends if end <= max_length]
    if fitting_ends:
        return text[: fitting_ends[-1]]
    if UNSPACED.search(text[:max_length]):
        return text[:max_length]
    return text[: ends[0]] if ends else text


def _tail(text: str, max_length: int) -> str:
    """Return as many whole words from the end as fit; none if no word begins there."""
    if len(text) <= max_length:
        return text
    starts = [match.end() for match in BREAK.finditer(text) if match.end() >= len(text) - max_length]
    return text[starts[0] :] if starts else ""


def _encode(text: str) -> str:
    """Percent-encode a text for a fragment, including `-`, `,` and `&`, which are its syntax."""
    return quote(text, safe="", errors="replace").replace("-", "%2D")
