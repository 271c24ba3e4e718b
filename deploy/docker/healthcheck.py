#!/opt/footnote/bin/python3
"""Exit with 0 if the bot in this container is well: /healthz if HTTP_PORT is set, else whether an index is live."""

from __future__ import annotations

import http.client
import os
import sys
from pathlib import Path


def main() -> int:
    """Return the exit code, with the reason on standard error."""
    port = os.environ.get("HTTP_PORT", "").strip()
    try:
        problem = _server_problem(int(port)) if port else _index_problem()
    except (OSError, ValueError, http.client.HTTPException) as error:
        problem = f"no answer from HTTP_PORT {port}: {error}"
    if problem:
        sys.stderr.write(f"{problem}\n")
    return 1 if problem else 0


def _server_problem(port: int) -> str:
    host = os.environ.get("HTTP_HOST", "").strip()
    connection = http.client.HTTPConnection(
        "127.0.0.1" if host in ("", "0.0.0.0") else host,  # noqa: S104  compared, not bound
        port,
        timeout=4,
    )
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    finally:
        connection.close()
    return "" if status == http.HTTPStatus.OK else f"/healthz answers {status}"


def _index_problem() -> str:
    home = Path(os.environ.get("FOOTNOTE_HOME") or "/data")
    index = Path(os.environ.get("INDEX_DIR") or home / "data" / "index")
    return "" if (index / "LIVE").is_file() else f"there is no live index in {index}"


if __name__ == "__main__":
    sys.exit(main())
