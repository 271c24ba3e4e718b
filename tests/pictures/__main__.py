"""The pictures of messages in docs/: what the real client sends, as pages, drawn by chromium.

python -m tests.pictures [NAME ...] [--to FOLDER] [--phone] [--light] [--html]

Without names it draws all, into docs/messages, and writes down the words on them: a test compares these with what the
bot says. With --html the pages are kept beside the pictures, to look at in a browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path

from PIL import Image

from tests.pictures.browser import page_picture
from tests.pictures.message_scenes import pages
from tests.support.paths import ROOT

__all__ = ["FOLDER", "WORDS", "words"]

FOLDER = ROOT / "docs" / "messages"
WORDS = "words.json"
FONT = "Noto Sans"
WINDOW, PHONE = 560, 390
"""Widths of a page in CSS pixels."""
DOTS = 1.5
COLOURS = 48


def words(page: str) -> list[str]:
    """What can be read on a page, a part each, every digit as 0: figures may differ from machine to machine."""
    body = page.partition("</head>")[2]
    alone = re.sub(r'<img alt="([^"]*)"[^>]*>', r"<p>\1</p>", body)
    parts = [" ".join(unescape(part).split()) for part in re.split(r"<[^>]+>", alone)]
    return [re.sub(r"\d+", "0", part) for part in parts if part]


def draw(page: str, path: Path, *, width: int) -> None:
    """Write a picture of the page in few colours, which text needs no more of, so that it is small."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.png"
        page_picture(page, whole, width=width, dots=DOTS)
        with Image.open(whole) as image:
            few = image.convert("RGB").quantize(COLOURS, kmeans=3, dither=Image.Dither.NONE)
            few.convert("RGB").save(path, lossless=True, quality=100)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures")
    parser.add_argument("names", nargs="*", help="the pictures to draw; all, unless you say")
    parser.add_argument("--to", type=Path, default=FOLDER, help="the folder for them (docs/messages)")
    parser.add_argument("--phone", action="store_true", help="as wide as a phone")
    parser.add_argument("--light", action="store_true", help="in the light theme")
    parser.add_argument("--html", action="store_true", help="keep the pages too")
    chosen = parser.parse_args()
    if missing := _missing():
        sys.exit(f"To draw them, first: apt install {missing}")
    with tempfile.TemporaryDirectory() as folder:
        drawn = asyncio.run(pages(Path(folder), light=chosen.light))
    if unknown := set(chosen.names) - drawn.keys():
        sys.exit(f"There is no {', '.join(sorted(unknown))}, but {', '.join(sorted(drawn))}")
    chosen.to.mkdir(parents=True, exist_ok=True)
    for name, page in drawn.items():
        if chosen.names and name not in chosen.names:
            continue
        draw(page, chosen.to / f"{name}.webp", width=PHONE if chosen.phone else WINDOW)
        if chosen.html:
            (chosen.to / f"{name}.html").write_text(page, "utf-8")
    written = {name: words(page) for name, page in sorted(drawn.items())}
    (chosen.to / WORDS).write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _missing() -> str:
    """The packages without which the pictures would not come, or come out in another font."""
    fonts = shutil.which("fc-list")
    font_files = subprocess.run([fonts, FONT], capture_output=True, text=True, check=True).stdout if fonts else ""
    needed = {"chromium": shutil.which("chromium"), "fonts-noto-core": font_files.strip()}
    return " ".join(name for name, there in needed.items() if not there)


if __name__ == "__main__":
    main()
