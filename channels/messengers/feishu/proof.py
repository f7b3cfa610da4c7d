"""Proves that an event comes from Feishu, and opens it; without both of our keys nothing passes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.messengers.frame.refusals import BadSignature, MalformedCall
from channels.messengers.incoming import (
    Fields,
    need_fresh,
    read_object,
    same,
    text_at,
    valid_secrets,
)
from records.delivery.accounts import Account

BLOCK = 16
VERIFICATION = "url_verification"


class Undecipherable(Exception):
    """Not encrypted with this key, or damaged."""


def open_event(account: Account, headers: Mapping[str, str], body: bytes, now: float) -> Fields:
    """The event, if Feishu sent it lately for our application.

    The question whether the address is ours is not signed; our token in it proves it.
    """
    sealed = text_at(read_object(body), "encrypt")
    for secrets in valid_secrets(account):
        key, token = secrets.get("encrypt_key", ""), secrets.get("verification_token", "")
        if not key or not token or not sealed:
            continue
        try:
            event = read_object(decrypt(key, sealed))
        except (Undecipherable, MalformedCall) as problem:
            # Of 256 texts another key opens one to something that ends as if it were padded.
            if isinstance(problem, MalformedCall) and _is_signed(key, headers, body):
                raise
            continue
        if text_at(event, "type") == VERIFICATION:
            if same(token, text_at(event, "token")):
                return event
        elif _is_signed(key, headers, body) and same(token, text_at(event, "header", "token")):
            _need_ours(account, headers, event, now)
            return event
    raise BadSignature


def signature(key: str, timestamp: str, nonce: str, body: bytes) -> str:
    """What Feishu signs with: SHA-256 over time, nonce, key and the raw body."""
    head = f"{timestamp}{nonce}{key}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(head + body).hexdigest()


def decrypt(key: str, sealed: str) -> bytes:
    """What was encrypted with this key: AES-256-CBC, the first block being the vector."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Undecipherable from problem
    if len(raw) < 2 * BLOCK or len(raw) % BLOCK:
        raise Undecipherable
    secret = hashlib.sha256(key.encode()).digest()
    decryptor = Cipher(AES256(secret), CBC(raw[:BLOCK])).decryptor()
    plain = decryptor.update(raw[BLOCK:]) + decryptor.finalize()
    fill = plain[-1]
    if not 0 < fill <= BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise Undecipherable
    return plain[:-fill]


def _is_signed(key: str, headers: Mapping[str, str], body: bytes) -> bool:
    timestamp = headers.get("x-lark-request-timestamp", "")
    nonce = headers.get("x-lark-request-nonce", "")
    expected = signature(key, timestamp, nonce, body)
    return same(expected, headers.get("x-lark-signature", ""))


def _need_ours(account: Account, headers: Mapping[str, str], event: Fields, now: float) -> None:
    need_fresh(headers.get("x-lark-request-timestamp", ""), now)
    if text_at(event, "header", "app_id") != str(account.settings.get("app_id", "")):
        raise BadSignature
