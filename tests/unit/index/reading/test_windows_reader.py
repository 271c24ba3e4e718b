"""Reading windows until one answers surely."""

from __future__ import annotations

import os
import threading
from itertools import permutations

import pytest

from index.domain.reading import AnswerSpan, Reading, Window, WindowReading
from index.reading.windows_reader import WindowsReader


class OddsReader:
    """Reads the log-odds that a window consists of; `texts` are those that were read."""

    name = "odds"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, question: str, window: str) -> Reading:
        self.texts.append(window)
        return Reading(float(window), (AnswerSpan(0, len(window), 0.0),))


def windows(*odds: float) -> list[Window]:
    return [Window("a", range(place, place + 1), str(value), ()) for place, value in enumerate(odds)]


def odds(readings: list[WindowReading]) -> list[float]:
    return [reading.reading.answerable for reading in readings]


def test_readings_come_likeliest_to_answer_first_each_with_its_window():
    readings = WindowsReader(OddsReader()).read("who", windows(-1.0, 2.0, 0.5))
    assert odds(readings) == [2.0, 0.5, -1.0]
    assert [reading.window.text for reading in readings] == ["2.0", "0.5", "-1.0"]


@pytest.mark.parametrize("processors", [1, 2, 8, None])
def test_after_a_pair_with_a_sure_window_no_further_one_is_read(monkeypatch, processors):
    """How many processors there are changes nothing."""
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    reader = OddsReader()
    made = WindowsReader(reader, sure=4.0)
    assert odds(made.read("who", windows(1.0, 2.0, 4.0, 9.0, 3.0))) == [9.0, 4.0, 2.0, 1.0]
    assert sorted(reader.texts) == ["1.0", "2.0", "4.0", "9.0"]


def test_all_windows_are_read_if_none_is_sure():
    reader = OddsReader()
    found = windows(*(number / 10 for number in range(11)))
    WindowsReader(reader, sure=4.0).read("who", found)
    assert len(reader.texts) == 11


def test_a_window_is_read_once_for_a_question():
    reader = OddsReader()
    made = WindowsReader(reader)
    assert [odds(made.read(question, windows(1.0))) for question in ("who", "who", "what")] == [[1.0]] * 3
    assert len(reader.texts) == 2


def test_the_order_of_windows_changes_no_reading():
    reader = WindowsReader(OddsReader())
    for order in permutations((-1.0, 0.5, 1.0, 2.0)):
        assert odds(reader.read("who", windows(*order))) == [2.0, 1.0, 0.5, -1.0]


def test_of_readings_that_are_alike_the_window_that_was_found_first_leads():
    readings = WindowsReader(OddsReader()).read("who", windows(1.0, 1.0, 1.0))
    assert [reading.window.rows.start for reading in readings] == [0, 1, 2]


def test_no_windows_are_no_readings():
    assert WindowsReader(OddsReader()).read("who", []) == []


def test_what_a_reader_raises_reaches_the_caller():
    class Broken(OddsReader):
        def read(self, question: str, window: str) -> Reading:
            raise MemoryError

    with pytest.raises(MemoryError):
        WindowsReader(Broken()).read("who", windows(1.0))


def test_several_questions_at_once_get_their_own_readings():
    class EchoReader(OddsReader):
        def read(self, question: str, window: str) -> Reading:
            return Reading(float(question) + float(window), ())

    reader, results = WindowsReader(EchoReader(), sure=1e9), {}

    def ask(number: int) -> None:
        results[number] = odds(reader.read(str(number * 100), windows(1.0, 2.0, 3.0)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == {number: [number * 100 + 3, number * 100 + 2, number * 100 + 1] for number in range(8)}
