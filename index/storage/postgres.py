"""Connections to PostgreSQL: their settings, and errors with the step that mends them and without the password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.domain.errors import LibraryError

if TYPE_CHECKING:
    import psycopg

__all__ = ["UNREACHABLE", "connect", "connection_url", "describe_failure", "failure_of", "require_driver"]

CONNECT_SECONDS = 5
STATEMENT_MS = 15_000
KEEPALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A server that has gone without a word is noticed within some ten seconds."""

FIXES = {
    "28": "refuses the user or the password: check DATABASE_URL.",
    "3D": "has no such database: create it, or check DATABASE_URL.",
    "42501": "does not let its user do this: let the user own the database.",
    "53100": "has no room on its disk: make room.",
    "53300": "has too many connections: raise max_connections.",
    "42P07": "holds another program's tables: name a database of its own in DATABASE_URL.",
    "25006": "is read-only: name the primary server in DATABASE_URL.",
    "55P03": "is in use by another program: try again.",
    "40": "is in use by another program: try again.",
    "57014": "took too long: try again.",
}
"""What happened and how to fix it, by SQLSTATE or its first two characters."""
UNREACHABLE = "can't be reached: see that it runs, and that DATABASE_URL is right."
OTHER = "reports an error ({state}): its log says more."


def require_driver() -> None:
    """Raise LibraryError, which says what to install, if PostgreSQL's driver is missing."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise LibraryError(
            "DATABASE_URL needs packages that are not installed: run `pip install 'footnote[postgres]'`."
        ) from error


def connection_url(url: str, scheme: str = "postgresql") -> str:
    """Return a URL with the scheme that a driver expects."""
    return f"{scheme}://{url.partition('://')[2]}"


def options() -> dict[str, Any]:
    """Return what every connection is opened with, unless its URL says otherwise."""
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "footnote",
        "options": f"-c statement_timeout={STATEMENT_MS} -c timezone=UTC",
        **KEEPALIVE,
    }


def connect(url: str) -> psycopg.Connection[Any]:
    """Return a connection in autocommit mode. Raises psycopg.Error."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(connection_url(url))
    merged: dict[str, Any] = {**options(), **given}
    return psycopg.connect(autocommit=True, **merged)


def failure_of(error: BaseException) -> BaseException:
    """Return the driver's error behind one of SQLAlchemy."""
    return getattr(error, "orig", None) or error


def describe_failure(error: BaseException) -> str:
    """Return what is wrong with the server and how to mend it; the server's own text may quote what is kept."""
    state = getattr(error, "sqlstate", None) or getattr(getattr(error, "diag", None), "sqlstate", None)
    if state is None:
        text = str(error)  # of a connection that was refused, whose state the driver does not tell
        state = "28" if "authentication failed" in text else "3D" if "does not exist" in text else ""
    if not state or state.startswith(("08", "57P")):
        return UNREACHABLE
    return FIXES.get(state) or FIXES.get(state[:2]) or OTHER.format(state=state)
