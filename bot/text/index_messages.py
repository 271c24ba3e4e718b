"""What the index says in phrases, in the language that is spoken. Pure; plain text, not escaped."""

from __future__ import annotations

from bot.text.i18n import gettext, gettext_noop
from index import Message

__all__ = ["DISCORD_STEPS", "translate", "translate_fault"]

DISCORD_STEPS = {
    "run `python -m index reindex`": gettext_noop("/reindex builds it anew"),
    "run `python -m index reindex` to build it anew": gettext_noop("/reindex builds it anew"),
    "run `python -m index reindex`, or set EMBEDDING_MODEL back": gettext_noop(
        "/reindex builds it anew, or set EMBEDDING_MODEL back"
    ),
    "`python -m index snapshots` lists them": gettext_noop("/snapshots lists them"),
}
"""The steps of the command line, as one takes them on Discord."""


def translate(text: str) -> str:
    """A phrase of the index in the language that is spoken; any other text as it stands."""
    if not isinstance(text, Message):
        return text
    return gettext(text.template, **{name: _value(value) for name, value in text.values.items()})


def translate_fault(text: str) -> str:
    """What is wrong, without the step that mends it."""
    if isinstance(text, Message) and isinstance(what := text.values.get("fault"), str):
        return translate(what)
    return translate(text)


def _value(value: str | int | float | tuple[str, ...]) -> str | int | float:
    if isinstance(value, tuple):
        return "; ".join(map(translate, value))
    if isinstance(value, str):
        return gettext(DISCORD_STEPS[value]) if value in DISCORD_STEPS else translate(value)
    return value
