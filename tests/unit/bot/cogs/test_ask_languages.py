"""Everyone is answered in their own language, and nobody in another's, at payload level."""

from __future__ import annotations

import asyncio

from bot.text.i18n import language_for
from index.domain.errors import IndexMismatch
from tests.support.asking import MENTION, QUESTION, asked, labels, pressed, replied, slow_model
from tests.support.discord.forms import Form
from tests.support.discord.payloads import LISTED, UNLISTED, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary

GERMAN, JAPANESE, ENGLISH = language_for("de"), language_for("ja"), language_for("en-US")
SHOW = "Show in source"


def told_in(text: str) -> set[str]:
    """The languages that the buttons below an answer are in."""
    return {language.code for language in (GERMAN, JAPANESE, ENGLISH) if language.pgettext("button", SHOW) in text}


async def test_a_command_is_answered_in_the_language_of_who_gave_it(wire: Wire) -> None:
    message = await asked(wire, locale="de")
    assert GERMAN.gettext("Asked: {question}", question=QUESTION) in text_of(message)
    assert labels(message)[0] == GERMAN.pgettext("button", SHOW)
    assert GERMAN.pgettext("button", SHOW) != SHOW


async def test_a_button_answers_in_the_language_of_who_presses_it_and_not_of_who_asked(wire: Wire) -> None:
    message = await asked(wire, locale="de")
    reply = await pressed(wire, message, GERMAN.pgettext("button", "Helpful"), locale="ja")
    assert text_of(reply) == JAPANESE.gettext("Noted: helpful. Thank you.")


async def test_forms_refusals_and_errors_are_in_the_persons_language(library: JournalLibrary, wire: Wire) -> None:
    message = await asked(wire)
    form = await Form.opened(wire.press(message, "Ask a follow-up", locale="de"))
    assert form.title == GERMAN.pgettext("title", "Ask a follow-up")
    refusal = await wire.command("ask", {"question": " "}, locale="de").answer()
    english = await wire.command("ask", {"question": " "}).answer()
    assert text_of(refusal) == GERMAN.gettext(text_of(english)) != text_of(english)
    library.answer = ZeroDivisionError()
    incident = text_of(await asked(wire, locale="de"))
    assert incident.startswith(
        GERMAN.gettext(
            "Something went wrong on my side. Please try again; if it happens again, "
            "tell the bot's owner: incident {incident}.",
            incident="?",
        ).split("?")[0]
    )


async def test_a_button_of_another_version_says_so_in_the_persons_language(wire: Wire) -> None:
    message = await asked(wire)
    wire.people.current(message)["components"][0]["components"][-1]["components"][0]["custom_id"] = "x"
    english = text_of(await wire.press(message, "x").answer())
    german = text_of(await wire.press(message, "x", locale="de").answer())
    assert german == GERMAN.gettext(english) != english


async def test_a_message_is_answered_in_the_language_last_heard_of_its_author(wire: Wire) -> None:
    user = User.new()
    assert told_in((await replied(wire, QUESTION, user=user)).text) == {"en"}
    await wire.command("status", user=user, locale="de").answer()
    assert told_in((await replied(wire, QUESTION, user=user)).text) == {"de"}
    assert told_in((await replied(wire, f"{MENTION} {QUESTION}", guild=LISTED, user=user)).text) == {"de"}
    await pressed(wire, await asked(wire, user=User.new()), "Helpful", user=user, locale="ja")
    assert told_in((await replied(wire, QUESTION, user=user)).text) == {"ja"}
    assert told_in((await replied(wire, QUESTION, user=User.new())).text) == {"en"}


async def test_of_who_was_not_heard_before_the_language_is_their_servers(wire: Wire) -> None:
    wire.receive("GUILD_CREATE", wire.state.guild_create(UNLISTED) | {"preferred_locale": "ja"})
    user = User.new()
    assert told_in((await replied(wire, f"{MENTION} {QUESTION}", guild=UNLISTED, user=user)).text) == {"ja"}
    assert told_in((await replied(wire, f"{MENTION} {QUESTION}", guild=LISTED, user=user)).text) == {"en"}
    await asked(wire, user=user, locale="de")
    assert told_in((await replied(wire, f"{MENTION} {QUESTION}", guild=UNLISTED, user=user)).text) == {"de"}


async def test_a_language_without_a_catalogue_is_answered_in_english(wire: Wire) -> None:
    assert told_in(text_of(await asked(wire, locale="ko"))) == {"en"}


async def test_two_languages_at_once_are_not_mixed(library: JournalLibrary, wire: Wire) -> None:
    locales = ["de", "en-US", "ja"] * 4
    with slow_model(library):
        exchanges = [wire.command("ask", {"question": QUESTION}, locale=locale) for locale in locales]
        for exchange in exchanges:
            await exchange.acknowledged()
    replies = await asyncio.gather(*(exchange.answer() for exchange in exchanges))
    assert [told_in(text_of(message)) for message in replies] == [{locale[:2]} for locale in locales]


async def test_two_languages_at_once_are_not_mixed_in_what_goes_wrong(library: JournalLibrary, wire: Wire) -> None:
    library.answer = IndexMismatch("In English, at length.")
    locales = ["de", "ja", "en-US"]
    with slow_model(library):
        exchanges = [wire.command("ask", {"question": QUESTION}, locale=locale) for locale in locales]
        for exchange in exchanges:
            await exchange.acknowledged()
    replies = [text_of(await exchange.answer()).replace("\\", "") for exchange in exchanges]
    short = "The index does not fit this program: a moderator can build it anew with /reindex."
    assert replies == [GERMAN.gettext(short), JAPANESE.gettext(short), short]
