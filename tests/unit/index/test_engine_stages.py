"""What an observer of the engine is told of an answer's stages."""

from __future__ import annotations

import threading

import pytest

from index.domain.generation import WritingRequest
from index.domain.reading import Reading
from tests.support.generation_fakes import FakeGenerator, draft, output
from tests.support.index_fakes import CoverageReader, library, write

BREAD = "# Baking\n\nBread is made of flour and water.\n"
QUESTION = "What is bread made of?"


class Observer:
    """Keeps what it is told, and in which threads."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []
        self.threads: set[int] = set()

    def __call__(self, stage: str, seconds: float) -> None:
        self.told.append((str(stage), seconds))
        self.threads.add(threading.get_ident())

    @property
    def stages(self) -> list[str]:
        return [stage for stage, _ in self.told]


def test_each_stage_of_an_answer_is_told_with_its_seconds(tmp_path):
    observer, generator = Observer(), FakeGenerator()
    generator.outputs = [output(draft("Bread is flour and water.", "made of flour and water"))]
    seeds = write(tmp_path / "seeds", a_md=BREAD)
    opened = library(seeds, tmp_path / "index", generator=generator, observe=observer)
    opened.reindex()
    observer.told.clear()
    opened.ask(QUESTION, writing=WritingRequest())
    assert observer.stages == ["retrieve", "read", "write"]
    assert all(seconds >= 0 for _, seconds in observer.told)
    assert observer.threads == {threading.get_ident()}


def test_a_stage_that_fails_is_told_too(tmp_path):
    class Broken(CoverageReader):
        def read(self, question: str, window: str) -> Reading:
            raise RuntimeError("broken")

    observer = Observer()
    opened = library(write(tmp_path / "seeds", a_md=BREAD), tmp_path / "index", observe=observer)
    opened.reindex()
    opened = library(tmp_path / "seeds", tmp_path / "index", reader=Broken(), observe=observer)
    observer.told.clear()
    with pytest.raises(RuntimeError):
        opened.ask(QUESTION)
    assert observer.stages == ["retrieve", "read"]
