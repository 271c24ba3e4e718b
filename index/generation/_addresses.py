"""Links, mentions and commands: what acts on Discord, and may stand in a sentence only if its quotations have it."""

from __future__ import annotations

import re

from index.text.normalize import strip_hidden

__all__ = ["foreign_addresses"]

_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+"  # a link
    r"|\bwww\.\S+"
    r"|\b(?:[\w-]+\.)+[a-z]{2,}/\S*"  # a link without a scheme: discord.gg/x
    r"|\]\(\S*"  # a link in Markdown
    r"|@(?=\w)\S+"  # a mention, an address
    r"|<(?:[@#/:]|[a-z]+:)\S*",  # a mention, a command, an emoji, a moment
    re.IGNORECASE,
)
_CLOSING = ".,;:!?)>]\"'”»"


def foreign_addresses(text: str, quoted: str) -> list[str]:
    """Return the links, mentions and commands in a text that stand in none of the words quoted for it."""
    held = strip_hidden(quoted).casefold()
    found = [match.group().rstrip(_CLOSING) for match in _ADDRESS.finditer(strip_hidden(text))]
    return [address for address in found if address.casefold() not in held]
