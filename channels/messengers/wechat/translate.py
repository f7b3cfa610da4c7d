"""What a WeChat message means to us: words, something to answer at once, or nothing to say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.messengers.frame.intake import Said
from channels.messengers.frame.phrases import Phrases
from channels.messengers.frame.refusals import MalformedCall
from channels.messengers.wechat.envelopes import Fields, text_of
from records.delivery.accounts import Account

# What WeChat takes from us after the citizen wrote, and after they tapped, followed or scanned.
AFTER_A_MESSAGE = (5, timedelta(hours=48))
AFTER_A_TAP = (3, timedelta(minutes=1))

_KINDS = {
    "image": "picture",
    "video": "video",
    "shortvideo": "video",
    "voice": "voice",
    "file": "file",
}


@dataclass(frozen=True)
class Consent:
    """What a citizen said about a notice."""

    template: str
    accepted: bool


def sender_of(fields: Fields) -> str:
    """The citizen's openid."""
    openid = text_of(fields, "FromUserName")
    if not 0 < len(openid) <= 128 or not openid.isascii() or not openid.isprintable():
        raise MalformedCall
    return openid


def event_of(fields: Fields) -> str:
    """Which event it is, in small letters; empty for a message."""
    is_event = text_of(fields, "MsgType").lower() == "event"
    return text_of(fields, "Event").lower() if is_event else ""


def delivery_of(fields: Fields) -> str:
    """What makes it the same when it comes again."""
    if event_of(fields):
        named = [text_of(fields, name) for name in ("CreateTime", "Event", "EventKey")]
        digest = hashlib.sha256("\0".join(named).encode("utf-8", "surrogatepass")).hexdigest()
        return f"event:{digest[:32]}"
    message = text_of(fields, "MsgId")
    if not message.isascii() or not message.isdigit() or len(message) > 24:
        raise MalformedCall
    return f"message:{message}"


def said(fields: Fields, account: Account, phrases: Phrases) -> Said | None:
    """A message or a tap as we take it in; None when nobody expects an answer to it."""
    event = event_of(fields)
    if event:
        return _tapped(fields, event, account, phrases)
    kind = text_of(fields, "MsgType").lower()
    delivery = delivery_of(fields)
    if kind == "text":
        return Said(delivery, text=text_of(fields, "Content"), window=AFTER_A_MESSAGE)
    recognised = text_of(fields, "Recognition").strip()
    if kind == "voice" and recognised:
        return Said(delivery, text=recognised, window=AFTER_A_MESSAGE)
    name = _KINDS.get(kind, "other")
    answer = "voice" if name == "voice" else "picture" if name in ("picture", "video") else "other"
    return Said(
        delivery,
        shown=phrases.shown[name],
        answer=phrases.phrases[answer],
        window=AFTER_A_MESSAGE,
    )


def place_of(fields: Fields) -> str | None:
    """The words for the place that a citizen sent, if this is one."""
    is_place = text_of(fields, "MsgType").lower() == "location"
    return text_of(fields, "Label")[:100] if is_place else None


def consents(fields: Fields) -> list[Consent]:
    """What an event says about notices that the citizen lets us send, or lets us no more."""
    found = []
    for entry in _entries(fields):
        template = text_of(entry, "TemplateId")
        status = text_of(entry, "SubscribeStatusString").lower()
        if template and status in ("accept", "reject"):
            found.append(Consent(template, status == "accept"))
    return found


def unseen(fields: Fields) -> list[str]:
    """Why notices of ours were not shown to the citizen, as an event afterwards says."""
    if event_of(fields) == "templatesendjobfinish":
        status = text_of(fields, "Status")
        return [] if status == "success" else [status or "unknown"]
    found = []
    for entry in _entries(fields) if event_of(fields) == "subscribe_msg_sent_event" else ():
        code, status = text_of(entry, "ErrorCode"), text_of(entry, "ErrorStatus")
        if code not in ("", "0"):
            found.append(status or code)
    return found


def _tapped(fields: Fields, event: str, account: Account, phrases: Phrases) -> Said | None:
    delivery, key = delivery_of(fields), text_of(fields, "EventKey")
    if event == "click":
        words = account.settings.get("menu_texts", {}).get(key)
        return Said(delivery, text=str(words or key), window=AFTER_A_TAP)
    if event in ("subscribe", "scan"):
        greeting = account.settings.get("greeting") or phrases.phrases["greeting"]
        return Said(delivery, shown=phrases.shown[event], answer=str(greeting), window=AFTER_A_TAP)
    return None


def _entries(found: Any) -> Iterator[Fields]:
    """Every group of fields in there that names a template; XML and JSON nest them differently."""
    if isinstance(found, dict):
        if "TemplateId" in found:
            yield found
        for value in found.values():
            yield from _entries(value)
    elif isinstance(found, list):
        for value in found:
            yield from _entries(value)
