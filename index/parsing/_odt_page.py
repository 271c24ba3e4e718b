"""The elements of an OpenDocument text, written as those of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from lxml import etree

from index.parsing._archive import local_name
from index.parsing._odt_styles import OdtStyles, attribute

__all__ = ["OdtPage"]

UNREAD_NAMES = """
    tracked-changes annotation annotation-end table-of-content alphabetical-index illustration-index table-index
    object-index user-index bibliography ruby-text page-number page-count forms sequence-decls variable-decls
    user-field-decls note-citation hidden-text hidden-paragraph shapes desc title soft-page-break image
"""
UNREAD = frozenset(UNREAD_NAMES.split())
TITLES = {"Title": "h1", "Subtitle": "p"}
CODE = {"Preformatted Text", "Source Code", "Code"}

MOST_REPEATED = 100
"""How often a cell is repeated at most; a sheet's empty rest is repeated a million times."""

MOST_SPACES = 100


class OdtPage:
    """Writes elements as HTML; notes come after the block that they belong to."""

    def __init__(self, styles: OdtStyles, formulas: Mapping[str, etree._Element]) -> None:
        self._styles = styles
        self._formulas = formulas
        self._out: list[str] = []
        self._notes: list[etree._Element] = []
        self._boxes: list[etree._Element] = []
        self._lists: list[str] = []
        self._counts: dict[tuple[str, int], int] = {}

    def write(self, elements: Iterable[etree._Element]) -> str:
        for element in elements:
            self._blocks(element)
        return "".join(self._out)

    def _blocks(self, parent: etree._Element) -> None:
        for element in parent:
            self._block(element)

    def _block(self, element: etree._Element) -> None:
        name = local_name(element)
        if not name or name in UNREAD or attribute(element, "display") == "none":
            return
        if name in ("p", "h"):
            self._paragraph(element, name)
        elif name == "list":
            self._list(element)
        elif name == "table":
            self._table(element)
        else:
            self._blocks(element)

    def _paragraph(self, element: etree._Element, name: str) -> None:
        style = attribute(element, "style-name")
        base = self._styles.base_name(style)
        marks = self._styles.marks(style)
        if "hidden" in marks:
            return
        level = attribute(element, "outline-level")
        tag = (
            f"h{min(int(level), 6) if level.isdigit() and int(level) else 1}" if name == "h" else TITLES.get(base, "p")
        )
        if base in CODE:
            tag = "pre"
        words = self._inline(element)
        if tag == "pre" and self._out and self._out[-1].endswith("</pre>"):  # the next line of the same code
            self._out[-1] = f"{self._out[-1].removesuffix('</pre>')}\n{words}</pre>"
        else:
            self._out.append(f"<{tag}>{_marked(words, marks)}</{tag}>")
        boxes, self._boxes = self._boxes, []
        notes, self._notes = self._notes, []
        for item in (*boxes, *notes):
            self._blocks(item)

    def _inline(self, parent: etree._Element) -> str:
        pieces = [escape(parent.text or "")]
        for element in parent:
            pieces += [self._inline_element(element), escape(element.tail or "")]
        return "".join(pieces)

    def _inline_element(self, element: etree._Element) -> str:
        name = local_name(element)
        if not name or name in UNREAD:
            return ""
        if name == "s":
            count = attribute(element, "c")
            return " " * min(int(count) if count.isdigit() else 1, MOST_SPACES)
        if name in ("tab", "line-break"):
            return "\t" if name == "tab" else "<br>"
        if name == "note":
            self._notes += [child for child in element if local_name(child) == "note-body"]
            return ""
        if name == "text-box":
            self._boxes.append(element)
            return ""
        if name == "object":
            place = next((str(value) for key, value in element.attrib.items() if str(key).endswith("}href")), "")
            formula = self._formulas.get(place.removeprefix("./"))
            return "" if formula is None else _formula(formula)
        if name == "span":
            marks = self._styles.marks(attribute(element, "style-name"))
            return "" if "hidden" in marks else _marked(self._inline(element), marks)
        return self._inline(element)

    def _list(self, element: etree._Element) -> None:
        """Write a list; a nested one is of the style of that around it."""
        style = attribute(element, "style-name") or (self._lists[-1] if self._lists else "") or self._own_style(element)
        self._lists.append(style)
        level = len(self._lists)
        form, start = self._styles.numbering(style, level)
        if attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list"):
            start = self._counts.get((style, level), start)
        self._out.append(f'<ol type="{form}" start="{start}">' if form else "<ul>")
        for item in element:
            if local_name(item) not in ("list-item", "list-header"):
                continue
            first = next((local_name(child) for child in item), "")
            given = attribute(item, "start-value")
            start = int(given) if given.isdigit() else start
            if first == "list" or local_name(item) == "list-header":  # has no mark of its own
                self._blocks(item)
                continue
            self._out.append(f'<li value="{start}">' if form else "<li>")
            self._blocks(item)
            self._out.append("</li>")
            start += 1
        self._counts[style, level] = start
        self._out.append("</ol>" if form else "</ul>")
        self._lists.pop()

    def _own_style(self, element: etree._Element) -> str:
        paragraph = next(element.iter("{*}p"), None)
        return "" if paragraph is None else self._styles.list_style(attribute(paragraph, "style-name"))

    def _table(self, element: etree._Element) -> None:
        self._out.append("<table>")
        for row in element.iter("{*}table-row"):
            if next(row.iterancestors("{*}table"), None) is not element:  # of a table within a cell
                continue
            parent = row.getparent()
            is_header = parent is not None and local_name(parent) == "table-header-rows"
            self._out.append("<thead><tr>" if is_header else "<tr>")
            for cell in row:
                if local_name(cell) == "table-cell":
                    self._cell(cell, "th" if is_header else "td")
            self._out.append("</tr></thead>" if is_header else "</tr>")
        self._out.append("</table>")

    def _cell(self, cell: etree._Element, tag: str) -> None:
        spans = {name: attribute(cell, f"number-{name}s-spanned") for name in ("column", "row")}
        shown = "".join(f' {name[:3]}span="{span}"' for name, span in spans.items() if span.isdigit())
        repeated = attribute(cell, "number-columns-repeated")
        for _ in range(min(int(repeated), MOST_REPEATED) if repeated.isdigit() else 1):
            self._out.append(f"<{tag}{shown}>")
            self._blocks(cell)
            self._out.append(f"</{tag}>")


def _marked(words: str, marks: list[str]) -> str:
    for mark in marks:
        words = f"<{mark}>{words}</{mark}>"
    return words


def _formula(math: etree._Element) -> str:
    """Return a formula as MathML of HTML, without the names of its namespace and its source in another notation."""
    name, inner = local_name(math), "".join(_formula(child) for child in math)
    if not name or name.startswith("annotation"):
        return ""
    return f"<{name}>{escape(math.text or '')}{inner}</{name}>"
