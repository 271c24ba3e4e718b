"""reStructuredText, read by docutils as a page; nothing is included or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from docutils.core import publish_doctree, publish_from_doctree

from index.parsing._html import read_html
from index.parsing._sphinx import ADMONITION_TITLES, register_names
from index.parsing._tex import tex_text
from index.parsing.layout import ParsedFile

__all__ = ["read_rst"]

LONGEST_LINE = 1_000_000

SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 5,
    "report_level": 5,
    "warning_stream": False,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
    "line_length_limit": LONGEST_LINE,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "toc_backlinks": False,
    "footnote_backlinks": False,
    "sectsubtitle_xform": False,
    "strip_comments": True,
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "datestamp": None,
    "generator": None,
    "doctitle_xform": True,
    "id_prefix": "",
}

FIELD_NAMES = {
    "authors": "author",
    "date": "published",
    "keywords": "tags",
    "last-updated": "updated",
    "modified": "updated",
    "revision": "version",
    "release": "version",
}
SPHINX_FIELDS = {"orphan", "tocdepth", "nocomments", "no-search", "nosearch", "html_theme"}
"""Fields that tell Sphinx something, not a reader."""


LETTERED_LIST = re.compile(r'<ol class="(loweralpha|upperalpha|lowerroman|upperroman)[^"]*"')
LIST_TYPES = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}


def read_rst(data: bytes) -> ParsedFile:
    """Return the content of a text in reStructuredText."""
    text = data.decode("utf-8").removeprefix("\ufeff")
    register_names(text)
    tree = publish_doctree(text, settings_overrides=SETTINGS)
    fields = tuple(_take_fields(tree))
    title = next((value for name, value in fields if name == "title"), "") or str(tree.get("title", ""))
    _prepare(tree)
    html = publish_from_doctree(tree, writer="html5", settings_overrides=SETTINGS)
    html = LETTERED_LIST.sub(lambda match: f'<ol type="{LIST_TYPES[match[1]]}"', str(html))
    parsed = read_html(f"\ufeff{html}".encode("utf-8", "replace"), frame=False)
    return ParsedFile(title or parsed.title, parsed.blocks, fields)


def _take_fields(tree: nodes.document) -> Iterator[tuple[str, str]]:
    """Yield what the bibliography at the top and "meta" directives say, and take it out of the text."""
    for info in list(tree.findall(nodes.docinfo)):
        for child in info.children:
            if isinstance(child, nodes.field):
                name, value = child[0].astext().strip().lower(), child[1].astext()
            elif isinstance(child, nodes.authors):
                name, value = "author", ", ".join(author.astext() for author in child.children)
            else:
                name, value = type(child).__name__, child.astext()
            if name not in SPHINX_FIELDS and value.strip():
                yield FIELD_NAMES.get(name.replace(" ", "-"), name), value
        info.parent.remove(info)
    for meta in list(tree.findall(nodes.meta)):
        name, value = str(meta.get("name", "")).lower(), str(meta.get("content", ""))
        if name in ("description", "keywords", "author", "date") and value:
            yield FIELD_NAMES.get(name, name), value
        meta.parent.remove(meta)


def _prepare(tree: nodes.document) -> None:
    """Leave in the tree only what a reader sees in the text, with the names of notes before their words."""
    for node in list(tree.findall(lambda node: isinstance(node, UNSEEN))):
        if node.parent is not None:
            _remove(node)
    for node in list(tree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))):
        inline = isinstance(node, nodes.math)
        formula = nodes.Text(tex_text(node.astext()))
        node.parent.replace(node, nodes.inline("", "", formula) if inline else nodes.paragraph("", "", formula))
    for note in list(tree.findall(lambda node: type(node).__name__ in ADMONITION_TITLES)):
        if isinstance(note, nodes.Element):
            _label(note, ADMONITION_TITLES[type(note).__name__])
    for node in list(tree.findall(nodes.problematic)):
        node.parent.replace(node, nodes.inline("", re.sub(r"^:[\w:+.-]+:`(.*)`$", r"\1", node.astext())))
    for node in list(tree.findall(nodes.footnote)):
        node.parent.replace(node, [child for child in node.children if not isinstance(child, nodes.label)])


UNSEEN = (
    nodes.system_message
    | nodes.comment
    | nodes.image
    | nodes.footnote_reference
    | nodes.substitution_definition
    | nodes.generated
    | nodes.raw
)


def _remove(node: nodes.Node) -> None:
    """Remove a node; a note's mark goes with the space before it."""
    place = node.parent.index(node)
    before = node.parent[place - 1] if place else None
    if isinstance(node, nodes.footnote_reference) and isinstance(before, nodes.Text):
        node.parent.replace(before, nodes.Text(before.rstrip()))
    node.parent.remove(node)


def _label(node: nodes.Element, title: str) -> None:
    """Put the name of a note before its first words, and make it a plain part of the text."""
    first = node.children[0] if node.children else None
    if isinstance(first, nodes.paragraph):
        first.insert(0, nodes.Text(f"{title}: "))
    node.parent.replace(node, nodes.container("", *node.children))
