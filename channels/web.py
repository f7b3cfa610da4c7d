"""The public chat API, as the web widget uses it."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from channels import masking, refusals
from channels.doors import (
    AddressDoor,
    ConversationDoor,
    DatabaseDoor,
    Parts,
    PartsDoor,
    RelayDoor,
    check_origin,
    token_hash,
)
from channels.journey.inbox import clean, is_plain
from channels.limits import Limit
from channels.relay import Inbound
from channels.shapes import (
    PROBLEMS,
    SLOW,
    Feedback,
    NewConversation,
    NewMessage,
    OpenedConversation,
    Problem,
    SentMessage,
    ShownEvent,
)
from records import conversations, events, feedback
from records.conversations import Conversation
from records.events import Behind, Event
from records.places import sites

CHANNEL = "web"
LONGEST_WAIT = 30
HEARTBEAT_SECONDS = 15.0
# A stream ends by itself now and then, so that a stopping gateway is left behind; it resumes.
STREAM_SECONDS = 600.0
TOKEN_BYTES = 32
LAST_SEQ = 2**31 - 1
REWRITTEN = "Wenbao-Rewritten"

router = APIRouter(prefix="/api/chat/conversations", tags=["chat"], responses=PROBLEMS)


@router.post("", status_code=201, responses=SLOW)
async def open_conversation(
    wish: NewConversation, request: Request, parts: PartsDoor, address: AddressDoor
) -> OpenedConversation:
    """Open a conversation. The token goes in `Authorization: Bearer`, never in a URL."""
    region = _region(parts, wish.region)
    if not is_plain(wish.site):
        raise refusals.UnknownSite
    async with parts.at_once.connect() as db:
        site = await sites.find(db, wish.site)
    if site is None:
        raise refusals.UnknownSite
    check_origin(request, parts.settings, site.origins)
    most = site.openings_per_minute
    await parts.limits.spend(
        [_by_address("open", site.key, address, most, parts.settings.address_openings_per_minute)]
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    opened = Conversation(
        uuid4(), site.key, CHANNEL, token_hash(token), wish.locale, region or site.region
    )
    async with parts.database.begin() as db:
        await conversations.open_one(db, opened, datetime.now(UTC))
    return OpenedConversation(conversation=opened.id, token=token)


@router.post(
    "/{conversation}/messages", status_code=202, responses={**SLOW, 409: {"model": Problem}}
)
async def send_message(
    message: NewMessage, conversation: ConversationDoor, parts: PartsDoor, address: AddressDoor
) -> SentMessage:
    """Send a message; 202 once it is stored. The same `client_id` again: the same answer."""
    settings = parts.settings
    await parts.limits.spend(
        [
            Limit(f"talk:{conversation.id}", settings.messages_per_minute),
            _by_address(
                "say",
                conversation.site,
                address,
                conversation.messages_per_minute,
                settings.address_messages_per_minute,
            ),
        ]
    )
    seq = await parts.relay.accept(
        Inbound(
            conversation.channel,
            conversation.id,
            str(message.client_id),
            message.text,
            message.choice,
            message.fields,
        )
    )
    return SentMessage(seq=seq)


@router.get(
    "/{conversation}/events",
    response_model=list[ShownEvent],
    responses={
        200: {
            "description": "The events behind `after`; as a stream with Accept: text/event-stream",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
            "headers": {
                REWRITTEN: {
                    "description": "Changes when earlier events were rewritten or removed: read "
                    "them anew from 0. A stream says so by an event named `rewritten`.",
                    "schema": {"type": "integer"},
                }
            },
        }
    },
)
async def read_events(
    request: Request,
    conversation: ConversationDoor,
    parts: PartsDoor,
    after: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """What was said behind `after`; `wait` holds the request until there is something."""
    if "text/event-stream" in request.headers.get("accept", ""):
        return _stream(parts, conversation.id, _resume(last_event_id, after))
    found = await wait_for(parts, conversation.id, after, wait)
    if found is None:
        raise refusals.NoConversation
    said = [_shown(event) for event in found.events]
    return JSONResponse(said, headers={REWRITTEN: str(found.rewritten)})


@router.post("/{conversation}/events/{seq}/feedback", status_code=204, responses=SLOW)
async def give_feedback(
    word: Feedback,
    conversation: ConversationDoor,
    database: DatabaseDoor,
    seq: Annotated[int, Path(ge=1, le=LAST_SEQ)],
) -> None:
    """Say whether an answer helped; the latest word counts."""
    comment = masking.hide(clean(word.comment)) if word.comment else None
    async with database.begin() as db:
        event = await events.find(db, conversation.id, seq)
        if event is None:
            raise refusals.NoEvent
        if event.sender != "bot" or (event.card or {}).get("type") not in ("answer", "estimate"):
            raise refusals.NotAnAnswer
        await feedback.give(
            db, conversation.id, seq, word.helpful, comment or None, datetime.now(UTC)
        )


@router.delete("/{conversation}", status_code=204, responses=SLOW)
async def end_conversation(conversation: ConversationDoor, relay: RelayDoor) -> None:
    """End the conversation and wipe what was said, sealed and signed in."""
    await relay.erase(conversation.id)


def _region(parts: Parts, written: str | None) -> str | None:
    if written is None:
        return None
    code = parts.regions.code(written)
    if code is None:
        raise refusals.UnknownRegion
    return code


def _by_address(act: str, site: str, address: str, own: int | None, usual: int) -> Limit:
    """A site with a figure of its own is counted by itself: a hall shares one address."""
    if own is None:
        return Limit(f"{act}:{address}", usual)
    return Limit(f"{act}:{site}:{address}", own)


async def wait_for(
    parts: Parts, conversation: UUID, after: int, seconds: float, known: int | None = None
) -> Behind | None:
    """The events behind `after`, waiting for one if need be; None when the talk ended.

    The wait is over as well once earlier events were rewritten more often than `known`.
    """
    until = time.monotonic() + seconds
    with parts.news.listen(conversation) as bell:
        while True:
            found = await _look(parts, conversation, after)
            if found is None or found.events:
                return found
            known, left = found.rewritten if known is None else known, until - time.monotonic()
            if found.rewritten != known or left <= 0 or parts.news.closing:
                return found
            await bell.wait(left, often=found.wants_person)


async def _look(parts: Parts, conversation: UUID, after: int) -> Behind | None:
    async with parts.at_once.connect() as db:
        return await events.after(db, conversation, after)


def _stream(parts: Parts, conversation: UUID, after: int) -> StreamingResponse:
    return StreamingResponse(
        _lines(parts, conversation, after),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _lines(parts: Parts, conversation: UUID, after: int) -> AsyncIterator[str]:
    until, known = time.monotonic() + STREAM_SECONDS, 0
    yield "retry: 1000\n\n"
    while time.monotonic() < until and not parts.news.closing:
        try:
            found = await wait_for(parts, conversation, after, HEARTBEAT_SECONDS, known)
        except refusals.TooManyWaiting:
            return
        if found is None:
            return
        # Named, so that a client which knows no such thing hears nothing of it.
        if found.rewritten != known:
            known = found.rewritten
            yield f"event: rewritten\ndata: {known}\n\n"
        elif not found.events:
            yield ": still here\n\n"
        for event in found.events:
            after = event.seq
            told = json.dumps(_shown(event), ensure_ascii=False)
            yield f"id: {event.seq}\ndata: {told}\n\n"
        await asyncio.sleep(0)


def _resume(last_event_id: str | None, after: int) -> int:
    """Where a stream goes on; a browser that reconnects says so in Last-Event-ID."""
    if last_event_id is None or not last_event_id.isascii() or not last_event_id.isdigit():
        return after
    return min(int(last_event_id[:12]), LAST_SEQ)


def _shown(event: Event) -> dict[str, object]:
    shown: dict[str, object] = {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "from": event.sender,
        "text": event.text,
    }
    return shown if event.card is None else {**shown, "card": event.card}
