"""What each channel's account needs, so that a mistake shows when it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from channels.messengers.wechat.crypto import BadAesKey, read_aes_key


class BadAccount(ValueError):
    """Something that the channel needs is missing or not in its shape."""


@dataclass(frozen=True)
class Needs:
    """Names of settings and secrets, and what else has to hold."""

    settings: tuple[str, ...]
    secrets: tuple[str, ...]
    check: Callable[[Mapping[str, Any], Mapping[str, str]], None] = lambda settings, secrets: None


def _wechat(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    mode = settings.get("mode", "safe")
    if mode not in ("plain", "compatible", "safe"):
        raise BadAccount("mode is none of plain, compatible, safe")
    if mode != "plain":
        try:
            read_aes_key(secrets.get("aes_key", ""))
        except BadAesKey as problem:
            raise BadAccount("aes_key is not 43 characters of base64") from problem


def _wecom(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    _wechat({"mode": "safe"}, secrets)


def _dingtalk(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    if settings.get("mode", "stream") not in ("stream", "http"):
        raise BadAccount("mode is none of stream, http")


def _telegram(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secrets["secret_token"]):
        raise BadAccount("secret_token has to be 16 to 256 of A-Z a-z 0-9 _ -")
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", secrets["bot_token"]):
        raise BadAccount("bot_token is not as Telegram gives it")


# A new channel adds its line here.
NEEDS: dict[str, Needs] = {
    "wechat": Needs(("appid",), ("token", "app_secret"), _wechat),
    "wecom": Needs(("corpid", "agentid"), ("token", "aes_key", "secret"), _wecom),
    "wecom-kf": Needs(("corpid",), ("token", "aes_key", "secret"), _wecom),
    "dingtalk": Needs(("client_id",), ("client_secret",), _dingtalk),
    # Without its encrypt key Feishu signs nothing.
    "feishu": Needs(("app_id",), ("app_secret", "encrypt_key", "verification_token")),
    "telegram": Needs((), ("bot_token", "secret_token"), _telegram),
    "line": Needs((), ("channel_secret", "access_token")),
    "slack": Needs((), ("signing_secret", "bot_token")),
    "whatsapp": Needs(("phone_number_id",), ("app_secret", "verify_token", "access_token")),
    # Signature and keys are those that send the codes (`SMS_…`).
    "sms": Needs(("template",), ()),
}


def check(channel: str, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    """Refuse an account that could never work."""
    needs = NEEDS.get(channel)
    if needs is None:
        raise BadAccount(f"unknown channel; there are {', '.join(sorted(NEEDS))}")
    missing = [name for name in needs.settings if not settings.get(name)]
    missing += [name for name in needs.secrets if not secrets.get(name)]
    if missing:
        raise BadAccount(f"missing: {', '.join(missing)}")
    needs.check(settings, secrets)
