"""Through the whole stack: what a citizen asks in vain stands in the inbox; every part is well."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from records.database import open_database
from records.staff import sessions
from records.staff.sessions import Person
from tests.journeys.conftest import Whole

ODD = "火星移民局的飞碟驾照年审找哪个柜台"


@pytest.fixture
async def staff(whole: Whole) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is signed in at the console of the stack."""
    settings, token = whole.stack.settings, secrets.token_urlsafe(32)
    database = open_database(settings["DATABASE_URL"])
    async with database.begin() as db:
        person = Person("journey", "某人", frozenset({"editor", "administrator"}))
        await sessions.open_session(db, token, secrets.token_urlsafe(32), person, datetime.now(UTC))
    await database.dispose()
    async with httpx.AsyncClient(
        base_url=settings["CONSOLE_URL"],
        cookies={"wenbao-console": token},
        trust_env=False,
        timeout=30,
    ) as http:
        yield http


async def until_it_says(staff: httpx.AsyncClient, path: str, words: str) -> str:
    """The page, once it has these words."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        page = (await staff.get(path)).text
        if words in page:
            return page
        await asyncio.sleep(0.5)
    raise AssertionError(page)


async def test_what_is_asked_in_vain_reaches_the_inbox(
    whole: Whole, staff: httpx.AsyncClient
) -> None:
    talk = await whole.talk()
    await talk.ask(ODD)
    page = await until_it_says(staff, f"/inbox?words={ODD[:4]}", ODD)
    assert "没答上1" in page or "反问1" in page
    await talk.http.delete(talk.path, headers=talk.headers)
    await until_it_says(staff, f"/inbox?words={ODD[:4]}", "没有这样的问题")


async def test_every_part_says_that_it_is_well(whole: Whole, staff: httpx.AsyncClient) -> None:
    page = await until_it_says(staff, "/operations/health", "引擎")
    assert "没有回应" not in page
    versions = await until_it_says(staff, "/operations/versions", "索引")
    assert "进程没有回应" not in versions
