"""Callbacks that are not WeCom's own fresh ones for our company."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from random import Random

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.messengers.wechat import envelopes
from channels.messengers.wechat.crypto import encrypt, read_aes_key
from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.calls import AES_KEY, CORPID, Call
from tests.channels.messengers.neighbours.odd import BIG, RUBBISH, Forge, away, odd_time, wrong

KEY = read_aes_key(AES_KEY)
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


HEADS = [
    '<!DOCTYPE xml [<!ENTITY a "b">]>',
    '<!DOCTYPE xml SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://127.0.0.1/">%a;]>',
    '<?xml-stylesheet href="http://127.0.0.1/"?>',
]
Fields = Callable[[str], dict[str, object]]


def wecom(fields: Fields) -> list[Forge]:
    """Both have the same callbacks; `fields` makes one with some words in it."""

    def right() -> Call:
        return calls.wecom_call(fields("真"))

    return [
        lambda chance: _bad_signature(right(), chance),
        lambda chance: _flipped(right(), chance),
        lambda chance: _truncated(right(), chance),
        _padding,
        lambda chance: _entities(fields, chance),
        lambda chance: calls.wecom_call(fields("令"), token=f"guess{chance.random()}"),
        lambda chance: calls.wecom_call(fields("旧"), at=away(chance)),
        lambda chance: replace(right(), query={**right().query, "timestamp": odd_time(chance)}),
        lambda chance: replace(right(), query={}),
        lambda chance: replace(right(), body=right().body),
        lambda chance: calls.wecom_call(
            fields("错"), receiver=chance.choice(["", "x" + CORPID, CORPID[:-1], "ww1"])
        ),
        lambda chance: calls.wecom_call(fields("钥"), key=OTHER_KEY),
        lambda chance: calls.wecom_sealed(encrypt(KEY, CORPID, b"<a>" * chance.randrange(9, 3000))),
        lambda chance: calls.wecom_call(fields(BIG)),
        lambda chance: replace(right(), body=chance.choice(RUBBISH)),
        lambda chance: calls.wecom_sealed(encrypt(KEY, CORPID, chance.choice(RUBBISH))),
        lambda chance: replace(
            right(), body=envelopes.write(fields("明"), as_json=chance.random() < 0.5).encode()
        ),
        lambda chance: calls.wecom_sealed(
            "".join(chance.choices("AbC019+/=-_*?% ", k=chance.randrange(1, 200)))
        ),
    ]


def _bad_signature(call: Call, chance: Random) -> Call:
    given = wrong(chance, call.query["msg_signature"])
    return replace(call, query={**call.query, "msg_signature": given})


def _flipped(call: Call, chance: Random) -> Call:
    raw = bytearray(base64.b64decode(str(envelopes.read(call.body)["Encrypt"])))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    other = calls.wecom_sealed(base64.b64encode(bytes(raw)).decode())
    return replace(call, body=other.body)


def _truncated(call: Call, chance: Random) -> Call:
    sealed = str(envelopes.read(call.body)["Encrypt"])
    return calls.wecom_sealed(sealed[: chance.randrange(1, len(sealed))])


def _padding(chance: Random) -> Call:
    plain = bytearray(chance.randbytes(16 * chance.randrange(1, 12)))
    plain[-1] = chance.choice([0, 33, 64, 255])
    encryptor = Cipher(AES256(KEY), CBC(KEY[:16])).encryptor()
    sealed = encryptor.update(bytes(plain)) + encryptor.finalize()
    return calls.wecom_sealed(base64.b64encode(sealed).decode())


def _entities(fields: Fields, chance: Random) -> Call:
    head = chance.choice(HEADS)
    if chance.random() < 0.5:
        inner = head + envelopes.write(fields("体"), as_json=False)
        return calls.wecom_sealed(encrypt(KEY, CORPID, inner.encode()))
    call = calls.wecom_call(fields("真"))
    return replace(call, body=head.encode() + call.body)
