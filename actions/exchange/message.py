"""Messages between agencies: what we mean by them, and how they are written as XML.

Header after UN/CEFACT SBDH; the shapes of the bodies are in data/exchange/schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lxml import etree

EXCHANGE = "urn:wenbao:exchange:1"
HEADER = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
AUTHORITY = "urn:wenbao:party"
LARGEST = 256 * 1024

# lxml takes None for the namespace without a prefix; its stubs do not know.
_PREFIXES: Any = {None: EXCHANGE, "h": HEADER}

Fields = Mapping[str, Any]  # text, or Fields again


class NotAMessage(Exception):
    """What came is no message of ours: its reason is a word, never its content."""


@dataclass(frozen=True)
class Message:
    """One document of a case."""

    id: UUID
    case: UUID
    sender: str
    receiver: str
    kind: str  # the name of the body's element
    fields: Fields
    created_at: datetime
    in_reply_to: UUID | None = None
    version: int = 1


def written(message: Message) -> etree._Element:
    """The message as XML, without a signature."""
    root = etree.Element(f"{{{EXCHANGE}}}Message", nsmap=_PREFIXES)
    header = etree.SubElement(root, _h("StandardBusinessDocumentHeader"))
    _text(header, _h("HeaderVersion"), "1.0")
    for role, party in (("Sender", message.sender), ("Receiver", message.receiver)):
        named = _text(etree.SubElement(header, _h(role)), _h("Identifier"), party)
        named.set("Authority", AUTHORITY)
    identification = etree.SubElement(header, _h("DocumentIdentification"))
    for name, value in (
        ("Standard", EXCHANGE),
        ("TypeVersion", "1"),
        ("InstanceIdentifier", str(message.id)),
        ("Type", message.kind),
        ("CreationDateAndTime", message.created_at.isoformat(timespec="seconds")),
    ):
        _text(identification, _h(name), value)
    scope = etree.SubElement(header, _h("BusinessScope"))
    _scope(scope, "CASE", str(message.case))
    _scope(scope, "VERSION", str(message.version))
    if message.in_reply_to is not None:
        _scope(scope, "IN_REPLY_TO", str(message.in_reply_to))
    _fill(etree.SubElement(root, f"{{{EXCHANGE}}}{message.kind}"), message.fields)
    return root


def parsed(xml: bytes) -> etree._Element:
    """The root of a document from outside; no entity, no network, no DTD."""
    if len(xml) > LARGEST:
        raise NotAMessage("too_large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as problem:
        raise NotAMessage("not_xml") from problem
    if b"<!DOCTYPE" in xml or b"\0" in xml:
        raise NotAMessage("has_dtd")
    return root


def read(root: etree._Element) -> Message:
    """What a document says, whose shape and signature have been checked before."""
    scopes = {
        str(one.findtext(_h("Type"))): str(one.findtext(_h("InstanceIdentifier")))
        for one in root.iter(_h("Scope"))
    }
    parties = [str(one.text) for one in root.iter(_h("Identifier"))]
    body = next(one for one in root if isinstance(one.tag, str) and _is_body(one))
    reply = scopes.get("IN_REPLY_TO")
    try:
        return Message(
            id=UUID(
                str(root.findtext(f".//{_h('DocumentIdentification')}/{_h('InstanceIdentifier')}"))
            ),
            case=UUID(scopes["CASE"]),
            sender=parties[0],
            receiver=parties[1],
            kind=etree.QName(body).localname,
            fields=_fields(body),
            created_at=datetime.fromisoformat(
                str(root.findtext(f".//{_h('CreationDateAndTime')}"))
            ),
            in_reply_to=UUID(reply) if reply else None,
            version=int(scopes["VERSION"]),
        )
    except (KeyError, ValueError, IndexError) as problem:
        raise NotAMessage("header") from problem


def _is_body(one: etree._Element) -> bool:
    return etree.QName(one).namespace == EXCHANGE


def _h(name: str) -> str:
    return f"{{{HEADER}}}{name}"


def _text(parent: etree._Element, tag: str, value: str) -> etree._Element:
    made = etree.SubElement(parent, tag)
    made.text = value
    return made


def _scope(parent: etree._Element, kind: str, value: str) -> None:
    scope = etree.SubElement(parent, _h("Scope"))
    _text(scope, _h("Type"), kind)
    _text(scope, _h("InstanceIdentifier"), value)


def _fill(parent: etree._Element, fields: Fields) -> None:
    for name, value in fields.items():
        tag = f"{{{EXCHANGE}}}{name}"
        if isinstance(value, Mapping):
            _fill(etree.SubElement(parent, tag), value)
        else:
            _text(parent, tag, str(value))


def _fields(parent: etree._Element) -> dict[str, Any]:
    return {
        etree.QName(one).localname: _fields(one) if len(one) else (one.text or "") for one in parent
    }
