"""Signs XML documents and checks the signatures of others (XMLDSig, enveloped, RSA-SHA256)."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature as BadSignatureValue
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from actions.signing.keys import KeyPair

_EXPECTED = SignatureConfiguration(
    require_x509=True,
    location="./",
    expect_references=1,
    signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)


class NotSigned(Exception):
    """The document is not signed by whom it should be, or was changed since."""


def signed(root: etree._Element, pair: KeyPair) -> bytes:
    """The document with our signature over all of it."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    done = signer.sign(root, key=pair.key, cert=[pair.certificate])
    return bytes(etree.tostring(done, xml_declaration=True, encoding="UTF-8"))


def what_was_signed(root: etree._Element, by: x509.Certificate) -> etree._Element:
    """The part that the signature covers, and nothing beside it; `NotSigned` when it does not hold.

    Only the pinned certificate counts: whatever the document brings along proves nothing.
    """
    try:
        result = XMLVerifier().verify(
            root, x509_cert=by.public_bytes(Encoding.PEM).decode(), expect_config=_EXPECTED
        )
    except (SignXMLException, BadSignatureValue, ValueError, TypeError) as problem:
        raise NotSigned from problem
    checked = result[0] if isinstance(result, list) else result
    if checked.signed_xml is None or checked.signed_xml.tag != root.tag:
        raise NotSigned
    return checked.signed_xml
