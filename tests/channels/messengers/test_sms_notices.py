"""Notices by SMS: to whoever wanted them, by the same outbox as everything else, and no words."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.outgoing import patience
from records import identities
from records.database import open_database
from records.delivery import notices
from records.identities import Identity
from records.own import assurance
from records.privacy.holdings import subject_of
from records.vault import reference
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.outgoing_steps import INDEX_KEY, KEY, states
from tests.channels.messengers.wechat_calls import until
from tests.conftest import Gateway, OpenGateway, Talk
from tests.stand_ins.serving import Served

PHONE, OTHER, CITIZEN = "13800001234", "13900005678", "sub-1"
NUMBER, NEWS = "31010119800101001X", "您办的事有了新进展。"
WHO = reference(INDEX_KEY, CITIZEN)


@dataclass
class StandInSms:
    """A provider of short messages that remembers; `answers` are statuses before it is well."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.served = Served(Starlette(routes=[Route("/messages", self._take, methods=["POST"])]))

    async def _take(self, request: Request) -> Response:
        status = self.answers.pop(0) if self.answers else 201
        if status == 201:
            self.heard.append(await request.json())
        return JSONResponse({}, status)

    def code(self) -> str:
        """The code that came last."""
        return str(next(one["code"] for one in reversed(self.heard) if one["code"]))

    def notices(self) -> list[tuple[str, str]]:
        """Who was sent which template."""
        return [(one["phone"], one["purpose"]) for one in self.heard if not one["code"]]


@pytest.fixture
def provider() -> Iterator[StandInSms]:
    stand_in = StandInSms()
    stand_in.served.start()
    yield stand_in
    stand_in.served.let_go()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_database(database_url, pool_size=2)
    yield opened
    await opened.dispose()


@pytest.fixture
async def gateway(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    provider: StandInSms,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Gateway]:
    """A gateway whose site sends notices."""
    monkeypatch.setattr(patience, "LONGEST_SECONDS", 0.5)
    new_account("texts", "sms", secrets={}, template="news")
    async with open_gateway(
        sms_provider="sandbox", sms_url=provider.served.url, sms_token="t", sweep_seconds=0.2
    ) as running:
        yield running


async def signed_in(gateway: Gateway, database: AsyncEngine) -> Talk:
    """A conversation whose citizen just signed in surely."""
    talk, now = await gateway.talk(), datetime.now(UTC)
    async with database.begin() as db:
        identity = Identity(uuid.UUID(talk.id), CITIZEN, "王芳", NUMBER, assurance.CARD, now)
        await identities.bind(db, KEY, identity, now)
    return talk


async def ask(talk: Talk, phone: str = PHONE) -> httpx.Response:
    """Ask for a code to that telephone."""
    wish = {"phone": phone, "purpose": "notices"}
    return await talk.http.post(talk.path + "/codes", json=wish, headers=talk.headers)


async def subscribed(gateway: Gateway, database: AsyncEngine, provider: StandInSms) -> Talk:
    """Somebody who wants notices."""
    talk = await signed_in(gateway, database)
    assert (await ask(talk)).status_code == 202
    await until(lambda: provider.heard)
    answer = {"purpose": "notices", "code": provider.code()}
    proven = await talk.http.post(talk.path + "/codes/verify", json=answer, headers=talk.headers)
    assert proven.status_code == 200, proven.text
    return talk


async def tell(database: AsyncEngine, many: int = 1) -> int:
    """Something has happened."""
    told = 0
    for _ in range(many):
        async with database.begin() as db:
            told += await notices.tell(db, WHO, NEWS, datetime.now(UTC))
    return told


async def test_who_proved_the_telephone_is_told_there_and_no_word_of_what(
    gateway: Gateway, database: AsyncEngine, provider: StandInSms, database_url: str
) -> None:
    talk = await subscribed(gateway, database, provider)
    assert "发短信到这个手机号" in (await talk.until(1))[-1]["text"]
    assert await tell(database) == 1
    await until(lambda: provider.notices() == [(PHONE, "news")])
    assert NEWS not in str(provider.heard)
    assert states(database_url) == {"sent": 1}
    with psycopg.connect(database_url) as db:
        kept = str(db.execute("SELECT * FROM threads").fetchall())
        kept += str(db.execute("SELECT * FROM sealed_values").fetchall())
    assert PHONE not in kept


async def test_a_provider_in_trouble_gets_it_later_and_once(
    gateway: Gateway, database: AsyncEngine, provider: StandInSms, database_url: str
) -> None:
    await subscribed(gateway, database, provider)
    provider.answers = [500, 503, 500]
    await tell(database)
    await until(lambda: states(database_url) == {"sent": 1})
    assert provider.notices() == [(PHONE, "news")]


async def test_what_the_provider_refuses_is_a_dead_letter(
    gateway: Gateway, database: AsyncEngine, provider: StandInSms, database_url: str
) -> None:
    await subscribed(gateway, database, provider)
    provider.answers = [422]
    await tell(database)
    await until(lambda: states(database_url) == {"dead": 1})
    assert provider.notices() == []


async def test_much_news_is_one_message(
    gateway: Gateway, database: AsyncEngine, provider: StandInSms, database_url: str
) -> None:
    await subscribed(gateway, database, provider)
    provider.answers = [500]
    await tell(database, 3)
    await until(lambda: states(database_url) == {"sent": 3})
    assert len(provider.notices()) <= 2


async def test_who_wants_none_any_more_gets_none(
    gateway: Gateway, database: AsyncEngine, provider: StandInSms, database_url: str
) -> None:
    await subscribed(gateway, database, provider)
    async with database.begin() as db:
        assert await notices.end(db, WHO, "asked", datetime.now(UTC)) == 1
        assert await notices.end(db, WHO, "asked", datetime.now(UTC)) == 0
    assert await tell(database) == 0
    assert states(database_url) == {}


async def test_a_wrong_code_and_a_stranger_change_nothing(
    gateway: Gateway, database: AsyncEngine, provider: StandInSms
) -> None:
    stranger = await gateway.talk()
    assert (await ask(stranger)).status_code == 403
    talk = await signed_in(gateway, database)
    await ask(talk)
    answer = {"purpose": "notices", "code": "000000"}
    wrong = await talk.http.post(talk.path + "/codes/verify", json=answer, headers=talk.headers)
    assert wrong.status_code == 422
    assert await tell(database) == 0


async def test_where_the_site_sends_none_that_is_said(
    open_gateway: OpenGateway, database: AsyncEngine
) -> None:
    async with open_gateway(sms_provider="sandbox", sms_url="http://127.0.0.1:9") as gateway:
        refused = await ask(await signed_in(gateway, database))
    assert (refused.status_code, refused.json()["error"]) == (404, "no_notices")


async def test_an_erasure_finds_the_telephone(
    gateway: Gateway, database: AsyncEngine, provider: StandInSms, database_url: str
) -> None:
    await subscribed(gateway, database, provider)
    with psycopg.connect(database_url) as db:
        threads = {row[0] for row in db.execute("SELECT conversation FROM threads").fetchall()}
    async with database.connect() as db:
        subject = await subject_of(db, CITIZEN, NUMBER, INDEX_KEY)
    assert len(threads) == 1
    assert threads < set(subject.conversations)
