"""Notices to followers who may not be sent answers now: by template, and what became of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from channels.messengers.wechat import translate
from records.database import open_database
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.outgoing_steps import open_thread, say, states
from tests.channels.messengers.wechat_calls import until
from tests.conftest import OpenGateway
from tests.stand_ins.wechat import StandInWeChat

NOTICE = {
    "by": "template",
    "template": "tpl-2",
    "data": {"first": "您的问题有了答复"},
    "page": "https://wenbao.example/chat",
}


AnswerLate = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
def answer_late(
    open_gateway: OpenGateway, new_account: NewAccount, wechat: StandInWeChat, database_url: str
) -> AnswerLate:
    """Answers a follower whose window is closed, and waits until it is parked and so much done."""
    new_account(api=wechat.url, notices={"answered": NOTICE})

    async def answer(is_done: Callable[[], object]) -> None:
        database = open_database(database_url)
        async with open_gateway():
            talk = await open_thread(database, "oa", "o1")
            with psycopg.connect(database_url, autocommit=True) as db:
                db.execute("UPDATE threads SET window_until = now() - interval '1 hour'")
            await say(database, talk, "工作人员的答复")
            await until(lambda: states(database_url) == {"parked": 1} and is_done())
        await database.dispose()

    return answer


async def test_a_template_message_needs_no_consent_and_goes_out_once(
    answer_late: AnswerLate, wechat: StandInWeChat
) -> None:
    await answer_late(lambda: wechat.notices)
    assert wechat.sent == []
    assert wechat.calls == ["/cgi-bin/message/template/send"]
    assert wechat.notices == [
        {
            "touser": "o1",
            "template_id": "tpl-2",
            "data": {"first": {"value": "您的问题有了答复"}},
            "url": "https://wenbao.example/chat",
        }
    ]


async def test_a_notice_that_is_refused_loses_no_answer(
    answer_late: AnswerLate, wechat: StandInWeChat
) -> None:
    wechat.fails = lambda path, told: 43004
    await answer_late(lambda: wechat.calls)
    assert wechat.notices == []


@pytest.mark.parametrize(
    ("event", "more", "causes"),
    [
        ("TEMPLATESENDJOBFINISH", {"Status": "success"}, []),
        ("TEMPLATESENDJOBFINISH", {"Status": "failed:user block"}, ["failed:user block"]),
        (
            "subscribe_msg_sent_event",
            {"SubscribeMsgSentEvent": {"List": {"TemplateId": "t", "ErrorCode": "0"}}},
            [],
        ),
        (
            "subscribe_msg_sent_event",
            {
                "SubscribeMsgSentEvent": {
                    "List": {"TemplateId": "t", "ErrorCode": 43101, "ErrorStatus": "user refuse"}
                }
            },
            ["user refuse"],
        ),
        ("VIEW", {"EventKey": "https://wenbao.example"}, []),
    ],
)
def test_what_became_of_a_notice_is_read(
    event: str, more: dict[str, Any], causes: list[str]
) -> None:
    assert translate.unseen({"MsgType": "event", "Event": event, **more}) == causes
