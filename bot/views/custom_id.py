"""What a button or a form says of itself: what it does, to which answer. It stands whole in the `custom_id`, so that
it works after a restart, and nothing is kept for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

if TYPE_CHECKING:
    from discord.ui import LayoutView

__all__ = ["ComponentId", "answer_id_in", "button"]

PREFIX = "footnote"
FORM = re.compile(
    rf"{PREFIX}:(?P<action>[a-z]{{1,12}}):(?P<answer>[A-Za-z0-9_-]{{0,32}}):(?P<number>\d{{1,3}}):(?P<page>\d{{1,6}})"
)


@dataclass(frozen=True, slots=True)
class ComponentId:
    """`action` is what to do, `answer` the id of an answer in the journal, `number` of one of its citations, from 1,
    `page` counts from 1; 0 stands for none."""

    action: str
    answer: str = ""
    number: int = 0
    page: int = 0

    @property
    def custom_id(self) -> str:
        """At most 100 characters, as Discord wants it."""
        return f"{PREFIX}:{self.action}:{self.answer}:{self.number}:{self.page}"

    @classmethod
    def parse(cls, custom_id: str) -> ComponentId | None:
        """What a `custom_id` says; None for one that is not ours, or not of this version."""
        match = FORM.fullmatch(custom_id)
        return cls(match["action"], match["answer"], int(match["number"]), int(match["page"])) if match else None


def button(
    press: ComponentId,
    label: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> ui.Button[LayoutView]:
    """A button with words on it, which a screen reader reads."""
    return ui.Button(label=label, custom_id=press.custom_id, style=style, disabled=disabled)


def answer_id_in(message: discord.Message) -> str:
    """The id of the answer that a message of the bot shows; empty if it shows none."""
    pressed = (ComponentId.parse(custom_id) for custom_id in _custom_ids(message.components))
    return next((press.answer for press in pressed if press and press.answer), "")


def _custom_ids(components: Any) -> Iterator[str]:
    for component in components:
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
        yield from _custom_ids(getattr(component, "children", ()))
        if accessory := getattr(component, "accessory", None):
            yield from _custom_ids([accessory])
