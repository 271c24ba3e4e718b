"""Lines and filled boxes that are drawn on a PDF page: the rules of its tables, and what white letters stand on."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref, c_float, c_int, c_uint
from dataclasses import dataclass
from typing import Any

from pypdfium2 import raw as pdfium

__all__ = ["Box", "Drawings", "read_drawings"]

MOST_OBJECTS = 20_000
"""Objects of one page that are looked at; more are a drawing."""

MOST_DEPTH = 4
"""Forms within forms."""

THICKEST_RULE = 3.0
SHORTEST_RULE = 4.0
"""In points."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawings:
    """The rules, filled boxes and pictures of a page, as left, bottom, right, top in the page's own space."""

    rules: tuple[Box, ...] = ()
    fills: tuple[Box, ...] = ()
    pictures: tuple[Box, ...] = ()

    def is_filled(self, x: float, y: float) -> bool:
        """Return whether a point of the page lies on a filled box or a picture."""
        return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self.fills)


def read_drawings(page: Any) -> Drawings:
    """Return the rules and filled boxes of a page; those of the first objects if it has very many."""
    rules: list[Box] = []
    fills: list[Box] = []
    pictures: list[Box] = []
    for kind, item, matrix in _objects(page):
        box = _bounds(item, matrix)
        if box is None:
            continue
        if kind != pdfium.FPDF_PAGEOBJ_PATH:
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                pictures.append(box)
            fills.append(box)
            continue
        filled, stroked = _painted(item)
        if _is_rule(box) and (filled or stroked):
            rules.append(box)
            continue
        if filled and _is_dark(item):
            fills.append(box)
        if stroked or filled:
            rules.extend(_sides(item, box, matrix))
    return Drawings(tuple(rules), tuple(fills), tuple(pictures))


def _objects(page: Any) -> Iterator[tuple[int, Any, Matrix | None]]:
    """Yield the kind of each path, shading and picture, itself, and the matrix of the forms around it."""
    budget = MOST_OBJECTS
    stack: list[tuple[Any, Matrix | None, int]] = [(page, None, 0)]
    while stack:
        holder, matrix, depth = stack.pop()
        count, get = (
            (pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject)
            if depth
            else (pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject)
        )
        for number in range(min(max(count(holder), 0), budget)):
            item = get(holder, number)
            kind = pdfium.FPDFPageObj_GetType(item)
            budget -= 1
            if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MOST_DEPTH:
                own = pdfium.FS_MATRIX()
                pdfium.FPDFPageObj_GetMatrix(item, byref(own))
                stack.append((item, _multiply((own.a, own.b, own.c, own.d, own.e, own.f), matrix), depth + 1))
            elif kind != pdfium.FPDF_PAGEOBJ_TEXT:
                yield kind, item, matrix


def _multiply(first: Matrix, then: Matrix | None) -> Matrix:
    if then is None:
        return first
    a, b, c, d, e, f = first
    x, y = _move(e, f, then)
    return (
        a * then[0] + b * then[2],
        a * then[1] + b * then[3],
        c * then[0] + d * then[2],
        c * then[1] + d * then[3],
        x,
        y,
    )


def _move(x: float, y: float, matrix: Matrix | None) -> tuple[float, float]:
    if matrix is None:
        return x, y
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(item: Any, matrix: Matrix | None) -> Box | None:
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    if not pdfium.FPDFPageObj_GetBounds(item, byref(left), byref(bottom), byref(right), byref(top)):
        return None
    return _box(_move(left.value, bottom.value, matrix), _move(right.value, top.value, matrix))


def _box(corner: tuple[float, float], other: tuple[float, float]) -> Box:
    return min(corner[0], other[0]), min(corner[1], other[1]), max(corner[0], other[0]), max(corner[1], other[1])


def _painted(item: Any) -> tuple[bool, bool]:
    fill, stroke = c_int(), c_int()
    pdfium.FPDFPath_GetDrawMode(item, byref(fill), byref(stroke))
    return fill.value != pdfium.FPDF_FILLMODE_NONE, bool(stroke.value)


def _is_rule(box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return min(width, height) <= THICKEST_RULE and max(width, height) >= SHORTEST_RULE


def _is_dark(item: Any) -> bool:
    """Return whether white letters can be read on the item."""
    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    if not pdfium.FPDFPageObj_GetFillColor(item, byref(red), byref(green), byref(blue), byref(alpha)):
        return True
    return min(red.value, green.value, blue.value) < 240 and alpha.value > 30


def _sides(item: Any, box: Box, matrix: Matrix | None) -> Iterator[Box]:
    """Yield the straight pieces of a path that run along the page's edges; a path of curves has none."""
    count = pdfium.FPDFPath_CountSegments(item)
    if count > 100:
        return
    own = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, byref(own))
    whole = _multiply((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
    x, y = c_float(), c_float()
    start = last = (0.0, 0.0)
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, number)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
        point = _move(x.value, y.value, whole)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and _is_rule(side := _box(last, point)):
            yield side
        if pdfium.FPDFPathSegment_GetClose(segment) and _is_rule(side := _box(point, start)):
            yield side
        last = point
