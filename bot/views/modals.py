"""Modals and the text that members enter in them.

What a modal is for is in its `custom_id`, so that one sent after a restart is still understood.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.text.i18n import pgettext
from bot.views.custom_id import ComponentId

__all__ = ["modal_text", "question_modal", "reason_modal"]

FIELD = "text"
MAX_REASON = 500


def question_modal(answer_id: str, max_length: int) -> ui.Modal:
    """Return a modal that asks for a follow-up question to an answer."""
    return _modal(
        ComponentId("asked", answer_id),
        pgettext("title", "Ask a follow-up"),
        pgettext("label", "Your question"),
        pgettext("placeholder", "And Maverick?"),
        max_length=max_length,
        required=True,
    )


def reason_modal(answer_id: str) -> ui.Modal:
    """Return a modal that asks what was wrong with an answer; the vote is counted already."""
    return _modal(
        ComponentId("why", answer_id),
        pgettext("title", "Not helpful"),
        pgettext("label", "What was wrong or missing? (Optional.)"),
        "",
        max_length=MAX_REASON,
        required=False,
    )


def modal_text(interaction: discord.Interaction[Any]) -> str:
    """Return the text that was entered in a modal, stripped."""
    data: Any = interaction.data or {}
    return _field_value(data.get("components") or []).strip()


def _field_value(components: Any) -> str:
    for component in components:
        if component.get("custom_id") == FIELD:
            return str(component.get("value") or "")
        inner = component.get("component")
        if value := _field_value([inner] if inner else component.get("components") or []):
            return value
    return ""


def _modal(
    component_id: ComponentId, title: str, label: str, placeholder: str, *, max_length: int, required: bool
) -> ui.Modal:
    modal = ui.Modal(title=title, custom_id=component_id.custom_id)
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=FIELD,
        style=discord.TextStyle.paragraph,
        placeholder=placeholder or None,
        required=required,
        min_length=1 if required else None,
        max_length=max_length,
    )
    modal.add_item(ui.Label(text=label, component=field))
    modal.stop()
    return modal
