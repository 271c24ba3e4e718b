"""Handlers of buttons and modals, declared in the cogs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from discord.ext import commands

from bot.services.interactions import Interaction
from bot.views.custom_id import ComponentId

__all__ = ["Handler", "component", "handlers_of"]

Handler = Callable[[Interaction, ComponentId], Awaitable[None]]

CogT = TypeVar("CogT", bound=commands.Cog)
Method = Callable[[CogT, Interaction, ComponentId], Awaitable[None]]

ACTION = "__component_action__"


def component(action: str) -> Callable[[Method[CogT]], Method[CogT]]:
    """Declare a cog's method as the handler of components whose `custom_id` has this action."""

    def declare(method: Method[CogT]) -> Method[CogT]:
        setattr(method, ACTION, action)
        return method

    return declare


def handlers_of(cog: commands.Cog) -> dict[str, Handler]:
    """Return the handlers that a cog declares, by action."""
    members = vars(type(cog)).items()
    return {getattr(member, ACTION): getattr(cog, name) for name, member in members if hasattr(member, ACTION)}
