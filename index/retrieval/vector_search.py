"""How the vectors of a folder are searched, as measured when they were written: the file `vectors.json`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["FILE", "FLAT", "LISTS", "VectorSearch"]

FILE = "vectors.json"

FLAT, LISTS = "flat", "ivf-sq8"
"""Exact search of all rows; or of the lists nearest to a question, by a byte a number and then by exact cosines."""


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """How one folder's vectors are searched.

    `recall` is the share of the 20 nearest rows that search finds, in the mean over `queries`, of which the indexer
    handed in `given`; 1.0 for exact search, which needs no sample. `probes` of `lists` lists are searched, and
    `reranked` times as many rows as are asked for are ranked by their exact cosines.
    """

    kind: str
    rows: int
    recall: float = 1.0
    queries: int = 0
    given: int = 0
    lists: int = 0
    probes: int = 0
    reranked: float = 1.0

    def write(self, folder: Path) -> None:
        (folder / FILE).write_bytes(f"{json.dumps(asdict(self), indent=1)}\n".encode())

    @classmethod
    def read(cls, folder: Path) -> VectorSearch | None:
        """Return what the file says; None if there is none.

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
            search = cls(**table)
        except TypeError as error:
            raise ValueError("it does not say how the vectors are searched") from error
        counts = (search.rows, search.queries, search.given, search.lists, search.probes)
        numbers = (search.recall, search.reranked)
        whole = all(type(count) is int and count >= 0 for count in counts)
        finite = all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
        if not (whole and finite and search.kind in (FLAT, LISTS) and 0 <= search.recall <= 1):
            raise ValueError("it does not say how the vectors are searched")
        if search.kind == LISTS and not (0 < search.probes <= search.lists and 1 <= search.reranked <= 1000):
            raise ValueError("it does not say how many lists are searched")
        return search
