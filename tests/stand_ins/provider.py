"""The APIs of WeChat's neighbours as the tests have them: they speak, count and remember."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.stand_ins.serving import Served

Fields = dict[str, Any]
TOKEN = "a-token"


@dataclass(frozen=True)
class Heard:
    """A call as it came."""

    path: str
    query: Fields
    headers: Fields
    told: Fields


@dataclass
class Desk:
    """微信客服 at WeCom: what citizens wrote, who serves them, and what was sent."""

    messages: list[Fields] = field(default_factory=list)
    state: dict[str, int] = field(default_factory=dict)
    page: int = 1000
    sent: dict[str, Fields] = field(default_factory=dict)

    def write(self, citizen: str, text: str, **more: Any) -> Fields:
        """A citizen writes."""
        told = {
            "msgid": f"m{len(self.messages)}-{time.time_ns()}",
            "open_kfid": "wk1",
            "external_userid": citizen,
            "send_time": int(time.time()),
            "origin": 3,
            "msgtype": "text",
            "text": {"content": text},
            **more,
        }
        self.messages.append(told)
        return told

    def sync(self, told: Fields) -> Fields:
        """One page behind the cursor."""
        start = int(told.get("cursor") or 0)
        found = self.messages[start : start + self.page]
        following = start + len(found)
        more = int(following < len(self.messages))
        return {"msg_list": found, "next_cursor": str(following), "has_more": more}


class StandInProvider:
    """`fails` takes a call and gives a response, or None for no trouble."""

    def __init__(self) -> None:
        self.calls: list[Heard] = []
        self.fails: Callable[[Heard], Response | None] = lambda heard: None
        self.token = TOKEN
        self.tokens_given = 0
        self.desk = Desk()
        self.frames: list[Fields] = []
        self.acknowledged: list[Fields] = []
        self.streams = 0
        self.drops = 0
        self.hurries = False  # sends frames before those sent earlier are acknowledged
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self.served = Served(
            Starlette(
                routes=[
                    WebSocketRoute("/stream", self._stream),
                    Route("/{path:path}", self._take, methods=["GET", "POST"]),
                ]
            )
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.served.url

    def at(self, ending: str) -> list[Fields]:
        """What was told to the calls whose path ends so."""
        return [heard.told for heard in self.calls if heard.path.endswith(ending)]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        heard = Heard(
            request.url.path,
            dict(request.query_params),
            dict(request.headers),
            json.loads(body) if body else {},
        )
        self.calls.append(heard)
        trouble = self.fails(heard)
        if trouble is not None:
            return trouble
        return JSONResponse(self._answer(heard))

    def _answer(self, heard: Heard) -> Fields:
        path = heard.path
        if path.endswith(("/gettoken", "/accessToken", "/internal")):
            self.tokens_given += 1
            named = ("access_token", "accessToken", "tenant_access_token")
            seconds = {"expires_in": 7200, "expireIn": 7200, "expire": 7200}
            return {"errcode": 0, "code": 0, **dict.fromkeys(named, self.token), **seconds} | (
                {"code": ""} if path.endswith("/accessToken") else {}
            )
        if path.endswith("/connections/open"):
            ticket = f"ticket+{next(self._numbers)}"
            self._tickets.add(ticket)
            return {"endpoint": self.url.replace("http", "ws") + "/stream", "ticket": ticket}
        if path.startswith("/cgi-bin/"):
            return self._wecom(heard)
        if path.startswith("/open-apis/"):
            return {"code": 0, "data": {"message_id": f"om_{next(self._numbers)}"}}
        if path.startswith("/v1.0/"):
            return {"processQueryKey": "a-key"}
        return {"ok": True, "messages": [{"id": f"wamid.{next(self._numbers)}"}]}

    def _wecom(self, heard: Heard) -> Fields:
        if heard.query.get("access_token") != self.token:
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        if heard.path.endswith("/sync_msg"):
            return {"errcode": 0, **self.desk.sync(heard.told)}
        if heard.path.endswith("/service_state/get"):
            state = self.desk.state.get(heard.told["external_userid"], 1)
            return {"errcode": 0, "service_state": state}
        if heard.path.endswith("/service_state/trans"):
            self.desk.state[heard.told["external_userid"]] = heard.told["service_state"]
        if heard.path.endswith("/kf/send_msg"):
            self.desk.sent.setdefault(heard.told["msgid"], heard.told)
        return {"errcode": 0, "errmsg": "ok"}

    async def _stream(self, socket: WebSocket) -> None:
        """DingTalk's side of a stream: each frame until it is acknowledged."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(4403)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        self.streams += 1
        sent: dict[str, Fields] = {}
        listening = asyncio.create_task(self._acknowledge(socket, sent))
        try:
            while not listening.done():
                await self._next_frame(socket, sent)
                await asyncio.sleep(0.005)
        except WebSocketDisconnect:
            pass
        finally:
            listening.cancel()
            self.streams -= 1

    async def _next_frame(self, socket: WebSocket, sent: dict[str, Fields]) -> None:
        waiting = (one for one in self.frames if one["headers"]["messageId"] not in sent)
        frame = next(waiting, None)
        if frame is None or (sent and not self.hurries):
            return
        sent[frame["headers"]["messageId"]] = frame
        await socket.send_text(json.dumps(frame))
        if self.drops:
            self.drops -= 1
            await socket.close()
            raise WebSocketDisconnect

    async def _acknowledge(self, socket: WebSocket, sent: dict[str, Fields]) -> None:
        """What is refused is sent again."""
        with suppress(WebSocketDisconnect):
            while True:
                told = json.loads(await socket.receive_text())
                if frame := sent.pop(told["headers"]["messageId"], None):
                    self.acknowledged.append(told)
                    if told["code"] == 200:
                        self.frames.remove(frame)
