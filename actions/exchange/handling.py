"""From the filled form to the queue: draft, review, confirmation, validation, signature."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from actions.exchange import cards, documents
from actions.exchange.rules import Known, Problem, problems
from actions.exchange.schemas import SchemaInvalid
from actions.exchange.words import word
from actions.knowledge.answers import Knowledge
from actions.record import asking
from actions.record.asking import Asking, Service, assured
from actions.registries.entries import Transfer
from actions.talk.errors import Unanswerable
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import audit
from records.audit import CITIZENS, Act, Fields
from records.exchange import cases, states
from records.exchange import documents as queue
from records.exchange.cases import COVERAGE, Case, Change
from records.exchange.states import IllegalAct
from records.files import filled_forms
from records.identities import Identity
from records.own import assurance
from records.vault import reference

STATUS = "exchange_status"  # what the slot `pending` holds while signing in for a step
PENSION = "pension"
PENSIONS = (PENSION, "resident_pension")
_OPEN = tuple(one for one in states.STATES if one not in ("draft", "closed", "rejected"))


class NoSuchCase(Unanswerable):
    """There is none of this citizen under this name, or the step is not one of its state."""

    response = "utter_exchange_no_such_case"


@dataclass(frozen=True)
class Mine:
    """A case that belongs to whoever is signed in."""

    citizen: Identity
    who: str
    case: Case


@asynccontextmanager
async def transaction(parts: Parts) -> AsyncIterator[AsyncConnection]:
    """One transaction; a step that the case's state does not allow ends it without a trace."""
    try:
        async with asking.transaction(parts) as db:
            yield db
    except IllegalAct as problem:
        raise NoSuchCase from problem


async def mine(parts: Parts, turn: Turn, db: AsyncConnection, citizen: Identity, case: str) -> Mine:
    """The case, locked; somebody else's does not exist."""
    who = reference(parts.index_key, citizen.citizen)
    found = await cases.find(db, parts.vault_key, UUID(case), lock=True)
    if found is None or found.citizen != who:
        raise NoSuchCase
    return Mine(citizen, who, found)


async def draft(parts: Parts, turn: Turn, kind: str) -> list[Reply]:
    """Keep what was filled in, and show all of it for review; or say what is not right."""
    begun = await asking.begin(parts, turn, Service(kind, assurance.TAKE_AWAY))
    citizen, knowledge = begun.subject.asker, begun.knowledge
    who = reference(parts.index_key, citizen.citizen)
    payload = cards.fill_payload(kind)
    async with transaction(parts) as db:
        filled = await filled_forms.latest(db, parts.vault_key, citizen.conversation, payload)
        open_cases = await cases.of_citizen(db, parts.vault_key, who)
    if filled is None:
        raise NoSuchCase
    told = {**filled, "name": citizen.name, "id_number": citizen.id_number}
    known = await _known(begun, kind, told, open_cases)
    wrong = problems(kind, told, known, parts.today())
    if wrong:
        shown = cards.form(kind, knowledge, filled)
        return [*_sentences(wrong, knowledge), Reply("utter_exchange_fill_again", {}, shown)]
    async with transaction(parts) as db:
        await filled_forms.forget(db, citizen.conversation, payload)
        case = await cases.begin(
            db,
            parts.vault_key,
            kind,
            citizen.conversation,
            who,
            _partner(kind, told),
            told,
            parts.now(),
        )
    return [Reply("utter_exchange_review", {}, cards.review(case, knowledge))]


async def confirm(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """The citizen's word; then validated, signed and queued, or back to the draft."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, STATUS)
    knowledge = await parts.shelf.now()
    now, pair = parts.now(), await asyncio.to_thread(documents.our_pair, parts.signing_dir)
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
        state = await cases.act(db, parts.vault_key, own.case, "confirm", "citizen", now)
        confirmed = replace(own.case, state=state)
        wrong = problems(own.case.kind, own.case.draft, Known(), parts.today())
        ready = None
        try:
            ready = documents.application(own.case, parts.today(), now, pair)
        except (SchemaInvalid, KeyError):
            wrong = [*wrong, Problem("schema")]
        if ready is None or wrong:
            await cases.act(db, parts.vault_key, confirmed, "return", "us", now)
        else:
            await _queue(parts, db, confirmed, ready)
        fields: Fields = {
            "kind": own.case.kind,
            "partner": own.case.partner,
            "valid": not wrong,
        }
        act = Act(own.who, "confirm_exchange", own.case.number, fields)
        await audit.append(db, parts.audit_key, CITIZENS, act, now)
    if wrong:
        shown = cards.form(own.case.kind, knowledge, own.case.draft)
        return [*_sentences(wrong, knowledge), Reply("utter_exchange_fill_again", {}, shown)]
    return [_queued(own.case)]


async def change(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """The form again, filled in as it was."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, STATUS)
    knowledge = await parts.shelf.now()
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
    if own.case.state != "draft":
        raise NoSuchCase
    shown = cards.form(own.case.kind, knowledge, own.case.draft)
    return [Reply("utter_exchange_fill_again", {}, shown, {"pending": None})]


async def discard(parts: Parts, turn: Turn, case: str) -> list[Reply]:
    """Nothing was sent, and nothing will be."""
    citizen = await assured(parts, turn, assurance.TAKE_AWAY, STATUS)
    async with transaction(parts) as db:
        own = await mine(parts, turn, db, citizen, case)
        await cases.act(db, parts.vault_key, own.case, "discard", "citizen", parts.now())
    return [Reply("utter_exchange_discarded", {}, None, {"pending": None})]


async def _queue(
    parts: Parts, db: AsyncConnection, confirmed: Case, ready: documents.Ready
) -> None:
    now, key, evidence = parts.now(), parts.vault_key, Change(evidence=ready.sha256)
    state = await cases.act(db, key, confirmed, "validate", "us", now, evidence)
    await cases.act(db, key, replace(confirmed, state=state), "queue", "us", now, evidence)
    await queue.put(db, key, ready.id, confirmed.id, ready.kind, ready.xml, ready.sha256, now)


async def _known(
    begun: Asking, kind: str, told: Mapping[str, str], open_cases: list[Case]
) -> Known:
    """What the back offices say; one that is silent blocks nobody, the other side checks again."""
    same = [one for one in open_cases if one.kind == kind and one.state in _OPEN]
    insurance, number = told.get("insurance", PENSION), begun.subject.id_number
    registries, regions = begun.parts.registries, begun.regions
    said = await asking.ask(
        begun,
        {
            "enrolments": registries.enrolments(number, regions),
            "certificates": registries.certificates(number, insurance, regions),
            "benefits": registries.benefits(number, regions),
            "transfers": registries.transfers(number, regions),
        },
    )
    where = told["region"] if kind == COVERAGE else told["to_region"]
    active = frozenset(
        one.region
        for one in said.entries("enrolments")
        if one.status == "active" and one.insurance == insurance
    )
    silent = said.found["certificates"].silent
    return Known(
        None if where in said.found["enrolments"].silent else active,
        None
        if told.get("from_region") in silent
        else {one.region: one.months for one in said.entries("certificates")},
        any(one.kind in PENSIONS and one.status == "active" for one in said.entries("benefits")),
        _again(same, told) or _at_the_offices(said.entries("transfers"), told),
    )


def _at_the_offices(transfers: Sequence[Transfer], told: Mapping[str, str]) -> bool:
    """Whether the citizen applied for it at a window already."""
    return any(
        one.from_region == told.get("from_region")
        and one.to_region == told.get("to_region")
        and one.status in ("under_way", "stuck")
        for one in transfers
    )


def _again(same: list[Case], told: Mapping[str, str]) -> bool:
    """Whether the very same matter is under way already."""
    names = ("from_region", "to_region", "insurance", "country", "from")
    return any(all(one.draft.get(n) == told.get(n) for n in names) for one in same)


def _partner(kind: str, told: Mapping[str, str]) -> str:
    return told["country"] if kind == COVERAGE else f"CN-{told['from_region']}"


def _sentences(wrong: list[Problem], knowledge: Knowledge) -> list[Reply]:
    return [
        Reply("utter_exchange_problem", {"problem": _sentence(one, knowledge)}) for one in wrong
    ]


def _sentence(problem: Problem, knowledge: Knowledge) -> str:
    values = dict(problem.values)
    region = knowledge.regions.get(values.get("region", ""))
    if region is not None:
        values["region"] = region.name
    return word("problems", problem.code).format(**values)


def _queued(case: Case) -> Reply:
    values = {"kind": word("kinds", case.kind), "number": case.number}
    return Reply("utter_exchange_queued", values, None, {"pending": None})
