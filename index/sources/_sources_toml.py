"""The file `sources.toml`: the names and addresses of web sources. A broken entry is reported with its line."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.domain.messages import Message, message_of, system_message
from index.domain.snapshots import SkippedSource

__all__ = ["LIST_NAME", "WebAddress", "WebSourceList", "read_addresses"]

LIST_NAME = "sources.toml"
"""The file's name in the folder of sources."""

ENTRY = re.compile(r"^[^\S\n]*\[\[\s*[\"']?source[\"']?\s*\]\]", re.MULTILINE)
KEYS = {"url", "name"}
MOST_ADDRESSES, MOST_BYTES = 500, 1_000_000
LONGEST_URL, LONGEST_NAME = 2_000, 200


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web source; `name` is what answers call it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class WebSourceList:
    """The addresses, and the broken entries; `broken` is why the whole list cannot be read, empty if it can."""

    addresses: tuple[WebAddress, ...] = ()
    skipped: tuple[SkippedSource, ...] = ()
    broken: str = ""


def read_addresses(seeds: Path) -> WebSourceList:
    """Return what `sources.toml` in this folder lists; nothing if there is no such file."""
    path = seeds / LIST_NAME
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            return WebSourceList()
        with path.open("rb") as stream:
            text = stream.read(MOST_BYTES + 1).decode("utf-8-sig")
        if len(text) > MOST_BYTES:
            return WebSourceList(broken=Message("is larger than 1 MB: list fewer addresses"))
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except (FileNotFoundError, NotADirectoryError):
        return WebSourceList()
    except OSError as error:
        return WebSourceList(broken=Message("cannot be read: {why}", why=system_message(error)))
    except UnicodeDecodeError as error:
        return WebSourceList(broken=Message("is not UTF-8 (byte {byte}): save it as UTF-8", byte=str(error.start)))
    except RecursionError:
        return WebSourceList(broken=Message("is not TOML: it is nested too deeply"))
    except ValueError as error:  # tomllib's own, which names the line, or a number of thousands of digits
        return WebSourceList(broken=Message("is not TOML: {why}", why=str(error)))
    return _web_source_list(table, [text.count("\n", 0, entry.start()) + 1 for entry in ENTRY.finditer(text)])


def _web_source_list(table: dict[str, Any], lines: list[int]) -> WebSourceList:
    entries = table.get("source", [])
    if not isinstance(entries, list) or any(not isinstance(entry, dict) for entry in entries):
        return WebSourceList(
            broken=Message('is no list of sources: begin each with a line [[source]], then url = "https://..."')
        )
    if len(entries) > MOST_ADDRESSES:
        return WebSourceList(broken=Message("lists more than {most} addresses: list fewer", most=MOST_ADDRESSES))
    addresses: list[WebAddress] = []
    problems = [
        Message("has {name}, which means nothing: entries begin with [[source]]", name=repr(name))
        for name in table
        if name != "source"
    ]
    for number, entry in enumerate(entries):
        place = Message("in entry {entry}", entry=str(number + 1))
        if len(lines) == len(entries):
            place = Message("at line {line}", line=str(lines[number]))
        try:
            address = _address(entry)
        except ValueError as error:
            problems.append(Message("has an entry {where} that {why}", where=place, why=message_of(error)))
            continue
        if any(address.name == other.name or address.url == other.url for other in addresses):
            problems.append(
                Message("has an entry {where} whose name or address is in the list already: remove it", where=place)
            )
            continue
        addresses.append(address)
    return WebSourceList(tuple(addresses), tuple(SkippedSource(LIST_NAME, problem) for problem in problems))


def _address(entry: dict[str, Any]) -> WebAddress:
    """Return the address of an entry. Raises ValueError with words that follow "an entry that"."""
    if unknown := next(_unknown_keys(entry), ""):
        raise ValueError(
            Message(
                "has {key}: it takes url and name; FETCH_ALLOW_HOSTS in the settings allows a private host",
                key=repr(unknown),
            )
        )
    url, name = entry.get("url"), entry.get("name", "")
    if not isinstance(url, str) or not isinstance(name, str):
        raise ValueError(Message('lacks its address: url = "https://..."'))
    name, problem = " ".join(name.split()), _url_problem(url)
    if problem:
        raise ValueError(problem)
    parts = urlsplit(url)
    page = f"{parts.netloc}{parts.path}".rstrip("/")
    name = name or (f"{page}?{parts.query}" if parts.query else page)
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(Message("needs a name of at most {most} characters: name = ...", most=LONGEST_NAME))
    return WebAddress(name, parts._replace(fragment="").geturl())


def _unknown_keys(entry: dict[str, Any]) -> Iterator[str]:
    return (key for key in entry if key not in KEYS)


def _url_problem(url: str) -> str:
    """Return what is wrong with an address; empty if it can be fetched."""
    if len(url) > LONGEST_URL or not re.fullmatch(r"[^\s\x00-\x1f\x7f]+", url):
        return Message(
            "has an address with spaces or control characters, or of more than {most} characters", most=LONGEST_URL
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return Message("has no address in {url}", url=repr(url))
    if parts.scheme not in ("http", "https") or not host:
        return Message("has no address that begins with https:// or http:// in {url}", url=repr(url))
    if "@" in parts.netloc:
        return Message("has a password in its address: only public pages are fetched")
    return ""
