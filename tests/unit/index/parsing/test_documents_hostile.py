"""Files made to harm: each is read safely or named with the reason, within bounds, and none stops the others."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import pytest

from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing._reader_processes import ReaderProcesses
from index.parsing._sandbox import DAMAGED, read_in_sandbox
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.parsing.formats import FORMATS, SUFFIXES
from index.parsing.layout import ParsedFile
from index.sources.folder import read_sources
from tests.support.hostile import HOSTILE, alias_bomb
from tests.support.index_fakes import WordEmbedder, library, write
from tests.support.office import docx, paragraph, pdf
from tests.support.paths import ROOT

EVERY = "".join(
    next(chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == category)
    for category in sorted({unicodedata.category(chr(code)) for code in range(0x110000)} - {"Cs"})
)
"""One character of each category of Unicode but half characters, which UTF-8 has not."""

DEEP = 3_000

FUZZER = ROOT / "tests" / "torture" / "fuzz.py"
"""Read as text: it needs atheris, which is not to be had everywhere."""
TARGETS = {"md": "markdown", "txt": "text", "tsv": "csv", "ipynb": "notebook"}
"""Names of the fuzzer's targets that are not their format's."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_named_with_the_reason_within_bounds(name):
    make, reason = HOSTILE[name]
    try:
        refusal = parse(SourceFile(name, make()), 5 if "longer than 5 s" in reason else 60).text[:0]
    except UnreadableSource as refused:
        refusal = str(refused)
    assert reason in refusal
    assert bool(reason) == bool(refusal)


def test_every_format_has_a_hostile_file_and_a_fuzzer():
    formats = {format_.id for format_ in FORMATS}
    assert formats - {SUFFIXES[Path(name).suffix] for name in HOSTILE} == set()
    targets = set(re.findall(r'"(\w+)": (?:text|taken_out)\(', FUZZER.read_text("utf-8")))
    assert {TARGETS.get(form, form) for form in formats} - targets == set()


def test_a_file_of_the_machine_that_a_source_names_is_not_read():
    assert "root" not in parse(SourceFile("files.rst", HOSTILE["files.rst"][0]())).text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deep.html", b"<b>" * DEEP + b"Scout." + b"<ul><li>" * DEEP + b"Maverick."),
        ("tables.html", b"<table><tr><td>" * DEEP + b"Scout.<p>Maverick."),
        ("deep.md", b"> " * DEEP + b"Scout.\n\n" + b"- " * DEEP + b"Maverick."),
        ("nested.md", b"[" * DEEP + b"Scout. Maverick." + b"](x)" * DEEP),
        ("alias.md", alias_bomb() + b"\n\nScout. Maverick."),
    ],
)
def test_what_is_nested_deeply_is_read_or_named(name, data):
    try:
        parsed = parse(SourceFile(name, data), 20).text
    except UnreadableSource as refused:
        parsed = str(refused)
    assert ("Scout." in parsed and "Maverick." in parsed) or "more than 10,000 values" in parsed


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html", "a.csv", "a.docx", "a.pdf"])
def test_every_category_of_characters_is_read_and_quoted_to_the_letter(name):
    expected = EVERY.replace("\0", "")
    text = f"Before. {expected} After, {expected[::-1]} and more."
    if name == "a.pdf":
        data = pdf([(60, 700, 10, text.encode("cp1252", "ignore").decode("cp1252").replace("\n", " "))])
    elif name == "a.docx":
        data = docx(paragraph("".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cn", "Co"))))
    else:
        data = text.encode()
    document = parse(SourceFile(name, data))
    passages = chunk(document, WordEmbedder().count, 64)
    assert passages
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.encode("utf-8")


def test_one_line_of_fifty_megabytes_is_named_and_where_that_is_allowed_it_is_read(tmp_path):
    line = "Scout has sixteen experts and reads on. " * 1_250_000
    seeds = write(tmp_path, good_md="Good.", line_md=line)
    assert [(skipped_file.source, skipped_file.reason) for skipped_file in read_sources(seeds, 10_000_000).skipped] == [
        ("line.md", "is larger than 10 MB: split it, or raise MAX_SOURCE_MB")
    ]
    assert len(parse(SourceFile("line.md", line.encode())).text) == 50_000_000


def test_hostile_files_stop_no_other(tmp_path):
    seeds = write(tmp_path / "seeds", good_md="Scout has sixteen experts in all of its layers.")
    for name in ("locked.pdf", "bomb.docx", "wide.csv"):
        (seeds / name).write_bytes(HOSTILE[name][0]())
    (seeds / "alias.md").write_bytes(alias_bomb())
    (seeds / "null.md").write_bytes(b"a\0b")
    (seeds / "round").symlink_to(seeds)
    opened = library(seeds, tmp_path / "index")
    report = opened.reindex()
    assert {skipped_file.source for skipped_file in report.skipped} == {
        "locked.pdf",
        "bomb.docx",
        "wide.csv",
        "null.md",
        "round/",
    }
    assert opened.ask("How many experts has Scout?").citations[0].source == "good.md"
    assert set(opened.status().skipped) == set(report.skipped)


def reader(folder: Path, body: str) -> None:
    """A reader of HTML that does something else, in the place of ours."""
    (folder / "selectolax").mkdir(parents=True)
    (folder / "selectolax" / "__init__.py").write_text("")
    (folder / "selectolax" / "lexbor.py").write_text(
        f"LexborNode = object\nclass LexborHTMLParser:\n  def __init__(self, html):\n    {body}\n"
    )


def read_by_a_fork(form: str, data: bytes, seconds: float, *, packages: str) -> ParsedFile:
    with ReaderProcesses(1, packages=packages) as processes:
        return processes.read(form, data, seconds)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps every limit")
@pytest.mark.parametrize("read", [read_in_sandbox, read_by_a_fork])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("while True: pass", "takes longer than 1 s"),
        ("import time; time.sleep(60)", "takes longer than 1 s"),
        ("bytearray(3_000_000_000)", "takes more than 1.5 GB of memory"),
        ("import os; os.abort()", DAMAGED),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", DAMAGED),
        ("import subprocess; subprocess.run(['true'])", DAMAGED),
        ("open('written', 'w').write('x')", DAMAGED),
        ("import os; os.open('written', os.O_CREAT | os.O_WRONLY)", DAMAGED),
        ("raise KeyError('token')", DAMAGED),
    ],
)
def test_a_reader_that_goes_astray_is_stopped(tmp_path, monkeypatch, read, body, reason):
    reader(tmp_path / "package", body)
    monkeypatch.chdir(tmp_path)
    packages = f"{tmp_path / 'package'}:{ROOT}"
    with pytest.raises(UnreadableSource) as refused:
        read("html", b"<p>x", 1.0 if "longer" in reason else 60, packages=packages)
    assert reason in str(refused.value)
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize("read", [read_in_sandbox, read_by_a_fork])
@pytest.mark.parametrize(
    "said",
    ["[]", "7", '{"title": 7}', '{"unreadable": {"a": 1}}', '{"parts": [[1]], "title": ""}', "[" * 9_000, ""],
)
def test_what_a_reader_says_that_was_taken_over_is_not_believed(tmp_path, read, said):
    reader(tmp_path / "package", f"import os; os.write(1, {said.encode()!r}); os._exit(0)")
    packages = f"{tmp_path / 'package'}:{ROOT}"
    with pytest.raises(UnreadableSource, match="is damaged"):
        read("html", b"<p>x", 60, packages=packages)
