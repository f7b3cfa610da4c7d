"""Each channel as its provider uses it: our account there, a citizen's message, what came back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.calls import Call, Fields
from tests.stand_ins.provider import StandInProvider


@dataclass(frozen=True)
class Way:
    """One channel; `message` makes the call that brings a citizen's words."""

    channel: str
    secrets: dict[str, str]
    settings: dict[str, Any]
    message: Callable[[StandInProvider, str, str], Call]
    sent: Callable[[StandInProvider], list[tuple[str, str]]]
    user: str
    most: int  # the provider's own limit, as `size` counts
    size: Callable[[str], int]

    @property
    def path(self) -> str:
        """Where the provider calls us."""
        return f"/messengers/{self.channel}/{self.channel}"


def in_bytes(text: str) -> int:
    return len(text.encode())


def in_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _kf_message(provider: StandInProvider, user: str, text: str) -> Call:
    provider.desk.write(user, text)
    return calls.wecom_call(calls.kf_fields())


def _wecom_sent(provider: StandInProvider) -> list[tuple[str, str]]:
    return [
        (told["touser"], told["text"]["content"] if "text" in told else json.dumps(told))
        for told in provider.at("/message/send")
    ]


def _kf_sent(provider: StandInProvider) -> list[tuple[str, str]]:
    return [(told["touser"], told["text"]["content"]) for told in provider.desk.sent.values()]


def _dingtalk_sent(provider: StandInProvider) -> list[tuple[str, str]]:
    return [(told["userIds"][0], _dingtalk_words(told)) for told in provider.at("/batchSend")]


def _dingtalk_words(told: Fields) -> str:
    content = json.loads(told["msgParam"])
    return str(content["content"] if told["msgKey"] == "sampleText" else content)


def _feishu_sent(provider: StandInProvider) -> list[tuple[str, str]]:
    return [
        (told["receive_id"], json.loads(told["content"])["text"])
        for told in provider.at("/im/v1/messages")
    ]


def _slack_words(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


_WECOM = {"token": calls.WECOM_TOKEN, "aes_key": calls.AES_KEY, "secret": "a-corp-secret"}

WAYS = {
    way.channel: way
    for way in (
        Way(
            "wecom",
            _WECOM,
            {"corpid": calls.CORPID, "agentid": calls.AGENT},
            lambda _, user, text: calls.wecom_call(calls.wecom_fields(user, text)),
            _wecom_sent,
            "zhangsan",
            2048,
            in_bytes,
        ),
        Way(
            "wecom-kf",
            _WECOM,
            {"corpid": calls.CORPID},
            _kf_message,
            _kf_sent,
            "wm1",
            2048,
            in_bytes,
        ),
        Way(
            "dingtalk",
            {"client_secret": calls.SECRET},
            {"client_id": "a-client", "mode": "http"},
            lambda _, user, text: calls.dingtalk_call(calls.dingtalk_fields(user, text)),
            _dingtalk_sent,
            "staff1",
            20_000,
            in_bytes,
        ),
        Way(
            "feishu",
            {
                "app_secret": "s",
                "encrypt_key": calls.ENCRYPT_KEY,
                "verification_token": calls.VERIFICATION,
            },
            {"app_id": "cli_1"},
            lambda _, user, text: calls.feishu_call(calls.feishu_event(user, text)),
            _feishu_sent,
            "ou_1",
            150_000,
            in_bytes,
        ),
        Way(
            "telegram",
            {"bot_token": calls.BOT_TOKEN, "secret_token": calls.SECRET_TOKEN},
            {},
            lambda _, user, text: calls.telegram_call(calls.telegram_update(user, text)),
            lambda provider: [
                (str(told["chat_id"]), told["text"]) for told in provider.at("/sendMessage")
            ],
            "7001",
            4096,
            in_units,
        ),
        Way(
            "line",
            {"channel_secret": calls.SECRET, "access_token": "t"},
            {"user_id": "U0"},
            lambda _, user, text: calls.line_call(calls.as_json(calls.line_events(user, text))),
            lambda provider: [
                (told["to"], told["messages"][0]["text"]) for told in provider.at("/message/push")
            ],
            "U206d25c2ea6bd87c17655609a1c37cb8",
            5000,
            in_units,
        ),
        Way(
            "slack",
            {"signing_secret": calls.SECRET, "bot_token": "xoxb-1"},
            {"app_id": "A1"},
            lambda _, user, text: calls.slack_call(calls.as_json(calls.slack_event(user, text))),
            lambda provider: [
                (told["channel"], _slack_words(told["text"]))
                for told in provider.at("/chat.postMessage")
            ],
            "D024BE91L",
            4000,
            len,
        ),
        Way(
            "whatsapp",
            {"app_secret": calls.SECRET, "verify_token": "v", "access_token": "t"},
            {"phone_number_id": "42"},
            lambda _, user, text: calls.whatsapp_call(
                calls.as_json(calls.whatsapp_value(user, text))
            ),
            lambda provider: [
                (told["to"], told["text"]["body"]) for told in provider.at("/42/messages")
            ],
            "16505551234",
            4096,
            in_units,
        ),
    )
}
