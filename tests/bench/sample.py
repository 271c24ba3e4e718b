"""The fixed sample of SQuAD 2.0 whose figures may not fall: two articles, and every fourth question about them.

    python -m tests.bench.sample [FOLDER]

writes `documents/` and `questions.jsonl` below FOLDER, build/sample where it is not given. It is taken from
`../shared/eval/squad2`, which is not part of this repository.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from tests.support.paths import ROOT, SHARED

__all__ = ["SQUAD", "write_sample"]

SQUAD = SHARED / "eval" / "squad2"
ARTICLES = ("1973_oil_crisis.md", "packet_switching.md")
EVERY = 4


def write_sample(folder: Path) -> tuple[Path, Path]:
    """Write the sample, the same bytes every time; return the folder of documents and the file of questions."""
    documents, questions = folder / "documents", folder / "questions.jsonl"
    documents.mkdir(parents=True, exist_ok=True)
    for name in ARTICLES:
        shutil.copyfile(SQUAD / "documents" / name, documents / name)
    lines = (SQUAD / "questions.jsonl").read_bytes().splitlines(keepends=True)
    about = [line for line in lines if json.loads(line)["source"] in ARTICLES]
    questions.write_bytes(b"".join(about[::EVERY]))
    return documents, questions


if __name__ == "__main__":
    if not SQUAD.is_dir():
        sys.exit(f"The sample can't be taken: there is no {SQUAD}.")
    write_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "sample")
