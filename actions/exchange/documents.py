"""Makes our documents of a case: from the draft to signed XML that two validators have passed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from lxml import etree

from actions.exchange.message import Fields, Message, written
from actions.exchange.schemas import check_shape
from actions.signing.keys import EXCHANGE, KeyPair, key_pair
from actions.signing.xml import signed
from records.exchange.cases import COVERAGE, TRANSFER, Case

OURS = "CN"  # our own party, the platform
OWNER = "Wenbao exchange"


@dataclass(frozen=True)
class Ready:
    """A document that may be sent."""

    id: UUID
    kind: str
    xml: bytes
    sha256: str
    in_reply_to: UUID | None


def our_pair(folder: Path) -> KeyPair:
    """The key pair with which we sign documents."""
    return key_pair(folder, EXCHANGE, OWNER)


def application(case: Case, today: date, now: datetime, pair: KeyPair) -> Ready:
    """The document that begins a case; `SchemaInvalid` when the draft does not fit it."""
    kind, fields = _APPLICATIONS[case.kind](case.draft, today)
    return made(case, kind, fields, now, pair)


def made(
    case: Case,
    kind: str,
    fields: Fields,
    now: datetime,
    pair: KeyPair,
    in_reply_to: UUID | None = None,
) -> Ready:
    """Any document of ours in a case, checked before and after it is signed."""
    message = Message(uuid4(), case.id, OURS, case.partner, kind, fields, now, in_reply_to)
    root = written(message)
    check_shape(bytes(etree.tostring(root)))
    xml = signed(root, pair)
    check_shape(xml)
    return Ready(message.id, kind, xml, hashlib.sha256(xml).hexdigest(), in_reply_to)


def _transfer(draft: Mapping[str, str], today: date) -> tuple[str, Fields]:
    return "PensionTransferRequest", {
        "Person": _person(draft),
        "Insurance": draft["insurance"],
        "FromRegion": draft["from_region"],
        "ToRegion": draft["to_region"],
        "EnrolledThereSince": draft["enrolled_since"],
        "AppliedOn": today.isoformat(),
    }


def _coverage(draft: Mapping[str, str], today: date) -> tuple[str, Fields]:
    fields: dict[str, object] = {
        "Person": _person(draft),
        "Country": draft["country"],
        "Category": draft["category"],
        "InsuredIn": draft["region"],
    }
    if draft.get("employer") and draft.get("employer_code"):
        fields["Employer"] = {"Name": draft["employer"], "UnifiedCode": draft["employer_code"]}
    return "CoverageRequest", {
        **fields,
        "EmployerAbroad": draft["employer_abroad"],
        "From": draft["from"],
        "To": draft["to"],
        "AppliedOn": today.isoformat(),
    }


def _person(draft: Mapping[str, str]) -> Fields:
    return {"Name": draft["name"], "ResidentId": draft["id_number"]}


_APPLICATIONS = {TRANSFER: _transfer, COVERAGE: _coverage}
