"""The letters that the institution behind the node writes, as XML by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4
from xml.sax.saxutils import escape

HEADER = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
EXCHANGE = "urn:wenbao:exchange:1"


@dataclass(frozen=True)
class Heard:
    """A document that came, as far as an answer needs it."""

    id: str
    case: str
    sender: str
    receiver: str
    kind: str
    sha256: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Letter:
    """An unsigned document on its way back."""

    id: str
    xml: bytes


def letter(heard: Heard, kind: str, body: str, now: datetime | None = None) -> Letter:
    """A letter about what was heard; `body` is XML."""
    number, moment = str(uuid4()), (now or datetime.now(UTC)).isoformat(timespec="seconds")
    party = '<h:Identifier Authority="urn:wenbao:party">{}</h:Identifier>'
    scope = "<h:Scope><h:Type>{}</h:Type><h:InstanceIdentifier>{}</h:InstanceIdentifier></h:Scope>"
    xml = (
        f'<Message xmlns="{EXCHANGE}" xmlns:h="{HEADER}"><h:StandardBusinessDocumentHeader>'
        f"<h:HeaderVersion>1.0</h:HeaderVersion>"
        f"<h:Sender>{party.format(escape(heard.receiver))}</h:Sender>"
        f"<h:Receiver>{party.format(escape(heard.sender))}</h:Receiver>"
        f"<h:DocumentIdentification><h:Standard>{EXCHANGE}</h:Standard>"
        f"<h:TypeVersion>1</h:TypeVersion><h:InstanceIdentifier>{number}</h:InstanceIdentifier>"
        f"<h:Type>{kind}</h:Type><h:CreationDateAndTime>{moment}</h:CreationDateAndTime>"
        f"</h:DocumentIdentification><h:BusinessScope>"
        f"{scope.format('CASE', heard.case)}{scope.format('VERSION', 1)}"
        f"{scope.format('IN_REPLY_TO', heard.id)}</h:BusinessScope>"
        f"</h:StandardBusinessDocumentHeader><{kind}>{body}</{kind}></Message>"
    )
    return Letter(number, xml.encode())


def receipt(heard: Heard) -> Letter:
    """That the access point has the document."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return letter(heard, "Receipt", f"<Digest>{heard.sha256}</Digest><At>{moment}</At>")


def status(heard: Heard, state: str) -> Letter:
    """How far the institution is."""
    return letter(heard, "Status", f"<State>{state}</State><On>{_today()}</On>")


def reasoned(heard: Heard, kind: str, code: str) -> Letter:
    """A rejection or a question."""
    return letter(heard, kind, f"<Code>{escape(code)}</Code><On>{_today()}</On>")


def answer(heard: Heard) -> Letter:
    """What the institution grants: figures that are made up, dates that were asked for."""
    reference = f"SANDBOX-{heard.case[:8].upper()}"
    if heard.kind == "PensionTransferRequest":
        body = (
            f"<Reference>{reference}</Reference><Months>38</Months><First>2019-03</First>"
            f"<Last>2022-04</Last><AccountBalance>21376.40</AccountBalance>"
            f"<CompletedOn>{_today()}</CompletedOn>"
        )
        return letter(heard, "PensionTransferReply", body)
    body = (
        f"<Reference>{reference}</Reference><From>{escape(heard.fields['From'])}</From>"
        f"<To>{escape(heard.fields['To'])}</To><CompletedOn>{_today()}</CompletedOn>"
    )
    return letter(heard, "CoverageReply", body)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
