"""An extractive question-answering model by path or hub name as reader, on transformers."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from index.domain.errors import LibraryError, NotInstalled
from index.domain.reading import Reading
from index.embedding.thread_pools import torch_threads
from index.reading.onnx_reader import MAX_QUESTION, best_spans

__all__ = ["SpanModelReader"]

MAX_TOKENS = 384
NOTHING_READ = -30.0
"""Log-odds for a window without a token."""

HEAD = "ForQuestionAnswering"
"""Part of the architecture's name of a model that can find spans."""


class SpanModelReader:
    """Reads with a model that was trained on questions without an answer too, as on SQuAD 2.0. Thread-safe.

    Notes
    -----
    Its log-odds are the best span's score less the no-answer score, both sums of a start and an end logit: Devlin et
    al. 2019, arXiv 1810.04805.
    """

    def __init__(self, model: str) -> None:
        """Load the weights, kept as safetensors: `model` is a path or a hub name.

        Raises
        ------
        LibraryError
            They cannot be loaded, or the tokenizer does not say which characters a token stands for.
        NotInstalled
            transformers is missing.
        """
        try:
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer
            from transformers.utils import logging
        except ModuleNotFoundError as error:
            raise NotInstalled(f"The reader {model!r}") from error

        logging.disable_progress_bar()
        self.name = model
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model)
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(model, use_safetensors=True).eval()
            if not any(HEAD in name for name in self._model.config.architectures or ()):
                raise ValueError("the weights have no head for spans")
            if not self._tokenizer.is_fast:
                raise ValueError("the tokenizer gives no offsets")
        except Exception as error:  # the errors of transformers, tokenizers and safetensors have no class in common
            raise LibraryError(
                f"The reader {model!r} cannot be loaded: set READER_MODEL to bundled, to the path of an extractive "
                f"question-answering model, or to a hub name (that needs the internet once). ({type(error).__name__})"
            ) from error
        positions = getattr(self._model.config, "max_position_embeddings", MAX_TOKENS)
        self._max_tokens = min(MAX_TOKENS, self._tokenizer.model_max_length, positions)
        self._lock = threading.Lock()

    def read(self, question: str, window: str) -> Reading:
        import torch

        with self._lock, torch_threads(1), torch.inference_mode():
            encoded = self._tokenizer(
                self._cut(question),
                window,
                truncation="only_second",
                max_length=self._max_tokens,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
            own = [place for place, part in enumerate(encoded.sequence_ids(0)) if part == 1]
            offsets = [tuple(pair) for pair in encoded.pop("offset_mapping")[0].tolist()]
            output = self._model(**encoded)
        start, end = (logits[0].double().numpy() for logits in (output.start_logits, output.end_logits))
        spans = best_spans(start[own], end[own], [offsets[place] for place in own])
        if not spans:
            return Reading(NOTHING_READ, ())
        best = spans[0].log_probability + np.logaddexp.reduce(start[own]) + np.logaddexp.reduce(end[own])
        return Reading(float(best - start[0] - end[0]), spans)

    def _cut(self, question: str) -> str:
        """Return the first `MAX_QUESTION` tokens of a question, so that the window has room beside it."""
        offsets = self._tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return question[: offsets[MAX_QUESTION - 1][1]] if len(offsets) > MAX_QUESTION else question
