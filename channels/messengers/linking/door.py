"""The pages behind a link from a chat: prove whose chat it is, sign in, say yes to the linking.

The link alone proves nothing, because links are forwarded. The messenger itself says whose
browser it is, or a code that the browser shows is typed into the chat it was sent to.
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from datetime import UTC, datetime
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from channels import refusals
from channels.doors import AddressDoor, Parts, PartsDoor
from channels.knowledge.notices import HIDDEN
from channels.limits import Limit
from channels.messengers.frame import linked
from channels.messengers.frame.channel import Proving
from channels.messengers.frame.failures import DeliveryFailed
from channels.messengers.frame.refusals import MessengerAway, NoRealUser, NotYourLink
from channels.messengers.linking.pages import LinkPages
from channels.sign_in.pages import PageRoute
from records import conversations, identities
from records.delivery import link_attempts, links, threads
from records.delivery.accounts import Account
from records.delivery.links import Link
from records.delivery.threads import Thread
from records.identities import Identity
from records.own import sign_in_attempts
from records.privacy import leaving

log = logging.getLogger(__name__)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_COOKIE = re.compile(r"([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})")
_CODE = re.compile(r"[\x21-\x7e]{1,512}")
RANDOM_BYTES = 32

router = APIRouter(prefix="/l", include_in_schema=False, route_class=PageRoute)


@router.get("/back")
async def come_back(
    request: Request, parts: PartsDoor, address: AddressDoor, code: str = "", state: str = ""
) -> Response:
    """The messenger sends the browser back, and tells us whose it is."""
    await _count(parts, address)
    own_state, browser = _cookie_of(parts, request)
    if not _CODE.fullmatch(code) or not hmac.compare_digest(state.encode(), own_state.encode()):
        raise refusals.OtherBrowser
    async with parts.at_once.connect() as db:
        conversation = await link_attempts.opened_by(db, state, browser, datetime.now(UTC))
    account, thread = await _where(parts, conversation)
    await _need_the_user(parts, account, thread, code)
    async with parts.at_once.connect() as db:
        if not await link_attempts.prove(db, state, datetime.now(UTC)):
            raise refusals.LinkNotValid
    return RedirectResponse("/l/go", 303)


@router.get("/go")
async def go_on(request: Request, parts: PartsDoor, address: AddressDoor) -> Response:
    """Where a proven browser goes next: signing in, and then the question."""
    await _count(parts, address)
    conversation = await _proven(parts, request)
    identity = await _identity(parts, conversation)
    if identity is not None:
        name = linked.masked(identity.name)
        return _pages(parts).confirm(name, _mark(_cookie_of(parts, request)[0]))
    async with parts.database.begin() as db:
        if not await conversations.lock(db, conversation):
            raise refusals.NoConversation
        try:
            token = await sign_in_attempts.begin(
                db, conversation, datetime.now(UTC), parts.settings.sign_in_links_per_minute
            )
        except sign_in_attempts.TooManyLinks as problem:
            raise refusals.TooManyLinks(retry_after=60) from problem
    return RedirectResponse(f"/sign-in/{token}", 303)


@router.post("/confirm")
async def confirm(request: Request, parts: PartsDoor, address: AddressDoor) -> Response:
    """The citizen says yes or no."""
    await _count(parts, address)
    state, browser = _cookie_of(parts, request)
    if request.headers.get("origin") not in (None, parts.settings.public_origin):
        raise refusals.OriginRefused
    form = await request.form(max_fields=4)
    if not hmac.compare_digest(str(form.get("mark", "")).encode(), _mark(state).encode()):
        raise refusals.OtherBrowser
    async with parts.at_once.connect() as db:
        conversation = await link_attempts.finish(db, state, browser, datetime.now(UTC))
    if conversation is None:
        raise refusals.LinkNotValid
    page = await _decided(parts, conversation, yes=form.get("answer") == "yes")
    page.delete_cookie(_cookie(parts), secure=_https(parts), httponly=True, samesite="lax")
    return page


@router.get("/{token}")
async def open_link(
    token: str, request: Request, parts: PartsDoor, address: AddressDoor
) -> Response:
    """Use the link, bind it to this browser, and have it proven whose chat it came from."""
    await _count(parts, address)
    if request.headers.get("sec-fetch-dest", "document") != "document":
        raise refusals.NotAPage
    if not _TOKEN.fullmatch(token):
        raise refusals.LinkNotValid
    now = datetime.now(UTC)
    async with parts.at_once.connect() as db:
        conversation = await link_attempts.conversation_of(db, token, now)
    account, thread = await _where(parts, conversation)
    state, browser = secrets.token_urlsafe(RANDOM_BYTES), secrets.token_urlsafe(RANDOM_BYTES)
    way = _way_to_prove(parts, account, thread, state)
    code = None if way else f"{secrets.randbelow(1_000_000):06d}"
    hashed = code and link_attempts.code_digest(
        parts.settings.index_hash_key, thread.conversation, code
    )
    async with parts.at_once.connect() as db:
        if not await link_attempts.open_link(db, token, browser, state, hashed or None, now):
            raise refusals.LinkNotValid
    page = RedirectResponse(way, 303) if way else _pages(parts).code(str(code))
    _set_cookie(parts, page, state, browser)
    return page


async def awaits(parts: Parts, request: Request, conversation: UUID) -> bool:
    """Whether this browser came from the conversation's chat, and is to be asked for a yes."""
    try:
        return await _proven(parts, request) == conversation
    except refusals.GatewayError:
        return False


def _set_cookie(parts: Parts, page: Response, state: str, browser: str) -> None:
    page.set_cookie(
        _cookie(parts),
        f"{state}.{browser}",
        max_age=int((link_attempts.LIFE + link_attempts.LIFE_ONCE_PROVEN).total_seconds()),
        secure=_https(parts),
        httponly=True,
        samesite="lax",
    )


async def _where(parts: Parts, conversation: UUID | None) -> tuple[Account, Thread]:
    if conversation is None:
        raise refusals.LinkNotValid
    async with parts.at_once.connect() as db:
        thread = await threads.of_conversation(db, parts.settings.key, conversation)
    account = parts.messengers.accounts.get(thread.account) if thread else None
    if thread is None or account is None:
        raise refusals.LinkNotValid
    return account, thread


def _way_to_prove(parts: Parts, account: Account, thread: Thread, state: str) -> str | None:
    channel = parts.messengers.channels[thread.channel]
    if not isinstance(channel, Proving):
        return None
    return channel.way_to_prove(account, state, f"{parts.settings.public_origin}/l/back")


async def _need_the_user(parts: Parts, account: Account, thread: Thread, code: str) -> None:
    """The one who looks at the page has to be the one whom the link was sent to."""
    channel = parts.messengers.channels[thread.channel]
    if not isinstance(channel, Proving):
        raise NotYourLink
    try:
        external, real = await channel.proven_by(account, code)
    except (DeliveryFailed, httpx.HTTPError) as problem:
        log.warning("messenger does not say who", extra={"cause": type(problem).__name__})
        raise MessengerAway from problem
    if not real:
        raise NoRealUser
    if not external or not hmac.compare_digest(external.encode(), thread.external.encode()):
        raise NotYourLink


async def _proven(parts: Parts, request: Request) -> UUID:
    state, browser = _cookie_of(parts, request)
    async with parts.at_once.connect() as db:
        conversation = await link_attempts.proven_for(db, state, browser, datetime.now(UTC))
    if conversation is None:
        raise refusals.LinkNotValid
    return conversation


async def _identity(parts: Parts, conversation: UUID) -> Identity | None:
    async with parts.database.begin() as db:
        try:
            return await identities.signed_in(
                db, parts.settings.key, conversation, datetime.now(UTC)
            )
        except identities.NotSignedIn:
            return None


async def _decided(parts: Parts, conversation: UUID, *, yes: bool) -> Response:
    identity = await _identity(parts, conversation)
    if identity is None:
        raise refusals.LinkNotValid
    now = datetime.now(UTC)
    _, thread = await _where(parts, conversation)
    async with parts.database.begin() as db:
        await conversations.lock(db, conversation)
        if not yes:
            await leaving.leave(db, conversation, parts.notices[HIDDEN].text, now)
            await parts.relay.tell(db, conversation, parts.messengers.phrases.phrases["signed_out"])
            return _pages(parts).declined()
        link = Link(identity.citizen, identity.name, identity.acr, now)
        index = linked.index_of(parts, thread)
        await links.keep(db, parts.settings.key, thread.account, index, link, now)
        name = linked.masked(identity.name)
        text = parts.messengers.phrases.phrases["linked"].format(name=name)
        await parts.relay.tell(db, conversation, text)
    log.info("chat account linked", extra={"conversation": str(conversation)})
    return _pages(parts).linked(name)


async def _count(parts: Parts, address: str) -> None:
    most = parts.settings.address_sign_in_pages_per_minute
    await parts.limits.spend([Limit(f"sign-in:{address}", most)])


def _cookie_of(parts: Parts, request: Request) -> tuple[str, str]:
    found = _COOKIE.fullmatch(request.cookies.get(_cookie(parts), ""))
    if found is None:
        raise refusals.OtherBrowser
    return found[1], found[2]


def _mark(state: str) -> str:
    """What the form carries so that no other page can send it."""
    return link_attempts.digest("confirm" + state).hex()


def _cookie(parts: Parts) -> str:
    return "__Host-wenbao-link" if _https(parts) else "wenbao-link"


def _https(parts: Parts) -> bool:
    return parts.settings.public_origin.startswith("https:")


def _pages(parts: Parts) -> LinkPages:
    return LinkPages(parts.settings.web_dir)
