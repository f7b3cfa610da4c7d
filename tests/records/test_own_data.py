"""Erasure and export of a person's data, from every table there is or will be."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.database import open_database
from records.exchange import cases
from records.privacy import holdings
from records.privacy.erasure import erase
from records.privacy.export import gathered
from records.privacy.holdings import Subject, subject_of
from records.tables import metadata
from records.vault import reference

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
KEY, INDEX_KEY = b"k" * 32, b"i" * 32
# What one person's rows have to name; found by the tables' foreign keys.
ACCOUNT = "account-of-the-tests"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_database(database_url)
    async with opened.begin() as db:
        await db.execute(
            text("""
                INSERT INTO channel_accounts (id, channel, name, site, sealed_secrets, updated_at)
                VALUES (:id, 'wechat', 'x', 'demo', 'x', :now) ON CONFLICT DO NOTHING
            """),
            {"id": ACCOUNT, "now": NOW},
        )
    yield opened
    await opened.dispose()


def value(column: Any, marker: str) -> Any:
    """Something of the column's type that carries the person's marker where it can."""
    kinds = {
        Text: marker,
        LargeBinary: marker.encode() + uuid4().bytes,
        Uuid: uuid4(),
        Boolean: False,
        DateTime: NOW,
        Date: date(2026, 11, 25),
        JSONB: {"marker": marker},
        ARRAY: [marker],
        BigInteger: random.randrange(2**31),  # noqa: S311
        Integer: 1,
        Float: 1.0,
    }
    return next(made for kind, made in kinds.items() if isinstance(column.type, kind))


async def fill(db: AsyncConnection, table: Table, marker: str, **given: Any) -> None:
    """One row of the person; columns that may be empty or fill themselves are left out."""
    row = {
        column.key: given.get(column.name, value(column, marker))
        for column in table.columns
        if column.identity is None and (column.name in given or not column.nullable)
        if column.name in given or column.server_default is None
    }
    await db.execute(insert(table).values(row))


async def message_of(db: AsyncConnection, table: Table, conversation: UUID) -> int | None:
    """The conversation's message, where the table's rows cannot be without one."""
    if "message" not in table.columns or table.columns["message"].nullable:
        return None
    messages = metadata.tables["messages"]
    found = await db.execute(
        select(messages.c.id).where(messages.c.conversation == conversation).limit(1)
    )
    return int(found.scalar_one())


async def person(db: AsyncConnection, number: int) -> Subject:
    """Somebody with two conversations and a row wherever a row can be."""
    sub, marker = f"sub-{number}-{uuid4()}", f"marker-{number}-{uuid4()}"
    subject = Subject(sub, f"3101991990010{number:05d}"[:18], (uuid4(), uuid4()), INDEX_KEY)
    for conversation in subject.conversations:
        await fill(
            db,
            metadata.tables["conversations"],
            marker,
            id=conversation,
            site="demo",
            token_hash=uuid4().bytes,
        )
        for table in holdings.of_conversations():
            fixed = {"citizen": sub} if table.name == "identities" else {}
            fixed |= {"message": await message_of(db, table, conversation)}
            await fill(db, table, marker, conversation=conversation, account=ACCOUNT, **fixed)
    named = {
        "citizen": subject.who,
        "account": ACCOUNT,
        "conversation": subject.conversations[0],
        "citizen_index": subject.index(holdings.FINDING),
        "state": "closed",
    }
    for table, _ in holdings.named_rows(subject):
        await fill(db, table, marker, **named)
    await fill(
        db,
        metadata.tables["authorisations"],
        marker,
        citizen="citizen:somebody",
        delegate_index=subject.index(holdings.DELEGATE),
    )
    await fill(db, metadata.tables["lookups"], "x", citizen=sub)
    return subject


async def everything(db: AsyncConnection) -> str:
    """All tables as text, binary columns too."""
    told = []
    for table in metadata.sorted_tables:
        for row in await db.execute(select(table)):
            told.append(f"{table.name}: " + " ".join(map(_text, row)))
    return "\n".join(told)


def _text(one: object) -> str:
    if isinstance(one, bytes | memoryview):
        return bytes(one).hex() + " " + ascii(bytes(one))
    return str(one)


def goes_on(subject: Subject, line: str) -> bool:
    """The conversation that asked, what it is answering just now, and the way back to it."""
    kept = ("threads:", "conversations:", "messages:", "deliveries:")
    return line.startswith(kept) and str(subject.conversations[0]) in line


def names(subject: Subject) -> list[str]:
    """Everything by which the person could be known in a dump."""
    return [
        subject.citizen,
        *map(str, subject.conversations[1:]),
        subject.index(holdings.FINDING).hex(),
        subject.index(holdings.DELEGATE).hex(),
        f"marker-{subject.citizen.split('-')[1]}-",
    ]


def test_every_table_is_covered_by_export_and_erasure_or_named_as_holding_nothing() -> None:
    subject = Subject("x", "y", (), INDEX_KEY)
    personal = {"conversation", "citizen", "citizen_index", "external_index", "phone_index"}
    forgotten = [
        table.name
        for table in metadata.sorted_tables
        if personal & {column.name for column in table.columns}
        and table.name not in holdings.named_tables(subject)
    ]
    assert forgotten == []


@pytest.mark.timeout(300)
async def test_a_hundred_people_are_erased_and_nothing_is_left_of_any(
    database: AsyncEngine,
) -> None:
    async with database.begin() as db:
        people = [await person(db, number) for number in range(1000, 1100)]
        stays = await person(db, 2000)
    async with database.connect() as db:
        before = await everything(db)
    for subject in people:
        assert all(name in before for name in names(subject))
        async with database.begin() as db:
            found = await subject_of(db, subject.citizen, subject.id_number, INDEX_KEY)
            assert set(found.conversations) == set(subject.conversations)
            receipt = await erase(db, subject, subject.conversations[0], NOW)
        assert receipt.kept == 0
        assert sum(receipt.counts.values()) > 20
    async with database.connect() as db:
        after = await everything(db)
        assert (await db.execute(text("SELECT count(*) FROM erasure_receipts"))).scalar() == 100
        waiting = (await db.execute(text("SELECT conversation FROM erasures"))).scalars().all()
    without_orders = "\n".join(
        line for line in after.splitlines() if not line.startswith("erasures:")
    )
    residue = [
        (name, line)
        for subject in people
        for name in names(subject)
        for line in without_orders.splitlines()
        if name in line and not goes_on(subject, line)
    ]
    assert residue == []
    assert all(name in after for name in names(stays))
    assert len(set(waiting)) == 200  # all of them, for the engine to forget


async def talk_of_three(db: AsyncConnection, conversation: UUID) -> None:
    """Nothing is said anywhere but here: answered, told, and being answered."""
    await db.execute(text("DELETE FROM events"))
    await db.execute(text("DELETE FROM messages"))
    for seq, answered in ((1, NOW), (3, None)):
        await db.execute(
            text("""
                WITH m AS (
                    INSERT INTO messages (conversation, delivery, fingerprint, seq, text,
                        received_at, answered_at)
                    VALUES (:id, 'd' || CAST(:seq AS int), 'x', CAST(:seq AS int), 'said',
                        :now, :answered)
                    RETURNING id
                )
                INSERT INTO events (conversation, seq, at, "from", text, message)
                SELECT :id, CAST(:seq AS int), :now, 'citizen', 'said', id FROM m
            """),
            {"id": conversation, "seq": seq, "now": NOW, "answered": answered},
        )
    told = """INSERT INTO events (conversation, seq, at, "from", text)
        VALUES (:id, 2, :now, 'system', 'told')"""
    await db.execute(text(told), {"id": conversation, "now": NOW})


async def test_the_conversation_that_asked_goes_on_empty_with_what_is_being_answered(
    database: AsyncEngine,
) -> None:
    async with database.begin() as db:
        subject = await person(db, 1)
        current = subject.conversations[0]
        await talk_of_three(db, current)
    async with database.begin() as db:
        await erase(db, subject, current, NOW)
    async with database.connect() as db:
        kept = await db.execute(
            text("SELECT seq FROM events WHERE conversation = :id"), {"id": current}
        )
        assert [row.seq for row in kept] == [3]
        gone = await db.execute(
            text("SELECT count(*) FROM identities WHERE conversation = :id"), {"id": current}
        )
        assert gone.scalar() == 0


async def test_a_case_under_way_stays_until_it_is_over_and_is_told(database: AsyncEngine) -> None:
    async with database.begin() as db:
        subject = await person(db, 1)
        await db.execute(text("UPDATE exchange_cases SET state = 'in_progress'"))
        receipt = await erase(db, subject, subject.conversations[0], NOW)
        assert receipt.kept == 1
        assert (await db.execute(text("SELECT count(*) FROM exchange_cases"))).scalar() == 1


async def test_the_audit_rows_of_look_ups_stay_without_the_name(database: AsyncEngine) -> None:
    async with database.begin() as db:
        subject = await person(db, 1)
        await erase(db, subject, subject.conversations[0], NOW)
        rows = (await db.execute(text("SELECT citizen FROM lookups"))).scalars().all()
    assert rows == [reference(INDEX_KEY, subject.citizen)]


async def test_an_export_holds_a_section_of_every_table_and_nobody_elses_rows(
    database: AsyncEngine,
) -> None:
    async with database.begin() as db:
        subject, other = await person(db, 1), await person(db, 2)
        await db.execute(text("DELETE FROM exchange_cases"))
        draft = {"country": "DE", "id_number": "31019919900101123X"}
        for one in (subject, other):
            await cases.begin(
                db, KEY, "coverage_certificate", one.conversations[0], one.who, "DE", draft, NOW
            )
    async with database.connect() as db:
        told = await gathered(db, KEY, subject)
    expected = {table.name for table in holdings.of_conversations()}
    expected |= {table.name for table, _ in holdings.named_rows(subject)} | {"lookups"}
    assert set(told) == expected
    written = str(told)
    assert all(name not in written for name in (other.citizen, other.who, "marker-2-"))
    assert str(UUID(str(other.conversations[0]))) not in written
    assert told["exchange_cases"][0]["draft"] == {
        "country": "DE",
        "id_number": "3****************X",
    }
