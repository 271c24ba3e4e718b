"""Parts of a Word document, put together to one that has all that is read in its body."""

from __future__ import annotations

import io
import posixpath
import zipfile
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from index.parsing._docx_letters import join_runs, text_run
from index.parsing._docx_markers import CAPTION, FIELD, FURNITURE, LABEL_END, LABEL_START
from index.parsing._docx_numbering import Numbering
from index.parsing._docx_styles import STYLES, Styles, is_on, value
from index.parsing._docx_xml import parse_xml, simplify
from index.parsing._omml import WORD

__all__ = ["DOCUMENT", "document_part", "prepare"]

DOCUMENT = "word/document.xml"
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
LONGEST_LABEL = 40
"""Characters of the first cell of two in a header or footer that is the label of the second."""

MOST_PARTS = 200
"""Headers and footers of a document."""


def document_part(archive: zipfile.ZipFile) -> str:
    """Return the name of the part that holds the text."""
    for kind, target, _ in _relations(archive, ""):
        if kind == "officeDocument" and target in archive.namelist():
            return target
    return DOCUMENT


def prepare(archive: zipfile.ZipFile, main: str) -> bytes:
    """Return a document for mammoth with all that is read as plain paragraphs: numbers, formulas, headers, footers."""
    relations = _relations(archive, main)
    named = {kind: target for kind, target, _ in relations}
    styles = Styles.of(_part(archive, named.get("styles", "word/styles.xml")))
    numbering = Numbering(_part(archive, named.get("numbering", "word/numbering.xml")), styles)
    root = parse_xml(archive.read(main))
    body = root.find(f"{WORD}body")
    furniture = [] if body is None else _furniture(archive, body, {key: target for _, target, key in relations}, styles)
    parts = {DOCUMENT: simplify(root, styles)}
    for name in ("footnotes", "endnotes"):
        notes = _part(archive, named.get(name, f"word/{name}.xml"))
        if notes is not None:
            parts[f"word/{name}.xml"] = simplify(notes, styles)
    for part in parts.values():
        for paragraph in part.iter(f"{WORD}p"):
            _mark(paragraph, styles, numbering)
    if body is not None:
        body[:0] = furniture
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as copy:
        for name, part in (*parts.items(), ("word/styles.xml", _own_styles())):
            copy.writestr(name, ElementTree.tostring(part, "utf-8"))
    return output.getvalue()


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    return parse_xml(archive.read(name)) if name in archive.namelist() else None


def _relations(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """Return the parts that a part refers to, as (kind, name, id)."""
    folder, name = posixpath.split(part)
    root = _part(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    return [
        (
            posixpath.basename(relation.get("Type", "")),
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
            relation.get("Id", ""),
        )
        for relation in (root.iter(RELATIONSHIP) if root is not None else ())
    ]


def _furniture(archive: zipfile.ZipFile, body: Element, targets: dict[str, str], styles: Styles) -> list[Element]:
    """Return the paragraphs of all headers, then of all footers, each part once."""
    names: dict[str, None] = {}
    for kind in ("headerReference", "footerReference"):
        for reference in body.iter(WORD + kind):
            names.setdefault(targets.get(reference.get(ID) or reference.get(STRICT_ID) or "", ""))
    paragraphs = []
    for name in list(names)[:MOST_PARTS]:
        part = _part(archive, name)
        if part is None:
            continue
        simplify(part, styles)
        for row in part.iter(f"{WORD}tr"):
            _join_label(row)
        for paragraph in part.iter(f"{WORD}p"):
            runs = [run for run in paragraph if run.tag == f"{WORD}r"]
            paragraph[:] = [text_run(FURNITURE), *runs]
            paragraphs.append(paragraph)
    return paragraphs


def _join_label(row: Element) -> None:
    """Put the value of a row of two cells behind its label, into one paragraph."""
    filled = [paragraph for paragraph in row.iter(f"{WORD}p") if _words(paragraph)]
    if len(filled) != 2 or any(FIELD in _words(paragraph) for paragraph in filled):
        return
    label, value_ = filled
    if len(row.findall(f"{WORD}tc")) == 2 and len(_words(label)) <= LONGEST_LABEL:
        label.extend([text_run(" " if _words(label).endswith(":") else ": "), *value_.findall(f"{WORD}r")])
        value_.clear()


def _words(paragraph: Element) -> str:
    return "".join(text.text or "" for text in paragraph.iter(f"{WORD}t")).strip()


def _mark(paragraph: Element, styles: Styles, numbering: Numbering) -> None:
    """Write a paragraph's number before its text, and keep of its properties only a style that we know."""
    properties = paragraph.find(f"{WORD}pPr")
    style = value(properties, "pStyle")
    kept = Element(f"{WORD}pPr")
    if kind := styles.kind(style, properties):
        kept.append(Element(f"{WORD}pStyle", {f"{WORD}val": kind}))
    letters = properties.find(f"{WORD}rPr") if properties is not None else None
    is_merged = letters is not None and any(is_on(letters.find(WORD + name)) for name in ("del", "moveFrom"))
    if is_merged:
        mark = ElementTree.SubElement(kept, f"{WORD}rPr")
        mark.append(Element(f"{WORD}del"))
    children = [child for child in paragraph if child is not properties]
    label = None if is_merged or kind == "Code" else numbering.label(style, properties)
    if label is not None and any(_has_text(child) for child in children):
        children.insert(0, text_run(f"{LABEL_START}{label[0]}{label[1]}{LABEL_END}"))
    if styles.is_caption(style):
        children.insert(0, text_run(CAPTION))
    paragraph[:] = [kept, *join_runs(children)]


def _has_text(element: Element) -> bool:
    return any((text.text or "").strip() for text in element.iter(f"{WORD}t"))


def _own_styles() -> Element:
    root = Element(f"{WORD}styles")
    for name in STYLES:
        style = ElementTree.SubElement(root, f"{WORD}style", {f"{WORD}type": "paragraph", f"{WORD}styleId": name})
        ElementTree.SubElement(style, f"{WORD}name", {f"{WORD}val": name})
    return root
