"""An extractive question-answering model by path or hub name as reader, on transformers."""

from __future__ import annotations

import threading
from typing import Any

from index.domain.errors import LibraryError
from index.domain.reading import Reading
from index.embedding.thread_pools import torch_threads
from index.reading.onnx_reader import best_spans

__all__ = ["SpanModelReader"]

MAX_TOKENS = 384
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
        """
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self.name = model
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model)
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(model, use_safetensors=True).eval()
            if not any(HEAD in name for name in self._model.config.architectures or ()):
                raise ValueError("the weights have no head for spans")
            if not self._tokenizer.is_fast:
                raise ValueError("the tokenizer gives no offsets")
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise LibraryError(
                f"The reader {model!r} cannot be loaded: set READER_MODEL to bundled, to the path of an extractive "
                f"question-answering model, or to a hub name (that needs the internet once). ({type(error).__name__})"
            ) from error
        self._lock = threading.Lock()

    def read(self, question: str, window: str) -> Reading:
        import torch

        with self._lock, torch_threads(1), torch.inference_mode():
            encoded = self._tokenizer(
                question,
                window,
                truncation="only_second",
                max_length=MAX_TOKENS,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
            own = [place for place, part in enumerate(encoded.sequence_ids(0)) if part == 1]
            offsets = [tuple(pair) for pair in encoded.pop("offset_mapping")[0].tolist()]
            output = self._model(**encoded)
        start, end = output.start_logits[0].float().numpy(), output.end_logits[0].float().numpy()
        spans = best_spans(start[own], end[own], [offsets[place] for place in own])
        if not spans:
            return Reading(-30.0, ())
        best = max(
            start[first] + end[last]
            for first in own
            for last in own
            if offsets[first][0] == spans[0].start and offsets[last][1] == spans[0].end
        )
        return Reading(float(best - start[0] - end[0]), spans)
