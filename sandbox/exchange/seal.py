"""The node's key, its signature under what it writes, and its look at the signatures of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

NAME = "Wenbao sandbox node"


class BadSignature(Exception):
    """Not signed by whom it should be, or changed since."""


def own_key(folder: Path) -> tuple[Path, Path]:
    """The files of the node's key and certificate; made when there are none."""
    private, public = folder / "node.key.pem", folder / "node.crt.pem"
    if not public.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = generate_private_key(65537, 3072)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        private.touch(mode=0o600)
        private.write_bytes(pem)
        name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=3653))
            .sign(key, hashes.SHA256())
        )
        public.write_bytes(made.public_bytes(Encoding.PEM))
    return private, public


def signed(xml: bytes, folder: Path) -> bytes:
    """The document with the node's signature over all of it."""
    private, public = own_key(folder)
    root = etree.fromstring(xml)
    node = xmlsec.template.create(
        root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256
    )
    root.append(node)
    reference = xmlsec.template.add_reference(node, xmlsec.constants.TransformSha256, uri="")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(private), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_file(str(public), xmlsec.constants.KeyDataFormatPem)
    context.sign(node)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def check(xml: bytes, certificate: Path) -> etree._Element:
    """The root of a document that this certificate's owner signed as a whole."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
        node = xmlsec.tree.find_child(root, xmlsec.constants.NodeSignature)
        if node is None:
            raise BadSignature
        references = node.findall(".//{*}Reference")
        if len(references) != 1 or references[0].get("URI") != "":
            raise BadSignature
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(str(certificate), xmlsec.constants.KeyDataFormatCertPem)
        context.verify(node)
    except (xmlsec.Error, etree.XMLSyntaxError, ValueError, OSError) as problem:
        raise BadSignature from problem
    return root
