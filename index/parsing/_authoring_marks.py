"""Marks of authoring tools within Markdown that nobody reads: comments, shortcodes, attributes, highlights."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from index.parsing._edited_text import Edit, EditedText
from index.parsing._jsx import JsxTag, find_tags, find_text_attributes
from index.parsing._markdown_events import code_ranges
from index.text.notation import subscript, superscript

__all__ = ["remove_comments", "remove_marks"]

LABELS = ("label", "title", "summary", "header", "heading", "question", "caption")
"""Attributes of a component that head the words in it."""

LONGEST_SHORTCODE = 2_000
"""Characters of a shortcode."""

COMMENTS = (
    ("<!--", "-->"),
    ("{/*", "*/}"),
    ("{% comment %}", "{% endcomment %}"),
    ("{%- comment -%}", "{%- endcomment -%}"),
)
"""What begins and ends a comment: of HTML, JSX, Liquid."""

SHORTCODES = (("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"))
"""What begins and ends a shortcode: of Hugo, and of Liquid, which Jekyll and GitBook use."""

# These patterns begin with a character of the mark, and look behind only then: so they are found several times as fast.
OBSIDIAN_OPENING = re.compile(r"%%(?<![\w%]%%)(?!%)")
OBSIDIAN_CLOSING = re.compile(r"%%(?<!%%%)(?![\w%])")

REMOVED = (
    ("^", re.compile(r"\^(?<=\s\^)[A-Za-z0-9-]+[ \t]*$", re.MULTILINE)),  # a block's id in Obsidian
    ("){", re.compile(r"\{(?<=\)\{)[^{}\n]{1,300}\}")),  # attributes of a link
    ("{:", re.compile(r"\{:[^{}\n]{1,300}\}")),  # attributes in kramdown
    ("{", re.compile(r"\{[ \t]*[#.][A-Za-z][^{}\n]{0,300}\}")),  # attributes in Pandoc
    ("}`", re.compile(r"\{[A-Za-z][\w:.-]{0,40}\}(?=`)")),  # a role in MyST
    (":", re.compile(r":(?:material|fontawesome|octicons|simple)-[\w-]{1,80}:")),  # an icon in Material for MkDocs
    ("--8<--", re.compile(r"^[ \t]*;?--8<--.*$", re.MULTILINE)),  # what is put in later
    ("toc", re.compile(r"^[ \t]*\[\[?_?TOC_?\]?\][ \t]*$", re.MULTILINE | re.IGNORECASE)),
    ("[@", re.compile(r"[ \t]?\[@[^\[\]\n]{1,300}\]")),  # references in Quarto
    ("[-@", re.compile(r"[ \t]?\[-@[^\[\]\n]{1,300}\]")),
    ("@", re.compile(r"@(?<![\w@]@)(?:fig|tbl|sec|eq|lst)[:-][\w-]{1,80}")),
    ("*[", re.compile(r"^\*\[[^\]\n]{1,80}\]:.*$", re.MULTILINE)),  # an abbreviation
)
"""Marks that are left out, and what each of them holds."""

MARKED = (
    (re.compile(r"==(?<![\w=]==)(?=[^\s=])([^=\n]+)(?<=\S)==(?![\w=])"), "", ""),  # a highlight
    (re.compile(r"\+\+(?<![\w+]\+\+)(?=\w)([\w+ -]{1,40}?)\+\+(?![\w+])"), "", ""),  # keys, or inserted words
    (re.compile(r"\[([^\[\]\n]{1,500}+)\]\{[ \t]*[#.][^{}\n]{0,300}\}"), "", ""),  # words with attributes
    (re.compile(r"\^\[([^\[\]\n]{1,1000})\]"), " (", ")"),  # a note in the line
)
"""Words between marks, and what is written instead of the marks."""

EMOJI = {
    "white_check_mark": "✅",
    "heavy_check_mark": "✔",
    "ballot_box_with_check": "☑",
    "x": "❌",
    "heavy_multiplication_x": "✖",
    "negative_squared_cross_mark": "❎",
    "warning": "⚠",
    "no_entry": "⛔",
    "no_entry_sign": "🚫",
    "construction": "🚧",
    "question": "❓",
    "exclamation": "❗",
    "bug": "🐛",
    "sparkles": "✨",
    "rocket": "🚀",
    "tada": "🎉",
    "memo": "📝",
    "fire": "🔥",
    "zap": "⚡",
    "boom": "💥",
    "lock": "🔒",
    "star": "⭐",
    "bulb": "💡",
    "information_source": "ℹ",
    "arrow_up": "⬆",
    "recycle": "♻",
}
"""Emoji that tables of features and changelogs have, by their names on GitHub."""

EMOJI_NAME = re.compile(rf":(?<![\w:]:)({'|'.join(EMOJI)}):(?![\w:])")

INLINE_FIELD = re.compile(r"^([ \t]*(?:[-*+][ \t]+)?[^\W\d_][\w -]{0,40})(::)(?=[ \t]+\S)", re.MULTILINE)
"""A field with its value in Dataview: "due:: 4 May"."""

GITHUB_LINK = re.compile(
    r"https://github\.com/(?<![(<\"'\w]https://github\.com/)(?<!\]: https://github\.com/)"
    r"[\w.-]{1,100}/[\w.-]{1,100}/(?:pull|issues|discussions)/(\d{1,9})(?![\w/#-])"
)
"""The address of a pull request or issue, which GitHub shows as its number."""

SCRIPTS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"~(?<=\w~)([\w+−-]{1,12})~(?!~)"), subscript),
    (re.compile(r"\^(?<=\w\^)([\w+−-]{1,12})\^"), superscript),
)


def remove_comments(source: EditedText) -> EditedText:
    """Return a text without comments."""
    return _edit_outside_code(source, _comments(source.text))


def remove_marks(source: EditedText) -> EditedText:
    """Return a text without the marks of authoring tools; the words that they show are kept."""
    return _edit_outside_code(source, _marks(source.text))


def _edit_outside_code(source: EditedText, edits: Iterable[Edit]) -> EditedText:
    edits = sorted(edits)
    if not edits:
        return source
    code = code_ranges(source.text)
    starts = [start for start, _ in code]
    ends = [end for _, end in code]
    kept: list[Edit] = []
    begins_line = False
    for edit in edits:
        index = bisect_right(starts, edit.start) - 1
        if kept and edit.start < kept[-1].end:
            continue
        if index < 0 or edit.start >= ends[index]:
            follows = bool(kept) and kept[-1].end == edit.start and begins_line
            begins_line = follows or _begins_line(source.text, edit.start)
            kept.append(Edit(edit.start, _after_spaces(source.text, edit.end), edit.text) if begins_line else edit)
    return source.edit(kept)


def _begins_line(text: str, start: int) -> bool:
    while start and text[start - 1] in " \t":
        start -= 1
    return not start or text[start - 1] == "\n"


def _after_spaces(text: str, end: int) -> int:
    """Return the end of the spaces there: after a mark that is left out they would make code of the line."""
    while end < len(text) and text[end] in " \t":
        end += 1
    return end


def _comments(text: str) -> Iterator[Edit]:
    for opening, closing in COMMENTS:
        for start, end in _between(text, opening, closing):
            yield Edit(start, end)
    position = 0
    while (opened := OBSIDIAN_OPENING.search(text, position)) and (
        closed := OBSIDIAN_CLOSING.search(text, opened.end())
    ):
        yield Edit(opened.start(), closed.end())
        position = closed.end()


def _marks(text: str) -> Iterator[Edit]:
    for opening, closing in SHORTCODES:
        for start, end in _between(text, opening, closing):
            if end - start <= LONGEST_SHORTCODE and "\n\n" not in text[start:end]:
                yield from _keep_values(text, start, end)
    for tag in find_tags(text):
        if tag.is_component:
            yield from _keep_label(text, tag)
        else:
            yield Edit(*tag.attributes)
    lowered = text.lower()
    for mark, pattern in REMOVED:
        if mark in lowered:
            yield from (Edit(*match.span()) for match in pattern.finditer(text))
    for pattern, before, after in MARKED:
        for match in pattern.finditer(text):
            yield Edit(match.start(), match.start(1), before)
            yield Edit(match.end(1), match.end(), after)
    if "::" in text:
        yield from (Edit(*match.span(2), ":") for match in INLINE_FIELD.finditer(text))
    yield from (Edit(*match.span(), f"#{match[1]}") for match in GITHUB_LINK.finditer(text))
    yield from (Edit(*match.span(), EMOJI[match[1]]) for match in EMOJI_NAME.finditer(text))
    for pattern, script in SCRIPTS:
        yield from (Edit(*match.span(), script(match[1])) for match in pattern.finditer(text))


def _keep_label(text: str, tag: JsxTag) -> Iterator[Edit]:
    """Yield edits that leave of a component's tag only what heads the words behind it."""
    shown = [] if tag.is_end or tag.is_empty else find_text_attributes(text, *tag.attributes)
    label = next((value for value in shown if value[0] in LABELS), None)
    if label is None or not _begins_line(text, tag.start):
        yield Edit(tag.start, tag.end)
        return
    _, first, last = label
    yield Edit(tag.start, first)
    yield Edit(last, tag.end, " " if text[last - 1] in ".?!:" else ": ")


def _keep_values(text: str, start: int, end: int) -> Iterator[Edit]:
    """Yield edits that leave of a shortcode only what it shows as text."""
    is_line = _begins_line(text, start) and text[(after := _after_spaces(text, end)) : after + 1] in ("", "\r", "\n")
    done = start
    for _, first, last in find_text_attributes(text, start, end):
        yield Edit(done, first, "\n" if is_line else " " if done > start else "")
        done = last
    yield Edit(done, end, "\n" if is_line and done > start else "")


def _between(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Yield the places from an opening mark to the next closing one."""
    start = text.find(opening)
    while start >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            return
        yield start, end + len(closing)
        start = text.find(opening, end + len(closing))
