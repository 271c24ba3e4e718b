"""The local Discord under a small bot of the real discord.py: what people press, write and choose reaches it whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.support.discord.driver import Discord, Form
from tests.support.discord.openapi_check import OpenApi
from tests.support.discord.payloads import BOT, CREATE_PUBLIC_THREADS, LISTED, NOT_JOINED, UNLISTED, Channel, User
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.discord.small_bot import PNG, SmallBot


@asynccontextmanager
async def running(server: DiscordServer) -> AsyncIterator[SmallBot]:
    """The bot on the server's gateway, its commands synced."""
    bot = SmallBot()
    await bot.login(TOKEN)
    task = asyncio.create_task(bot.connect())
    try:
        await asyncio.wait_for(bot.wait_until_ready(), 20)
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    await server.start()
    monkeypatch.setattr(Route, "BASE", server.url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway.url))
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def discord(server: DiscordServer) -> AsyncIterator[Discord]:
    async with running(server):
        yield Discord(server)


async def test_press_changes_the_message_that_the_button_is_on(discord: Discord) -> None:
    reply = await discord.command("show")
    assert reply.text.startswith("0 en-US 0")
    assert reply.buttons == ["Count", "Write", "Chart", "Thread", "Two", "Two", "Read"]
    once = await discord.press(reply, "Count")
    twice = await discord.press(reply, "count")
    assert [once.text[:9], twice.text[:9]] == ["1 pressed", "2 pressed"]
    assert once.message["id"] == twice.message["id"] == reply.message["id"]


async def test_button_that_reads_like_another_is_chosen_by_its_number(discord: Discord) -> None:
    reply = await discord.command("show")
    with pytest.raises(AssertionError, match="which of the 2"):
        await discord.press(reply, "Two")
    assert (await discord.press(reply, "Two", number=2)).text.startswith("two:2 by")


@pytest.mark.parametrize(
    ("button", "said"),
    [("Nothing", "no 'Nothing' is on the message"), ("Later", "disabled"), ("Read", "is a link")],
)
async def test_button_that_nobody_could_press_is_not_pressed(discord: Discord, button: str, said: str) -> None:
    reply = await discord.command("show")
    with pytest.raises(AssertionError, match=said):
        await discord.press(reply, button)


async def test_ephemeral_message_is_there_for_the_one_it_is_shown_to_alone(discord: Discord) -> None:
    asker = discord.somebody()
    reply = await discord.command("show", private=True, user=asker)
    assert reply.ephemeral
    with pytest.raises(AssertionError, match="somebody else"):
        await discord.press(reply, "Count", user=discord.somebody())
    pressed = await discord.press(reply, "Count")
    assert (pressed.text[:9], pressed.ephemeral) == ("1 pressed", True)
    with pytest.raises(AssertionError, match="reply to an ephemeral"):
        await discord.reply_to(reply, "hello")


async def test_form_comes_back_with_what_was_written_and_the_message_of_its_button(discord: Discord) -> None:
    asker = discord.somebody()
    chart = await discord.command("show", user=asker)
    form = await discord.press(chart, "Write", user=asker)
    assert isinstance(form, Form)
    assert (form.title, form.text) == ("Write", "Write\nPlease write.\nYour text")
    reply = await discord.submit(form, "abc")
    assert reply.text == f"written: abc on {chart.message['id']}"
    assert reply.ephemeral
    with pytest.raises(AssertionError, match="somebody else"):
        await discord.press(reply, "Anything", user=discord.somebody())


@pytest.mark.parametrize(("text", "said"), [("", "must be filled in"), ("ab", "3 to 10"), ("x" * 11, "3 to 10")])
async def test_form_is_not_sent_off_with_what_its_field_does_not_take(discord: Discord, text: str, said: str) -> None:
    form = await discord.press(await discord.command("show"), "Write")
    with pytest.raises(AssertionError, match=said):
        await discord.submit(form, text)
    assert (await discord.submit(form, **{"Your text": "x" * 10})).text.startswith("written: xxxxxxxxxx")


async def test_files_land_on_the_message_and_are_shown_by_their_address(discord: Discord) -> None:
    reply = await discord.command("show")
    chart = await discord.press(reply, "Chart")
    assert chart.message["id"] == reply.message["id"]
    assert chart.files == {"chart.png": PNG, "days.csv": b"day,count\n"}
    picture, table = chart.message["attachments"]
    assert (picture["filename"], picture["size"], picture["content_type"]) == ("chart.png", len(PNG), "image/png")
    assert table["content_type"] == "text/csv"
    assert chart.message["components"][0]["items"][0]["media"]["url"] == picture["url"]
    assert chart.message["components"][1]["file"]["url"] == table["url"]


async def test_further_message_after_a_deferred_update_is_a_new_one(discord: Discord) -> None:
    chart = await discord.press(await discord.command("show"), "Chart")
    reply = await discord.press(chart, "Count")
    assert (reply.text, reply.ephemeral) == ("chart.png", True)
    assert reply.message["id"] != chart.message["id"]


async def test_what_is_typed_is_completed(discord: Discord) -> None:
    assert await discord.complete("fruit", ripe=False, name="ap") == [
        {"name": "Apple", "value": "apple"},
        {"name": "Apricot", "value": "apricot"},
    ]
    assert await discord.complete("fruit", name="x", guild=None) == []
    with pytest.raises(AssertionError, match="not completed"):
        await discord.complete("fruit", ripe=True)


async def test_command_is_not_given_in_a_way_that_no_client_would(discord: Discord) -> None:
    for options, error in (({}, "needs"), ({"colour": "x"}, "no option"), ({"name": 1}, "takes no int")):
        with pytest.raises(AssertionError, match=error):
            await discord.command("fruit", **options)
    with pytest.raises(AssertionError, match="needs one of"):
        await discord.command("settings")
    with pytest.raises(AssertionError, match="is no command"):
        await discord.command("settings show")


async def test_subcommand_takes_a_channel(discord: Discord) -> None:
    reply = await discord.command("settings channel", where=LISTED.channel)
    assert reply.text == f"{LISTED.channel_id} general"


async def test_menu_of_a_message_brings_its_content_in_a_server_and_in_direct_messages(discord: Discord) -> None:
    somebody = discord.somebody()
    foreign = await discord.say("not for the bot", user=somebody, guild=LISTED)
    here = await discord.say("in private", user=somebody, guild=None)
    for message, content in ((foreign, "not for the bot"), (here, "in private")):
        reply = await discord.menu("Quote this", message)
        assert reply.text == f"“{content}” by {somebody.name}"


async def test_reply_that_pings_the_bot_brings_the_message_with_its_components(discord: Discord) -> None:
    chart = await discord.command("show")
    reply = await discord.reply_to(chart, "And then?")
    assert reply.text == "TextChannel: And then? (to 1 components)"


async def test_reply_that_does_not_ping_and_mention_of_another_are_not_for_the_bot(
    discord: Discord, server: DiscordServer
) -> None:
    reply = await discord.command("show")
    await discord.say("And then?", user=discord.somebody(), reply_to=reply, ping=False)
    await discord.mention("hello")
    assert [post["content"] for post in server.state.posts] == [f"TextChannel: {BOT.mention} hello"]


async def test_thread_begins_below_a_message_and_the_bot_hears_what_is_said_there(
    discord: Discord, server: DiscordServer
) -> None:
    reply = await discord.command("show")
    answer = await discord.press(reply, "Thread")
    assert answer.text == f"{LISTED.channel_id} True"
    thread = await discord.thread(reply)
    assert (thread.id, thread.parent, thread.name) == (reply.message["id"], LISTED.channel, "Go on")
    assert (await discord.say_in(thread, "hello")).text == f"Thread: {BOT.mention} hello"
    inside = await discord.command("show", channel=thread)
    assert inside.message["channel_id"] == thread.id
    assert (await discord.press(inside, "Count")).text.startswith("1 pressed")
    assert (await discord.press(reply, "Thread")).text == "400/160004"


async def test_thread_is_refused_where_the_bot_may_not_begin_one(discord: Discord, server: DiscordServer) -> None:
    reply = await discord.command("show")
    await server.deny(LISTED, CREATE_PUBLIC_THREADS)
    assert (await discord.press(reply, "Thread")).text == "403/50013"
    message = await discord.command("show", guild=NOT_JOINED)
    assert (await discord.press(message, "Thread")).text == "403/50001"


async def test_channel_that_denies_everyone_threads_denies_them_to_the_bot(server: DiscordServer) -> None:
    async with running(server) as bot:
        channel: Any = bot.get_channel(int(LISTED.channel_id))
        assert channel.permissions_for(channel.guild.me).create_public_threads
        await server.deny(LISTED, CREATE_PUBLIC_THREADS)
        await bot.wait_for("guild_channel_update", timeout=5)
        assert not channel.permissions_for(channel.guild.me).create_public_threads


async def test_menu_of_choices_takes_what_it_offers(discord: Discord) -> None:
    reply = await discord.command("show")
    assert (await discord.select(reply, "Which?", "2")).text == "2"
    with pytest.raises(AssertionError, match="offers"):
        await discord.select(reply, "choice", "3")


async def test_interaction_says_where_it_comes_from_and_in_which_language(
    discord: Discord, server: DiscordServer
) -> None:
    anna, group = User.new("anna"), server.state.group(User.new("bea"), User.new("carl"))
    texts = [
        (await discord.command("show", user=anna, guild=LISTED, locale="de")).text[:6],
        (await discord.command("show", user=anna, guild=None, locale="fr")).text[:6],
        (await discord.command("show", user=anna, channel=group)).text[:9],
    ]
    assert texts == ["0 de 0", "0 fr 1", "0 en-US 2"]


async def test_messages_of_a_bot_that_ended_are_still_there_for_the_next(server: DiscordServer) -> None:
    discord = Discord(server)
    async with running(server):
        reply = await discord.command("show")
        hidden = await discord.command("show", private=True)
        form = await discord.press(reply, "Write")
        await discord.press(reply, "Thread")
    async with running(server) as bot:
        assert (await discord.press(reply, "Count")).text.startswith("1 pressed")
        assert (await discord.press(hidden, "Count")).text.startswith("1 pressed")
        assert (await discord.submit(form, "again")).text.startswith("written: again")
        thread = await discord.thread(reply)
        assert isinstance(thread, Channel)
        known: Any = bot.get_channel(int(thread.id))
        assert (known.name, known.parent_id) == ("Go on", int(LISTED.channel_id))
        assert (await discord.say_in(thread, "hello")).text.startswith("Thread:")


async def test_everything_the_small_bot_sends_fits_discords_description(
    discord: Discord, server: DiscordServer
) -> None:
    reply = await discord.command("show", guild=UNLISTED)
    form = await discord.press(reply, "Write")
    await discord.submit(form, "abc")
    await discord.press(reply, "Thread")
    await discord.complete("fruit", name="a")
    await discord.press(await discord.press(reply, "Chart"), "Count")
    openapi = OpenApi()
    assert [
        wrong for request in server.requests if (wrong := openapi.wrong(request.method, request.path, request.body))
    ] == []
