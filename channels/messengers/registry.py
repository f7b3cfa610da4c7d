"""The channels there are. A new one is added here and in `routers.py`, and nowhere else."""

from __future__ import annotations

from channels.messengers.dingtalk.channel import DingTalk
from channels.messengers.feishu.channel import Feishu
from channels.messengers.frame.channel import Channel
from channels.messengers.frame.shared import Shared
from channels.messengers.line.channel import Line
from channels.messengers.slack.channel import Slack
from channels.messengers.sms.channel import SmsNotices
from channels.messengers.telegram.channel import Telegram
from channels.messengers.wechat.channel import WeChat
from channels.messengers.wecom.app import WeCom
from channels.messengers.wecom.desk import WeComDesk
from channels.messengers.whatsapp.channel import WhatsApp


def channels(shared: Shared) -> dict[str, Channel]:
    """Each channel under its name."""
    made: list[Channel] = [
        WeChat(shared),
        WeCom(shared),
        WeComDesk(shared),
        DingTalk(shared),
        Feishu(shared),
        Telegram(shared),
        Line(shared),
        Slack(shared),
        WhatsApp(shared),
        SmsNotices(shared),
    ]
    return {channel.name: channel for channel in made}
