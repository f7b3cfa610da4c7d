"""The citizen's own words go when they sign out: from the page, for people, in staff's lists."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

from sqlalchemy import text

from records import handovers
from records.questions import grouping, samples
from tests.channels.sign_in.test_sign_in_logout import WIPED, Fields, signed_in, tell
from tests.conftest import Gateway
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


async def test_words_that_are_being_answered_go_when_they_are(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    [talk] = await signed_in(lied_to, liar)
    behind.engine.takes[ASKED] = 1
    await talk.send(text=ASKED)
    assert await tell(lied_to, signed(liar.logout_claims())) == (200, "")
    assert (await talk.events())[2]["text"] == WIPED
    assert (await talk.until(5))[4]["text"] == f"答：{ASKED}"
    for _ in range(200):
        if behind.engine.forgot == [talk.id]:
            break
        await asyncio.sleep(0.05)
    assert behind.engine.texts == ["/signed_in", ASKED]
    assert behind.rows("SELECT text FROM messages ORDER BY id") == [("登录成功。",), ("",)]
