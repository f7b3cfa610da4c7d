"""Calls as each provider makes them: proven by its secrets, with a citizen's words in them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.messengers.wechat import envelopes
from channels.messengers.wechat.crypto import encrypt, read_aes_key
from channels.messengers.wechat.crypto import signature as wechat_signature

Fields = dict[str, Any]

WECOM_TOKEN = "QDG6eK"

AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

CORPID, AGENT = "wx5823bf96d3bd56c7", 218

SECRET = "a-client-secret"

ENCRYPT_KEY, VERIFICATION = "an-encrypt-key", "a-verification-token"

SECRET_TOKEN, BOT_TOKEN = "a-secret-token-of-ours", "123456:a-bot-token"

_numbers = itertools.count(int(time.time() * 1000) % 10**9 * 1000)


@dataclass(frozen=True)
class Call:
    """One call of a provider."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


def number() -> int:
    """Another number each time."""
    return next(_numbers)


def as_json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def wecom_call(
    fields: Fields,
    *,
    at: int | None = None,
    token: str = WECOM_TOKEN,
    key: str = AES_KEY,
    receiver: str = CORPID,
    json_too: bool = False,
) -> Call:
    """Some fields as WeCom closes them."""
    written = envelopes.write(fields, as_json=json_too).encode()
    return wecom_sealed(encrypt(read_aes_key(key), receiver, written), at=at, token=token)


def wecom_sealed(sealed: str, *, at: int | None = None, token: str = WECOM_TOKEN) -> Call:
    """A ciphertext, signed."""
    now, nonce = str(int(time.time()) if at is None else at), str(number())
    query = {
        "msg_signature": wechat_signature(token, now, nonce, sealed),
        "timestamp": now,
        "nonce": nonce,
    }
    told = {"ToUserName": CORPID, "AgentID": str(AGENT), "Encrypt": sealed}
    return Call(envelopes.write(told, as_json=False).encode(), query=query)


def wecom_fields(user: str, text: str) -> Fields:
    return {
        "ToUserName": CORPID,
        "FromUserName": user,
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": text,
        "MsgId": number(),
        "AgentID": AGENT,
    }


def kf_fields(**more: Any) -> Fields:
    return {
        "ToUserName": CORPID,
        "CreateTime": int(time.time()),
        "MsgType": "event",
        "Event": "kf_msg_or_event",
        "Token": "a-sync-token",
        "OpenKfId": "wk1",
        **more,
    }


def dingtalk_fields(user: str, text: str, **more: Any) -> Fields:
    return {
        "msgId": f"msg{number()}==",
        "msgtype": "text",
        "text": {"content": f" {text}"},
        "conversationId": "cid1",
        "conversationType": "1",
        "senderId": "$:LWCP",
        "senderStaffId": user,
        "robotCode": "a-client",
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=x",
        "sessionWebhookExpiredTime": int(time.time() * 1000) + 5_400_000,
        **more,
    }


def dingtalk_call(fields: Fields, *, at: str | None = None, secret: str = SECRET) -> Call:
    """A message as DingTalk posts it, with its signature over nothing but the time."""
    stamp = at if at is not None else str(int(time.time() * 1000) + number() % 997)
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    headers = {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
    return Call(as_json(fields), headers)


def feishu_event(user: str, text: str, **more: Any) -> Fields:
    message = {
        "message_id": f"om_{number()}",
        "chat_id": "oc_1",
        "chat_type": "p2p",
        "message_type": "text",
        "content": json.dumps({"text": text}),
        **more,
    }
    header = {
        "event_id": f"ev{number()}",
        "event_type": "im.message.receive_v1",
        "create_time": str(int(time.time() * 1000)),
        "token": VERIFICATION,
        "app_id": "cli_1",
        "tenant_key": "t",
    }
    sender = {"sender_id": {"open_id": user}, "sender_type": "user", "tenant_key": "t"}
    return {"schema": "2.0", "header": header, "event": {"sender": sender, "message": message}}


def feishu_sealed(plain: bytes, key: str = ENCRYPT_KEY, *, fill: bytes | None = None) -> str:
    """Encrypted as Feishu does; `fill` puts another padding."""
    size = 16 - len(plain) % 16
    vector = os.urandom(16)
    encryptor = Cipher(AES256(hashlib.sha256(key.encode()).digest()), CBC(vector)).encryptor()
    padded = plain + (bytes([size]) * size if fill is None else fill)
    return base64.b64encode(vector + encryptor.update(padded) + encryptor.finalize()).decode()


def feishu_call(
    event: Fields, *, at: str | None = None, key: str = ENCRYPT_KEY, signed_by: str | None = None
) -> Call:
    """An event as Feishu posts it."""
    return feishu_signed(feishu_sealed(as_json(event), key), at=at, key=signed_by or key)


def feishu_signed(sealed: str, *, at: str | None = None, key: str = ENCRYPT_KEY) -> Call:
    """A ciphertext, signed."""
    body, stamp, nonce = as_json({"encrypt": sealed}), at or str(int(time.time())), str(number())
    signed = hashlib.sha256(f"{stamp}{nonce}{key}".encode() + body).hexdigest()
    headers = {
        "X-Lark-Request-Timestamp": stamp,
        "X-Lark-Request-Nonce": nonce,
        "X-Lark-Signature": signed,
    }
    return Call(body, headers)


def telegram_update(user: str, text: str, **more: Any) -> Fields:
    chat = {"id": int(user), "type": "private", "first_name": "一"}
    message = {"message_id": number(), "date": int(time.time()), "chat": chat, "text": text}
    message["from"] = {"id": int(user), "is_bot": False, "first_name": "一"}
    return {"update_id": number(), "message": {**message, **more}}


def telegram_call(update: Fields, secret: str | None = SECRET_TOKEN) -> Call:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    return Call(as_json(update), headers)


def line_events(user: str, text: str, **more: Any) -> Fields:
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "webhookEventId": f"01H{number()}",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": user},
        "message": {"id": str(number()), "type": "text", "text": text},
        **more,
    }
    return {"destination": "U0", "events": [event]}


def line_call(body: bytes, secret: str = SECRET) -> Call:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return Call(body, {"X-Line-Signature": base64.b64encode(digest).decode()})


def slack_event(user: str, text: str, **more: Any) -> Fields:
    event = {
        "type": "message",
        "channel": user,
        "channel_type": "im",
        "user": "U1",
        "text": text,
        "ts": f"{time.time():.6f}",
        **more,
    }
    return {
        "type": "event_callback",
        "api_app_id": "A1",
        "event_id": f"Ev{number()}",
        "event": event,
    }


def slack_call(body: bytes, *, at: str | None = None, secret: str = SECRET) -> Call:
    stamp = at if at is not None else str(int(time.time()))
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return Call(body, {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}"})


def whatsapp_value(user: str, text: str, **more: Any) -> Fields:
    message = {
        "from": user,
        "id": f"wamid.{number()}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
        **more,
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1555", "phone_number_id": "42"},
        "messages": [message],
    }
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def whatsapp_call(body: bytes, secret: str = SECRET) -> Call:
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Call(body, {"X-Hub-Signature-256": f"sha256={signed}"})
