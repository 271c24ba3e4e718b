"""The model of an embedding server: what a manifest records of it, and the port of what checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["ChecksServedModel", "ServedModel"]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The model by which a server embedded passages: its name there, and the unit vector of a fixed text, the probe."""

    name: str
    probe: str
    vector: tuple[float, ...]


@runtime_checkable
class ChecksServedModel(Protocol):
    """What an embedder whose passages a server embeds has besides."""

    @property
    def served(self) -> ServedModel | None:
        """The model that the server had when it was last checked; None before the first text."""

    def expect(self, served: ServedModel | None) -> None:
        """Check before the next text that the server has the same model as here, and as this one if it is given."""
