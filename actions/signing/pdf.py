"""Signs a PDF so that every later change shows (PAdES B-B, certified: no changes allowed)."""

from __future__ import annotations

import io
from typing import Any

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from actions.signing.keys import KeyPair

FIELD = "Wenbao"


async def signed(pdf: bytes, pair: KeyPair) -> bytes:
    """The same document with an invisible signature over all of it."""
    signer = SimpleSigner(
        signing_cert=_load(Certificate, pair.certificate.public_bytes(Encoding.DER)),
        signing_key=_load(
            PrivateKeyInfo,
            pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    wanted = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    written = await PdfSigner(wanted, signer).async_sign_pdf(writer)
    return bytes(written.getbuffer())


def _load(kind: Any, der: bytes) -> Any:
    """What asn1crypto, which has no types, reads from DER."""
    return kind.load(der)
