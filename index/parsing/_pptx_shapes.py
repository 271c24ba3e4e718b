"""Shapes of a slide, written as the elements of a page: text with its lists, tables, charts, diagrams and groups."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any
from xml.etree import ElementTree

from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER

from index.parsing._archive import local_name, parse_xml
from index.parsing._omml import MATH, omml_text

__all__ = ["shape_html", "text_html"]

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

BODIES = {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY, PP_PLACEHOLDER.VERTICAL_OBJECT}
"""Placeholders whose paragraphs have bullets unless they say otherwise."""

LIST_TYPES = {"arabic": "1", "alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}
MOST_LEVELS = 9
MOST_POINTS = 2_000
MOST_GROUPS = 20


def shape_html(shape: Any, depth: int = 0) -> str:
    """Return a shape and what is in it; empty if there is no text."""
    if shape.element.xpath(".//p:cNvPr/@hidden")[:1] in (["1"], ["true"]):
        return ""
    if hasattr(shape, "shapes"):
        return "".join(shape_html(child, depth + 1) for child in shape.shapes) if depth < MOST_GROUPS else ""
    if getattr(shape, "has_table", False):
        return _table(shape.table)
    if getattr(shape, "has_chart", False):
        return _chart(shape.chart)
    if shape.has_text_frame:
        bulleted = shape.is_placeholder and shape.placeholder_format.type in BODIES
        return _paragraphs(shape.text_frame.paragraphs, bulleted=bulleted)
    return _diagram(shape)


def text_html(text: Any) -> str:
    """Return the words of a paragraph, or of all in a frame, as they are set."""
    paragraphs = text.paragraphs if hasattr(text, "paragraphs") else [text]
    return "<br>".join("".join(_runs(paragraph._p)) for paragraph in paragraphs)


def _runs(parent: Any) -> Iterator[str]:
    """Yield the pieces of a paragraph; a field is the number of the slide or the date, unless it is another."""
    for child in parent:
        name = local_name(child)
        if name == "r" and child.tag.startswith(DRAWING):
            yield _run(child)
        elif name == "br":
            yield "<br>"
        elif name == "fld" and not (child.get("type") or "").startswith(("slidenum", "datetime")):
            yield escape("".join(child.itertext()))
        elif child.tag == f"{MATH}oMath":
            yield escape(omml_text(ElementTree.fromstring(etree.tostring(child, with_tail=False))))  # noqa: S314
        elif name in ("AlternateContent", "Choice", "m", "oMathPara"):
            yield from _runs(child)


def _run(run: Any) -> str:
    words = escape("".join(text.text or "" for text in run.iter(f"{DRAWING}t")))
    properties = run.find(f"{DRAWING}rPr")
    if properties is None:
        return words
    if properties.get("strike") in ("sngStrike", "dblStrike"):
        words = f"<s>{words}</s>"
    baseline = properties.get("baseline") or "0"
    if baseline.strip("0-%"):
        words = f"<sub>{words}</sub>" if baseline.startswith("-") else f"<sup>{words}</sup>"
    return words


def _paragraphs(paragraphs: Any, *, bulleted: bool) -> str:
    """Return paragraphs, those with bullets or numbers as lists; a single one has no bullet by default."""
    filled = [(paragraph, words) for paragraph in paragraphs if (words := text_html(paragraph)).strip()]
    out: list[str] = []
    opened: list[str] = []
    for paragraph, words in filled:
        kind = _list_kind(paragraph._p.find(f"{DRAWING}pPr"), bulleted=bulleted and len(filled) > 1)
        depth = min(paragraph.level, MOST_LEVELS) + 1 if kind else 0
        while len(opened) > depth or (len(opened) == depth and depth and opened[-1] != kind):
            out.append("</ol>" if opened.pop() != "ul" else "</ul>")
        while len(opened) < depth:
            opened.append(kind)
            out.append(f"<{kind}>")
        out.append(f"<li>{words}</li>" if kind else f"<p>{words}</p>")
    out += ["</ol>" if kind != "ul" else "</ul>" for kind in reversed(opened)]
    return "".join(out)


def _list_kind(properties: Any, *, bulleted: bool) -> str:
    """Return the element of the list that a paragraph is in, with its attributes; empty if in none."""
    for child in properties if properties is not None else ():
        name = local_name(child)
        if name == "buNone":
            return ""
        if name == "buAutoNum":
            form = next((kind for start, kind in LIST_TYPES.items() if child.get("type", "").startswith(start)), "1")
            start = child.get("startAt") or "1"
            return f'ol type="{form}" start="{start if start.isdigit() else 1}"'
        if name == "buChar":
            return "ul"
    return "ul" if bulleted else ""


def _table(table: Any) -> str:
    tag = "th" if table.first_row else "td"
    rows = []
    for number, row in enumerate(table.rows):
        cells = "".join(_cell(cell, tag if number == 0 else "td") for cell in row.cells if not cell.is_spanned)
        rows.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _cell(cell: Any, tag: str) -> str:
    spans = f' rowspan="{cell.span_height}" colspan="{cell.span_width}"' if cell.is_merge_origin else ""
    return f"<{tag}{spans}>{text_html(cell.text_frame)}</{tag}>"


def _chart(chart: Any) -> str:
    """Return the title of a chart and its values as a table: a row for each category, a column for each series."""
    title = text_html(chart.chart_title.text_frame) if chart.has_title and chart.chart_title.has_text_frame else ""
    tables = [f"<p>{title}</p>"] if title else []
    for plot in chart.plots:
        names, series = [str(name) for name in plot.categories][:MOST_POINTS], list(plot.series)
        values = [list(one.values) for one in series]
        if not names or not any(values):
            continue
        head = "".join(f"<th>{escape(one.name or '')}</th>" for one in series)
        rows = "".join(
            f"<tr><th>{escape(name)}</th>{''.join(f'<td>{_figure(column, number)}</td>' for column in values)}</tr>"
            for number, name in enumerate(names)
        )
        tables.append(f"<table><thead><tr><th></th>{head}</tr></thead>{rows}</table>")
    return "".join(tables)


def _figure(values: list[float | None], number: int) -> str:
    value = values[number] if number < len(values) else None
    return "" if value is None else f"{value:.12g}"


def _diagram(shape: Any) -> str:
    """Return the texts of a SmartArt diagram, in their order."""
    for relation in shape.element.iter(f"{DIAGRAM}relIds"):
        part = shape.part.related_part(relation.get(f"{RELATION}dm"))
        points = parse_xml(part.blob).iter(f"{DIAGRAM}pt")
        texts = ("".join(text.text or "" for text in point.iter(f"{DRAWING}t")) for point in points)
        return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts if text.strip())}</ul>"
    return ""
