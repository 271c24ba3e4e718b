"""The curves: risk against coverage, and reliability, as numbers and as pictures."""

from __future__ import annotations

import json
import random
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from index.evaluation.metrics import Question
from tests.support.runs import GOLD, UNKNOWN, cite, line
from training.curves import DARK, Bin, Point, main, operating_point, reliability, risk_coverage

RIGHT, MISSED = cite("a.md", 0, 23), cite("a.md", 24, 46)


def pair(gold: Question, confidence: float, *citations: dict[str, Any], abstained: bool = False) -> Any:
    return gold, line("x", None if abstained else "x", *citations, confidence=confidence)


def test_risk_is_the_share_of_wrong_answers_among_the_surest():
    pairs = [
        pair(GOLD, 0.9, RIGHT),
        pair(UNKNOWN, 0.8, RIGHT),
        pair(GOLD, 0.7, MISSED),
        pair(GOLD, 0.6, MISSED, MISSED, RIGHT),
    ]
    assert risk_coverage(pairs) == [
        Point(0.9, 0.25, 0.0),
        Point(0.8, 0.5, 0.5),
        Point(0.7, 0.75, pytest.approx(2 / 3)),
        Point(0.6, 1.0, 0.5),
    ]


def test_questions_of_the_same_confidence_are_answered_together():
    pairs = [pair(GOLD, 0.5, RIGHT), pair(UNKNOWN, 0.5), pair(GOLD, 0.5, RIGHT), pair(UNKNOWN, 0.1)]
    assert risk_coverage(pairs) == [Point(0.5, 0.75, pytest.approx(1 / 3)), Point(0.1, 1.0, 0.5)]


def test_the_program_stands_where_it_answers():
    pairs = [pair(GOLD, 0.9, RIGHT), pair(UNKNOWN, 0.4), pair(GOLD, 0.3, RIGHT, abstained=True)]
    assert operating_point(pairs) == Point(0.4, pytest.approx(2 / 3), 0.5)
    assert operating_point(pairs[2:]) is None


def test_reliability_counts_the_answerable_in_ten_bins():
    bins = reliability([pair(GOLD, 0.91), pair(UNKNOWN, 0.93), pair(GOLD, 1.0), pair(UNKNOWN, 0.0)])
    assert len(bins) == 10
    assert bins[0] == Bin(0.0, 0.0, 1)
    assert bins[9] == Bin(pytest.approx((0.91 + 0.93 + 1.0) / 3), pytest.approx(2 / 3), 3)
    assert bins[1:9] == [None] * 8


@pytest.fixture
def run(tmp_path: Path) -> list[str]:
    """The words of a run on made answers: the surer, the more often right."""
    chance = random.Random(0)  # noqa: S311  the same answers every time
    questions, answers = [], []
    for number in range(200):
        confidence = round(chance.random(), 3)
        answerable = chance.random() < confidence
        gold = [{"text": "flour", "start": 17, "end": 22}] if answerable else []
        questions.append({"id": number, "question": "?", "source": "a.md", "answerable": answerable, "answers": gold})
        answers.append(line(str(number), None if confidence < 0.3 else "x", RIGHT, confidence=confidence))
    for name, rows in (("questions.jsonl", questions), ("answers.jsonl", answers)):
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return [str(tmp_path / name) for name in ("answers.jsonl", "questions.jsonl", "out")]


def pictures(words: list[str]) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in Path(words[-1]).iterdir()}


def test_the_same_answers_draw_the_same_bytes_without_a_date(run):
    assert main(run) == 0
    first = pictures(run)
    assert first.keys() == {"risk-coverage.svg", "reliability.svg"}
    assert main([*run[:2], run[2] + "/again"]) == 0
    assert pictures([run[2] + "/again"]) == first
    for svg in first.values():
        assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314  our own picture
        assert not re.search(r"<dc:date>|20\d\d-\d\d-\d\d", svg)


def test_every_colour_of_a_picture_has_another_for_the_dark(run):
    main(run)
    for svg in pictures(run).values():
        drawn = re.sub(r"<style>@media.*?</style>", "", svg, flags=re.DOTALL)
        assert "prefers-color-scheme: dark" in svg
        assert set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", drawn)) <= set(DARK)


def luminance(colour: str) -> float:
    parts = (int(colour[number : number + 2], 16) / 255 for number in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colours", [list(DARK), list(DARK.values())], ids=["light", "dark"])
def test_ink_lines_and_marks_stand_out_from_the_paper(colours):
    ink, paper, _, stroke, mark, _ = (luminance(colour) for colour in colours)
    for front in (ink, stroke, mark):
        high, low = max(front, paper), min(front, paper)
        assert (high + 0.05) / (low + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def test_the_pictures_are_told_in_words_for_the_readme(run, capsys):
    main(run)
    risk, reliable = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"!\[Risk against coverage: \d+ % of answers are wrong when every .*\]\(.*/risk-coverage\.svg\)", risk
    )
    assert "Footnote answers" in risk
    assert re.fullmatch(r"!\[Reliability: .* confidence\.\]\(.*/reliability\.svg\)", reliable)
    assert sum(int(count) for count in re.findall(r"of (\d+) at", reliable)) == 200


def test_without_questions_there_is_no_picture(tmp_path):
    for name in ("answers.jsonl", "questions.jsonl"):
        (tmp_path / name).write_text("", "utf-8")
    with pytest.raises(SystemExit, match="no questions"):
        main([str(tmp_path / name) for name in ("answers.jsonl", "questions.jsonl", "out")])
