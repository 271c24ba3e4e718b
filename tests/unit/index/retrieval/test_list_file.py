"""Lists written in parts are the file that FAISS writes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from index.retrieval._list_file import write_lists
from tests.unit.index.storage.test_failures import no_file_longer_than

ROWS = np.random.default_rng(2).standard_normal((3_000, 16)).astype(np.float32)


def trained() -> Any:
    centres = faiss.IndexFlatIP(16)
    index = faiss.IndexIVFScalarQuantizer(centres, 16, 40, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(ROWS)
    return index


def written(path: Path, rows_a_part: int) -> bytes:
    blocks = ((start, ROWS[start : start + 256]) for start in range(0, len(ROWS), 256))
    write_lists(path, trained(), blocks, rows_a_part)
    return path.read_bytes()


@pytest.mark.parametrize("rows_a_part", [1, 256, 1_000, 3_000, 3_001])
def test_however_many_parts_the_file_is_the_one_that_faiss_writes(tmp_path, rows_a_part):
    index = trained()
    index.add(ROWS)
    faiss.write_index(index, str(tmp_path / "theirs"))
    assert written(tmp_path / "ours", rows_a_part) == (tmp_path / "theirs").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours", "theirs"]


@pytest.mark.parametrize("rows_a_part", [1_000, 3_001])
def test_whatever_byte_does_not_fit_it_is_told_and_no_part_is_left(tmp_path, rows_a_part):
    size = len(written(tmp_path / "whole", rows_a_part))
    for short in (1, 5_000, size - 10):
        with no_file_longer_than(size - short), pytest.raises(OSError, match="too large"):
            written(tmp_path / "short", rows_a_part)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["short", "whole"]
