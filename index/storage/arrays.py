"""Arrays in NumPy's file format, written so that no failure is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["save_array"]


class _PythonFile:
    """A file that NumPy does not recognise as one.

    NumPy would write a real file through a C stream, whose last bytes are lost silently if the disk is full.
    """

    def __init__(self, write: Any) -> None:
        self.write = write


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array like `numpy.save`, but raise OSError whichever byte could not be written."""
    with path.open("wb") as stream:
        np.lib.format.write_array(_PythonFile(stream.write), np.ascontiguousarray(array), allow_pickle=False)
