"""Seals values that identify someone, each with a data key of its own (envelope encryption).

A sealed value is: version of the vault key (4 bytes) | data key, wrapped with that vault key |
value, sealed with the data key and bound to the place where it is kept (table, column, row).
Turning the vault key therefore wraps data keys anew and never opens a value.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1
KEY_BYTES = 32
VERSION_BYTES = 4
_TAG_BYTES = 16
_WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + _TAG_BYTES
_SHORTEST = VERSION_BYTES + _WRAPPED_BYTES + NONCE_BYTES + _TAG_BYTES

_NAMES_VERSIONS = re.compile(r"\s*[0-9]{1,10}=[A-Za-z0-9_-]")

INDEX, AUDIT = "blind index", "audit chain"  # what a key of hashes is for


class BadVaultKey(ValueError):
    """A configured key is not 32 bytes in base64url, or not written as VAULT_KEY has to be."""


class MissingHashKey(ValueError):
    """The vault key turns, so hashes that must last need a key of their own."""


class Unsealable(Exception):
    """A sealed value was altered, moved, or sealed with a key that is not there any more."""


@dataclass(frozen=True)
class Keyring:
    """The vault keys by version: the current one seals, all of them open."""

    current: int
    versions: Mapping[int, bytes] = field(repr=False)
    turns: bool = True  # whether versions were named, and so may change


Key = bytes | Keyring  # bytes alone are version 1


def read_key(text: str) -> Keyring:
    """The keys behind `VAULT_KEY`: one, or ``2=…,1=…`` with the one that seals in front."""
    if not _NAMES_VERSIONS.match(text):
        return Keyring(1, {1: _decoded(text)}, turns=False)
    versions: dict[int, bytes] = {}
    for part in text.split(","):
        version, _, key = part.strip().partition("=")
        if not version.isdecimal() or not 0 < int(version) < 2**31 or int(version) in versions:
            raise BadVaultKey
        versions[int(version)] = _decoded(key)
    return Keyring(next(iter(versions)), versions)


def hash_key(text: str, keyring: Keyring, purpose: str) -> bytes:
    """The key of lasting hashes: from `INDEX_KEY` or `AUDIT_KEY`, else from a lone vault key."""
    if text:
        return derived(_decoded(text), purpose)
    if keyring.turns:
        raise MissingHashKey(purpose)
    return derived(keyring.versions[keyring.current], purpose)


def derived(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose alone (HKDF-SHA-256)."""
    return HKDF(SHA256(), KEY_BYTES, None, f"wenbao {purpose}".encode()).derive(secret)


def blind(index_key: bytes, kind: str, value: str) -> bytes:
    """What a value is found by without being kept: HMAC-SHA-256 with a key of its own."""
    return hmac.digest(index_key, f"{kind}\0{value}".encode(), "sha256")


def reference(index_key: bytes, citizen: str) -> str:
    """The name of a citizen where rows outlive their conversation; it leads back to nobody."""
    return "citizen:" + blind(index_key, "citizen", citizen)[:16].hex()


def seal(key: Key, plain: str, place: str) -> bytes:
    """Encrypt `plain` for one `place` (``table.column:row``)."""
    return seal_bytes(key, plain.encode(), place)


def unseal(key: Key, sealed: bytes, place: str) -> str:
    """The plain value, or `Unsealable`."""
    return unseal_bytes(key, sealed, place).decode()


def seal_bytes(key: Key, plain: bytes, place: str) -> bytes:
    """The same for what is no text."""
    data_key = AESGCM.generate_key(KEY_BYTES * 8)
    return _wrapped(_ring(key), data_key) + _encrypted(data_key, plain, place.encode())


def unseal_bytes(key: Key, sealed: bytes, place: str) -> bytes:
    """The same for what is no text."""
    if len(sealed) < _SHORTEST:
        raise Unsealable(place)
    try:
        data_key = _unwrapped(_ring(key), sealed)
        return _decrypted(data_key, sealed[VERSION_BYTES + _WRAPPED_BYTES :], place.encode())
    except (InvalidTag, KeyError) as problem:
        raise Unsealable(place) from problem


def version_of(sealed: bytes) -> int:
    """The version of the vault key that a value needs."""
    return int.from_bytes(sealed[:VERSION_BYTES], "big")


def rewrapped(key: Key, sealed: bytes) -> bytes:
    """The same value with its data key wrapped by the current vault key."""
    ring = _ring(key)
    if len(sealed) < _SHORTEST:
        raise Unsealable("rewrap")
    try:
        data_key = _unwrapped(ring, sealed)
    except (InvalidTag, KeyError) as problem:
        raise Unsealable("rewrap") from problem
    return _wrapped(ring, data_key) + sealed[VERSION_BYTES + _WRAPPED_BYTES :]


def _ring(key: Key) -> Keyring:
    return key if isinstance(key, Keyring) else Keyring(1, {1: key}, turns=False)


def _wrapped(ring: Keyring, data_key: bytes) -> bytes:
    version = ring.current.to_bytes(VERSION_BYTES, "big")
    return version + _encrypted(ring.versions[ring.current], data_key, version)


def _unwrapped(ring: Keyring, sealed: bytes) -> bytes:
    version, wrapped = sealed[:VERSION_BYTES], sealed[VERSION_BYTES:][:_WRAPPED_BYTES]
    return _decrypted(ring.versions[version_of(sealed)], wrapped, version)


def _encrypted(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _decrypted(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


def _decoded(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError) as problem:
        raise BadVaultKey from problem
    if len(key) != KEY_BYTES:
        raise BadVaultKey
    return key
