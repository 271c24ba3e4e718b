"""Reference readings of the files in tests/data/sources, made by programs other than ours.

    python -m tests.support.reference [NAME ...]

writes tests/data/sources/reference/NAME.txt for each file, by pandoc, by pdftotext (poppler-utils) and by LibreOffice
(soffice). They are committed, so that the test of them needs no program. Read the difference before you commit it.

A reference is what a person reads. Where a program reads otherwise, a rule says so with its reason.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.support.paths import DATA

__all__ = ["REFERENCES", "SOURCES", "program_of", "read_by_reference", "source_files"]

SOURCES = DATA / "sources"
REFERENCES = SOURCES / "reference"

MARKDOWN = (
    "markdown+lists_without_preceding_blankline-blank_before_header-blank_before_blockquote+hard_line_breaks+emoji"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that is replaced before (or after) a program reads, and why."""

    pattern: str
    replacement: str | Callable[[re.Match[str]], str]
    reason: str

    def apply(self, text: str) -> str:
        return re.sub(self.pattern, self.replacement, text, flags=re.MULTILINE)


COMMENT = Rule(r"<!--[\s\S]*?-->", "", "nobody sees comments")

MARKDOWN_RULES = (
    Rule(r"\A(---|\+\+\+)\n[\s\S]*?\n\1\n", "", "what a file says of itself is added by _fields"),
    COMMENT,
    Rule(r"<(sup|sub)>(.*?)</\1>", lambda tag: f" {tag[2]} ", "a superscript is no part of the number before it"),
    Rule(r"<br ?/?>", "\n", "a line break parts words"),
    Rule(r"\{/\*[\s\S]*?\*/\}", "", "nobody sees JSX comments"),
    Rule(r"%%[\s\S]*?%%", "", "nobody sees Obsidian comments"),
    Rule(r"^(import|export) .*$", "", "what a page imports is no text"),
    Rule(r"^ *<TabItem .*label=\"(.*?)\".*>$", r"\n\1\n", "a tab shows its label"),
    Rule(r"(?<!^)</?[A-Z]\w*[^>]*>", "", "JSX tags are markup"),
    Rule(r"^</?[A-Z]\w*[^>]*>", "\n", "JSX tags are markup"),
    Rule(r"\{\{< figure .*?caption=\"(.*?)\".*?>\}\}", r"\1", "a figure shows its caption"),
    Rule(r"\{\{[<%].*?[>%]\}\}", "", "shortcodes are markup"),
    Rule(r"\{% (?:end)?raw %\}", "", "Liquid tags are markup"),
    Rule(r"^\{%.*?%\}$", "", "Liquid tags are markup"),
    Rule(r"\(\{%.*?%\}\)", "(x)", "Liquid tags are markup"),
    Rule(r"!\[\[[^\]]*\]\]", "", "an embedded file is no text of this one"),
    Rule(r"\[\[[^\]|]*\|([^\]]*)\]\]", r"\1", "a wikilink shows its label"),
    Rule(r"\[\[([^\]]*)\]\]", r"\1", "a wikilink shows its target if it has no label"),
    Rule(r"^> \[!\w+\][-+]? ?(.*)$", r"> \1\n>", "the kind of a callout is shown by its colour"),
    Rule(r"^:::(?:note|tip|danger|info)\b *(.*)$", r"\1", "the kind of an admonition is shown by its colour"),
    Rule(r"^:::.*?title=\"([^\"]*)\".*?$", r"\1", "a callout shows its title"),
    Rule(r"^:::.*$", "", "fences of containers are markup"),
    Rule(r"^(?:!!!|\?\?\?\+?) \w+ \"([^\"]*)\"$", r"\1", "an admonition shows its title"),
    Rule(r"^=== \"([^\"]*)\"$", r"\1", "a tab shows its title"),
    Rule(r"^--8<--.*$", "", "an included file is no text of this one"),
    Rule(r"^\*\[(\w+)\]: .*$", "", "the long form of an abbreviation is shown on demand only"),
    Rule(r"\+\+(\w+)\+(\w+)\+\+", r"\1 \2", "keys are shown as caps"),
    Rule(r":(?:material|fontawesome|octicons)-[\w-]+:", "", "an icon has no words"),
    Rule(r"^\{ \.\w+ \}$", "", "attributes are markup"),
    Rule(r" \^[\w-]+$", "", "the id of a block is markup"),
    Rule(r"^#\| .*$", "", "options of a cell are not shown"),
    Rule(r"==(.*?)==", r"\1", "marks of a highlight are markup"),
    Rule(r"\[@\w+\]", "", "a citation is resolved by a bibliography that is another file"),
    Rule(r", see @[\w-]+", ", see", "a cross-reference is numbered when the paper is built"),
    Rule(r"^: (.*?) \{#tbl:\w+\}$", r": \1", "an id is markup"),
    Rule(
        r"https://github\.com/[\w.-]+/[\w.-]+/(?:pull|issues)/(\d+)", r"#\1", "GitHub shows requests by their numbers"
    ),
    Rule(r"`\{r\} \w+`", "", "the result of inline code is not in the file"),
)

HIDDEN = r"(?: hidden| style=\"display:none\")"
HTML_RULES = (
    COMMENT,
    Rule(r"<(script|style)\b[\s\S]*?</\1>", "", "scripts and styles are no text"),
    Rule(rf"<p{HIDDEN}[^>]*>.*?</p>", "", "hidden elements are not seen"),
    Rule(r"<(nav|aside)\b[\s\S]*?</\1>", "", "navigation is no part of the article"),
    Rule(r"<header class=\"site\">.*?</header>", "", "the page's frame is no part of the article"),
    Rule(r"(?<=</main>)([\s\S]*)<footer>[\s\S]*?</footer>", r"\1", "the page's frame is no part of the article"),
    Rule(r"<div id=\"mw-navigation\">.*?</div></div>", "", "navigation is no part of the article"),
    Rule(r"<div[^>]*role=\"(?:navigation|contentinfo)\".*?</div>", "", "navigation is no part of the article"),
    Rule(r"<sup[^>]*class=\"reference\".*?</sup>", "", "note marks are links, not words"),
    Rule(r"<span class=\"mw-cite-backlink\">.*?</span>", "", "links back to a note mark are no words"),
    Rule(r"<span class=\"mw-editsection\">.*?</span>", "", "a link to the editor is no text"),
    Rule(r"<a class=\"headerlink\".*?</a>", "", "a link to the heading itself is no text"),
)

RST_RULES = (
    Rule(r":\w+:`([^<`]*) <[^>]*>`", r"\1", "a role shows its label"),
    Rule(r"^\.\. version(?:added|changed):: (.*)$", r"Changed in version \1:\n", "such a note shows the version"),
)

PLAIN_RULES = (
    Rule(r"\[\d+\]", "", "note marks are links, not words"),
    Rule(r"^[ -]*-{5,}[ -]*\n", "", "lines of a table are no words"),
    Rule(r"(?<=\S) {3,}(?=\S)", " | ", "columns as wide as a page are hard to review"),
    Rule(r"^\s*[☐☒] ?", "", "a task's state is said in words of our own"),
)

TITLE_PAGE_RULES = (Rule(r"^(\d{4}-\d\d-\d\d)T[\d:]+Z$", r"\1", "the day is told, not the second"),)

PDF_RULES = (Rule(r"^\f?Page \d+$", "", "page numbers are no part of the text"),)


def source_files() -> list[Path]:
    """Return the files that have a reference."""
    return sorted(path for path in SOURCES.iterdir() if path.is_file() and path.suffix != ".py")


def read_by_reference(path: Path) -> str:
    """Return what a person reads in a file."""
    text = READERS[path.suffix](path)
    return "\n".join(line.rstrip() for line in re.sub(r"\n{3,}", "\n\n", text).strip().split("\n")) + "\n"


def program_of(path: Path) -> str:
    """Return the program that reads such a file; empty if it is none."""
    return PROGRAMS.get(path.suffix, "")


def _markdown(path: Path) -> str:
    return _fields(path) + _pandoc(_ruled(path.read_text("utf-8"), MARKDOWN_RULES), MARKDOWN)


def _fields(path: Path) -> str:
    """Return the values of the front matter that are text: they are read as what the file says of itself."""
    front = re.match(r"(---|\+\+\+)\n(.*?)\n\1\n", path.read_text("utf-8"), re.DOTALL)
    names = "title|author|authors|  - name|date|pubDate|updatedDate|lastmod|description|tags|abstract|license|created"
    lines = re.finditer(rf"^(?:{names}) ?[:=] *(.+)$", front[2] if front else "", re.MULTILINE)
    values = [re.sub(r"T\d\d:.*", "", line[1]).strip("|\"' ") for line in lines]
    known = re.sub(r"^language:\n(?:- .*\n)+", "", front[2], flags=re.MULTILINE) if front else ""  # codes, no words
    lists = re.findall(r"^ *- (?!name|image)(.+)$", known, re.MULTILINE)
    prose = re.findall(r"^  (\w.*)$", front[2] if front else "", re.MULTILINE)
    return "".join(f"{value}\n" for value in [*values, *lists, *prose] if value) + "\n"


def _html(path: Path) -> str:
    return _ruled(_pandoc(_ruled(path.read_text("utf-8"), HTML_RULES), "html"), ())


def _by_pandoc(path: Path) -> str:
    # The title page of a book is no chapter; that of a Word file are its first paragraphs.
    options = ["--standalone"] if path.suffix in (".docx", ".epub") else []
    return _ruled(_pandoc(path.read_bytes(), path.suffix.removeprefix("."), *options), TITLE_PAGE_RULES)


def _structured(path: Path) -> str:
    return _pandoc(_ruled(path.read_text("utf-8"), RST_RULES), "rst")


def _pandoc(content: str | bytes, form: str, *options: str) -> str:
    data = content.encode() if isinstance(content, str) else content
    command = ["pandoc", "-f", form, "-t", "plain", "--wrap=none", "--columns=2000", *options]
    done = subprocess.run(command, input=data, check=True, capture_output=True)
    return _ruled(done.stdout.decode(), PLAIN_RULES)


def _pdf(path: Path) -> str:
    command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
    done = subprocess.run(command, check=True, capture_output=True)
    return _ruled(done.stdout.decode(), PDF_RULES).replace("\f", "\n")


def _slides(path: Path) -> str:
    """Return the paragraphs of the slides, those of lists with their numbers, then of the notes.

    A field is a slide's number.
    """
    drawing = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    lines = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist(), key=lambda name: ("notesSlide" in name, name)):
            if re.fullmatch(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml", name):
                tree = ElementTree.fromstring(archive.read(name))  # noqa: S314 - a file of our own
                number = 0
                for paragraph in tree.iter(f"{drawing}p"):
                    number = number + 1 if paragraph.find(f"{drawing}pPr/{drawing}buAutoNum") is not None else 0
                    text = "".join(text.text or "" for text in paragraph.findall(f"{drawing}r/{drawing}t"))
                    lines.append(f"{number}. {text}" if number else text)
    return "\n".join(filter(None, lines))


def _sheets(path: Path) -> str:
    """Return the rows of every sheet, as LibreOffice writes them."""
    with tempfile.TemporaryDirectory() as folder:
        filter_options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
        subprocess.run([*command, filter_options, "--outdir", folder, str(path)], check=True, capture_output=True)
        written = sorted(Path(folder).glob("*.csv"))
        return "\n".join(f"{file.stem.rpartition('-')[2]}\n{_rows(file.read_text('utf-8'), ',')}" for file in written)


def _table(path: Path) -> str:
    return _rows(path.read_text("utf-8"), {"prices.csv": ";", "issues.tsv": "\t"}.get(path.name, ","))


def _rows(text: str, delimiter: str) -> str:
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    return "".join(" | ".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def _ruled(text: str, rules: tuple[Rule, ...]) -> str:
    for rule in rules:
        text = rule.apply(text)
    return text


READERS: dict[str, Callable[[Path], str]] = {
    **dict.fromkeys((".md", ".mdx", ".qmd"), _markdown),
    **dict.fromkeys((".docx", ".odt", ".epub", ".ipynb"), _by_pandoc),
    **dict.fromkeys((".csv", ".tsv"), _table),
    **dict.fromkeys((".xlsx", ".ods"), _sheets),
    ".html": _html,
    ".rst": _structured,
    ".pdf": _pdf,
    ".pptx": _slides,
    ".txt": lambda path: path.read_text("utf-8"),
}

PROGRAMS = {
    **dict.fromkeys((".md", ".mdx", ".qmd", ".html", ".docx", ".odt", ".epub", ".ipynb", ".rst"), "pandoc"),
    **dict.fromkeys((".xlsx", ".ods"), "soffice"),
    ".pdf": "pdftotext",
}


def main(names: list[str]) -> None:
    REFERENCES.mkdir(exist_ok=True)
    for path in source_files():
        if names and path.name not in names:
            continue
        if (program := program_of(path)) and not shutil.which(program):
            sys.exit(f"{path.name} needs {program}: on Debian, sudo apt install pandoc poppler-utils libreoffice-calc")
        (REFERENCES / f"{path.name}.txt").write_text(read_by_reference(path), "utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
