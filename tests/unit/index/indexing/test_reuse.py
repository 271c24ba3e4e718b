"""What of the index before is used again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from index.domain.ports import Vectors, WindowText
from index.indexing._reuse import KeptRows, PreviousVectors, merge_vectors
from tests.support.index_fakes import search_index


def text(name: str, passages: int = 1) -> WindowText:
    return WindowText(name, tuple((n, n + 1) for n in range(passages)))


def kept(part: KeptRows) -> Vectors:
    return np.array([[-float(row)] for row in part.rows], np.float32)


def embed(*sizes: int):
    """Return what reads all texts ahead, and gives one number a passage in blocks of these sizes."""

    def embed_all(texts: Iterator[WindowText]) -> Iterator[Vectors]:
        numbers = np.arange(1, 1 + sum(len(each.spans) for each in texts), dtype=np.float32).reshape(-1, 1)
        begin = 0
        for size in sizes:
            yield numbers[begin : begin + size]
            begin += size
        yield numbers[begin:]

    return embed_all


def merged(parts: list[WindowText | KeptRows], *sizes: int) -> list[float]:
    return [float(row[0]) for block in merge_vectors(parts, embed(*sizes), kept) for row in block]


@pytest.mark.parametrize("sizes", [(), (1,), (2, 2), (3,), (1, 1, 1, 1), (0, 4)])
def test_vectors_come_where_their_passages_are_however_the_blocks_are_cut(sizes):
    parts = [KeptRows(range(7, 9)), text("a", 3), KeptRows(range(4, 5)), KeptRows(range(1, 2)), text("b")]
    assert merged(parts, *sizes) == [-7, -8, 1, 2, 3, -4, -1, 4]


def test_kept_vectors_alone_need_no_embedding():
    assert merged([KeptRows(range(2, 4))]) == [-2, -3]
    assert merged([]) == []


def test_more_vectors_than_passages_are_an_error():
    def more(texts: Iterator[WindowText]) -> Iterator[Vectors]:
        yield np.zeros((len(list(texts)) + 1, 1), np.float32)

    with pytest.raises(ValueError, match="more vectors than texts"):
        list(merge_vectors([text("a")], more, kept))


def test_fewer_vectors_than_passages_are_an_error():
    def fewer(texts: Iterator[WindowText]) -> Iterator[Vectors]:
        yield np.zeros((len(list(texts)) - 1, 1), np.float32)

    with pytest.raises(ValueError, match="fewer vectors than texts"):
        list(merge_vectors([text("a"), text("b")], fewer, kept))


def test_an_embedder_that_fails_at_its_end_fails_the_build():
    def failing(texts: Iterator[WindowText]) -> Iterator[Vectors]:
        yield np.zeros((len(list(texts)), 1), np.float32)
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError, match="out of paper"):
        list(merge_vectors([text("a")], failing, kept))


def test_windows_of_a_source_are_found_with_their_rows():
    index = search_index(
        a_md="Bread is made of flour.\n", b_md="# Tea\n\nTea is made of leaves.\n\n# Milk\n\nMilk is white.\n"
    )
    vectors = PreviousVectors(index, {"a.md": "1", "b.md": "2"})
    found = vectors.of_source("b.md", "3")
    assert sorted(row for rows in found.values() for row in rows) == [1, 2]
    assert vectors.of_source("c.md", "2") == found
    assert vectors.of_source("c.md", "3") == {}
