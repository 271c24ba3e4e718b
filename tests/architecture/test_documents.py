"""What is written down beside the code says what the code does."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from discord import Permissions
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic_settings import BaseSettings

from bot.settings import BotSettings
from index import Settings
from tests.support.paths import ROOT

README = ROOT / "README.md"
SETTINGS: tuple[type[BaseSettings], ...] = (Settings, BotSettings)
NAMES = {name.upper() for settings in SETTINGS for name in settings.model_fields}


def example() -> dict[str, tuple[str, str]]:
    """Each setting in .env.example: its value, and the comment above it."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    found: dict[str, tuple[str, str]] = {}
    for above, line in pairwise(lines):
        if match := re.fullmatch(r"([A-Z_]+)=(.*)", line):
            found[match[1]] = match[2], above.removeprefix("#").strip() if above.startswith("#") else ""
    return found


def locked(name: str) -> dict[str, list[Requirement]]:
    """Each package in a lock file with its pins; there are two where Python versions need different ones."""
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if text := line.partition("#")[0].strip():
            pin = Requirement(text)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def tracked() -> list[Path]:
    """The files that git knows."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_setting_has_two_owners():
    assert not set(Settings.model_fields) & set(BotSettings.model_fields)


def test_env_example_names_exactly_the_settings_that_exist():
    assert set(example()) == NAMES


def test_env_example_has_a_comment_above_each_setting():
    assert [name for name, (_, comment) in example().items() if not comment] == []


@pytest.mark.parametrize("settings", SETTINGS)
def test_env_example_shows_each_default(settings, monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    shown, defaults = settings(_env_file=ROOT / ".env.example"), settings(_env_file=None)
    assert shown == defaults
    written = {name for name, (value, _) in example().items() if value}
    assert written >= {name.upper() for name, value in defaults if value}


def test_env_example_holds_no_token():
    assert example()["DISCORD_TOKEN"][0] == ""


@pytest.mark.skipif(not README.exists(), reason="there is no README yet")
def test_readme_table_lists_exactly_the_settings():
    section = README.read_text("utf-8").partition("\n## Settings\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\|\s*`([A-Z_]+)`\s*\|", section, re.MULTILINE)) == NAMES


@pytest.mark.skipif(not README.exists(), reason="there is no README yet")
def test_readme_invites_with_the_permissions_that_it_names():
    text = README.read_text("utf-8")
    sentence = re.search(r"The number stands for ([^.]+)\.", text)
    assert sentence
    names = [part.strip().lower().replace(" ", "_") for part in re.split(r",|\band\b", sentence[1])]
    wanted = Permissions(**{name.replace("channels", "channel"): True for name in names})
    assert re.findall(r"&permissions=(\d+)", text) == [str(wanted.value)]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_that_a_document_names_exist(document):
    path = ROOT / document
    if not path.exists():
        pytest.skip(f"there is no {document} yet")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    commands = re.findall(r"(?:^\s*|`|\| )make ((?:[a-z-]+ ?)+)", path.read_text("utf-8"), re.MULTILINE)
    named = {word for command in commands for word in command.split()}
    assert named
    assert named <= targets


@pytest.mark.parametrize(("lock", "extras"), [("requirements.txt", []), ("requirements-dev.txt", ["dev"])])
def test_lock_holds_every_requirement_of_the_project(lock, extras):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]
    pins = locked(lock)
    for requirement in map(Requirement, wanted):
        versions = [pin.specifier for pin in pins[canonicalize_name(requirement.name)]]
        for specifier in versions:
            (pin,) = specifier
            assert pin.operator == "=="
            assert requirement.specifier.contains(pin.version), f"{lock}: run `make lock`, {requirement} changed"


def test_what_tests_run_on_is_what_the_bot_runs_on():
    bot, tests = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: tests.get(name) for name in bot} == bot


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_lock_asks_for_no_cuda_package_and_names_no_index(lock):
    assert [name for name in locked(lock) if re.match(r"nvidia|cuda|triton", name)] == []
    assert not re.search(r"^--|://|file:", (ROOT / lock).read_text("utf-8"), re.MULTILINE)


def test_no_tracked_file_names_a_path_of_one_machine():
    path = re.compile(rb"(?<![\w.])/(?:work|root|opt/pypi|home/\w+|Users/\w+)/")
    mine = Path(__file__).name
    assert [file.name for file in tracked() if file.name != mine and path.search(file.read_bytes())] == []
