"""All sources as one: the files of a folder and the web pages that it lists."""

from __future__ import annotations

from index.sources.reader import SourceReader
from index.sources.web import WebSources
from tests.support.index_fakes import write

LISTED = '[[source]]\nurl = "https://a.test/"\nname = "page"\n'


def test_without_web_sources_files_alone_are_read(tmp_path):
    reader = SourceReader(write(tmp_path / "seeds", a_md="Bread.", sources_toml=LISTED), max_bytes=100)
    reader.refresh(lambda *_: None)
    assert list(reader.read().hashes) == ["a.md"]
    assert reader.read().waiting == ()


def test_a_listed_page_that_was_not_fetched_yet_is_waited_for(tmp_path):
    web = WebSources(tmp_path / "fetched", max_bytes=100)
    reader = SourceReader(write(tmp_path / "seeds", a_md="Bread.", sources_toml=LISTED), max_bytes=100, web=web)
    assert (list(reader.read().hashes), reader.read().waiting) == (["a.md"], ("page",))
