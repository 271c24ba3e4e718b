"""Forms (modals), and what comes back from them. Their `custom_id` says what they are for, so discord.py need not keep
them, and one that is sent after a restart is still understood."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.text.i18n import pgettext
from bot.views.custom_id import ComponentId

__all__ = ["modal_text", "question_modal", "reason_modal"]

FIELD = "text"
LONGEST_REASON = 500


def question_modal(answer_id: str, longest: int) -> ui.Modal:
    """Asks for a question that follows an answer."""
    return _form(
        ComponentId("asked", answer_id),
        pgettext("title", "Ask a follow-up"),
        pgettext("label", "Your question"),
        pgettext("placeholder", "And Maverick?"),
        longest=longest,
        needed=True,
    )


def reason_modal(answer_id: str) -> ui.Modal:
    """Asks what was wrong with an answer; the vote is counted already."""
    return _form(
        ComponentId("why", answer_id),
        pgettext("title", "Not helpful"),
        pgettext("label", "What was wrong or missing? (Optional.)"),
        "",
        longest=LONGEST_REASON,
        needed=False,
    )


def modal_text(interaction: discord.Interaction[Any]) -> str:
    """What was written in a form that came back, without white space around it."""
    data: Any = interaction.data or {}
    return _value(data.get("components") or []).strip()


def _value(components: Any) -> str:
    for component in components:
        if component.get("custom_id") == FIELD:
            return str(component.get("value") or "")
        inner = component.get("component")
        if found := _value([inner] if inner else component.get("components") or []):
            return found
    return ""


def _form(press: ComponentId, title: str, label: str, hint: str, *, longest: int, needed: bool) -> ui.Modal:
    form = ui.Modal(title=title, custom_id=press.custom_id)
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=FIELD,
        style=discord.TextStyle.paragraph,
        placeholder=hint or None,
        required=needed,
        min_length=1 if needed else None,
        max_length=longest,
    )
    form.add_item(ui.Label(text=label, component=field))
    form.stop()
    return form
