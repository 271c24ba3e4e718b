"""Checks that a message is harmless and within Discord's limits, and texts that try to break that."""

from __future__ import annotations

import re
import unicodedata

from discord import ui
from hypothesis import strategies as st

from bot.text.escape import utf16_length
from tests.support.discord.payloads import Json
from tests.support.discord.rules import all_components, check_message
from tests.support.makers import make_citation

EVIL = (
    "@everyone @here <@123456789012345678> <@!12> <@&3> <#4> </ask:5> <t:1:R> <id:guide> <a:b:6> [x](https://y.z) "
    "discord.gg/abc https://discord.com/invite/abc # h\n- l\n> q\n-# s ||spoiler|| ~~gone~~ `code` ```js\n``` _i_ **b"
    "** :smile: \u202eevil\u202c \u2066x\u2069 \u200f\u061c\x00\x1b\\"
)
PIECES = [
    *EVIL.split(" "),
    "@",
    "<",
    "]",
    "(",
    ":",
    "/",
    "\\",
    "\n",
    "e\u0301",
    "👩\u200d🚀",
    "🇬🇧",
    "می\u200cخواهم",
    "字" * 50,
]
texts = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(), max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=80).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=80).map(" ".join),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=6), st.integers(1, 3000)),
)

FORBIDDEN = re.compile(
    r"@everyone|@here|<@|<#|</|<a?:\w|<id:|\]\(|://|discord(app)?\.(gg|com|me|io)/|\|\||~~|```|(?<!\\)[`_~|<\[\]]",
    re.IGNORECASE,
)
OWN_TIME = re.compile(r"<t:\d+:[Rf]>")
BIDIRECTIONAL = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
MAY_BE_INVISIBLE = {"\n", "\u200b", "\u200c", "\u200d"}


def blocks(view: ui.LayoutView, *files: str) -> list[str]:
    """The texts of a message with these files, after the checks that Discord makes itself."""
    attached = [{"filename": name} for name in files]
    message: Json = {"flags": 1 << 15, "components": view.to_components(), "attachments": attached}
    check_message(message)
    return [component["content"] for component in all_components(message["components"]) if component["type"] == 10]


def check_harmless(view: ui.LayoutView) -> None:
    """Assert that a view is within every limit and that nothing in it acts, hides or is empty."""
    texts = blocks(view)
    text = "\n".join(texts)
    assert texts
    assert all(block.strip() for block in texts)
    assert sum(utf16_length(block) for block in texts) <= 4000
    assert len(list(all_components(view.to_components()))) <= 40
    assert not BIDIRECTIONAL & set(text)
    assert {char for char in text if unicodedata.category(char) in ("Cc", "Cs")} <= MAY_BE_INVISIBLE
    assert "\u200b" not in re.sub("@\u200b(everyone|here)", "", text, flags=re.IGNORECASE)
    texts = text.replace(r"\\", "+")  # an escaped backslash escapes nothing after it, and joins nothing either
    assert FORBIDDEN.search(OWN_TIME.sub("", texts)) is None


def seen(escaped: str) -> str:
    """Return escaped text as a reader sees it."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", escaped).replace("@\u200b", "@")


citations = st.builds(
    lambda number, quote, title, section, source: make_citation(
        number, quote, title=title, section=section, source=source
    ),
    st.integers(1, 99),
    texts,
    texts,
    texts,
    texts,
)
