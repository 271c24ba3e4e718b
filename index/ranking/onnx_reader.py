"""The bundled reader on onnxruntime: log-odds that a passage answers a question, both read together.

`reader.onnx` holds the upper layers of the bundled model, trained by `training/` (its model card: `reader.md`); the
lower layers read each side by itself, see `index.retrieval.hidden_states`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.answers import Hit
from index.domain.errors import LibraryError
from index.domain.ports import Query, States
from index.embedding.onnx_runtime import import_onnxruntime, single_thread_options
from index.retrieval.hidden_states import LONGEST

__all__ = ["CARD", "READER", "OnnxReader"]

READER = Path(__file__).with_name("reader.onnx")
CARD = Path(__file__).with_name("reader.json")
"""Describes the model file, with the sha256 that it must have."""

MEND = "install Footnote anew, or set RERANKER_MODEL=none."


class OnnxReader:
    """Reads passages from the hidden states in the index, one at a time, on one thread. Thread-safe."""

    def __init__(self, model: Path = READER, card: Path = CARD) -> None:
        """Load the model.

        Raises
        ------
        LibraryError
            A file is missing, or it is not the one that belongs to this program.
        """
        try:
            content = model.read_bytes()
            wanted = json.loads(card.read_text("utf-8"))["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LibraryError(f"{model.name} or {card.name} is missing or broken: {MEND}") from error
        if hashlib.sha256(content).hexdigest() != wanted:
            raise LibraryError(f"{model.name} is not the file that this program was published with: {MEND}")
        self._session: Any = import_onnxruntime().InferenceSession(
            content, single_thread_options(), providers=["CPUExecutionProvider"]
        )

    def odds(self, query: Query, hits: Sequence[Hit]) -> list[float | None]:
        """Return the log-odds that each hit answers, None for a hit without states."""
        question = query.encoding.states
        return [None if question is None else self.read(question, query.states(hit.row)) for hit in hits]

    def read(self, question: States, passage: States) -> float | None:
        """Return the log-odds that a passage answers a question; None if the passage has no token."""
        if not len(passage):
            return None
        question = question.first(LONGEST)
        states = np.concatenate([question.rows, passage.rows])[np.newaxis].astype(np.float32)
        ids = np.concatenate([question.ids, passage.ids])[np.newaxis].astype(np.int64)
        second = np.zeros_like(ids)
        second[:, len(question) :] = 1
        (odds,) = self._session.run(None, {"states": states, "ids": ids, "second": second})
        return float(odds[0])
