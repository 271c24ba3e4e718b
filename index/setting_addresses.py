"""Addresses in settings: refused if they cannot be used, or hold a key, which would be shown."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

__all__ = ["DatabaseUrl", "EmbeddingUrl", "LlmUrl", "ObjectsEndpoint", "ObjectsUrl", "RayAddress", "StoreUrl"]

AWS_KEYS = "AWS_ACCESS_KEY_ID and its like"


def _is_postgres_url(url: str) -> bool:
    """Return whether this is a URL of PostgreSQL that names a database."""
    try:
        address = urlsplit(url)
        known = address.scheme in ("postgresql", "postgres", "postgresql+psycopg")
        return known and bool(address.path.strip("/")) and address.port != 0
    except ValueError:
        return "," in url and url.startswith("postgres")  # several servers, each with its port


def _database_url(value: SecretStr) -> SecretStr:
    """Refuse another database than PostgreSQL, and one whose driver, of the extra `postgres`, is missing."""
    url = value.get_secret_value().strip()
    if url and not _is_postgres_url(url):
        raise ValueError("it is not the URL of a PostgreSQL database")
    if url and not find_spec("psycopg"):
        raise ValueError("its packages are not installed, run `pip install 'footnote[postgres]'` first")
    return SecretStr(url)


def _store_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value().strip()
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname or parts.path.strip("/"))
        usable = named and parts.scheme in ("milvus", "milvus+tls") and parts.port != 0
    except ValueError:
        usable = False
    if url and not usable and not _is_postgres_url(url):
        raise ValueError(
            "it should be milvus://host:port/database, milvus:///path.db or postgresql://host:port/database"
        )
    return SecretStr(url)


def _web_address(value: str, *, key: str) -> str:
    """Refuse what is no server's address; `key` is the setting that a key belongs into."""
    value = value.strip()
    try:
        address = urlsplit(value)
        usable = not value or (address.scheme in ("http", "https") and address.hostname and address.port != 0)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("it is not a web address")
    if value and (address.username or address.password or address.query):
        raise ValueError(f"a key has no place in the address; put it into {key}")
    return value.rstrip("/")


def _model_server(value: str, *, key: str) -> str:
    """Return the address of a server with OpenAI's interface, without the path of a request."""
    return _web_address(value, key=key).removesuffix("/chat/completions").removesuffix("/embeddings")


def _objects_url(value: str) -> str:
    try:
        address = urlsplit(value.strip())
        secret = address.username or address.password or address.query or address.fragment
    except ValueError as error:
        raise ValueError("it should be s3://BUCKET/PREFIX or file:///FOLDER") from error
    if value and (address.scheme not in ("s3", "file") or (address.scheme == "s3") != bool(address.netloc)):
        raise ValueError("it should be s3://BUCKET/PREFIX or file:///FOLDER")
    if secret:
        raise ValueError(f"a key has no place in the address; put it into {AWS_KEYS}")
    return value.strip().rstrip("/")


def _ray_address(value: str) -> str:
    """Refuse addresses that Ray Data does not work with."""
    if (address := value.strip()) in ("", "auto", "local"):
        return address
    if address.startswith("ray://"):
        raise ValueError("Ray Data does not work over ray://; run `ray start` here too, and write auto")
    try:
        parts = urlsplit(f"//{address}")
        usable = bool(parts.hostname and parts.port) and parts.netloc == address and not parts.username
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("it should be HOST:PORT, auto or local")
    return address


DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
StoreUrl = Annotated[SecretStr, AfterValidator(_store_url)]
LlmUrl = Annotated[str, AfterValidator(partial(_model_server, key="LLM_API_KEY"))]
EmbeddingUrl = Annotated[str, AfterValidator(partial(_model_server, key="EMBEDDING_API_KEY"))]
ObjectsUrl = Annotated[str, AfterValidator(_objects_url)]
ObjectsEndpoint = Annotated[str, AfterValidator(partial(_web_address, key=AWS_KEYS))]
RayAddress = Annotated[str, AfterValidator(_ray_address)]
