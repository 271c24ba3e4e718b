"""The bundled reader on onnxruntime, without torch. `training/README.md` is its model card."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.errors import LibraryError
from index.domain.ports import Vectors
from index.domain.reading import AnswerSpan, Entailment, Reading
from index.embedding.onnx_runtime import import_onnxruntime, single_thread_options

__all__ = ["CARD", "GRAPH", "MAX_QUESTION", "MAX_TOKENS", "TOKENIZER", "OnnxReader", "best_spans"]

FOLDER = Path(__file__).parent
GRAPH, CARD, TOKENIZER = FOLDER / "reader.onnx", FOLDER / "reader.json", FOLDER / "tokenizer.json"

MAX_QUESTION, MAX_TOKENS = 48, 320
"""Tokens that are read of a question, and of question and window together."""

MOST_SPANS = 5
LONGEST_SPAN = 40
"""Tokens of the words that answer."""

CACHED_WINDOWS = 4_096


class OnnxReader:
    """Reads a question and one window at a time, on the caller's thread. Thread-safe.

    One at a time, so that a reading never depends on what else is read: a batch of int8 inputs shares one scale.

    Notes
    -----
    Reading comprehension with a head that tells whether the window answers: Zhang, Yang and Zhao 2021,
    arXiv 2001.09694.
    """

    name = "bundled"

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load the weights from a folder.

        Raises
        ------
        LibraryError
            They cannot be loaded, or are not those of the card.
        """
        try:
            graph, tokenizer = (folder / GRAPH.name).read_bytes(), (folder / TOKENIZER.name).read_bytes()
            checksums = json.loads((folder / CARD.name).read_text("utf-8"))["sha256"]
            for path, data in ((GRAPH, graph), (TOKENIZER, tokenizer)):
                if hashlib.sha256(data).hexdigest() != checksums[path.name]:
                    raise ValueError("a checksum differs")
            options = single_thread_options()
            # onnxruntime's fused skip-layer-normalisation is slower on a processor: 60 instead of 50 ms a window.
            options.add_session_config_entry("optimization.disable_specified_optimizers", "SkipLayerNormFusion")
            self._session: Any = import_onnxruntime().InferenceSession(
                graph, options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = _tokenizer(tokenizer)
        except Exception as error:  # the errors of tokenizers and onnxruntime have no class of their own in common
            raise LibraryError(
                f"The reader's weights in index/{folder.name} are damaged: install Footnote anew, or set READER_MODEL "
                f"to another model. ({type(error).__name__})"
            ) from error
        self._first, self._separator = (self._tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
        self._encode_window = lru_cache(CACHED_WINDOWS)(self._encode)

    def read(self, question: str, window: str) -> Reading:
        answerable, start, end, nli, offsets = self._run(question, window)
        shares = np.exp(nli - _log_sum_exp(nli))
        return Reading(float(answerable), best_spans(start, end, offsets), Entailment(*map(float, shares)))

    def _run(self, question: str, window: str) -> tuple[Any, Vectors, Vectors, Vectors, list[tuple[int, int]]]:
        """Return the heads' logits, and the characters of the window's tokens; start and end are of these alone."""
        head = [self._first, *self._encode(question)[0][:MAX_QUESTION], self._separator]
        tokens, offsets = self._encode_window(window)
        room = MAX_TOKENS - len(head) - 1
        ids = [*head, *tokens[:room], self._separator]
        types = [0] * len(head) + [1] * (len(ids) - len(head))
        answerable, start, end, nli = self._session.run(
            ["answerable", "start", "end", "nli"],
            {"ids": np.asarray([ids], np.int64), "types": np.asarray([types], np.int64)},
        )
        own = slice(len(head), len(ids) - 1)
        return answerable[0], start[0, own], end[0, own], nli[0], offsets[:room]

    def _encode(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets


def best_spans(start: Vectors, end: Vectors, offsets: list[tuple[int, int]]) -> tuple[AnswerSpan, ...]:
    """Return the likeliest spans of a window, best first, at most `MOST_SPANS`, none within a likelier one.

    Parameters
    ----------
    start, end : array, shape (tokens,)
        Logits that the answer begins or ends at a token.
    offsets
        The characters (start, end) of each token.
    """
    if not len(start):
        return ()
    starts, ends = start - _log_sum_exp(start), end - _log_sum_exp(end)
    together = starts[:, None] + ends[None, :]
    places = np.arange(len(start))
    length = places[None, :] - places[:, None]
    together[(length < 0) | (length >= LONGEST_SPAN)] = -np.inf
    spans: list[AnswerSpan] = []
    for place in np.argsort(-together, axis=None)[: 20 * MOST_SPANS]:
        first, last = divmod(int(place), len(start))
        if not np.isfinite(together[first, last]) or len(spans) == MOST_SPANS:
            break
        span = AnswerSpan(offsets[first][0], offsets[last][1], float(together[first, last]))
        if not any(other.start < span.end and span.start < other.end for other in spans):
            spans.append(span)
    return tuple(spans)


def _log_sum_exp(logits: Vectors) -> float:
    greatest = float(logits.max())
    return greatest + float(np.log(np.exp(logits - greatest).sum()))


def _tokenizer(data: bytes) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(data)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
