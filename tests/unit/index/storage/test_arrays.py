"""Arrays on the disk."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from index.storage.arrays import save_array


@pytest.mark.parametrize("shape", [(7, 3), (7,), (0, 3), (0,)])
def test_a_saved_array_is_read_back_by_numpy(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    save_array(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy", allow_pickle=False), array)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device stands for a full disk")
def test_a_full_disk_is_an_error_with_its_number() -> None:
    with pytest.raises(OSError, match="No space left") as error:
        save_array(Path("/dev/full"), np.ones(3))
    assert error.value.errno == errno.ENOSPC
