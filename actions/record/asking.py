"""The one way to a look-up: who asks, may they, did they agree, how often; then the regions.

Who is asking is what `records` says, never what the conversation says. Every question to a
region leaves a row, and the look-up an audit entry, committed before the answer leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from actions.knowledge.answers import Knowledge
from actions.record.refusals import (
    ConsentFirst,
    NotAuthorised,
    SignedOutMeanwhile,
    SignInAgain,
    SignInHigher,
)
from actions.registries.client import Found
from actions.talk.errors import LookupFailed, NobodyKnows, SignInFirst, TooManyLookups
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import audit
from records.database import Connection, QuickConnection, one_transaction
from records.identities import Identity, NotSignedIn, signed_in
from records.own import assurance, authorisations, consents, lookups
from records.own.assurance import Needs
from records.vault import blind, reference

# The engine gives an action six seconds: what is behind us has to be done before.
DATABASE_SECONDS = 1.5
# In which words a citizen agrees; other words need a new consent.
CONSENT_VERSION = "2026-11"
OUTCOMES = {"answered": "found", "none": "unknown_person", "silent": "unavailable"}


@dataclass(frozen=True)
class Service:
    """A look-up: its name in the audit and in the slot `pending`, and what it needs."""

    name: str
    needs: Needs = assurance.VIEW


@dataclass(frozen=True)
class Subject:
    """Who asks, and whose record it is."""

    asker: Identity
    name: str
    id_number: str
    authorisation: UUID | None = None  # where it is somebody else's


@dataclass(frozen=True)
class Asking:
    """A look-up that may go on."""

    parts: Parts
    knowledge: Knowledge
    service: Service
    subject: Subject
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What the regions said to each question; the first question decides who answered."""

    found: Mapping[str, Found[Any]]
    statuses: Mapping[str, str]  # by region: answered | none | silent

    def entries(self, question: str) -> tuple[Any, ...]:
        """Everything that was said to one question."""
        return self.found[question].entries


async def begin(parts: Parts, turn: Turn, service: Service, **kept: str | None) -> Asking:
    """Let the look-up go on, or raise what it lacks; `kept` slots survive a sign-in."""
    knowledge = await parts.shelf.now()
    other = "authorisation" in turn.entities
    remembered = {"pending": "look_up_for_other" if other else service.name, **kept}
    if turn.conversation is None:
        raise SignInFirst(_reason(parts, service), remembered)
    async with _quickly(parts) as db:
        try:
            citizen = await signed_in(db, parts.vault_key, turn.conversation, parts.now())
        except NotSignedIn as problem:
            raise SignInFirst(_reason(parts, service), remembered) from problem
        _check_level(parts, citizen, service, remembered)
        subject = await _subject(db, parts, turn, citizen, service)
        who = reference(parts.index_key, citizen.citizen)
        # Who lets somebody else look has agreed by that.
        if not other and not await consents.given(db, who, consents.LOOK_UPS, CONSENT_VERSION):
            raise ConsentFirst(knowledge, remembered)
        since = parts.now() - timedelta(minutes=1)
        asked = await lookups.count_since(db, citizen.conversation, since)
    if asked >= parts.lookups_per_minute:
        raise TooManyLookups
    regions = tuple(region.code for region in knowledge.regions.values() if region.registry)
    return Asking(parts, knowledge, service, subject, regions)


async def ask(asking: Asking, questions: Mapping[str, Awaitable[Found[Any]]]) -> Told:
    """Ask all of it at once, keep that it was asked, and refuse where nobody knows anything.

    Nothing of it is said to who was signed out while the regions were asked.
    """
    answers = await asyncio.gather(*questions.values())
    found = dict(zip(questions, answers, strict=True))
    told = Told(found, _statuses(asking.regions, answers[0]))
    if not await _keep(asking, found):
        raise SignedOutMeanwhile(_reason(asking.parts, asking.service))
    heard = set(told.statuses.values())
    if heard == {"silent"}:
        raise LookupFailed
    if heard == {"none"}:
        raise NobodyKnows
    return told


async def who_is_signed_in(parts: Parts, turn: Turn) -> Identity:
    """The citizen of this conversation, else `SignInFirst`."""
    if turn.conversation is None:
        raise SignInFirst
    try:
        async with transaction(parts) as db:
            return await signed_in(db, parts.vault_key, turn.conversation, parts.now())
    except NotSignedIn as problem:
        raise SignInFirst from problem


async def assured(parts: Parts, turn: Turn, needs: Needs, pending: str) -> Identity:
    """The citizen, known as surely and freshly as needed; no registry is asked."""
    service, remembered = Service(pending, needs), {"pending": pending}
    if turn.conversation is None:
        raise SignInFirst(_reason(parts, service), remembered)
    try:
        async with transaction(parts) as db:
            citizen = await signed_in(db, parts.vault_key, turn.conversation, parts.now())
    except NotSignedIn as problem:
        raise SignInFirst(_reason(parts, service), remembered) from problem
    _check_level(parts, citizen, service, remembered)
    return citizen


@asynccontextmanager
async def transaction(parts: Parts) -> AsyncIterator[AsyncConnection]:
    """One transaction; a database that is away or slow is a look-up that failed."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS), parts.database.begin() as db:
            yield db
    except (SQLAlchemyError, OSError, TimeoutError) as problem:
        raise LookupFailed from problem


@asynccontextmanager
async def _quickly(parts: Parts) -> AsyncIterator[QuickConnection]:
    """The same without SQLAlchemy's share of the time: a look-up waits for its statements."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS), one_transaction(parts.database) as db:
            yield db
    except (SQLAlchemyError, psycopg.Error, OSError, TimeoutError) as problem:
        raise LookupFailed from problem


def silent_regions(told: Told, knowledge: Knowledge) -> list[Reply]:
    """Who did not answer, if anybody."""
    silent = sorted({code for one in told.found.values() for code in one.silent})
    if not silent:
        return []
    return [Reply("utter_contributions_silent", {"places": place_names(silent, knowledge)})]


def place_names(codes: Sequence[str], knowledge: Knowledge) -> str:
    """Short names of regions in one line."""
    return knowledge.phrases.listed(place_name(code, knowledge) for code in codes)


def place_name(code: str, knowledge: Knowledge) -> str:
    """A region's short name; the code itself where we know none."""
    region = knowledge.region(code)
    return region.short if region else code


def _check_level(
    parts: Parts, citizen: Identity, service: Service, remembered: Mapping[str, str | None]
) -> None:
    try:
        assurance.check(
            citizen.acr, citizen.authenticated_at, service.needs, parts.now(), parts.ladder
        )
    except assurance.TooLow as problem:
        raise SignInHigher(service.name, remembered) from problem
    except assurance.TooLongAgo as problem:
        raise SignInAgain(_reason(parts, service), remembered) from problem


def _reason(parts: Parts, service: Service) -> str:
    """What the sign-in is for; `step_up` has the gateway ask for the higher level at once."""
    needed, usual = service.needs.level, assurance.VIEW.level
    surer = assurance.rank(needed, parts.ladder) > assurance.rank(usual, parts.ladder)
    return "step_up" if surer else service.name


async def _subject(
    db: Connection, parts: Parts, turn: Turn, citizen: Identity, service: Service
) -> Subject:
    """The citizen, or whoever let this citizen look: that is in the records, or it is not."""
    written = turn.entities.get("authorisation")
    if written is None:
        return Subject(citizen, citizen.name, citizen.id_number)
    index = blind(parts.index_key, authorisations.DELEGATE, citizen.id_number)
    try:
        number = UUID(written.partition("/")[0])
        found = await authorisations.use(
            db, parts.vault_key, number, index, service.name, parts.now()
        )
    except (ValueError, authorisations.NotAuthorised) as problem:
        raise NotAuthorised from problem
    return Subject(citizen, found.name, found.id_number, found.id)


async def _keep(asking: Asking, found: Mapping[str, Found[Any]]) -> bool:
    """The rows of every question and region, one moment for all, and one audit entry.

    Whether who asked is still signed in.
    """
    parts, asker, now = asking.parts, asking.subject.asker, asking.parts.now()
    rows = [
        lookups.Asked(question, region, OUTCOMES[status])
        for question, one in found.items()
        for region, status in _statuses(asking.regions, one).items()
    ]
    about = str(asking.subject.authorisation or "own")
    regions = {
        f"{row.service}:{row.region}": row.outcome
        for row in rows
        if row.service == next(iter(found))
    }
    who = reference(parts.index_key, asker.citizen)
    act = audit.Act(who, "look_up", asking.service.name, {"about": about, **regions})
    async with _quickly(parts) as db:
        await lookups.record_all(db, asker.conversation, asker.citizen, rows, now)
        await audit.append(db, parts.audit_key, audit.CITIZENS, act, now)
        try:
            await signed_in(db, parts.vault_key, asker.conversation, now)
        except NotSignedIn:
            return False
    return True


def _statuses(regions: Sequence[str], found: Found[Any]) -> dict[str, str]:
    told = dict.fromkeys(regions, "answered")
    told |= dict.fromkeys(found.unknown, "none")
    return told | dict.fromkeys(found.silent, "silent")
