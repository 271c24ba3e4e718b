"""The wheel: it holds all that is no Python, and runs from an empty folder, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.article import ARTICLE
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

FOLDERS = ("SEEDS_DIR", "INDEX_DIR", "STATE_DIR", "JOURNAL_FILE", "FOOTNOTE_HOME", "PYTHONPATH", "DISCORD_TOKEN")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of what git knows and of what is new, without what earlier builds left."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    listed = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in names:
        if name.startswith(("bot/", "index/")) or name in ("pyproject.toml", "README.md", "LICENSE"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(made), "."]
    subprocess.run(build, cwd=source, check=True, capture_output=True, timeout=200)
    (file,) = made.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel; what it requires is taken from this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=100)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    install = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "-q", "--no-deps"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, timeout=200)
    (packages,) = folder.rglob("site-packages")
    (packages / "requirements.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return programs


def run(program: Path, *arguments: str, folder: Path, question: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in FOLDERS}
    return subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env={**environment, "HOME": str(folder / "user"), "XDG_DATA_HOME": str(folder / "user" / "data")},
        input=question,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_wheel_holds_every_file_that_is_not_python(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    files = {
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "index")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "index/reading/reader.onnx" in files
    assert files - held == set()


def test_it_answers_from_an_empty_folder_and_keeps_the_data_of_the_user(bin_folder, tmp_path):
    start = tmp_path / "start"
    start.mkdir()
    footnote = bin_folder / "footnote"
    version = run(footnote, "--version", folder=start)
    assert version.stdout.startswith("footnote ")
    built = run(footnote, "index", "reindex", folder=start)
    assert built.returncode == 0, built.stderr
    home = start / "user" / "data" / "footnote"
    assert f"Sources are in {home / 'seeds'}" in built.stderr
    answer = run(footnote, "index", "ask", "When is LlamaCon?", folder=start)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("April 29")
    console = run(footnote, folder=start, question="When is LlamaCon?\n")
    assert console.returncode == 0, console.stderr
    assert "April 29" in console.stdout
    assert [path.name for path in start.iterdir()] == ["user"]
    assert (home / "seeds" / ARTICLE.name).read_bytes() == ARTICLE.read_bytes()
    assert {path.name for path in home.iterdir()} == {"data", "seeds"}
    elsewhere = run(footnote, "index", "status", folder=start / "user")
    assert elsewhere.returncode == 0
