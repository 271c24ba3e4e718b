"""The XML of a Word document, simplified to what is read: paragraphs, tables and letters, all changes accepted."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from index.parsing._docx_fields import remove_fields
from index.parsing._docx_letters import is_hidden_run, simplify_run, text_run
from index.parsing._docx_markers import REMOVED
from index.parsing._docx_styles import Styles, is_on, value
from index.parsing._omml import MATH, WORD, omml_text

__all__ = ["parse_xml", "simplify"]

COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", WORD[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", MATH[1:-1].encode()),
)
"""The namespaces of the strict variant of the format."""

TEXT, BOX = f"{WORD}t", f"{WORD}txbxContent"
UNWRAPPED_NAMES = "ins moveTo hyperlink smartTag customXml fldSimple dir bdo sdtContent rubyBase"
LEFT_OUT_NAMES = """
    del moveFrom delText commentRangeStart commentRangeEnd commentReference annotationRef rt sectPr bookmarkStart
    bookmarkEnd proofErr tblGrid ffData
"""
UNWRAPPED = frozenset(WORD + name for name in UNWRAPPED_NAMES.split())
LEFT_OUT = frozenset(WORD + name for name in LEFT_OUT_NAMES.split())
PROPERTIES = frozenset(WORD + name for name in ("pPr", "tblPr", "trPr", "tcPr"))
PICTURES = frozenset(WORD + name for name in ("drawing", "pict", "object"))


def parse_xml(data: bytes) -> Element:
    """Return the root of a part of a document; expat bounds what entities grow to, the process bounds the rest."""
    for strict, usual in STRICT:
        data = data.replace(strict, usual)
    return ElementTree.fromstring(data)  # noqa: S314


def simplify(root: Element, styles: Styles) -> Element:
    """Leave in a part only paragraphs, tables, runs and their text: formulas as text, text boxes as paragraphs."""
    for tag in (TEXT, f"{MATH}t"):
        for text in root.iter(tag):
            text.text = (text.text or "").translate(REMOVED)
    remove_fields(root)
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in PROPERTIES:
            continue
        if element.tag == f"{WORD}r":
            simplify_run(element, styles)
        element[:] = [new for child in element for new in _expand(child, styles)]
        waiting += element
    _place_text_boxes(root)
    return root


def _expand(element: Element, styles: Styles) -> Iterator[Element]:
    """Yield what stands for an element: itself, what it wraps, text, or nothing."""
    tag = element.tag
    if tag in LEFT_OUT or _is_contents(element, styles):
        return
    if tag == f"{COMPATIBILITY}AlternateContent":
        for child in _chosen(element):
            yield from _expand(child, styles)
    elif tag == f"{WORD}sdt":
        for child in _control(element):
            yield from _expand(child, styles)
    elif tag in UNWRAPPED:
        for child in element:
            yield from _expand(child, styles)
    elif tag in (f"{MATH}oMath", f"{MATH}oMathPara"):
        formulas = element.iter(f"{MATH}oMath") if tag == f"{MATH}oMathPara" else (element,)
        yield text_run(" ".join(omml_text(formula) for formula in formulas))
    elif tag != f"{WORD}r" or not is_hidden_run(element, styles):
        yield element


def _chosen(element: Element) -> Iterator[Element]:
    """Yield the one variant that is read: with a text box if one has it, else the one for old programs."""
    variants = list(element)
    for variant in variants:
        if next(variant.iter(BOX), None) is not None:
            return iter(variant)
    fallback = element.find(f"{COMPATIBILITY}Fallback")
    return iter(fallback if fallback is not None else ())


def _control(control: Element) -> Iterator[Element]:
    """Yield the content of a form's control: a box with its state, a choice; no prompt to fill in, no contents."""
    properties, content = control.find(f"{WORD}sdtPr"), control.find(f"{WORD}sdtContent")
    if properties is not None:
        if (box := properties.find(f"{WORD_2010}checkbox")) is not None:
            checked = box.find(f"{WORD_2010}checked")
            is_checked = checked is not None and checked.get(f"{WORD_2010}val") in ("1", "true", "on")
            yield text_run("☑" if is_checked else "☐")
            return
        is_prompt = is_on(properties.find(f"{WORD}showingPlcHdr"))
        if is_prompt or value(properties.find(f"{WORD}docPartObj"), "docPartGallery") == "Table of Contents":
            return
    yield from content if content is not None else ()


def _is_contents(element: Element, styles: Styles) -> bool:
    return element.tag == f"{WORD}p" and styles.is_contents(value(element.find(f"{WORD}pPr"), "pStyle"))


def _place_text_boxes(root: Element) -> None:
    """Put what text boxes hold after the paragraphs that hold them, and leave out pictures."""
    for container in list(root.iter()):
        if not any(child.tag == f"{WORD}p" for child in container):
            continue
        waiting, placed = list(reversed(container)), []
        while waiting:
            child = waiting.pop()
            placed.append(child)
            if child.tag == f"{WORD}p":
                boxes = [box for box in child.iter(BOX) if len(box)]
                contents = [list(box) for box in boxes]
                for box in boxes:
                    box.clear()
                waiting += [inner for content in reversed(contents) for inner in reversed(content)]
        container[:] = placed
    for run in root.iter(f"{WORD}r"):
        run[:] = [child for child in run if child.tag not in PICTURES]
