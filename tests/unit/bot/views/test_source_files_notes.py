"""Remarks on sources that were read are shown to moderators."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.views.reindex_report import reindex_report_message
from bot.views.source_files import source_files_message
from index.domain.messages import Message
from index.domain.snapshots import SourceFileInfo, SourceNote
from tests.support.makers import make_report, make_status

NOTE = SourceNote("rye.md", Message("it has more than {most} values", most=10))


def test_the_report_of_a_reindex_names_remarks():
    texts = [item["content"] for item in _texts(reindex_report_message(make_report(notes=(NOTE,))))]
    assert "**Read with remarks**\nrye.md: it has more than 10 values" in texts


def test_the_list_of_files_names_a_remark_below_its_file():
    files = [SourceFileInfo(name, 2_000, datetime(2026, 1, 1, tzinfo=UTC)) for name in ("oat.md", "rye.md")]
    texts = [item["content"] for item in _texts(source_files_message(make_status(sources=(), notes=(NOTE,)), files))]
    assert any(text.endswith("\n-# Read with a remark: it has more than 10 values") for text in texts)


def _texts(message):
    waiting, found = list(message.to_components()), []
    while waiting:
        item = waiting.pop()
        waiting += item.get("components", [])
        found += [item] if "content" in item else []
    return found
