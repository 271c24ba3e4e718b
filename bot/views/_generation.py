"""The language model that writes answers, and what is left of its budgets, as lines of a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.text.escape import ELLIPSIS, fit
from bot.text.i18n import format_number, gettext
from bot.views.times import relative_time

if TYPE_CHECKING:
    from index.domain.generation import GenerationStatus, TokenBudget

__all__ = ["generation_lines"]

MODEL_ROOM = 100


def generation_lines(status: GenerationStatus | None) -> Iterator[str]:
    """Yield the language model, whether it rests, and the tokens that are left today; nothing without a model."""
    if status is None:
        return
    model = fit(status.model, MODEL_ROOM) or ELLIPSIS
    if status.paused_until is None:
        yield gettext("Language model: {model} (writes answers; every sentence is checked)", model=model)
    else:
        when = relative_time(status.paused_until)
        yield gettext(
            "Language model: {model} (rests after several faults; asked again {when})", model=model, when=when
        )
    if budgets := ", ".join(_budgets(status)):
        yield gettext("Tokens left today: {budgets}", budgets=budgets)


def _budgets(status: GenerationStatus) -> Iterator[str]:
    if status.day.limit:
        yield gettext("{left} of {limit}", **_figures(status.day))
    if status.server and status.server.limit:
        yield gettext("{left} of {limit} in this server", **_figures(status.server))
    if status.user and status.user.limit:
        yield gettext("{left} of {limit} for you", **_figures(status.user))


def _figures(budget: TokenBudget) -> dict[str, str]:
    return {"left": format_number(budget.left or 0), "limit": format_number(budget.limit)}
