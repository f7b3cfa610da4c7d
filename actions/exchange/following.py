"""After a matter was sent: how far it is, the other side's question, withdrawal, the end."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from actions.exchange import cards, documents
from actions.exchange.handling import STATUS, Mine, NoSuchCase, mine, transaction
from actions.exchange.words import word, words
from actions.knowledge.answers import Knowledge
from actions.look_ups import transfers
from actions.record.asking import assured
from actions.talk.parts import CHINA, Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import audit
from records.audit import CITIZENS, Act
from records.exchange import cases, states
from records.exchange import documents as queue
from records.exchange.cases import TRANSFER, Case, Change
from records.files import filled_forms
from records.own import assurance
from records.vault import reference

MOST_SHOWN = 5
# A withdrawal of what is still in our queue is nobody else's business.
_AT_THE_OTHER_SIDE = (*states.AWAITED, "needs_clarification")


async def status(parts: Parts, turn: Turn) -> list[Reply]:
    """The newest cases; without any, what the offices know."""
    citizen = await assured(parts, turn, assurance.VIEW, STATUS)
    knowledge = await parts.shelf.now()
    who = reference(parts.index_key, citizen.citizen)
    async with transaction(parts) as db:
        found = await cases.of_citizen(db, parts.vault_key, who, most=MOST_SHOWN)
        await audit.append(
            db,
            parts.audit_key,
            CITIZENS,
            Act(who, "look_up", STATUS, {"cases": len(found)}),
            parts.now(),
        )
    if not found:
        # Whoever applied at a window finds it at the offices.
        return await transfers.look_up(parts, turn)
    return [_told(one, knowledge) for one in found]


async def show(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """The whole history of one case."""
    citizen = await assured(parts, turn, assurance.VIEW, STATUS)
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
        steps = await cases.history(db, own.case.id)
    return [
        Reply(
            "utter_exchange_history",
            {"number": own.case.number, "state": word("states", own.case.state)},
            cards.history(own.case, steps),
            {"pending": None},
        )
    ]


async def ask_for_clarification(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """What the other side wants to know, and where to write it."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, STATUS)
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
    if own.case.state != "needs_clarification":
        raise NoSuchCase
    values = {"reason": word("reasons", own.case.reason or "other")}
    shown = cards.clarification_form(own.case)
    return [Reply("utter_exchange_clarify", values, shown, {"pending": None})]


async def clarify(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """Send what was written to the other side."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, STATUS)
    payload = cards.fill_payload(f"{cards.CLARIFY}:{case}")
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
        filled = await filled_forms.latest(db, parts.vault_key, citizen.conversation, payload)
        if filled is None:
            raise NoSuchCase
        await filled_forms.forget(db, citizen.conversation, payload)
        body = {"Text": " ".join(filled["clarification"].split())}
        await _send(parts, db, own, "clarify", "Clarification", body)
    return [Reply("utter_exchange_clarified", {"number": own.case.number})]


async def withdraw(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """Take the application back; the other side is told if it may know of it."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, STATUS)
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
        known = own.case.state in _AT_THE_OTHER_SIDE
        if not known:
            known = not await queue.drop_unsent(db, own.case.id)
        if known:
            body = {"On": parts.today().isoformat()}
            await _send(parts, db, own, "withdraw", "Withdrawal", body)
        else:
            await cases.act(db, parts.vault_key, own.case, "withdraw", "citizen", parts.now())
        act = Act(own.who, "withdraw_exchange", own.case.number, {"told_partner": known})
        await audit.append(db, parts.audit_key, CITIZENS, act, parts.now())
    values = {"number": own.case.number}
    return [Reply("utter_exchange_withdrawn", values, None, {"pending": None})]


async def retry(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """Send anew what could not be sent for hours."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, STATUS)
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
        if own.case.reason != states.UNDELIVERABLE:
            raise NoSuchCase
        await cases.act(db, parts.vault_key, own.case, "retry", "citizen", parts.now())
        await queue.revive(db, own.case.id, parts.now())
    return [Reply("utter_exchange_retried", {"number": own.case.number}, None, {"pending": None})]


async def close(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """The citizen has seen how it ended."""
    citizen = await assured(parts, turn, assurance.VIEW, STATUS)
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
        await cases.act(db, parts.vault_key, own.case, "close", "citizen", parts.now())
    return [Reply("utter_exchange_closed", {"number": own.case.number}, None, {"pending": None})]


async def _send(
    parts: Parts,
    db: AsyncConnection,
    own: Mine,
    act: str,
    kind: str,
    body: dict[str, str],
) -> None:
    now, key = parts.now(), parts.vault_key
    pair = await asyncio.to_thread(documents.our_pair, parts.signing_dir)
    first = await queue.first_out(db, own.case.id)
    ready = documents.made(own.case, kind, body, now, pair, first)
    await cases.act(db, key, own.case, act, "citizen", now, Change(evidence=ready.sha256))
    await queue.put(
        db, key, ready.id, own.case.id, kind, ready.xml, ready.sha256, now, ready.in_reply_to
    )


def _told(case: Case, knowledge: Knowledge) -> Reply:
    values = {
        "kind": word("kinds", case.kind),
        "number": case.number,
        "state": word("states", case.state),
        "since": knowledge.phrases.day(case.updated_at.astimezone(CHINA).date()),
    }
    offered = [*cards.choices(case), cards.step_choice("show", case)]
    card = {"type": "choices", "choices": offered}
    slots = {"pending": None}
    if case.state == "answered":
        return Reply(
            "utter_exchange_answered", {**values, "answer": _answer(case, knowledge)}, card, slots
        )
    if case.reason and case.state != "draft":
        reason = word("reasons", case.reason)
        return Reply("utter_exchange_state_why", {**values, "reason": reason}, card, slots)
    if case.due_on and case.state in states.AWAITED:
        due = knowledge.phrases.day(case.due_on)
        return Reply("utter_exchange_state_due", {**values, "due": due}, card, slots)
    return Reply("utter_exchange_state", values, card, slots)


def _answer(case: Case, knowledge: Knowledge) -> str:
    told, phrases = case.answer, knowledge.phrases
    name = case.kind
    if name == TRANSFER and not int(told["Months"]):
        name += "_none"
    values = {
        "reference": told["Reference"],
        "completed": phrases.day(date.fromisoformat(told["CompletedOn"])),
    }
    if "Months" in told:
        values["months"] = told["Months"]
        values["span"] = phrases.span(int(told["Months"]))
        values["balance"] = f"{Decimal(told['AccountBalance']):.2f}"
    else:
        values["from"] = phrases.day(date.fromisoformat(told["From"]))
        values["to"] = phrases.day(date.fromisoformat(told["To"]))
    return str(words()["answers"][name]).format(**values)
