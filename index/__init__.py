"""Footnote's index: sources in, answers with checked quotations out. Knows nothing of Discord."""

from index.bootstrap import open_library
from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.domain.messages import Message
from index.library import Library
from index.settings import Settings

__all__ = ["Answer", "Library", "LibraryError", "Message", "Settings", "open_library"]
