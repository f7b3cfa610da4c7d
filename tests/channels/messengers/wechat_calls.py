"""Calls as WeChat makes them, in its three modes and two formats."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.messengers.wechat import envelopes
from channels.messengers.wechat.crypto import decrypt, encrypt, read_aes_key, signature
from tests.stand_ins.wechat import APPID

TOKEN = "AAAAA"
AES_KEY = "A" * 43
OFFICIAL = "gh_97417a04a28d"
_numbers = itertools.count(int(time.time() * 1000) % 10**9 * 1000)


@dataclass
class Follower:
    """A follower of the account, and WeChat between them and us."""

    http: httpx.AsyncClient
    openid: str
    account: str = "oa"
    mode: str = "safe"
    as_json: bool = False
    token: str = TOKEN
    aes_key: str = AES_KEY
    heard: list[dict[str, Any]] = field(default_factory=list)

    def message(self, content: str, **more: Any) -> dict[str, Any]:
        """A text message, or another with other fields."""
        return {
            "ToUserName": OFFICIAL,
            "FromUserName": self.openid,
            "CreateTime": int(time.time()),
            "MsgType": "text",
            "Content": content,
            "MsgId": next(_numbers),
            **more,
        }

    def event(self, event: str, **more: Any) -> dict[str, Any]:
        """An event."""
        told = self.message("", MsgType="event", Event=event, **more)
        del told["Content"], told["MsgId"]
        return told

    async def say(self, content: str, **more: Any) -> str | None:
        """Say something; the text that answered in the same response, if one did."""
        return await self.call(self.message(content, **more))

    async def call(self, fields: dict[str, Any]) -> str | None:
        """Make one call; the text of the answer in it."""
        answered = await self.post(fields)
        assert answered.status_code == 200, answered.text
        return self.text_in(answered)

    async def post(self, fields: dict[str, Any]) -> httpx.Response:
        """Make one call."""
        query, body = self.closed(fields)
        return await self.http.post(
            f"/messengers/wechat/{self.account}", params=query, content=body, timeout=30
        )

    def closed(self, fields: dict[str, Any], at: int | None = None) -> tuple[dict[str, str], bytes]:
        """Query and body of a call."""
        nonce, now = str(next(_numbers)), str(int(time.time()) if at is None else at)
        written = envelopes.write(fields, as_json=self.as_json)
        query = {
            "signature": signature(self.token, now, nonce),
            "timestamp": now,
            "nonce": nonce,
            "openid": self.openid,
        }
        if self.mode == "plain":
            return query, written.encode()
        sealed = encrypt(read_aes_key(self.aes_key), APPID, written.encode())
        query |= {
            "encrypt_type": "aes",
            "msg_signature": signature(self.token, now, nonce, sealed),
        }
        told = {"ToUserName": OFFICIAL, "Encrypt": sealed}
        if self.mode == "compatible":
            told = {**fields, **told}
        return query, envelopes.write(told, as_json=self.as_json).encode()

    def text_in(self, answered: httpx.Response) -> str | None:
        """The words of an answer; None when it is but a receipt."""
        if answered.text in ("", "success"):
            return None
        fields = envelopes.read(answered.content)
        if self.mode != "plain":
            sealed = str(fields["Encrypt"])
            expected = signature(self.token, str(fields["TimeStamp"]), str(fields["Nonce"]), sealed)
            assert fields["MsgSignature"] == expected
            fields = envelopes.read(decrypt(read_aes_key(self.aes_key), APPID, sealed))
        assert fields["ToUserName"] == self.openid
        assert fields["FromUserName"] == OFFICIAL
        self.heard.append(fields)
        if fields["MsgType"] == "text":
            assert len(str(fields["Content"]).encode()) <= 2048
            return str(fields["Content"])
        return json.dumps(fields["Articles"], ensure_ascii=False)


async def until_many(count: Callable[[], int], goal: int, patience: float = 40) -> None:
    """Wait for `goal`, however slow the machine; give up once nothing has moved for `patience`."""
    last, moved = -1, time.monotonic()
    while (found := count()) < goal:
        if found != last:
            last, moved = found, time.monotonic()
        assert time.monotonic() - moved < patience, f"it stopped at {found} of {goal}"
        # Counting costs those who work, so not too often.
        await asyncio.sleep(0.25)


async def until(holds: Any, seconds: float = 15) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.02)
