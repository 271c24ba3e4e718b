"""The entry point of the bot: on Discord if there is a token, else at the console."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bot.signals import end_on_signals

if __name__ == "__main__":
    end_on_signals()  # before the imports that take a second

from pydantic_settings import BaseSettings

from bot.logs import log_to_stderr
from bot.services.tracing import Tracing, open_tracing
from bot.settings import BotSettings
from index import Corpora, Library, LibraryError, Settings, open_coordinator, open_corpora, open_library
from index.data_home import copy_first_source
from index.domain.stages import AnswerStage
from index.setting_errors import WrongSettings, find_typos, read_settings

if TYPE_CHECKING:
    from bot.services.metrics import Metrics
    from index.domain.coordination import Coordinator

__all__ = ["WRONG_USAGE", "WrongSettings", "main", "own_files"]

log = logging.getLogger("bot")

WRONG_USAGE = 2

ABOUT = """Answers questions about the sources in SEEDS_DIR, quoting them to the letter, or says that they don't say.
On Discord when DISCORD_TOKEN is set, else at a prompt here: one question a line."""

EXIT_CODES = """exit codes:
  0  ended by Ctrl-C, SIGTERM, /quit or the end of the input
  1  anything else, such as Discord out of reach, a port in use, a full disk
  2  wrong usage, a setting that can't be used, a token or intents that Discord does not accept
  3, 4, 5  at the console: no index, no source can be read, the index does not fit; on Discord the bot stays up
Each failure says what to do; docs/troubleshooting.md lists them.
"""


def main(arguments: Sequence[str] | None = None, *, prog: str = "python -m bot", other_commands: str = "") -> int:
    """Run the bot and return the exit code: 0 after a clean end, 2 for wrong settings or a wrong token.

    `prog` and `other_commands` are for the text of `--help`.
    """
    _parser(prog, other_commands).parse_args(arguments)
    try:
        settings, bot_settings = read_settings(Settings), read_settings(BotSettings)
        log_to_stderr(settings.log_level, bot_settings.log_format)
        for typo in find_typos((Settings, BotSettings), settings.footnote_home):
            log.warning(typo)
        if note := copy_first_source(settings.footnote_home, settings.seeds_dir):
            sys.stderr.write(f"{note}\n")
        if bot_settings.discord_token:
            return _run_observed(settings, bot_settings)
        with closing(open_library(settings)) as library:
            return _run_console(library, bot_settings)
    except LibraryError as error:
        return _fail(error.log_message, error.exit_code)


def own_files() -> tuple[tuple[Path, ...], tuple[Path, ...], tuple[Path, ...]]:
    """Return the files that the bot keeps, those that may hold secrets, and its locks. Raises WrongSettings."""
    home, settings = read_settings(Settings).footnote_home, read_settings(BotSettings)
    return settings.state_files, ((home or Path()) / ".env", settings.web_secret_file), settings.locks


def _run_observed(settings: Settings, bot_settings: BotSettings) -> int:
    """Serve on Discord, and tell metrics and traces how long the stages of answers take."""
    from bot.services.metrics import Metrics

    metrics = Metrics()
    exporter = bot_settings.otel_traces_exporter
    with closing(open_tracing(bot_settings.otel_exporter_otlp_endpoint, exporter)) as tracing:

        def observe(stage: AnswerStage, seconds: float) -> None:
            tracing.observe(stage, seconds)
            if stage is not AnswerStage.WRITE:  # the bot itself times what waits for the language model
                metrics.observe(stage, seconds)

        with closing(open_corpora(settings, observe=observe)) as libraries:
            return _run_discord(libraries, settings, bot_settings, metrics, tracing)


def _run_discord(
    libraries: Corpora, index_settings: Settings, settings: BotSettings, metrics: Metrics, tracing: Tracing
) -> int:
    """Serve on Discord until a signal."""
    # Imported here, so that the console starts without discord.py.
    from bot.client.bot import FootnoteBot
    from bot.client.discord_patches import use_api
    from bot.client.lifecycle import CannotServe, exit_if_busy, serve
    from bot.client.scheduled_reindex import ReindexSchedule
    from bot.client.state_lock import bot_key, holding_state
    from bot.policy.moderators import Moderators
    from bot.policy.rate_limits import Limits
    from bot.web.secret import CannotKeepSecret
    from bot.web.site import page_links, web_server_of

    try:
        links = page_links(settings)
    except CannotKeepSecret as error:
        return _fail(str(error), WRONG_USAGE)

    async def run(token: str, coordinator: Coordinator) -> int:
        bot = FootnoteBot(
            libraries=libraries,
            commands_file=settings.commands_file,
            moderators=Moderators(
                guilds=settings.moderator_guilds, roles=settings.moderator_roles, everywhere=libraries.enabled
            ),
            limits=Limits(
                user_seconds=settings.cooldown_seconds,
                server_per_minute=settings.server_questions_per_minute,
                most_waiting=settings.most_waiting,
            ),
            reindex_schedule=ReindexSchedule(interval_seconds=settings.reindex_every, on_change=settings.watch_sources),
            api_url=settings.discord_api_url,
            links=links,
            metrics=metrics,
            tracing=tracing,
            shards=settings.shards,
            coordinator=coordinator,
            key=bot_key(token),
        )
        has_server = settings.http_port is not None
        try:
            await serve(bot, token, web_server_of(bot, bot.services, settings, links) if has_server else None)
            code = 0
        except CannotServe as error:
            code = _fail(str(error), error.exit_code)
        exit_if_busy(bot.services.worker, code)
        return code

    use_api(settings.discord_api_url)
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    with holding_state(settings.state_dir, token, settings.shards), closing(open_coordinator(index_settings)) as shared:
        return asyncio.run(run(token, shared))


def _run_console(library: Library, settings: BotSettings) -> int:
    """Answer at the prompt, or answer the lines of standard input."""
    from bot.console import session as console

    return asyncio.run(console.run(library, history=settings.history_file))


def _parser(prog: str, other_commands: str) -> argparse.ArgumentParser:
    lines = [other_commands] if other_commands else []
    lines.append("settings, from the environment or a file .env here:")
    for name, description in (_descriptions(BotSettings) | _descriptions(Settings)).items():
        lines.append(f"  {name:<18} {description}")
    return argparse.ArgumentParser(
        prog=prog,
        description=ABOUT,
        epilog="\n".join([*lines, "", EXIT_CODES]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _descriptions(settings: type[BaseSettings]) -> dict[str, str]:
    fields = {name: field for name, field in settings.model_fields.items() if not field.deprecated}
    return {name.upper(): field.description or "" for name, field in fields.items()}


def _fail(sentence: str, code: int) -> int:
    sys.stderr.write(sentence.rstrip() + "\n")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
