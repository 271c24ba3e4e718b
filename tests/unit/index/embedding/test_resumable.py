"""Embedding that goes on after a kill where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.domain.ports import WindowText
from index.embedding.resumable import PART, ResumableEmbedding, embed_part
from tests.support.index_fakes import WordEmbedder
from tests.support.paths import ROOT


class CountingEmbedder(WordEmbedder):
    """Counts the texts that it encodes."""

    def __init__(self, name: str = "words", version: str = "1") -> None:
        super().__init__(name)
        self.version = version
        self.texts = 0

    def windows(self, texts, progress=None, *, characters=0):
        def counted():
            for text in texts:
                self.texts += 1
                yield text

        return super().windows(counted(), progress, characters=characters)


def text(number: int) -> WindowText:
    return WindowText(f"Scout has {number} experts. It is small.", ((0, 12), (12, 36)))


TEXTS = [text(number) for number in range(2 * PART + 50)]
CHARACTERS = sum(each.characters for each in TEXTS)


def test_vectors_are_those_of_the_model_text_by_text(tmp_path):
    made = list(ResumableEmbedding(WordEmbedder(), tmp_path / "parts").windows(iter(TEXTS)))
    wanted = list(WordEmbedder().windows(TEXTS))
    assert len(made) == len(wanted)
    for vectors, others in zip(made, wanted, strict=True):
        assert vectors.tobytes() == others.tobytes()


def test_the_same_texts_are_read_from_their_parts(tmp_path):
    first = list(ResumableEmbedding(WordEmbedder(), tmp_path).windows(TEXTS))
    again = CountingEmbedder()
    second = list(ResumableEmbedding(again, tmp_path).windows(TEXTS))
    assert again.texts == 0
    assert np.concatenate(first).tobytes() == np.concatenate(second).tobytes()


def test_after_a_failure_only_what_was_not_finished_is_embedded_anew(tmp_path):
    rest = iter(TEXTS)

    def failing():
        for _ in range(PART + 10):
            yield next(rest)
        raise MemoryError

    with pytest.raises(MemoryError):
        list(ResumableEmbedding(WordEmbedder(), tmp_path).windows(failing()))
    again = CountingEmbedder()
    assert len(list(ResumableEmbedding(again, tmp_path).windows(TEXTS))) == len(TEXTS)
    assert again.texts == len(TEXTS) - PART


@pytest.mark.parametrize("other", [CountingEmbedder("others"), CountingEmbedder(version="2")])
def test_parts_of_another_model_or_version_are_not_taken(tmp_path, other):
    list(ResumableEmbedding(WordEmbedder(), tmp_path).windows(TEXTS))
    list(ResumableEmbedding(other, tmp_path).windows(TEXTS))
    assert other.texts == len(TEXTS)


def test_other_spans_of_the_same_texts_are_embedded_anew(tmp_path):
    list(ResumableEmbedding(WordEmbedder(), tmp_path).windows(TEXTS))
    other = CountingEmbedder()
    list(ResumableEmbedding(other, tmp_path).windows([WindowText(each.text, ((0, 12),)) for each in TEXTS]))
    assert other.texts == len(TEXTS)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"no array at all"])
def test_a_damaged_part_is_embedded_anew(tmp_path, damage):
    list(ResumableEmbedding(WordEmbedder(), tmp_path).windows(TEXTS))
    next(tmp_path.glob("*.npy")).write_bytes(damage)
    again = CountingEmbedder()
    assert len(list(ResumableEmbedding(again, tmp_path).windows(TEXTS))) == len(TEXTS)
    assert 0 < again.texts <= PART


def test_progress_counts_tokens_of_kept_and_of_new_parts(tmp_path):
    wanted = sum(WordEmbedder().count(each.text) for each in TEXTS)
    list(ResumableEmbedding(WordEmbedder(), tmp_path).windows(TEXTS[: 2 * PART]))
    calls: list[tuple[str, int, int]] = []
    embedding = ResumableEmbedding(WordEmbedder(), tmp_path)
    list(embedding.windows(TEXTS, lambda *call: calls.append(call), characters=CHARACTERS))
    done = [done for _, done, _ in calls]
    assert {stage for stage, _, _ in calls} == {"embedding passages"}
    assert done == sorted(done)
    assert calls[-1][1:] == (wanted, wanted)
    assert all(abs(total - wanted) < 0.2 * wanted for _, _, total in calls)


def test_cleared_parts_are_gone(tmp_path):
    embedding = ResumableEmbedding(WordEmbedder(), tmp_path / "parts")
    embedding.clear()
    list(embedding.windows(TEXTS))
    embedding.clear()
    assert not (tmp_path / "parts").exists()


KILLED = """
import sys
from pathlib import Path
from index.embedding.resumable import ResumableEmbedding
from tests.support.index_fakes import WordEmbedder
from tests.unit.index.embedding.test_resumable import TEXTS
for number, _ in enumerate(ResumableEmbedding(WordEmbedder(), Path(sys.argv[1])).windows(iter(TEXTS)), 1):
    if number == int(sys.argv[2]):
        print("in the middle", flush=True)
        sys.stdin.readline()
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
def test_after_kill_9_no_finished_part_is_embedded_again(tmp_path: Path):
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(PART + 1)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in the middle\n"
        process.send_signal(signal.SIGKILL)
    again = CountingEmbedder()
    vectors = list(ResumableEmbedding(again, tmp_path).windows(TEXTS))
    assert again.texts == len(TEXTS) - 2 * PART
    assert np.concatenate(vectors).tobytes() == np.concatenate(list(WordEmbedder().windows(TEXTS))).tobytes()


class RemoteWords:
    """Embeds like the model of words; `most` parts come out well, then it fails."""

    parts_at_once = 2
    least_parts = 2

    def __init__(self, most: int = 100) -> None:
        self._most = most
        self.parts: list[int] = []

    def embed(self, embedder, parts):
        for part in parts:
            yield None
            if len(self.parts) == self._most:
                raise ConnectionError
            self.parts.append(len(part))
            yield embed_part(WordEmbedder(), part)


def test_parts_that_come_from_elsewhere_are_the_same_and_kept(tmp_path):
    remote = RemoteWords()
    made = list(ResumableEmbedding(CountingEmbedder(), tmp_path, remote).windows(TEXTS))
    assert np.concatenate(made).tobytes() == np.concatenate(list(WordEmbedder().windows(TEXTS))).tobytes()
    assert remote.parts == [PART, PART]
    again = CountingEmbedder()
    assert len(list(ResumableEmbedding(again, tmp_path, remote).windows(TEXTS))) == len(TEXTS)
    assert (again.texts, remote.parts) == (0, [PART, PART])


def test_too_few_parts_for_elsewhere_are_embedded_here(tmp_path):
    remote, model = RemoteWords(), CountingEmbedder()
    list(ResumableEmbedding(model, tmp_path, remote).windows(TEXTS[:PART]))
    assert (model.texts, remote.parts) == (PART, [])


def test_after_a_failure_elsewhere_what_came_is_not_embedded_again(tmp_path):
    with pytest.raises(ConnectionError):
        list(ResumableEmbedding(WordEmbedder(), tmp_path, RemoteWords(most=1)).windows(TEXTS))
    again = CountingEmbedder()
    list(ResumableEmbedding(again, tmp_path).windows(TEXTS))
    assert again.texts == len(TEXTS) - PART


def test_progress_goes_on_while_parts_are_waited_for(tmp_path):
    calls: list[int] = []
    remote = ResumableEmbedding(WordEmbedder(), tmp_path, RemoteWords())
    list(remote.windows(TEXTS, lambda stage, done, total: calls.append(done), characters=CHARACTERS))
    assert calls == sorted(calls)
    assert calls[0] == 0
    assert calls[-1] == sum(WordEmbedder().count(each.text) for each in TEXTS)
