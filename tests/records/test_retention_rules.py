"""What retention removes besides conversations: each rule takes what is over and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.delivery import link_attempts
from records.files import downloads
from records.own import authorisations, codes, phones, sign_in_attempts
from records.own.authorisations import Grant
from records.privacy.settings import Settings
from records.retention import preview, remove
from tests.conftest import VAULT_KEY

KEY = bytes(range(32))
NOW = datetime.now(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def code(db: AsyncConnection, talk: UUID, ago: timedelta) -> None:
    wish = codes.Wish(talk, "sign_in", uuid4().bytes * 2, uuid4().bytes * 2)
    await codes.keep(db, wish, bytes(32), NOW - ago)


async def phone(db: AsyncConnection, talk: UUID, ago: timedelta) -> None:
    holder = phones.Holder(f"sub-{uuid4()}", "王芳", "31010119800101001X")
    await phones.register(db, KEY, b"i" * 32, uuid4().bytes * 2, holder, NOW - ago)


async def sign_in_link(db: AsyncConnection, talk: UUID, ago: timedelta) -> None:
    await sign_in_attempts.begin(db, await a_talk(db), NOW - ago, 5)


async def chat_link(db: AsyncConnection, talk: UUID, ago: timedelta) -> None:
    await link_attempts.begin(db, await a_talk(db), NOW - ago)


async def download(db: AsyncConnection, talk: UUID, ago: timedelta) -> None:
    await downloads.offer(db, KEY, talk, downloads.File("x", "text/plain", b"x"), NOW - ago)


async def authorisation(db: AsyncConnection, talk: UUID, ago: timedelta) -> None:
    """One of seven days, given so long ago, that was used."""
    number, index = await _given(db, ago)
    await authorisations.use(db, KEY, number, index, "benefits", NOW - ago)


async def revoked_authorisation(db: AsyncConnection, talk: UUID, ago: timedelta) -> None:
    """One that would hold for months, revoked so long ago."""
    number, _ = await _given(db, ago, 365 * DAY)
    assert await authorisations.revoke(db, "citizen:x", number, NOW - ago)


async def _given(
    db: AsyncConnection, ago: timedelta, life: timedelta = 7 * DAY
) -> tuple[UUID, bytes]:
    until, index = NOW - ago + life, uuid4().bytes * 2
    grant = Grant("citizen:x", "王芳", "310199199003150241", "张三", ("benefits",), until)
    return await authorisations.give(db, KEY, grant, index, NOW - ago), index


async def a_talk(db: AsyncConnection) -> UUID:
    made = await db.execute(
        text("""
            INSERT INTO conversations (id, site, channel, token_hash, locale, created_at)
            VALUES (gen_random_uuid(), 'demo', 'web', 'x', 'zh-CN', now()) RETURNING id
        """)
    )
    return UUID(str(made.scalar_one()))


Make = Callable[[AsyncConnection, UUID, timedelta], Awaitable[None]]


@pytest.mark.parametrize(
    ("rule", "table", "make", "stays", "goes"),
    [
        ("codes by SMS", "codes", code, 23 * HOUR, 25 * HOUR),
        ("telephones", "phones", phone, 179 * DAY, 181 * DAY),
        ("sign-in links", "sign_in_attempts", sign_in_link, 23 * HOUR, 25 * HOUR),
        ("links of chat accounts", "link_attempts", chat_link, 23 * HOUR, 25 * HOUR),
        ("downloads", "downloads", download, HOUR / 6, HOUR / 3),
        ("authorisations that are over", "authorisations", authorisation, 36 * DAY, 38 * DAY),
        (
            "authorisations that are over",
            "authorisations",
            revoked_authorisation,
            29 * DAY,
            31 * DAY,
        ),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
async def test_what_is_over_is_shown_first_and_then_gone(
    database: AsyncEngine,
    database_url: str,
    rule: str,
    table: str,
    make: Make,
    stays: timedelta,
    goes: timedelta,
) -> None:
    settings = Settings(database_url=SecretStr(database_url), vault_key=SecretStr(VAULT_KEY))
    async with database.begin() as db:
        talk = await a_talk(db)
        for ago in (timedelta(0), stays, goes, goes + 5 * DAY):
            await make(db, talk, ago)
    async with database.connect() as db:
        due = {one.rule: one.rows for one in await preview(db, settings, NOW)}
        assert due[rule] == 2
        assert await _rows(db, table) == 4
    done = {one.rule: one.rows for one in await remove(database, settings, NOW)}
    assert {one: many for one, many in done.items() if many} == {rule: 2}
    async with database.connect() as db:
        assert await _rows(db, table) == 2
        assert sum((await _due(db, settings)).values()) == 0


async def _due(db: AsyncConnection, settings: Settings) -> dict[str, int]:
    return {one.rule: one.rows for one in await preview(db, settings, NOW)}


async def _rows(db: AsyncConnection, table: str) -> int:
    found = await db.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - ours
    return int(found.scalar_one())
