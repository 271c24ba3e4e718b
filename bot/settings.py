"""The settings of the bot, the only reader of the environment in `bot`; `.env.example` is generated from them."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from bot.shards import MOST_SHARDS, ShardRange, parse_shards
from index.data_home import HomeSettings

__all__ = ["DISCORD_API", "BotSettings", "LogFormat", "PageAccess", "TracesExporter"]

DISCORD_API = "https://discord.com/api/v10"


class PageAccess(StrEnum):
    """Who may see pages: those with a signed link, or everyone."""

    OPEN = "open"
    SIGNED = "signed"


class TracesExporter(StrEnum):
    """Where traces go: to a collector by OTLP, or nowhere."""

    OTLP = "otlp"
    NONE = "none"


class LogFormat(StrEnum):
    """What a line of the log is: text, or an object of JSON."""

    TEXT = "text"
    JSON = "json"


def _split_ids(value: object) -> object:
    """Return the ids in a list with commas; any other value unchanged."""
    return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value


def _parse_duration(value: object) -> object:
    """Return the seconds of a duration such as "30m", "6h" or "1d"; any other value unchanged."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", value.lower()) if isinstance(value, str) else None
    return float(match[1]) * UNIT_SECONDS[match[2]] if match else value


def _parse_shards(value: object) -> object:
    """Return the shards of a text such as "0-3,8"; any other value unchanged."""
    return parse_shards(value) if isinstance(value, str) else value


UNIT_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

LEAST_SECRET = 32
"""Characters of a secret that nobody guesses."""

MIN_REINDEX_SECONDS = 60.0
"""The shortest interval of scheduled reindexes."""

Duration = Annotated[float, BeforeValidator(_parse_duration)]
Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_split_ids)]
Shards = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_parse_shards)]


class BotSettings(HomeSettings):
    """Settings from the environment or `.env`; built in `__main__` only."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    discord_token: SecretStr | None = Field(
        examples=["the token from the portal"],
        default=None,
        description="The bot's token from Discord's developer portal; without it, the console starts.",
    )
    discord_client_secret: SecretStr | None = Field(
        default=None,
        description="The application's client secret from the developer portal (OAuth2), with which moderators sign in "
        "on PUBLIC_URL/moderate; that page needs PUBLIC_URL, too.",
        examples=["AbCdEfGhIjKlMnOpQrStUvWxYz012345"],
    )
    discord_api_url: str = Field(
        examples=["https://discord.com/api/v10"],
        default=DISCORD_API,
        description="Discord's API, for a proxy or a local server in tests.",
    )
    moderator_guilds: Ids = Field(
        examples=["123456789012345678"],
        default=frozenset(),
        description="Ids of the servers whose moderators may reindex, with commas between. The bot's owner always may.",
    )
    moderator_roles: Ids = Field(
        examples=["123456789012345678,234567890123456789"],
        default=frozenset(),
        description="Ids of the roles in those servers that may reindex, with commas between. "
        "Manage Server always may there.",
    )
    cooldown_seconds: float = Field(
        examples=["20"],
        default=3.0,
        ge=0,
        le=3600,
        description="Least time between two questions of one user, in seconds; 0 for none.",
    )
    server_questions_per_minute: int = Field(
        examples=["60"], default=300, ge=0, description="Most questions a minute of one server; 0 for no limit."
    )
    most_waiting: int = Field(
        examples=["100"],
        default=200,
        ge=0,
        description="Most questions that wait for an answer at a time; above it the bot says that it is busy; "
        "0 for no limit.",
    )
    reindex_every: Duration = Field(
        examples=["6h"],
        default=0.0,
        ge=0,
        le=366 * 86_400,
        description="How often the bot on Discord reindexes by itself, as seconds or as 30m, 6h, 1d; 0 for never.",
    )
    watch_sources: bool = Field(
        examples=["true"],
        default=False,
        description="Whether the bot on Discord reindexes when files below SEEDS_DIR changed, also while it was down: "
        "true or false.",
    )
    shard_count: int | None = Field(
        default=None,
        ge=1,
        le=MOST_SHARDS,
        examples=["16"],
        description="How many shards the bot has in all, over all its processes; by default as many as Discord "
        "recommends, all in one process.",
    )
    shard_ids: Shards = Field(
        default=(),
        examples=["0-3,8"],
        description="Shards that this process may run, where several processes run one bot; needs SHARD_COUNT. It "
        "takes over those that another process runs when that ends.",
    )
    http_port: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        examples=["8080"],
        description="Port of the web server in the bot's process, for health, metrics and pages; without it there is "
        "none.",
    )
    http_host: str = Field(
        default="127.0.0.1",
        examples=["192.0.2.7"],
        description="Address that the web server listens at; 0.0.0.0 for every one, behind a proxy with TLS.",
    )
    log_format: LogFormat = Field(
        default=LogFormat.TEXT,
        examples=["json"],
        description="What each line of the bot's log is: text, or json for programs that collect logs.",
    )
    state_dir: Path = Field(
        examples=["data"],
        default=Path("data"),
        description="Folder for what the bot remembers: commands synced, the console's history.",
    )
    public_url: str = Field(
        examples=["https://footnote.example.org"],
        default="",
        description="The address at which members reach HTTP_PORT, such as https://footnote.example: with it, each "
        "quotation links to its source there.",
    )
    page_access: PageAccess = Field(
        examples=["signed"],
        default=PageAccess.SIGNED,
        description="Who sees the pages: signed for those with a link from an answer, open for everyone.",
    )
    page_link_days: int = Field(
        examples=["30"], default=30, ge=1, le=3650, description="How many days a signed link holds."
    )
    page_downloads: bool = Field(
        examples=["true"],
        default=False,
        description="Whether pages offer the original file of a source: true or false.",
    )
    search_page: bool = Field(
        examples=["true"],
        default=False,
        description="Whether the page of all sources answers questions: true or false.",
    )
    web_secret: SecretStr | None = Field(
        examples=["the output of openssl rand -hex 32"],
        default=None,
        description="What signs the links: 32 random characters or more; by default they are made and kept in "
        "STATE_DIR. A new one ends all links.",
    )

    otel_exporter_otlp_endpoint: str = Field(
        examples=["http://localhost:4318"],
        default="",
        description="The OpenTelemetry collector that gets traces of questions by OTLP over HTTP, such as "
        "http://localhost:4318; needs footnote[otel].",
    )
    otel_traces_exporter: TracesExporter | None = Field(
        examples=["otlp"],
        default=None,
        description="otlp for traces to OTEL_EXPORTER_OTLP_ENDPOINT, by default http://localhost:4318; none for no "
        "traces, whatever else is set.",
    )

    @property
    def state_files(self) -> tuple[Path, ...]:
        """The files in the state folder that a backup takes along."""
        return (self.commands_file, self.history_file)

    @property
    def locks(self) -> tuple[Path, ...]:
        """The files in the state folder that running bots have locked, and those that others left."""
        return tuple(sorted(self.state_dir.glob("bot-*.lock")))

    @property
    def commands_file(self) -> Path:
        return self.state_dir / "commands.json"

    @property
    def history_file(self) -> Path:
        return self.state_dir / "history"

    @property
    def web_secret_file(self) -> Path:
        return self.state_dir / "web_secret"

    @field_validator("shard_ids")
    @classmethod
    def _check_shard_ids(cls, ids: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        count = info.data.get("shard_count")
        if ids and count is None and "shard_count" in info.data:
            raise ValueError("it needs SHARD_COUNT, the number of all shards")
        if ids and count is not None and ids[-1] >= count:
            raise ValueError(f"it names shard {ids[-1]}, but SHARD_COUNT={count} has the shards 0 to {count - 1}")
        return ids

    @property
    def shards(self) -> ShardRange:
        """The shards that this process may run."""
        return ShardRange(self.shard_count, self.shard_ids)

    @field_validator("web_secret")
    @classmethod
    def _check_web_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and len(secret.get_secret_value().strip()) < LEAST_SECRET:
            raise ValueError(f"it should have {LEAST_SECRET} characters or more, such as openssl rand -hex 32 gives")
        return secret

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, url: str) -> str:
        """Return the URL without a slash at its end."""
        url = url.strip().rstrip("/")
        if url and not re.fullmatch(r"https?://(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?", url, re.IGNORECASE):
            raise ValueError("it should be an address without a path, such as https://footnote.example")
        return url

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _check_collector(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url, re.IGNORECASE):
            raise ValueError("it should be the address of a collector, such as http://localhost:4318")
        return url

    @field_validator("discord_token")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        """Return the token without surrounding white space; None if nothing is left."""
        value = token.get_secret_value().strip() if token else ""
        if not re.fullmatch(r"[\x21-\x7e]*", value):
            raise ValueError("it is not a token: copy it again, alone, from Discord's developer portal")
        return SecretStr(value) if value else None

    @field_validator("discord_client_secret")
    @classmethod
    def _check_client_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        """Return the secret without surrounding white space; None if nothing is left."""
        value = secret.get_secret_value().strip() if secret else ""
        if not re.fullmatch(r"[\x21-\x7e]*", value):
            raise ValueError("it is not a client secret: copy it again, alone, from Discord's developer portal, OAuth2")
        return SecretStr(value) if value else None

    @field_validator("reindex_every")
    @classmethod
    def _check_interval(cls, seconds: float) -> float:
        if 0 < seconds < MIN_REINDEX_SECONDS:
            raise ValueError(f"it should be 0 for never, or at least {MIN_REINDEX_SECONDS:g} seconds")
        return seconds

    @field_validator("discord_api_url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        """Return the URL without a slash at its end."""
        if not re.fullmatch(r"https?://[^\s{}?#]+", url):
            raise ValueError("it is not the address of an API")
        return url.rstrip("/")
