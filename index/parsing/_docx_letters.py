"""Letters of a Word document: hidden and struck-out ones, symbols, tabs and breaks."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from mammoth.docx.dingbats import dingbats

from index.parsing._docx_markers import TAB
from index.parsing._docx_styles import Styles, is_on, value
from index.parsing._omml import WORD

__all__ = ["is_hidden_run", "join_runs", "simplify_run", "text_element", "text_run"]

TEXT = f"{WORD}t"
BREAKS = frozenset((f"{WORD}cr", f"{WORD}br"))
TABS = frozenset((f"{WORD}tab", f"{WORD}ptab"))


def text_run(text: str) -> Element:
    run = Element(f"{WORD}r")
    run.append(text_element(text))
    return run


def text_element(text: str) -> Element:
    element = Element(TEXT)
    element.text = text
    return element


def join_runs(children: Iterable[Element]) -> list[Element]:
    """Return the content of a paragraph with runs of text that look alike joined: Word cuts text into many."""
    joined: list[Element] = []
    for child in children:
        before = joined[-1] if joined else None
        if before is not None and _is_text_run(before) and _is_text_run(child) and _look(before) == _look(child):
            text = "".join(part.text or "" for run in (before, child) for part in run.iter(TEXT))
            before[:] = [*before.findall(f"{WORD}rPr"), text_element(text)]
        else:
            joined.append(child)
    return joined


def _is_text_run(element: Element) -> bool:
    return element.tag == f"{WORD}r" and all(child.tag in (TEXT, f"{WORD}rPr") for child in element)


def _look(run: Element) -> list[tuple[str, str]]:
    return [(part.tag, part.get(f"{WORD}val", "")) for part in run.iterfind(f"{WORD}rPr/*")]


def _letters(run: Element, styles: Styles, name: str) -> Element | None:
    properties = run.find(f"{WORD}rPr")
    own = properties.find(WORD + name) if properties is not None else None
    return own if own is not None else styles.letters(value(properties, "rStyle"), name)


def is_hidden_run(run: Element, styles: Styles) -> bool:
    return is_on(_letters(run, styles, "vanish")) or is_on(_letters(run, styles, "webHidden"))


def simplify_run(run: Element, styles: Styles) -> None:
    """Write a run's symbols, tabs and breaks as text, and keep of its properties what changes its meaning."""
    properties = Element(f"{WORD}rPr")
    if is_on(_letters(run, styles, "strike")) or is_on(_letters(run, styles, "dstrike")):
        properties.append(Element(f"{WORD}strike"))
    raised = _letters(run, styles, "vertAlign")
    if raised is not None:
        properties.append(raised)
    fonts = run.find(f"{WORD}rPr/{WORD}rFonts")
    font = "" if fonts is None else fonts.get(f"{WORD}ascii", "")
    letters = [_letter(child, font) for child in run]
    run[:] = [properties, *(letter for letter in letters if letter is not None)]


def _letter(child: Element, font: str) -> Element | None:
    """Return a child of a run as it is read, None if nothing is."""
    tag = child.tag
    if tag == TEXT:
        return text_element("".join(_symbol(font, char) for char in child.text or ""))
    if tag in TABS:
        return text_element(TAB)
    if tag == f"{WORD}noBreakHyphen":
        return text_element("-")
    if tag == f"{WORD}sym":
        return text_element(_symbol(child.get(f"{WORD}font", ""), _character(child.get(f"{WORD}char", ""))))
    if tag in BREAKS:
        return Element(f"{WORD}br")
    if tag == f"{WORD}ruby":
        base, above = (
            "".join(text.text or "" for part in child.findall(WORD + name) for text in part.iter(TEXT))
            for name in ("rubyBase", "rt")
        )
        return text_element(f"{base}({above})" if above else base)
    return None if tag == f"{WORD}rPr" else child


def _character(code: str) -> str:
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def _symbol(font: str, char: str) -> str:
    """Return a character of a font of symbols, such as Wingdings, in Unicode."""
    if not char or not 0xF000 <= ord(char) <= 0xF0FF:
        return char
    found = dingbats.get((font, ord(char) - 0xF000))
    return chr(found) if found else ""
