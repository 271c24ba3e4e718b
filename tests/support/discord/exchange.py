"""An interaction: its user and channel, its payload, and its responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.discord.files import LARGEST_BYTES
from tests.support.discord.payloads import BOT, MEMBER, Channel, Json, User, snowflake
from tests.support.discord.rules import LOADING
from tests.support.recorder import Recorder

__all__ = [
    "ANSWERED_WITHIN_S",
    "AUTOCOMPLETE",
    "COMMAND",
    "COMPONENT",
    "MESSAGE_MENU",
    "SUBMIT",
    "Exchange",
    "Scene",
    "is_final",
]

ACKNOWLEDGED_WITHIN_S = 10.0  # well after Discord's three seconds: what comes later never comes
ANSWERED_WITHIN_S = 150.0  # a machine that is busy with other things takes long, and no rule is broken

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
MESSAGE_MENU = 3
IN_GUILD, WITH_BOT, AMONG_PEOPLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Scene:
    """Who does something, and where. `permissions` are the person's there, `joined` says whether the bot is in that
    server, `personal` whether the person installed the bot for themselves too."""

    user: User
    channel: Channel
    permissions: int = MEMBER
    roles: tuple[str, ...] = ()
    locale: str = "en-US"
    joined: bool = True
    personal: bool = False

    @property
    def context(self) -> int:
        """A server, direct messages with the bot, or any other private channel."""
        if self.channel.guild is not None:
            return IN_GUILD
        return WITH_BOT if self.channel.recipient else AMONG_PEOPLE

    @property
    def owners(self) -> Json:
        """The owners of the installation: "0" a server ("0" in direct messages), "1" the user."""
        guild = self.channel.guild
        brought = self.context == AMONG_PEOPLE or (guild is not None and not self.joined)
        owners: Json = {} if brought else {"0": guild.id if guild else "0"}
        return owners | ({"1": self.user.id} if brought or self.personal else {})


def is_final(message: Json) -> bool:
    """Whether a response is no longer "thinking"."""
    return not message["flags"] & LOADING


@dataclass(eq=False)
class Exchange:
    """One interaction: what was asked, when it was acknowledged, and its response as it changed.

    `payload` is what the gateway brings. `origin` is the message that its button is on; `message` is the response,
    which after an update is the origin itself. `callbacks` are the types of its first response, of which there is one
    at most, `form` the modal that it opened, `choices` what an autocomplete offers.
    """

    scene: Scene
    payload: Json
    dispatched_at: float
    origin: Json | None = None
    acknowledged_at: float | None = None
    message: Json | None = None
    form: Json | None = None
    choices: list[Json] | None = None
    callbacks: Recorder[int] = field(default_factory=lambda: Recorder("first response"))
    updates: Recorder[Json] = field(default_factory=lambda: Recorder("interaction response"))
    followups: dict[str, Json] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        kind: int,
        data: Json,
        scene: Scene,
        *,
        at: float,
        channel: Json,
        app_permissions: int,
        origin: Json | None = None,
    ) -> Exchange:
        """A new one with the payload that the bot gets, but for its message; `channel` is the channel's own payload."""
        payload: Json = {
            "id": snowflake(),
            "application_id": BOT.id,
            "type": kind,
            "token": f"interaction-token-{snowflake()}",
            "version": 1,
            "channel_id": scene.channel.id,
            "channel": channel | {"permissions": str(scene.permissions)},
            "locale": scene.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "app_permissions": str(app_permissions),
            "attachment_size_limit": LARGEST_BYTES,
            "authorizing_integration_owners": scene.owners,
            "context": scene.context,
            "data": data,
        }
        guild = scene.channel.guild
        if guild is None:
            payload["user"] = scene.user.payload()
        else:
            member = scene.user.member(roles=scene.roles, permissions=scene.permissions)
            payload |= {"guild_id": guild.id, "guild": guild.partial(), "guild_locale": "en-US", "member": member}
        return cls(scene, payload, at, origin)

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def token(self) -> str:
        return str(self.payload["token"])

    @property
    def kind(self) -> int:
        return int(self.payload["type"])

    @property
    def user(self) -> User:
        return self.scene.user

    @property
    def channel(self) -> Channel:
        return self.scene.channel

    @property
    def acknowledged_after(self) -> float:
        """Seconds from the dispatch to the callback; infinite if none came in time."""
        return float("inf") if self.acknowledged_at is None else self.acknowledged_at - self.dispatched_at

    @property
    def metadata(self) -> Json:
        """What a message that answers it says of it."""
        about = {"id": self.id, "type": self.kind, "user": self.user.payload()}
        return about | {"authorizing_integration_owners": self.scene.owners}

    async def acknowledged(self) -> int:
        """The type of the first response, once it came."""
        return await self.callbacks.wait_for(lambda _: True, within=ACKNOWLEDGED_WITHIN_S)

    async def answer(self, until: Callable[[Json], bool] = is_final) -> Json:
        """A copy of the first message of it that fits: new, or changed."""
        await self.acknowledged()
        return await self.updates.wait_for(until, within=ANSWERED_WITHIN_S)
