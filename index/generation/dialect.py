"""What an OpenAI-compatible server understands of a chat request, learnt from what it rejects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from index.generation.profiles import ModelProfile

__all__ = ["Dialect"]

_WEAKER = {"json_schema": "json_object", "json_object": ""}
_TOO_LONG = re.compile(r"context[ _-]?(length|size|window)|too (long|many tokens)|exceed")
_ABOUT_PICTURES = re.compile(r"image|picture|vision|multi-?modal|mmproj")
_ABOUT_USAGE = re.compile(r"stream_options|include_usage")
_ABOUT_SAMPLING = re.compile(r"temperature|top_p")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The optional parts of a request that a server has not rejected yet.

    Attributes
    ----------
    output_format : str
        Type of `response_format`: "json_schema", "json_object", or empty for none.
    """

    output_format: str = "json_schema"
    usage: bool = True
    length_field: str = "max_tokens"
    sampling: bool = True
    pictures: bool = True

    def parameters(self, profile: ModelProfile, max_tokens: int, schema: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the parameters of a request beside its model and messages."""
        chosen: dict[str, Any] = {self.length_field: max_tokens}
        if self.usage:
            chosen["stream_options"] = {"include_usage": True}
        if self.sampling:
            sampling = {"temperature": profile.temperature, "top_p": profile.top_p}
            chosen |= {name: value for name, value in sampling.items() if value is not None}
        if schema is not None and self.output_format == "json_schema":
            form = {"name": "answer", "schema": dict(schema), "strict": True}
            chosen["response_format"] = {"type": "json_schema", "json_schema": form}
        elif schema is not None and self.output_format:
            chosen["response_format"] = {"type": self.output_format}
        return chosen

    def without(self, complaint: str, *, schema: bool, pictures: bool) -> Dialect | None:
        """Return the dialect to try after a rejection; None if there is nothing left to do without.

        Parameters
        ----------
        complaint
            The server's words.
        schema, pictures
            Whether the rejected request had any.
        """
        words = complaint.lower()
        if pictures and self.pictures and _ABOUT_PICTURES.search(words):
            return replace(self, pictures=False)
        if self.length_field == "max_tokens" and "max_completion_tokens" in words:
            return replace(self, length_field="max_completion_tokens")
        if _TOO_LONG.search(words):
            return None
        if self.usage and _ABOUT_USAGE.search(words):
            return replace(self, usage=False)
        if self.sampling and _ABOUT_SAMPLING.search(words):
            return replace(self, sampling=False)
        if schema and self.output_format:
            return replace(self, output_format=_WEAKER[self.output_format])
        return replace(self, usage=False) if self.usage else None
