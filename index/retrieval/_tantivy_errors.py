"""Errors of tantivy, which knows ValueError and panics alone, as those of the ports."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["translate_errors"]

NUMBER = re.compile(r"os error (\d+)|Os \{ code: (\d+)")
"""How an error of the operating system shows in a message."""


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise what the system refused as OSError with its number, all else as ValueError: the index is damaged."""
    try:
        yield
    except ValueError as error:
        if found := NUMBER.search(str(error)):
            number = int(found[1] or found[2])
            raise OSError(number, os.strerror(number)) from error
        raise ValueError(f"the keyword index is damaged: {error}") from error
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":  # the module of PanicException, which is no Exception
            raise
        raise ValueError(f"the keyword index is damaged: {error}") from error
