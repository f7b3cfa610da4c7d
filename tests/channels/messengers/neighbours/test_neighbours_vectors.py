"""The vendors' published examples, and their own SDKs, hold what we hold for genuine."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pywa.utils import webhook_updates_validator
from slack_sdk.signature import SignatureVerifier
from wechatpy.enterprise.crypto import WeChatCrypto

from channels.messengers.dingtalk import door as dingtalk
from channels.messengers.feishu.proof import decrypt
from channels.messengers.line import door as line
from channels.messengers.slack import door as slack
from channels.messengers.wechat import envelopes
from channels.messengers.wecom import proof
from channels.messengers.whatsapp import door as whatsapp
from records.delivery.accounts import Account
from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.peers import running
from tests.channels.messengers.test_wechat_vectors import VECTORS

OURS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors.json").read_text(encoding="utf-8")
)
BODIES = [b"", b"{}", "问".encode(), b"\xff\x00", Random(1).randbytes(3000)]  # noqa: S311


def at_wecom(vector: dict[str, Any]) -> Account:
    secrets = {"token": vector["token"], "aes_key": vector["encoding_aes_key"], "secret": "s"}
    settings = {"corpid": vector["corpid"], "agentid": 218}
    return Account("a", "wecom", "号", "demo", settings, secrets)


def query(vector: dict[str, Any]) -> dict[str, str]:
    names = ("timestamp", "nonce", "msg_signature", "echostr")
    return {name: vector[name] for name in names if name in vector}


def test_wecom_verifies_the_address() -> None:
    vector = VECTORS["wecom_url_verify"]
    said = proof.prove_address(at_wecom(vector), query(vector), int(vector["timestamp"]))
    assert said == vector["respond"]


@pytest.mark.parametrize("as_json", [False, True])
def test_wecoms_message_is_opened(as_json: bool) -> None:
    vector = VECTORS["wecom_message"]
    told = {"ToUserName": vector["corpid"], "Encrypt": vector["Encrypt"]}
    body = json.dumps(told) if as_json else f"<xml><Encrypt>{vector['Encrypt']}</Encrypt></xml>"
    now = int(vector["timestamp"])
    fields = proof.open_call(at_wecom(vector), query(vector), body.encode(), now).fields
    assert (fields["AgentID"], fields["MsgType"]) == (vector["AgentID"], "text")


def test_wechatpy_for_companies_reads_and_writes_the_same() -> None:
    theirs = WeChatCrypto(calls.WECOM_TOKEN, calls.AES_KEY, calls.CORPID)
    secrets = {"token": calls.WECOM_TOKEN, "aes_key": calls.AES_KEY}
    account = Account("a", "wecom", "号", "demo", {"corpid": calls.CORPID}, secrets)
    now = int(time.time())
    for size in range(1, 70):
        text = ("问a🙂" * 30)[:size]
        call = calls.wecom_call(calls.wecom_fields("u", text), at=now)
        read = theirs.decrypt_message(
            call.body.decode(), call.query["msg_signature"], str(now), call.query["nonce"]
        )
        assert text in read
        sealed = theirs.encrypt_message(
            f"<xml><Content><![CDATA[{text}]]></Content></xml>", "n1", str(now)
        )
        told = envelopes.read(sealed.encode())
        given = {"timestamp": str(now), "nonce": "n1", "msg_signature": str(told["MsgSignature"])}
        body = f"<xml><Encrypt>{told['Encrypt']}</Encrypt></xml>".encode()
        assert proof.open_call(account, given, body, now).fields["Content"] == text


def test_feishus_example_is_decrypted() -> None:
    vector = OURS["feishu_decrypt"]
    assert decrypt(vector["encrypt_key"], vector["encrypt"]).decode() == vector["plaintext"]


def test_slacks_example_is_proven() -> None:
    vector = OURS["slack_signature"]
    account = Account("a", "slack", "号", "demo", {}, {"signing_secret": vector["signing_secret"]})
    body, stamp = vector["body"].encode(), vector["timestamp"]
    slack.prove(account, stamp, vector["signature"], body, int(stamp) + 299)
    assert slack.signature(vector["signing_secret"], stamp, body) == vector["signature"]


@pytest.mark.parametrize("body", BODIES)
def test_slacks_own_verifier_agrees(body: bytes) -> None:
    stamp = str(int(time.time()))
    theirs = SignatureVerifier("a-secret")
    if body in (BODIES[3], BODIES[4]):
        pytest.skip("Slack's verifier reads bodies as UTF-8")
    given = slack.signature("a-secret", stamp, body)
    assert theirs.generate_signature(timestamp=stamp, body=body) == given
    assert theirs.is_valid(body=body, timestamp=stamp, signature=given)


@pytest.mark.parametrize("body", BODIES)
def test_pywas_validator_agrees(body: bytes) -> None:
    given = whatsapp.signature("a-secret", body)
    assert webhook_updates_validator("a-secret", body, given)
    assert not webhook_updates_validator("a-secret", body + b" ", given)


def test_lines_own_check_agrees() -> None:
    with running("line.js") as peer:
        for body in BODIES:
            given = line.signature("a-secret", body)
            told = {"body": base64.b64encode(body).decode(), "secret": "a-secret"}
            assert peer.ask(**told, signature=given) is True
            assert peer.ask(**told, signature=line.signature("other", body)) is False


def test_dingtalks_formula_is_the_published_one() -> None:
    # HMAC-SHA256 of the time, a line end and the secret, with the secret: by another way.
    call = calls.dingtalk_call({}, at="1577262236757", secret="this is a secret")
    assert dingtalk.sign("this is a secret", "1577262236757") == call.headers["sign"]
