"""What is known of language models by their names: context, pictures, sampling."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["GENERIC", "LLAMA_4_MAVERICK", "LLAMA_4_SCOUT", "ModelProfile", "profile_of"]


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """What a model can do and how its makers advise to sample from it.

    Attributes
    ----------
    context_tokens : int
        How many tokens it reads at once; a server may be set to fewer, and says so or refuses.
    temperature, top_p : float or None
        None: left to the server.
    """

    family: str
    context_tokens: int
    reads_pictures: bool
    temperature: float | None = None
    top_p: float | None = None


# Sampling as in generation_config.json beside the published weights; contexts as in the model card.
LLAMA_4_SCOUT = ModelProfile("Llama 4 Scout", 10_000_000, reads_pictures=True, temperature=0.6, top_p=0.9)
LLAMA_4_MAVERICK = ModelProfile("Llama 4 Maverick", 1_000_000, reads_pictures=True, temperature=0.6, top_p=0.9)
GENERIC = ModelProfile("", 8_192, reads_pictures=False, temperature=0.3)

# A name without spaces and marks: "meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama4:16x17b" (Ollama),
# "Llama-4-Scout-17B-16E-Instruct-Q4_K_M.gguf" (llama.cpp), "meta.llama4-scout-17b-instruct-v1:0" (Bedrock).
_FAMILIES = (
    (re.compile(r"llama4.*(maverick|17b128e|128x17b)"), LLAMA_4_MAVERICK),
    (re.compile(r"llama4.*(scout|17b16e|16x17b)|llama4(latest)?$"), LLAMA_4_SCOUT),
)


def profile_of(name: str) -> ModelProfile:
    """Return the profile of a model by its name at a server; a generic one if the name is not known."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return next((profile for pattern, profile in _FAMILIES if pattern.search(plain)), GENERIC)
