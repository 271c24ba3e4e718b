"""Bars and lines of daily figures, as coordinates for an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["HEIGHT", "WIDTH", "Bar", "Plot", "bars", "dots"]

WIDTH, HEIGHT = 720, 160
GAP = 0.2
"""The share of a day's width that is left free."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, with its value in words."""

    x: float
    y: float
    width: float
    height: float
    title: str
    upper: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Shapes in a box of WIDTH by HEIGHT; `most` is the value at its upper edge."""

    most: float
    shapes: tuple[Bar, ...]


def bars(lower: Sequence[float], upper: Sequence[float], titles: Sequence[str]) -> Plot:
    """Return stacked bars, one a day: `lower` at the bottom and `upper` on it."""
    most = max((below + above for below, above in zip(lower, upper, strict=True)), default=0) or 1
    step = WIDTH / max(1, len(lower))
    shapes = []
    for place, (below, above, title) in enumerate(zip(lower, upper, titles, strict=True)):
        x, width = round((place + GAP / 2) * step, 2), round(step * (1 - GAP), 2)
        first, second = HEIGHT * below / most, HEIGHT * above / most
        if below:
            shapes.append(Bar(x, round(HEIGHT - first, 2), width, round(first, 2), title))
        if above:
            shapes.append(Bar(x, round(HEIGHT - first - second, 2), width, round(second, 2), title, upper=True))
    return Plot(most, tuple(shapes))


def dots(values: Sequence[float | None], titles: Sequence[str], most: float | None = None) -> Plot:
    """Return a dot for each day that has a value, as small squares."""
    highest = most or max((value for value in values if value is not None), default=0) or 1
    step, size = WIDTH / max(1, len(values)), 6
    shapes = tuple(
        Bar(
            round((place + 0.5) * step - size / 2, 2),
            round((HEIGHT - size) * (1 - min(value / highest, 1)), 2),
            size,
            size,
            title,
        )
        for place, (value, title) in enumerate(zip(values, titles, strict=True))
        if value is not None
    )
    return Plot(highest, shapes)
