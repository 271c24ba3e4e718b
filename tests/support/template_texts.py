"""The texts that templates translate: their calls of `gettext` and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

__all__ = ["TemplateCall", "template_calls"]


@dataclass(frozen=True, slots=True)
class TemplateCall:
    """A call in a template: its literal arguments, None for another one, and the names of its values."""

    line: int
    function: str
    texts: tuple[str | None, ...]
    values: frozenset[str]


def template_calls(file: Path, functions: frozenset[str]) -> Iterator[TemplateCall]:
    """Return the calls of these functions in a template."""
    for call in Environment(autoescape=True).parse(file.read_text("utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in functions:
            texts = tuple(_literal(argument) for argument in call.args)
            yield TemplateCall(call.lineno, call.node.name, texts, frozenset(value.key for value in call.kwargs))


def _literal(argument: nodes.Expr) -> str | None:
    return argument.value if isinstance(argument, nodes.Const) and isinstance(argument.value, str) else None
