"""What is embedded of a document."""

from __future__ import annotations

import pytest

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
