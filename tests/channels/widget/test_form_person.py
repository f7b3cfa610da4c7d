"""A member of staff in the chat without scripts: named, waited for by a tap, left by a button."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records import events, handovers
from records.database import open_database
from records.events import Line
from tests.channels.widget.test_form import FORM, browser, say
from tests.conftest import Gateway

__all__ = ["browser"]
STAFF = "daying"
HERE = Line("工作人员来了。", {"type": "notice", "level": "person_here"})
GONE = Line("工作人员离开了。", {"type": "notice", "level": "person_gone"})


@pytest.fixture
async def database(gateway: Gateway, database_url: str) -> AsyncIterator[AsyncEngine]:
    """What the console has of the same records."""
    opened = open_database(database_url, pool_size=1)
    yield opened
    await opened.dispose()


async def taken(browser: httpx.AsyncClient, database: AsyncEngine) -> tuple[UUID, int]:
    """The conversation of somebody whose wish for a person was taken, and its number."""
    await say(browser, text="转人工")
    now = datetime.now(UTC)
    async with database.begin() as db:
        talk = (await db.execute(text("SELECT id FROM conversations"))).scalar_one()
        number = (await handovers.request(db, talk, "asked", None, now)).id
        await handovers.take(db, number, STAFF, now)
        await events.append(db, talk, "system", [HERE], now)
    return talk, number


async def test_who_speaks_is_named_and_can_be_left(
    browser: httpx.AsyncClient, database: AsyncEngine
) -> None:
    talk, number = await taken(browser, database)
    async with database.begin() as db:
        await handovers.say(db, number, STAFF, Line("带身份证就行。"), datetime.now(UTC))
    page = await browser.get(FORM)
    assert "<b>工作人员</b>" in page.text
    assert "带身份证就行。" in page.text
    assert "正在和工作人员说话" in page.text
    assert 'value="结束人工"' in page.text
    assert 'value="转人工"' not in page.text
    async with database.begin() as db:
        await handovers.finish(db, number, STAFF, datetime.now(UTC))
        await events.append(db, talk, "system", [GONE], datetime.now(UTC))
    page = await browser.get(FORM)
    assert "正在和工作人员说话" not in page.text
    assert 'value="结束人工"' not in page.text
    assert 'value="转人工"' in page.text


async def test_what_was_sent_to_a_person_shows_at_once(
    browser: httpx.AsyncClient, database: AsyncEngine
) -> None:
    talk, number = await taken(browser, database)
    now = datetime.now(UTC)
    async with database.begin() as db:
        await events.append(db, talk, "citizen", [Line("我在成都")], now)
        seq = (await db.execute(text("SELECT last_seq FROM conversations"))).scalar_one()
    began = time.monotonic()
    page = await browser.get(f"/chat/form?after={seq}")
    assert time.monotonic() - began < 5
    assert "已送达" in page.text
    async with database.begin() as db:
        await handovers.say(db, number, STAFF, Line("到窗口办。"), now)
    page = await browser.get(f"/chat/form?after={seq}")
    assert "到窗口办。" in page.text
    assert "已送达" not in page.text
