"""Weights between two readers."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.numpy import load_file

from training import average


@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_each_weight_lies_between_those_of_the_readers(reader: Path, other_reader: Path, tmp_path: Path, alpha: float):
    average.main([str(reader), str(other_reader), "--alpha", str(alpha), "--out", str(tmp_path / "between")])
    first, second, between = (
        load_file(folder / "model.safetensors") for folder in (reader, other_reader, tmp_path / "between")
    )
    for name, weight in between.items():
        wanted = first[name].astype(float) * (1 - alpha) + second[name].astype(float) * alpha
        assert weight.astype(float) == pytest.approx(wanted, abs=1e-3), name
