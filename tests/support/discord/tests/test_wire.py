"""The wire: the same acts and rules as over the local server, without sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.discord.forms import Form
from tests.support.discord.payloads import BOT, CREATE_PUBLIC_THREADS, LISTED, User
from tests.support.discord.small_bot import PNG, SmallBot
from tests.support.discord.wire import Wire, on_wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with on_wire(SmallBot(), Wire()) as wire:
        yield wire


async def test_press_changes_the_message_that_the_button_is_on(wire: Wire) -> None:
    reply = await wire.command("show", user=User.new("anna")).answer()
    once = await wire.press(reply, "Count").answer()
    assert (once["id"], once["components"][0]["components"][0]["content"]) == (reply["id"], "1 pressed")
    assert [sent.message["id"] for sent in wire.sent if sent.message] == [reply["id"]] * 3


async def test_message_of_a_request_can_be_pressed(wire: Wire) -> None:
    wire.command("show")
    edit = await wire.sent.wait_for(lambda sent: sent.is_edit)
    assert edit.message is not None
    assert (await wire.press(edit.message, "Two", number=1).answer())["content"].startswith("two:1 by")


async def test_form_is_sent_off_by_the_interaction_that_opened_it(wire: Wire) -> None:
    anna = User.new("anna")
    reply = await wire.command("show", user=anna).answer()
    pressed = wire.press(reply, "Write", user=anna)
    assert await pressed.acknowledged() == 9
    assert Form(pressed).title == "Write"
    assert next(sent for sent in wire.sent if sent.is_form).text == "Write\nPlease write.\nYour text"
    answer = await wire.submit(pressed, "abc").answer()
    assert answer["content"] == f"written: abc on {reply['id']}"
    with pytest.raises(AssertionError, match="somebody else"):
        wire.press(answer, "Write", user=User.new())


async def test_form_that_did_not_come_is_not_sent_off(wire: Wire) -> None:
    reply = await wire.command("show").answer()
    with pytest.raises(AssertionError, match="the response is of type"):
        await Form.opened(wire.press(reply, "Count"))


async def test_what_is_typed_is_completed(wire: Wire) -> None:
    typed = wire.autocomplete("fruit", {"name": "b"}, guild=None)
    assert await typed.acknowledged() == 8
    assert typed.choices == [{"name": "Banana", "value": "banana"}]


async def test_menu_and_subcommand_reach_their_commands(wire: Wire) -> None:
    reply = wire.message("hello", user=User.new("bea"), guild=LISTED)
    assert (await wire.menu("Quote this", reply).answer())["content"] == "“hello” by bea"
    answer = await wire.command("settings channel", {"where": LISTED.channel}).answer()
    assert answer["content"] == f"{LISTED.channel_id} general"


async def test_reply_brings_the_message_it_replies_to(wire: Wire) -> None:
    reply = await wire.command("show").answer()
    wire.message("And then?", reply_to=reply)
    post = await wire.sent.wait_for(lambda sent: sent.is_post)
    assert post.text == "TextChannel: And then? (to 1 components)"


async def test_thread_is_heard_in_and_refused_without_the_permission(wire: Wire) -> None:
    reply = await wire.command("show").answer()
    assert (await wire.press(reply, "Thread").answer())["content"] == f"{LISTED.channel_id} True"
    assert [sent.status for sent in wire.sent if sent.is_thread] == [201]
    wire.message(f"{BOT.mention} hello", channel=wire.state.channels[reply["id"]])
    await wire.sent.wait_for(lambda sent: sent.text.startswith("Thread: "))
    wire.deny(LISTED, CREATE_PUBLIC_THREADS)
    other = await wire.command("show").answer()
    assert (await wire.press(other, "Thread").answer())["content"] == "403/50013"


async def test_files_of_a_request_are_kept(wire: Wire) -> None:
    reply = await wire.command("show").answer()
    chart = await wire.press(reply, "Chart").answer()
    edit = await wire.sent.wait_for(lambda sent: bool(sent.files))
    assert edit.files == wire.state.files_of(chart) == {"chart.png": PNG, "days.csv": b"day,count\n"}
    answer = await wire.press(chart, "Count").answer()
    assert (answer["content"], answer["flags"]) == ("chart.png", 64)
    assert [sent.ephemeral for sent in wire.sent if sent.is_follow_up] == [True]


async def test_response_later_than_three_seconds_is_refused(wire: Wire) -> None:
    exchange = wire.command("show")
    wire.now += 3.1
    callback = await wire.sent.wait_for(lambda sent: sent.is_callback)
    assert callback.status == 404
    assert exchange.acknowledged_after == float("inf")


async def test_another_client_on_the_same_wire_finds_the_messages_of_the_first() -> None:
    wire = Wire()
    async with on_wire(SmallBot(), wire):
        reply = await wire.command("show").answer()
        form = wire.press(reply, "Write")
        await form.acknowledged()
    async with on_wire(SmallBot(), wire):
        assert (await wire.press(reply, "Count").answer())["components"][0]["components"][0]["content"] == "1 pressed"
        assert (await wire.submit(form, "again").answer())["content"].startswith("written: again")
