"""Feishu's official SDK and we hold the same events for genuine, and send the same messages."""

from __future__ import annotations

import asyncio
import json
import time
import warnings
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from starlette.responses import JSONResponse

from channels.messengers.feishu import proof
from channels.messengers.frame.refusals import BadSignature, MalformedCall, StaleCall
from records.delivery.accounts import Account
from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.calls import ENCRYPT_KEY, VERIFICATION, Call
from tests.channels.messengers.neighbours.conftest import NewAccountAt, post
from tests.channels.messengers.neighbours.forgeries import FORGERIES
from tests.channels.messengers.neighbours.ways import WAYS
from tests.channels.messengers.wechat_calls import until
from tests.conftest import OpenGateway
from tests.stand_ins.provider import Heard, StandInProvider

with warnings.catch_warnings():
    # Its generated code uses what Python is about to change; that is not ours to mend.
    warnings.simplefilter("ignore")
    import lark_oapi
    from lark_oapi.api.im.v1 import CreateMessageRequest, CreateMessageRequestBody
    from lark_oapi.core.model import RawRequest

ACCOUNT = Account("a", "feishu", "号", "demo", {"app_id": "cli_1"}, WAYS["feishu"].secrets)


class Sdk:
    """The official receiver, with what it took."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._handler = (
            lark_oapi.EventDispatcherHandler.builder(ENCRYPT_KEY, VERIFICATION)
            .register_p2_im_message_receive_v1(self._hear)
            .build()
        )

    def _hear(self, event: Any) -> None:
        self.heard.append(event.event.message.content)

    def takes(self, call: Call) -> tuple[bool, str]:
        """Whether it takes a call, and what it answers."""
        request = RawRequest()
        request.uri, request.body, request.headers = "/", call.body, dict(call.headers)
        said = self._handler.do(request)
        return said.status_code == 200, (said.content or b"").decode()


def ours(call: Call, account: Account = ACCOUNT) -> bool:
    """Whether we take it."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    try:
        proof.open_event(account, headers, call.body, time.time())
    except (BadSignature, MalformedCall, StaleCall):
        return False
    return True


def sealed_as_if_by(key: str) -> Call:
    """A genuine call that another key, one time in 256, opens to something that looks padded."""
    for _ in range(10_000):
        call = calls.feishu_call(calls.feishu_event("ou_1", "问"))
        try:
            proof.decrypt(key, json.loads(call.body)["encrypt"])
        except proof.Undecipherable:
            continue
        return call
    raise AssertionError(key)


def test_what_the_new_key_opens_by_chance_is_still_the_earlier_keys() -> None:
    new = {**ACCOUNT.secrets, "encrypt_key": "another-key"}
    call = sealed_as_if_by("another-key")
    assert ours(call, replace(ACCOUNT, secrets=new, earlier=ACCOUNT.secrets))
    assert not ours(call, replace(ACCOUNT, secrets=new))


def test_the_official_receiver_takes_what_we_take() -> None:
    sdk = Sdk()
    for text in ("问", "a" * 500, "🙂", '"引"', ""):
        call = calls.feishu_call(calls.feishu_event("ou_1", text))
        assert (sdk.takes(call)[0], ours(call)) == (True, True)
    assert json.loads(sdk.heard[0]) == {"text": "问"}


def test_what_the_official_receiver_refuses_we_refuse_too() -> None:
    sdk, chance = Sdk(), Random(7)  # noqa: S311
    both = 0
    for forge in FORGERIES["feishu"]:
        for _ in range(4):
            call = forge(chance)
            assert not ours(call) or len(call.body) > 64 * 1024
            both += not sdk.takes(call)[0]
    # It looks at neither the time nor the application.
    assert both > len(FORGERIES["feishu"]) * 2


def test_the_question_for_our_address_gets_the_same_answer() -> None:
    told = {"type": "url_verification", "challenge": "a-challenge", "token": VERIFICATION}
    call = Call(calls.as_json({"encrypt": calls.feishu_sealed(calls.as_json(told))}))
    assert json.loads(Sdk().takes(call)[1]) == {"challenge": "a-challenge"}
    assert proof.open_event(ACCOUNT, {}, call.body, 0)["challenge"] == "a-challenge"


async def test_the_address_is_verified(
    open_gateway: OpenGateway, new_account_at: NewAccountAt
) -> None:
    way = WAYS["feishu"]
    new_account_at(way.channel)
    told = {"type": "url_verification", "challenge": "a-challenge", "token": VERIFICATION}
    call = Call(calls.as_json({"encrypt": calls.feishu_sealed(calls.as_json(told))}))
    async with open_gateway() as gateway:
        answered = await post(gateway.http, way, call)
    assert answered.json() == {"challenge": "a-challenge"}


async def test_we_send_what_the_official_client_sends(
    open_gateway: OpenGateway, new_account_at: NewAccountAt, provider: StandInProvider
) -> None:
    way = WAYS["feishu"]
    new_account_at(way.channel)
    async with open_gateway() as gateway:
        await post(gateway.http, way, way.message(provider, "ou_1", "问"))
        await until(lambda: way.sent(provider))
    sent = provider.at("/im/v1/messages")[0]
    before = len(provider.calls)
    await asyncio.to_thread(_send_by_sdk, provider.url, sent)
    theirs = provider.calls[before:]
    mine = provider.calls[:before]
    assert [call.path for call in theirs] == [call.path for call in mine]
    assert [call.query for call in theirs] == [call.query for call in mine]
    assert theirs[1].told == mine[1].told
    for name in ("authorization", "content-type"):
        assert theirs[1].headers[name].lower() == mine[1].headers[name].lower()


def _send_by_sdk(url: str, sent: dict[str, Any]) -> None:
    client = lark_oapi.Client.builder().app_id("cli_1").app_secret("s").domain(url).build()
    body = (
        CreateMessageRequestBody.builder()
        .receive_id(sent["receive_id"])
        .msg_type(sent["msg_type"])
        .content(sent["content"])
        .uuid(sent["uuid"])
        .build()
    )
    request = CreateMessageRequest.builder().receive_id_type("open_id").request_body(body).build()
    assert client.im.v1.message.create(request).success()


@pytest.mark.parametrize("code", [99991663, 99991668])
async def test_a_token_that_is_over_is_fetched_anew_once(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    code: int,
) -> None:
    way = WAYS["feishu"]
    new_account_at(way.channel)

    def over(heard: Heard) -> JSONResponse | None:
        """The first token is over as soon as it is used."""
        if not heard.path.endswith("/messages") or heard.headers["authorization"] == "Bearer new":
            return None
        provider.token = "new"
        return stale(code)

    provider.fails = over
    async with open_gateway() as gateway:
        await post(gateway.http, way, way.message(provider, "ou_1", "问"))
        await until(lambda: len(way.sent(provider)) >= 2, 20)
        await post(gateway.http, way, way.message(provider, "ou_1", "再问"))
        await until(lambda: ("ou_1", "答：再问") in way.sent(provider), 20)
    assert provider.tokens_given in (2, 3)


def stale(code: int) -> JSONResponse:
    """Feishu's answer to a token that it does not know."""
    return JSONResponse({"code": code, "msg": "Invalid access token"}, 400)
