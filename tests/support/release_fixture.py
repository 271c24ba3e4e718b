"""Make the fixture of a release: its index and journal, which later releases must take over.

In a checkout of the release: `python -m tests.support.release_fixture` writes tests/data/release-VERSION/. Commit it
there or in the next release; `tests/contract/test_upgrade.py` tries every such folder.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

from index import Settings, open_library
from index.domain.activity import COMMAND_LINE
from index.domain.messages import Message
from tests.support.paths import DATA, ROOT, SEEDS

ANN, BEN, GUILD, CHANNEL = 481516234200000001, 481516234200000002, 991516234200000004, 771516234200000003
QUESTIONS = (
    ("What is the context window of Scout?", True),
    ("How many experts does Maverick have?", False),
    ("Who won the football world cup in 1990?", None),
)
"""Questions of the journal, each with a vote: helpful, not helpful, or none."""


def make(folder: Path) -> None:
    """Build the index of the article and a journal, and write what is expected of them into expected.json."""
    folder.mkdir(parents=True)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        seeds_dir=SEEDS,
        index_dir=folder / "index",
        journal_file=folder / "journal.sqlite3",
        keep_questions_days=3650,
    )
    library = open_library(settings)
    with library.audited(Message("reindex"), origin=COMMAND_LINE) as line:
        library.reindex()
        line.outcome = Message("done")
    answers: list[dict[str, Any]] = []
    for question, helpful in QUESTIONS:
        recorded = library.conversation.reply(question, user=ANN, guild=GUILD, channel=CHANNEL)
        if helpful is not None:
            library.journal.vote(recorded.id, user=BEN, helpful=helpful)
        entry = library.journal.entry(recorded.id)
        assert entry
        answers.append({"id": recorded.id, "question": question, "abstained": entry.abstained, "helpful": helpful})
    library.journal.set_setting(GUILD, "language", "de")
    library.journal.close()
    with closing(sqlite3.connect(settings.journal_file)) as db:
        db.execute("PRAGMA journal_mode = DELETE")  # one file
        version = db.execute("PRAGMA user_version").fetchone()[0]
    expected = {
        "snapshot": library.snapshots()[0].id,
        "journal_version": version,
        "answers": answers,
        "votes_of_ben": sum(1 for _, helpful in QUESTIONS if helpful is not None),
        "settings": {"language": "de"},
        "users": {"ann": ANN, "ben": BEN},
        "guild": GUILD,
    }
    (folder / "expected.json").write_text(f"{json.dumps(expected, indent=1)}\n", "utf-8")
    for path in [*folder.rglob("*.lock"), *folder.rglob("*.lock.json")]:
        path.unlink()


def main() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / f"release-{version}"
    if target.exists():
        sys.exit(f"{target} is there already: a release's fixture never changes.")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        make(Path(folder) / "made")
        (Path(folder) / "made").rename(target)
    sys.stderr.write(f"Wrote {target}.\n")


if __name__ == "__main__":
    main()
