"""From a reader in torch to the graph that is read without it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.conftest import PASSAGE
from training import export
from training.predict import GraphReader, TorchReader

PAIRS = [("How many experts has Scout?", PASSAGE), ("Who?", "The team."), ("What is it?", "")]


@pytest.fixture(scope="module")
def exported(reader: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported")
    export.main([str(reader), "--out", str(out)])
    return out


def logits(path: Path, graph: bool) -> np.ndarray:
    readings = (GraphReader(path) if graph else TorchReader(path)).read(PAIRS)
    return np.array([[reading.answerable, *astuple(reading.entailment)] for reading in readings])


def test_the_full_graph_gives_the_logits_and_spans_of_torch(reader: Path, tmp_path: Path):
    export.main([str(reader), "--out", str(tmp_path), "--full"])
    assert logits(tmp_path, graph=True) == pytest.approx(logits(reader, graph=False), abs=1e-4)
    spans = [
        [[(span.start, span.end) for span in reading.spans[:1]] for reading in made.read(PAIRS)]
        for made in (GraphReader(tmp_path), TorchReader(reader))
    ]
    assert spans[0] == spans[1]
    assert spans[0][2] == []


def test_the_int8_graph_is_near_to_torch(reader: Path, exported: Path):
    wanted = logits(reader, graph=False)
    assert np.abs(logits(exported, graph=True) - wanted).max() < 0.1 * wanted.std()


def test_the_card_holds_the_checksums_and_limits(exported: Path):
    card = json.loads((exported / "reader.json").read_text("utf-8"))
    assert card["sha256"] == {
        name: hashlib.sha256((exported / name).read_bytes()).hexdigest() for name in ("reader.onnx", "tokenizer.json")
    }
    assert (card["max_question_tokens"], card["max_tokens"]) == (48, 320)
    assert set(card["licences"]) == {"weights", "data"}
    assert sorted(path.name for path in exported.iterdir()) == ["reader.json", "reader.onnx", "tokenizer.json"]
