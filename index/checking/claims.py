"""Files of claims to check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.domain.errors import ClaimsUnreadable
from index.storage.json_lines import read_json_lines

__all__ = ["Claim", "read_claims"]

FORM = (
    "each line is an object with `id`, and `evidence` and `claim` as texts, like "
    '{"id": "1", "evidence": "It has 17B parameters.", "claim": "It is small."}.'
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with the evidence that should carry it; `id` is what its line has, of any type."""

    id: Any
    evidence: str
    claim: str


def read_claims(path: Path) -> list[Claim]:
    """Return the claims of a JSON Lines file, one object a line.

    Raises
    ------
    ClaimsUnreadable
        The file cannot be read, or a line is no claim; the message names it.
    """
    return read_json_lines(path, _claim, error=ClaimsUnreadable, name="claim", form=FORM)


def _claim(row: dict[str, Any]) -> Claim:
    claim = Claim(row["id"], row["evidence"], row["claim"])
    if not (isinstance(claim.evidence, str) and isinstance(claim.claim, str)):
        raise TypeError("evidence or claim")
    return claim
