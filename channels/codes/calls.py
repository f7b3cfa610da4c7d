"""The chat API's calls for a code by SMS: send one, check one.

The answer never tells whether somebody is known by a phone: a code is counted and answered
alike, and sent on the side, so that time tells nothing either.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from channels import refusals
from channels.codes import effort, notices
from channels.codes.provider import NoSms, SmsFailed
from channels.doors import AddressDoor, ConversationDoor, Parts, PartsDoor
from channels.knowledge.notices import NOTICES_ON, PHONE_REGISTERED, SIGNED_IN
from channels.limits import Limit
from channels.shapes import PROBLEMS, SLOW, Problem
from channels.sign_in.browser import SIGNED_IN_CHOICE
from records import conversations, identities
from records.database import one_transaction
from records.identities import Identity
from records.own import assurance, codes, phones
from records.own.codes import Counted, Wish
from records.own.phones import Holder
from records.vault import blind, derived

log = logging.getLogger(__name__)

SIGN_IN, REGISTER, NOTICES = "sign_in", "register_phone", "notices"
Purpose = Literal["sign_in", "register_phone", "notices"]
# Sending goes on while the next request is served; a stopping gateway lets these end.
_sending: set[asyncio.Task[None]] = set()

router = APIRouter(prefix="/api/chat/conversations", tags=["chat"], responses=PROBLEMS)


class DoneWork(BaseModel):
    """The challenge as it was given, and the ending that was found."""

    model_config = ConfigDict(extra="forbid")

    challenge: str = Field(max_length=64)
    ending: str = Field(pattern=r"^[0-9a-z]{1,16}$")


class CodeWish(BaseModel):
    """To which phone, and what for."""

    model_config = ConfigDict(extra="forbid")

    phone: str = Field(pattern=r"^1[3-9][0-9]{9}$")
    purpose: Purpose
    work: DoneWork | None = Field(None, description="Where an answer with 428 asked for it")


class GivenWork(BaseModel):
    """Find an `ending` with which SHA-256 of `challenge:ending` begins with `bits` zero bits."""

    challenge: str
    bits: int


class WorkFirst(Problem):
    """Another code for this telephone or from this address costs some work."""

    work: GivenWork


class SentCode(BaseModel):
    """Seconds that a code lives, and seconds until another may be asked for."""

    expires_in: int
    retry_after: int


class CodeAnswer(BaseModel):
    """The code that came."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    code: str = Field(pattern=r"^[0-9]{6}$")


class RightCode(BaseModel):
    """The code was right."""

    purpose: Purpose


@router.post(
    "/{conversation}/codes", status_code=202, responses={**SLOW, 428: {"model": WorkFirst}}
)
async def send_code(
    wish: CodeWish, conversation: ConversationDoor, parts: PartsDoor, address: AddressDoor
) -> SentCode:
    """Have a code sent; the answer is the same whether or not the phone is known."""
    await _count(parts, address)
    if isinstance(parts.sms, NoSms):
        raise refusals.SmsAway
    if wish.purpose == NOTICES:
        notices.account_of(parts, conversation.site)
    key, now = parts.settings.index_hash_key, datetime.now(UTC)
    asked = Wish(
        conversation.id,
        wish.purpose,
        blind(key, "phone", wish.phone),
        blind(key, "address", address),
    )
    code = codes.new_code()
    async with parts.database.begin() as db:
        try:
            counted = await codes.counted(db, asked, now)
        except codes.TooManyCodes as problem:
            raise refusals.TooManyCodes(retry_after=problem.retry_after) from problem
        _check_work(derived(key, "work"), wish.work, asked, counted, now)
        known = await _may_have(db, parts, asked, now)
        await codes.keep(
            db, asked, codes.mac(derived(key, "codes"), asked, code) if known else None, now
        )
        if wish.purpose == NOTICES:
            await notices.remember(db, parts, conversation.id, asked.phone_index, wish.phone, now)
    if known:
        _send_on_the_side(parts, wish, code)
    return SentCode(
        expires_in=int(codes.LIFE.total_seconds()), retry_after=int(codes.PAUSE.total_seconds())
    )


@router.post("/{conversation}/codes/verify", responses=SLOW)
async def verify_code(
    answer: CodeAnswer, conversation: ConversationDoor, parts: PartsDoor, address: AddressDoor
) -> RightCode:
    """Check the code that came; a wrong one, an old one and none at all look the same."""
    await _count(parts, address)
    key, now = parts.settings.index_hash_key, datetime.now(UTC)

    def expected(phone_index: bytes) -> bytes:
        wish = Wish(conversation.id, answer.purpose, phone_index, b"")
        return codes.mac(derived(key, "codes"), wish, answer.code)

    # Committed by itself: a try counts, whatever follows.
    async with one_transaction(parts.database) as quick:
        phone = await codes.check(quick, conversation.id, answer.purpose, expected, now)
    if phone is None:
        raise refusals.WrongCode
    async with parts.database.begin() as db:
        if not await conversations.lock(db, conversation.id):
            raise refusals.NoConversation
        if answer.purpose == SIGN_IN:
            await _sign_in(db, parts, conversation.id, phone, now)
        elif answer.purpose == REGISTER:
            await _register(db, parts, conversation.id, phone, now)
        else:
            citizen = await _sure(db, parts, conversation.id, now)
            await notices.subscribe(
                db, parts, conversation.id, conversation.site, phone, citizen, now
            )
            await parts.relay.tell(db, conversation.id, parts.notices[NOTICES_ON].text)
    return RightCode(purpose=answer.purpose)


async def _count(parts: Parts, address: str) -> None:
    most = parts.settings.address_sign_in_pages_per_minute
    await parts.limits.spend([Limit(f"codes:{address}", most)])


def _check_work(
    key: bytes, done: DoneWork | None, asked: Wish, counted: Counted, now: datetime
) -> None:
    """Known and unknown telephones cost the same."""
    if effort.bits_for(counted) == 0:
        return
    if done and effort.is_done(key, asked, counted, now, done.challenge, done.ending):
        return
    work = effort.given(key, asked, counted, now)
    raise refusals.WorkNeeded(details={"work": {"challenge": work.challenge, "bits": work.bits}})


async def _may_have(db: AsyncConnection, parts: Parts, asked: Wish, now: datetime) -> bool:
    """For signing in the phone must be known; for registering, who registers."""
    if asked.purpose == SIGN_IN:
        return await phones.is_held(db, asked.phone_index, now)
    await _sure(db, parts, asked.conversation, now)
    return True


async def _sure(db: AsyncConnection, parts: Parts, conversation: UUID, now: datetime) -> Identity:
    """Whoever is signed in surely and freshly enough to register a phone."""
    settings, needs = parts.settings, assurance.LET_OTHERS
    ladder = (assurance.LINKED, *settings.identity_levels)
    try:
        citizen = await identities.signed_in(db, settings.key, conversation, now)
        assurance.check(citizen.acr, citizen.authenticated_at, needs, now, ladder)
    except (identities.NotSignedIn, assurance.TooLow, assurance.TooLongAgo) as problem:
        raise refusals.SignInFirst from problem
    return citizen


async def _sign_in(
    db: AsyncConnection, parts: Parts, conversation: UUID, phone: bytes, now: datetime
) -> None:
    try:
        held = await phones.holder(db, parts.settings.key, phone, now)
        identity = Identity(
            conversation, held.citizen, held.name, held.id_number, assurance.CODE, now
        )
        await identities.bind(db, parts.settings.key, identity, now)
    except phones.NobodyHolds as problem:
        raise refusals.WrongCode from problem
    except identities.AnotherCitizen as problem:
        raise refusals.AnotherCitizen from problem
    delivery = f"code:{now.timestamp()}"
    shown = parts.notices[SIGNED_IN].text
    await parts.relay.put(db, conversation, SIGNED_IN_CHOICE, delivery, shown)
    log.info("citizen signed in by code", extra={"conversation": str(conversation)})


async def _register(
    db: AsyncConnection, parts: Parts, conversation: UUID, phone: bytes, now: datetime
) -> None:
    citizen = await _sure(db, parts, conversation, now)
    settings = parts.settings
    holder = Holder(citizen.citizen, citizen.name, citizen.id_number)
    await phones.register(db, settings.key, settings.index_hash_key, phone, holder, now)
    await parts.relay.tell(db, conversation, parts.notices[PHONE_REGISTERED].text)


def _send_on_the_side(parts: Parts, wish: CodeWish, code: str) -> None:
    task = asyncio.create_task(_sent(parts, wish, code))
    _sending.add(task)
    task.add_done_callback(_sending.discard)


async def _sent(parts: Parts, wish: CodeWish, code: str) -> None:
    try:
        await parts.sms.send(wish.phone, code, wish.purpose)
    except SmsFailed as problem:
        log.error("code was not sent", extra={"cause": str(problem)})
