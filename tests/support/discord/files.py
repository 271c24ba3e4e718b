"""Files that come with a request, and the attachments that they become."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from aiohttp import FormData
from aiohttp.multipart import parse_content_disposition

from tests.support.discord.components import ATTACHED, CDN, all_components, media_of
from tests.support.discord.payloads import Json, snowflake
from tests.support.discord.refusals import Refused, at_most, invalid

__all__ = ["LARGEST_BYTES", "NO_FILES", "Upload", "Uploads", "attach", "parts_of", "refer"]

LARGEST_BYTES = 10_485_760  # what an interaction says of itself as `attachment_size_limit`
MOST = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content: bytes


Uploads = Mapping[int, Upload]
"""By the number n of `files[n]`, which an attachment's `id` in the body refers to."""

NO_FILES: Uploads = MappingProxyType({})


async def parts_of(form: FormData) -> tuple[str, Uploads]:
    """The `payload_json` and the files of a form as a client sends it."""
    payload, uploads = "", {}
    writer: Any = form()
    for part, *_ in writer:
        _, about = parse_content_disposition(part.headers["Content-Disposition"])
        content = await part.as_bytes()
        if number := re.fullmatch(r"files\[(\d+)\]", about["name"]):
            uploads[int(number[1])] = Upload(about["filename"], content)
        elif about["name"] == "payload_json":
            payload = content.decode()
    return payload, uploads


def attach(message: Json, body: Json, uploads: Uploads, files: dict[str, bytes]) -> list[Json]:
    """A message's attachments after a request: those it keeps, then the new ones, whose bytes land in `files` by id."""
    listed = body.get("attachments")
    known = {attachment["id"]: attachment for attachment in message["attachments"]}
    attachments = list(known.values()) if listed is None else [known[id_] for id_ in _ids(listed) if id_ in known]
    about = {int(entry["id"]): entry for entry in listed or [] if str(entry["id"]) not in known}
    for number in about.keys() - uploads.keys():
        raise invalid("attachments.0.id", "ATTACHMENT_NOT_FOUND", f"files[{number}] is not in the request")
    new = [(upload, about.get(number, {})) for number, upload in sorted(uploads.items())]
    if len(attachments) + len(new) > MOST:
        raise invalid("attachments", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST} or fewer in length.")
    if any(len(upload.content) > LARGEST_BYTES for upload, _ in new):
        raise Refused(413, 40005, "Request entity too large")
    made = [_attachment(message, upload, dict(told)) for upload, told in new]
    files |= {attachment["id"]: upload.content for attachment, (upload, _) in zip(made, new, strict=True)}
    return [*attachments, *made]


def _ids(listed: list[Json]) -> Iterator[str]:
    yield from (str(entry["id"]) for entry in listed)


def _attachment(message: Json, upload: Upload, told: Json) -> Json:
    """Attachments as Discord describes them; a name loses characters that do not belong in an address."""
    description = told.get("description") or ""
    at_most("attachments.0.description", description, 1024)
    filename = re.sub(r"[^\w.-]", "_", told.get("filename") or upload.filename)
    attachment: dict[str, Any] = {"id": snowflake(), "filename": filename, "size": len(upload.content)}
    url = f"{CDN}{message['channel_id']}/{attachment['id']}/{filename}"
    attachment |= {"url": url, "proxy_url": url, "content_type": mimetypes.guess_type(filename)[0] or ""}
    return attachment | ({"description": description} if description else {})


def refer(components: list[Json], attachments: list[Json]) -> None:
    """Write the addresses of the attachments into the components that show them."""
    urls = {ATTACHED + attachment["filename"]: attachment for attachment in attachments}
    for component in all_components(components):
        for media in media_of(component):
            if attachment := urls.get(media["url"]):
                media |= {"url": attachment["url"], "proxy_url": attachment["url"], "attachment_id": attachment["id"]}
                media |= {"content_type": attachment["content_type"], "width": None, "height": None}
