"""Pictures attached to questions: which are read, from where, how large they may be, and what is left of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.services.attachments import AttachmentDownloader, DownloadFailed
from bot.services.pictures import LONGEST_SIDE, MAX_PICTURE_BYTES, Unreadable, downscale
from tests.support.asking import MENTION, QUESTION, replied
from tests.support.discord.cdn import Cdn
from tests.support.discord.commands import AttachedFile
from tests.support.discord.payloads import LISTED, Json
from tests.support.discord.rules import text_of
from tests.support.discord.wire import NO_LIMITS, Wire
from tests.support.journal_library import connected_with_moderators
from tests.support.pictures import bomb, opened, picture
from tests.support.writing_library import WritingLibrary, make_written

GPS = 0x8825
ORIENTATION = 0x0112


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_of_each_kind_keeps_its_look(kind: str) -> None:
    read = downscale(picture(kind))
    image = opened(read.data).convert("RGB")
    red, green, _ = image.getpixel((5, 20))  # type: ignore[misc]
    assert image.size == (60, 40)
    assert red > 200
    assert green < 60


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "image/jpeg"), ("L", "image/jpeg"), ("RGBA", "image/png")])
def test_only_what_is_transparent_stays_a_png(mode: str, kind: str) -> None:
    assert downscale(picture(mode=mode)).media_type == kind


def test_a_large_picture_is_downscaled_in_its_proportions() -> None:
    assert opened(downscale(picture("JPEG", (4000, 1000))).data).size == (LONGEST_SIDE, 280)


def test_a_photo_is_turned_upright_and_loses_its_metadata() -> None:
    """No place, no camera, no comment, no colour profile."""
    from PIL import Image

    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    image = opened(downscale(picture("JPEG", exif=exif, comment=b"secret", icc_profile=b"p" * 200)).data)
    assert image.size == (40, 60)
    assert dict(image.getexif()) == {}
    assert {"comment", "icc_profile", "exif"} & set(image.info) == set()


def test_texts_in_a_png_are_lost() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "secret")
    assert b"secret" not in downscale(picture(mode="RGBA", pnginfo=info)).data


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", picture()[:60], picture("JPEG")[:200], picture("BMP"), picture("TIFF"), b"<svg/>", b"%PDF-1.7"],
    ids=["nothing", "a beginning", "half a PNG", "half a JPEG", "BMP", "TIFF", "SVG", "PDF"],
)
def test_what_is_damaged_or_of_another_kind_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        downscale(data)


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 7_000), (6_000, 5_000)])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(Unreadable) as refused:
        downscale(bomb(*size))
    if size[0] * size[1] < 100_000_000:  # else Pillow refuses it itself
        assert refused.value.__cause__ is None


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    held = Cdn()
    app = web.Application()
    held.register(app.router)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    held.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield held
    await runner.cleanup()


@pytest.fixture
def library(tmp_path: Path) -> WritingLibrary:
    library = WritingLibrary(tmp_path)
    library.reads_pictures = True
    return library


@pytest.fixture
async def wire(library: WritingLibrary, cdn: Cdn, tmp_path: Path) -> AsyncIterator[Wire]:
    api = f"{cdn.base}/api/v10"
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS, api_url=api) as wire:
        yield wire


async def asked_with(wire: Wire, file: AttachedFile) -> str:
    return text_of(await wire.command("ask", {"question": QUESTION, "picture": file}).answer())


def attached(*files: AttachedFile, kind: str = "image/png") -> dict[str, list[Json]]:
    return {"attachments": [file.payload() | {"content_type": kind} for file in files]}


def sizes(library: WritingLibrary) -> list[tuple[int, int]]:
    (request,) = library.writings
    assert request is not None
    return [opened(given.data).size for given in request.pictures]


async def test_a_picture_of_a_command_goes_along(library: WritingLibrary, wire: Wire, cdn: Cdn) -> None:
    library.finish(make_written("It is red."))
    assert "It is red." in await asked_with(wire, cdn.hold("a.png", picture()))
    assert sizes(library) == [(60, 40)]


@pytest.mark.parametrize(("content", "where"), [(QUESTION, {}), (f"{MENTION} {QUESTION}", {"guild": LISTED})])
async def test_pictures_of_a_message_go_along(
    library: WritingLibrary, wire: Wire, cdn: Cdn, content: str, where: dict[str, Any]
) -> None:
    library.finish(make_written("It is red."))
    files = [cdn.hold(f"{number}.png", picture(size=(10 + number, 9))) for number in range(2)]
    assert "It is red." in (await replied(wire, content, **where, **attached(*files))).text
    assert sizes(library) == [(10, 9), (11, 9)]


async def test_of_many_pictures_the_first_are_taken_and_it_is_said(
    library: WritingLibrary, wire: Wire, cdn: Cdn
) -> None:
    library.finish(make_written("It is red."))
    files = [cdn.hold(f"{number}.png", picture()) for number in range(5)]
    reply = await replied(wire, QUESTION, **attached(*files))
    assert "-# Only the first 3 pictures were looked at." in reply.text
    assert len(sizes(library)) == 3


async def test_files_that_are_no_pictures_are_left_alone(library: WritingLibrary, wire: Wire, cdn: Cdn) -> None:
    library.finish(make_written("It is red."))
    file = cdn.hold("a.pdf", b"%PDF")
    await replied(wire, QUESTION, **attached(file, kind="application/pdf"))
    assert cdn.asked == []
    assert sizes(library) == []


@pytest.mark.parametrize("writes", [True, False])
async def test_a_picture_that_no_model_reads_is_not_fetched_and_it_is_said(
    library: WritingLibrary, wire: Wire, cdn: Cdn, writes: bool
) -> None:
    library.writes, library.reads_pictures = writes, False
    library.finish(make_written("It is red."))
    text = await asked_with(wire, cdn.hold("a.png", picture()))
    assert "-# Pictures are not looked at here: only the words were read." in text
    assert cdn.asked == []


@pytest.mark.parametrize("data", [b"no picture", bomb(8_000, 7_000)], ids=["damaged", "bomb"])
async def test_a_picture_that_cannot_be_read_is_refused_in_a_sentence(
    library: WritingLibrary, wire: Wire, cdn: Cdn, data: bytes
) -> None:
    file = cdn.hold("@everyone.png", data)
    reply = await replied(wire, QUESTION, **attached(file))
    assert "I cannot read the picture @\u200beveryone.png: it is damaged, too large" in reply.text
    assert "at most 10 MB" in reply.text
    wire.command("ask", {"question": QUESTION, "picture": file})
    refusal = await wire.sent.wait_for(lambda sent: sent.is_follow_up)
    assert "I cannot read the picture" in refusal.text
    assert refusal.ephemeral
    assert library.writings == []


async def test_a_picture_elsewhere_than_on_discord_is_not_fetched(library: WritingLibrary, wire: Wire) -> None:
    file = AttachedFile("a.png", 9, "http://127.0.0.1:9/a.png")
    assert "could not be taken from Discord" in (await replied(wire, QUESTION, **attached(file))).text
    assert library.writings == []


async def test_a_picture_that_is_said_to_be_too_large_is_not_fetched(
    library: WritingLibrary, wire: Wire, cdn: Cdn
) -> None:
    file = cdn.hold("a.png", picture(), size=MAX_PICTURE_BYTES + 1)
    assert "too large" in (await replied(wire, QUESTION, **attached(file))).text
    assert cdn.asked == []


async def test_a_file_larger_than_it_was_said_is_given_up(cdn: Cdn) -> None:
    file = cdn.hold("a.png", b"x" * 5_000, size=10)
    downloader = AttachmentDownloader(api_url=f"{cdn.base}/api/v10")
    with pytest.raises(DownloadFailed):
        await downloader.download(file.url, 4_999)
    assert len(await downloader.download(file.url, 5_000)) == 5_000
