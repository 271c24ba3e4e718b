"""Footnote's index: sources in, answers with checked quotations out. Knows nothing of Discord."""

from index.bootstrap import open_coordinator, open_corpora, open_library
from index.corpora.corpora import Corpora
from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.domain.messages import Message
from index.library import Library
from index.settings import Settings

__all__ = [
    "Answer",
    "Corpora",
    "Library",
    "LibraryError",
    "Message",
    "Settings",
    "open_coordinator",
    "open_corpora",
    "open_library",
]
