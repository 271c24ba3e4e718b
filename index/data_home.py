"""Where the data is kept: FOOTNOTE_HOME, else the folder one starts in; if installed, the user's data folder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import platformdirs
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
)
from pydantic_settings.sources import DotenvType

from index.domain.errors import LibraryError

__all__ = ["HomeSettings", "copy_first_source", "find_home"]

CHECKOUT = Path(__file__).parents[1] / "pyproject.toml"
"""Is there if this code runs from a checkout, not from an installed package."""

MARKERS = ("seeds", ".env", "data/index")
"""What makes a folder the home of who starts there."""

FOLDERS = ("seeds_dir", "index_dir", "state_dir", "journal_file", "servers_dir")
"""Settings of folders; if one is given, the others stay below the folder one starts in."""

FIRST_SOURCE = "llama-4-release.md"


class HomeSettings(BaseSettings):
    """Settings whose relative folders lie below the home, with a second `.env` there.

    A relative path in the environment means the folder one starts in; in a `.env`, and by default, the home.
    """

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, surest first: arguments, the environment, `.env` here, `.env` at home, the home."""
        given = {**_raw(dotenv_settings), **_raw(env_settings), **_raw(init_settings)}
        home = find_home(given)
        if home is None:
            return init_settings, env_settings, dotenv_settings, file_secret_settings
        defaults = {
            name: home / field.default
            for name, field in settings_cls.model_fields.items()
            if isinstance(field.default, Path)
        }
        if "footnote_home" in settings_cls.model_fields:
            defaults["footnote_home"] = home
        here: DotenvType | None = getattr(dotenv_settings, "env_file", None)
        env_files = [_HomeFile(settings_cls, home, file) for file in (here, home / ".env")] if here is not None else []
        last = InitSettingsSource(settings_cls, init_kwargs=defaults)
        return init_settings, env_settings, *env_files, file_secret_settings, last


class _HomeFile(DotEnvSettingsSource):
    """A `.env` file whose relative folders lie below the home."""

    def __init__(self, settings_cls: type[BaseSettings], home: Path, file: DotenvType) -> None:
        self._home = home
        super().__init__(settings_cls, env_file=file, env_file_encoding="utf-8")

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        return {name: self._home / value if name in FOLDERS else value for name, value in values.items()}


def find_home(given: Mapping[str, Any]) -> Path | None:
    """Return the home for these settings, names in lower case; None if it is the folder one starts in."""
    if chosen := given.get("footnote_home"):
        return Path(chosen).expanduser()
    named = any(given.get(name) for name in FOLDERS)
    if named or CHECKOUT.exists() or any(Path(marker).exists() for marker in MARKERS):
        return None
    return platformdirs.user_data_path("footnote", appauthor=False)


def copy_first_source(home: Path | None, seeds: Path) -> str:
    """Put the release article into the home's folder of sources if there is none yet; return what to say of it.

    Raises
    ------
    LibraryError
        The folder cannot be written.
    """
    if home is None or seeds != home / "seeds" or seeds.exists():
        return ""
    text = (files("index") / "sources" / "shipped" / FIRST_SOURCE).read_bytes()
    try:
        seeds.mkdir(parents=True)
        (seeds / FIRST_SOURCE).write_bytes(text)
    except OSError as error:
        raise LibraryError(
            f"The folder {home} can't be written ({error.strerror}): set FOOTNOTE_HOME to a folder of yours."
        ) from error
    return f"Sources are in {seeds}, so far the release article of Llama 4: put yours there."


def _raw(source: PydanticBaseSettingsSource) -> dict[str, Any]:
    """Return the values that a source has, as text, with names in lower case."""
    if isinstance(source, EnvSettingsSource):
        return {name: value for name, value in source.env_vars.items() if value}
    return dict(getattr(source, "init_kwargs", {}))
