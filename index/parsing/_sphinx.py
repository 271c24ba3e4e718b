"""Roles and directives that Sphinx and its extensions add to reStructuredText, read by the words that a page shows."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.directives import _directive_registry  # type: ignore[attr-defined]
from docutils.parsers.rst.languages import en
from docutils.parsers.rst.roles import _role_registry  # type: ignore[attr-defined]

__all__ = ["ADMONITION_TITLES", "register_names"]

ADMONITION_TITLES = {
    "attention": "Attention",
    "caution": "Caution",
    "danger": "Danger",
    "error": "Error",
    "hint": "Hint",
    "important": "Important",
    "note": "Note",
    "tip": "Tip",
    "warning": "Warning",
}

DIRECTIVE = re.compile(r"\.\. +(?:\|[^|\n]+\| +)?([A-Za-z0-9][\w:+.-]*?) ?::(?=\s|$)")
ROLE = re.compile(r":((?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*):`|`:((?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*):")
TARGET = re.compile(r"^(.+?)\s*<[^<>]*>$", re.DOTALL)

CHANGES = {
    "versionadded": "Added in version",
    "version-added": "Added in version",
    "versionchanged": "Changed in version",
    "version-changed": "Changed in version",
    "deprecated": "Deprecated since version",
    "version-deprecated": "Deprecated since version",
    "versionremoved": "Removed in version",
    "version-removed": "Removed in version",
}
CODE = {"code-block", "sourcecode", "ipython", "prompt", "testcode", "testoutput", "doctest", "terminal", "console"}
UNREAD_NAMES = """
    toctree index highlight currentmodule module py:module py:currentmodule tabularcolumns literalinclude include raw
    contents automodule autoclass autofunction automethod autodata autoexception autosummary autoattribute image
    sectionauthor codeauthor graphviz digraph graph uml mermaid plot doctest-skip testsetup testcleanup
    default-domain rst-class cssclass bibliography todolist youtube video
"""
UNREAD = frozenset(UNREAD_NAMES.split())
"""Directives whose content is no text of this file."""

WITHOUT_ARGUMENT = {"only", "ifconfig", "grid", "tab-set", "tabs", "hlist", "centered", "container", "glossary", "todo"}
OBJECTS = re.compile(
    r"(?:\w+:)?(?:function|class|method|staticmethod|classmethod|attribute|data|exception|decorator|property|type|macro"
    r"|var|member|struct|enum|enumerator|confval|setting|envvar|option|describe|object|directive|role|rst:directive)"
)
"""Directives that describe something by its name."""


class AnyOptions(dict[str, Any]):
    """Options of any name, as they are."""

    def __bool__(self) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


def register_names(text: str) -> None:
    """Make every role and directive that a text uses one that docutils knows."""
    for name in {(match[1] or match[2]).lower() for match in ROLE.finditer(text)}:
        if name not in _role_registry and name not in en.roles:
            roles.register_local_role(name, read_role)  # type: ignore[arg-type]  # the stub allows only references
    for name in {match[1].lower() for match in DIRECTIVE.finditer(text)}:
        if name in UNREAD:
            kind: type[AnyDirective] = UnreadDirective
        elif name in CODE:
            kind = CodeDirective
        elif name in CHANGES:
            kind = ChangeDirective
        elif name not in _directive_registry and name not in en.directives:
            kind = WordsDirective
        else:
            continue
        directives.register_directive(name, kind)


class AnyDirective(Directive):
    """A directive with any argument, options and content."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = AnyOptions()

    @property
    def argument(self) -> str:
        return self.arguments[0] if self.arguments else ""

    def inline(self, text: str) -> list[nodes.Node]:
        return list(self.state.inline_text(text, self.lineno)[0])

    def read_content(self) -> list[nodes.Node]:
        node = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, node, match_titles=True)
        return list(node.children)


class UnreadDirective(AnyDirective):
    def run(self) -> list[nodes.Node]:
        return []


class CodeDirective(AnyDirective):
    """Code, after its caption."""

    def run(self) -> list[nodes.Node]:
        code = "\n".join(self.content)
        caption = self.options.get("caption") or ""
        before: list[nodes.Node] = [nodes.paragraph("", "", *self.inline(caption))] if caption else []
        return [*before, nodes.literal_block(code, code)] if code.strip() else before


class ChangeDirective(AnyDirective):
    """What came, changed or went with a version: "Added in version 3.2: the argument x."."""

    def run(self) -> list[nodes.Node]:
        version, _, more = self.argument.replace("\n", " ").partition(" ")
        label = f"{CHANGES[self.name.lower()]} {version}".strip()
        content = self.read_content()
        if more.strip():
            return [nodes.paragraph("", f"{label}: ", *self.inline(more.strip())), *content]
        if content and isinstance(first := content[0], nodes.paragraph):
            first.insert(0, nodes.Text(f"{label}: "))
            return content
        return [nodes.paragraph("", f"{label}."), *content]


class WordsDirective(AnyDirective):
    """Any other directive: its argument as a paragraph or as the name of what is described, then its content."""

    def run(self) -> list[nodes.Node]:
        name, content, argument = self.name.lower(), self.read_content(), self.argument.strip()
        if argument and OBJECTS.fullmatch(name):
            lines = [line.strip() for line in argument.split("\n") if line.strip()]
            names = [nodes.term("", "", nodes.literal("", line)) for line in lines]
            item = nodes.definition_list_item("", *names, nodes.definition("", *content))
            return [nodes.definition_list("", item)] if content else [nodes.paragraph("", ", ".join(lines))]
        if not argument or name in WITHOUT_ARGUMENT:
            return content
        return [nodes.paragraph("", "", *self.inline(argument)), *content]


def read_role(role: str, rawtext: str, text: str, *_: Any) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Return what a page shows for a role: the title of a reference, the last part of a name with a tilde."""
    text = nodes.unescape(text)
    if found := TARGET.match(text):
        text = found[1]
    elif text.startswith("~"):
        text = text[1:].rpartition(".")[2]
    text = text.removeprefix("!")
    name = role.rpartition(":")[2].lower()
    if name == "menuselection":
        text = text.replace("-->", "→")
    elif name == "guilabel":
        text = text.replace("&", "")
    return [nodes.inline(rawtext, text)], []
