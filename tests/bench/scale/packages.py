"""Debian's packages of documentation: which ones, how they are fetched, and which of their files are sources.

They are downloaded by `apt-get download` and unpacked by `dpkg-deb`; nothing of them is installed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Say

__all__ = ["PACKAGES", "FetchedPackage", "Package", "fetch", "source_files"]


@dataclass(frozen=True, slots=True)
class Package:
    """A package, and which files of it are sources: those below `folders` of /usr/share with one of the ends."""

    name: str
    folders: tuple[str, ...]
    ends: tuple[str, ...] = (".html",)


@dataclass(frozen=True, slots=True)
class FetchedPackage:
    """A package as it was fetched; `missing` says why it could not be, else it is empty."""

    name: str
    version: str = ""
    sha256: str = ""
    missing: str = ""


RUST_BOOKS = ("book", "edition-guide", "embedded-book", "nomicon", "reference", "rust-by-example", "rustc", "rustdoc")
LINUX_PARTS = (
    "PCI", "RCU", "accounting", "admin-guide", "arm64", "block", "bpf", "core-api", "cpu-freq", "crypto", "dev-tools",
    "doc-guide", "driver-api", "fault-injection", "filesystems", "firmware-guide", "gpu", "hwmon", "input", "kbuild",
    "kernel-hacking", "livepatch", "locking", "maintainer", "mm", "networking", "power", "process", "scheduler",
    "scsi", "security", "sound", "timers", "trace", "usb", "userspace-api", "virt", "x86",
)  # fmt: skip

PACKAGES = (
    Package("apache2-doc", ("doc/apache2-doc/manual/en",)),
    Package("aptitude-doc-en", ("doc/aptitude",)),
    Package("bash-doc", ("doc/bash",)),
    Package("bind9-doc", ("doc/bind9-doc",)),
    Package("clang-14-doc", ("doc/clang-14",)),
    Package("cmake-doc", ("doc/cmake-data",)),
    Package("debian-policy", ("doc/debian-policy",), (".txt.gz",)),
    Package("debian-reference-en", ("debian-reference", "doc/debian-reference-common", "doc/debian-reference-en")),
    Package("developers-reference", ("doc/developers-reference", "developers-reference")),
    Package("exim4-doc-html", ("doc/exim4-doc-html",)),
    Package("git-doc", ("doc/git-doc",), (".txt", ".txt.gz")),
    Package("haproxy-doc", ("doc/haproxy",)),
    Package("installation-guide-amd64", ("doc/installation-guide-amd64/en",)),
    Package("linux-doc-6.1", tuple(f"doc/linux-doc-6.1/Documentation/{part}" for part in LINUX_PARTS), (".rst.gz",)),
    Package("llvm-14-doc", ("doc/llvm-14-doc",)),
    Package("nodejs-doc", ("doc/nodejs/api",), (".md.gz", ".md")),
    Package("octave-doc", ("doc/octave",)),
    Package("postfix-doc", ("doc/postfix/html",)),
    Package("postgis-doc", ("doc/postgis-doc", "doc/postgis")),
    Package("postgresql-doc-15", ("doc/postgresql-doc-15",)),
    Package("python3.11-doc", ("doc/python3.11/html",)),
    Package("python-celery-doc", ("doc/python-celery-doc", "doc/celery-doc")),
    Package("python-cryptography-doc", ("doc/python-cryptography-doc", "doc/python-cryptography")),
    Package("python-django-doc", ("doc/python-django-doc", "doc/python-django")),
    Package("python-jinja2-doc", ("doc/python-jinja2-doc", "doc/python-jinja2")),
    Package("python-sqlalchemy-doc", ("doc/python-sqlalchemy-doc/html",)),
    Package("r-doc-html", ("R/doc",)),
    Package("rust-doc", tuple(f"doc/rust-doc/html/{book}" for book in RUST_BOOKS)),
    Package("sqlite3-doc", ("doc/sqlite3",)),
    Package("varnish-doc", ("doc/varnish-doc", "doc/varnish")),
    Package("vim-doc", ("doc/vim/html",)),
)

GENERATED = re.compile(
    r"(?:^|/)(?:_sources|_modules|_static|releaselog|first-edition|second-edition|2018-edition)/"
    r"|(?:^|/)(?:print|all|contents|search|searchresults|changelog|maintainers|abi-.*|tags|doc_backlink_crossref"
    r"|doc_keyword_crossref|requirements|(?:\w+-)?(?:modindex|genindex)[\w-]*|(?:theindex|.*[-_]index|bookindex)"
    r"|version\d+)\.(?:html|rst|txt|md)(?:\.gz)?$",
    re.IGNORECASE,
)
"""Lists that a program made, pages of search, and the pages that hold all others once more."""


def fetch(folder: Path, say: Say) -> tuple[FetchedPackage, ...]:
    """Download and unpack the packages into a folder, those that are not there yet; return them by name."""
    debs, unpacked = folder / "debs", folder / "unpacked"
    for each in (debs, unpacked):
        each.mkdir(parents=True, exist_ok=True)
    return tuple(_fetch(name, debs, unpacked / name, say) for name in sorted({package.name for package in PACKAGES}))


def source_files(unpacked: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files that are sources, each with its name as a source, in the order of the packages and names."""
    for package in PACKAGES:
        root = unpacked / package.name / "usr" / "share"
        for folder in package.folders:
            for path in sorted((root / folder).rglob("*")):
                below = path.relative_to(root / folder).as_posix()
                is_file = path.name.endswith(package.ends) and path.is_file() and not path.is_symlink()
                if is_file and not GENERATED.search(below):
                    part = "" if len(package.folders) == 1 else f"{Path(folder).name}/"
                    yield f"{package.name}/{part}{below.removesuffix('.gz')}", path


def _fetch(name: str, debs: Path, unpacked: Path, say: Say) -> FetchedPackage:
    found = sorted(debs.glob(f"{name}_*.deb"))
    if not found:
        say(f"downloading {name} ...")
        missing = _download(name, debs)
        found = sorted(debs.glob(f"{name}_*.deb"))
        if not found:
            return FetchedPackage(name, missing=missing or "apt-get download brought no file")
    deb = found[-1]
    if not unpacked.is_dir():
        part = unpacked.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        _run("dpkg-deb", "-x", deb, part)
        part.rename(unpacked)
    version = _run("dpkg-deb", "-f", deb, "Version").stdout.strip()
    return FetchedPackage(name, version, hashlib.sha256(deb.read_bytes()).hexdigest())


def _download(name: str, folder: Path) -> str:
    """Download a package; return why it cannot be had, else an empty text."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return "there is no apt-get: the corpus is made of Debian's packages"
    try:
        _run("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", name, folder=folder)
    except subprocess.CalledProcessError as error:
        return (error.stderr.strip().splitlines() or ["apt-get download failed"])[-1]
    return ""


def _run(*command: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
