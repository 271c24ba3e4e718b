"""What a server lists under /v1/models: names, and how much each model reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from index.domain.generation import GenerationError, GenerationFault

__all__ = ["ServedModel", "choose_model", "parse_models"]

_CONTEXT_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")
"""vLLM and SGLang; OpenRouter and Together; Groq; Mistral and LM Studio."""
MOST_NAMES = 8
_ANY_NAME = "llamacpp"
"""llama.cpp has one model and takes any name for it; it lists this owner."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as a server lists it; `context_tokens` is 0 if it does not say."""

    name: str
    context_tokens: int = 0
    takes_any_name: bool = False


def parse_models(entries: Iterable[Mapping[str, Any]]) -> list[ServedModel]:
    """Return the models of the list `data`; entries without a name are skipped."""
    return [
        ServedModel(str(entry["id"]), _context(entry), entry.get("owned_by") == _ANY_NAME)
        for entry in entries
        if entry.get("id")
    ]


def _context(entry: Mapping[str, Any]) -> int:
    meta = entry.get("meta")
    told = [entry.get(field) for field in _CONTEXT_FIELDS]
    if isinstance(meta, Mapping):
        told += [meta.get("n_ctx"), meta.get("n_ctx_train")]
    return next((tokens for tokens in told if isinstance(tokens, int) and tokens > 0), 0)


def choose_model(name: str, models: Sequence[ServedModel]) -> ServedModel | None:
    """Return the listed model of this name, or the only one if the name is empty; None if nothing is listed.

    Raises
    ------
    GenerationError
        The name is not listed, or empty though there are several; it names those that there are.
    """
    if not models and name:
        return None
    if len(models) == 1 and (not name or models[0].takes_any_name):
        return models[0]
    wanted = {name.lower(), f"{name.lower()}:latest"}  # as Ollama lists what it calls without
    for model in models:
        if model.name.lower() in wanted:
            return model
    if not models:
        detail = "LLM_MODEL is not set, and the server lists no model: set it"
    elif name:
        detail = f"LLM_MODEL is {name}, but the server lists only {_names(name, models)}: set it to one of them"
    else:
        detail = f"LLM_MODEL is not set: set it to one of {_names(name, models)}"
    raise GenerationError(GenerationFault.REJECTED, detail)


def _names(name: str, models: Sequence[ServedModel]) -> str:
    """Return the names that are most like one, as a list for a message; the first ones if it is empty."""
    names = [model.name for model in models]
    if name:
        names = [found[0] for found in process.extract(name, names, scorer=fuzz.WRatio, limit=len(names))]
    return ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
