"""Conversations, messages, events and what belongs to them, in a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy.ext.asyncio import AsyncEngine

from records import conversations, events, feedback, messages, sealed_values
from records.conversations import Conversation
from records.database import AtOnce, each_at_once
from records.events import Line
from records.messages import Arrival
from records.places import sites
from records.sealed_values import SealedValue

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def at_once(database: AsyncEngine) -> AtOnce:
    return each_at_once(database)


@pytest.fixture
async def talk(database: AsyncEngine) -> UUID:
    opened = Conversation(uuid4(), "demo", "web", b"h" * 32, "zh-CN", "510000")
    async with database.begin() as db:
        await conversations.open_one(db, opened, NOW)
    return opened.id


def arrival(talk: UUID, delivery: str = "d1", text: str = "你好") -> Arrival:
    return Arrival(talk, delivery, b"f" * 32, "citizen", text, text, None)


async def test_a_conversation_is_found_with_what_its_site_allows(
    at_once: AtOnce, talk: UUID
) -> None:
    async with at_once.connect() as db:
        found = await conversations.find(db, talk)
        assert found is not None
        assert (found.region, found.origins, found.messages_per_minute) == ("510000", (), None)
        assert await conversations.find(db, uuid4()) is None


async def test_events_are_numbered_without_gaps_by_many_writers(
    at_once: AtOnce, database: AsyncEngine, talk: UUID
) -> None:
    async def say(place: int) -> None:
        async with at_once.connect() as db:
            await messages.keep(db, arrival(talk, f"d{place}"), NOW)

    async def tell() -> None:
        async with database.begin() as db:
            await events.append(db, talk, "system", [Line("一"), Line("二", {"type": "x"})], NOW)

    await asyncio.gather(*(say(place) for place in range(20)), *(tell() for _ in range(10)))
    async with at_once.connect() as db:
        found = await events.after(db, talk, 0)
    assert found is not None
    assert [event.seq for event in found.events] == list(range(1, 41))


async def test_a_delivery_is_kept_once_and_a_repeat_changes_nothing(
    at_once: AtOnce, talk: UUID
) -> None:
    async with at_once.connect() as db:
        assert await messages.keep(db, arrival(talk), NOW) == 1
        with pytest.raises(UniqueViolation):
            await messages.keep(db, arrival(talk, text="别的"), NOW)
        known = await messages.known(db, talk, "d1")
        assert known is not None
        assert (known.seq, known.fingerprint) == (1, b"f" * 32)
        assert await messages.keep(db, arrival(talk, "d2"), NOW) == 2


async def test_nothing_is_kept_for_a_conversation_that_ended(at_once: AtOnce) -> None:
    async with at_once.connect() as db:
        assert await messages.keep(db, arrival(uuid4()), NOW) is None
        assert await events.append(db, uuid4(), "system", [Line("x")], NOW) is False
        assert await events.after(db, uuid4(), 0) is None
        assert await messages.count_waiting(db) == 0


async def test_only_the_first_answer_of_two_workers_is_stored(at_once: AtOnce, talk: UUID) -> None:
    async with at_once.connect() as db:
        await messages.keep(db, arrival(talk), NOW)
        message = await messages.next_waiting(db, talk)
    assert message is not None

    async def answer(words: str) -> events.Stored | None:
        async with at_once.connect() as db:
            lines = [Line(words, {"type": "answer"}), Line("还有")]
            return await events.answer(db, talk, message.id, lines, "answered", NOW)

    stored = await asyncio.gather(*(answer(f"答{n}") for n in range(8)))
    assert sum(one is not None for one in stored) == 1
    async with at_once.connect() as db:
        found = await events.after(db, talk, 1)
        assert found is not None
        assert [(event.seq, event.sender) for event in found.events] == [(2, "bot"), (3, "bot")]
        assert (found.events[0].card, found.events[1].card) == ({"type": "answer"}, None)
        assert await messages.next_waiting(db, talk) is None


async def test_an_answer_tells_whether_another_message_waits(at_once: AtOnce, talk: UUID) -> None:
    async with at_once.connect() as db:
        for delivery in ("d1", "d2"):
            await messages.keep(db, arrival(talk, delivery), NOW)
        for more in (True, False):
            message = await messages.next_waiting(db, talk)
            assert message is not None
            stored = await events.answer(db, talk, message.id, [Line("答")], "answered", NOW)
            assert stored == events.Stored(more)


async def test_waiting_conversations_come_in_order_and_not_before_their_time(
    at_once: AtOnce, talk: UUID
) -> None:
    async with at_once.connect() as db:
        await messages.keep(db, arrival(talk), NOW)
        assert await messages.conversations_waiting(db, NOW, 10) == []
        assert await messages.conversations_waiting(db, NOW + timedelta(seconds=1), 10) == [talk]
        assert await messages.count_waiting(db) == 1


async def test_only_what_was_offered_here_counts_as_a_choice(at_once: AtOnce, talk: UUID) -> None:
    offer = [{"title": "今年缴费基数", "payload": '/choose{"item": "Q017"}'}]
    async with at_once.connect() as db:
        await events.append(db, talk, "bot", [Line("?", {"type": "answer", "related": offer})], NOW)
        assert await events.issued(db, talk, '/choose{"item": "Q017"}') == "今年缴费基数"
        assert await events.issued(db, talk, '/choose{"item": "Q018"}') is None
        assert await events.issued(db, uuid4(), '/choose{"item": "Q017"}') is None


async def test_wiping_leaves_nothing_but_the_wish_to_be_forgotten(
    database: AsyncEngine, at_once: AtOnce, talk: UUID
) -> None:
    value = SealedValue("〔手机号1〕", "phone", b"sealed")
    async with database.begin() as db:
        await messages.keep(db, arrival(talk), NOW)
        await sealed_values.keep(db, talk, [value], NOW)
        await feedback.give(db, talk, 1, True, "好", NOW)
        assert await sealed_values.counts(db, talk) == {"phone": 1}
    async with at_once.connect() as db:
        assert await conversations.erase(db, talk, NOW) is True
        assert await conversations.erase(db, talk, NOW) is False
        assert await conversations.find(db, talk) is None
        assert await conversations.erasures(db, 10) == [talk]
        await conversations.forgotten(db, talk)
        assert await conversations.erasures(db, 10) == []
    async with database.connect() as checked:
        assert await sealed_values.counts(checked, talk) == {}


async def test_a_site_stays_as_it_is_when_registered_again(at_once: AtOnce) -> None:
    async with at_once.connect() as db:
        await sites.register(db, "hall", "大厅", "510000", NOW)
        await sites.register(db, "hall", "别的", None, NOW)
        found = await sites.find(db, "hall")
        assert found is not None
        assert (found.name, found.region) == ("大厅", "510000")
        assert await sites.origins(db) == {}
        assert await sites.find(db, "none") is None


async def test_the_pool_survives_a_server_that_dropped_its_connections(
    at_once: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.database.RESTED", 0.0)
    from sqlalchemy import text

    async with at_once.connect() as db:
        own = (await db.execute(text("SELECT pg_backend_pid()"), {})).scalar()
    async with at_once.connect() as db, at_once.connect() as other:
        await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
    async with at_once.connect() as db:
        assert (await db.execute(text("SELECT 1"), {})).scalar() == 1
