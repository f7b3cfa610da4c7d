"""The messengers: how each account's deliveries stand, what was given up, and trying again."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import Operator, Reader
from console.refusals import Wanted
from records.delivery import backlog

MOST_SHOWN = 100

router = APIRouter(prefix="/operations")


@router.get("/channels")
async def show(desk: Reader) -> Response:
    """Accounts and dead letters; conversations by number alone."""
    async with desk.parts.database.connect() as db:
        accounts = await backlog.by_account(db)
        letters = await backlog.dead_letters(db, MOST_SHOWN)
    return await desk.page("channels.html", accounts=accounts, letters=letters)


@router.post("/channels/replay")
async def replay(desk: Operator) -> Response:
    """Have what was given up tried again: of an account, or of one conversation."""
    account, said = desk.said("account") or None, desk.said("conversation")
    try:
        conversation = UUID(said) if said else None
    except ValueError:
        raise Wanted("ticks") from None
    if account is None and conversation is None:
        raise Wanted("ticks")
    async with desk.change() as db:
        many = await backlog.replay(db, desk.now, account=account, conversation=conversation)
        await desk.note(db, "replay", account or f"conversation:{conversation}", many=many)
    return RedirectResponse("/operations/channels", 303)
