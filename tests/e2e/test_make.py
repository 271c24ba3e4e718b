"""What `make run` says of each step, and without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

UNREACHABLE = "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError('...')': /simple/x/"
NO_VERSION = "ERROR: Could not find a version that satisfies the requirement x==1"

MAKE = shutil.which("make")

pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose programs are scripts, and whose virtual environment is there but empty."""
    for name in ("Makefile", "requirements.txt", "requirements-lite.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".made").touch()
    return tmp_path


def script(folder: Path, name: str, *lines: str) -> str:
    file = folder / name
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    file.chmod(0o755)
    return str(file)


def pip_that_fails(folder: Path, *said: str) -> str:
    """A pip that writes this to its standard error and fails."""
    return script(folder, "pip", *(f'echo "{line}" >&2' for line in said), "exit 1")


def make(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    python = script(checkout, "python", 'echo "answer of $2"')
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        [MAKE or "", *words, f"PY={python}"],
        cwd=checkout,
        env=clean,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("lite", "packages"), [((), "requirements.txt"), (("LITE=1",), "requirements-lite.txt")])
def test_each_step_is_said_and_the_output_is_the_bots_alone(checkout, lite, packages):
    pip = script(checkout, "pip", f'echo "$*" >>{checkout}/asked; echo noise; echo noise >&2')
    process = make(checkout, "run", f"PIP={pip}", *lite)
    assert process.returncode == 0, process.stderr
    assert process.stdout == "answer of bot\n"
    steps = [line for line in process.stderr.splitlines() if line.endswith("...")]
    assert [step.split()[0] for step in steps][-3:] == ["Installing", "Looking", "Starting"]
    assert "packages that the bot needs" in steps[-3]
    asked = (checkout / "asked").read_text("utf-8")
    assert f"-r {packages}" in asked
    assert ("torch==" in asked) == (not lite)
    assert ("--no-deps" in asked) == bool(lite)


@pytest.mark.parametrize("lite", [(), ("LITE=1",)])
def test_without_a_network_one_line_says_so_with_the_remedy(checkout, lite):
    pip = pip_that_fails(checkout, *[UNREACHABLE] * 5, NO_VERSION)
    process = make(checkout, "run", f"PIP={pip}", *lite)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.count("No network: ") == 1
    assert "PIP_FIND_LINKS" in process.stderr
    assert "Retrying" not in process.stderr
    assert "ERROR" not in process.stderr
    assert UNREACHABLE in (checkout / ".venv" / "pip.log").read_text("utf-8")


def test_another_failure_is_said_as_pip_said_it(checkout):
    process = make(checkout, "run", f"PIP={pip_that_fails(checkout, NO_VERSION)}", "LITE=1")
    assert process.returncode == 2
    assert NO_VERSION in process.stderr
    assert "No network" not in process.stderr
    assert not (checkout / ".venv" / ".installed-lite").exists()


def test_what_is_installed_needs_no_pip(checkout):
    for stamp in (".torch", ".installed"):
        (checkout / ".venv" / stamp).touch()
    process = make(checkout, "run", f"PIP={pip_that_fails(checkout, UNREACHABLE)}")
    assert (process.returncode, process.stdout) == (0, "answer of bot\n")
