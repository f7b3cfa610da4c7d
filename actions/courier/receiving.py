"""Takes in what the other side sends: proven first, kept once, and only what a case allows."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from lxml import etree
from sqlalchemy.ext.asyncio import AsyncConnection

from actions.courier.desk import Desk, tell
from actions.courier.node import NodeRefused, Waiting
from actions.exchange.documents import OURS, made
from actions.exchange.message import Message, NotAMessage, parsed, read
from actions.exchange.schemas import SchemaInvalid, check_shape
from actions.signing.xml import NotSigned, what_was_signed
from records.exchange import cases
from records.exchange import documents as queue
from records.exchange.cases import COVERAGE, TRANSFER, Case, Change
from records.exchange.states import IllegalAct

log = logging.getLogger(__name__)

_STATUS = {"received": "receive", "in_progress": "start"}
_ANSWERS = {"PensionTransferReply": TRANSFER, "CoverageReply": COVERAGE}
_NEWS = {
    "receive": "received",
    "start": "in_progress",
    "answer": "answered",
    "reject": "rejected",
    "ask": "needs_clarification",
}


class NotTaken(Exception):
    """A document of the other side that we refuse; the reason is one word."""


async def take_in_all(desk: Desk) -> int:
    """Take in all that waits; how many documents that were."""
    waiting = await desk.node.waiting()
    for one in waiting:
        try:
            receipt = await _taken(desk, one)
        except NotTaken as problem:
            log.warning("document refused: reason=%s", problem)
            await desk.node.refuse(one.id, str(problem))
            continue
        try:
            await desk.node.acknowledge(one.id, receipt)
        except NodeRefused:
            log.error("our receipt was refused")
    return len(waiting)


async def _taken(desk: Desk, one: Waiting) -> bytes:
    """Our receipt, once the document is kept and has had its effect."""
    message = _proven(desk, one)
    async with desk.database.begin() as db:
        case = await cases.find(db, desk.key, message.case, lock=True)
        if case is None or case.partner != message.sender or message.receiver != OURS:
            raise NotTaken("no_such_case")
        if message.in_reply_to != await queue.first_out(db, case.id):
            raise NotTaken("no_such_document")
        if _ANSWERS.get(message.kind, case.kind) != case.kind:
            raise NotTaken("other_kind")
        digest = hashlib.sha256(one.xml).hexdigest()
        fresh = await queue.take_in(
            db,
            desk.key,
            message.id,
            case.id,
            message.kind,
            one.xml,
            digest,
            message.in_reply_to,
            desk.now(),
        )
        if fresh:
            await _have_effect(desk, db, case, message, digest)
    return _receipt(desk, case, message.id, digest)


def _proven(desk: Desk, one: Waiting) -> Message:
    try:
        root: etree._Element = what_was_signed(parsed(one.xml), desk.partner())
        check_shape(one.xml)
        message = read(root)
    except NotAMessage as problem:
        raise NotTaken("not_a_message") from problem
    except NotSigned as problem:
        raise NotTaken("not_signed") from problem
    except SchemaInvalid as problem:
        raise NotTaken("wrong_shape") from problem
    if message.id != one.id:
        raise NotTaken("other_id")
    return message


async def _have_effect(
    desk: Desk, db: AsyncConnection, case: Case, message: Message, digest: str
) -> None:
    """What comes too late or twice over is kept, and changes nothing."""
    act, change = _meaning(message, digest)
    try:
        await cases.act(db, desk.key, case, act, "partner", desk.now(), change)
    except IllegalAct:
        log.info("document without effect: kind=%s state=%s", message.kind, case.state)
        return
    await tell(desk, db, replace(case, reason=change.reason), _NEWS[act], case.due_on)


def _meaning(message: Message, digest: str) -> tuple[str, Change]:
    fields: Mapping[str, Any] = message.fields
    if message.kind == "Status":
        return _STATUS[fields["State"]], Change(digest)
    if message.kind in _ANSWERS:
        return "answer", Change(digest, {name: str(value) for name, value in fields.items()})
    if message.kind in ("Rejection", "Question"):
        act = "reject" if message.kind == "Rejection" else "ask"
        return act, Change(digest, reason=str(fields["Code"]))
    raise NotTaken("unexpected_kind")


def _receipt(desk: Desk, case: Case, message: UUID, digest: str) -> bytes:
    body = {"Digest": digest, "At": desk.now().isoformat(timespec="seconds")}
    return made(case, "Receipt", body, desk.now(), desk.pair, message).xml
