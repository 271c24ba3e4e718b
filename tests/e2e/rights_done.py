"""What each cell of the table of rights means to who may: the act itself, and what it leaves behind. The cells of a
command are done in the order of the table, and one may use the message that another brought."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tests.e2e.moderating import Acting, lines, live, words
from tests.support.discord.driver import Reply, has_ended

__all__ = ["DONE"]

Act = Callable[[Acting], Awaitable[None]]


async def reindex(me: Acting) -> None:
    me.change()
    before = live(me.world)
    assert "**The index is rebuilt**" in (await me.command("reindex")).text
    assert live(me.world) != before
    me.wrote("reindex", f"snapshot {live(me.world)} is live")


async def preview(me: Acting) -> None:
    me.change()
    before = live(me.world)
    me.kept["preview"] = reply = await me.command("reindex", preview=True)
    assert "**This is a preview**" in reply.text
    assert live(me.world) == before
    me.wrote("preview", "is built, not live")


async def make_live(me: Acting) -> None:
    before = live(me.world)
    assert "**The index is rebuilt**" in (await me.press(me.kept["preview"], "Make it live")).text
    assert live(me.world) != before
    me.wrote("made live", f"snapshot {live(me.world)} is live")


async def discard(me: Acting) -> None:
    reply, before = await me.command("reindex", preview=True), live(me.world)
    assert "The preview is discarded" in (await me.press(reply, "Discard")).text
    assert live(me.world) == before
    me.wrote("preview", "discarded")


async def cancel(me: Acting) -> None:
    before = live(me.world)
    async with me.slow.waited_for(me.world.seeds, me.discord, **me.how) as (exchange, shown):
        await (await me.discord.send_press(shown, "Cancel", **me.rights)).acknowledged()
    assert "was cancelled" in (await me.discord.reply(exchange, until=has_ended)).text
    assert live(me.world) == before
    me.wrote("reindex", "cancelled")


async def add(me: Acting) -> None:
    name, text = f"of-{me.user.id}.txt", words()
    me.kept["added"] = reply = await attached(me, name, text)
    assert f"**Added**: {name}" in reply.text.replace("\\", "")
    assert (me.world.seeds / name).read_text() == text
    me.wrote(f"source add {name}", "added")


async def attached(me: Acting, name: str, text: str) -> Reply:
    return await me.command("source add", file=me.world.server.cdn.hold(name, text.encode()))


async def list_(me: Acting) -> None:
    reply = await me.command("source list")
    assert f"of-{me.user.id}.txt" in reply.text.replace("\\", "")


async def choose_source(me: Acting) -> None:
    name = f"of-{me.user.id}.txt"
    assert await me.typed("source remove", "name", name[:-3]) == [name]


async def ask_to_remove(me: Acting) -> None:
    name = f"of-{me.user.id}.txt"
    me.kept["remove"] = await me.command("source remove", name=name)
    assert {"Remove", "Leave it"} <= set(me.kept["remove"].buttons)
    assert (me.world.seeds / name).exists()


async def replace(me: Acting) -> None:
    name, text = f"of-{me.user.id}.txt", words()
    reply = await attached(me, name, text)
    assert "**Replaced**" in (await me.press(reply, "Replace")).text
    assert (me.world.seeds / name).read_text() == text
    me.wrote(f"source add {name}", "replaced")


async def leave(me: Acting) -> None:
    name = f"of-{me.user.id}.txt"
    before, written = (me.world.seeds / name).read_text(), lines(me.world)
    assert "Nothing changed" in (await me.press(await attached(me, name, words()), "Leave it")).text
    assert (me.world.seeds / name).read_text() == before
    assert lines(me.world) == written


async def reindex_now(me: Acting) -> None:
    before = live(me.world)
    assert "**The index is rebuilt**" in (await me.press(me.kept["added"], "Reindex now")).text
    assert live(me.world) != before
    me.wrote("reindex", f"snapshot {live(me.world)} is live")


async def remove(me: Acting) -> None:
    assert "**Removed**" in (await me.press(me.kept["remove"], "Remove")).text
    assert not (me.world.seeds / f"of-{me.user.id}.txt").exists()
    me.wrote("source remove", "removed")


async def snapshots(me: Acting) -> None:
    me.kept["snapshots"] = reply = await me.command("snapshots")
    assert f" ({live(me.world).partition('-')[2][:4]}" in reply.text


async def page_of_snapshots(me: Acting) -> None:
    assert "snapshots**" in (await me.forge(me.kept["snapshots"], "footnote:snapshots::0:1")).text


async def compare(me: Acting) -> None:
    assert "From the live snapshot to" in (await me.press(me.kept["snapshots"], "What changed", 1)).text


async def older(me: Acting) -> str:
    return (await me.typed("rollback", "id"))[0]


async def roll_back_asked(me: Acting) -> None:
    before = live(me.world)
    me.kept["rollback"] = await me.command("rollback", id=await older(me))
    assert "Roll back to this snapshot?" in me.kept["rollback"].text
    assert live(me.world) == before


async def choose_snapshot(me: Acting) -> None:
    offered = await me.typed("rollback", "id")
    assert offered
    assert live(me.world) not in offered


async def roll_back_pressed(me: Acting) -> None:
    assert "Roll back to this snapshot?" in (await me.press(me.kept["snapshots"], "Roll back", 1)).text


async def roll_back_not(me: Acting) -> None:
    before = live(me.world)
    reply = await me.command("rollback", id=await older(me))
    assert "Nothing was changed" in (await me.press(reply, "Cancel")).text
    assert live(me.world) == before


async def roll_back(me: Acting) -> None:
    before, to = live(me.world), await older(me)
    assert "**Rolled back**" in (await me.press(me.kept["rollback"], "Roll back")).text
    assert live(me.world) == to != before
    me.wrote(f"rollback {to}", f"snapshot {to} is live")


async def audit(me: Acting) -> None:
    me.kept["audit"] = reply = await me.command("audit")
    assert f"<@{me.user.id}>" in reply.text
    assert "rollback " in reply.text


async def page_of_audit(me: Acting) -> None:
    assert "**Audit**" in (await me.forge(me.kept["audit"], "footnote:audit::0:1")).text


async def gaps(me: Acting) -> None:
    question = f"Who painted the {words().split()[4]} portraits of Naunton?"
    await me.discord.press(await me.discord.ask(question, **me.how), "Report the gap", **me.rights)
    me.kept["gaps"] = reply = await me.command("gaps")
    assert question in reply.text


async def page_of_gaps(me: Acting) -> None:
    assert " open gap" in (await me.forge(me.kept["gaps"], "footnote:gaps::0:1")).text


async def export(me: Acting) -> None:
    assert list((await me.press(me.kept["gaps"], "Export CSV")).files) == ["gaps.csv"]


async def solve(me: Acting) -> None:
    before = me.world.rows("SELECT * FROM solved")
    assert "Solved: " in (await me.press(me.kept["gaps"], "Mark as solved", 1)).text
    assert len(me.world.rows("SELECT * FROM solved")) > len(before)


async def stats(me: Acting) -> None:
    me.kept["stats"] = await me.command("stats")
    assert "Questions: " in me.kept["stats"].text


async def week(me: Acting) -> None:
    assert "The last 7 days" in (await me.press(me.kept["stats"], "7 days")).text


def setting(name: str, value: object, back: object, option: str) -> Act:
    """Changes one of the server's settings, and changes it back."""

    async def change(me: Acting) -> None:
        before = me.world.rows("SELECT * FROM settings")
        assert "**Changed.**" in (await me.command(f"settings {name}", **{option: value})).text
        assert me.world.rows("SELECT * FROM settings") != before
        assert "**Changed.**" in (await me.command(f"settings {name}", **{option: back})).text

    return change


async def show(me: Acting) -> None:
    assert "Threads: " in (await me.command("settings show")).text


async def choose_channel(me: Acting) -> None:
    assert me.who.guild is not None
    here = me.who.guild.channel
    for options in ({"add": here}, {"clear": True}):
        reply = await me.command("settings channels", **options)
        assert "**Changed.**" in reply.text, reply.text


DONE: Mapping[str, Mapping[str, Act]] = {
    "/reindex": {
        "/reindex": reindex,
        "preview": preview,
        "Make it live": make_live,
        "Discard": discard,
        "Cancel": cancel,
    },
    "/source": {
        "add": add,
        "list": list_,
        "remove": ask_to_remove,
        "choices": choose_source,
        "Replace": replace,
        "Leave it": leave,
        "Reindex now": reindex_now,
        "Remove": remove,
    },
    "/snapshots": {
        "/snapshots": snapshots,
        "page": page_of_snapshots,
        "What changed": compare,
        "/rollback": roll_back_asked,
        "choices": choose_snapshot,
        "ask": roll_back_pressed,
        "Cancel": roll_back_not,
        "Roll back": roll_back,
    },
    "/audit": {"/audit": audit, "page": page_of_audit},
    "/gaps": {"/gaps": gaps, "page": page_of_gaps, "Export CSV": export, "Mark as solved": solve},
    "/stats": {"/stats": stats, "7 days": week},
    "/settings": {
        "show": show,
        "private": setting("private", True, False, "on"),
        "threads": setting("threads", False, True, "on"),
        "cooldown": setting("cooldown", 7, 0, "seconds"),
        "channels": choose_channel,
    },
}
