"""The audit chain: whatever is done to it afterwards is found."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records import audit
from records.audit import CITIZENS, Act, ChainBroken
from records.database import open_database

KEY = b"k" * 32
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ENTRIES = 20

HEAD_BEHIND_LAST = """
    UPDATE audit_heads SET seq = (SELECT coalesce(max(seq), 0) FROM audit_entries),
        mac = coalesce((SELECT mac FROM audit_entries ORDER BY seq DESC LIMIT 1), '')
"""

Tampering = Callable[[random.Random], str]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute("TRUNCATE audit_entries, audit_heads")
    opened = open_database(database_url)
    yield opened
    await opened.dispose()


def act(number: int) -> Act:
    fields = {"region": "510000", "number": number, "found": number % 2 == 0, "note": "无"}
    return Act(f"citizen:{number % 3}", "look_up", f"contributions:{number}", fields)


async def write(database: AsyncEngine, many: int = ENTRIES, log: str = CITIZENS) -> None:
    for number in range(many):
        async with database.begin() as db:
            await audit.append(db, KEY, log, act(number), NOW + timedelta(seconds=number))


def edit(chance: random.Random) -> str:
    seq = chance.randint(1, ENTRIES)
    changed = chance.choice(
        [
            "actor = 'citizen:9'",
            "act = 'export'",
            "object = 'contributions:x'",
            "at = at - interval '1 microsecond'",
            "fields = jsonb_set(fields, '{region}', '\"310000\"')",
            "fields = fields - 'note'",
            "mac = decode(repeat('00', 32), 'hex')",
        ]
    )
    return f"UPDATE audit_entries SET {changed} WHERE seq = {seq}"  # noqa: S608


def delete(chance: random.Random) -> str:
    seq = chance.randint(1, ENTRIES - 1)
    if chance.random() < 0.5:
        return f"DELETE FROM audit_entries WHERE seq = {seq}"  # noqa: S608
    return (
        f"DELETE FROM audit_entries WHERE seq = {seq};"  # noqa: S608
        f"UPDATE audit_entries SET seq = -seq WHERE seq > {seq};"
        "UPDATE audit_entries SET seq = -seq - 1 WHERE seq < 0"
    )


def swap(chance: random.Random) -> str:
    one, other = chance.sample(range(1, ENTRIES + 1), 2)
    return (
        f"UPDATE audit_entries SET seq = 0 WHERE seq = {one};"  # noqa: S608
        f"UPDATE audit_entries SET seq = {one} WHERE seq = {other};"
        f"UPDATE audit_entries SET seq = {other} WHERE seq = 0"
    )


def truncate(chance: random.Random) -> str:
    last = chance.randint(0, ENTRIES - 1)
    cut = f"DELETE FROM audit_entries WHERE seq > {last}"  # noqa: S608
    if chance.random() < 0.5:
        return cut
    return f"{cut};{HEAD_BEHIND_LAST}"


def forge(chance: random.Random) -> str:
    copied = chance.randint(1, ENTRIES)
    row = (
        f"INSERT INTO audit_entries SELECT log, {ENTRIES + 1}, at, 'citizen:7', act, object,"  # noqa: S608
        f" fields, mac FROM audit_entries WHERE seq = {copied}"
    )
    if chance.random() < 0.5:
        return row
    return row + f";UPDATE audit_heads SET seq = {ENTRIES + 1}"  # noqa: S608


KINDS: list[Tampering] = [edit, delete, swap, truncate, forge]


async def tampered(db: AsyncConnection, statements: str) -> None:
    """As somebody who owns the database, but not the key."""
    await db.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in statements.split(";"):
        await db.execute(text(statement.replace(":", r"\:")))


async def test_a_chain_that_nobody_touched_is_whole(database: AsyncEngine) -> None:
    await write(database)
    async with database.connect() as db:
        assert await audit.verify(db, KEY, CITIZENS) == []
        entries = await audit.read(db, CITIZENS)
        assert [one.seq for one in entries] == list(range(1, ENTRIES + 1))
        assert entries[4].fields == {"region": "510000", "number": 4, "found": True, "note": "无"}
        newest = await audit.of_actor(db, CITIZENS, "citizen:1", most=2)
        assert [one.seq for one in newest] == [20, 17]


async def test_a_hundred_of_a_hundred_changes_are_found(database: AsyncEngine) -> None:
    await write(database)
    chance = random.Random(4)  # noqa: S311
    found = 0
    for number in range(100):
        async with database.connect() as db:
            statements = KINDS[number % len(KINDS)](chance)
            await tampered(db, statements)
            findings = await audit.verify(db, KEY, CITIZENS)
            assert findings, statements
            found += 1
            await db.rollback()
    assert found == 100
    async with database.connect() as db:
        assert await audit.verify(db, KEY, CITIZENS) == []


async def test_the_place_and_the_kind_of_a_change_are_told(database: AsyncEngine) -> None:
    await write(database)
    wanted = {
        "UPDATE audit_entries SET act = 'x' WHERE seq = 7": [(7, "altered")],
        "DELETE FROM audit_entries WHERE seq = 7": [(7, "missing")],
        "DELETE FROM audit_entries WHERE seq > 7": [(8, "truncated")],
        "UPDATE audit_heads SET seq = 20, mac = ''": [(20, "head_forged"), (20, "altered")],
        "DELETE FROM audit_heads": [(0, "head_forged")],
    }
    for statement, findings in wanted.items():
        async with database.connect() as db:
            await tampered(db, statement)
            told = await audit.verify(db, KEY, CITIZENS)
            assert [(one.seq, one.kind) for one in told] == findings, statement


async def test_an_anchor_shows_that_all_was_put_back_to_an_earlier_state(
    database: AsyncEngine,
) -> None:
    await write(database)
    async with database.connect() as db:
        anchor = await audit.anchor(db, CITIZENS)
    assert anchor is not None
    async with database.begin() as db:
        await tampered(db, "DELETE FROM audit_entries; DELETE FROM audit_heads")
    async with database.connect() as db:
        assert await audit.verify(db, KEY, CITIZENS) == []
        assert [f.kind for f in await audit.verify(db, KEY, CITIZENS, [anchor])] == ["head_forged"]
    await write(database, 5)
    async with database.connect() as db:
        assert await audit.verify(db, KEY, CITIZENS) == []
        assert [f.kind for f in await audit.verify(db, KEY, CITIZENS, [anchor])] == ["truncated"]
    await write(database, 20)
    async with database.connect() as db:
        assert [f.kind for f in await audit.verify(db, KEY, CITIZENS, [anchor])] == ["altered"]
        forged = replace(anchor, seq=3)
        told = await audit.verify(db, KEY, CITIZENS, [forged])
        assert [f.kind for f in told] == ["head_forged"]


async def test_a_forged_head_is_never_written_over(database: AsyncEngine) -> None:
    await write(database)
    async with database.begin() as db:
        await tampered(
            db, "DELETE FROM audit_entries WHERE seq > 5; UPDATE audit_heads SET seq = 5"
        )
    with pytest.raises(ChainBroken):
        async with database.begin() as db:
            await audit.append(db, KEY, CITIZENS, act(6), NOW)
    async with database.connect() as db:
        assert len(await audit.read(db, CITIZENS)) == 5


async def test_the_database_itself_refuses_changes(database: AsyncEngine) -> None:
    await write(database, 3)
    for statement in ("UPDATE audit_entries SET act = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with database.begin() as db:
                await db.execute(text(statement))


async def test_many_writers_make_one_chain_and_logs_do_not_mix(database: AsyncEngine) -> None:
    async def one(number: int) -> None:
        async with database.begin() as db:
            log = CITIZENS if number % 2 else "staff"
            await audit.append(db, KEY, log, act(number), NOW)

    await asyncio.gather(*(one(number) for number in range(60)))
    async with database.connect() as db:
        assert await audit.logs(db) == [CITIZENS, "staff"]
        for log in (CITIZENS, "staff"):
            assert len(await audit.read(db, log)) == 30
            assert await audit.verify(db, KEY, log) == []
        assert await audit.verify(db, b"x" * 32, "staff") != []


async def test_an_act_that_was_not_done_leaves_no_line(database: AsyncEngine) -> None:
    await write(database, 2)
    async with database.connect() as db:
        await audit.append(db, KEY, CITIZENS, act(3), NOW)
        await db.rollback()
    await write(database, 1)
    async with database.connect() as db:
        assert len(await audit.read(db, CITIZENS)) == 3
        assert await audit.verify(db, KEY, CITIZENS) == []
