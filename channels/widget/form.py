"""The chat as a plain form: no scripts, a cookie that scripts cannot read, the same relay."""

from __future__ import annotations

import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from channels import refusals, web
from channels.doors import AddressDoor, Parts, PartsDoor, check_origin, token_hash
from channels.refusals import GatewayError
from channels.shapes import NewConversation, NewMessage
from channels.widget import form_sign_in
from channels.widget.form_sign_in import Way
from channels.widget.known_sites import shown
from channels.widget.pages import DEFAULT_SITE, SiteKey, named_site
from records import conversations, handovers
from records.conversations import Conversation
from records.events import MOST_AT_ONCE, Event

# So long a citizen's browser waits for the answer before it is shown what is there.
SECONDS_TO_ANSWER = 8.0
# A person reads first: their answer is looked for by a tap, and what was sent shows at once.
SECONDS_WITH_PERSON = 1.0
COOKIE = "wenbao-form"
FIELD = "field."  # so the inputs of a form card are named
_COOKIE = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{20,100})")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Held:
    """A conversation that this browser holds, and the cookie that says so."""

    conversation: Conversation
    cookie: str


@dataclass(frozen=True)
class Shown:
    """What a page shows besides the conversation."""

    problem: GatewayError | None = None
    given: Mapping[str, str] = field(default_factory=dict)  # what was refused, to be mended
    way: Way | None = None


@router.head("/chat/form")
@router.get("/chat/form")
async def show(
    request: Request,
    parts: PartsDoor,
    site: SiteKey = DEFAULT_SITE,
    after: Annotated[int | None, Query(ge=0, le=web.LAST_SEQ)] = None,
) -> Response:
    """What was said so far, and the field for the next question."""
    held = await _held(parts, request)
    if held is None:
        return await _page(parts, site, None)
    if after is not None:
        with_person = await _with_person(parts, held)
        seconds = SECONDS_WITH_PERSON if with_person else SECONDS_TO_ANSWER
        await web.wait_for(parts, held.conversation.id, after, seconds)
    return await _page(parts, held.conversation.site, held)


@router.post("/chat/form")
async def say(
    request: Request, parts: PartsDoor, address: AddressDoor, site: SiteKey = DEFAULT_SITE
) -> Response:
    """Take a question, a choice, or the wish to end; then show what came of it."""
    said: dict[str, str] = {}
    try:
        _refuse_other_pages(request, parts)
        said |= {name: str(value) for name, value in (await request.form()).items()}
        return await _taken(said, request, parts, address, site)
    except GatewayError as problem:
        held = await _held(parts, request)
        key = held.conversation.site if held else site
        return await _page(parts, key, held, Shown(problem, said, _waiting(said)))


async def _taken(
    said: Mapping[str, str], request: Request, parts: Parts, address: str, key: str
) -> Response:
    held = await _held(parts, request)
    if held is not None and not hmac.compare_digest(said.get("proof", ""), _proof(parts, held)):
        raise refusals.OriginRefused
    if "end" in said:
        return await _ended(parts, held, key)
    if held is not None:
        signing_in = await _signing_in(said, held, parts, address)
        if signing_in is not None:
            return signing_in
    return await _said(said, held, request, parts, address, key)


async def _signing_in(
    said: Mapping[str, str], held: Held, parts: Parts, address: str
) -> Response | None:
    """The next page of signing in; None when something else was sent."""
    conversation = held.conversation
    if "code" in said:
        await form_sign_in.prove(said, conversation, parts, address)
        seq = said.get("seq", "0")
        return RedirectResponse(f"/chat/form?after={seq if seq.isdecimal() else 0}#end", 303)
    way = await form_sign_in.begin(said, conversation, parts, address)
    return await _page(parts, conversation.site, held, Shown(way=way)) if way else None


def _waiting(said: Mapping[str, str]) -> Way | None:
    """After a wrong code the field for it stays."""
    return Way(purpose=said.get("purpose")) if "code" in said else None


async def _said(
    said: Mapping[str, str],
    held: Held | None,
    request: Request,
    parts: Parts,
    address: str,
    key: str,
) -> Response:
    message = _message(said)
    if held is None:
        wish = NewConversation(site=key, locale="zh-CN", region=None)
        opened = await web.open_conversation(wish, request, parts, address)
        cookie = f"{opened.conversation.hex}.{opened.token}"
        held = Held(await _found(parts, opened.conversation), cookie)
    sent = await web.send_message(message, held.conversation, parts, address)
    # A page that is looked at again must not send again.
    answer = RedirectResponse(f"/chat/form?after={sent.seq}#end", 303)
    _set_cookie(parts, answer, held.cookie)
    return answer


async def _ended(parts: Parts, held: Held | None, key: str) -> Response:
    if held is not None:
        key = held.conversation.site
        await parts.relay.erase(held.conversation.id)
    answer = RedirectResponse(f"/chat/form?site={key}", 303)
    answer.delete_cookie(_cookie_name(parts), path="/", secure=_https(parts), httponly=True)
    return answer


def _message(said: Mapping[str, str]) -> NewMessage:
    """What was typed, chosen or filled in; a repeat of the same page is the same message."""
    given: dict[str, Any] = (
        {"choice": said["choice"]} if said.get("choice") else {"text": said.get("text", "")}
    )
    fields = {
        name.removeprefix(FIELD): value for name, value in said.items() if name.startswith(FIELD)
    }
    if fields and said.get("choice"):
        given["fields"] = {name: value for name, value in fields.items() if value}
    try:
        return NewMessage(client_id=UUID(said.get("client_id", "")), **given)
    except (ValueError, ValidationError) as problem:
        raise refusals.EmptyText from problem


def _refuse_other_pages(request: Request, parts: Parts) -> None:
    """Only our own page may send this form (CSRF)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise refusals.OriginRefused
    check_origin(request, parts.settings, ())


def _proof(parts: Parts, held: Held | None) -> str:
    cookie = held.cookie if held else ""
    return hmac.digest(parts.settings.index_hash_key, b"form:" + cookie.encode(), "sha256").hex()


async def _held(parts: Parts, request: Request) -> Held | None:
    """The conversation of this browser's cookie, if it still goes on."""
    cookie = request.cookies.get(_cookie_name(parts), "")
    read = _COOKIE.fullmatch(cookie)
    if read is None:
        return None
    async with parts.at_once.connect() as db:
        found = await conversations.find(db, UUID(read[1]))
    if found is None or not hmac.compare_digest(found.token_hash, token_hash(read[2])):
        return None
    return Held(found, cookie)


async def _found(parts: Parts, conversation: UUID) -> Conversation:
    async with parts.at_once.connect() as db:
        found = await conversations.find(db, conversation)
    if found is None:
        raise refusals.NoConversation
    return found


async def _with_person(parts: Parts, held: Held) -> bool:
    async with parts.at_once.connect() as db:
        return await handovers.with_person(db, held.conversation.id)


async def _page(parts: Parts, key: str, held: Held | None, also: Shown = Shown()) -> Response:
    site = await named_site(parts, key)
    said = await _all_said(parts, held) if held else []
    cards = [event.card for event in _turn(said) if event.card]
    problem = also.problem
    values: dict[str, Any] = {
        "site": shown(site),
        "events": said,
        "with_person": held is not None and await _with_person(parts, held),
        "offered": _offered(said),
        "to_fill": next((card for card in reversed(cards) if card["type"] == "form"), None),
        "signs_in": any(card["type"] == "sign_in" for card in cards),
        "given": also.given,
        "way": also.way,
        "proof": _proof(parts, held),
        "client_id": str(uuid.uuid4()),
        "other_id": str(uuid.uuid4()),
        "person_id": str(uuid.uuid4()),
        "refused": parts.notices[problem.code].text if problem else None,
        "wrong": problem.details.get("field") if problem else None,
    }
    return parts.app_pages.form(problem.status if problem else 200, **values)


async def _all_said(parts: Parts, held: Held) -> list[Event]:
    said: list[Event] = []
    while True:
        last = said[-1].seq if said else 0
        found = await web.wait_for(parts, held.conversation.id, last, 0)
        said += found.events if found else []
        if found is None or len(found.events) < MOST_AT_ONCE:
            return said


def _turn(said: list[Event]) -> list[Event]:
    """What came since the citizen last said something: only that is still to be acted on."""
    last = max((event.seq for event in said if event.sender == "citizen"), default=0)
    return [event for event in said if event.seq > last]


def _offered(said: list[Event]) -> list[dict[str, str]]:
    """The choices of the last event, as it is now the citizen's turn."""
    card = (said[-1].card or {}) if said else {}
    return [*card.get("choices", ()), *card.get("related", ())]


def _set_cookie(parts: Parts, answer: Response, value: str) -> None:
    answer.set_cookie(
        _cookie_name(parts),
        value,
        path="/",
        secure=_https(parts),
        httponly=True,
        samesite="strict",
    )


def _cookie_name(parts: Parts) -> str:
    return f"__Host-{COOKIE}" if _https(parts) else COOKIE


def _https(parts: Parts) -> bool:
    return parts.settings.public_origin.startswith("https:")
