"""A link to words on a public page: a text fragment, by which browsers find, scroll to and mark them.

https://wicg.github.io/scroll-to-text-fragment/: `text=start`, `text=start,end`, `text=before-,start` or
`text=start,-after`, and several of these joined by `&`. What is looked for must begin and end where words do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlsplit

__all__ = ["text_fragment_url"]

LONGEST = 512
"""Characters of a link that a Discord button takes."""

WHOLE = 100
"""Characters of a quotation that is looked for as it stands; of a longer one, its beginning and its end."""

BEGINNING, END = 80, 40
"""Characters of that beginning and that end."""

SHARES = (1.0, 0.7, 0.5, 0.35, 0.25)
"""What is left of these lengths where the link has less room."""

LEAST = 20
"""Characters of the beginning that is looked for alone when all else is too long."""

UNSEEN = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters that a page may hold or lack without anyone seeing it."""

PARTS = re.compile(r"\s*\n\s*|(?:^|\s+)\|(?:\s+|$)")
"""What stands between two lines of code, or in a reading between two cells: a page has other elements there."""

IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
UNSPACED = re.compile(f"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff{IDEOGRAPH}]")
"""Letters of scripts without spaces between words."""

BREAK = re.compile(
    rf"\s+|(?<=[、。，．！？；：」』）】》…])(?=\S)|(?=[「『（【《])"
    rf"|(?<=[\u3041-\u309f])(?=[\u30a1-\u30ff{IDEOGRAPH}])|(?<=[a-zA-Z0-9])(?=[{IDEOGRAPH}])|(?<=[{IDEOGRAPH}])(?=[a-zA-Z0-9])"
)
"""Where a word ends for certain, or as good as certain in Japanese: Hiragana seldom begins a word that Kanji end."""


def text_fragment_url(url: str | None, shown: str) -> str | None:
    """The page with a fragment that finds a quotation, at most 512 characters; None where there is no such page.

    `shown` is the quotation as a person reads it, lines of code each on its own. Rather than the page, words of the
    fragment are left out, at last all of them.
    """
    if url is None or not _is_page(url):
        return None
    page, _, anchor = url.partition("#")
    anchor = anchor.partition(":~:")[0]
    for searches in _searches(_from_a_word(UNSEEN.sub("", shown))):
        found = f"{page}#{anchor}:~:text={searches}"
        if len(found) <= LONGEST:
            return found
    whole = f"{page}#{anchor}" if anchor else page
    return whole if len(whole) <= LONGEST else None


def _is_page(url: str) -> bool:
    if any(char.isspace() or unicodedata.category(char).startswith("C") for char in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no address, or no port, is written like that
        return False


def _from_a_word(text: str) -> str:
    """`text` without the bullets and marks before its first word, which a page may show otherwise; all, if no word."""
    for place, char in enumerate(text):
        if char == "_" or unicodedata.category(char)[0] in "LMN":
            return text[place:]
    return text


def _searches(words: str) -> Iterator[str]:
    """What a fragment may look for, the surest and longest first; nothing for a quotation without characters."""
    line = " ".join(words.split())
    if not line:
        return
    parts = [part for part in (" ".join(part.split()) for part in PARTS.split(words)) if part]
    for share in SHARES:
        yield "&text=".join([_stretch(line, share), *_neighbours(parts, share)])
    yield _encoded(_head(line, LEAST))


def _neighbours(parts: Sequence[str], share: float) -> Iterator[str]:
    """Cells or lines by those next to them: the first before the second, and the others behind the first."""
    if len(parts) < 2:
        return
    first, second, *others = parts
    yield f"{_stretch(first, share)},-{_encoded(_head(second, int(END * share)))}"
    before = _encoded(_tail(first, int(END * share)) or first)
    if not others:
        yield f"{before}-,{_stretch(second, share)}"
    else:
        last = _tail(others[-1], int(END * share)) or others[-1]
        yield f"{before}-,{_encoded(_head(second, int(BEGINNING * share)))},{_encoded(last)}"


def _stretch(text: str, share: float) -> str:
    """A short text as it stands, a longer one by its beginning and its end, which do not overlap."""
    if len(text) <= WHOLE * share:
        return _encoded(text)
    head = _head(text, int(BEGINNING * share))
    tail = _tail(text[len(head) :].strip(), int(END * share))
    return f"{_encoded(head)},{_encoded(tail)}" if tail else _encoded(head)


def _head(text: str, room: int) -> str:
    """As many whole words from the beginning as there is room for, at least one; characters where no word ends."""
    if len(text) <= room:
        return text
    ends = [match.start() for match in BREAK.finditer(text) if match.start()]
    fitting = [end for end in ends if end <= room]
    if fitting:
        return text[: fitting[-1]]
    if UNSPACED.search(text[:room]):
        return text[:room]
    return text[: ends[0]] if ends else text


def _tail(text: str, room: int) -> str:
    """As many whole words from the end as there is room for, none where no word begins there."""
    if len(text) <= room:
        return text
    starts = [match.end() for match in BREAK.finditer(text) if match.end() >= len(text) - room]
    return text[starts[0] :] if starts else ""


def _encoded(text: str) -> str:
    """Safe in a fragment, whose own marks are `-`, `,` and `&`."""
    return quote(text, safe="", errors="replace").replace("-", "%2D")
