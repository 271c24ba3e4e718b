"""How the vectors of a folder are searched, as measured when they were written: the file `vectors.json`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.domain.snapshots import VectorSearch

__all__ = ["CODES", "FILE", "FLAT", "read_search", "write_search"]

FILE = "vectors.json"

FLAT, CODES = "flat", "pq4"
"""Exact search of all rows; or by their product codes of four bits, and then by exact cosines."""


def write_search(folder: Path, search: VectorSearch) -> None:
    (folder / FILE).write_bytes(f"{json.dumps(asdict(search), indent=1)}\n".encode())


def read_search(folder: Path) -> VectorSearch | None:
    """Return what a folder's file says; None if there is none.

    Raises
    ------
    ValueError
        It does not say how the vectors are searched.
    """
    try:
        table: Any = json.loads((folder / FILE).read_bytes())
    except FileNotFoundError:
        return None
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    try:
        search = VectorSearch(**table)
    except TypeError as error:
        raise ValueError("it does not say how the vectors are searched") from error
    counts = (search.rows, search.queries, search.given)
    numbers = (search.recall, search.reranked)
    whole = all(type(count) is int and count >= 0 for count in counts)
    finite = all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
    if not (whole and finite and search.kind in (FLAT, CODES) and 0 <= search.recall <= 1):
        raise ValueError("it does not say how the vectors are searched")
    if not 1 <= search.reranked <= 1000:
        raise ValueError("it does not say how many candidates are ranked")
    return search
