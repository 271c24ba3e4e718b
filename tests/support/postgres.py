"""A PostgreSQL server of Debian's packages on loopback, in a temporary folder, and a new database for each test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

__all__ = ["PASSWORD", "PostgresServer", "postgres_server", "postgres_url"]

PASSWORD = "in-no-message"
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "60", "shared_buffers": "16MB"}
NUMBERS = count(1)
LEAST_ROOM = 1_000_000_000


class PostgresServer:
    """One server; `stop` and `start` are for tests of a database that is away for a while."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._data = folder / "data"
        password = folder / "password"
        password.write_text(PASSWORD, "utf-8")
        if os.getuid() == 0:  # the server refuses to run as root
            for path in (folder, password):
                shutil.chown(path, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-A", "scram-sha-256", "-U", "footnote", f"--pwfile={password}", "--no-sync", "-E", "UTF8")
        lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
        lines += ["listen_addresses = '127.0.0.1'", f"port = {self.port}", f"unix_socket_directories = '{folder}'"]
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join([*lines, ""]))
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "start", "-w", "-l", str(self._data / "log"))

    def stop(self) -> None:
        """End the server at once, as by a loss of power; whoever is connected is cut off."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-w")

    @property
    def pid(self) -> int:
        """The process of which all others of the server are children."""
        return int((self._data / "postmaster.pid").read_text("utf-8").split()[0])

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://footnote:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        import psycopg

        name = f"test_{next(NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")  # type: ignore[call-overload]

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._data), *arguments]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert done.returncode == 0, done.stdout.decode(errors="replace")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server that runs until the tests end; skipped without Debian's package `postgresql`, but not with CI=true."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("There is no PostgreSQL: sudo apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="footnote-postgres-", dir=quick_folder()))
    server = PostgresServer(programs[-1], folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a new, empty database."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


def quick_folder() -> str | None:
    """Return a folder in memory if there is one with room; None for the usual one."""
    memory = Path("/dev/shm")  # noqa: S108 only a folder of a random name is made there
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > LEAST_ROOM
    return str(memory) if roomy else None
