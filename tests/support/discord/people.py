"""What people do to the local Discord: each gives the interaction or message, and the payload to dispatch."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.discord.commands import invocation
from tests.support.discord.components import BUTTON, CHANNEL_SELECT, LINK, SELECT, all_components
from tests.support.discord.exchange import AUTOCOMPLETE, COMMAND, COMPONENT, MESSAGE_MENU, SUBMIT, Exchange, Scene
from tests.support.discord.forms import Form, Value
from tests.support.discord.payloads import MEMBER, Channel, Json, User
from tests.support.discord.rules import EPHEMERAL
from tests.support.discord.state import State

__all__ = ["People"]


class People:
    """Acts on a `State` as clients do; AssertionError for what no client lets its person do."""

    def __init__(self, state: State) -> None:
        self.state = state

    def command(self, scene: Scene, name: str, options: Mapping[str, Any], definition: Json | None) -> Exchange:
        """A slash command; without a definition nothing is checked."""
        _assert_offered(definition, scene)
        return self._begin(COMMAND, invocation(name, options, definition=definition), scene)

    def complete(
        self, scene: Scene, name: str, options: Mapping[str, Any], definition: Json | None, focused: str = ""
    ) -> Exchange:
        """A command while an option is being typed: `focused`, by default the last one."""
        focused = focused or list(options)[-1]
        return self._begin(AUTOCOMPLETE, invocation(name, options, definition=definition, focused=focused), scene)

    def menu(self, scene: Scene, name: str, message: Json, definition: Json | None) -> Exchange:
        """A command from a message's context menu; it brings the message with all that is in it."""
        target = self.current(message)
        assert not target["flags"] & EPHEMERAL, "an ephemeral message has no apps in its menu"
        assert target["channel_id"] == scene.channel.id, "the message is in another channel"
        _assert_offered(definition, scene)
        data = invocation("menu", {}, definition=None) | {"name": name, "type": MESSAGE_MENU, "target_id": target["id"]}
        if definition:
            assert definition["type"] == MESSAGE_MENU, f"{name} is not in the menu of messages"
            data["id"] = definition["id"]
        data["resolved"] = {"messages": {target["id"]: copy.deepcopy(target)}}
        return self._begin(COMMAND, data, scene)

    def press(self, scene: Scene, message: Json, button: str, number: int | None = None) -> Exchange:
        """A button by label or custom id; `number`, from 1, where several read the same."""
        current = self._shown(scene, message)
        pressed = _one(current, {BUTTON}, button, number)
        assert pressed["style"] != LINK, f"{button} is a link: Discord opens it and tells nobody"
        return self._use(scene, current, pressed, {})

    def forged(self, scene: Scene, custom_id: str, message: Json) -> Exchange:
        """The press of a button that is not on the message, which no client lets its person do."""
        data = {"custom_id": custom_id, "component_type": BUTTON, "id": 1}
        return self._begin(COMPONENT, data, scene, self.current(message))

    def select(self, scene: Scene, message: Json, menu: str, values: tuple[str | Channel, ...]) -> Exchange:
        """Values of a select menu, by its custom id or placeholder."""
        current = self._shown(scene, message)
        used = _one(current, {SELECT, CHANNEL_SELECT}, menu, None)
        least, most = used.get("min_values", 1), used.get("max_values", 1)
        assert least <= len(values) <= most, f"{menu} takes {least} to {most}"
        if used["type"] == SELECT:
            offered = {option["value"] for option in used["options"]}
            assert set(values) <= offered, f"{menu} offers {sorted(offered)}"
        channels = [value for value in values if isinstance(value, Channel)]
        chosen: Json = {"values": [value.id if isinstance(value, Channel) else value for value in values]}
        if channels:
            resolved = {channel.id: channel.payload() | {"permissions": str(MEMBER)} for channel in channels}
            chosen["resolved"] = {"channels": resolved}
        return self._use(scene, current, used, chosen)

    def _use(self, scene: Scene, shown: Json, component: Json, more: Json) -> Exchange:
        assert not component.get("disabled"), f"{component['custom_id']} is disabled"
        data = {"custom_id": component["custom_id"], "component_type": component["type"], "id": component["id"]}
        return self._begin(COMPONENT, data | more, scene, shown)

    def submit(self, form: Form, text: str | None, fields: Mapping[str, Value]) -> Exchange:
        """The form, submitted by the user who opened it, in the same channel."""
        opened = form.exchange
        return self._begin(SUBMIT, form.filled(text, fields), opened.scene, opened.origin)

    def say(self, scene: Scene, content: str, *, reply_to: Json | None = None, ping: bool = True) -> Json:
        """A message; a reply that pings mentions its addressee."""
        extra: Json = {}
        if reply_to is not None:
            target = self.current(reply_to)
            assert not target["flags"] & EPHEMERAL, "nobody can reply to an ephemeral message"
            assert target["channel_id"] == scene.channel.id, "the message is in another channel"
            guild = scene.channel.guild
            reference = {"type": 0, "message_id": target["id"], "channel_id": scene.channel.id}
            alone = {key: value for key, value in target.items() if key != "referenced_message"}
            extra = {"type": 19, "referenced_message": copy.deepcopy(alone)}
            extra["message_reference"] = reference | ({"guild_id": guild.id} if guild else {})
        message = self.state.new_message(scene.channel, scene.user, {"content": content}, **extra)
        if reply_to is not None and ping:
            author = self.state.users[reply_to["author"]["id"]].payload()
            message["mentions"] = [mention for mention in message["mentions"] if mention["id"] != author["id"]] + [
                author
            ]
        return message

    def current(self, message: Json) -> Json:
        """The message as it stands now."""
        assert message["id"] in self.state.messages, "the message is gone"
        return self.state.messages[message["id"]]

    def scene_at(self, message: Json, user: User | None = None, **who: Any) -> Scene:
        """The scene of a message; without a user, that of somebody who sees it."""
        channel = self.state.channels[message["channel_id"]]
        return self.state.scene(user or self.alone(message) or User.new(), channel=channel, **who)

    def alone(self, message: Json) -> User | None:
        """The only user who sees the message: of an ephemeral one or in direct messages; else None."""
        return self.state.shown_to.get(message["id"]) or self.state.channels[message["channel_id"]].recipient

    def _shown(self, scene: Scene, message: Json) -> Json:
        """The message as it stands, which the person must be able to see."""
        current = self.current(message)
        assert self.alone(current) in (None, scene.user), "the message is shown to somebody else alone"
        assert current["channel_id"] == scene.channel.id, "the message is in another channel"
        return current

    def _begin(self, kind: int, data: Json, scene: Scene, origin: Json | None = None) -> Exchange:
        exchange = Exchange.begin(
            kind,
            data,
            scene,
            at=self.state.clock(),
            channel=self.state.payload(scene.channel),
            app_permissions=self.state.permissions(scene.channel),
            origin=origin,
        )
        if origin is not None:
            exchange.payload["message"] = self.state.seen(origin)
        self.state.exchanges[exchange.token] = exchange
        return exchange


def _assert_offered(definition: Json | None, scene: Scene) -> None:
    """Refuse a command in a context that it is not registered for, as a client does."""
    contexts = definition.get("contexts") if definition else None
    assert not contexts or scene.context in contexts, "the command is not offered here"


def _one(message: Json, kinds: set[int], wanted: str, number: int | None) -> Json:
    """The one component that is wanted."""
    usable = [component for component in all_components(message["components"]) if component["type"] in kinds]
    components = [component for component in usable if wanted in _names(component)]
    names = [(item.get("label") or item.get("placeholder"), item.get("custom_id")) for item in usable]
    assert components, f"no {wanted!r} is on the message, but {names}"
    assert number is not None or len(components) == 1, f"which of the {len(components)} that read {wanted!r}? {names}"
    assert (number or 1) <= len(components), f"only {len(components)} read {wanted!r}: {names}"
    return components[(number or 1) - 1]


def _names(component: Json) -> Iterator[str]:
    for key in ("custom_id", "label", "placeholder"):
        if component.get(key):
            yield component[key]
