"""The helper that opens pages in chromium."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.pictures import browser


@pytest.mark.browser
def test_a_picture_of_a_page_is_as_wide_as_asked_and_as_high_as_the_page(tmp_path):
    tall = "@media (prefers-color-scheme: dark) { body { height: 900px } }"
    html = f"<style>body {{ margin: 0; height: 700px }} {tall}</style>"
    browser.page_picture(html, tmp_path / "light.png", width=320)
    browser.page_picture(html, tmp_path / "dark.png", width=320, dark=True)
    assert size(tmp_path / "light.png") == (640, 1400)
    assert size(tmp_path / "dark.png") == (640, 1800)


def size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG file in dots."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_without_chromium_a_test_is_skipped_or_fails_in_ci(monkeypatch):
    """The skip is visible in the summary; with CI=true it is a failure."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(browser.NEEDED, raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"NOT CHECKED: no chromium \(apt install chromium\)"):
        browser.chromium()
    monkeypatch.setenv(browser.NEEDED, "1")
    with pytest.raises(pytest.fail.Exception, match="there is no chromium"):
        browser.chromium()
