"""Text in any encoding is read as its author wrote it, said to be so, and binary data is refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing.documents import parse
from index.parsing.encodings import decode_text
from tests.support.texts import file_text

FRENCH = "La médiathèque ferme à 19 h. L’abonnement coûte 9 €."
POLISH = "Biblioteka jest otwarta codziennie, także w święta. Opłata wynosi pięć złotych."
RUSSIAN = "Библиотека открыта каждый день. Абонемент стоит пять рублей."
JAPANESE = "図書館は毎日開いています。年会費は五百円です。"
SPANISH = "La biblioteca cerrará mañana. El señor Núñez pagó la suscripción del año pasado."


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "UTF-32"),
        ("utf-32-be", codecs.BOM_UTF32_BE, "UTF-32"),
        ("utf-16-le", b"", "UTF-16"),
        ("utf-16-be", b"", "UTF-16"),
        ("utf-32-le", b"", "UTF-32"),
    ],
)
def test_wide_text_is_read_with_and_without_its_mark(codec, mark, name):
    decoded = decode_text(mark + FRENCH.encode(codec))
    assert (decoded.text, decoded.encoding) == (FRENCH, name)


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (FRENCH, "cp1252", "Windows-1252"),
        ("né", "latin-1", "Windows-1252"),
        ("5 µm at 20 °C, 3²", "latin-1", "Windows-1252"),
        (POLISH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859_2", "ISO 8859-2"),
        (SPANISH, "cp850", "DOS 850"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        (JAPANESE, "shift_jis", "Shift JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
    ],
)
def test_the_encoding_of_other_text_is_detected(text, codec, name):
    decoded = decode_text(text.encode(codec))
    assert (decoded.text, decoded.encoding) == (text, name)


def test_other_scripts_are_read_in_utf16_without_a_mark():
    assert decode_text(RUSSIAN.encode("utf-16-be")).text == RUSSIAN


def test_bytes_that_are_not_utf8_within_utf8_are_windows_1252():
    decoded = decode_text("Fünf Bücher für Zürich, ".encode() + "größer".encode("cp1252"))
    assert (decoded.text, decoded.encoding) == ("Fünf Bücher für Zürich, größer", "UTF-8 + Windows-1252")


@pytest.mark.parametrize("data", [b"a\0b", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"caf\0", b"caf\xe9\x07\x08", b"\0" * 64])
def test_binary_data_is_refused(data):
    with pytest.raises(UnreadableSource, match="binary"):
        decode_text(data)


@given(file_text)
def test_utf8_is_read_to_the_letter_whatever_it_says(text):
    decoded = decode_text(text.encode())
    assert decoded.encoding or decoded.text == text
    assert decode_text(text.encode()) == decoded


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data):
    try:
        assert "\0" not in decode_text(data).text
    except UnreadableSource:
        return


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv"])
def test_a_source_in_another_encoding_is_read_and_a_note_says_so(name):
    document = parse(SourceFile(name, "médiathèque,horaire\nÉtoile,midi\n".encode("cp1252")))
    assert "Étoile" in document.text
    assert [str(note) for note in document.notes] == ["was read as Windows-1252: save it as UTF-8 to be sure"]


def test_utf8_has_no_note_and_keeps_its_mark():
    document = parse(SourceFile("a.txt", "\ufeffÉtoile".encode()))
    assert (document.text, document.notes) == ("\ufeffÉtoile", ())
