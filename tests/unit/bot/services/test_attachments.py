"""Attachments: which URLs are trusted, and how long an upload waits for its confirmation."""

from __future__ import annotations

import pytest

from bot.services.attachments import AttachmentDownloader, PendingUploads


@pytest.mark.parametrize(
    ("url", "serves"),
    [
        ("https://cdn.discordapp.com/ephemeral-attachments/1/2/scout.md?ex=1&hm=2", True),
        ("https://media.discordapp.net/attachments/1/2/scout.md", True),
        ("http://cdn.discordapp.com/attachments/1/2/scout.md", False),
        ("https://cdn.discordapp.com:8443/attachments/1/2/scout.md", False),
        ("https://cdn.discordapp.com.example/attachments/1/2/scout.md", False),
        ("https://cdn.discordapp.com@127.0.0.1/scout.md", False),
        ("http://127.0.0.1/scout.md", False),
        ("file:///etc/passwd", False),
        ("scout.md", False),
        ("", False),
    ],
)
def test_files_lie_on_discord(url: str, serves: bool) -> None:
    assert AttachmentDownloader().is_trusted(url) is serves


def test_a_few_files_wait_for_a_while_for_who_brought_them_and_go_once() -> None:
    now = [0.0]
    pending = PendingUploads(clock=lambda: now[0])
    keys = [pending.add(1, f"{n}.md", b"x") for n in range(5)]
    assert pending.take(keys[0], 1) is None
    assert pending.take(keys[1], 2) is None
    assert pending.take(keys[1], 1) is not None
    assert pending.take(keys[1], 1) is None
    now[0] = 601
    assert pending.take(keys[2], 1) is None
