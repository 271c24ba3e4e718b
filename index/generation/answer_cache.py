"""The cache of written answers: verified ones by model and question, of one snapshot."""

from __future__ import annotations

from threading import Lock

from cachetools import LRUCache

from index.domain.answers import Answer
from index.text.normalize import collapse_whitespace, normalize_question

__all__ = ["AnswerCache"]

MOST_ANSWERS = 512


class AnswerCache:
    """Keeps the last written answers of the newest snapshot that was asked. Thread-safe."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._answers: LRUCache[tuple[str, str], Answer] = LRUCache(most)
        self._snapshot = ""
        self._lock = Lock()

    def get(self, snapshot: str, model: str, question: str) -> Answer | None:
        with self._lock:
            self._follow(snapshot)
            return self._answers.get((model, _key(question)))

    def put(self, snapshot: str, model: str, question: str, answer: Answer) -> None:
        """Keep an answer; one of an older snapshot than the one that serves now would come too late and is not kept."""
        with self._lock:
            if snapshot == self._snapshot:
                self._answers[model, _key(question)] = answer

    def _follow(self, snapshot: str) -> None:
        if snapshot != self._snapshot:
            self._answers.clear()
            self._snapshot = snapshot


def _key(question: str) -> str:
    return collapse_whitespace(normalize_question(question)).casefold()
