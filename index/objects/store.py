"""A store of objects by key: a folder, or a bucket of S3 or what speaks its protocol, by obstore."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from filelock import FileLock

from index.domain.errors import Damaged, LibraryError, ObjectsUnavailable
from index.domain.messages import Message, system_message

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ObjectStore as Client

__all__ = ["ObjectStore", "StoredObject", "Version"]

Version = str
"""Changes with each write of an object; empty for one that is not there."""

T = TypeVar("T")

CHUNK = 8 * 1024 * 1024
"""Bytes that one request carries, so that a request never takes longer than its limit on a slow line."""

REQUEST_SECONDS = 30
RETRIES = 4
RETRY_SECONDS = 20.0
"""How long a request that fails is repeated, together."""

LOCK_FILE = ".lock"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a listing says of an object."""

    key: str
    size: int
    modified: datetime


class ObjectStore:
    """Objects below one URL, `file:///folder` or `s3://bucket/prefix`. Thread-safe.

    Nothing is half written: an object is as it was or as it was given.
    """

    def __init__(
        self,
        url: str,
        *,
        endpoint: str = "",
        credentials: Mapping[str, str] | None = None,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        """Open nothing yet.

        Parameters
        ----------
        endpoint
            The address of a server that speaks S3's protocol; empty for Amazon's, or what AWS_ENDPOINT_URL says.
        credentials
            `access_key_id`, `secret_access_key`, `region`; what is missing is read from the AWS_* variables, or asked
            of the machine's role.
        """
        self.url = url
        self._prefix = ""
        self._local = url.startswith("file:")
        self._retry_seconds = retry_seconds
        self._client = self._open(endpoint, dict(credentials or {}))
        self._folder = Path(url2pathname(urlsplit(url).path)) if self._local else None

    def below(self, prefix: str) -> ObjectStore:
        """Return the objects whose keys begin with a prefix and a slash, which their keys there lack."""
        store = copy(self)
        store.url, store._prefix = f"{self.url.rstrip('/')}/{prefix}", f"{self._prefix}{prefix}/"
        return store

    def version(self, key: str) -> Version:
        """Return an object's version without reading it; none if it is not there."""
        import obstore

        try:
            return self._try(lambda: obstore.head(self._client, self._path(key)))["e_tag"] or ""
        except FileNotFoundError:
            return ""

    def read(self, key: str) -> tuple[bytes, Version]:
        """Return an object and its version; nothing and no version if it is not there."""
        import obstore

        def get() -> tuple[bytes, Version]:
            result = obstore.get(self._client, self._path(key))
            return bytes(result.bytes()), result.meta["e_tag"] or ""

        try:
            return self._try(get)
        except FileNotFoundError:
            return b"", ""

    def write(self, key: str, data: bytes) -> None:
        import obstore

        self._try(lambda: obstore.put(self._client, self._path(key), data))

    def replace(self, key: str, data: bytes, version: Version) -> bool:
        """Write an object unless it is another version by now; return whether it was written."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            if self._folder is not None:
                return self._replace_file(self._folder, key, data, version)
            mode: PutMode = {"e_tag": version} if version else "create"
            self._try(lambda: obstore.put(self._client, self._path(key), data, mode=mode))
        except (AlreadyExistsError, PreconditionError):
            # A request that was repeated, because its reply was lost, finds its own first try there.
            return self.read(key)[0] == data
        return True

    def upload(self, key: str, file: Path) -> None:
        """Write a file as an object, in parts if it is large."""
        import obstore

        self._try(lambda: obstore.put(self._client, self._path(key), file, chunk_size=CHUNK, max_concurrency=2))

    def download(self, key: str, file: Path) -> str:
        """Write an object to a new file; return its sha256.

        Raises
        ------
        Damaged
            The object is not there.
        """
        digest = hashlib.sha256()
        with file.open("wb") as stream:
            for part in self._parts(key):
                digest.update(part)
                stream.write(part)
        return digest.hexdigest()

    def checksum(self, key: str) -> str:
        """Return an object's sha256, all of it read. Raises Damaged if it is not there."""
        digest = hashlib.sha256()
        for part in self._parts(key):
            digest.update(part)
        return digest.hexdigest()

    def find(self, key: str) -> StoredObject | None:
        """Return an object's size and time; None if it is not there."""
        import obstore

        try:
            meta = self._try(lambda: obstore.head(self._client, self._path(key)))
        except FileNotFoundError:
            return None
        return StoredObject(key, meta["size"], meta["last_modified"])

    def list(self, prefix: str) -> list[StoredObject]:
        """Return all objects below a prefix, at any depth."""
        import obstore

        def collect() -> list[StoredObject]:
            return [
                StoredObject(meta["path"].removeprefix(self._prefix), meta["size"], meta["last_modified"])
                for page in obstore.list(self._client, self._path(prefix))
                for meta in page
            ]

        return self._try(collect)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there are left out."""
        import obstore

        for key in keys:
            with suppress(FileNotFoundError):
                self._try(lambda key=key: obstore.delete(self._client, self._path(key)))  # type: ignore[misc]

    def clear(self) -> bool:
        """Remove all objects of a store that `below` returned; return whether there were any."""
        if not self._prefix:
            raise ValueError("only what is below a prefix may be removed at once")
        found = self.list("")
        self.remove([each.key for each in found])
        if self._folder is not None:
            shutil.rmtree(self._folder / self._prefix, ignore_errors=True)
        return bool(found)

    def _path(self, key: str) -> str:
        return f"{self._prefix}{key}"

    def _parts(self, key: str) -> Iterator[bytes]:

        found = self.find(key)
        if found is None:
            raise Damaged(Message("{object} is missing from the object storage.", object=key))
        for start in range(0, found.size, CHUNK):
            length = min(CHUNK, found.size - start)
            try:
                part = self._try(partial(self._range, key, start, length))
            except FileNotFoundError as error:
                raise Damaged(Message("{object} is missing from the object storage.", object=key)) from error
            if len(part) != length:
                raise Damaged(Message("{object} in the object storage is shorter than it says.", object=key))
            yield part

    def _range(self, key: str, start: int, length: int) -> bytes:
        import obstore

        return bytes(obstore.get_range(self._client, self._path(key), start=start, length=length))

    def _replace_file(self, folder: Path, key: str, data: bytes, version: Version) -> bool:
        with FileLock(folder / LOCK_FILE, timeout=self._retry_seconds):
            if self.read(key)[1] != version:
                return False
            self.write(key, data)
        return True

    def _try(self, request: Callable[[], T]) -> T:
        """Make a request; one that fails in a way that may pass, once more. Raises ObjectsUnavailable.

        The client itself repeats what the server refuses for the moment; a connection that is lost or a reply that is
        cut is left to us.
        """
        from obstore.exceptions import AlreadyExistsError, BaseError, GenericError, PreconditionError

        try:
            try:
                return request()
            except GenericError:
                return request()
        except (AlreadyExistsError, PreconditionError, FileNotFoundError):
            raise
        except (BaseError, OSError, NotImplementedError, ValueError) as error:
            raise _unavailable(self.url, error) from error

    def _open(self, endpoint: str, credentials: dict[str, str]) -> Client:
        try:
            from obstore.store import LocalStore, S3Store
        except ImportError as error:
            raise LibraryError(
                Message("OBJECTS_URL needs a package that is not installed: run `pip install 'footnote[s3]'`.")
            ) from error
        if self._local:
            try:
                return LocalStore.from_url(self.url, mkdir=True)
            except Exception as error:  # its errors have no class of their own in common
                raise _unavailable(self.url, error) from error
        config: dict[str, Any] = {name: value for name, value in credentials.items() if value}
        if endpoint:
            config["endpoint"] = endpoint
        return S3Store.from_url(
            self.url,
            config=config,  # type: ignore[arg-type]
            client_options={
                "allow_http": True,
                "timeout": f"{REQUEST_SECONDS}s",
                "connect_timeout": "5s",
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=self._retry_seconds / 2)},
        )


def _unavailable(url: str, error: Exception) -> ObjectsUnavailable:
    why = system_message(error) if isinstance(error, OSError) else type(error).__name__
    detail = str(error).partition("\n")[0][:300]
    return ObjectsUnavailable(
        Message(
            "The object storage can't be used ({why}): see that OBJECTS_URL, OBJECTS_ENDPOINT and the keys are right, "
            "and that it is up.",
            why=why,
        ),
        log_detail=f"It is {url}: {detail}",
    )
