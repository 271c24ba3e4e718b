"""What a bot may answer to an interaction: the first response, its changes, and what follows."""

from __future__ import annotations

from typing import Any

from tests.support.discord.commands import check_choices
from tests.support.discord.components import check_form, numbered
from tests.support.discord.exchange import AUTOCOMPLETE, COMMAND, COMPONENT, MESSAGE_MENU, SUBMIT, Exchange
from tests.support.discord.files import NO_FILES, Uploads
from tests.support.discord.payloads import BOT, Json
from tests.support.discord.refusals import Refused, invalid, refuse_under
from tests.support.discord.rules import EPHEMERAL, LOADING
from tests.support.discord.state import ANSWER_WITHIN_S, State

__all__ = ["CHOICES", "DEFERRED", "DEFERRED_UPDATE", "MESSAGE", "MODAL", "TOKEN_LIVES_S", "UPDATE", "Responses"]

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
TAKEN = {
    COMMAND: (MESSAGE, DEFERRED, MODAL),
    COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    SUBMIT: (MESSAGE, DEFERRED),
}
SLASH_ANSWER, REPLY, MENU_ANSWER = 20, 19, 23  # types of messages
TOKEN_LIVES_S = 900.0


class Responses:
    """The calls that carry an interaction's token."""

    def __init__(self, state: State) -> None:
        self.state = state

    def exchange(self, token: str) -> Exchange:
        """The interaction whose response may be edited: it was acknowledged, less than 15 minutes ago."""
        exchange = self.state.exchanges.get(token)
        if exchange is None or exchange.acknowledged_at is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if self.state.clock() - exchange.dispatched_at > TOKEN_LIVES_S:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return exchange

    def acknowledge(self, interaction_id: str, token: str, body: Json, uploads: Uploads = NO_FILES) -> Exchange:
        """The first response to an interaction; one that is refused is none, another may follow."""
        exchange, now = self.state.exchanges.get(token), self.state.clock()
        if exchange is None or exchange.id != interaction_id or now - exchange.dispatched_at > ANSWER_WITHIN_S:
            raise Refused(404, 10062, "Unknown interaction")
        if exchange.acknowledged_at is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        kind = body.get("type")
        if kind not in _taken(exchange):
            choices = ", ".join(str(number) for number in _taken(exchange))
            raise invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {{{choices}}}.")
        try:
            self._respond(exchange, kind, body.get("data") or {}, uploads)
        except Refused as refused:
            refuse_under("data", refused)
        exchange.acknowledged_at = now
        exchange.callbacks.add(kind)
        if exchange.message is not None and kind != DEFERRED_UPDATE:
            exchange.updates.add(dict(exchange.message))
        return exchange

    def _respond(self, exchange: Exchange, kind: int, data: Json, uploads: Uploads) -> None:
        if kind == MESSAGE:
            exchange.message = self._message(exchange, data, uploads, **_place(exchange))
        elif kind == DEFERRED:
            flags = ((data.get("flags") or 0) & EPHEMERAL) | LOADING
            exchange.message = self._message(exchange, {}, flags=flags, **_place(exchange))
        elif kind == CHOICES:
            exchange.choices = check_choices(data.get("choices"), _focused(exchange.payload["data"])["type"])
        elif kind == MODAL:
            check_form(data)
            exchange.form = data | {"components": numbered(data["components"])}
        else:
            exchange.message = exchange.origin
            if kind == UPDATE and exchange.origin is not None:
                self.state.edit(exchange.origin, data, uploads)

    def _message(self, exchange: Exchange, body: Json, uploads: Uploads = NO_FILES, **extra: Any) -> Json:
        """A new message as the response; an ephemeral one is shown to the user of the interaction."""
        about: Json = {"webhook_id": BOT.id, "application_id": BOT.id, "interaction_metadata": exchange.metadata}
        message = self.state.by_bot(exchange.channel, body, uploads, **about, **extra)
        if message["flags"] & EPHEMERAL:
            self.state.shown_to[message["id"]] = exchange.user
        return message

    def original(self, exchange: Exchange) -> Json:
        """The response: after an update, the message that the button is on."""
        if exchange.message is None or exchange.message["id"] not in self.state.messages:
            raise Refused(404, 10008, "Unknown Message")
        return exchange.message

    def edit(self, exchange: Exchange, body: Json, uploads: Uploads = NO_FILES) -> Json:
        """The response, changed."""
        message = self.state.edit(self.original(exchange), body, uploads)
        exchange.updates.add(dict(message))
        return message

    def delete(self, exchange: Exchange) -> None:
        """The response is gone."""
        del self.state.messages[self.original(exchange)["id"]]
        exchange.message = None

    def follow_up(self, exchange: Exchange, body: Json, uploads: Uploads = NO_FILES) -> Json:
        """A further message; the first one after a deferred response takes its place, as on Discord."""
        if exchange.message is not None and exchange.message["flags"] & LOADING:
            return self.edit(exchange, body, uploads)
        message = self._message(exchange, body, uploads)
        exchange.followups[message["id"]] = message
        exchange.updates.add(dict(message))
        return message

    def named(self, exchange: Exchange, message_id: str) -> Json:
        """A message of this exchange: the response or one that followed."""
        if exchange.message is not None and message_id in ("@original", exchange.message["id"]):
            return self.original(exchange)
        if message_id not in exchange.followups:
            raise Refused(404, 10008, "Unknown Message")
        return exchange.followups[message_id]

    def edit_named(self, exchange: Exchange, message_id: str, body: Json, uploads: Uploads = NO_FILES) -> Json:
        message = self.state.edit(self.named(exchange, message_id), body, uploads)
        exchange.updates.add(dict(message))
        return message


def _taken(exchange: Exchange) -> tuple[int, ...]:
    """The types of first response that fit; a form from a button may also change the message of that button."""
    from_a_button = exchange.kind == SUBMIT and exchange.origin is not None
    return TAKEN[exchange.kind] + ((DEFERRED_UPDATE, UPDATE) if from_a_button else ())


def _place(exchange: Exchange) -> Json:
    """How the first response stands in the channel: below its command, or as a reply to the button's message."""
    origin = exchange.origin
    if origin is None:
        menu = exchange.payload["data"].get("type") == MESSAGE_MENU
        return {"type": MENU_ANSWER if menu else SLASH_ANSWER}
    if origin["flags"] & EPHEMERAL:
        return {}
    reference = {"type": 0, "message_id": origin["id"], "channel_id": origin["channel_id"]}
    return {"type": REPLY, "message_reference": reference}


def _focused(data: Json) -> Json:
    """The option that is being typed, of the command or of its subcommand."""
    for option in data.get("options") or []:
        if option.get("focused"):
            return option  # type: ignore[no-any-return]
        if focused := _focused(option):
            return focused
    return {}
