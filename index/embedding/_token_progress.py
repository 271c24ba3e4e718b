"""Progress of embedding, in tokens."""

from __future__ import annotations

from index.domain.ports import Progress
from index.domain.stages import Stage

__all__ = ["TokenProgress"]


class TokenProgress:
    """Counts tokens, and estimates how many there are in all from the characters of all texts; 0 if not known."""

    def __init__(self, progress: Progress | None, characters: int) -> None:
        self._progress = progress
        self._all_characters = characters
        self._characters = 0
        self.tokens = 0

    def add(self, characters: int, tokens: int) -> None:
        """Report texts that are done."""
        self._characters += characters
        self.tokens += tokens
        self.repeat()

    def repeat(self) -> None:
        """Report anew what is done, so that whoever listens can give up."""
        self._report(self.tokens, self._characters, self.tokens)

    def within(self, characters: int, done: int, tokens: int) -> None:
        """Report `done` of the tokens of texts that are being embedded."""
        self._report(self.tokens + done, self._characters + characters, self.tokens + tokens)

    def _report(self, done: int, characters: int, tokens: int) -> None:
        """Report what is done; `tokens` of so many `characters` say how many the others have."""
        if self._progress:
            left = max(0, self._all_characters - characters)
            known = self._all_characters and characters
            self._progress(Stage.EMBEDDING_PASSAGES, done, tokens + round(left * tokens / characters) if known else 0)
