"""The chat API's call for a sign-in link."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from channels import refusals
from channels.doors import AddressDoor, ConversationDoor, PartsDoor
from channels.limits import Limit
from channels.shapes import PROBLEMS, SLOW
from records import conversations, events
from records.own import sign_in_attempts

# The reason on a sign-in card for what needs more than the usual level.
STEP_UP = "step_up"

router = APIRouter(prefix="/api/chat/conversations", tags=["chat"], responses=PROBLEMS)


class SignInLink(BaseModel):
    """A link that opens the sign-in once, within five minutes."""

    url: str


@router.post("/{conversation}/sign-in", status_code=201, responses=SLOW)
async def begin_sign_in(
    conversation: ConversationDoor, parts: PartsDoor, address: AddressDoor
) -> SignInLink:
    """Get a one-time link to sign in; open it as a page of its own, on the citizen's click."""
    settings = parts.settings
    await parts.limits.spend(
        [Limit(f"sign-in:{address}", settings.address_sign_in_pages_per_minute)]
    )
    async with parts.database.begin() as db:
        if not await conversations.lock(db, conversation.id):
            raise refusals.NoConversation
        # Not the caller says how surely they must be known, but what we last asked for.
        reason = await events.newest_sign_in(db, conversation.id)
        level = settings.step_up_level if reason == STEP_UP else None
        try:
            token = await sign_in_attempts.begin(
                db, conversation.id, datetime.now(UTC), settings.sign_in_links_per_minute, level
            )
        except sign_in_attempts.TooManyLinks as problem:
            raise refusals.TooManyLinks(retry_after=60) from problem
    return SignInLink(url=f"{settings.public_origin}/sign-in/{token}")
