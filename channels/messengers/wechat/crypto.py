"""WeChat's message encryption: AES-256-CBC around `random | length | message | receiver`.

WeCom (企业微信) uses the same with the company's id as the receiver.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

RANDOM_BYTES = 16
BLOCK = 32  # PKCS#7 with blocks of 32 bytes, although AES has 16
_HEAD = RANDOM_BYTES + 4


class Undecipherable(Exception):
    """Not encrypted with this key, for another receiver, or damaged."""


class BadAesKey(ValueError):
    """Not an EncodingAESKey: 43 characters of base64."""


def read_aes_key(encoded: str) -> bytes:
    """The 32 bytes behind an EncodingAESKey."""
    try:
        key = base64.b64decode(encoded + "=", validate=True)
    except (binascii.Error, ValueError) as problem:
        raise BadAesKey from problem
    if len(encoded) != 43 or len(key) != 32:
        raise BadAesKey
    return key


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, as hexadecimal."""
    joined = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def encrypt(key: bytes, receiver: str, message: bytes, random: bytes | None = None) -> str:
    """The message for `receiver`, in base64."""
    head = os.urandom(RANDOM_BYTES) if random is None else random
    plain = head + struct.pack(">I", len(message)) + message + receiver.encode()
    fill = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(key: bytes, receiver: str, encrypted: str) -> bytes:
    """The message, if it was encrypted with this key for this receiver."""
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Undecipherable from problem
    if not sealed or len(sealed) % 16:
        raise Undecipherable
    decryptor = Cipher(AES256(key), CBC(key[:16])).decryptor()
    plain = _unpadded(decryptor.update(sealed) + decryptor.finalize())
    if len(plain) < _HEAD:
        raise Undecipherable
    (length,) = struct.unpack(">I", plain[RANDOM_BYTES:_HEAD])
    message, rest = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
    if len(message) != length or rest != receiver.encode():
        raise Undecipherable
    return message


def _unpadded(plain: bytes) -> bytes:
    fill = plain[-1]
    if not 0 < fill <= BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise Undecipherable
    return plain[:-fill]
