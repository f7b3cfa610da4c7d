"""The page and the one call of the sandbox's short messages; all of it in memory."""

from __future__ import annotations

import hmac
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Header, HTTPException, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from starlette.middleware.trustedhost import TrustedHostMiddleware

CHINA = ZoneInfo("Asia/Shanghai")
MOST = 50
TEXTS = {
    "sign_in": "【问保】验证码{code}，用于登录问保查看社保记录，5分钟内有效。请勿告诉他人。",
    "notices": "【问保】验证码{code}，用于接收办事进展短信，5分钟内有效。请勿告诉他人。",
    "news": "【问保】您办的事有了新进展，请打开问保查看。",
    "register_phone": "【问保】验证码{code}，用于绑定手机号，5分钟内有效。请勿告诉他人。",
}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta http-equiv="refresh" content="5"><title>短信沙箱</title>
<style>body{{font:1rem/1.6 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}}
li{{margin:.8rem 0}}time{{color:#555}}</style>
<h1>短信沙箱</h1><p>这里显示手机本来会收到的短信，最新的在上面。</p>
<ol reversed>{rows}</ol></html>"""


class Message(BaseModel):
    """A code for a phone, or a notice, whose name stands in for the purpose."""

    phone: str
    code: str
    purpose: str
    key: str = ""


@dataclass(frozen=True)
class Kept:
    """A message and when it came."""

    message: Message
    at: datetime


def create(token: str) -> FastAPI:
    """The application; only who has the token may send."""
    app = FastAPI(openapi_url=None)
    kept: deque[Kept] = deque(maxlen=MOST)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])

    @app.post("/messages", status_code=201)
    async def take(message: Message, authorization: str = Header("")) -> Response:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401)
        kept.appendleft(Kept(message, datetime.now(CHINA)))
        return Response(status_code=201)

    @app.get("/messages")
    async def listed(phone: str) -> list[Message]:
        return [one.message for one in kept if one.message.phone == phone]

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE.format(rows="".join(map(_row, kept))))

    return app


def _row(one: Kept) -> str:
    text = TEXTS.get(one.message.purpose, "{code}").format(code=one.message.code)
    time = f"{one.at:%H:%M:%S}"
    return f"<li><time>{time}</time> {escape(one.message.phone)}<br>{escape(text)}</li>"
