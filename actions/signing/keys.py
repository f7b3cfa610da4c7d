"""Key pairs for signatures, each made once and kept in the folder SIGNING_DIR.

The certificate is our own: whoever wants to check us gets `NAME.crt.pem`. A real service puts
a certificate of a recognised authority (电子认证服务机构) in its place, with the same two files.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

CERTIFICATES, EXCHANGE = "certificates", "exchange"
KEY_BITS = 3072
LIFE = timedelta(days=3653)


@dataclass(frozen=True)
class KeyPair:
    """A private key and the certificate of its public half."""

    key: RSAPrivateKey
    certificate: x509.Certificate


def key_pair(folder: Path, name: str, owner: str) -> KeyPair:
    """The pair of this name; made when there is none, by one process only."""
    private, public = folder / f"{name}.key.pem", folder / f"{name}.crt.pem"
    if not public.exists():
        _make(folder, private, public, owner)
    return _read(private.read_bytes(), public.read_bytes())


@lru_cache(maxsize=4)
def _read(private: bytes, public: bytes) -> KeyPair:
    """Kept as long as the files say the same: to look whether a key is sound takes long."""
    key = load_pem_private_key(private, None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the key has to be RSA")
    return KeyPair(key, x509.load_pem_x509_certificate(public))


def _make(folder: Path, private: Path, public: Path, owner: str) -> None:
    """The certificate appears last, and only beside its own key, whoever else makes one."""
    folder.mkdir(parents=True, exist_ok=True)
    _place_once(private, _private_pem(generate_private_key(65537, KEY_BITS)), 0o600)
    key = load_pem_private_key(private.read_bytes(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the key has to be RSA")
    _place_once(public, _certified(key, owner).public_bytes(Encoding.PEM), 0o644)


def _place_once(file: Path, content: bytes, mode: int) -> None:
    """Write the whole file at once; whoever was first has made it."""
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
        Path(name).chmod(mode)
        os.link(name, file)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()


def _private_pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certified(key: RSAPrivateKey, owner: str) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
