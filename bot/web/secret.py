"""The secret of the web pages: set, or made once and kept in the state folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["CannotKeepSecret", "web_secret"]

SECRET_BYTES = 32
LEAST_CHARACTERS = 32


class CannotKeepSecret(Exception):
    """The file of the secret can't be used; the text says which and what to do."""


def web_secret(file: Path, configured: str = "") -> bytes:
    """Return the secret that signs links: `configured`, else that of the file, which is made if it is missing.

    The file is readable by its owner alone. Raises CannotKeepSecret.
    """
    if configured:
        return configured.encode()
    try:
        secret = _read(file)
        if secret is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            secret = _make(file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CannotKeepSecret(f"{file} can't be read or made ({reason}): set WEB_SECRET, or STATE_DIR.") from error
    if len(secret) < LEAST_CHARACTERS:
        raise CannotKeepSecret(f"{file} holds no secret: remove it, and a new one is made; links given out end.")
    return secret.encode()


def _read(file: Path) -> str | None:
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""


def _make(file: Path) -> str:
    """Write a new secret, complete from the first moment that the file is there; another process may be faster."""
    secret = secrets.token_hex(SECRET_BYTES)
    temporary = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{secret}\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(temporary, file)
        except FileExistsError:
            return _read(file) or ""
    finally:
        temporary.unlink(missing_ok=True)
    return secret
