"""What each channel's account needs and may have, so that a mistake shows when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.accounts.shapes import (
    ADDRESS,
    AES_KEY,
    FLAG,
    ID,
    LOCALE,
    NUMBER,
    SECRET,
    TEXT,
    TEXTS,
    TOKEN,
    WECHATS_NOTICES,
    WHATSAPPS_NOTICES,
    Shape,
    one_of,
    pattern,
)
from channels.messengers.wechat.crypto import BadAesKey, read_aes_key

Shapes = Mapping[str, Shape]


class BadAccount(ValueError):
    """Something that the channel needs is missing or not in its shape."""


@dataclass(frozen=True)
class Needs:
    """The settings and secrets that there must be, and those that there may be."""

    settings: Shapes
    secrets: Shapes
    may: Shapes = field(default_factory=dict)
    may_secrets: Shapes = field(default_factory=dict)


# What an account of every channel may have.
_EVERYWHERE: Shapes = {"api": ADDRESS, "greeting": TEXT, "locale": LOCALE}
_WECOM: Shapes = {"token": TOKEN, "aes_key": AES_KEY, "secret": SECRET}

# A new channel adds its line here.
NEEDS: dict[str, Needs] = {
    "wechat": Needs(
        {"appid": ID},
        {"token": TOKEN, "app_secret": SECRET},
        {
            "mode": one_of("safe", "compatible", "plain"),
            "customer_service": FLAG,
            "answer": one_of("later"),
            "oauth": FLAG,
            "original_id": ID,
            "menu_texts": TEXTS,
            "notices": WECHATS_NOTICES,
            "transfer": ID,
            "open": ADDRESS,
        },
        {"aes_key": AES_KEY},
    ),
    "wecom": Needs({"corpid": ID, "agentid": NUMBER}, _WECOM, {"menu_texts": TEXTS}),
    "wecom-kf": Needs({"corpid": ID}, _WECOM, {"transfer": ID}),
    "dingtalk": Needs(
        {"client_id": ID},
        {"client_secret": SECRET},
        {"mode": one_of("stream", "http"), "robot_code": ID},
    ),
    # Without its encrypt key Feishu signs nothing.
    "feishu": Needs(
        {"app_id": ID},
        {"app_secret": SECRET, "encrypt_key": SECRET, "verification_token": SECRET},
    ),
    "telegram": Needs(
        {},
        {
            "bot_token": pattern(r"\d+:[A-Za-z0-9_-]+", "as Telegram gives it"),
            "secret_token": pattern(r"[A-Za-z0-9_-]{16,256}", "16 to 256 of A-Z a-z 0-9 _ -"),
        },
    ),
    "line": Needs({}, {"channel_secret": SECRET, "access_token": SECRET}, {"user_id": ID}),
    "slack": Needs(
        {},
        {
            "signing_secret": SECRET,
            "bot_token": pattern(r"xoxb-[A-Za-z0-9-]+", "a bot's token, which begins with xoxb-"),
        },
        {"app_id": ID},
    ),
    "whatsapp": Needs(
        {"phone_number_id": NUMBER},
        {"app_secret": SECRET, "verify_token": SECRET, "access_token": SECRET},
        {"notices": WHATSAPPS_NOTICES},
    ),
    # Signature and keys are those that send the codes (`SMS_…`).
    "sms": Needs({"template": ID}, {}),
}


def check(channel: str, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    """Refuse an account that could never work."""
    needs = NEEDS.get(channel)
    if needs is None:
        raise BadAccount(f"unknown channel; there are {', '.join(sorted(NEEDS))}")
    missing = [name for name in needs.settings if settings.get(name) in (None, "")]
    missing += [name for name in needs.secrets if not secrets.get(name)]
    if missing:
        raise BadAccount(f"missing: {', '.join(missing)}")
    _hold(channel, "setting", {**_EVERYWHERE, **needs.settings, **needs.may}, settings)
    _hold(channel, "secret", {**needs.secrets, **needs.may_secrets}, secrets)
    if channel in ("wechat", "wecom", "wecom-kf") and settings.get("mode") != "plain":
        _open(secrets.get("aes_key", ""))


def _hold(channel: str, kind: str, shapes: Shapes, given: Mapping[str, Any]) -> None:
    """One sentence about the first that is not right; it never repeats a value."""
    for name, value in given.items():
        if name not in shapes:
            known = ", ".join(sorted(shapes)) or "none"
            raise BadAccount(f"{channel} has no {kind} {name!r}; there are {known}")
        if not shapes[name].holds(value):
            raise BadAccount(f"{name} has to be {shapes[name].wanted}")


def _open(aes_key: str) -> None:
    try:
        read_aes_key(aes_key)
    except BadAesKey as problem:
        raise BadAccount(f"aes_key has to be {AES_KEY.wanted}") from problem
