"""What is embedded of a document."""

from __future__ import annotations

from itertools import pairwise

import pytest

from index.domain.ports import WindowText
from index.retrieval.window_texts import window_texts
from tests.support.index_fakes import WordEmbedder, parse_files

SOURCE = """---
author: Ada
---
# Scout

It is small. It reads 10 million tokens at once. It was made in a hurry by people who like it.

## Prices

| Model | Price |
|---|---|
| Scout | $2 |
| Maverick | $20 |

- one item of a list that is long enough
- another item of a list that is long enough

```
make run
make test
```
"""


@pytest.mark.parametrize("source", [SOURCE, "One line.\n", SOURCE * 20])
def test_every_passage_has_one_span_in_the_order_of_the_passages(source):
    documents, passages = parse_files(WordEmbedder(max_tokens=256), a_md=source)
    (document,) = documents.values()
    own = [text.text[begin:end] for text in window_texts(document, passages) for begin, end in text.spans]
    assert len(own) == len(passages)
    for part, passage in zip(own, passages, strict=True):
        for word in passage.reading.split():
            assert word in part


def texts(source: str) -> list[WindowText]:
    documents, passages = parse_files(WordEmbedder(max_tokens=256), a_md=source)
    (document,) = documents.values()
    return list(window_texts(document, passages))


def test_a_document_without_passages_has_no_texts():
    documents, _ = parse_files(WordEmbedder(), a_md="One line.\n")
    (document,) = documents.values()
    assert list(window_texts(document, [])) == []


def test_every_text_but_a_continued_one_begins_with_the_title():
    for text in texts(SOURCE):
        assert text.text.startswith("Scout\n")


def test_a_sentence_in_two_texts_is_embedded_in_the_first():
    sentences = [f"This is sentence number {number} of a paragraph that is long." for number in range(20)]
    found = texts("# Scout\n\n" + " ".join(sentences) + "\n")
    assert len(found) > 2
    for text, following in pairwise(found):
        assert following.text.index(text.text[slice(*text.spans[-1])]) < following.spans[0][0]


def test_a_row_of_a_table_is_embedded_with_the_names_of_its_columns():
    parts = [text.text[begin:end] for text in texts(SOURCE) for begin, end in text.spans]
    assert "| Model: Maverick | Price: $20 |" in parts


def test_texts_are_short():
    many = " ".join(f"This is sentence number {number} of a paragraph that is long." for number in range(200))
    assert all(len(text.text.split()) <= 70 for text in texts(f"# Scout\n\n{many}\n"))
