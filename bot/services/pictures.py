"""Pictures attached to questions: taken from Discord within limits, downscaled, and never stored."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bot.services.attachments import AttachmentDownloader, DownloadFailed
from bot.services.errors import Refused
from bot.services.worker import LibraryWorker
from bot.text.escape import fold
from bot.text.i18n import format_number, gettext
from bot.views.message import notice_message
from index import Library
from index.domain.generation import Picture

if TYPE_CHECKING:
    import discord
    from PIL.Image import Image

__all__ = ["AttachedPictures", "PictureReader", "pictures_in"]

MAX_PICTURES = 3
MAX_PICTURE_BYTES = 10_000_000
"""What Discord lets everybody attach."""
MAX_PIXELS, MAX_UNPACKED = 50_000_000, 25_000_000
"""A photo of a phone, and what of it is unpacked; more would take too much time and memory, however small the file."""
LONGEST_SIDE = 1_120
"""What the pictures are downscaled to: Llama 4 reads tiles of 336 pixels, and few of them tell as much."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
JPEG_QUALITY = 85
SECONDS = 15.0


class Encoding(NamedTuple):
    """How pixels are written to a file; `mode` and `format` are Pillow's names."""

    mode: str
    format: str
    media_type: str


OPAQUE = Encoding("RGB", "JPEG", "image/jpeg")
CLEAR = Encoding("RGBA", "PNG", "image/png")


class Unreadable(Exception):
    """Bytes that are no picture of a known kind, are damaged, or would be too large unpacked."""


@dataclass(frozen=True, slots=True)
class AttachedPictures:
    """Pictures for a language model, and a quiet line about those that it does not get."""

    pictures: tuple[Picture, ...] = ()
    note: str = ""


class PictureReader:
    """Reads attached pictures, one at a time, if the language model reads any."""

    def __init__(self, *, library: Library, worker: LibraryWorker, attachments: AttachmentDownloader) -> None:
        self._library = library
        self._worker = worker
        self._attachments = attachments
        self._one_at_a_time = asyncio.Semaphore(1)

    async def read(self, pictures: Sequence[discord.Attachment]) -> AttachedPictures:
        """Return attached pictures. Raises Refused, with what to do, for one that cannot be read."""
        if not pictures:
            return AttachedPictures()
        if not self._library.reads_pictures:
            return AttachedPictures(note=gettext("Pictures are not looked at here: only the words were read."))
        read = tuple([await self._read(picture) for picture in pictures[:MAX_PICTURES]])
        if len(pictures) <= MAX_PICTURES:
            return AttachedPictures(read)
        note = gettext("Only the first {number} pictures were looked at.", number=format_number(MAX_PICTURES))
        return AttachedPictures(read, note)

    async def _read(self, attachment: discord.Attachment) -> Picture:
        if attachment.size > MAX_PICTURE_BYTES:
            raise _refusal(attachment)
        try:
            async with self._one_at_a_time:
                data = await self._attachments.download(attachment.url, MAX_PICTURE_BYTES, seconds=SECONDS)
                return await self._worker.run(downscale, data)
        except DownloadFailed as error:
            text = gettext("The picture could not be taken from Discord. Please attach it again.")
            raise Refused(notice_message(text)) from error
        except Unreadable as error:
            raise _refusal(attachment) from error


def pictures_in(message: discord.Message) -> list[discord.Attachment]:
    """Return the pictures attached to a message."""
    return [attachment for attachment in message.attachments if (attachment.content_type or "").startswith("image/")]


def downscale(data: bytes) -> Picture:
    """Return a picture of at most `LONGEST_SIDE` pixels a side, without anything else that its file held.

    Raises Unreadable.
    """
    # Pillow is loaded when it is first needed.
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise Unreadable
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then unpacked smaller at once
            if opened.width * opened.height > MAX_UNPACKED:
                raise Unreadable
            encoding = CLEAR if opened.has_transparency_data else OPAQUE
            small = opened.convert(encoding.mode)
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _encoded(ImageOps.exif_transpose(small), encoding)
    except Unreadable:
        raise
    except Exception as error:  # decoders of damaged files fail in many ways
        raise Unreadable from error


def _encoded(image: Image, encoding: Encoding) -> Picture:
    """Return the pixels of an image as a file, and nothing else."""
    from PIL import Image

    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    file = io.BytesIO()
    bare.save(file, encoding.format, quality=JPEG_QUALITY)
    return Picture(encoding.media_type, file.getvalue())


def _refusal(attachment: discord.Attachment) -> Refused:
    text = gettext(
        "I cannot read the picture {name}: it is damaged, too large, or of a kind that I do not read. Please attach a "
        "PNG, JPEG, WebP or GIF of at most {megabytes} MB.",
        name=fold(attachment.filename),
        megabytes=format_number(MAX_PICTURE_BYTES // 1_000_000),
    )
    return Refused(notice_message(text))
