"""The routes that messengers call, and those that their links open."""

from __future__ import annotations

from channels.messengers.dingtalk import door as dingtalk
from channels.messengers.feishu import door as feishu
from channels.messengers.line import door as line
from channels.messengers.linking import door as linking_door
from channels.messengers.slack import door as slack
from channels.messengers.telegram import door as telegram
from channels.messengers.wechat import door as wechat
from channels.messengers.wecom import app_door, desk_door
from channels.messengers.whatsapp import door as whatsapp

ROUTERS = (
    wechat.router,
    app_door.router,
    desk_door.router,
    dingtalk.router,
    feishu.router,
    telegram.router,
    line.router,
    slack.router,
    whatsapp.router,
    linking_door.router,
)
