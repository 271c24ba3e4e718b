"""The object storage in /status: where snapshots are shared, and which is live there."""

from __future__ import annotations

from dataclasses import replace

from bot.views.status import status_message
from index.domain.snapshots import StorageStatus
from tests.support.harmless import blocks
from tests.support.makers import make_status


def head(storage: StorageStatus | None) -> list[str]:
    return blocks(status_message(replace(make_status(), storage=storage)))[0].replace("\\", "").split("\n")


def test_without_an_object_storage_there_is_no_word_of_one() -> None:
    assert not any("Shared" in line for line in head(None))


def test_an_object_storage_is_named_with_its_live_snapshot() -> None:
    storage = StorageStatus("s3://footnote/index", "20260401T120000000000Z-1a2b3c4d")
    assert "Shared in s3://footnote/index, where 20260401T120000000000Z-1a2b3c4d is live." in head(storage)


def test_an_empty_object_storage_is_said_to_be_empty() -> None:
    assert "Shared in s3://footnote/index, where nothing is live yet." in head(StorageStatus("s3://footnote/index", ""))
