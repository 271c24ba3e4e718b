"""Footnote's index: sources in, answers with checked quotations out. Knows nothing of Discord."""

from index.build import open_library
from index.errors import LibraryError
from index.library import Library
from index.phrase import Phrase
from index.settings import Settings
from index.types import Answer

__all__ = ["Answer", "Library", "LibraryError", "Phrase", "Settings", "open_library"]
