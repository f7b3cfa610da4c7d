"""The vendor's published examples, bit for bit, through our crypto and through the door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from channels.messengers.wechat import envelopes, proof
from channels.messengers.wechat.crypto import decrypt, encrypt, read_aes_key, signature
from channels.messengers.wechat.proof import Opened
from records.delivery.accounts import Account

VECTORS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors.json").read_text(encoding="utf-8")
)


def account(vector: dict[str, Any], mode: str) -> Account:
    secrets = {"token": vector["token"], "aes_key": vector.get("encoding_aes_key", "")}
    settings = {"appid": vector.get("appid", vector.get("corpid", "")), "mode": mode}
    return Account("oa", "wechat", "号", "demo", settings, secrets)


def query(vector: dict[str, Any]) -> dict[str, str]:
    names = ("timestamp", "nonce", "signature", "msg_signature", "echostr")
    return {name: vector[name] for name in names if name in vector}


def test_the_address_is_verified() -> None:
    vector = VECTORS["wechat_url_verify_plain"]
    said = proof.prove_address(account(vector, "plain"), query(vector), int(vector["timestamp"]))
    assert said == vector["respond"]


def test_a_plain_json_push_is_proven() -> None:
    vector = VECTORS["wechat_push_plain_json"]
    body = b'{"ToUserName":"gh","FromUserName":"o","MsgType":"event","Event":"debug_demo"}'
    now = int(vector["timestamp"])
    opened = proof.open_call(account(vector, "plain"), query(vector), body, now)
    assert opened.as_json
    assert opened.fields["Event"] == "debug_demo"


def test_a_safe_json_push_is_opened() -> None:
    vector = VECTORS["wechat_push_safe_json"]
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": vector["Encrypt"]}).encode()
    now = int(vector["timestamp"])
    opened = proof.open_call(account(vector, "safe"), query(vector), body, now)
    assert opened.fields == json.loads(vector["plaintext"])
    plain = signature(vector["token"], vector["timestamp"], vector["nonce"])
    assert plain == vector["signature"]


def test_a_safe_json_push_is_encrypted_bit_for_bit() -> None:
    vector = VECTORS["wechat_push_safe_json"]
    key, plain = read_aes_key(vector["encoding_aes_key"]), vector["plaintext"].encode()
    assert len(plain) == vector["msg_len"]
    sealed = encrypt(key, vector["appid"], plain, vector["random16"].encode())
    assert sealed == vector["Encrypt"]


def test_a_safe_json_reply_is_written_bit_for_bit() -> None:
    vector = VECTORS["wechat_reply_safe_json"]
    key = read_aes_key(vector["encoding_aes_key"])
    opened = Opened(
        fields={},
        as_json=True,
        nonce=vector["Nonce"],
        signature="",
        receiver=vector["appid"],
        token=vector["token"],
        aes_key=key,
    )
    plain, random = json.loads(vector["plaintext"]), vector["random16"].encode()
    closed = json.loads(proof.close(opened, plain, int(vector["TimeStamp"]), lambda: random))
    assert closed == {
        "Encrypt": vector["Encrypt"],
        "MsgSignature": vector["MsgSignature"],
        "TimeStamp": int(vector["TimeStamp"]),
        "Nonce": vector["Nonce"],
    }


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_the_older_xml_example_is_opened(mode: str) -> None:
    vector = VECTORS["wechat_oa_xml_2014_demo"]
    body = f"<xml><ToUserName>x</ToUserName><Encrypt>{vector['Encrypt']}</Encrypt></xml>".encode()
    now = int(vector["timestamp"])
    opened = proof.open_call(account(vector, mode), query(vector), body, now)
    assert {name: opened.fields[name] for name in vector["expect"]} == vector["expect"]
    plain = signature(vector["token"], vector["timestamp"], vector["nonce"])
    assert plain == vector["plain_signature"]


@pytest.mark.parametrize(
    ("name", "field"), [("wecom_url_verify", "echostr"), ("wecom_message", "Encrypt")]
)
def test_wecoms_examples_open_with_the_same_crypto(name: str, field: str) -> None:
    vector = VECTORS[name]
    given = (vector["token"], vector["timestamp"], vector["nonce"], vector[field])
    assert signature(*given) == vector["msg_signature"]
    key = read_aes_key(vector["encoding_aes_key"])
    opened = decrypt(key, vector["corpid"], vector[field])
    if name == "wecom_url_verify":
        assert opened.decode() == vector["respond"]
    else:
        assert envelopes.read(opened)["AgentID"] == vector["AgentID"]
