"""Reuse of vectors: those of windows of a source that read the same in the previous snapshot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from index.domain.documents import DocumentEntry
from index.domain.ports import Vectors, WindowText
from index.retrieval.search_index import SearchIndex
from index.retrieval.window_texts import window_texts

__all__ = ["KeptRows", "PreviousVectors", "merge_vectors"]


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows of the previous snapshot whose vectors are taken over."""

    rows: range


class PreviousVectors:
    """The vectors of the previous snapshot, of the same model and format."""

    def __init__(self, search_index: SearchIndex, hashes: Mapping[str, str]) -> None:
        """Take the vectors of a snapshot that was built of sources with these hashes."""
        self._search_index = search_index
        self._entries: Mapping[str, DocumentEntry] = {entry.source: entry for entry in search_index.entries}
        self._names = {checksum: source for source, checksum in hashes.items()}

    def rows(self, kept: KeptRows) -> Vectors:
        return self._search_index.vectors.rows(kept.rows.start, kept.rows.stop)

    def of_source(self, source: str, checksum: str) -> dict[WindowText, range]:
        """Return the rows of each window of a source as it was, perhaps under another name; none if it is new."""
        entry = self._entries.get(source) or self._entries.get(self._names.get(checksum, ""))
        if entry is None or not entry.rows:
            return {}
        passages = self._search_index.passages[entry.rows.start : entry.rows.stop]
        found: dict[WindowText, range] = {}
        row = entry.rows.start
        for text in window_texts(self._search_index.documents[entry.id], passages):
            found[text] = range(row, row + len(text.spans))
            row += len(text.spans)
        return found


def merge_vectors(
    parts: Iterable[WindowText | KeptRows],
    embed: Callable[[Iterator[WindowText]], Iterator[Vectors]],
    kept: Callable[[KeptRows], Vectors],
) -> Iterator[Vectors]:
    """Yield the vectors of parts in their order: those of texts by `embed`, which reads ahead, the others by `kept`.

    Raises ValueError if there are more or fewer vectors than the texts have passages.
    """
    waiting: deque[int | KeptRows] = deque()

    def texts() -> Iterator[WindowText]:
        for part in parts:
            if isinstance(part, KeptRows):
                waiting.append(part)
            else:
                waiting.append(len(part.spans))
                yield part

    def take_over() -> Iterator[Vectors]:
        while waiting and isinstance(waiting[0], KeptRows):
            first = waiting.popleft()
            if isinstance(first, KeptRows):
                yield kept(first)

    for block in embed(texts()):
        left = block
        yield from take_over()
        while len(left):
            count = waiting.popleft() if waiting else 0
            if not isinstance(count, int) or not count:
                raise ValueError("there are more vectors than texts")
            part, left = left[:count], left[count:]
            yield part
            if len(part) < count:
                waiting.appendleft(count - len(part))
                break
            yield from take_over()
    yield from take_over()
    if waiting:
        raise ValueError("there are fewer vectors than texts")
