"""The secret of the web pages is made once, and only its owner reads it."""

from __future__ import annotations

import stat

import pytest

from bot.web.secret import CannotKeepSecret, web_secret


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path):
    file = tmp_path / "state" / "web_secret"
    secret = web_secret(file)
    assert len(secret) >= 32
    assert web_secret(file) == secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["web_secret"]


def test_a_configured_secret_leaves_no_file(tmp_path):
    assert web_secret(tmp_path / "web_secret", "x" * 32) == b"x" * 32
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_damaged_file_is_refused_with_its_remedy(tmp_path, content):
    file = tmp_path / "web_secret"
    file.write_bytes(content)
    with pytest.raises(CannotKeepSecret, match="remove it, and a new one is made"):
        web_secret(file)


def test_a_folder_that_cannot_be_made_is_told_with_its_remedy(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(CannotKeepSecret, match="set WEB_SECRET, or STATE_DIR"):
        web_secret(tmp_path / "state" / "web_secret")
