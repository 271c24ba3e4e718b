"""The codec of `custom_id`: what a button or a form does, and to which answer.

All of it is in the `custom_id`, so that components work after a restart without any state in the bot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

if TYPE_CHECKING:
    from discord.ui import LayoutView

__all__ = ["STOP_WRITING", "ComponentId", "answer_id_in", "button"]

STOP_WRITING = "stopwriting"
"""The action that stops the writing of an answer; `answer` is then the key of the writing."""

PREFIX = "footnote"
FORMAT = re.compile(
    rf"{PREFIX}:(?P<action>[a-z]{{1,12}}):(?P<answer>[A-Za-z0-9_-]{{0,32}}):(?P<number>\d{{1,3}}):(?P<page>\d{{1,6}})"
)


@dataclass(frozen=True, slots=True)
class ComponentId:
    """The action of a button or a form, and its arguments.

    `answer` is the id of an answer in the journal, or of what else the action is about. `number` (of a citation) and
    `page` count from 1; 0 stands for none.
    """

    action: str
    answer: str = ""
    number: int = 0
    page: int = 0

    @property
    def custom_id(self) -> str:
        """The `custom_id`, within Discord's limit of 100 characters."""
        return f"{PREFIX}:{self.action}:{self.answer}:{self.number}:{self.page}"

    @classmethod
    def parse(cls, custom_id: str) -> ComponentId | None:
        """Return what a `custom_id` means; None if it is not of this bot, or of another version."""
        match = FORMAT.fullmatch(custom_id)
        return cls(match["action"], match["answer"], int(match["number"]), int(match["page"])) if match else None


def button(
    component_id: ComponentId,
    label: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> ui.Button[LayoutView]:
    """Return a button with a label that screen readers read."""
    return ui.Button(label=label, custom_id=component_id.custom_id, style=style, disabled=disabled)


def answer_id_in(message: discord.Message) -> str:
    """Return the id of the answer that a message of the bot shows; empty if it shows none."""
    component_ids = (ComponentId.parse(custom_id) for custom_id in _custom_ids(message.components))
    return next((component_id.answer for component_id in component_ids if component_id and component_id.answer), "")


def _custom_ids(components: Any) -> Iterator[str]:
    for component in components:
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
        yield from _custom_ids(getattr(component, "children", ()))
        if accessory := getattr(component, "accessory", None):
            yield from _custom_ids([accessory])
