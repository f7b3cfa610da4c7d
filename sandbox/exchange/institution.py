"""The institution behind the node: takes documents once, works at its pace, answers as ordered."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import xmlschema
from lxml import etree

from sandbox.exchange import letters
from sandbox.exchange.letters import EXCHANGE, HEADER, Heard, Letter
from sandbox.exchange.seal import check, signed

SCHEMA = Path(__file__).resolve().parents[2] / "data/exchange/schemas/message.xsd"
OUTCOMES = ("answer", "reject", "ask", "silent")
APPLICATIONS = ("PensionTransferRequest", "CoverageRequest")


class WrongShape(Exception):
    """The document is not what the schema wants."""


@dataclass
class Institution:
    """What it knows; gone when the process ends."""

    folder: Path
    their_certificate: Path
    pace: float
    clock: Callable[[], float] = time.monotonic
    outcome: str = "answer"
    code: str = "document_missing"
    heard: dict[str, Heard] = field(default_factory=dict)
    receipts: dict[str, bytes] = field(default_factory=dict)
    outbox: dict[str, bytes] = field(default_factory=dict)
    acknowledged: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _planned: list[tuple[float, Callable[[], Letter]]] = field(default_factory=list)

    def take(self, xml: bytes) -> bytes:
        """Our signed receipt; the same document again gets the same one and changes nothing."""
        root = check(xml, self.their_certificate)
        if not _schema().is_valid(xml.decode()):
            raise WrongShape
        heard = _heard(root, xml)
        if heard.id not in self.receipts:
            self.heard[heard.id] = heard
            self.receipts[heard.id] = signed(letters.receipt(heard).xml, self.folder)
            self._plan(heard)
        return self.receipts[heard.id]

    def waiting(self) -> dict[str, bytes]:
        """What is there for them by now, in order."""
        now = self.clock()
        for due in [one for one in self._planned if one[0] <= now]:
            self._planned.remove(due)
            made = due[1]()
            self.outbox[made.id] = signed(made.xml, self.folder)
        return dict(self.outbox)

    def acknowledge(self, message: str, receipt: bytes) -> bool:
        """They have it: their signature under the digest of what we wrote."""
        if message not in self.outbox:
            return message in self.acknowledged
        root = check(receipt, self.their_certificate)
        digest = root.findtext(f".//{{{EXCHANGE}}}Digest")
        if digest != hashlib.sha256(self.outbox[message]).hexdigest():
            raise WrongShape
        self.acknowledged[message] = receipt
        del self.outbox[message]
        return True

    def refuse(self, message: str, code: str) -> None:
        """They do not take it."""
        self.outbox.pop(message, None)
        self.refused[message] = code

    def _plan(self, heard: Heard) -> None:
        if heard.kind in APPLICATIONS:
            if self.outcome != "silent":
                self._later(0, lambda: letters.status(heard, "received"))
                self._later(1, lambda: letters.status(heard, "in_progress"))
                self._later(2, lambda: self._outcome(heard))
        elif heard.kind == "Clarification":
            begun = self._application(heard)
            if begun is not None:
                self._later(1, partial(letters.answer, begun))
        elif heard.kind == "Reminder":
            begun = self._application(heard)
            if begun is not None:
                self._later(0, partial(letters.status, begun, "in_progress"))

    def _outcome(self, heard: Heard) -> Letter:
        if self.outcome == "reject":
            return letters.reasoned(heard, "Rejection", self.code)
        if self.outcome == "ask":
            return letters.reasoned(heard, "Question", self.code)
        return letters.answer(heard)

    def _application(self, about: Heard) -> Heard | None:
        found = (one for one in self.heard.values() if one.case == about.case)
        return next((one for one in found if one.kind in APPLICATIONS), None)

    def _later(self, steps: int, make: Callable[[], Letter]) -> None:
        self._planned.append((self.clock() + steps * self.pace, make))


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMA), allow="local")


def _heard(root: etree._Element, xml: bytes) -> Heard:
    parties = [str(one.text) for one in root.iter(f"{{{HEADER}}}Identifier")]
    scopes = {
        str(one.findtext(f"{{{HEADER}}}Type")): str(one.findtext(f"{{{HEADER}}}InstanceIdentifier"))
        for one in root.iter(f"{{{HEADER}}}Scope")
    }
    path = f".//{{{HEADER}}}DocumentIdentification/{{{HEADER}}}InstanceIdentifier"
    body = next(one for one in root if etree.QName(one).namespace == EXCHANGE)
    return Heard(
        id=str(root.findtext(path)),
        case=scopes["CASE"],
        sender=parties[0],
        receiver=parties[1],
        kind=etree.QName(body).localname,
        sha256=hashlib.sha256(xml).hexdigest(),
        fields={etree.QName(one).localname: str(one.text) for one in body if not len(one)},
    )
