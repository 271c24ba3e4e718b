"""Sources on the web: listed in sources.toml, fetched when the index is built, kept for when there is no network."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.domain.sources import SourceSet
from index.parsing.documents import parse
from index.sources._sources_toml import WebAddress, WebSourceList, read_addresses
from index.sources.web import WebSources
from tests.support.index_fakes import library, write
from tests.support.office import pdf
from tests.support.site import HOST, Site, page, served

ARTICLE = "<title>The herd</title><main><h1>Llamas</h1><p>Scout has sixteen experts.</p></main>"


@pytest.fixture
def site() -> Iterator[Site]:
    with served(a=page(ARTICLE, ETag='"1"')) as running:
        yield running


def listed(folder: Path, *entries: str) -> Path:
    return write(folder, sources_toml="\n".join(f"[[source]]\n{entry}" for entry in entries))


def web(tmp_path: Path, **options: object) -> WebSources:
    return WebSources(
        tmp_path / "index" / "fetched",
        **{"allowed": [HOST], "max_bytes": 100_000, "seconds": 20, "wait": 0.01, **options},
    )


def fetched(tmp_path: Path, *entries: str, **options: object) -> SourceSet:
    seeds = listed(tmp_path / "seeds", *entries)
    reading = web(tmp_path, **options)
    reading.refresh(seeds)
    return reading.read(seeds)


def entry(site: Site, path: str = "/a", name: str = "herd") -> str:
    return f'url = "{site.url(path)}"\nname = "{name}"'


def reasons(reading: SourceSet) -> dict[str, str]:
    return {skipped_file.source: skipped_file.reason for skipped_file in reading.skipped}


def test_an_address_has_a_name_its_own_or_that_of_the_page(tmp_path):
    seeds = listed(tmp_path, 'url = "https://a.test/b/?c=1#d"', 'url = "http://a.test/"\nname = " My  page "')
    assert read_addresses(seeds).addresses == (
        WebAddress("a.test/b?c=1", "https://a.test/b/?c=1"),
        WebAddress("My page", "http://a.test/"),
    )


def test_no_list_is_no_address(tmp_path):
    assert read_addresses(tmp_path).addresses == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_in_the_place_of_the_list_is_no_list_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "sources.toml")
    assert read_addresses(tmp_path) == WebSourceList()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[source]]\nurl = x\n", "is not TOML: Invalid value (at line 2, column 7)"),
        (b"caf\xe9", "is not UTF-8 (byte 3): save it as UTF-8"),
        ("source = 3", "is no list of sources"),
        ("a = " + "[" * 100_000, "is not TOML"),
        ("[[source]]\nurl = 'http://a.test'\n" * 501, "lists more than 500 addresses"),
    ],
)
def test_a_list_that_cannot_be_read_is_named_with_the_line(tmp_path, text, reason):
    assert reason in read_addresses(write(tmp_path, sources_toml=text)).broken


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("name = 'x'", "lacks its address"),
        ("url = 3", "lacks its address"),
        ("url = 'file:///etc/passwd'", "has no address that begins with https://"),
        ("url = 'https://'", "has no address that begins with https://"),
        ("url = 'http://[::1'", "has no address in"),
        ("url = 'http://a.test:99999/'", "has no address in"),
        ("url = 'https://a b.test'", "has an address with spaces"),
        ("url = 'https://me:word@a.test/'", "has a password in its address"),
        ("url = 'https://a.test/'\nallow_private = true", "FETCH_ALLOW_HOSTS in the settings allows a private host"),
        ("url = 'https://good.test/'", "whose name or address is in the list already"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line_and_stops_no_other(tmp_path, wrong, reason):
    reading = read_addresses(listed(tmp_path, "url = 'https://good.test/'", wrong, "url = 'https://other.test/'"))
    assert [address.name for address in reading.addresses] == ["good.test", "other.test"]
    (skipped,) = reading.skipped
    assert skipped.source == "sources.toml"
    assert "at line 3" in skipped.reason
    assert reason in skipped.reason


def test_a_page_is_a_source_whose_link_is_its_address(tmp_path, site):
    (file,) = fetched(tmp_path, entry(site)).files
    document = parse(file)
    assert (document.source, document.url, document.title) == ("herd", site.url("/a"), "The herd")
    assert document.text == "Llamas\n\nScout has sixteen experts.\n"


@pytest.mark.parametrize(
    ("path", "kind", "body", "text"),
    [
        ("/a.md", "text/plain; charset=utf-8", "# One\n\nTwo *three*.", "# One\n\nTwo *three*."),
        ("/x", "text/markdown", "# One\n\nTwo *three*.", "# One\n\nTwo *three*."),
        ("/x", "text/plain; charset=iso-8859-1", "café".encode("latin-1"), "café"),
        ("/x", "text/plain; charset=iso-8859-1", "9 €".encode("cp1252"), "9 €"),
        ("/x", "text/html; charset=iso-8859-1", "<p>café".encode("latin-1"), "café\n"),
        ("/x", "text/html", "<meta charset=iso-8859-1><p>café".encode("latin-1"), "café\n"),
        ("/x", "text/csv", "Model,MMMU\nScout,69.4\n", "Scout | 69.4\n"),
        ("/a.csv", "application/octet-stream", "Model,MMMU\nScout,69.4\n", "Scout | 69.4\n"),
        ("/README.md", "text/html", "<p>As a page.", "As a page.\n"),
        ("/x", "application/pdf", pdf([(60, 700, 10, "In a file.")]), "In a file.\n"),
    ],
)
def test_the_type_of_the_answer_decides_how_it_is_read(tmp_path, site, path, kind, body, text):
    site.pages[path] = page(body, content_type=kind)
    (file,) = fetched(tmp_path, entry(site, path)).files
    assert parse(file).text == text


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("image/png", b"x", "is image/png, which is not read: list a page, a PDF or a text"),
        ("text/plain", b"a\0b", "is a binary file, not text"),
        ("text/plain", b"caf\0", "is a binary file"),
        ("text/html", b"", "is empty"),
    ],
)
def test_an_answer_that_is_no_source_is_named(tmp_path, site, kind, body, reason):
    site.pages["/a"] = page(body, content_type=kind)
    assert reason in reasons(fetched(tmp_path, entry(site)))["herd"]


def test_a_page_that_was_never_there_is_named_and_the_others_are_read(tmp_path, site):
    reading = fetched(tmp_path, entry(site), entry(site, "/gone", "gone"), 'url = "http://nowhere.invalid/"')
    assert [file.source for file in reading.files] == ["herd"]
    assert reasons(reading)["gone"] == "could not be fetched: 404 Not Found"
    assert "could not be fetched: no connection" in reasons(reading)["nowhere.invalid"]


def test_a_page_that_is_gone_is_read_from_its_copy_and_called_stale(tmp_path, site):
    """The reason and the time of the copy are given."""
    fetched(tmp_path, entry(site))
    before = datetime.now(UTC)
    site.pages["/a"] = page("", 404)
    reading = fetched(tmp_path, entry(site))
    (stale,) = reading.stale
    assert parse(reading.files[0]).title == "The herd"
    assert (stale.source, stale.problem) == ("herd", "last fetch failed: 404 Not Found")
    assert before - timedelta(seconds=60) < stale.since <= before
    site.pages["/a"] = page(ARTICLE)
    assert fetched(tmp_path, entry(site)).stale == ()


def test_an_unchanged_page_is_asked_for_by_its_mark_and_kept(tmp_path, site):
    fetched(tmp_path, entry(site))
    site.pages["/a"] = lambda request, handler: page("", 304 if request.headers.get("if-none-match") == '"1"' else 500)(
        request, handler
    )
    reading = fetched(tmp_path, entry(site))
    assert (len(reading.files), reading.stale) == (1, ())


def test_a_changed_page_replaces_its_copy_and_a_page_listed_no_more_loses_it(tmp_path, site):
    folder = tmp_path / "index" / "fetched"
    first = fetched(tmp_path, entry(site)).hashes
    site.pages["/a"] = page(ARTICLE.replace("sixteen", "twelve"))
    assert fetched(tmp_path, entry(site)).hashes != first
    assert sorted(path.suffix for path in folder.iterdir()) == [".bin", ".json"]
    fetched(tmp_path, "url = 'http://nowhere.invalid/'")
    assert sorted(path.suffix for path in folder.iterdir()) == [".json"]


def test_a_damaged_copy_is_named_and_fetched_whole_again(tmp_path, site):
    fetched(tmp_path, entry(site))
    (copy,) = (tmp_path / "index" / "fetched").glob("*.bin")
    copy.write_bytes(b"x")
    assert "damaged copy" in reasons(web(tmp_path).read(tmp_path / "seeds"))["herd"]
    assert fetched(tmp_path, entry(site)).skipped == ()
    assert "if-none-match" not in site.asked[-1].headers


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"name": 1}', '{"name": "a", "url": "b", "fetched": "x"}'])
def test_a_damaged_note_about_a_copy_is_as_none(tmp_path, site, text):
    fetched(tmp_path, entry(site))
    (note,) = (tmp_path / "index" / "fetched").glob("*.json")
    note.write_text(text)
    assert web(tmp_path).read(tmp_path / "seeds").waiting == ("herd",)


def test_a_broken_list_is_named_and_the_copies_at_hand_are_read(tmp_path, site):
    fetched(tmp_path, entry(site))
    (tmp_path / "seeds" / "sources.toml").write_text("[[source]\n")
    second_reading = web(tmp_path)
    second_reading.refresh(tmp_path / "seeds")
    reading = second_reading.read(tmp_path / "seeds")
    assert [file.source for file in reading.files] == ["herd"]
    assert "(at line 1" in reasons(reading)["sources.toml"]


def test_the_library_answers_from_the_web_and_without_it_from_the_copy(tmp_path, site):
    seeds = listed(tmp_path / "seeds", entry(site))
    write(seeds, bread_md="Bread is made of flour and water.")

    def opened():
        return library(seeds, tmp_path / "index", web=web(tmp_path))

    assert opened().status().stale == "there is no index yet"
    assert opened().reindex().added == ("bread.md", "herd")
    answer = opened().ask("How many experts has Scout?")
    assert (answer.citations[0].source, answer.citations[0].url) == ("herd", site.url("/a"))
    assert opened().status().stale == ""
    site.pages["/a"] = page("", 503)
    report = opened().reindex()
    assert (report.changed, report.removed, report.skipped) == ((), (), ())
    infos = {source.source: source for source in opened().status().sources}
    assert infos["herd"].problem == "last fetch failed: 503 Service Unavailable"
    assert infos["herd"].since is not None
    assert infos["bread.md"].since is None
    assert opened().ask("How many experts has Scout?").citations[0].source == "herd"


def test_an_address_never_asked_for_makes_the_index_stale_a_failed_one_does_not(tmp_path, site):
    """A failed address would make every start rebuild the index."""
    seeds = write(tmp_path / "seeds", bread_md="Bread is made of flour and water.")
    opened = library(seeds, tmp_path / "index", web=web(tmp_path))
    opened.reindex()
    listed(seeds, entry(site, "/gone"))
    assert opened.status().stale == "new: herd"
    opened.reindex()
    assert opened.status().stale == ""
    assert {skipped_file.source: skipped_file.reason for skipped_file in opened.status().skipped} == {
        "herd": "could not be fetched: 404 Not Found"
    }


def test_an_address_that_is_called_like_a_file_is_named(tmp_path, site):
    seeds = listed(tmp_path / "seeds", entry(site, name="bread.md"))
    write(seeds, bread_md="Bread is made of flour and water.")
    report = library(seeds, tmp_path / "index", web=web(tmp_path)).reindex()
    assert report.added == ("bread.md",)
    assert [(skipped_file.source, skipped_file.reason) for skipped_file in report.skipped] == [
        ("bread.md", "is a file's name too: give the address another name in sources.toml")
    ]


def test_a_page_that_moved_is_read_anew_though_its_bytes_are_the_same(tmp_path, site):
    site.pages["/b"] = site.pages["/a"]
    seeds = listed(tmp_path / "seeds", entry(site))
    library(seeds, tmp_path / "index", web=web(tmp_path)).reindex()
    listed(seeds, entry(site, "/b"))
    opened = library(seeds, tmp_path / "index", web=web(tmp_path))
    assert opened.reindex().changed == ("herd",)
    assert opened.ask("How many experts has Scout?").citations[0].url == site.url("/b")


def test_addresses_alone_are_sources_enough(tmp_path, site):
    seeds = listed(tmp_path / "seeds", entry(site))
    assert library(seeds, tmp_path / "index", web=web(tmp_path)).reindex().added == ("herd",)


def test_what_is_kept_says_when_it_was_fetched_and_what_the_server_answered(tmp_path, site):
    fetched(tmp_path, entry(site))
    (note,) = (tmp_path / "index" / "fetched").glob("*.json")
    saved = json.loads(note.read_text("utf-8"))
    assert (saved["url"], saved["status"], saved["etag"], saved["problem"]) == (site.url("/a"), 200, '"1"', "")
