"""Characters for private use that mark, through the conversion to HTML, what HTML cannot say of a paragraph."""

from __future__ import annotations

__all__ = ["CAPTION", "FIELD", "FURNITURE", "LABEL_END", "LABEL_START", "REMOVED", "TAB"]

LABEL_START, LABEL_END = "\ue000", "\ue001"
"""Around the level and the number of a paragraph: the level is one digit."""

TAB = "\ue002"
FIELD = "\ue003"
"""In the place of a page number or of another field that was left out."""

FURNITURE = "\ue004"
"""Before a paragraph of a header or footer."""

CAPTION = "\ue005"
"""Before the caption of a table or picture."""

REMOVED = {ord(character): None for character in (LABEL_START, LABEL_END, TAB, FIELD, FURNITURE, CAPTION)}
"""For `str.translate`: such characters of the document itself are left out."""
