"""The reader on onnxruntime: question and passage read together, log-odds that the passage answers.

`reader.onnx` holds the upper layers of the bundled model, trained by `training/` (its model card: `reader.md`); the
lower layers read each side by itself, see `index.states`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import one_thread
from index.errors import LibraryError
from index.ports import Query
from index.states import LONGEST
from index.types import Hit

__all__ = ["CARD", "READER", "BundledReader"]

READER = Path(__file__).with_name("reader.onnx")
CARD = Path(__file__).with_name("reader.json")
"""What the file is and the sha256 it must have."""

MEND = "install Footnote anew, or set RERANKER_MODEL=none."


class BundledReader:
    """Reads passages whose states the bundled embedder left in the index, each by itself, on one thread.

    Thread-safe.
    """

    def __init__(self, model: Path = READER, card: Path = CARD) -> None:
        """Raises LibraryError where the file is not the one that belongs to this program."""
        import onnxruntime

        try:
            content = model.read_bytes()
            wanted = json.loads(card.read_text("utf-8"))["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LibraryError(f"{model.name} or {card.name} is missing or broken: {MEND}") from error
        if hashlib.sha256(content).hexdigest() != wanted:
            raise LibraryError(f"{model.name} is not the file that this program was published with: {MEND}")
        self._session: Any = onnxruntime.InferenceSession(content, one_thread(), providers=["CPUExecutionProvider"])

    def odds(self, query: Query, hits: Sequence[Hit]) -> list[float | None]:
        return [self._odds(query, hit) for hit in hits]

    def _odds(self, query: Query, hit: Hit) -> float | None:
        asked, passage = query.encoding.states, query.states(hit.row)
        if asked is None or not len(passage):
            return None
        asked = asked[:LONGEST]
        states = np.concatenate([asked, passage])[np.newaxis].astype(np.float32)
        second = np.zeros((1, states.shape[1]), np.int64)
        second[:, len(asked) :] = 1
        (odds, *_) = self._session.run(None, {"states": states, "second": second})
        return float(odds[0])
