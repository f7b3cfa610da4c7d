"""Looks at the signature of a PDF that somebody shows us: is it ours, and does it still hold?"""

from __future__ import annotations

import io
import logging
from enum import StrEnum
from pathlib import Path

from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

log = logging.getLogger(__name__)

PUBLIC = "certificates.crt.pem"  # written by whoever signs


class Signature(StrEnum):
    """What a signature says."""

    OURS = "ours"  # and nothing was changed
    BROKEN = "broken"  # it was ours, and something was changed
    NONE = "none"  # not ours


def looked_at(pdf: bytes, folder: Path) -> Signature:
    """The judgement on a file from anywhere; takes some 30 ms of a CPU."""
    public = folder / PUBLIC
    if not public.exists():
        return Signature.NONE
    der = load_pem_x509_certificate(public.read_bytes()).public_bytes(Encoding.DER)
    try:
        return _judged(pdf, der)
    except SignatureValidationError:
        return Signature.BROKEN
    except (PdfError, ValueError, TypeError, LookupError, RecursionError, OSError) as problem:
        # A broken file from anywhere breaks the reader in any of these ways.
        log.info("pdf not readable", extra={"cause": type(problem).__name__})
        # Our certificate still stands in a file of ours whose structure was damaged.
        return Signature.BROKEN if der.hex().encode() in pdf.lower() else Signature.NONE


def _judged(pdf: bytes, der: bytes) -> Signature:
    reader = PdfFileReader(io.BytesIO(pdf))
    ours = [one for one in reader.embedded_signatures if one.signer_cert.dump() == der]
    if not ours:
        return Signature.NONE
    trusted: Certificate = ours[0].signer_cert
    context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
    status = validate_pdf_signature(ours[0], context)
    return Signature.OURS if status.bottom_line else Signature.BROKEN
