"""Coverage-guided fuzzing of whatever reads a source and of what becomes a message, by atheris (libFuzzer).

    python -m tests.torture.fuzz TARGET [FOLDER OF INPUTS] [libFuzzer's options, such as -max_total_time=60]

An input that breaks a rule ends it, and is written beside. `python -m tests.torture.fuzz` lists the targets; an empty
folder is given a few whole files to begin with.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["index", "bot"]):
    from index.domain.documents import Document
    from index.domain.errors import UnreadableSource
    from index.domain.sources import SourceFile
    from index.parsing._docx import read_docx
    from index.parsing._epub import read_epub
    from index.parsing._file_properties import odf_fields, ooxml_fields, pdf_fields
    from index.parsing._html import read_html
    from index.parsing._notebook import read_notebook
    from index.parsing._odt import read_odt
    from index.parsing._opendocument_sheet import read_opendocument_sheet
    from index.parsing._pdf import read_pdf
    from index.parsing._pptx import read_pptx
    from index.parsing._rst import read_rst
    from index.parsing._spreadsheet import read_spreadsheet
    from index.parsing.chunking import chunk
    from index.parsing.documents import parse
    from index.parsing.formats import check_content
    from index.parsing.layout import ParsedFile, lay_out
    from index.snapshots.manifest import Manifest
    from index.sources._sources_toml import read_addresses
    from tests.contract import test_harmless_messages
    from tests.support.archives import archive, epub, odt
    from tests.support.index_fakes import WordEmbedder
    from tests.support.office import docx, paragraph, pdf, table, word_table
    from tests.support.paths import DATA
    from tests.support.workbooks import ods, xlsx

__all__ = ["SEEDS", "TARGETS"]

MOST_BYTES = 1_000_000
MODEL = WordEmbedder()
BENCHMARKS = (("Model", "MMLU Pro", "Cost"), ("Maverick", "80.5", "$0.19"), ("Scout", "74.3", ""))
MARKED = """---
title: Scout
date: 2025-04-05
url: https://example.org/a
---
# Models

Scout has **16 experts**. It reads *10 million* tokens.[^1]

| a | b |
|---|---|
| c | 3.5 |

- one
  - two

[^1]: A note &amp; more.
"""
AUTHORED = """import A from 'a'

<Card title="T" tags={["x"]}>

    ## H {#h .c}

    !!! note "N"

        x ==y== %%z%% H~2~O [[a|b]] $x^2$ {{< s t="u" >}}

</Card>

=== "W"

    <table><tr><th rowspan=2>a<td>b</table><del>c</del><sup>1</sup>

> [!tip] C
> 3. d
"""
PAGE = (
    "<!doctype html><title>Scout</title><nav>Home</nav><main><h1>Models</h1><p>Scout reads <b>10</b> million."
    "<ul><li>one<li>two</ul><table><tr><th>a<th>b<tr><td rowspan=2>c<td>d<tr><td>e</table><pre>x\n y</pre></main>"
)
TOML = b"+++\ntitle = 'Scout'\ndate = 2025-04-05\nauthors = ['A', \"B\"]\n[extra]\nx.y = {z = 1}\n+++\nText.\n"
JSON = b'{\n"title": "Scout \\u00e9",\n"authors": [{"name": "A", "image": "a.png"}],\n"x": {"y": 1.5}\n}\nText.\n'
BYLINE = (
    b'<meta name=author content=admin><script type="application/ld+json">{"@type": "Article", "author": {"name": "A"},'
    b'"datePublished": "2025-04-05"}</script><h1>Scout</h1><p class=byline>By Ann Lee on <time>April 5, 2025</time>'
    b"<p>Updated May 1, 2025<p>Scout reads."
)


def spans_hold(document: Document) -> None:
    """The rule that all else rests on: every passage is the text between its offsets."""
    for passage in chunk(document, MODEL.count, MODEL.max_tokens):
        assert document.text[passage.start : passage.end] == passage.text, passage
        assert passage.text.strip(), passage
        assert passage.reading == passage.reading.strip() or passage.reading, passage


def text(name: str) -> Callable[[bytes], None]:
    """Files that are text, as they are read: checked, parsed, cut."""

    def one(data: bytes) -> None:
        try:
            document = parse(SourceFile(name, check_content(data, name.rpartition(".")[2], MOST_BYTES)))
        except UnreadableSource:
            return
        spans_hold(document)

    return one


def taken_out(reader: Callable[[bytes], ParsedFile], *, ours: bool) -> Callable[[bytes], None]:
    """Files whose text is extracted; a failing library reports them as damaged, unless `ours` alone reads them."""

    def one(data: bytes) -> None:
        try:
            failures = reader(data)
        except (UnreadableSource, RecursionError):
            return
        except Exception:  # as the process that reads it has it: the file is damaged
            if ours:
                raise
            return
        whole, sections = lay_out(failures.blocks, failures.fields)
        spans_hold(Document("id", "a.html", "a", None, whole, sections, {}))

    return one


def properties(data: bytes) -> None:
    """Properties of a file, whatever they hold: short texts without control characters."""
    core = archive({"docProps/core.xml": data, "meta.xml": data})
    for fields in (ooxml_fields(core), odf_fields(core), pdf_fields({"Title": "S"}, data)):
        assert all(name and 0 < len(value) <= 1_000 and value.isprintable() for name, value in fields), fields


def addresses(data: bytes) -> None:
    """A list of web sources: every entry is an address that was checked, or is reported."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sources.toml").write_bytes(data)
        failures = read_addresses(Path(folder))
    assert all(address.url.startswith(("https://", "http://")) for address in failures.addresses)


def manifest(data: bytes) -> None:
    """A snapshot's manifest: it is read as it was written, or refused by one of the documented errors."""
    try:
        failures = Manifest.from_json(data.decode("utf-8"))
    except (KeyError, TypeError, ValueError):
        return
    assert failures.to_json().encode() == data


def rendered(data: bytes) -> None:
    """An answer made of anything: no message over a limit, no ping, no quotation cut without an ellipsis."""
    test_harmless_messages.test_an_answer_is_harmless_whatever_it_is_made_from.hypothesis.fuzz_one_input(data)


def emphasised(data: bytes) -> None:
    """The same of an answer with words in bold, anywhere in it."""
    test_harmless_messages.test_an_answer_in_brief_is_harmless_whatever_its_words_and_place.hypothesis.fuzz_one_input(
        data
    )


def broken(data: bytes) -> None:
    """Break a rule, to see that it is reported."""
    assert b"!" not in data


TARGETS: dict[str, Callable[[bytes], None]] = {
    "markdown": text("a.md"),
    "text": text("a.txt"),
    "csv": text("a.csv"),
    "html": taken_out(read_html, ours=True),
    "docx": taken_out(read_docx, ours=False),
    "pdf": taken_out(read_pdf, ours=False),
    "rst": taken_out(read_rst, ours=False),
    "notebook": taken_out(read_notebook, ours=True),
    "epub": taken_out(read_epub, ours=False),
    "xlsx": taken_out(read_spreadsheet, ours=False),
    "ods": taken_out(read_opendocument_sheet, ours=False),
    "pptx": taken_out(read_pptx, ours=False),
    "odt": taken_out(read_odt, ours=False),
    "properties": properties,
    "addresses": addresses,
    "manifest": manifest,
    "render": rendered,
    "render-bold": emphasised,
}

SEEDS: dict[str, list[bytes]] = {
    "markdown": [MARKED.encode(), AUTHORED.encode(), b"---\na: &x [*x]\n---\nText.", TOML, JSON],
    "text": [b"One.\n\nTwo: a b.\n"],
    "csv": ["\n".join(",".join(row) for row in BENCHMARKS).encode(), b'a;b\n"1;2";3\n'],
    "html": [PAGE.encode(), BYLINE],
    "docx": [docx(paragraph("Scout reads.", "Heading1"), word_table(BENCHMARKS))],
    "pdf": [pdf([(60, 700, 12, "Scout reads 10 million tokens."), *table(BENCHMARKS, 600)])],
    "rst": [b"Title\n=====\n\n.. note:: A :ref:`b <c>` |d|.\n\n.. |d| replace:: e\n\n1. One.\n\n:f: g\n"],
    "notebook": [b'{"cells": [{"cell_type": "code", "source": ["x"], "outputs": [{"data": {"text/plain": "1"}}]}]}'],
    "xlsx": [xlsx({"Prices": [["Model", "Cost"], ["Scout", 0.5]]}, {"B2": "0.0 %"})],
    "ods": [
        ods(
            '<table:table table:name="Prices"><table:table-row><table:table-cell><text:p>Scout</text:p>'
            "</table:table-cell></table:table-row></table:table>"
        )
    ],
    "epub": [epub({"a.xhtml": "<h1>Scout</h1><p>It reads <a/>ten.</p>"}, metadata="<dc:title>S</dc:title>")],
    "odt": [
        odt("<text:p>Scout reads.</text:p><text:list><text:list-item><text:p>a</text:p></text:list-item></text:list>")
    ],
    "pptx": [(DATA / "sources" / "slides.pptx").read_bytes()],
    "properties": [
        b'<a xmlns:c="x"><c:title>Scout</c:title><c:creator>Ann; Bo</c:creator><c:created>2025-04-05</c:created></a>',
        b'<x:xmpmeta xmlns:x="x"><R><creator><Seq><li>Ann</li></Seq></creator></R></x:xmpmeta>',
    ],
    "addresses": [b'[[source]]\nurl = "https://example.org/a"\nname = "a.html"\n'],
}
"""What the fuzzer begins with, by target; from nothing elsewhere."""


def main() -> None:
    name, *options = sys.argv[1:] or [""]
    if not name:
        print(*TARGETS)  # noqa: T201 - its result
        return
    folder = Path(options[0]) if options and not options[0].startswith("-") else None
    if folder and not any(folder.iterdir()):
        for number, data in enumerate(SEEDS.get(name, [])):
            (folder / f"seed{number}").write_bytes(data)
    atheris.Setup([sys.argv[0], *options], TARGETS.get(name, broken))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
