"""Our calls to WeChat's API: the token, the quota, what each error code leads to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.responses import JSONResponse, Response

from channels.messengers.wechat.__main__ import BadMenu, read_menu
from records.database import open_database
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.outgoing_steps import open_thread, say, states
from tests.channels.messengers.wechat_calls import Follower, until
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.wechat import StandInWeChat

SEND = "/cgi-bin/message/custom/send"


async def test_one_token_is_fetched_for_all_and_sent_as_utf8(
    open_gateway: OpenGateway, new_account: NewAccount, database_url: str, wechat: StandInWeChat
) -> None:
    new_account(api=wechat.url)
    wechat.token_seconds = 0.3
    database = open_database(database_url)
    async with open_gateway(), open_gateway():
        for number in range(30):
            await say(database, await open_thread(database, "oa", f"o{number}"), "您好🙂")
        await until(lambda: states(database_url) == {"sent": 30})
    await database.dispose()
    assert len(wechat.tokens_given) == 1
    assert wechat.tokens_given[0]["grant_type"] == "client_credential"
    assert wechat.tokens_given[0]["force_refresh"] is False
    assert "您好🙂".encode() in wechat.raw[0]


async def test_a_token_that_is_over_is_fetched_anew_once(
    open_gateway: OpenGateway, new_account: NewAccount, database_url: str, wechat: StandInWeChat
) -> None:
    new_account(api=wechat.url)
    database = open_database(database_url)
    async with open_gateway(), open_gateway():
        talks = [await open_thread(database, "oa", f"o{number}") for number in range(10)]
        await asyncio.gather(*(say(database, talk, "一") for talk in talks))
        await until(lambda: states(database_url) == {"sent": 10})
        wechat.token = "another-holder-took-over"
        await asyncio.gather(*(say(database, talk, "二") for talk in talks))
        await until(lambda: states(database_url) == {"sent": 20})
    await database.dispose()
    assert [asked["force_refresh"] for asked in wechat.tokens_given] == [False, True]
    assert set(map(tuple, wechat.by_user().values())) == {("一", "二")}


@pytest.mark.parametrize(
    ("code", "state", "calls"),
    [
        (40003, "dead", 1),
        (40164, "dead", 1),
        (48001, "dead", 1),
        (50002, "dead", 1),
        (45015, "parked", 1),
        (43004, "parked", 1),
        (45047, "parked", 1),
        (45009, "waiting", 1),
        (-1, "sent", 2),
        (99999, "dead", 1),
    ],
)
async def test_each_error_code_is_treated_as_what_it_means(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database_url: str,
    wechat: StandInWeChat,
    code: int,
    state: str,
    calls: int,
) -> None:
    new_account(api=wechat.url)
    database = open_database(database_url)
    wechat.fails = lambda path, told: code if len(wechat.calls) == 1 else None
    async with open_gateway():
        talk = await open_thread(database, "oa", "o1")
        await say(database, talk, "一")
        await until(lambda: len(wechat.calls) == calls and states(database_url) == {state: 1})
        await asyncio.sleep(0.2)
    await database.dispose()
    assert wechat.calls == [SEND] * calls


@pytest.mark.parametrize(
    "trouble", [Response(status_code=500), Response("no json"), JSONResponse([])]
)
async def test_what_is_no_answer_is_tried_again(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    database_url: str,
    wechat: StandInWeChat,
    trouble: Response,
) -> None:
    new_account(api=wechat.url)
    database = open_database(database_url)
    wechat.fails = lambda path, told: trouble if len(wechat.calls) == 1 else None
    async with open_gateway():
        await say(database, await open_thread(database, "oa", "o1"), "一")
        await until(lambda: states(database_url) == {"sent": 1})
    await database.dispose()
    assert wechat.texts() == ["一"]


async def test_five_messages_after_a_question_then_the_rest_with_the_next(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    engine: StandInEngine,
    wechat: StandInWeChat,
    database_url: str,
) -> None:
    new_account(api=wechat.url, answer="later")
    long = "".join(f"第{number}条说明的是参保登记怎么办理。" for number in range(260))
    engine.says = lambda heard: [{"text": long if heard["message"] == "问" else "好的。"}]
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "an-openid")
        await follower.say("问")
        await until(lambda: states(database_url) == {"parked": 1})
        assert len(wechat.sent) == 5
        assert "接着看" in wechat.texts()[-1]
        await follower.say("继续")
        await until(lambda: states(database_url) == {"sent": 2})
    texts = wechat.texts()
    assert texts[-1] == "好的。"
    assert all(len(text.encode()) <= 2048 for text in texts)
    joined = "".join(text.split("（")[0] for text in texts[:-1])
    assert joined == long


async def test_a_closed_window_is_told_by_a_notice_where_the_citizen_agreed(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    engine: StandInEngine,
    wechat: StandInWeChat,
    database_url: str,
) -> None:
    notice = {"template": "tpl-1", "data": {"thing1": "您有一条回复"}, "page": "pages/index"}
    new_account(api=wechat.url, notices={"answered": notice})
    database = open_database(database_url)
    async with open_gateway() as gateway:
        one, two = (Follower(gateway.http, openid) for openid in ("agreed", "refused"))
        for follower, status in ((one, "accept"), (two, "reject")):
            await follower.say("问")
            entry = {"TemplateId": "tpl-1", "SubscribeStatusString": status, "PopupScene": "0"}
            await follower.call(
                follower.event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": entry})
            )
        late = datetime.now(UTC) - timedelta(hours=1)
        with psycopg.connect(database_url, autocommit=True) as db:
            db.execute("UPDATE threads SET window_until = %s", (late,))
            talks = [row[0] for row in db.execute("SELECT conversation FROM threads").fetchall()]
        for talk in talks:
            await say(database, talk, "工作人员的答复")
        await until(lambda: states(database_url).get("parked") == 2)
        await until(lambda: wechat.notices)
    await database.dispose()
    assert wechat.sent == []
    [told] = wechat.notices
    assert (told["touser"], told["template_id"], told["page"]) == ("agreed", "tpl-1", "pages/index")
    assert told["data"] == {"thing1": {"value": "您有一条回复"}}


@pytest.mark.parametrize(
    ("kind", "more", "answer"),
    [
        ("voice", {"MediaId": "m", "Format": "amr"}, "听不了语音"),
        ("voice", {"MediaId": "m", "Recognition": "怎么参保"}, "答：怎么参保"),
        ("image", {"PicUrl": "http://x/", "MediaId": "m"}, "看不了图片"),
        ("video", {"MediaId": "m"}, "看不了图片"),
        ("link", {"Title": "t", "Url": "u"}, "看不懂"),
        ("location", {"Location_X": "30.6", "Label": "四川省成都市高新区天府大道"}, "成都"),
        ("location", {"Location_X": "0", "Label": "某个地方"}, "没有认出"),
    ],
)
async def test_every_kind_of_message_gets_an_honest_answer(
    follower: Follower, engine: StandInEngine, kind: str, more: dict[str, Any], answer: str
) -> None:
    told = follower.message("", MsgType=kind, **more)
    del told["Content"]
    assert answer in str(await follower.call(told))
    assert answer in str(await follower.call(told))
    assert len(engine.heard) == (1 if "Recognition" in more else 0)


async def test_a_place_counts_for_what_is_asked_after_it(
    follower: Follower, engine: StandInEngine
) -> None:
    await follower.say("", MsgType="location", Label="四川省绵阳市涪城区")
    await follower.say("怎么参保")
    assert engine.heard[0]["metadata"]["region"] == "510000"


async def test_a_number_is_the_choice_that_was_offered_under_it(
    follower: Follower, engine: StandInEngine
) -> None:
    offered = [{"title": "职工", "payload": "/inform{}"}, {"title": "居民", "payload": "/other"}]
    engine.says = lambda heard: (
        [{"text": "您是哪一种？", "buttons": offered}]
        if heard["message"] == "问"
        else [{"text": f"答：{heard['message']}"}]
    )
    assert "2. 居民" in str(await follower.say("问"))
    assert await follower.say("2") == "答：/other"
    assert await follower.say("2") == "答：2"
    await follower.say("问")
    assert await follower.say("职工") == "答：/inform{}"
    assert await follower.say("/restart") == "答：／restart"
    assert engine.texts == ["问", "/other", "2", "问", "/inform{}", "／restart"]


async def test_following_greets_a_tap_asks_and_looking_at_a_page_says_nothing(
    open_gateway: OpenGateway, new_account: NewAccount, engine: StandInEngine, wechat: StandInWeChat
) -> None:
    new_account(api=wechat.url, menu_texts={"RECORD": "怎么查缴费记录"})
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "an-openid")
        followed = follower.event("subscribe", EventKey="qrscene_1", Ticket="t")
        assert "问保" in str(await follower.call(followed))
        assert "问保" in str(await follower.call(followed))
        tapped = follower.event("CLICK", EventKey="RECORD")
        assert await follower.call(tapped) == "答：怎么查缴费记录"
        assert await follower.call(follower.event("VIEW", EventKey="https://x/")) is None
        assert await follower.call(follower.event("TEMPLATESENDJOBFINISH")) is None
        assert await follower.call(follower.event("LOCATION", Latitude="1")) is None
    assert engine.texts == ["怎么查缴费记录"]


async def test_who_leaves_and_comes_back_begins_anew(
    follower: Follower, engine: StandInEngine, wechat: StandInWeChat, database_url: str
) -> None:
    await follower.say("一")
    assert await follower.call(follower.event("unsubscribe")) is None
    assert await follower.call(follower.event("unsubscribe")) is None
    await follower.say("二")
    assert len({heard["sender"] for heard in engine.heard}) == 2
    with psycopg.connect(database_url) as db:
        ended = db.execute("SELECT count(*) FROM threads WHERE ended_at IS NOT NULL").fetchone()
    assert ended == (1,)


async def test_who_is_too_fast_is_told_so_and_nothing_is_kept(
    open_gateway: OpenGateway, new_account: NewAccount, engine: StandInEngine, wechat: StandInWeChat
) -> None:
    new_account(api=wechat.url)
    async with open_gateway(messages_per_minute=3) as gateway:
        follower = Follower(gateway.http, "an-openid")
        said = [await follower.say(f"问{number}") for number in range(5)]
    assert said[:3] == ["答：问0", "答：问1", "答：问2"]
    assert all("有点快" in str(one) for one in said[3:])
    assert len(engine.heard) == 3


async def test_words_that_cannot_be_taken_are_answered_with_why(
    follower: Follower, engine: StandInEngine
) -> None:
    assert "太长" in str(await follower.say("长" * 501))
    assert "没有看到" in str(await follower.say("\u200b"))
    assert engine.heard == []


async def test_openids_stand_nowhere_in_the_clear(
    follower: Follower, engine: StandInEngine, database_url: str
) -> None:
    await follower.say("问")
    with psycopg.connect(database_url) as db:
        tables = db.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        dump = "".join(
            str(db.execute(f'SELECT * FROM "{name}"').fetchall())  # type: ignore[arg-type]  # noqa: S608
            for (name,) in tables
        )
    assert "答：问" in dump
    assert follower.openid not in dump
    assert follower.openid.encode().hex() not in dump


def test_a_menu_is_checked_before_it_is_sent() -> None:
    menu = '{"button": [{"type": "click", "name": "查询", "key": "RECORD"}]}'
    assert read_menu(menu)["button"][0]["key"] == "RECORD"
    for wrong in (
        "[]",
        "{}",
        '{"button": []}',
        '{"button": [1]}',
        '{"button": [{"name": "x", "type": "pic"}]}',
        '{"button": [' + ",".join(['{"type": "click", "name": "x", "key": "k"}'] * 4) + "]}",
    ):
        with pytest.raises(BadMenu):
            read_menu(wrong)
