"""No text of a source, a person, a picture or a model acts, tells the rules, or is shown unchecked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.views.answer import answer_message
from bot.views.message import notice_message
from index import open_library
from index.domain.answers import Answer
from index.domain.errors import SourceRejected
from index.domain.generation import Turn, WritingRequest
from index.library import Library
from index.settings import Settings
from index.text.normalize import strip_hidden
from tests.support.attacks import ATTACKS, MODEL, SOURCES, TIDEWATER, Attack, ObedientModel
from tests.support.harmless import blocks, check_harmless, seen
from tests.support.llm_replies import json_output
from tests.support.llm_server import LlmServer, llm_server

LEAKED_WORDS = 6
"""Words of the rules in a row that tell them."""

GOOD = {
    "answers": True,
    "sentences": [
        {
            "evidence": [{"number": 1, "quote": "Tidewater 2 needs 24 GB of memory."}],
            "text": "Tidewater 2 needs 24 GB of memory.",
            "english": "",
        }
    ],
}


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with llm_server(model=MODEL, models=[{"id": MODEL, "object": "model", "max_model_len": 100_000}]) as server:
        yield server


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacked") / "seeds"


@pytest.fixture(scope="module")
def library(seeds: Path, server: LlmServer) -> Library:
    """The real engines over sources of which nearly all are poisoned."""
    index = seeds.parent / "index"
    settings = Settings(seeds_dir=seeds, index_dir=index, llm_base_url=server.url, llm_model=MODEL, llm_timeout=600)
    library = open_library(settings)
    _write_sources(seeds, library)
    library.reindex()
    library.load()
    return library


def _write_sources(seeds: Path, library: Library) -> None:
    """Write the sources; what an upload's name is refused for is written under a name that is allowed."""
    seeds.mkdir()
    (seeds / "tidewater.md").write_text(TIDEWATER, "utf-8")
    for attack in ATTACKS:
        if attack.place == "attachment":
            try:
                library.sources.add(attack.file_name, attack.text.encode())
            except SourceRejected as error:
                check_harmless(notice_message(str(error)))
                (seeds / f"{attack.id}.md").write_text(attack.text, "utf-8")
        elif attack.place in SOURCES:
            (seeds / attack.file_name).write_text(attack.text, "utf-8")


def test_attacks_are_spread_evenly_over_kinds_and_places() -> None:
    kinds, places = Counter(attack.kind for attack in ATTACKS), Counter(attack.place for attack in ATTACKS)
    assert len({attack.id for attack in ATTACKS}) == len(ATTACKS) >= 60
    assert (len(kinds), min(kinds.values())) == (11, 6)
    assert (len(places), min(places.values())) == (8, 6)


def test_a_model_that_keeps_to_the_rules_is_shown(library: Library, server: LlmServer) -> None:
    server.otherwise = lambda request: json_output(GOOD)
    answer = library.ask("How much memory does Tidewater 2 need?", writing=WritingRequest())
    assert [sentence.text for sentence in answer.sentences] == ["Tidewater 2 needs 24 GB of memory."]
    assert answer.generator == MODEL


@pytest.mark.parametrize(
    "attack",
    [pytest.param(attack, id=attack.id) for attack in ATTACKS],
)
def test_an_attack_that_is_obeyed_does_no_harm(
    attack: Attack, library: Library, seeds: Path, server: LlmServer
) -> None:
    model = ObedientModel(attack)
    server.otherwise = model
    answers: list[Answer] = []
    in_history = attack.place == "history"
    request = WritingRequest(
        turns=(Turn(attack.text, attack.text),) if in_history else (),
        pictures=(attack.picture(),) if attack.place == "picture" else (),
        on_answer=answers.append,
    )
    answers.append(library.ask(attack.asked, (attack.text,) if in_history else (), request))
    assert model.secrets, "the model was not asked"
    for answer in answers:
        _check_verified(answer, seeds)
        _check_silent(answer, model)
        check_harmless(answer_message(answer, question=attack.asked, answer_id="a1"))


def _check_verified(answer: Answer, seeds: Path) -> None:
    """Assert that each sentence rests on quotations that are in the sources to the letter."""
    assert answer.generator == (MODEL if answer.sentences else "extractive")
    for citation in answer.citations:
        text = (seeds / citation.source).read_bytes().decode()
        assert text[citation.start : citation.end] == citation.quote
    numbers = {citation.number for citation in answer.citations}
    for sentence in answer.sentences:
        assert sentence.citations
        assert numbers >= set(sentence.citations)
        assert sentence.text == " ".join(strip_hidden(sentence.text).split())
    if answer.sentences:
        assert {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)} <= numbers


def _check_silent(answer: Answer, model: ObedientModel) -> None:
    """Assert that no sentence says what it must not, and that nothing that is shown tells the rules."""
    written = "\n".join([sentence.text for sentence in answer.sentences])
    assert [text for text in model.never() if text.casefold() in written.casefold()] == []
    shown = seen("\n".join(blocks(answer_message(answer, question=model.attack.asked))))
    assert model.secrets["canary"] not in "".join(filter(str.isalnum, shown)).casefold()
    rules, words = model.secrets["rules"].split(), " ".join(shown.split())
    runs = [" ".join(rules[start : start + LEAKED_WORDS]) for start in range(len(rules) - LEAKED_WORDS)]
    assert [run for run in runs if run in words] == []
