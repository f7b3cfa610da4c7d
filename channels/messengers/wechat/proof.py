"""Proves that a call comes from WeChat, opens it, and closes the answer in the same way.

Plain mode signs no body, so there a signature is good for the body it first came with only.
In compatible and safe mode the ciphertext alone counts; what stands beside it is not looked at.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from channels.messengers.frame.refusals import BadSignature, MalformedCall, StaleCall
from channels.messengers.wechat import envelopes
from channels.messengers.wechat.crypto import (
    BadAesKey,
    Undecipherable,
    decrypt,
    encrypt,
    read_aes_key,
    signature,
)
from channels.messengers.wechat.envelopes import Fields, Illegible, text_of
from records.delivery.accounts import Account

# How far a call's time may be from ours.
SECONDS_FRESH = 300
PLAIN, COMPATIBLE, SAFE = "plain", "compatible", "safe"


@dataclass(frozen=True)
class Opened:
    """A proven call: what it says, and how the answer has to be closed."""

    fields: Fields
    as_json: bool
    nonce: str
    signature: str
    receiver: str = ""
    token: str = field(default="", repr=False)
    aes_key: bytes | None = field(default=None, repr=False)  # None: in the clear


def prove_address(account: Account, query: Mapping[str, str], now: float) -> str:
    """What to answer when WeChat verifies our address."""
    _fresh(query, now)
    if not any(_signed(secrets_, query, "signature") for secrets_ in _valid(account)):
        raise BadSignature
    return query.get("echostr", "")


def open_call(account: Account, query: Mapping[str, str], body: bytes, now: float) -> Opened:
    """The call, if WeChat made it lately for this account."""
    _fresh(query, now)
    if account.settings.get("mode", SAFE) == PLAIN:
        return _open_plain(account, query, body)
    return _open_sealed(account, query, body)


def close(
    opened: Opened,
    fields: Mapping[str, object],
    now: int,
    random: Callable[[], bytes] = lambda: secrets.token_bytes(16),
) -> str:
    """The answer, closed as the call was."""
    written = envelopes.write(fields, as_json=opened.as_json)
    if opened.aes_key is None:
        return written
    sealed = encrypt(opened.aes_key, opened.receiver, written.encode(), random())
    told = {
        "Encrypt": sealed,
        "MsgSignature": signature(opened.token, str(now), opened.nonce, sealed),
        "TimeStamp": now,
        "Nonce": opened.nonce,
    }
    return envelopes.write(told, as_json=opened.as_json)


def _open_plain(account: Account, query: Mapping[str, str], body: bytes) -> Opened:
    if not any(_signed(secrets_, query, "signature") for secrets_ in _valid(account)):
        raise BadSignature
    fields = _read(body)
    if "Encrypt" in fields:
        raise MalformedCall
    return Opened(fields, envelopes.is_json(body), query.get("nonce", ""), query["signature"])


def _open_sealed(account: Account, query: Mapping[str, str], body: bytes) -> Opened:
    encrypted = text_of(_read(body), "Encrypt")
    if not encrypted:
        raise BadSignature
    for valid in _valid(account):
        if _signed(valid, query, "msg_signature", encrypted):
            return _decrypted(account, valid, query, encrypted)
    raise BadSignature


def _decrypted(
    account: Account, valid: Mapping[str, str], query: Mapping[str, str], encrypted: str
) -> Opened:
    receiver = str(account.settings.get("appid", ""))
    try:
        key = read_aes_key(valid.get("aes_key", ""))
        message = decrypt(key, receiver, encrypted)
    except (Undecipherable, BadAesKey) as problem:
        raise BadSignature from problem
    return Opened(
        fields=_read(message),
        as_json=envelopes.is_json(message),
        nonce=query.get("nonce", ""),
        signature=query["msg_signature"],
        receiver=receiver,
        token=valid["token"],
        aes_key=key,
    )


def _valid(account: Account) -> list[Mapping[str, str]]:
    """The secrets that a call may be proven with: for a while also those before the last."""
    return [account.secrets, *([account.earlier] if account.earlier else [])]


def _signed(valid: Mapping[str, str], query: Mapping[str, str], name: str, *more: str) -> bool:
    token, given = valid.get("token", ""), query.get(name, "")
    expected = signature(token, query.get("timestamp", ""), query.get("nonce", ""), *more)
    return bool(token) and hmac.compare_digest(expected.encode(), given.encode())


def _fresh(query: Mapping[str, str], now: float) -> None:
    told = query.get("timestamp", "")
    if not (told.isascii() and told.isdigit() and len(told) <= 12):
        raise StaleCall
    if abs(now - int(told)) > SECONDS_FRESH:
        raise StaleCall


def _read(body: bytes) -> Fields:
    try:
        return envelopes.read(body)
    except Illegible as problem:
        raise MalformedCall from problem


def clock() -> float:
    """Seconds since 1970."""
    return time.time()
