"""What is written down beside the code says what the code does."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
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
PAGES = (README, *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "training/README.md")))
DOCS = sorted((ROOT / "docs").glob("*.md"))
SETTINGS: tuple[type[BaseSettings], ...] = (Settings, BotSettings)
FIELDS = {
    name.upper(): field
    for settings in SETTINGS
    for name, field in settings.model_fields.items()
    if not field.deprecated
}


def section(title: str) -> str:
    """A section of the README, without its heading."""
    return README.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MkDocs make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


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
    process = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in process.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_setting_has_two_owners():
    assert not set(Settings.model_fields) & set(BotSettings.model_fields)


def test_every_setting_has_a_description():
    """It is what `--help`, `.env.example` and docs/settings.md show."""
    assert [name for name, field in FIELDS.items() if not field.description] == []


@pytest.mark.parametrize("settings", SETTINGS)
def test_env_example_means_the_defaults(settings, monkeypatch):
    for name in FIELDS:
        monkeypatch.delenv(name, raising=False)
    assert settings(_env_file=ROOT / ".env.example") == settings(_env_file=None)


def test_env_example_holds_no_token():
    assert "\nDISCORD_TOKEN=\n" in (ROOT / ".env.example").read_text("utf-8")


def test_readme_has_at_most_200_lines():
    assert len(README.read_text("utf-8").splitlines()) <= 200


def test_readme_shows_settings_with_their_defaults():
    """Those that matter; docs/settings.md, which is generated, has all."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)` )?\|", section("The settings that matter"), re.MULTILINE)
    example = (ROOT / ".env.example").read_text("utf-8")
    assert len(rows) == 5
    assert [name for name, default in rows if f"\n{name}={default}\n" not in example] == []
    assert f"All {len(FIELDS)}:" in section("The settings that matter")


def test_readme_names_every_room():
    rooms = {f"{path.parent.parent.name}/{path.parent.name}" for path in ROOT.glob("[ib]*/*/__init__.py")}
    assert rooms >= {"index/domain", "bot/cogs"}
    assert {room for room in rooms if f"`{room}`" not in section("The rooms")} == set()


def test_invite_link_asks_for_the_permissions_named():
    text = (ROOT / "docs" / "discord.md").read_text("utf-8")
    sentence = re.search(r"The number in the link stands for ([^.]+)\.", text)
    assert sentence
    names = [part.strip().lower().replace(" ", "_") for part in re.split(r",|\band\b", sentence[1])]
    wanted = Permissions(**{name.replace("channels", "channel"): True for name in names})
    for page in (text, README.read_text("utf-8")):
        assert re.findall(r"&permissions=(\d+)", page) == [str(wanted.value)]


@pytest.mark.parametrize("document", [*PAGES, *DOCS], ids=lambda path: path.name)
def test_make_targets_that_a_document_names_exist(document):
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    commands = re.findall(r"(?:^ {4,}|`|\| |\$ )make ((?:[a-z0-9-]+ ?)+)", document.read_text("utf-8"), re.MULTILINE)
    words = {word for command in commands for word in command.split()}
    assert words <= targets
    assert words or document not in (README, ROOT / "CONTRIBUTING.md")


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(document):
    """`make docs` checks those of docs/, which is all that MkDocs sees."""
    links = re.findall(r"\]\(([^):#]*)(?:#([^)]*))?\)|src=\"([^\"]+)\"", document.read_text("utf-8"))
    for path, anchor, source in links:
        target = document.parent / (path or source) if path or source else document
        assert target.exists(), target
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.txt", []), ("requirements-dev.txt", ["dev"]), ("requirements-docs.txt", ["docs"])],
)
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


def test_uv_lock_has_the_pins_of_the_other_locks():
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    versions: dict[str, set[str]] = {}
    for package in packages:
        versions.setdefault(package["name"], set()).add(package.get("version", ""))
    for lock in ("requirements.txt", "requirements-dev.txt", "requirements-docs.txt"):
        for name, pins in locked(lock).items():
            pinned = {specifier.version for pin in pins for specifier in pin.specifier}
            assert pinned <= versions[name], f"{name}: run `make lock`"


def test_lite_lock_has_the_pins_of_the_bot_and_nothing_of_the_extra_full():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    full = {canonicalize_name(Requirement(text).name) for text in project["optional-dependencies"]["full"]}
    wanted = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    bot, lite = locked("requirements.txt"), locked("requirements-lite.txt")
    assert full <= wanted
    assert wanted - full <= set(lite)
    assert set(lite) & (full | {"transformers", "scipy", "scikit-learn", "huggingface-hub"}) == set()
    assert {name: bot.get(name) for name in lite} == lite


def test_what_tests_run_on_is_what_the_bot_runs_on():
    bot, tests = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: tests.get(name) for name in bot} == bot


@pytest.mark.parametrize(
    "lock", ["requirements.txt", "requirements-lite.txt", "requirements-dev.txt", "requirements-docs.txt"]
)
def test_lock_asks_for_no_cuda_package_and_names_no_index(lock):
    assert [name for name in locked(lock) if re.match(r"nvidia|cuda|triton", name)] == []
    assert not re.search(r"^--|://|file:", (ROOT / lock).read_text("utf-8"), re.MULTILINE)


def test_no_tracked_file_names_a_path_of_one_machine():
    path = re.compile(rb"(?<![\w.])/(?:work|root|opt/pypi|home/\w+|Users/\w+)/")
    mine = Path(__file__).name
    assert [file.name for file in tracked() if file.name != mine and path.search(file.read_bytes())] == []
