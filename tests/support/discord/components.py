"""Components of messages and forms: what Discord refuses in them, and the ids it gives them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator

from tests.support.discord.payloads import Json
from tests.support.discord.refusals import at_most, between, invalid

__all__ = [
    "ACTION_ROW",
    "ATTACHED",
    "BUTTON",
    "CDN",
    "CHANNEL_SELECT",
    "LABEL",
    "LINK",
    "SELECT",
    "TEXT_DISPLAY",
    "TEXT_INPUT",
    "all_components",
    "check_components",
    "check_form",
    "media_of",
    "numbered",
]

ACTION_ROW, BUTTON, SELECT, TEXT_INPUT, CHANNEL_SELECT = 1, 2, 3, 4, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
SELECTS = {SELECT, 5, 6, 7, CHANNEL_SELECT}
IN_A_BOX = {ACTION_ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR}
LINK, LAST_STYLE = 5, 5
ATTACHED = "attachment://"
CDN = "https://cdn.discordapp.com/attachments/"

Check = Callable[[str, Json, Collection[str]], None]


def all_components(components: list[Json]) -> Iterator[Json]:
    """Every component, the nested ones included: each counts towards the 40."""
    yield from (component for _, component in _walk(components, "components"))


def _walk(components: list[Json], path: str) -> Iterator[tuple[str, Json]]:
    """Each component under its path."""
    for number, component in enumerate(components):
        yield from _into(component, f"{path}.{number}")


def _into(component: Json, path: str) -> Iterator[tuple[str, Json]]:
    yield path, component
    yield from _walk(component.get("components") or [], f"{path}.components")
    for key in ("accessory", "component"):
        if component.get(key):
            yield from _into(component[key], f"{path}.{key}")


def numbered(components: list[Json]) -> list[Json]:
    """The components as Discord keeps them: each with an id; those without one get the next that is free."""
    taken = {component["id"] for component in all_components(components) if component.get("id")}
    free = (number for number in itertools.count(1) if number not in taken)

    def with_ids(component: Json) -> Json:
        numbered_component = component | {"id": component.get("id") or next(free)}
        if component.get("components"):
            numbered_component["components"] = [with_ids(child) for child in component["components"]]
        return numbered_component | {
            key: with_ids(component[key]) for key in ("accessory", "component") if component.get(key)
        }

    return [with_ids(component) for component in components]


def media_of(component: Json) -> Iterator[Json]:
    """The pictures and files that one component shows, each a dictionary with a `url`."""
    yield from (item["media"] for item in component.get("items") or [])
    yield from (component[key] for key in ("media", "file") if component.get(key))


def check_components(components: list[Json], *, v2: bool, attached: Collection[str] = ()) -> None:
    """Raise what Discord would answer; `attached` are the names of the message's files."""
    allowed = IN_A_BOX | {CONTAINER} if v2 else {ACTION_ROW}
    every = list(_walk(components, "components"))
    if len(components) > (40 if v2 else 5) or len(every) > 40:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 40 in length.")
    _check_types("components", components, allowed)
    for path, component in every:
        if check := CHECKS.get(component["type"]):
            check(path, component, attached)
    _check_unique(every)
    if sum(len(component["content"]) for _, component in every if component["type"] == TEXT_DISPLAY) > 4000:
        raise invalid("components", "COMPONENT_MAX_TEXT_LENGTH", "Displayable text must be 4000 or fewer in length.")


def check_form(form: Json) -> None:
    """Raise what Discord would answer to a modal."""
    between("custom_id", form.get("custom_id"), 1, 100)
    between("title", form.get("title"), 1, 45)
    between("components", form.get("components"), 1, 5)
    every = list(_walk(form["components"], "components"))
    _check_types("components", form["components"], {ACTION_ROW, TEXT_DISPLAY, LABEL})
    for path, component in every:
        if component["type"] == ACTION_ROW:
            _check_types(f"{path}.components", component.get("components") or [], {TEXT_INPUT})
            between(f"{path}.components", component.get("components"), 1, 1)
            between(f"{path}.components.0.label", component["components"][0].get("label"), 1, 45)
        elif check := (FORM_CHECKS | {TEXT_DISPLAY: _check_text}).get(component["type"]):
            check(path, component, ())
    _check_unique(every)


def _check_types(path: str, components: list[Json], allowed: Collection[int]) -> None:
    for number, component in enumerate(components):
        if component.get("type") not in allowed:
            choices = ", ".join(str(kind) for kind in sorted(allowed))
            message = f'Value of field "type" must be one of ({choices}).'
            raise invalid(f"{path}.{number}", "UNION_TYPE_CHOICES", message)


def _check_unique(every: list[tuple[str, Json]]) -> None:
    for key in ("custom_id", "id"):
        ids = set()
        for path, component in every:
            if component.get(key) and component[key] in ids:
                code = f"COMPONENT_{key.upper()}_DUPLICATED"
                raise invalid(f"{path}.{key}", code, f"Component {key.replace('_', ' ')} cannot be duplicated")
            ids.add(component.get(key))


def _check_row(path: str, row: Json, attached: Collection[str]) -> None:
    """Up to five buttons, or one menu."""
    inner = row.get("components") or []
    _check_types(f"{path}.components", inner, {BUTTON, *SELECTS})
    between(f"{path}.components", inner, 1, 5)
    if len(inner) > 1 and any(component["type"] in SELECTS for component in inner):
        raise invalid(
            f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the max"
        )


def _check_button(path: str, button: Json, attached: Collection[str]) -> None:
    if button.get("style") not in range(1, LAST_STYLE + 1):
        raise invalid(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
    if button["style"] == LINK:
        between(f"{path}.url", button.get("url"), 1, 512)
        if not re.match(r"(https?|discord)://[^\s/]", button["url"]):
            raise invalid(f"{path}.url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        if button.get("custom_id"):
            raise invalid(f"{path}.custom_id", "BUTTON_COMPONENT_CUSTOM_ID", "A link button has no custom id")
    else:
        between(f"{path}.custom_id", button.get("custom_id"), 1, 100)
        if button.get("url"):
            raise invalid(f"{path}.url", "BUTTON_COMPONENT_INVALID_URL", "Only a link button has a url")
    at_most(f"{path}.label", button.get("label") or "", 80)
    if not (button.get("label") or button.get("emoji")):
        raise invalid(f"{path}.label", "BUTTON_COMPONENT_NO_LABEL", "A button must have a label or emoji")


def _check_select(path: str, select: Json, attached: Collection[str]) -> None:
    between(f"{path}.custom_id", select.get("custom_id"), 1, 100)
    at_most(f"{path}.placeholder", select.get("placeholder") or "", 150)
    if select["type"] != SELECT:
        return
    options = select.get("options") or []
    between(f"{path}.options", options, 1, 25)
    for number, option in enumerate(options):
        between(f"{path}.options.{number}.label", option.get("label"), 1, 100)
        between(f"{path}.options.{number}.value", option.get("value"), 1, 100)
        at_most(f"{path}.options.{number}.description", option.get("description") or "", 100)
    if len({option["value"] for option in options}) < len(options):
        raise invalid(f"{path}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The value is already used")


def _check_section(path: str, section: Json, attached: Collection[str]) -> None:
    _check_types(f"{path}.components", section.get("components") or [], {TEXT_DISPLAY})
    between(f"{path}.components", section.get("components"), 1, 3)
    if not section.get("accessory"):
        raise invalid(f"{path}.accessory", "BASE_TYPE_REQUIRED", "This field is required")
    if section["accessory"]["type"] not in (BUTTON, THUMBNAIL):
        raise invalid(f"{path}.accessory", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (2, 11).')


def _check_text(path: str, text: Json, attached: Collection[str]) -> None:
    between(f"{path}.content", text.get("content"), 1, 4000)


def _check_media(path: str, component: Json, attached: Collection[str]) -> None:
    """What refers to a file must name one that is attached."""
    if component["type"] == GALLERY:
        between(f"{path}.items", component.get("items"), 1, 10)
    descriptions = [component.get("description"), *(item.get("description") for item in component.get("items") or [])]
    for description in descriptions:
        at_most(f"{path}.description", description or "", 1024)
    for media in media_of(component):
        url = media.get("url") or ""
        between(f"{path}.url", url, 1, 2048)
        if url.startswith(ATTACHED):
            if url.removeprefix(ATTACHED) not in attached:
                code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
                raise invalid(f"{path}.url", code, "The referenced attachment was not found")
        elif component["type"] == FILE and not url.startswith(CDN):
            raise invalid(f"{path}.url", "URL_TYPE_INVALID_SCHEME", "A file refers to an attachment")
        elif not re.match(r"https?://", url):
            raise invalid(f"{path}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https')")


def _check_separator(path: str, separator: Json, attached: Collection[str]) -> None:
    if (separator.get("spacing") or 1) not in (1, 2):
        raise invalid(f"{path}.spacing", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")


def _check_box(path: str, box: Json, attached: Collection[str]) -> None:
    _check_types(f"{path}.components", box.get("components") or [], IN_A_BOX)
    between(f"{path}.components", box.get("components"), 1, 40)
    if not 0 <= (box.get("accent_color") or 0) <= 0xFFFFFF:
        raise invalid(f"{path}.accent_color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")


def _check_label(path: str, label: Json, attached: Collection[str]) -> None:
    between(f"{path}.label", label.get("label"), 1, 45)
    at_most(f"{path}.description", label.get("description") or "", 100)
    if not label.get("component"):
        raise invalid(f"{path}.component", "BASE_TYPE_REQUIRED", "This field is required")
    if label["component"]["type"] not in {TEXT_INPUT, *SELECTS}:
        raise invalid(f"{path}.component", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (3, 4, 8).')


def _check_input(path: str, field: Json, attached: Collection[str]) -> None:
    between(f"{path}.custom_id", field.get("custom_id"), 1, 100)
    if field.get("style") not in (1, 2):
        raise invalid(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    at_most(f"{path}.placeholder", field.get("placeholder") or "", 100)
    at_most(f"{path}.value", field.get("value") or "", 4000)
    least, most = field.get("min_length") or 0, field.get("max_length", 4000)
    if not (0 <= least <= 4000 and 1 <= most <= 4000 and least <= most):
        raise invalid(f"{path}.max_length", "NUMBER_TYPE_COERCE", "Lengths are between 0 and 4000, the least first.")
    if len(field.get("value") or "") > most:
        raise invalid(f"{path}.value", "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


CHECKS: dict[int, Check] = {
    ACTION_ROW: _check_row,
    BUTTON: _check_button,
    SECTION: _check_section,
    TEXT_DISPLAY: _check_text,
    THUMBNAIL: _check_media,
    GALLERY: _check_media,
    FILE: _check_media,
    SEPARATOR: _check_separator,
    CONTAINER: _check_box,
    **dict.fromkeys(SELECTS, _check_select),
}
FORM_CHECKS: dict[int, Check] = {
    TEXT_INPUT: _check_input,
    LABEL: _check_label,
    **dict.fromkeys(SELECTS, _check_select),
}
