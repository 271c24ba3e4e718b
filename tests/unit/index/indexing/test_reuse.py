"""What of the index before is used again."""

from __future__ import annotations

from collections.abc import Iterator

from index.domain.ports import Encoding
from index.indexing._reuse import Run, merge_encodings, to_runs
from tests.support.index_fakes import WordEmbedder


def test_rows_that_follow_one_another_are_one_run_and_new_passages_too():
    assert to_runs([3, 4, None, None, 5, 9, 9, None]) == [
        Run(3, 2),
        Run(None, 2),
        Run(5, 1),
        Run(9, 1),
        Run(9, 1),
        Run(None, 1),
    ]
    assert to_runs([]) == []


def encodings(*words: str) -> list[Encoding]:
    return [WordEmbedder().question(word) for word in words]


def test_what_is_embedded_comes_where_it_is_new_however_the_blocks_are_cut():
    def blocks() -> Iterator[list[Encoding]]:
        yield encodings("a", "b", "c")
        yield encodings("d")

    parts = list(merge_encodings([Run(None, 2), Run(7, 5), Run(None, 2)], blocks()))
    pieces = [part if isinstance(part, Run) else [run.pieces for run in part] for part in parts]
    assert pieces == [[("a",), ("b",)], Run(7, 5), [("c",)], [("d",)]]
