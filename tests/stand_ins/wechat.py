"""WeChat's API as the tests have it: it speaks the protocol, counts quotas, and remembers."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.stand_ins.serving import Served

APPID, APP_SECRET = "wxba5fad812f8e6fb9", "an-app-secret"
Fields = dict[str, Any]


class StandInWeChat:
    """`fails` takes (path, body) and gives an error code, a response, or None for no trouble."""

    def __init__(self) -> None:
        self.sent: list[Fields] = []
        self.typed: list[str] = []
        self.notices: list[Fields] = []
        self.menus: list[Fields] = []
        self.tokens_given: list[Fields] = []
        self.calls: list[str] = []
        self.raw: list[bytes] = []
        self.token: str | None = None
        self.seconds = 0.0
        self.token_seconds = 0.0
        self.codes: dict[str, Fields] = {}
        self.openid = "a-browser"
        self.is_snapshot = False
        self.secret = APP_SECRET
        self.fails: Callable[[str, Fields], int | Response | None] = lambda path, body: None
        self._numbers = itertools.count(1)
        self.served = Served(
            Starlette(
                routes=[
                    Route("/cgi-bin/stable_token", self._token, methods=["POST"]),
                    Route("/cgi-bin/message/custom/send", self._send, methods=["POST"]),
                    Route("/cgi-bin/message/custom/typing", self._typing, methods=["POST"]),
                    Route("/cgi-bin/message/subscribe/bizsend", self._notice, methods=["POST"]),
                    Route("/cgi-bin/message/template/send", self._notice, methods=["POST"]),
                    Route("/cgi-bin/menu/create", self._menu, methods=["POST"]),
                    Route("/connect/oauth2/authorize", self._authorize),
                    Route("/sns/oauth2/access_token", self._who),
                ]
            )
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.served.url

    def texts(self, openid: str | None = None) -> list[str]:
        """What was sent, in order."""
        return [
            sent["text"]["content"] if sent["msgtype"] == "text" else json.dumps(sent["news"])
            for sent in self.sent
            if openid is None or sent["touser"] == openid
        ]

    def by_user(self) -> dict[str, list[str]]:
        """What each user got, in order."""
        found: dict[str, list[str]] = defaultdict(list)
        for sent in self.sent:
            found[sent["touser"]].append(sent["text"]["content"])
        return found

    async def _token(self, request: Request) -> Response:
        asked = await request.json()
        if self.token_seconds:
            await asyncio.sleep(self.token_seconds)
        self.tokens_given.append(asked)
        if asked["appid"] != APPID or asked["secret"] != self.secret:
            return JSONResponse({"errcode": 40001, "errmsg": "invalid credential"})
        if self.token is None or asked["force_refresh"]:
            self.token = f"token-{next(self._numbers)}"
        return JSONResponse({"access_token": self.token, "expires_in": 7200})

    async def _send(self, request: Request) -> Response:
        return await self._take(request, self.sent.append)

    async def _typing(self, request: Request) -> Response:
        return await self._take(request, lambda told: self.typed.append(told["touser"]))

    async def _notice(self, request: Request) -> Response:
        return await self._take(request, self.notices.append)

    async def _menu(self, request: Request) -> Response:
        return await self._take(request, self.menus.append)

    async def _take(self, request: Request, keep: Callable[[Fields], object]) -> Response:
        path, raw = request.url.path, await request.body()
        self.calls.append(path)
        self.raw.append(raw)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.token is None or request.query_params.get("access_token") != self.token:
            return JSONResponse({"errcode": 40014, "errmsg": "invalid access_token"})
        told = json.loads(raw)
        trouble = self.fails(path, told)
        if isinstance(trouble, Response):
            return trouble
        if trouble:
            return JSONResponse({"errcode": trouble, "errmsg": "no"})
        keep(told)
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = f"code-{next(self._numbers)}"
        self.codes[code] = {"openid": self.openid, "access_token": "x"}
        if self.is_snapshot:
            self.codes[code]["is_snapshotuser"] = 1
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}")

    async def _who(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.calls.append(request.url.path)
        found = self.codes.pop(asked.get("code", ""), None)
        if found is None or asked.get("secret") != self.secret:
            return JSONResponse({"errcode": 40029, "errmsg": "invalid code"})
        return JSONResponse(found)
