"""Files of claims to check."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.domain.errors import ClaimsUnreadable

__all__ = ["Claim", "read_claims"]


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
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ClaimsUnreadable(f"The claims in {path} cannot be read: {error}.") from error
    claims = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
                claim = Claim(row["id"], row["evidence"], row["claim"])
                if not (isinstance(claim.evidence, str) and isinstance(claim.claim, str)):
                    raise TypeError("evidence or claim")
            except (ValueError, KeyError, TypeError) as error:
                raise ClaimsUnreadable(
                    f"Line {number} of {path} is no claim: each line is an object with `id`, and `evidence` and "
                    '`claim` as texts, like {"id": "1", "evidence": "It has 17B parameters.", "claim": "It is small."}.'
                ) from error
            claims.append(claim)
    return claims
