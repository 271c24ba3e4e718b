"""A message, a form or the choices of a command as a page that looks like Discord's client. Pure.

What goes in is JSON as Discord keeps it; what comes out is HTML that loads nothing: pictures are in it, fonts are the
machine's. A component that is not known here is an error, so that no picture leaves something out.
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from tests.pictures.message_markdown import Markdown

__all__ = ["Scene", "choices_page", "form_page", "message_page"]

Json = Mapping[str, Any]

STYLE = Path(__file__).with_name("message_style.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
EPHEMERAL = 1 << 6
BUTTONS = {1: "primary", 2: "plain", 3: "success", 4: "danger"}
LINK = 5
MENUS = dict.fromkeys((3, 5, 6, 7, 8), "Make a selection")
NAMES = {6: "menu of roles", 11: "thumbnail", 16: "list of activities", 19: "upload", 20: "row of checkpoints"}
"""Of components that are not drawn."""
ARROW = (
    '<svg viewBox="0 0 16 16" width="14" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" '
    'd="M9 2h5v5M14 2 7 9M6 3H2v11h11v-4"/></svg>'
)
SHEET = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" '
    'd="M5 2h9l5 5v15H5zM14 2v5h5M8 12h8M8 16h8" stroke="var(--input)" stroke-width="1.5"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who looks at it, and when: `now` is that moment, `did` what was done before ("Ada used /ask"), `channels` and
    `users` names by id, `files` contents by name."""

    now: datetime
    did: tuple[str, str] | None = None
    channels: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    light: bool = False

    @property
    def markdown(self) -> Markdown:
        return Markdown(self.now, self.channels, self.users)


def message_page(message: Json, scene: Scene) -> str:
    """A message of the bot. One that a single person sees says so."""
    parts = [_draw(component, scene) for component in message.get("components") or []]
    if content := message.get("content"):
        parts.insert(0, scene.markdown.html(content))
    alone = bool(message.get("flags", 0) & EPHEMERAL)
    footer = "<footer>Only you can see this · <span>Dismiss message</span></footer>" if alone else ""
    did = f'<p class="done"><b>{escape(scene.did[0])}</b> {escape(scene.did[1])}</p>' if scene.did else ""
    header = f'<header><b>Footnote</b><span class="app">APP</span><span>{scene.now:%-H:%M}</span></header>'
    css = ' class="alone"' if alone else ""
    return _page(
        f'<main><article{css}><div class="face" aria-hidden="true">F</div>'
        f"<div>{header}{''.join(parts)}{footer}</div></article></main>",
        scene,
        above=did,
    )


def form_page(form: Json, scene: Scene) -> str:
    """A form (modal), not yet filled in."""
    fields = "".join(_draw(component, scene) for component in form["components"])
    return _page(
        f'<main class="form" role="dialog" aria-labelledby="title"><h2><span id="title">{escape(form["title"])}</span>'
        f'<button class="close" aria-label="Close">✕</button></h2>'
        f'<p class="warning">This form will be submitted to Footnote. Do not share passwords or other sensitive '
        f"information.</p>{fields}"
        f'<div class="row"><button class="button plain">Cancel</button>'
        f'<button class="button primary">Submit</button></div></main>',
        scene,
        css="over",
    )


def choices_page(command: str, option: str, typed: str, choices: Sequence[Json], scene: Scene) -> str:
    """What a command offers while an option is being typed."""
    items = "".join(f"<li>{escape(choice['name'])}</li>" for choice in choices)
    return _page(
        f'<main><div class="choices"><h2>{escape(option)}</h2><ul>{items}</ul></div>'
        f'<p class="typed"><b>/{escape(command)}</b><span>{escape(option)}: {escape(typed)}</span></p></main>',
        scene,
    )


def _page(body: str, scene: Scene, *, above: str = "", css: str = "") -> str:
    theme = "light" if scene.light else "dark"
    return (
        f'<!doctype html><html lang="en" class="{theme}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Footnote</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<style>{STYLE.read_text("utf-8")}</style></head><body class="{css}">{above}{body}</body></html>'
    )


def _draw(component: Json, scene: Scene) -> str:
    """Any component with what is in it."""
    kind = component["type"]
    if kind not in DRAWN:
        raise ValueError(f"no picture is drawn of a {NAMES.get(kind, 'component')} (type {kind})")
    return DRAWN[kind](component, scene)


def _inside(component: Json, scene: Scene) -> str:
    return "".join(_draw(child, scene) for child in component["components"])


def _box(box: Json, scene: Scene) -> str:
    accent = box.get("accent_color")
    style = "" if accent is None else f' style="--accent: #{accent:06x}"'
    return f'<div class="box"{style}>{_inside(box, scene)}</div>'


def _text(text: Json, scene: Scene) -> str:
    return f'<div class="text">{scene.markdown.html(text["content"])}</div>'


def _section(section: Json, scene: Scene) -> str:
    return f'<div class="section"><div>{_inside(section, scene)}</div>{_draw(section["accessory"], scene)}</div>'


def _row(row: Json, scene: Scene) -> str:
    return f'<div class="row">{_inside(row, scene)}</div>'


def _button(button: Json, scene: Scene) -> str:
    disabled = " disabled" if button.get("disabled") else ""
    label = escape(button.get("label") or "")
    if emoji := button.get("emoji"):
        label = f"<span>{escape(emoji['name'])}</span>{label}"
    if button["style"] == LINK:
        address = escape(button["url"])
        return f'<a class="button plain" href="{address}" title="{address}">{label}{ARROW}</a>'
    return f'<button class="button {BUTTONS[button["style"]]}"{disabled}>{label}</button>'


def _menu(menu: Json, scene: Scene) -> str:
    chosen = [option["label"] for option in menu.get("options") or [] if option.get("default")]
    label = ", ".join(chosen) or menu.get("placeholder") or MENUS[menu["type"]]
    disabled = " disabled" if menu.get("disabled") else ""
    return f'<button class="select" aria-haspopup="listbox"{disabled}>{escape(label)}<span>⌄</span></button>'


def _gallery(gallery: Json, scene: Scene) -> str:
    pictures = []
    for item in gallery["items"]:
        name = _named(item["media"]["url"])
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        data = base64.b64encode(_content(name, scene)).decode()
        alt = escape(item.get("description") or "Image")
        pictures.append(f'<img alt="{alt}" src="data:{kind};base64,{data}">')
    return f'<div class="gallery">{"".join(pictures)}</div>'


def _file(file: Json, scene: Scene) -> str:
    name = _named(file["file"]["url"])
    size = len(_content(name, scene))
    size_text = f"{size:,} bytes" if size < 1024 else f"{size / 1024:.2f} KB"
    return f'<div class="file">{SHEET}<div><a href="#">{escape(name)}</a><p class="small">{size_text}</p></div></div>'


def _named(url: str) -> str:
    """The name of an attachment in its address."""
    return PurePosixPath(url.partition("?")[0]).name


def _content(name: str, scene: Scene) -> bytes:
    if name not in scene.files:
        raise ValueError(f"{name} is shown, but not among the files")
    return scene.files[name]


def _separator(separator: Json, scene: Scene) -> str:
    bare = "" if separator.get("divider", True) else "bare "
    return f'<hr class="{bare}{"large" if separator.get("spacing") == 2 else "narrow"}">'


def _label(label: Json, scene: Scene) -> str:
    field_ = label["component"]
    needed = '<span class="needed"> *</span>' if field_.get("required", True) else ""
    about = f'<p class="small">{escape(label["description"])}</p>' if label.get("description") else ""
    name = escape(str(field_["custom_id"]))
    head = f'<label for="{name}">{escape(label["label"])}{needed}</label>'
    return f'<div class="field">{head}{about}{_draw(field_, scene)}</div>'


def _input(field_: Json, scene: Scene) -> str:
    name, value = escape(str(field_["custom_id"])), escape(field_.get("value") or "")
    hint = escape(field_.get("placeholder") or "")
    if field_.get("style") == 1:
        return f'<input id="{name}" placeholder="{hint}" value="{value}">'
    return f'<textarea id="{name}" rows="4" placeholder="{hint}">{value}</textarea>'


DRAWN: dict[int, Callable[[Json, Scene], str]] = {
    1: _row,
    2: _button,
    **dict.fromkeys(MENUS, _menu),
    4: _input,
    9: _section,
    10: _text,
    12: _gallery,
    13: _file,
    14: _separator,
    17: _box,
    18: _label,
}
