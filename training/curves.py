"""Draw two pictures of how far confidence can be trusted, as SVG for the documentation.

    python -m training.curves ANSWERS QUESTIONS OUT_DIR

ANSWERS are answer lines as `python -m index eval --answers FILE` writes them, also with `--cross-validate`. Writes
`risk-coverage.svg` (the share of answers that are wrong against the share of questions answered, for every threshold)
and `reliability.svg` (how often the sources answer, against the confidence that they do), and prints the lines of
Markdown that show them, with alternative texts. The same answers give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from index.evaluation.metrics import BINS, Question, evidence_rank, pair_answers, read_questions

INK, PAPER, RULE, LINE, MARK, BAR = "#1f2328", "#ffffff", "#d0d7de", "#0969da", "#bc4c00", "#afb8c1"
DARK = {INK: "#e6edf3", PAPER: "#0d1117", RULE: "#30363d", LINE: "#58a6ff", MARK: "#f0883e", BAR: "#484f58"}
"""The colours of the picture, and what they become if the reader's system is dark; its paper is its own."""

STYLE: dict[Any, Any] = {
    "svg.hashsalt": "footnote",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": RULE,
    "axes.facecolor": PAPER,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": PAPER,
    "grid.color": RULE,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True, slots=True)
class Point:
    """The result of answering every question whose confidence is at least `confidence`.

    `coverage` is the share of all questions that are answered, `risk` the share of these answers that are wrong.
    """

    confidence: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: its mean, the share that the sources answer, and how many there are."""

    confidence: float
    answerable: float
    count: int


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("answers", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args(argv)
    lines = [json.loads(line) for line in arguments.answers.read_text("utf-8").split("\n") if line.strip()]
    pairs = pair_answers(read_questions(arguments.questions), lines)
    if not pairs:
        sys.exit(f"There are no questions in {arguments.questions}.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    points, current, bins = risk_coverage(pairs), operating_point(pairs), reliability(pairs)
    for name, svg, text in (
        ("risk-coverage.svg", risk_coverage_svg(points, current), risk_coverage_text(points, current)),
        ("reliability.svg", reliability_svg(bins), reliability_text(bins)),
    ):
        (arguments.out / name).write_text(svg, "utf-8", newline="\n")
        print(f"![{text}]({(arguments.out / name).as_posix()})")
    return 0


Pairs = Sequence[tuple[Question, Mapping[str, Any]]]


def is_wrong(question: Question, answer: Mapping[str, Any]) -> bool:
    """Return whether the answer, were it given, would be wrong: nothing answers the question, or no quotation does."""
    return not question.answerable or evidence_rank(question, answer) >= 3


def risk_coverage(pairs: Pairs) -> list[Point]:
    """Return a point for each confidence that occurs, from the surest question alone to all of them.

    What an abstention would have quoted are its nearest passages.
    """
    judged = sorted((-float(answer["confidence"]), is_wrong(question, answer)) for question, answer in pairs)
    points, errors = [], 0
    for answered, (confidence, error) in enumerate(judged, 1):
        errors += error
        if answered == len(judged) or judged[answered][0] != confidence:
            points.append(Point(-confidence, answered / len(judged), errors / answered))
    return points


def operating_point(pairs: Pairs) -> Point | None:
    """Return the share of questions that the program answered, and the risk of that; None if it answered nothing."""
    answered_pairs = [(question, answer) for question, answer in pairs if not answer["abstained"]]
    if not answered_pairs:
        return None
    threshold = min(float(answer["confidence"]) for _, answer in answered_pairs)
    return Point(
        threshold,
        len(answered_pairs) / len(pairs),
        sum(is_wrong(*pair) for pair in answered_pairs) / len(answered_pairs),
    )


def reliability(pairs: Pairs) -> list[Bin | None]:
    """Return bins of equal width over confidence, None for a bin without a question."""
    cells: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for question, answer in pairs:
        confidence = float(answer["confidence"])
        cells[min(BINS - 1, int(confidence * BINS))].append((confidence, question.answerable))
    return [_bin(cell) if cell else None for cell in cells]


def _bin(cell: Sequence[tuple[float, bool]]) -> Bin:
    confidence, answerable = np.mean(cell, axis=0)
    return Bin(float(confidence), float(answerable), len(cell))


def risk_coverage_text(points: Sequence[Point], current: Point | None) -> str:
    text = [f"{_percent(points[-1].risk)} of answers are wrong when every question is answered"]
    for share in (0.75, 0.5, 0.25):
        near = min(points, key=lambda point: abs(point.coverage - share))
        text.append(f"{_percent(near.risk)} when the surest {_percent(near.coverage)} are")
    now = (
        f" Footnote answers {_percent(current.coverage)}, and {_percent(current.risk)} of that is wrong."
        if current
        else ""
    )
    return f"Risk against coverage: {', '.join(text)}.{now}"


def reliability_text(bins: Sequence[Bin | None]) -> str:
    text = [f"{_percent(cell.answerable)} of {cell.count} at {_percent(cell.confidence)}" for cell in bins if cell]
    return f"Reliability: of the questions, the sources answer {', '.join(text)} confidence."


def risk_coverage_svg(points: Sequence[Point], current: Point | None) -> str:
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4), layout="constrained")
        axes = figure.add_subplot()
        coverage, risk = [point.coverage for point in points], [point.risk for point in points]
        axes.plot(coverage, risk, color=LINE, linewidth=2, drawstyle="steps-post")
        if current:
            axes.plot([current.coverage], [current.risk], "o", color=MARK, markersize=8)
            left = current.coverage > 0.6
            axes.annotate(
                f"Footnote: answers {_percent(current.coverage)},\n{_percent(current.risk)} of that wrong",
                (current.coverage, current.risk),
                xytext=(-10 if left else 10, 12),
                textcoords="offset points",
                ha="right" if left else "left",
                color=MARK,
            )
        top = max(0.1, *risk, *([current.risk] if current else []))
        _set_axes(axes, "share of questions answered, the surest first", "share of answers wrong", top * 1.2)
        return _svg(figure)


def reliability_svg(bins: Sequence[Bin | None]) -> str:
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.8), layout="constrained")
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        full = [cell for cell in bins if cell]
        axes.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle=(0, (4, 4)))
        axes.plot([cell.confidence for cell in full], [cell.answerable for cell in full], "o-", color=LINE, linewidth=2)
        _set_axes(axes, "", "share that the sources answer", 1.02)
        counts = [cell.count if cell else 0 for cell in bins]
        below.bar([(column + 0.5) / BINS for column in range(BINS)], counts, width=0.9 / BINS, color=BAR)
        for column, count in enumerate(counts):
            below.annotate(
                str(count), ((column + 0.5) / BINS, count), (0, 2), textcoords="offset points", ha="center", fontsize=9
            )
        _set_axes(below, "confidence", "questions", max(counts) * 1.3)
        below.yaxis.set_major_formatter("{x:.0f}")
        below.locator_params(axis="y", nbins=3)
        return _svg(figure)


def _set_axes(axes: Axes, x: str, y: str, top: float) -> None:
    axes.set(xlabel=x, ylabel=y, xlim=(0, 1), ylim=(0, top))
    axes.xaxis.set_major_formatter(lambda value, _: _percent(value))
    axes.yaxis.set_major_formatter(lambda value, _: _percent(value))
    axes.grid(linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=8)


def _svg(figure: Figure) -> str:
    """Return the picture with a style sheet for dark systems, without a date."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    rules = "".join(
        f'[style*="{kind}: {light}"] {{ {kind}: {dark} !important }} '
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    )
    sheet = f"<style>@media (prefers-color-scheme: dark) {{ {rules}}}</style>"
    head, end, rest = out.getvalue().partition("<defs>")
    lines = f"{head}{sheet}\n {end}{rest}".split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
