"""The pages of signing in and out."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from console.doors import Parts, Reader, cookie_name
from console.refusals import NotProven
from records.staff import sessions
from records.staff.sessions import Person, Trip

RANDOM_BYTES = 32
VERIFIER_BYTES = 48  # 64 characters; RFC 7636 wants 43 to 128
_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")
_CODE = re.compile(r"[\x21-\x7e]{1,2048}")

router = APIRouter()


@router.head("/sign-in")
@router.get("/sign-in")
async def ask(request: Request) -> Response:
    """The door."""
    parts: Parts = request.app.state.parts
    return parts.writing.page("sign_in.html")


@router.get("/sign-in/go")
async def go_there(request: Request) -> Response:
    """Send the browser to the identity provider."""
    parts: Parts = request.app.state.parts
    if request.headers.get("sec-fetch-dest", "document") != "document":
        raise NotProven
    state, browser = secrets.token_urlsafe(RANDOM_BYTES), secrets.token_urlsafe(RANDOM_BYTES)
    trip = Trip(secrets.token_urlsafe(RANDOM_BYTES), secrets.token_urlsafe(VERIFIER_BYTES))
    way = await parts.provider.way_there(state, trip)
    async with parts.database.begin() as db:
        await sessions.set_out(db, state, browser, trip, parts.now())
    answer = RedirectResponse(way, 303)
    _set(parts, answer, _trip_cookie(parts), browser, sessions.TRIP)
    return answer


@router.get("/sign-in/callback")
async def come_back(request: Request) -> Response:
    """Take the browser back and open a session, if all of it holds."""
    parts: Parts = request.app.state.parts
    said = request.query_params
    state, code = said.get("state", ""), said.get("code", "")
    browser = request.cookies.get(_trip_cookie(parts), "")
    if not _RANDOM.fullmatch(state) or not _RANDOM.fullmatch(browser):
        raise NotProven
    if said.get("iss", parts.provider.issuer) != parts.provider.issuer:
        raise NotProven
    # In a transaction of its own: whatever follows, the way is used up.
    async with parts.database.begin() as db:
        try:
            trip = await sessions.come_back(db, state, browser, parts.now())
        except sessions.NoTrip as problem:
            raise NotProven from problem
    if not _CODE.fullmatch(code):
        raise NotProven
    return await _opened(parts, await parts.provider.vouched(code, trip))


async def _opened(parts: Parts, person: Person) -> Response:
    token, csrf = secrets.token_urlsafe(RANDOM_BYTES), secrets.token_urlsafe(RANDOM_BYTES)
    async with parts.database.begin() as db:
        await sessions.open_session(db, token, csrf, person, parts.now())
        held = ",".join(sorted(person.roles))
        await parts.note(db, person.id, "sign_in", "console", roles=held)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(_trip_cookie(parts), secure=parts.settings.https, httponly=True)
    _set(parts, answer, cookie_name(parts.settings), token, sessions.ABSOLUTE)
    return answer


@router.post("/sign-out")
async def sign_out(desk: Reader) -> Response:
    """End the session."""
    name = cookie_name(desk.parts.settings)
    async with desk.change() as db:
        await sessions.close(db, desk.request.cookies[name])
        await desk.note(db, "sign_out", "console")
    answer = RedirectResponse("/sign-in?" + urlencode({"out": 1}), 303)
    answer.delete_cookie(name, secure=desk.parts.settings.https, httponly=True)
    return answer


def _set(parts: Parts, answer: Response, name: str, value: str, life: timedelta) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        secure=parts.settings.https,
        httponly=True,
        # Not strict: the way back from the provider is a link from elsewhere.
        samesite="lax",
    )


def _trip_cookie(parts: Parts) -> str:
    return "__Host-wenbao-trip" if parts.settings.https else "wenbao-trip"
