"""Proves that a callback comes from WeCom for our company, and opens it; it is always encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from channels.messengers.frame.refusals import BadSignature, MalformedCall
from channels.messengers.incoming import need_fresh, same, valid_secrets
from channels.messengers.wechat import envelopes
from channels.messengers.wechat.crypto import (
    BadAesKey,
    Undecipherable,
    decrypt,
    read_aes_key,
    signature,
)
from channels.messengers.wechat.envelopes import Fields, Illegible, text_of
from records.delivery.accounts import Account


@dataclass(frozen=True)
class Opened:
    """A proven callback."""

    fields: Fields


def prove_address(account: Account, query: Mapping[str, str], now: float) -> str:
    """What to answer, in the clear, when WeCom verifies our address."""
    need_fresh(query.get("timestamp", ""), now)
    plain = _decrypted(account, query, query.get("echostr", ""))
    try:
        return plain.decode()
    except UnicodeDecodeError as problem:
        raise MalformedCall from problem


def open_call(account: Account, query: Mapping[str, str], body: bytes, now: float) -> Opened:
    """The callback, if WeCom made it lately for this company."""
    need_fresh(query.get("timestamp", ""), now)
    plain = _decrypted(account, query, text_of(_read(body), "Encrypt"))
    return Opened(_read(plain))


def _decrypted(account: Account, query: Mapping[str, str], encrypted: str) -> bytes:
    given = query.get("msg_signature", "")
    signed = (query.get("timestamp", ""), query.get("nonce", ""), encrypted)
    for secrets in valid_secrets(account):
        token = secrets.get("token", "")
        if encrypted and token and same(signature(token, *signed), given):
            return _opened(str(account.settings.get("corpid", "")), secrets, encrypted)
    raise BadSignature


def _opened(corpid: str, secrets: Mapping[str, str], encrypted: str) -> bytes:
    try:
        if not corpid:
            raise BadSignature
        return decrypt(read_aes_key(secrets.get("aes_key", "")), corpid, encrypted)
    except (Undecipherable, BadAesKey) as problem:
        raise BadSignature from problem


def _read(body: bytes) -> Fields:
    try:
        return envelopes.read(body)
    except Illegible as problem:
        raise MalformedCall from problem
