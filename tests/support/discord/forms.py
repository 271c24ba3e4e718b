"""A form (modal) as a person sees it, and what a client sends of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.support.discord.components import ACTION_ROW, LABEL, SELECT, TEXT_INPUT
from tests.support.discord.exchange import Exchange
from tests.support.discord.payloads import Json
from tests.support.discord.rules import text_of

__all__ = ["Form", "Value"]

LONGEST_TEXT = 4000

Value = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Form:
    """The modal that came back from an interaction."""

    exchange: Exchange

    @classmethod
    async def opened(cls, exchange: Exchange) -> Form:
        """The one that an interaction opens, once it is there."""
        await exchange.acknowledged()
        assert exchange.form is not None, f"no form was opened, but the response is of type {exchange.callbacks.items}"
        return cls(exchange)

    @property
    def data(self) -> Json:
        """As the bot sent it, each component with its id."""
        assert self.exchange.form is not None, "no form was opened"
        return self.exchange.form

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def custom_id(self) -> str:
        return str(self.data["custom_id"])

    @property
    def text(self) -> str:
        """Everything on it that a person can read."""
        return text_of(self.data)

    @property
    def inputs(self) -> dict[str, Json]:
        """What is to be filled in, by custom id; each as the bot sent it, with the label that a person sees."""
        return {field["custom_id"]: {**field, "label": label} for label, field in self._fields()}

    def _fields(self) -> Iterator[tuple[str, Json]]:
        for component in self.data["components"]:
            if component["type"] == LABEL:
                yield component["label"], component["component"]
            elif component["type"] == ACTION_ROW:
                yield component["components"][0]["label"], component["components"][0]

    def filled(self, text: str | None, fields: Mapping[str, Value]) -> Json:
        """The data of its submission: `fields` by custom id or label, `text` for a form that has one input only.

        What is not given stays as the bot filled it in. AssertionError for what a client would not send.
        """
        inputs = self.inputs
        if text is not None:
            assert len(inputs) == 1, f"which one of {list(inputs)} is the text for?"
            fields = {**fields, next(iter(inputs)): text}
        unknown = fields.keys() - inputs.keys() - {field["label"] for field in inputs.values()}
        assert not unknown, f"{self.title} has no {sorted(unknown)}, but {list(inputs)}"
        values = {
            key: _written(field, fields.get(key, fields.get(field["label"], _prefilled(field))))
            for key, field in inputs.items()
        }
        return {
            "custom_id": self.custom_id,
            "components": [_sent(component, values) for component in self.data["components"]],
        }


def _prefilled(field: Json) -> Value:
    if field["type"] == TEXT_INPUT:
        return field.get("value") or ""
    return [option["value"] for option in field.get("options") or [] if option.get("default")]


def _written(field: Json, value: Value) -> Json:
    """The part of the submission that holds the value, after what a client checks."""
    label, needed = field["label"], field.get("required", True)
    about = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    if field["type"] == TEXT_INPUT:
        assert isinstance(value, str), f"“{label}” takes a text"
        assert value or not needed, f"“{label}” must be filled in"
        least, most = field.get("min_length") or 0, field.get("max_length") or LONGEST_TEXT
        assert not value or least <= len(value) <= most, f"“{label}” is {least} to {most} characters long"
        return about | {"value": value}
    chosen = [value] if isinstance(value, str) else list(value)
    assert chosen or not needed, f"“{label}” must be chosen"
    if field["type"] == SELECT:
        assert set(chosen) <= {option["value"] for option in field["options"]}, f"“{label}” does not offer {chosen}"
    assert len(chosen) <= field.get("max_values", 1), f"“{label}” takes fewer"
    return about | {"values": chosen}


def _sent(component: Json, values: Mapping[str, Json]) -> Json:
    """One top-level component of the submission; a text on the form is named, not sent."""
    about = {"type": component["type"], "id": component["id"]}
    if component["type"] == LABEL:
        return about | {"component": values[component["component"]["custom_id"]]}
    if component["type"] == ACTION_ROW:
        return about | {"components": [values[component["components"][0]["custom_id"]]]}
    return about
