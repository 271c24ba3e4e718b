"""Text of a file in any encoding: by its byte-order mark, as UTF-8, as UTF-16 without a mark, else by detection.

Detection is cautious: the Latin alphabet with a few letters beyond ASCII is Windows-1252, unless the language of the
text or symbols within its words say otherwise. charset-normalizer decides only among encodings of other scripts.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from index.domain.errors import UnreadableSource
from index.domain.messages import Message

__all__ = ["DecodedText", "decode_text", "encoding_notes"]

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
"""Encodings with units of several bytes, by which a file without a mark may be read."""

OTHER_SCRIPTS = (
    "cp1251", "koi8_r", "cp866", "cp1253", "cp1255", "cp1256", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"
)  # fmt: skip
LATIN_BY_LANGUAGE = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), ("cp1250", "iso8859_2")),
    "tr": ("cp1254",),
}
"""Encodings of languages whose letters Windows-1252 lacks."""

OLD_LATIN = ("cp850", "mac_roman")
"""Encodings of DOS and of old Macs; in Windows-1252 their letters are symbols."""

NAMES = {
    "cp850": "DOS 850",
    "cp866": "DOS 866",
    "mac_roman": "Mac Roman",
    "koi8_r": "KOI8-R",
    "iso8859_2": "ISO 8859-2",
    "shift_jis": "Shift JIS",
    "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
    "gb18030": "GB 18030",
    "big5": "Big5",
}
"""The common names of encodings; others are named from their codec ("cp1252": Windows-1252, "utf-16-le": UTF-16)."""

CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
WELL_FORMED = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
"""A character beyond ASCII in UTF-8."""

HIGH, HIGH_RUN = re.compile(rb"[\x80-\xff]"), re.compile(rb"[\x80-\xff]{3,}")
LEAST_IN_RUNS = 0.4
"""Share of the bytes beyond ASCII that stand three or more together in scripts other than Latin."""

JOINERS = frozenset("'’‘·-–—…­")
"""Symbols that stand within words."""

AFTER_NO_LETTER = frozenset("‚„ˆ¤¨¡")
"""Symbols that do not stand right behind a letter."""

BEFORE_NO_LETTER = frozenset("¶±ˇ¦¬")
"""Symbols that do not stand right before one."""

SAMPLE = 20_000
"""Bytes or characters by which an encoding or a language is detected."""

LEAST_LATIN, LEAST_CHARACTERS, MOST_BLOCKS = 0.7, 10, 4
"""Share of Latin characters in UTF-16 without a mark; of other scripts, characters and blocks of 256 of them."""

LEAST_SURE = 0.4
"""Least probability, 0..1, of a language that decides the encoding."""

BINARY = Message("is a binary file, not text")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """The text of a file, and the name of its encoding for people; empty if that is UTF-8.

    A byte-order mark is kept as a character only in UTF-8, where offsets have always counted it.
    """

    text: str
    encoding: str = ""


def decode_text(data: bytes) -> DecodedText:
    """Return the text of a file. Raises UnreadableSource: it is binary, or damaged."""
    for mark, codec in MARKS:
        if data.startswith(mark) and (text := _wide_text(data[len(mark) :], codec)) is not None:
            return DecodedText(text, _name(codec))
    if b"\0" not in data:
        try:
            return DecodedText(data.decode("utf-8"))
        except UnicodeDecodeError:
            return _decode_bytes(data)
    for codec, width in WIDE:
        if len(data) % width == 0 and _is_wide(data, codec) and (text := _wide_text(data, codec)) is not None:
            return DecodedText(text, _name(codec))
    raise UnreadableSource(BINARY)


def encoding_notes(decoded: DecodedText) -> tuple[Message, ...]:
    """Return a note that says in which encoding a text was read; none if it is UTF-8."""
    if not decoded.encoding:
        return ()
    return (Message("was read as {encoding}: save it as UTF-8 to be sure", encoding=decoded.encoding),)


def _is_wide(data: bytes, codec: str) -> bool:
    """Return whether zeros stand where a text's characters have them: most are Latin, or all of few blocks."""
    width = 4 if "32" in codec else 2
    units = [data[place:SAMPLE:width] for place in range(width)]
    if codec.endswith("be"):
        units.reverse()
    characters, high = len(units[0]), units[-1]
    if 0 in units[0]:
        return False
    few_blocks = characters >= LEAST_CHARACTERS and high.count(0) > 0 and len(set(high)) <= MOST_BLOCKS
    return high.count(0) >= LEAST_LATIN * characters or few_blocks


def _wide_text(data: bytes, codec: str) -> str | None:
    """Return the text in an encoding with units of several bytes; None if no text is in it."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    sample = text[:SAMPLE]
    odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co") and char not in "\t\n\r\f\v" for char in sample)
    return text if "\0" not in sample and odd * 100 <= len(sample) else None


def _decode_bytes(data: bytes) -> DecodedText:
    """Return text that is not UTF-8, in an encoding that has ASCII as its half."""
    if CONTROL.search(data.rstrip(b"\x1a")):
        raise UnreadableSource(BINARY)
    characters = WELL_FORMED.findall(data)
    if len(characters) > len(HIGH.findall(WELL_FORMED.sub(b"", data))):
        return DecodedText(_mixed(data), "UTF-8 + Windows-1252")
    codec = _detect(data)
    try:
        return DecodedText(data.decode(codec), _name(codec))
    except UnicodeDecodeError:
        return DecodedText(data.decode("latin-1"), "ISO 8859-1")


def _mixed(data: bytes) -> str:
    """Return UTF-8 with each byte that is none in Windows-1252: text was pasted, or the last character is cut."""
    pieces, end = [], 0
    for match in re.finditer(rb"(?:[\x00-\x7f]|" + WELL_FORMED.pattern + rb")+", data):
        pieces += [data[end : match.start()].decode("cp1252", "replace"), match.group().decode("utf-8")]
        end = match.end()
    return "".join([*pieces, data[end:].decode("cp1252", "replace")])


def _detect(data: bytes) -> str:
    """Return the codec of text that is not Unicode."""
    sample = data[:SAMPLE]
    high = len(HIGH.findall(sample))
    if high and sum(map(len, HIGH_RUN.findall(sample))) >= LEAST_IN_RUNS * high:
        from charset_normalizer import from_bytes

        if best := from_bytes(data[: 5 * SAMPLE], cp_isolation=[*OTHER_SCRIPTS]).best():
            return best.encoding
    from index.text.languages import detect_language

    language, probability = detect_language(data[:SAMPLE].decode("cp1252", "replace"))
    if probability >= LEAST_SURE and language in LATIN_BY_LANGUAGE:
        return min(LATIN_BY_LANGUAGE[language], key=lambda codec: _oddities(data, codec))
    oddities = _oddities(data, "cp1252")
    return min(OLD_LATIN, key=lambda codec: _oddities(data, codec)) if 2 * oddities > high else "cp1252"


def _oddities(data: bytes, codec: str) -> int:
    """Return how many characters beyond ASCII would be odd: symbols and capitals within words, or none at all."""
    text = f" {data[:SAMPLE].decode(codec, 'replace')} "
    odd = 0
    for before, char, after in zip(text, text[1:], text[2:], strict=False):
        if char.isascii() or char in JOINERS:
            continue
        within = before.isalpha() and after.isalpha()
        odd += char == "\ufffd" or unicodedata.category(char) == "Cc" or (within and not char.isalpha())
        odd += after.isalpha() and char in BEFORE_NO_LETTER
        odd += before.isalpha() and (char in AFTER_NO_LETTER or (char.isupper() and before.islower()))
    return odd


def _name(codec: str) -> str:
    """Return the name of a codec for people."""
    if codec.startswith("cp125"):
        return f"Windows-{codec[2:]}"
    return NAMES.get(codec, codec.upper().removesuffix("-LE").removesuffix("-BE"))
