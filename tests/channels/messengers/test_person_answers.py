"""One of the staff answers in a messenger: what they say is brought there by the outbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg

from records import events, handovers
from records.database import open_database
from records.events import Line
from tests.channels.messengers.conftest import NewFollower
from tests.channels.messengers.wechat_calls import until
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.wechat import StandInWeChat

OFFER = [{"title": "今年缴费基数", "payload": '/choose{"item": "Q017"}'}]


def offers(heard: dict[str, Any]) -> list[dict[str, Any]]:
    """An answer with a choice that is numbered."""
    return [{"text": "要问哪一个", "buttons": OFFER}]


async def at_the_desk(database_url: str, number: int | None, *words: str) -> int:
    """Take the wish of the only citizen, or say something to them, as the console does."""
    database, now = open_database(database_url, pool_size=1), datetime.now(UTC)
    async with database.begin() as db:
        if number is None:
            found = await db.execute(events.text("SELECT id FROM conversations"))
            wish = await handovers.request(db, found.scalar_one(), "asked", None, now)
            number = (await handovers.take(db, wish.id, "agent-1", now)).id
            here = Line("工作人员来了", {"type": "notice", "level": "person_here"})
            await events.append(db, wish.conversation, "system", [here], now)
        for line in words:
            await handovers.say(db, number, "agent-1", Line(line), now)
    await database.dispose()
    return number


async def test_what_the_person_says_is_brought_and_a_number_is_an_answer_to_them(
    new_follower: NewFollower, wechat: StandInWeChat, engine: StandInEngine, database_url: str
) -> None:
    engine.says = offers
    follower = new_follower("o1")
    assert "1. 今年缴费基数" in str(await follower.say("基数"))
    number = await at_the_desk(database_url, None, "您家几口人")
    await until(lambda: "\n\n".join(wechat.texts("o1")) == "工作人员来了\n\n您家几口人")
    assert await follower.say("1") is None
    await at_the_desk(database_url, number, "好的")
    await until(lambda: wechat.texts("o1")[-1] == "好的")
    ended = str(await follower.say("结束人工"))
    assert f"编号{number}" in ended
    assert "要问哪一个" in str(await follower.say("基数"))
    assert engine.texts == ["基数", "基数"]
    with psycopg.connect(database_url) as db:
        said = db.execute("SELECT text, outcome FROM messages ORDER BY id").fetchall()
    assert said[1:3] == [("1", "person"), ("结束人工", "person")]
