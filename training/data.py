"""Prepare the reader's training lines from the given questions, claims and general mix, and from our own questions.

    python -m training.data --out build/training/data

One line of a data file is `{"q", "ctx", "spans", "y", "w", "src"}`, a question over a window with the characters of the
answering words, or `{"hypothesis", "premise", "nli", "src"}`, a claim over evidence (0 entailed, 1 neutral, 2
contradicted). A question may have `nli`, too: 0 if the window says yes, 2 if it says no, 1 if neither.
Only lines whose `split` is "train" are read of the release questions.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.general_mix import crop, mined_lines

__all__ = [
    "claim_lines",
    "followup_question",
    "given_verdicts",
    "own_lines",
    "passage_key",
    "read_jsonl",
    "release_lines",
    "sentence_around",
    "verdict_label",
    "write_jsonl",
    "written_passages",
]

GIVEN = Path("../shared/training")
NLI = {"entailed": 0, "neutral": 1, "contradicted": 2}
VERDICTS = {"yes": "entailed", "no": "contradicted"}
FRAGMENT = "followup-entity"
"""Kind of a follow-up that asks nothing without the question before: "and the small one?"."""
VERDICTS_GIVEN = Path(__file__).with_name("verdicts.jsonl")
"""What passages say to the given yes-no questions, of the training and the test part."""
NEITHER = 1 / 6
"""Share of the questions for anything but yes or no that are claims, too."""
OWN = Path(__file__).with_name("questions")
PASSAGES = Path(__file__).with_name("passages.jsonl")
"""Invented passages with their titles; no file of questions, so not in the folder of these."""
CLAIMS = Path(__file__).with_name("claims.jsonl")
"""Claims over invented evidence, in the form of the given ones."""
HISTORY = 2
"""Earlier questions that a follow-up is read with."""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", type=Path, default=GIVEN)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--release", type=int, default=10_000, help="release questions, at most")
    parser.add_argument("--general", type=int, default=6_000, help="questions of the general mix")
    parser.add_argument("--general-claims", type=int, default=1_500, help="claims of the general mix")
    parser.add_argument("--mined", type=int, default=0, help="questions of the mix over other paragraphs, by BM25")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    rng = random.Random(arguments.seed)
    rows = [row for row in read_jsonl(arguments.given / "release_questions.jsonl") if row["split"] == "train"]
    release = list(release_lines(rng.sample(rows, min(len(rows), arguments.release)), rng))
    own_rows = [row for path in sorted(OWN.glob("*.jsonl")) for row in read_jsonl(path)]
    own = list(own_lines(own_rows, {passage_key(row["passage"]): row for row in rows} | written_passages(), rng))
    claims = list(claim_lines([*read_jsonl(arguments.given / "claims.jsonl"), *read_jsonl(CLAIMS)]))
    general = list(read_jsonl(arguments.given / "general_mix.jsonl.gz"))
    asked, claimed = ([line for line in general if key in line] for key in ("ctx", "nli"))
    questions = [crop(line, rng) for line in rng.sample(asked, min(len(asked), arguments.general))]
    general_claims = rng.sample(claimed, min(len(claimed), arguments.general_claims))
    mined = [crop(line, rng) for line in mined_lines(asked, arguments.mined, rng)] if arguments.mined else []
    for name, lines in (
        ("release", release),
        ("own", own),
        ("claims", claims),
        ("general", questions + general_claims),
        ("mined", mined),
    ):
        write_jsonl(arguments.out / f"{name}.jsonl.gz", lines)
        print(f"{name}: {len(lines)} lines", file=sys.stderr)
    return 0


def release_lines(rows: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield a line for each release question, most under their document's title, and negatives from its repository.

    A negative is an answerable question over another passage of the same repository that does not hold the answer.
    """
    passages = defaultdict(set)
    verdicts = given_verdicts()
    for row in rows:
        passages[row["repo"]].add((row["doc"], row["passage"]))
    for row in rows:
        question = followup_question([turn["question"] for turn in row.get("history") or ()], row["question"])
        spans = [[row["start"], row["end"]]] if row["label"] == 1 else []
        verdict = verdict_label(row, verdicts)
        yield _line(question, row["doc"], row["passage"], spans, row["label"], "release", rng) | verdict
        others = [
            other for other in sorted(passages[row["repo"]])
            if other[1] != row["passage"] and row.get("answer", "").lower() not in other[1].lower()
        ]  # fmt: skip
        if row["label"] == 1 and others and not row.get("history") and rng.random() < 0.25:
            doc, passage = rng.choice(others)
            yield _line(question, doc, passage, [], 0, "release-other-passage", rng) | {"nli": NLI["neutral"]}


def own_lines(
    rows: Sequence[dict[str, Any]], passages: dict[str, dict[str, Any]], rng: random.Random
) -> Iterator[dict[str, Any]]:
    """Yield a line for each of our own questions, and for a yes-no question a claim of its evidence.

    To other questions, in a sixth of the cases, their evidence says neither yes nor no: such a claim is neutral.

    Their passages are named by `passage_key`: the texts stay with the release questions and their licences.
    """
    for row in rows:
        source = passages[row["passage"]]
        passage = source["passage"]
        answer = row.get("answer", "")
        start = row.get("start", passage.find(answer, max(0, passage.find(row.get("sentence", "")))))
        start = passage.find(answer) if start < 0 else start
        question = followup_question(row.get("history") or (), row["question"])
        spans = [[start, start + len(answer)]] if row["label"] == 1 else []
        heading = "" if passage.startswith(f"{source['doc']}\n") else source["doc"]
        yield _line(question, heading, passage, spans, row["label"], "own", rng) | verdict_label(row, {})
        if row["kind"] == FRAGMENT:
            yield _line(row["question"], heading, passage, [], 0, "own-alone", rng) | {"w": 0.5}
        if row.get("verdict") in VERDICTS or (row["kind"] != "yesno" and rng.random() < NEITHER):
            start = start if row["label"] == 1 else rng.randrange(len(passage))
            evidence = sentence_around(passage, start, start + len(answer))
            label = NLI[VERDICTS.get(row.get("verdict", ""), "neutral")]
            yield {"hypothesis": question, "premise": evidence, "nli": label, "src": "own-yes-no"}


def given_verdicts() -> dict[tuple[str, str], str]:
    """Return what the passages of the given yes-no questions say, "yes" or "no", by `passage_key` and question."""
    return {(row["passage"], row["question"]): row["verdict"] for row in read_jsonl(VERDICTS_GIVEN)}


def verdict_label(row: Mapping[str, Any], verdicts: Mapping[tuple[str, str], str]) -> dict[str, int]:
    """Return the label `nli` of a question, none if it asks for yes or no and which of these is not known.

    `verdicts` are those of rows that do not tell it themselves.
    """
    if row["label"] == 0 or row["kind"] != "yesno":
        return {"nli": NLI["neutral"]}
    verdict = row.get("verdict") or verdicts.get((passage_key(row["passage"]), row["question"]), "")
    return {"nli": NLI[VERDICTS[verdict]]} if verdict in VERDICTS else {}


def written_passages() -> dict[str, dict[str, Any]]:
    """Return the passages that were written for this project, by `passage_key`; their texts begin with their title."""
    return {passage_key(row["passage"]): row for row in read_jsonl(PASSAGES)}


def passage_key(passage: str) -> str:
    """Return the name of a passage in `training/questions`: the first 16 digits of its sha256."""
    return hashlib.sha256(passage.encode()).hexdigest()[:16]


def sentence_around(text: str, start: int, end: int) -> str:
    """Return the sentence or line that holds characters `start` to `end`."""
    begin = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start)) + 1
    stops = [stop for mark in ("\n", ". ") if (stop := text.find(mark, end)) >= 0]
    return text[begin : min(stops) + 1 if stops else len(text)].strip()


def claim_lines(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {"hypothesis": row["claim"], "premise": row["evidence"], "nli": NLI[row["label"]], "src": "claims"}


def followup_question(earlier: Sequence[str], question: str) -> str:
    """Return a follow-up as the reader reads it: after the last questions before it."""
    return " ".join([*earlier[-HISTORY:], question])


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines, compressed or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _line(
    question: str, doc: str, passage: str, spans: list[list[int]], label: int, kind: str, rng: random.Random
) -> dict[str, Any]:
    """Return a line over the passage as a window: in half of the cases under the title of its document."""
    heading = f"{doc}\n" if doc and rng.random() < 0.5 else ""
    shifted = [[start + len(heading), end + len(heading)] for start, end in spans]
    return {"q": question, "ctx": heading + passage, "spans": shifted, "y": label, "w": 1.0, "src": kind}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
