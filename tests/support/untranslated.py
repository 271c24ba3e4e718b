"""Texts in the bot's code that members may see and that are not translated.

    python -m tests.support.untranslated

lists them. It is a heuristic: it may list a text that nobody sees, and it misses a single lower-case word unless that
is an argument that is shown, or is chosen by a condition.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from tests.support.catalogue import BOT, MESSAGE_FUNCTIONS

__all__ = ["untranslated_in", "untranslated_texts"]

NOT_ON_DISCORD = {
    "__main__.py": "the program's own start, on standard error",
    "cli.py": "the terminal",
    "background.py": "the log, and the presence, which is the same for everyone",
    "draft.py": "the terminal",
    "session.py": "the terminal",
    "terminal.py": "the terminal",
    "view.py": "the terminal",
    "discord_patches.py": "an address, and records of the log",
    "i18n.py": "the catalogue itself",
    "state_lock.py": "the program's end, on standard error",
    "lifecycle.py": "the program's end, on standard error",
    "metrics.py": "help texts of metrics, for programs",
    "middleware.py": "headers, and sentences for programs",
    "oauth.py": "Discord's OAuth2",
    "secret.py": "settings, on standard error",
    "server.py": "the program's start, on standard error",
    "settings.py": "settings, on standard error",
    "command_sync.py": "hashes",
    "command_translator.py": "the catalogue itself",
    "scheduled_reindex.py": "the log",
    "session_replay.py": "the log",
    "shard_keeper.py": "the log",
    "shards.py": "settings, on standard error",
    "site.py": "states of readiness, for programs",
    "static_files.py": "headers",
    "tracing.py": "the log",
    "_responses.py": "headers",
}

SHOWN = {
    "Button",
    "Label",
    "Modal",
    "TextDisplay",
    "TextInput",
    "button",
    "count",
    "build_message",
    "notice_message",
    "send",
}
"""Calls whose texts are shown, however short they are."""

UNSEEN = {
    *MESSAGE_FUNCTIONS,
    "ComponentId",
    "TypeError",
    "TypeVar",
    "compile",
    "getLogger",
    "getattr",
    "hasattr",
    "replace",
}
"""Calls whose texts are translated, or seen by nobody."""

BY_DISCORD = {"Choice", "ContextMenu", "Group", "choices", "command", "context_menu", "describe", "rename"}
"""Calls that define commands: `tests.support.catalogue` finds their texts in the tree."""

LOGGED = {"critical", "debug", "error", "exception", "explain", "info", "tell_error", "warning"}

WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[^\W\d_]{2,}\W* | [^\W\d_]{2,}|^[*_#>\W]*[A-Z][a-z]+")

ACCEPTED = {
    ", after {}": "an error's trace, for the log",
    "{}{} at {}{}": "an error's trace, for the log",
    "no place": "an error's trace, for the log",
    "DejaVu Sans": "a font",
    "lower right": "a place on a picture",
    "nearest passages": "a column of a file, which programs read",
    "yes": "a setting as the journal keeps it",
    "no": "a setting as the journal keeps it",
    "direct message": "a place in the audit",
    "__Host-": "a cookie's name",
    "Lax": "an attribute of cookies",
    "Sec-Fetch-Site": "a header",
    "attachment; filename*=UTF-8''{}": "a header",
    "sandbox; default-src 'none'": "a header",
    "{} UTC": "a time zone, the same in every language",
    "data: {}\n\n": "a line of a stream of events",
    **dict.fromkeys(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "choices of a command, which are translated as such",
    ),
    "# Frequently asked questions\n": "the heading of a source, which is in English as the sources are",
}
"""Texts that look as if they were shown, with the reason why they are not."""


def untranslated_texts() -> list[str]:
    """Return the texts of the bot, each with its place."""
    return [
        f"{path.relative_to(BOT.parent).as_posix()}:{line}: {text}"
        for path in sorted(BOT.rglob("*.py"))
        if path.name not in NOT_ON_DISCORD
        for line, text in untranslated_in(path.read_text("utf-8"))
    ]


def untranslated_in(code: str) -> list[tuple[int, str]]:
    """Return line and text of each; values in an f-string are {}."""
    return list(_texts(ast.parse(code), shown=False))


def _texts(node: ast.AST, *, shown: bool) -> Iterator[tuple[int, str]]:
    if (text := _literal(node)) is not None:
        if (WORD if shown else SENTENCE).search(text) and text not in ACCEPTED:
            yield getattr(node, "lineno", 0), text
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for part in parts:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value, shown=False)
        return
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in UNSEEN | BY_DISCORD | LOGGED or ast.unparse(node.func) == "super().__init__":
            return
        shown = name in SHOWN
    for child in _shown_parts(node):
        chosen = isinstance(node, ast.IfExp) and child is not node.test
        yield from _texts(child, shown=chosen or (shown and isinstance(child, ast.expr | ast.keyword)))


def _shown_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Return the parts that may hold a text: no docstring, annotation, subscript, comparison or dictionary key."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            doc = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            listed = isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__"
            unseen = name in ("annotation", "returns", "slice", "comparators", "type_params")
            keys = isinstance(node, ast.Dict) and name == "keys" and not _titles(node)
            if isinstance(child, ast.AST) and not (doc or listed or unseen or keys):
                yield child


def _titles(node: ast.Dict) -> bool:
    """Return whether the keys of a dictionary are shown: those that begin with a capital."""
    return all(isinstance(key, ast.Constant) and str(key.value)[:1].isupper() for key in node.keys)


def _literal(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


if __name__ == "__main__":
    sys.stdout.write("".join(f"{text}\n" for text in untranslated_texts()))
