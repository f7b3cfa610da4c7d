"""The citizen's own words go when they sign out: from the page, for people, in staff's lists."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime

from sqlalchemy import text

from records import handovers
from records.events import Line
from records.questions import grouping, samples
from tests.channels.sign_in.steps import try_to_sign_in
from tests.channels.sign_in.test_sign_in_logout import SIGNED_OUT, WIPED, Fields, signed_in, tell
from tests.conftest import Gateway, Talk
from tests.stand_ins.engine import echo
from tests.stand_ins.identity import StandInIdentity, signed
from tests.stand_ins.identity_trace import Behind

ASKED = "我上个月交了多少，工资8000"


def not_sure(heard: Fields) -> Fields | None:
    """A question that staff look at."""
    if heard["message"].startswith("/"):
        return None
    return {"decision": "reject", "intent": "faq", "answers": [], "version": "v"}


async def test_the_citizens_own_words_go_for_the_page_and_for_people(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    behind.engine.understands = not_sure
    behind.engine.says = lambda heard: [{**echo(heard)[0], "custom": {"card": {"type": "answer"}}}]
    [mine] = await signed_in(lied_to, liar)
    liar.tell_claims = liar.tell_person = lambda truth: {**truth, "sub": "another"}
    [other] = await signed_in(lied_to, liar)
    liar.tell_claims = liar.tell_person = lambda truth: truth
    for talk in (mine, other):
        await talk.ask(ASKED)
        given = await talk.http.post(
            f"{talk.path}/events/4/feedback",
            json={"helpful": False, "comment": "我说的是8000"},
            headers=talk.headers,
        )
        assert given.status_code == 204, given.text
        async with lied_to.database() as db:
            await handovers.request(db, uuid.UUID(talk.id), "asked", None, datetime.now(UTC))
    week = samples.monday(datetime.now(samples.CHINA).date())
    async with lied_to.database() as db:
        assert await samples.draw(db, week, 9) == 2
    assert await tell(lied_to, signed(liar.logout_claims())) == (200, "")
    assert [one["text"] for one in (await mine.events())[:4]] == ["登录成功。", *[WIPED] * 3]
    assert [one["text"] for one in await other.events()][2:] == [ASKED, f"答：{ASKED}"]
    async with lied_to.database() as db:
        waiting, _ = await handovers.waiting(db, 9)
        assert [one.words for one in waiting] == [("登录成功。",), ("登录成功。", ASKED)]
        assert [one.text for one in await grouping.waiting(db, 9)] == [ASKED]
        gone = await db.execute(text("DELETE FROM sample_questions RETURNING message"))
        assert len(gone.all()) == 1
        assert await samples.draw(db, week, 9) == 1
    comments = behind.rows("SELECT comment FROM feedback ORDER BY comment")
    assert comments == [("我说的是8000",), (None,)]
    # It is counted all the same.
    assert behind.rows("SELECT count(*) FROM understandings WHERE decision = 'reject'") == [(2,)]


async def until_forgotten(behind: Behind, talk: Talk) -> None:
    """The engine has been told, which is the last."""
    until = time.monotonic() + 10
    while talk.id not in behind.engine.forgot:
        assert time.monotonic() < until
        await asyncio.sleep(0.05)


async def test_words_that_are_being_answered_go_when_they_are(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    [talk] = await signed_in(lied_to, liar)
    behind.engine.takes[ASKED] = 1
    await talk.send(text=ASKED)
    while ASKED not in behind.engine.texts:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert await tell(lied_to, signed(liar.logout_claims())) == (200, "")
    assert (await talk.events())[2]["text"] == WIPED
    await until_forgotten(behind, talk)
    # Neither is the answer there that came after the sign-out.
    said = [one["text"] for one in await talk.events()]
    assert said == ["登录成功。", WIPED, WIPED, said[3], WIPED]
    assert said[3].startswith(SIGNED_OUT)
    assert behind.engine.texts == ["/signed_in", ASKED]
    assert behind.rows("SELECT text FROM messages ORDER BY id") == [("登录成功。",), ("",)]


def record(heard: Fields) -> list[Fields]:
    """A record, and a way to sign in beside it."""
    card = {"type": "sign_in", "reason": "contributions"}
    return [{"text": "交了66个月"}, {"text": "请登录", "custom": {"card": card}}]


async def test_a_record_that_comes_after_the_sign_out_goes(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    [other] = await signed_in(lied_to, liar)
    await other.ask(ASKED)
    before = await other.events()
    liar.tell_claims = liar.tell_person = lambda truth: {**truth, "sub": "another"}
    behind.engine.says = record
    behind.engine.takes["/signed_in"] = 1
    talk = await lied_to.talk()
    assert (await try_to_sign_in(lied_to, liar, talk)).status_code == 200
    while behind.engine.texts.count("/signed_in") < 2:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    token = signed({**liar.logout_claims(), "sub": "another"})
    assert await tell(lied_to, token) == (200, "")
    await until_forgotten(behind, talk)
    said = [one["text"] for one in await talk.events()]
    assert said == ["登录成功。", said[1], WIPED, "请登录"]
    assert await other.events() == before
    assert behind.engine.forgot == [talk.id]


async def test_what_was_said_to_a_person_and_by_them_goes_as_well(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    [talk] = await signed_in(lied_to, liar)
    async with lied_to.database() as db:
        now = datetime.now(UTC)
        wish = await handovers.request(db, uuid.UUID(talk.id), "asked", None, now)
        await handovers.take(db, wish.id, "agent-1", now)
        await handovers.say(db, wish.id, "agent-1", Line("您每月领2010元"), now)
    await talk.send(text="那我工资8000呢")
    until = time.monotonic() + 10
    while not behind.rows("SELECT 1 FROM messages WHERE outcome = 'person'"):
        assert time.monotonic() < until
        await asyncio.sleep(0.05)
    asked = list(behind.engine.texts)
    assert await tell(lied_to, signed(liar.logout_claims())) == (200, "")
    said = [(one["from"], one["text"]) for one in (await talk.events())[2:4]]
    assert said == [("agent", WIPED), ("citizen", WIPED)]
    async with lied_to.database() as db:
        told = await handovers.dossier(db, wish.id, 0)
        assert not {"您每月领2010元", "那我工资8000呢"} & {one.text for one in told.lines}
    assert behind.rows("SELECT text FROM messages WHERE outcome = 'person'") == [("",)]
    assert behind.engine.texts == asked


async def test_who_talks_with_a_person_signs_out_by_saying_so(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    [talk] = await signed_in(lied_to, liar)
    async with lied_to.database() as db:
        now = datetime.now(UTC)
        wish = await handovers.request(db, uuid.UUID(talk.id), "asked", None, now)
        await handovers.take(db, wish.id, "agent-1", now)
        await handovers.say(db, wish.id, "agent-1", Line("您每月领2010元"), now)
    await talk.send(text="退出登录。")
    await talk.until(5)
    said = [(one["from"], one["text"]) for one in (await talk.events())[2:]]
    assert said[:2] == [("agent", WIPED), ("citizen", "退出登录。")]
    assert (said[2][0], "已经退出登录" in said[2][1]) == ("system", True)
    assert behind.rows("SELECT 1 FROM identities WHERE signed_out_at IS NULL") == []
    assert behind.rows("SELECT closed_at FROM handovers") == [(None,)]
    assert behind.engine.texts == ["/signed_in"]
    await until_forgotten(behind, talk)
