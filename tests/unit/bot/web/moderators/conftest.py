"""The moderators' page, and people in its servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.discord.payloads import LISTED, MODERATOR_ROLE, User
from tests.support.moderators_page import Browser, ModeratorsPage, moderators_page


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[ModeratorsPage]:
    async with moderators_page(tmp_path) as page:
        yield page


@pytest.fixture
def moderator(page: ModeratorsPage) -> User:
    """A member of the listed server with a moderator role."""
    user = User.new("librarian")
    page.discord.oauth.join(user, LISTED, MODERATOR_ROLE)
    return user


@pytest.fixture
async def browser(page: ModeratorsPage, moderator: User) -> Browser:
    """A browser in which the moderator is signed in."""
    return await page.signed_in(moderator)
