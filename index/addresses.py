"""`sources.toml`: the addresses of sources on the web, each with a name. A broken entry is named with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.inventory import Skipped

__all__ = ["LIST", "Address", "Listing", "read_addresses"]

LIST = "sources.toml"
"""The file's name in the folder of sources."""

ENTRY = re.compile(r"^[^\S\n]*\[\[\s*[\"']?source[\"']?\s*\]\]", re.MULTILINE)
KEYS = {"url", "name"}
MOST, LARGEST = 500, 1_000_000
LONGEST_URL, LONGEST_NAME = 2_000, 200


@dataclass(frozen=True, slots=True)
class Address:
    """A source on the web: `name` is what it is called in answers."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The addresses, and what is wrong with entries; `broken` is why the whole list cannot be read."""

    addresses: tuple[Address, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    broken: str = ""


def read_addresses(seeds: Path) -> Listing:
    """What `sources.toml` in this folder lists; nothing where there is no such file."""
    path = seeds / LIST
    try:
        with path.open("rb") as stream:
            text = stream.read(LARGEST + 1).decode("utf-8-sig")
        if len(text) > LARGEST:
            return Listing(broken="is larger than 1 MB: list fewer addresses")
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return Listing()
    except OSError as error:
        return Listing(broken=f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        return Listing(broken=f"is not UTF-8 (byte {error.start}): save it as UTF-8")
    except RecursionError:
        return Listing(broken="is not TOML: it is nested too deeply")
    except ValueError as error:  # tomllib's own, which names the line, or a number of thousands of digits
        return Listing(broken=f"is not TOML: {error}")
    return _listing(table, [text.count("\n", 0, at.start()) + 1 for at in ENTRY.finditer(text)])


def _listing(table: dict[str, Any], lines: list[int]) -> Listing:
    entries = table.get("source", [])
    if not isinstance(entries, list) or any(not isinstance(entry, dict) for entry in entries):
        return Listing(broken='is no list of sources: begin each with a line [[source]], then url = "https://..."')
    if len(entries) > MOST:
        return Listing(broken=f"lists more than {MOST} addresses: list fewer")
    addresses: list[Address] = []
    problems = [
        f"has {name!r}, which means nothing: entries begin with [[source]]" for name in table if name != "source"
    ]
    for number, entry in enumerate(entries):
        where = f"at line {lines[number]}" if len(lines) == len(entries) else f"in entry {number + 1}"
        try:
            address = _address(entry)
        except ValueError as error:
            problems.append(f"has an entry {where} that {error}")
            continue
        if any(address.name == other.name or address.url == other.url for other in addresses):
            problems.append(f"has an entry {where} whose name or address is in the list already: remove it")
            continue
        addresses.append(address)
    return Listing(tuple(addresses), tuple(Skipped(LIST, problem) for problem in problems))


def _address(entry: dict[str, Any]) -> Address:
    """Raises ValueError with what is wrong, in words that follow "an entry that"."""
    if unknown := next(_unknown(entry), ""):
        raise ValueError(
            f"has {unknown!r}: it takes url and name; FETCH_ALLOW_HOSTS in the settings allows a private host"
        )
    url, name = entry.get("url"), entry.get("name", "")
    if not isinstance(url, str) or not isinstance(name, str):
        raise ValueError('lacks its address: url = "https://..."')
    name, problem = " ".join(name.split()), _wrong(url)
    if problem:
        raise ValueError(problem)
    parts = urlsplit(url)
    page = f"{parts.netloc}{parts.path}".rstrip("/")
    name = name or (f"{page}?{parts.query}" if parts.query else page)
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"needs a name of at most {LONGEST_NAME} characters: name = ...")
    return Address(name, parts._replace(fragment="").geturl())


def _unknown(entry: dict[str, Any]) -> Iterator[str]:
    return (key for key in entry if key not in KEYS)


def _wrong(url: str) -> str:
    """What is wrong with an address; empty where it is one that can be fetched."""
    if len(url) > LONGEST_URL or not re.fullmatch(r"[^\s\x00-\x1f\x7f]+", url):
        return "has an address with spaces or control characters, or of more than 2,000 characters"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"has no address in {url!r}"
    if parts.scheme not in ("http", "https") or not host:
        return f"has no address that begins with https:// or http:// in {url!r}"
    return "has a password in its address: only public pages are fetched" if "@" in parts.netloc else ""
