"""A small installation: sources, an index of the word embedder, a journal with questions, a file of state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.backup.places import Places
from index.journal.journal import Journal
from index.library import Library
from tests.support.index_fakes import library, write
from tests.support.journals import ANN, GUILD, answer, ask

__all__ = ["BREAD", "QUESTION", "Installation", "new_installation"]

BREAD = "Bread is made of flour and water.\n"
QUESTION = "bread flour water"


@dataclass(frozen=True)
class Installation:
    """Its places, all below one folder."""

    home: Path

    @property
    def places(self) -> Places:
        return Places(
            journal=self.home / "data" / "journal.sqlite3",
            index=self.home / "data" / "index",
            sources=self.home / "seeds",
            state=(self.home / "data" / "commands.json",),
            secrets=(self.home / ".env",),
        )

    def library(self) -> Library:
        return library(self.places.sources, self.places.index)

    def journal(self) -> Journal:
        return Journal(self.places.journal)

    def reindex(self) -> None:
        made = self.library()
        made.reindex()
        made.journal.close()

    def quotations(self) -> list[str]:
        """Return what an answer quotes."""
        return [citation.quote for citation in self.library().ask(QUESTION).citations]


def new_installation(home: Path) -> Installation:
    """Return an installation with two snapshots, one question with a vote, and a setting."""
    made = Installation(home)
    write(made.places.sources, a_md=BREAD, b_txt="Tea is made of leaves and time.\n")
    made.reindex()
    write(made.places.sources / "more", c_md="Coffee is made of beans.\n")
    made.reindex()
    journal = made.journal()
    journal.vote(ask(journal, answer("What is bread made of?")), user=ANN, helpful=True)
    journal.set_setting(GUILD, "language", "de")
    journal.close()
    made.places.state[0].write_text("{}", "utf-8")
    made.places.secrets[0].write_text("DISCORD_TOKEN=kept-secret\n", "utf-8")
    return made
