"""What is counted of a claim and its evidence, beside what the model says of them."""

from __future__ import annotations

import math
import re

from index.checking._quantities import find_quantities
from index.checking.unsupported import derived_numbers, missing_names, missing_numbers
from index.domain.reading import Entailment
from index.text.tokens import content_stems, tokenize

__all__ = ["features"]

NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|neither|nor|without|cannot|lacks?|fails?|unable)\b|n['’]t\b", re.IGNORECASE
)
REPLY = re.compile(r"^(?:yes|no)\b,?", re.IGNORECASE)
UNIVERSAL = frozenset(["all", "always", "any", "each", "every", "entirely", "fully", "never", "only", "solely"])
CAUSAL = frozenset(["because", "cause", "caused", "causes", "due", "owing", "reason", "since", "thanks", "therefore"])
LEAST_PROBABILITY = 1e-4


def features(evidence: str, claim: str, entailment: Entailment) -> dict[str, float]:
    """Return the features of a claim by name.

    Counts of its length are not among them: how long entailed claims are differs from one writer to the next.
    """
    numbers, missing = find_quantities(claim), missing_numbers(evidence, claim)
    names = missing_names(evidence, claim)
    stems, told = content_stems(claim), set(content_stems(evidence))
    words = set(tokenize(claim)) - set(tokenize(evidence))
    claim_denies = bool(NEGATION.search(REPLY.sub("", claim)))
    return {
        "entailed": _log_odds(entailment.entailed),
        "contradicted": _log_odds(entailment.contradicted),
        "numbers told": float(min(3, len(numbers) - len(missing))),
        "numbers missing": float(min(3, len(missing))),
        "numbers derived": float(min(3, derived_numbers(evidence, claim))),
        "names missing": float(min(3, len(names))),
        "stems missing": sum(stem not in told for stem in stems) / max(1, len(stems)),
        "negation differs": float(claim_denies != bool(NEGATION.search(evidence))),
        "universal added": float(bool(words & UNIVERSAL)),
        "cause added": float(bool(words & CAUSAL)),
    }


def _log_odds(probability: float) -> float:
    clipped = min(1 - LEAST_PROBABILITY, max(LEAST_PROBABILITY, probability))
    return math.log(clipped / (1 - clipped))
