"""Which components of messages and forms the local Discord refuses, and under which field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.discord.components import all_components, check_components, check_form, numbered
from tests.support.discord.openapi_check import OpenApi
from tests.support.discord.payloads import Json
from tests.support.discord.refusals import Refused


def text(content: str = "x") -> Json:
    return {"type": 10, "content": content}


def button(**changes: Any) -> Json:
    return {"type": 2, "style": 2, "label": "x", "custom_id": "x"} | changes


def link(**changes: Any) -> Json:
    return {"type": 2, "style": 5, "label": "x", "url": "https://example.org/"} | changes


def row(*inner: Json) -> Json:
    return {"type": 1, "components": list(inner)}


def buttons(count: int) -> list[Json]:
    return [button(custom_id=str(number)) for number in range(count)]


def section(*texts: Json, **changes: Any) -> Json:
    return {"type": 9, "components": list(texts), "accessory": button()} | changes


def gallery(*urls: str) -> Json:
    return {"type": 12, "items": [{"media": {"url": url}} for url in urls]}


def select(*values: str, **changes: Any) -> Json:
    options = [{"label": value, "value": value} for value in values]
    return {"type": 3, "custom_id": "s", "options": options} | changes


def field(**changes: Any) -> Json:
    return {"type": 4, "custom_id": "text", "style": 1} | changes


def label(component: Json, **changes: Any) -> Json:
    return {"type": 18, "label": "x", "component": component} | changes


def form(*components: Json, **changes: Any) -> Json:
    return {"title": "x", "custom_id": "x", "components": list(components)} | changes


def refused_at(errors: Json) -> str:
    """The path of the one field that is wrong."""
    (key,) = errors
    return "" if key == "_errors" else f"{key}.{refused_at(errors[key])}".rstrip(".")


REFUSED: list[tuple[list[Json], str]] = [
    ([row(*buttons(6))], "components.0.components"),
    ([row()], "components.0.components"),
    ([row(text())], "components.0.components.0"),
    ([row(select("a"), button())], "components.0.components"),
    ([row(select())], "components.0.components.0.options"),
    ([row(select(*map(str, range(26))))], "components.0.components.0.options"),
    ([row(select("a", "a"))], "components.0.components.0.options"),
    ([row(select("a", placeholder="x" * 151))], "components.0.components.0.placeholder"),
    ([section()], "components.0.components"),
    ([section(*[text()] * 4)], "components.0.components"),
    ([section(button())], "components.0.components.0"),
    ([section(text(), accessory=None)], "components.0.accessory"),
    ([section(text(), accessory=text())], "components.0.accessory"),
    ([row(button(label="x" * 81))], "components.0.components.0.label"),
    ([row(button(label=None))], "components.0.components.0.label"),
    ([row(button(custom_id="x" * 101))], "components.0.components.0.custom_id"),
    ([row(button(custom_id=None))], "components.0.components.0.custom_id"),
    ([row(button(style=9))], "components.0.components.0.style"),
    ([row(button(url="https://example.org/"))], "components.0.components.0.url"),
    ([row(link(url=None))], "components.0.components.0.url"),
    ([row(link(url="https://example.org/" + "x" * 493))], "components.0.components.0.url"),
    ([row(link(url="javascript:alert(1)"))], "components.0.components.0.url"),
    ([row(link(custom_id="x"))], "components.0.components.0.custom_id"),
    ([section(text()), row(button())], "components.1.components.0.custom_id"),
    ([{**text(), "id": 3}, {**text(), "id": 3}], "components.1.id"),
    ([{"type": 17, "components": [{"type": 17, "components": [text()]}]}], "components.0.components.0"),
    ([{"type": 17, "components": [text()], "accent_color": 1 << 24}], "components.0.accent_color"),
    ([text("")], "components.0.content"),
    ([text("x" * 4001)], "components.0.content"),
    ([{"type": 14, "spacing": 3}], "components.0.spacing"),
    ([gallery()], "components.0.items"),
    ([gallery(*["https://example.org/a.png"] * 11)], "components.0.items"),
    ([gallery("attachment://b.png")], "components.0.url"),
    ([gallery("ftp://example.org/a.png")], "components.0.url"),
    ([{"type": 13, "file": {"url": "https://example.org/a.csv"}}], "components.0.url"),
    ([button()], "components.0"),
    ([label(field())], "components.0"),
]


@pytest.mark.parametrize(("components", "path"), REFUSED)
def test_components_that_break_a_rule_are_refused_by_the_path_of_the_field(components: list[Json], path: str) -> None:
    with pytest.raises(Refused) as refused:
        check_components(components, v2=True, attached={"a.png"})
    assert refused_at(refused.value.body["errors"]) == path


ACCEPTED: list[list[Json]] = [
    [row(*buttons(5))],
    [row(select(*map(str, range(25)), placeholder="x" * 150))],
    [section(*[text()] * 3, accessory=button(label="x" * 80, custom_id="x" * 100))],
    [section(text(), accessory={"type": 11, "media": {"url": "attachment://a.png"}})],
    [row(link(url="https://example.org/" + "x" * 492))],
    [{"type": 17, "components": [text("x" * 4000), {"type": 14, "spacing": 2}], "accent_color": (1 << 24) - 1}],
    [gallery("attachment://a.png", *["https://example.org/a.png"] * 9)],
    [{"type": 13, "file": {"url": "attachment://a.png"}}],
]


@pytest.mark.parametrize("components", ACCEPTED)
def test_components_at_the_limits_are_accepted_here_and_by_discords_description(components: list[Json]) -> None:
    check_components(components, v2=True, attached={"a.png"})
    body = {"components": components, "flags": 1 << 15}
    assert OpenApi().wrong("POST", "/channels/1/messages", body) == ""


FORMS_REFUSED: list[tuple[Json, str]] = [
    (form(label(field()), title="x" * 46), "title"),
    (form(label(field()), title=""), "title"),
    (form(label(field()), custom_id="x" * 101), "custom_id"),
    (form(), "components"),
    (form(*[text()] * 6), "components"),
    (form(row(button())), "components.0.components.0"),
    (form(row(field())), "components.0.components.0.label"),
    (form(field()), "components.0"),
    (form(label(field(), label="x" * 46)), "components.0.label"),
    (form(label(field(), description="x" * 101)), "components.0.description"),
    (form(label(button())), "components.0.component"),
    (form({"type": 18, "label": "x"}), "components.0.component"),
    (form(label(field(placeholder="x" * 101))), "components.0.component.placeholder"),
    (form(label(field(value="x" * 4001))), "components.0.component.value"),
    (form(label(field(value="xx", max_length=1))), "components.0.component.value"),
    (form(label(field(max_length=4001))), "components.0.component.max_length"),
    (form(label(field(min_length=3, max_length=2))), "components.0.component.max_length"),
    (form(label(field(style=3))), "components.0.component.style"),
    (form(label(field()), label(field())), "components.1.component.custom_id"),
]


@pytest.mark.parametrize(("given", "path"), FORMS_REFUSED)
def test_form_that_breaks_a_rule_is_refused_by_the_path_of_the_field(given: Json, path: str) -> None:
    with pytest.raises(Refused) as refused:
        check_form(given)
    assert refused_at(refused.value.body["errors"]) == path


FORMS_ACCEPTED: list[Json] = [
    form(label(field(placeholder="x" * 100, value="x" * 4000, min_length=4000, max_length=4000)), title="x" * 45),
    form(*[label(field(custom_id=str(number)), label="x" * 45, description="x" * 100) for number in range(5)]),
    form(text(), label(select("a", "b")), custom_id="x" * 100),
    form(row(field(label="x" * 45))),
]


@pytest.mark.parametrize("given", FORMS_ACCEPTED)
def test_form_at_the_limits_is_accepted_here_and_by_discords_description(given: Json) -> None:
    check_form(given)
    assert OpenApi().wrong("POST", "/interactions/1/token/callback", {"type": 9, "data": given}) == ""


def test_components_get_ids_of_their_own_and_keep_those_they_have() -> None:
    components = numbered([{**text(), "id": 2}, section(text()), row(button())])
    assert [component["id"] for component in all_components(components)] == [2, 1, 3, 4, 5, 6]
    assert numbered(components) == components
