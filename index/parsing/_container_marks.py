"""Marks of containers in Markdown: admonitions, tabs, callouts, components of JSX, and fences around code."""

from __future__ import annotations

import re

__all__ = [
    "ADMONITION",
    "CALLOUT",
    "COLONS",
    "CONTAINER",
    "DIRECTIVE",
    "END_HIGHLIGHT",
    "EXPORT",
    "FENCE",
    "HIGHLIGHT",
    "IMPORT",
    "LABELS",
    "LONG_FENCE",
    "MARKED_LINE",
    "TAB",
]

FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})([^`\n]*)$")
HIGHLIGHT = re.compile(r"[ \t]*(?:\{\{[<%][ \t]*highlight\b.*[>%]\}\}|\{%-?[ \t]*highlight\b.*%\})[ \t]*$")
END_HIGHLIGHT = re.compile(
    r"[ \t]*(?:\{\{[<%][ \t]*/[ \t]*highlight\b.*[>%]\}\}|\{%-?[ \t]*endhighlight\b.*%\})[ \t]*$"
)
LONG_FENCE = "~~~~~~~~"

ADMONITION = re.compile(r"[ \t]*(!!!|\?\?\?\+?)[ \t]+[\w-]+(?:[ \t]+[\w-]+)*[ \t]*(?:\"(.*)\"[ \t]*)?$")
TAB = re.compile(r"[ \t]*===[!+]?[ \t]+\"(.*)\"[ \t]*$")
COLONS = re.compile(
    r"[ \t]*:{3,}[ \t]*(?:\{([^{}]*)\}|([\w-]+))?[ \t]*(?:\[([^\]]*)\])?[ \t]*(?:\{[^{}]*\})?[ \t]*([^:]*?)[ \t:]*$"
)
DIRECTIVE = re.compile(
    r"\{(?:admonition|attention|caution|danger|error|hint|important|note|seealso|tip|warning|dropdown|card|grid|margin"
    r"|tab-set|tab-item|sidebar|topic|epigraph)\}[ \t]*(.*?)[ \t]*$"
)
"""Directives of MyST whose content is text."""

CALLOUT = re.compile(r"((?:[ \t]*>)+[ \t]*)\[![\w/ -]+(?:\|[^\]]*)?\][+-]?[ \t]*(.*)$")
IMPORT = re.compile(r"import\s+(?:[\w{}*\s,$]+\s+from\s+)?[\"'][^\"'\n]+[\"'];?[ \t]*$")
EXPORT = re.compile(r"export\s+(?:const|let|var|function|default|async|class|type|interface|\{)")
LABELS = ("label", "title", "summary", "header", "heading", "question")
"""Attributes of a component that head what is in it."""

LINE_BREAK = r"[\r\n](?=[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+"
LINE_MARKS = r"\[!|!!!|\?\?\?|===[!+]?[ \t]|:::|</?(?:[A-Z>]|[a-z][\w-]*+\.)|\{[%{].*highlight|(?:im|ex)port\s"
CONTAINER = re.compile(rf"{LINE_BREAK}(?:[`~]{{3}}\{{|{LINE_MARKS}))")
"""What comes before a line that may open a container, which no container is without."""

MARKED_LINE = re.compile(rf"{LINE_BREAK}(?:`{{3}}|~{{3}}|{LINE_MARKS}))")
"""What comes before a line that matters outside of containers, for fences too."""
