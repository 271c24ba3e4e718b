"""Prepare the checker's training lines from the given claims and our own, with some of them changed.

    python -m training.claim_data --out build/training/claims

A sixth of the evidence with all of its claims goes to `held.jsonl.gz`, for `training.checker`. The others go to
`claims.jsonl.gz`; of their entailed claims some are repeated with a number or a name exchanged for another one of the
evidence, or with two of theirs swapped, as contradicted. `questions.jsonl.gz` has claims made of questions.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from training.data import (
    CLAIMS,
    GIVEN,
    NLI,
    OWN,
    claim_lines,
    passage_key,
    read_jsonl,
    write_jsonl,
    written_passages,
)
from training.question_claims import question_claims

__all__ = ["exchanged", "is_held", "swapped"]

PARTS = 6
NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*[KMBT%]?(?![\w-]|[.,]\d)")
TOGETHER = re.compile(r"\W*(?:and|or|to|nor|und|with|as well as|of)?\W*|.*\bboth\b.*", re.IGNORECASE | re.DOTALL)
"""What stands between two names or numbers that are told the same of."""
FOREIGN = "languages.jsonl"
"""Our own questions that are not in English."""
NAME = re.compile(r"(?<![.!?:|] )(?<!\n)(?<!^)\b[A-Z][\w.+-]*[A-Za-z0-9](?: (?:[A-Z][\w+-]*\w|\d+(?:\.\d+)*))*")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", type=Path, default=GIVEN)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--exchanged", type=float, default=0.25, help="share of the entailed claims, at most")
    parser.add_argument("--swapped", type=float, default=1.0, help="share of the entailed claims, at most")
    parser.add_argument("--questions", type=int, default=9_000, help="claims made of questions, at most")
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
    turned = [
        other for line in trained if line["nli"] == NLI["entailed"] for other in swapped(line)
        if rng.random() < arguments.swapped
    ]  # fmt: skip
    asked = list(question_claims(_question_rows(arguments.given), rng))
    asked = rng.sample(asked, min(len(asked), arguments.questions))
    write_jsonl(arguments.out / "held.jsonl.gz", held)
    write_jsonl(arguments.out / "claims.jsonl.gz", [*trained, *changed, *turned])
    write_jsonl(arguments.out / "questions.jsonl.gz", asked)
    print(f"{len(trained)} claims, {len(changed)} with something exchanged, {len(turned)} with two things swapped, "
          f"{len(asked)} made of questions, {len(held)} held", file=sys.stderr)  # fmt: skip
    return 0


def _question_rows(given: Path) -> Iterator[dict[str, Any]]:
    """Yield the questions in English of the training part and our own, with their passages' text and answers' place."""
    given_rows = [row for row in read_jsonl(given / "release_questions.jsonl") if row["split"] == "train"]
    yield from given_rows
    passages = {passage_key(row["passage"]): row for row in given_rows} | written_passages()
    for path in sorted(OWN.glob("*.jsonl")):
        for row in read_jsonl(path) if path.name != FOREIGN else ():
            passage, answer = passages[row["passage"]]["passage"], row.get("answer", "")
            start = row.get("start", passage.find(answer, max(0, passage.find(row.get("sentence", "")))))
            yield {**row, "passage": passage, "start": max(start, 0)}


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


def swapped(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an entailed claim with its first two numbers, or names, in each other's place.

    Both are the evidence's. What is told of both alike stays true, so none is yielded if they stand side by side.
    """
    claim = line["hypothesis"]
    for pattern in (NUMBER, NAME):
        told = set(pattern.findall(line["premise"]))
        places = [match for match in pattern.finditer(claim) if match.group() in told]
        for one, two in pairwise(places):
            first, second, between = one.group(), two.group(), claim[one.end() : two.start()]
            if first in second or second in first or TOGETHER.fullmatch(between):
                continue
            turned = f"{claim[: one.start()]}{second}{between}{first}{claim[two.end() :]}"
            yield {**line, "hypothesis": turned, "nli": NLI["contradicted"], "src": "claims-swapped"}
            break


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
