"""What a route may ask for: the parts of the running gateway, and who is calling."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.across.news import News
from channels.codes.provider import Sms
from channels.edge.address import client_address
from channels.edge.origins import Origins
from channels.knowledge.notices import Notices
from channels.knowledge.regions import Regions
from channels.limits import Limits
from channels.messengers.frame.together import Messengers
from channels.papers.pages import Papers
from channels.refusals import NoConversation, NoToken, OriginRefused
from channels.relay import Relay
from channels.settings import Settings
from channels.sign_in.pages import Pages
from channels.sign_in.provider import Provider
from channels.sign_in.seen_tokens import SeenTokens
from channels.watch.metrics import Metrics
from channels.watch.readiness import Watch
from channels.widget.app_pages import AppPages
from channels.widget.known_sites import KnownSites
from records import conversations
from records.conversations import Conversation
from records.database import AtOnce

_bearer = HTTPBearer(auto_error=False, description="The token of the conversation")


@dataclass(frozen=True)
class Parts:
    """Everything that a running gateway is made of."""

    settings: Settings
    database: AsyncEngine
    at_once: AtOnce  # the same, each statement a transaction
    relay: Relay
    news: News
    limits: Limits
    origins: Origins
    notices: Notices
    regions: Regions
    metrics: Metrics
    watch: Watch
    identity: Provider
    pages: Pages
    seen_tokens: SeenTokens
    sites: KnownSites
    app_pages: AppPages
    sms: Sms
    papers: Papers
    messengers: Messengers


# All of these are coroutines: FastAPI would run plain functions in a thread each.
async def get_parts(request: Request) -> Parts:
    """The parts of the gateway that serves this request."""
    parts: Parts = request.app.state.parts
    return parts


async def get_settings(parts: Annotated[Parts, Depends(get_parts)]) -> Settings:
    """The settings."""
    return parts.settings


async def get_database(parts: Annotated[Parts, Depends(get_parts)]) -> AsyncEngine:
    """The database; `async with database.begin() as db` is one transaction."""
    return parts.database


async def get_relay(parts: Annotated[Parts, Depends(get_parts)]) -> Relay:
    """The relay."""
    return parts.relay


async def get_limits(parts: Annotated[Parts, Depends(get_parts)]) -> Limits:
    """The limits."""
    return parts.limits


async def get_notices(parts: Annotated[Parts, Depends(get_parts)]) -> Notices:
    """The sentences of the gateway."""
    return parts.notices


async def get_address(
    request: Request, settings: Annotated[Settings, Depends(get_settings)]
) -> str:
    """The caller's address, for counting only."""
    return client_address(request, settings.proxies)


async def get_conversation(
    request: Request,
    parts: Annotated[Parts, Depends(get_parts)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    conversation: Annotated[str, Path(description="The conversation's id", max_length=64)],
) -> Conversation:
    """The conversation that the caller holds the token of.

    A wrong token and a conversation that does not exist look the same, so that nobody can
    find out which conversations there are.
    """
    if bearer is None or not bearer.credentials:
        raise NoToken
    found = await _find(parts.at_once, conversation)
    given = token_hash(bearer.credentials)
    if found is None or not hmac.compare_digest(found.token_hash, given):
        raise NoConversation
    check_origin(request, parts.settings, found.origins)
    return found


async def _find(at_once: AtOnce, written: str) -> Conversation | None:
    try:
        conversation = UUID(written)
    except ValueError:
        return None
    async with at_once.connect() as db:
        return await conversations.find(db, conversation)


def check_origin(request: Request, settings: Settings, origins: tuple[str, ...]) -> None:
    """A browser says which page asks: it has to be ours or one of the site's."""
    origin = request.headers.get("origin")
    if origin is not None and origin != settings.public_origin and origin not in origins:
        raise OriginRefused


def token_hash(token: str) -> bytes:
    """What we keep of a token; it is random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


PartsDoor = Annotated[Parts, Depends(get_parts)]
SettingsDoor = Annotated[Settings, Depends(get_settings)]
DatabaseDoor = Annotated[AsyncEngine, Depends(get_database)]
RelayDoor = Annotated[Relay, Depends(get_relay)]
LimitsDoor = Annotated[Limits, Depends(get_limits)]
NoticesDoor = Annotated[Notices, Depends(get_notices)]
AddressDoor = Annotated[str, Depends(get_address)]
ConversationDoor = Annotated[Conversation, Depends(get_conversation)]
