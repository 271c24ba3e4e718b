"""The steps that mend something, as one types them on the command line; Discord has its own words for each."""

from __future__ import annotations

from index.domain.messages import Phrase, Value, said, template

__all__ = ["LIST", "MENDED", "REBUILD", "REINDEX", "RESET", "STEPS", "mended", "without_step"]

REINDEX = "run `python -m index reindex`"
REBUILD = "run `python -m index reindex` to build it anew"
RESET = "run `python -m index reindex`, or set EMBEDDING_MODEL back"
LIST = "`python -m index snapshots` lists them"
STEPS = (REINDEX, REBUILD, RESET, LIST)

MENDED = template("{fault}: {step}.")


def mended(step: str, fault: str, /, **values: Value) -> Phrase:
    """What is wrong, with the step that mends it."""
    return Phrase(MENDED, fault=Phrase(fault, **values), step=step)


def without_step(error: Exception) -> str:
    """What is wrong, without the step that mends the live snapshot: another is not built anew."""
    text = said(error)
    if isinstance(text, Phrase) and text.template == MENDED and text.values["step"] == REBUILD:
        return Phrase("{fault}.", fault=text.values["fault"])
    return text
