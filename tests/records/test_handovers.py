"""A wish for a person: taken by one, given back, finished, and what staff may read meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records import conversations, events, handovers, identities, messages
from records.conversations import Conversation
from records.desk import silence
from records.events import Line
from records.handovers import NotOpen, NotYours, TakenByOther
from records.identities import Identity
from records.messages import Arrival
from records.own import lookups
from records.own.lookups import Asked
from records.privacy.erasure import erase
from records.privacy.export import gathered
from records.privacy.holdings import subject_of
from records.questions import tallies
from records.questions.understood import Understood
from records.vault import read_key

NOW = datetime.now(UTC)
KEY = read_key("A" * 43 + "=")
LEVEL = "urn:wenbao:acr:loa3"


async def wish(database: AsyncEngine, at: datetime = NOW) -> tuple[UUID, int]:
    """A conversation in which somebody wants a person; its request's number."""
    opened = Conversation(uuid4(), "demo", "web", b"h" * 32, "zh-CN", "510000")
    async with database.begin() as db:
        await conversations.open_one(db, opened, at)
        return opened.id, (await handovers.request(db, opened.id, "asked", None, at)).id


async def exchange(
    database: AsyncEngine,
    talk: UUID,
    said: str,
    answered: Line,
    *,
    decision: str = "answer",
    choice: str | None = None,
    after: int = 0,
) -> None:
    """A message of the citizen and the machine's answer, so many seconds from now."""
    at, told = NOW + timedelta(seconds=after), str(uuid4())
    arrival = Arrival(talk, told, b"f" * 32, "citizen", said, said, choice)
    understood = Understood(decision, decision, ((f"Q{after:03}", 0.99),), None, "1")
    async with database.begin() as db:
        await messages.keep(db, arrival, at)
        message = await messages.next_waiting(db, talk)
        assert message is not None
        later = at + timedelta(milliseconds=500)
        await events.answer(db, talk, message.id, [answered], "answered", later, understood)


async def test_one_of_many_takes_it_and_the_others_are_told(database: AsyncEngine) -> None:
    _, number = await wish(database)

    async def take(staff: str) -> str | None:
        async with database.begin() as db:
            try:
                return (await handovers.take(db, number, staff, NOW)).taken_by
            except TakenByOther:
                return None

    taken = [one for one in await asyncio.gather(*(take(f"s{n}") for n in range(6))) if one]
    assert len(taken) == 1
    async with database.begin() as db:
        again = await handovers.take(db, number, taken[0], NOW + timedelta(seconds=9))
    assert (again.taken_by, again.taken_at) == (taken[0], NOW)


async def test_what_the_person_says_is_told_and_then_it_waits_again_where_it_stood(
    database: AsyncEngine,
) -> None:
    talk, number = await wish(database)
    _, later = await wish(database, NOW + timedelta(seconds=1))
    async with database.begin() as db:
        await handovers.take(db, number, "a", NOW)
        assert await handovers.with_person(db, talk)
        await handovers.say(db, number, "a", Line("您好"), NOW)
        waiting, total = await handovers.waiting(db, 9)
        assert [(one.id, one.taken_by) for one in waiting] == [(later, None), (number, "a")]
        assert total == 2
        assert (await handovers.give_back(db, number, "a", NOW)).taken_by == "a"
        assert not await handovers.with_person(db, talk)
        waiting, _ = await handovers.waiting(db, 9)
        assert [(one.id, one.taken_by) for one in waiting] == [(number, None), (later, None)]
        behind = await events.after(db, talk, 0)
    assert behind is not None
    assert [(one.sender, one.text, one.card) for one in behind.events] == [("agent", "您好", None)]


async def test_who_has_not_taken_it_says_and_ends_nothing(database: AsyncEngine) -> None:
    talk, number = await wish(database)
    async with database.begin() as db:
        for staff in ("b", "c"):
            for refused in (
                handovers.say(db, number, staff, Line("?"), NOW),
                handovers.give_back(db, number, staff, NOW),
                handovers.finish(db, number, staff, NOW),
            ):
                with pytest.raises(NotYours):
                    await refused
            if staff == "b":
                await handovers.take(db, number, "a", NOW)
        behind = await events.after(db, talk, 0)
        assert behind is not None
        assert behind.events == []
        assert await handovers.with_person(db, talk)
        await handovers.give_back(db, number, "c", NOW, in_place=True)
        with pytest.raises(NotYours):
            await handovers.give_back(db, number, "c", NOW, in_place=True)
        await handovers.take(db, number, "c", NOW)
        await handovers.finish(db, number, "c", NOW)
        for over in (
            handovers.take(db, number, "c", NOW),
            handovers.say(db, number, "c", Line("?"), NOW),
            handovers.finish(db, number, "c", NOW),
            handovers.close(db, number, NOW),
        ):
            with pytest.raises(NotOpen):
                await over
        assert not await handovers.with_person(db, talk)


async def test_who_is_with_a_person_is_not_counted_as_waiting_before_others(
    database: AsyncEngine,
) -> None:
    _, number = await wish(database)
    async with database.begin() as db:
        talk, _ = await wish(database, NOW + timedelta(seconds=1))
        own = await handovers.request(db, talk, "asked", None, NOW)
        assert await handovers.before(db, own, NOW) is None
        await handovers.take(db, number, "a", NOW)
        assert await handovers.before(db, own, NOW) == 0


async def test_staff_read_what_was_said_but_not_what_a_record_holds(database: AsyncEngine) -> None:
    talk, number = await wish(database)
    answer = {"type": "answer"}
    await exchange(database, talk, "怎么办卡", Line("这样办", answer), after=1)
    async with database.begin() as db:
        who = Identity(talk, "sub-1", "应小答", "11010519491231002X", LEVEL, NOW)
        await identities.bind(db, KEY, who, NOW)
    record = Line("您缴了120个月", {"type": "contributions"})
    await exchange(
        database, talk, "登录成功", record, decision="lookup", choice="/signed_in", after=2
    )
    await exchange(database, talk, "失业金", Line("失业金这样领", answer), after=3)
    await exchange(database, talk, "我的呢", Line("您每月2010元"), after=4)
    async with database.begin() as db:
        # Even where the card is a public one: the registry was asked in that turn.
        asked = [Asked("benefits", "510000", "found")]
        at = NOW + timedelta(seconds=5, milliseconds=100)
        await lookups.record_all(db, talk, "sub-1", asked, at)
    await exchange(database, talk, "还有呢", Line("您有三笔", answer), after=5)
    await exchange(database, talk, "谢谢", Line("不客气"), decision="chat", after=6)
    async with database.begin() as db:
        told = await handovers.dossier(db, number, 0)
        behind = await handovers.dossier(db, number, told.lines[-2].seq)
    assert (told.channel, told.site, told.region, told.level, told.reason) == (
        *("web", "演示", "510000", LEVEL),
        "asked",
    )
    assert told.items == ("Q005", "Q004", "Q003")
    hidden = [(one.sender, one.text) for one in told.lines if one.of_a_record]
    assert hidden == [("bot", "")] * 3
    assert [one.text for one in told.lines if not one.of_a_record] == [
        *("怎么办卡", "这样办", "登录成功", "失业金", "失业金这样领", "我的呢", "还有呢"),
        *("谢谢", "不客气"),
    ]
    assert [one.text for one in behind.lines] == ["不客气"]
    assert not {"应小答", "11010519491231002X", "sub-1"} & set(map(str, told.__dict__.values()))


async def test_what_comes_after_the_end_is_not_read_and_what_is_wiped_is_not_there(
    database: AsyncEngine,
) -> None:
    talk, number = await wish(database)
    await exchange(database, talk, "以前", Line("答"), after=1)
    async with database.begin() as db:
        await handovers.take(db, number, "a", NOW)
        await handovers.finish(db, number, "a", NOW + timedelta(seconds=2))
    await exchange(database, talk, "以后", Line("答"), after=3)
    async with database.begin() as db:
        told = await handovers.dossier(db, number, 0)
        assert [one.text for one in told.lines] == ["以前", "答"]
        assert (told.items, told.level) == (("Q001",), None)
        await conversations.erase(db, talk, NOW)
        for gone in (number, 999_999):
            with pytest.raises(NotOpen):
                await handovers.dossier(db, gone, 0)
        left = await db.execute(text("SELECT count(*) FROM handovers"))
        assert left.scalar() == 0


async def test_their_own_data_tells_what_a_person_said_and_not_who_it_was(
    database: AsyncEngine,
) -> None:
    talk, number = await wish(database)
    async with database.begin() as db:
        who = Identity(talk, "sub-1", "应小答", "11010519491231002X", LEVEL, NOW)
        await identities.bind(db, KEY, who, NOW)
        await handovers.take(db, number, "agent-7", NOW)
        await handovers.say(db, number, "agent-7", Line("您的卡在银行"), NOW)
        subject = await subject_of(db, "sub-1", who.id_number, b"i" * 32)
        told = await gathered(db, KEY, subject)
        assert [(one["from"], one["text"]) for one in told["events"]] == [("agent", "您的卡在银行")]
        [asked] = told["handovers"]
        assert (asked["taken_at"], asked["spoken_at"]) == (NOW, NOW)
        assert "agent-7" not in str(told)
        await erase(db, subject, talk, NOW)
        left = await events.after(db, talk, 0)
        assert left is not None
        assert left.events == []
        with pytest.raises(NotOpen):
            await handovers.say(db, number, "agent-7", Line("还在吗"), NOW)


async def test_the_figures_count_until_a_person_was_there_and_only_what_the_machine_answered(
    database: AsyncEngine,
) -> None:
    talk, number = await wish(database)
    await exchange(database, talk, "问", Line("答"), after=1)
    async with database.begin() as db:
        await handovers.take(db, number, "a", NOW + timedelta(seconds=40))
        for place in range(3):
            arrival = Arrival(talk, str(place), b"f" * 32, "citizen", "在吗", "在吗", None)
            await messages.keep(db, arrival, NOW)
            left = await messages.next_waiting(db, talk)
            assert left is not None
            assert left.with_person
            assert await silence.leave_to_person(db, talk, left.id, NOW)
        await handovers.finish(db, number, "a", NOW + timedelta(seconds=900))
        day = NOW.astimezone(tallies.CHINA).date()
        await tallies.count(db, day)
        [told] = await tallies.days(db, tallies.Span(day, day))
    assert (told.answer_median, told.person_median) == (0.5, 40)


async def test_whether_a_line_is_of_a_record_is_found_without_reading_everybodys_look_ups(
    database: AsyncEngine,
) -> None:
    async with database.begin() as db:
        await db.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await db.execute(
            text("EXPLAIN SELECT 1 FROM lookups WHERE conversation = :id AND at > now()"),
            {"id": uuid4()},
        )
        assert "ix_lookups_conversation" in str(plan.all())
