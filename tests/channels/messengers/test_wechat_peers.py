"""What other implementations write we read, and what we write they read."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from channels.messengers.wechat import envelopes, proof
from channels.messengers.wechat.crypto import decrypt, encrypt, read_aes_key, signature
from channels.messengers.wechat.proof import Opened
from records.delivery.accounts import Account
from tests.channels.messengers.wechat_calls import AES_KEY, OFFICIAL, TOKEN
from tests.stand_ins.wechat import APPID

FOLDER = Path(__file__).resolve().parents[2] / "peers/wechat"
ROUNDS = 60
ACCOUNT = Account(
    "oa",
    "wechat",
    "号",
    "demo",
    {"appid": APPID, "mode": "safe"},
    {"token": TOKEN, "aes_key": AES_KEY, "app_secret": "s"},
)
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks the Node peers."""
    with subprocess.Popen(
        ["node", "--no-deprecation", "peer.js"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def asked(peer: str, act: str, **given: Any) -> Any:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"peer": peer, "act": act, **given}) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())["answer"]

        yield asked
        process.stdin.close()


def texts() -> list[str]:
    """Words of every length around the block size, with characters of every width."""
    chance = random.Random(7)  # noqa: S311
    alphabet = "问a1，社保é𠮷🙂\n<&]]>"
    return ["".join(chance.choices(alphabet, k=size)) for size in range(ROUNDS)]


@pytest.mark.parametrize("peer", ["wecom", "wechat"])
def test_node_peers_and_we_read_each_other(ask: Ask, peer: str) -> None:
    key = read_aes_key(AES_KEY)
    keys = {"token": TOKEN, "key": AES_KEY, "id": APPID}
    for text in texts():
        ours = encrypt(key, APPID, text.encode())
        assert ask(peer, "decrypt", encrypted=ours, **keys) == {"message": text, "id": APPID}
        theirs = ask(peer, "encrypt", message=text, **keys)
        assert decrypt(key, APPID, theirs).decode() == text
        signed = {"timestamp": "1714112445", "nonce": "n", "encrypted": ours}
        assert ask(peer, "signature", **signed, **keys) == signature(TOKEN, "1714112445", "n", ours)


def test_a_node_peer_encrypts_the_same_bytes(ask: Ask) -> None:
    head = "707722b803182950"
    for text in texts()[:20]:
        ours = encrypt(read_aes_key(AES_KEY), APPID, text.encode(), head.encode())
        given = {"key": AES_KEY, "id": APPID, "random": head}
        assert ask("wecom", "encrypt", message=text, **given) == ours


def test_wechatpy_sends_and_we_open() -> None:
    theirs = WeChatCrypto(TOKEN, AES_KEY, APPID)
    for text in texts()[1:]:
        words = text.replace("]]>", "]]]]><![CDATA[>")
        message = (
            f"<xml><ToUserName><![CDATA[{OFFICIAL}]]></ToUserName><FromUserName>o</FromUserName>"
            f"<CreateTime>1</CreateTime><MsgType>text</MsgType>"
            f"<Content><![CDATA[{words}]]></Content><MsgId>1</MsgId></xml>"
        )
        now = str(int(time.time()))
        sealed = envelopes.read(theirs.encrypt_message(message, "n1", now).encode())
        query = {"timestamp": now, "nonce": "n1", "msg_signature": str(sealed["MsgSignature"])}
        body = f"<xml><Encrypt>{sealed['Encrypt']}</Encrypt></xml>".encode()
        opened = proof.open_call(ACCOUNT, query, body, time.time())
        assert opened.fields["Content"] == text
        assert opened.fields["ToUserName"] == OFFICIAL


def test_we_answer_and_wechatpy_reads() -> None:
    theirs = WeChatCrypto(TOKEN, AES_KEY, APPID)
    for text in texts():
        opened = Opened({}, False, "n1", "", APPID, TOKEN, read_aes_key(AES_KEY))
        fields = {
            "ToUserName": "o",
            "FromUserName": OFFICIAL,
            "CreateTime": 1,
            "MsgType": "text",
            "Content": text,
        }
        now = int(time.time())
        closed = proof.close(opened, fields, now)
        told = envelopes.read(closed.encode())
        read = theirs.decrypt_message(closed, told["MsgSignature"], str(now), "n1")
        message = parse_message(read)
        assert (message.source, message.target) == (OFFICIAL, "o")
        assert (message.content or "").strip() == text.strip()
        with pytest.raises(InvalidSignatureException):
            theirs.decrypt_message(closed, told["MsgSignature"], str(now), "n2")


def test_wechatpy_agrees_on_the_plain_signature() -> None:
    for number in range(50):
        given = (str(1714036504 + number), f"nonce{number}")
        check_signature(TOKEN, signature(TOKEN, *given), *given)
