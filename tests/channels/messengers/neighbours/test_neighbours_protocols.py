"""What is particular about one channel: its questions for our address, its windows, its keys."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
from starlette.responses import JSONResponse

from channels.accounts.needs import BadAccount, check
from channels.messengers import calling
from channels.messengers.frame.failures import Permanent
from records.delivery import accounts
from records.delivery.accounts import Account
from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.calls import Call, as_json
from tests.channels.messengers.neighbours.conftest import NewAccountAt, Rows, post
from tests.channels.messengers.neighbours.ways import WAYS, Way
from tests.channels.messengers.test_rendering import CARDS
from tests.channels.messengers.wechat_calls import until
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.provider import StandInProvider


async def test_whatsapp_verifies_the_address(
    open_gateway: OpenGateway, new_account_at: NewAccountAt
) -> None:
    way = WAYS["whatsapp"]
    new_account_at(way.channel)
    asked = {"hub.mode": "subscribe", "hub.verify_token": "v", "hub.challenge": "1158201444"}
    async with open_gateway() as gateway:
        told = await gateway.http.get(way.path, params=asked)
        assert (told.status_code, told.text) == (200, "1158201444")
        for wrong in ({"hub.verify_token": "w"}, {"hub.verify_token": ""}, {"hub.mode": "x"}):
            refused = await gateway.http.get(way.path, params={**asked, **wrong})
            assert refused.status_code == 403


async def test_slack_verifies_the_address(
    open_gateway: OpenGateway, new_account_at: NewAccountAt
) -> None:
    way = WAYS["slack"]
    new_account_at(way.channel)
    body = as_json({"type": "url_verification", "challenge": "a-challenge", "token": "x"})
    async with open_gateway() as gateway:
        told = await post(gateway.http, way, calls.slack_call(body))
        assert told.json() == {"challenge": "a-challenge"}
        assert (await post(gateway.http, way, Call(body))).status_code == 403


async def test_a_retry_of_slack_with_a_new_signature_is_heard_once(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    way = WAYS["slack"]
    new_account_at(way.channel)
    body = as_json(calls.slack_event("D1", "&lt;b&gt; &amp; 问"))
    async with open_gateway() as gateway:
        for number in range(3):
            call = calls.slack_call(body, at=str(int(time.time()) - number))
            headers = {**call.headers, "X-Slack-Retry-Num": str(number)}
            assert (await post(gateway.http, way, Call(body, headers))).status_code == 200
        await until(lambda: way.sent(provider))
    assert engine.texts == ["<b> & 问"]
    sent = provider.at("/chat.postMessage")
    assert [told["text"] for told in sent] == ["答：&lt;b&gt; &amp; 问"]
    assert sent[0]["unfurl_links"] is False


async def test_whatsapps_window_closes_and_a_template_tells(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    rows: Rows,
) -> None:
    way = WAYS["whatsapp"]
    notices = {"answered": {"template": "answer_ready", "language": "zh_CN"}}
    new_account_at(way.channel, notices=notices)
    provider.fails = lambda heard: (
        JSONResponse({"error": {"code": 131047, "message": "Re-engagement"}}, 400)
        if heard.told.get("type") == "text"
        else None
    )
    async with open_gateway() as gateway:
        await post(gateway.http, way, way.message(provider, way.user, "问"))
        await until(lambda: any(t["type"] == "template" for t in provider.at("/42/messages")))
        assert rows("deliveries WHERE state = 'parked'") == 1
        provider.fails = lambda heard: None
        provider.calls.clear()
        await post(gateway.http, way, way.message(provider, way.user, "再问"))
        await until(lambda: "答：再问" in " ".join(text for _, text in way.sent(provider)))
    assert "答：问" in way.sent(provider)[0][1]


async def test_line_is_given_a_retry_key_and_has_taken_what_it_took(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    rows: Rows,
) -> None:
    way = WAYS["line"]
    new_account_at(way.channel)
    failing = iter([JSONResponse({}, 500), JSONResponse({"message": "accepted"}, 409)])
    provider.fails = lambda heard: next(failing, None)
    async with open_gateway() as gateway:
        await post(gateway.http, way, way.message(provider, way.user, "问"))
        await until(lambda: rows("deliveries WHERE state = 'sent'") == 1, 30)
    keys = [heard.headers["x-line-retry-key"] for heard in provider.calls]
    assert len(keys) == 2
    assert UUID(keys[0]) == UUID(keys[1])
    assert provider.calls[0].headers["authorization"] == "Bearer t"


async def test_who_unfollows_on_line_begins_anew(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    way = WAYS["line"]
    new_account_at(way.channel, greeting="您好")
    async with open_gateway() as gateway:
        for kind in ("follow", "unfollow", "follow"):
            call = calls.line_call(as_json(calls.line_events("U1", "", type=kind)))
            assert (await post(gateway.http, way, call)).status_code == 200
        await until(lambda: provider.at("/push"))
    assert engine.heard == []


async def test_wecom_shows_a_link_as_a_card_and_takes_menus_and_leaving(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
) -> None:
    way = WAYS["wecom"]
    new_account_at(way.channel, menu_texts={"HELP": "怎么查缴费"})
    engine.says = lambda heard: [{"text": "请登录", "custom": {"card": CARDS["sign_in"]}}]

    def event(name: str, **more: str) -> Call:
        fields = {**calls.wecom_fields("zhangsan", ""), "MsgType": "event", "Event": name, **more}
        del fields["Content"], fields["MsgId"]
        return calls.wecom_call(fields)

    async with open_gateway() as gateway:
        await post(gateway.http, way, event("click", EventKey="HELP"))
        await until(lambda: provider.at("/message/send"))
        card = provider.at("/message/send")[0]
        assert (card["msgtype"], card["agentid"]) == ("textcard", calls.AGENT)
        assert card["textcard"]["url"].startswith(f"{gateway.url}/l/")
        assert len(card["textcard"]["description"].encode()) <= 512
        await post(gateway.http, way, event("enter_agent", EventKey=""))
        await post(gateway.http, way, event("unsubscribe", EventKey=""))
    assert engine.texts == ["怎么查缴费"]
    assert rows("threads WHERE ended_at IS NULL") == 0


async def test_wecoms_json_callbacks_and_another_agents_are_told_apart(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    way = WAYS["wecom"]
    new_account_at(way.channel)
    async with open_gateway() as gateway:
        fields = calls.wecom_fields("zhangsan", "问")
        assert (await post(gateway.http, way, calls.wecom_call(fields, json_too=True))).is_success
        other = calls.wecom_call({**fields, "AgentID": 219})
        assert (await post(gateway.http, way, other)).status_code == 403
        await until(lambda: engine.heard)
    assert engine.texts == ["问"]


async def test_earlier_secrets_hold_for_a_while_after_a_rotation(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    account = new_account_at(way.channel)
    names = {
        "wecom": "token",
        "wecom-kf": "token",
        "feishu": "encrypt_key",
        "line": "channel_secret",
    }
    names |= {"slack": "signing_secret", "whatsapp": "app_secret", "telegram": "secret_token"}
    name = names.get(way.channel, "client_secret")
    async with open_gateway() as gateway:
        known, key = gateway.app.state.parts.messengers.accounts, gateway.settings.key
        async with gateway.database() as db:
            fresh = {**account.secrets, name: "another-secret-of-ours"}
            await accounts.rotate(db, key, account.id, fresh, datetime.now(UTC))
        await gateway.served.inside(known.look())
        call = way.message(provider, way.user, "问")
        assert (await post(gateway.http, way, call)).status_code == 200
        async with gateway.database() as db:
            await accounts.rotate(db, key, account.id, fresh, datetime.now(UTC))
        await gateway.served.inside(known.look())
        call = way.message(provider, way.user, "再问")
        assert (await post(gateway.http, way, call)).status_code == 403


@pytest.mark.parametrize("channel", WAYS)
def test_an_account_that_could_never_work_is_refused(channel: str) -> None:
    way = WAYS[channel]
    check(channel, way.settings, way.secrets)
    for name in way.secrets:
        with pytest.raises(BadAccount, match=name):
            check(channel, way.settings, {**way.secrets, name: ""})
    optional = {"mode", "user_id"} | ({"app_id"} if channel == "slack" else set())
    for name in set(way.settings) - optional:
        with pytest.raises(BadAccount, match=name):
            check(channel, {**way.settings, name: ""}, way.secrets)


@pytest.mark.parametrize(
    ("channel", "changed"),
    [
        ("dingtalk", {"mode": "webhook"}),
        ("telegram", {"secret_token": "short"}),
        ("telegram", {"secret_token": "with blanks and ümlauts"}),
        ("telegram", {"bot_token": "no-colon"}),
        ("wecom", {"aes_key": "short"}),
        ("wecom-kf", {"aes_key": "A" * 44}),
    ],
)
def test_an_account_in_the_wrong_shape_is_refused(channel: str, changed: dict[str, str]) -> None:
    way = WAYS[channel]
    with pytest.raises(BadAccount):
        check(channel, {**way.settings, **changed}, {**way.secrets, **changed})


@pytest.mark.parametrize("address", ["http://provider.example", "ftp://127.0.0.2", "provider"])
def test_no_provider_is_called_in_the_clear(address: str) -> None:
    account = Account("a", "line", "号", "demo", {"api": address}, {})
    with pytest.raises(Permanent, match="unsafe_address"):
        calling.base(account, "https://api.line.me")
