"""From an exported graph back to weights that training starts from."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.conftest import PASSAGE, write_reader
from training import export, restore
from training.model import load_reader, save_reader
from training.predict import TorchReader

PAIRS = [("How many experts has Scout?", PASSAGE), ("Who?", "The team.")]


@pytest.fixture(scope="module")
def trained(reader: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader of whose biases no two are alike: a graph keeps equal ones once."""
    import torch

    model = load_reader(reader)
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) / 50)
    out = tmp_path_factory.mktemp("trained")
    save_reader(model, out, reader)
    return out


@pytest.fixture(scope="module")
def exported(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported")
    export.main([str(trained), "--out", str(out)])
    return out


def logits(folder: Path) -> np.ndarray:
    readings = TorchReader(folder).read(PAIRS)
    return np.array([[reading.answerable, *astuple(reading.entailment)] for reading in readings])


def test_a_restored_reader_is_near_to_the_one_that_was_exported(trained: Path, exported: Path, tmp_path: Path):
    other = write_reader(tmp_path / "other", seed=5)
    restore.main([str(exported), "--base", str(other), "--out", str(tmp_path / "restored")])
    wanted = logits(trained)
    assert np.abs(logits(tmp_path / "restored") - wanted).max() < 0.1 * wanted.std()
    assert np.abs(logits(other) - wanted).max() > wanted.std()


def test_a_graph_of_another_model_is_refused(exported: Path, tmp_path: Path):
    other = write_reader(tmp_path / "other", seed=5, mpnet=True)
    with pytest.raises(ValueError, match="has not the weights of the model"):
        restore.restore(exported, other, tmp_path / "restored")
