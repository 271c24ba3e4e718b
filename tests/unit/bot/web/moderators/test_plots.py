from __future__ import annotations

from bot.web.moderators.plots import HEIGHT, WIDTH, bars, dots


def test_bars_are_stacked_and_as_high_as_their_values() -> None:
    plot = bars([1, 4], [1, 0], ["first", "second"])
    assert plot.most == 4
    lower, upper, full = plot.shapes
    assert (lower.height, upper.height, full.height) == (HEIGHT / 4, HEIGHT / 4, HEIGHT)
    assert upper.y + upper.height == lower.y
    assert (lower.upper, upper.upper) == (False, True)
    assert full.x + full.width <= WIDTH


def test_days_without_a_value_have_no_dot() -> None:
    plot = dots([None, 50.0, 0.0], ["a", "b", "c"], most=100)
    assert [shape.title for shape in plot.shapes] == ["b", "c"]
    assert plot.shapes[0].y < plot.shapes[1].y


def test_nothing_asked_draws_nothing() -> None:
    assert bars([0, 0], [0, 0], ["a", "b"]).shapes == ()
    assert dots([], []).shapes == ()
