"""Prepare the checker's training lines from the given claims and our own, with some of them changed.

    python -m training.claim_data --out build/training/claims

A sixth of the evidence with all of its claims goes to `held.jsonl.gz`, for `training.checker`. The others go to
`claims.jsonl.gz`; of their entailed claims some are repeated with a number or a name exchanged for another one of the
evidence, as contradicted.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.data import CLAIMS, GIVEN, NLI, claim_lines, read_jsonl, write_jsonl

__all__ = ["exchanged", "is_held"]

PARTS = 6
NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*[KMBT%]?(?![\w-]|[.,]\d)")
NAME = re.compile(r"(?<![.!?:|] )(?<!\n)(?<!^)\b[A-Z][\w.+-]*[A-Za-z0-9](?: (?:[A-Z][\w+-]*\w|\d+(?:\.\d+)*))*")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", type=Path, default=GIVEN)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--exchanged", type=float, default=0.25, help="share of the entailed claims, at most")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    rng = random.Random(arguments.seed)
    lines = list(claim_lines([*read_jsonl(arguments.given / "claims.jsonl"), *read_jsonl(CLAIMS)]))
    held = [line for line in lines if is_held(line)]
    trained = [line for line in lines if not is_held(line)]
    changed = [
        other for line in trained if line["nli"] == NLI["entailed"] for other in exchanged(line, rng)
        if rng.random() < arguments.exchanged
    ]  # fmt: skip
    write_jsonl(arguments.out / "held.jsonl.gz", held)
    write_jsonl(arguments.out / "claims.jsonl.gz", [*trained, *changed])
    print(f"{len(trained)} claims, {len(changed)} with something exchanged, {len(held)} held", file=sys.stderr)
    return 0


def is_held(line: Mapping[str, Any]) -> bool:
    """Whether a claim's evidence is not trained on."""
    return zlib.crc32(line["premise"].encode()) % PARTS == 0


def exchanged(line: Mapping[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield an entailed claim with one number, and one name, exchanged for another one of the evidence."""
    for pattern in (NUMBER, NAME):
        told = list(dict.fromkeys(pattern.findall(line["premise"])))
        places = [match for match in pattern.finditer(line["hypothesis"]) if match.group() in told]
        others = [text for text in told if text not in line["hypothesis"]]
        if places and others:
            place, text = rng.choice(places), rng.choice(others)
            if not any(text in other or other in text for other in (place.group(),)):
                claim = line["hypothesis"][: place.start()] + text + line["hypothesis"][place.end() :]
                yield {**line, "hypothesis": claim, "nli": NLI["contradicted"], "src": "claims-exchanged"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
