"""What is not WeChat's own fresh call is refused, and nothing behind the door is called."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.messengers.wechat import envelopes
from channels.messengers.wechat.crypto import decrypt, encrypt, read_aes_key, signature
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.wechat_calls import AES_KEY, OFFICIAL, TOKEN, Follower
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.wechat import APPID, StandInWeChat

EACH = 60
Case = tuple[str, dict[str, str], bytes]
Make = Callable[[random.Random, Follower, int], Case]
KEY = read_aes_key(AES_KEY)
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def signed(sealed: str, at: int, *, token: str = TOKEN) -> dict[str, str]:
    """A query that signs this ciphertext."""
    now, nonce = str(at), f"n{at}{len(sealed)}"
    return {
        "timestamp": now,
        "nonce": nonce,
        "encrypt_type": "aes",
        "signature": signature(token, now, nonce),
        "msg_signature": signature(token, now, nonce, sealed),
    }


def around(sealed: str) -> bytes:
    """The body for a ciphertext."""
    told = {"ToUserName": OFFICIAL, "Encrypt": sealed}
    return envelopes.write(told, as_json=False).encode()


def bad_signature(chance: random.Random, follower: Follower, now: int) -> Case:
    query, body = follower.closed(follower.message("坏"))
    name = "msg_signature"
    place = chance.randrange(40)
    wrong = chance.choice([one for one in "0123456789abcdef" if one != query[name][place]])
    changed = query[name][:place] + wrong + query[name][place + 1 :]
    given = chance.choice([changed, "", changed[:-1], changed.upper(), "é" * 40])
    return "bad signature", {**query, name: given}, body


def another_token(chance: random.Random, follower: Follower, now: int) -> Case:
    sealed = encrypt(KEY, APPID, b"<xml><FromUserName>x</FromUserName></xml>")
    return "token", signed(sealed, now, token=f"guess{chance.random()}"), around(sealed)


def stale(chance: random.Random, follower: Follower, now: int) -> Case:
    away = chance.choice([-1, 1]) * chance.randrange(310, 10**6)
    query, body = follower.closed(follower.message("旧"), at=now + away)
    return "stale", query, body


def odd_time(chance: random.Random, follower: Follower, now: int) -> Case:
    query, body = follower.closed(follower.message("时"))
    odd = chance.choice(["", "now", "-1", "1e9", "٣٤", "9" * 40, " 1", f"{now}.0"])
    sealed = str(envelopes.read(body)["Encrypt"])
    again = signature(TOKEN, odd, query["nonce"], sealed)
    return "time", {**query, "timestamp": odd, "msg_signature": again}, body


def changed_body(chance: random.Random, follower: Follower, now: int) -> Case:
    query, body = follower.closed(follower.message("换"))
    _, other = follower.closed(follower.message(f"别的{chance.random()}"))
    return "body", query, other


def flipped(chance: random.Random, follower: Follower, now: int) -> Case:
    query, body = follower.closed(follower.message("翻"))
    raw = bytearray(base64.b64decode(str(envelopes.read(body)["Encrypt"])))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return "flipped", query, around(base64.b64encode(bytes(raw)).decode())


def truncated(chance: random.Random, follower: Follower, now: int) -> Case:
    _, body = follower.closed(follower.message("截"))
    sealed = str(envelopes.read(body)["Encrypt"])
    cut = sealed[: chance.randrange(1, len(sealed))]
    return "truncated", signed(cut, now), around(cut)


def no_base64(chance: random.Random, follower: Follower, now: int) -> Case:
    sealed = "".join(chance.choices("AbC019+/=-_*?&% 问", k=chance.randrange(1, 200)))
    told = str(envelopes.read(around(sealed)).get("Encrypt", ""))
    return "base64", signed(told, now), around(sealed)


def bad_padding(chance: random.Random, follower: Follower, now: int) -> Case:
    plain = bytearray(chance.randbytes(16 * chance.randrange(1, 12)))
    plain[-1] = chance.choice([0, 33, 64, 255, 32])
    if plain[-1] == 32:
        plain[-2] = 31
    encryptor = Cipher(AES256(KEY), CBC(KEY[:16])).encryptor()
    sealed = base64.b64encode(encryptor.update(bytes(plain)) + encryptor.finalize()).decode()
    return "padding", signed(sealed, now), around(sealed)


def bad_length(chance: random.Random, follower: Follower, now: int) -> Case:
    message = follower.message("长")
    written = envelopes.write(message, as_json=False).encode()
    # A message whose own receiver follows too early or too late.
    receiver = chance.choice(["x" * chance.randrange(1, 40) + APPID, APPID[:-1], ""])
    sealed = encrypt(KEY, receiver, written)
    return "length", signed(sealed, now), around(sealed)


def wrong_appid(chance: random.Random, follower: Follower, now: int) -> Case:
    other = f"wx{chance.getrandbits(64):016x}"
    sealed = encrypt(KEY, other, envelopes.write(follower.message("错"), as_json=False).encode())
    return "appid", signed(sealed, now), around(sealed)


def another_key(chance: random.Random, follower: Follower, now: int) -> Case:
    written = envelopes.write(follower.message("钥"), as_json=False).encode()
    sealed = encrypt(read_aes_key(OTHER_KEY), APPID, written, chance.randbytes(16))
    return "key", signed(sealed, now), around(sealed)


def entities(chance: random.Random, follower: Follower, now: int) -> Case:
    head = chance.choice(
        [
            '<!DOCTYPE xml [<!ENTITY a "b">]>',
            '<!DOCTYPE xml SYSTEM "file:///etc/passwd">',
            '<!DOCTYPE xml [<!ENTITY a SYSTEM "http://127.0.0.1/">]>',
            '<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://127.0.0.1/">%a;]>',
            '<?xml-stylesheet href="http://127.0.0.1/"?>',
            '<!DOCTYPE xml [<!ENTITY a "' + "b" * 50 + '"><!ENTITY c "&a;&a;&a;&a;">]>',
        ]
    )
    inner = envelopes.write(follower.message("体"), as_json=False)
    if chance.random() < 0.5:
        sealed = encrypt(KEY, APPID, (head + inner).encode())
        return "entities", signed(sealed, now), around(sealed)
    query, body = follower.closed(follower.message("体"))
    return "entities", query, head.encode() + body


def deep(chance: random.Random, follower: Follower, now: int) -> Case:
    depth = chance.randrange(9, 3000)
    tangle = chance.choice(
        ["<xml>" + "<a>" * depth + "</a>" * depth + "</xml>", "[" * depth, '{"a":' * depth]
    )
    sealed = encrypt(KEY, APPID, tangle.encode())
    return "deep", signed(sealed, now), around(sealed)


def oversized(chance: random.Random, follower: Follower, now: int) -> Case:
    query, body = follower.closed(follower.message("大" * 22_000 + "x" * chance.randrange(999)))
    return "oversized", query, body


def in_the_clear(chance: random.Random, follower: Follower, now: int) -> Case:
    plain = Follower(follower.http, follower.openid, mode="plain", as_json=chance.random() < 0.5)
    query, body = plain.closed(plain.message("明"))
    return "in the clear", query, body


def rubbish(chance: random.Random, follower: Follower, now: int) -> Case:
    body = chance.choice(
        [b"", b"<xml>", b"{", b"[]", b"null", b"\xff\xfe", b"<xml></xml>", chance.randbytes(64)]
    )
    return "rubbish", signed("", now), body


def no_sender(chance: random.Random, follower: Follower, now: int) -> Case:
    message = follower.message("谁", FromUserName=chance.choice(["", "é", "x" * 200, "a\nb"]))
    return "no sender", *follower.closed(message)


def no_number(chance: random.Random, follower: Follower, now: int) -> Case:
    message = follower.message("号", MsgId=chance.choice(["", "a1", "1" * 30, "-4"]))
    return "no number", *follower.closed(message)


MAKERS: tuple[Make, ...] = (
    *(bad_signature, another_token, stale, odd_time, changed_body, flipped, truncated),
    *(no_base64, bad_padding, bad_length, wrong_appid, another_key, entities, deep, oversized),
    *(in_the_clear, rubbish, no_sender, no_number),
)


def cases(follower: Follower) -> Iterator[Case]:
    """Every way to be refused, many times over."""
    chance = random.Random(20261125)  # noqa: S311
    for make in MAKERS:
        for _ in range(EACH):
            yield make(chance, follower, int(time.time()))


async def test_none_of_more_than_a_thousand_forged_calls_gets_through(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    engine: StandInEngine,
    wechat: StandInWeChat,
    database_url: str,
) -> None:
    new_account(api=wechat.url, original_id=OFFICIAL)
    through: list[Any] = []
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "an-openid")
        count = 0
        for name, query, body in cases(follower):
            sent = await gateway.http.post("/messengers/wechat/oa", params=query, content=body)
            count += 1
            if sent.status_code not in (400, 403, 413):
                through.append((name, sent.status_code, query, body[:200]))
        assert await follower.say("真的") == "答：真的"
    assert count >= 1000
    assert through == []
    assert engine.texts == ["真的"]
    assert wechat.sent == []
    assert rows(database_url, "messages") == 1


@pytest.mark.parametrize("as_json", [False, True])
async def test_in_plain_mode_a_signature_is_good_for_one_body(
    open_gateway: OpenGateway,
    new_account: NewAccount,
    engine: StandInEngine,
    as_json: bool,
) -> None:
    new_account(mode="plain")
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "an-openid", mode="plain", as_json=as_json)
        query, body = follower.closed(follower.message("一"))
        address = "/messengers/wechat/oa"
        first = await gateway.http.post(address, params=query, content=body)
        assert follower.text_in(first) == "答：一"
        again = await gateway.http.post(address, params=query, content=body)
        assert follower.text_in(again) == "答：一"
        for number in range(20):
            _, other = follower.closed(follower.message(f"换{number}"))
            refused = await gateway.http.post(address, params=query, content=other)
            assert (refused.status_code, refused.json()["error"]) == (403, "bad_signature")
    assert engine.texts == ["一"]


async def test_in_compatible_mode_the_copy_in_the_clear_is_not_believed(
    open_gateway: OpenGateway, new_account: NewAccount, engine: StandInEngine
) -> None:
    new_account(mode="compatible")
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "an-openid", mode="compatible")
        query, body = follower.closed(follower.message("真"))
        forged = body.replace("真".encode(), "假".encode())
        assert forged != body
        sent = await gateway.http.post("/messengers/wechat/oa", params=query, content=forged)
        assert follower.text_in(sent) == "答：真"
    assert engine.texts == ["真"]


async def test_an_unknown_or_disabled_account_is_not_there(
    open_gateway: OpenGateway, new_account: NewAccount, engine: StandInEngine
) -> None:
    new_account()
    async with open_gateway() as gateway:
        for address in ("/messengers/wechat/other", "/messengers/wecom/oa"):
            follower = Follower(gateway.http, "an-openid")
            query, body = follower.closed(follower.message("问"))
            sent = await gateway.http.post(address, params=query, content=body)
            assert sent.status_code == 404
    assert engine.heard == []


def test_a_message_that_is_opened_was_written_whole() -> None:
    sealed = encrypt(KEY, APPID, "问".encode())
    assert decrypt(KEY, APPID, sealed) == "问".encode()


def rows(url: str, table: str) -> int:
    """How many rows a table has."""
    with psycopg.connect(url) as db:
        found = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]  # noqa: S608
    assert found is not None
    return int(found[0])
