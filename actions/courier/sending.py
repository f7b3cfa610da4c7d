"""Sends what is queued: in order within a case, again after failures, with the receipt kept."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from actions.courier.desk import Desk, tell
from actions.courier.node import NodeRefused, NodeUnavailable
from actions.exchange.documents import made
from actions.exchange.message import NotAMessage, parsed, read
from actions.exchange.schemas import SchemaInvalid, check_shape
from actions.record.working_days import due_after
from actions.signing.xml import NotSigned, what_was_signed
from records.exchange import cases, states
from records.exchange import documents as queue
from records.exchange.cases import Case, Change
from records.exchange.documents import Document
from records.exchange.states import IllegalAct

log = logging.getLogger(__name__)

# assurance.md, R4: 1 s to 300 s apart, at most 48 tries or four hours.
LONGEST_PAUSE = 300
MOST_TRIES = 48
LONGEST = timedelta(hours=4)
APPLICATIONS = ("PensionTransferRequest", "CoverageRequest")


class BadReceipt(Exception):
    """What came back does not prove that the other side has our document."""


async def send_next(desk: Desk) -> bool:
    """Send one document; False when none waits."""
    async with desk.database.begin() as db:
        document = await queue.claim(db, desk.key, desk.now())
    if document is None:
        return False
    try:
        receipt = await desk.node.send(document.xml)
        _check(desk, document, receipt)
    except (NodeUnavailable, BadReceipt, OSError) as problem:
        await _later(desk, document, type(problem).__name__)
    except NodeRefused:
        await _give_up(desk, document, "refused")
    else:
        await _done(desk, document, receipt)
    return True


async def remind_overdue(desk: Desk) -> int:
    """Remind the other side of what it owes since a day or more; how many."""
    async with desk.database.connect() as db:
        late = await cases.overdue(db, desk.key, desk.today())
    for one in late:
        async with desk.database.begin() as db:
            await _remind(desk, db, one)
    return len(late)


async def _remind(desk: Desk, db: AsyncConnection, seen: Case) -> None:
    case = await cases.find(db, desk.key, seen.id, lock=True)
    if case is None or case.due_on != seen.due_on or case.state not in states.AWAITED:
        return
    was_due = case.due_on or desk.today()
    first = await queue.first_out(db, case.id)
    ready = made(case, "Reminder", {"DueOn": was_due.isoformat()}, desk.now(), desk.pair, first)
    change = Change(evidence=ready.sha256, due_on=due_after(desk.today()))
    await cases.act(db, desk.key, case, "remind", "us", desk.now(), change)
    await queue.put(
        db, desk.key, ready.id, case.id, ready.kind, ready.xml, ready.sha256, desk.now(), first
    )
    await tell(desk, db, case, "reminded", was_due)


def _check(desk: Desk, document: Document, receipt: bytes) -> None:
    """A receipt counts when it is signed by the other side and names the digest of what we sent."""
    try:
        root = what_was_signed(parsed(receipt), desk.partner())
        check_shape(receipt)
        told = read(root)
    except (NotAMessage, NotSigned, SchemaInvalid) as problem:
        raise BadReceipt from problem
    if told.kind != "Receipt" or told.in_reply_to != document.id:
        raise BadReceipt
    if told.fields.get("Digest") != document.sha256:
        raise BadReceipt


async def _done(desk: Desk, document: Document, receipt: bytes) -> None:
    now = desk.now()
    async with desk.database.begin() as db:
        case = await cases.find(db, desk.key, document.case, lock=True)
        if not await queue.delivered(db, desk.key, document.id, receipt, now) or case is None:
            return
        if document.kind not in APPLICATIONS or case.state != "queued":
            return
        due = due_after(desk.today())
        change = Change(evidence=hashlib.sha256(receipt).hexdigest(), due_on=due)
        await cases.act(db, desk.key, case, "transmit", "us", now, change)
        await tell(desk, db, case, "transmitted", due)


async def _later(desk: Desk, document: Document, cause: str) -> None:
    """Exponential back-off with full jitter."""
    if document.tries >= MOST_TRIES or desk.now() - document.created_at > LONGEST:
        await _give_up(desk, document, cause)
        return
    longest = min(LONGEST_PAUSE, 2**document.tries)
    pause = timedelta(milliseconds=500 + secrets.randbelow(longest * 1000))
    log.warning("document not delivered: cause=%s tries=%s", cause, document.tries)
    async with desk.database.begin() as db:
        await queue.try_again(db, document.id, desk.now() + pause)


async def _give_up(desk: Desk, document: Document, cause: str) -> None:
    log.error("document given up: cause=%s kind=%s tries=%s", cause, document.kind, document.tries)
    async with desk.database.begin() as db:
        await queue.try_again(db, document.id, None)
        case = await cases.find(db, desk.key, document.case, lock=True)
        if case is None:
            return
        try:
            change = Change(reason=states.UNDELIVERABLE)
            await cases.act(db, desk.key, case, "give_up", "us", desk.now(), change)
        except IllegalAct:
            return  # not the application: the case is where it was
        await tell(desk, db, replace(case, reason=states.UNDELIVERABLE), "undeliverable")
