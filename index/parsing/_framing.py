"""Framing of files and answers between the index and the processes that read files."""

from __future__ import annotations

import struct

__all__ = ["ANSWER", "REQUEST"]

REQUEST = struct.Struct("<dQ")
"""Before each file: the seconds that reading it may take, and its length."""

ANSWER = struct.Struct("<iQ")
"""Before each answer: the exit code of the process that read the file, and its length."""
