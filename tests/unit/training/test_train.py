"""Training: a run that was stopped ends as one that was not, and what is learnt tells passages apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training import train
from training.groups import Group, Groups

WIDTH = 384


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments of a run of six steps, over questions whose answer is the passage of the same tokens."""
    monkeypatch.setattr(train, "BATCH", 4)
    monkeypatch.setattr(train, "CHECKPOINT", 2)
    chance = np.random.default_rng(0)
    sides = [(chance.integers(-90, 90, (6, WIDTH), dtype=np.int8), chance.integers(0, 999, 6)) for _ in range(12)]
    groups = [Group(number, ((number + 1) % 12, number), (False, True)) for number in range(12)]
    Groups(sides, sides, groups).save(tmp_path / "groups.npz")
    np.save(tmp_path / "scale.npy", np.full(WIDTH, 0.01, np.float32))
    return [str(tmp_path / "groups.npz"), "--scale", str(tmp_path / "scale.npy"), "--epochs", "2", "--threads", "1"]


def weights(folder: Path) -> dict[str, np.ndarray]:
    import torch

    return {name: state.numpy() for name, state in torch.load(folder / "reader.pt", weights_only=True).items()}


@pytest.mark.slow
def test_a_stopped_run_resumes_and_ends_with_the_same_weights(files, tmp_path, monkeypatch):
    """A run that was stopped goes on from its checkpoint and ends with the weights of an uninterrupted one."""
    train.main([*files, "--out", str(tmp_path / "whole")])
    calls = []

    def stopped(*args: object) -> object:
        calls.append(args)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return loss(*args)

    loss = train._loss
    monkeypatch.setattr(train, "_loss", stopped)
    with pytest.raises(KeyboardInterrupt):
        train.main([*files, "--out", str(tmp_path / "stopped")])
    monkeypatch.setattr(train, "_loss", loss)
    assert not (tmp_path / "stopped" / "reader.pt").exists()
    train.main([*files, "--out", str(tmp_path / "stopped")])
    wanted = weights(tmp_path / "whole")
    for name, tensor in weights(tmp_path / "stopped").items():
        assert tensor == pytest.approx(wanted[name], abs=1e-5), name
    assert [path.name for path in (tmp_path / "stopped").iterdir()] == ["reader.pt"]


def test_a_run_that_begins_with_weights_of_another_takes_them_up(files, tmp_path):
    train.main([*files, "--out", str(tmp_path / "first")])
    begun = ["--from", str(tmp_path / "first" / "reader.pt"), "--rate", "0"]
    train.main([*files, *begun, "--out", str(tmp_path / "second")])
    wanted = weights(tmp_path / "first")
    assert all((tensor == wanted[name]).all() for name, tensor in weights(tmp_path / "second").items())
