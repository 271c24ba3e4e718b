"""What a language model may rest its sentences on."""

from __future__ import annotations

from dataclasses import dataclass

from index.domain.reading import Window

__all__ = ["Evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A window of the sources under the number, from 1, that the model is to name it by."""

    number: int
    window: Window
