"""JSON Lines files that a person wrote: read whole, and the line named that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from index.domain.errors import LibraryError

__all__ = ["read_json_lines"]

T = TypeVar("T")


def read_json_lines(
    path: Path, parse: Callable[[dict[str, Any]], T], *, error: type[LibraryError], name: str, form: str
) -> list[T]:
    """Return what `parse` makes of each line that is not empty.

    Parameters
    ----------
    parse
        Raises ValueError, KeyError, TypeError or AttributeError for a line that it cannot use.
    error
        What is raised if the file cannot be read or a line cannot be used; the message names the line.
    name, form
        What a line is, in the singular, and how it looks, for the message.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as reason:
        raise error(f"The {name}s in {path} cannot be read: {reason}.") from reason
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(parse(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as reason:
                raise error(f"Line {number} of {path} is no {name}: {form}") from reason
    return found
