"""The two pages that the citizen's browser opens: the way to the provider, and the way back."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from channels import refusals
from channels.doors import AddressDoor, Parts, PartsDoor
from channels.knowledge.notices import SIGNED_IN
from channels.limits import Limit
from channels.messengers.linking import door as linking
from channels.settings import Settings
from channels.sign_in import proofs
from channels.sign_in.pages import PageRoute
from channels.sign_in.proofs import Expected, Person, Proven
from channels.sign_in.provider import Provider, Trip
from records import conversations, identities
from records.identities import Identity
from records.own import sign_in_attempts
from records.own.sign_in_attempts import Attempt

log = logging.getLogger(__name__)

# What the engine takes once somebody is signed in.
SIGNED_IN_CHOICE = "/signed_in"
# Longer than the attempt, so that who comes back late is told that, and not of another browser.
COOKIE_SECONDS = int(sign_in_attempts.LIFE.total_seconds()) + 3600
RANDOM_BYTES = 32
VERIFIER_BYTES = 48  # 64 characters; RFC 7636 wants 43 to 128
_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")
_CODE = re.compile(r"[\x21-\x7e]{1,2048}")  # RFC 6749, A.11, with a bound
_KNOWN = ("code", "state", "iss", "error")

router = APIRouter(prefix="/sign-in", include_in_schema=False, route_class=PageRoute)


@router.get("/callback")
async def come_back(request: Request, parts: PartsDoor, address: AddressDoor) -> Response:
    """Take the citizen back from the provider, and sign them in if all of it holds."""
    await _count(parts, address)
    said = _returned(request)
    state = said["state"]
    name = _cookie(parts.settings, state)
    browser = request.cookies.get(name)
    if browser is None or not _RANDOM.fullmatch(browser):
        raise await _without_cookie(parts, state)
    attempt = await _finish(parts, state, browser)
    if "error" in said:
        raise refusals.Declined
    doors = await parts.identity.doors()
    if said.get("iss", None if doors.names_itself else parts.identity.issuer) != (
        parts.identity.issuer
    ):
        raise refusals.NotProven
    proven, person = await _vouched(parts, said["code"], attempt)
    await _bind(parts, attempt, state, proven, person)
    # Who came from a messenger is asked whether the chat account shall be theirs.
    asks = await linking.awaits(parts, request, attempt.conversation)
    page = RedirectResponse("/l/go", 303) if asks else parts.pages.done()
    page.delete_cookie(name, secure=_https(parts.settings), httponly=True, samesite="lax")
    return page


@router.get("/{token}")
async def go_there(
    token: str, request: Request, parts: PartsDoor, address: AddressDoor
) -> Response:
    """Use the link, bind it to this browser, and send the citizen to the provider."""
    await _count(parts, address)
    if request.headers.get("sec-fetch-dest", "document") != "document":
        raise refusals.NotAPage
    if not _RANDOM.fullmatch(token):
        raise refusals.LinkNotValid
    # A link that did not come from our own page may have been sent by somebody who wants to
    # read in their conversation what belongs to the one who signs in. So we ask.
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return parts.pages.ask(f"/sign-in/{token}")
    trip, browser = _new_trip(), secrets.token_urlsafe(RANDOM_BYTES)
    await parts.identity.doors()  # away, it must not cost the link
    level = await _open(parts, token, browser, trip)
    way = await parts.identity.way_there(trip, parts.settings.levels_from(level))
    answer = RedirectResponse(way, 303, {"Cross-Origin-Opener-Policy": "unsafe-none"})
    answer.set_cookie(
        _cookie(parts.settings, trip.state),
        browser,
        max_age=COOKIE_SECONDS,
        secure=_https(parts.settings),
        httponly=True,
        samesite="lax",
    )
    return answer


async def _count(parts: Parts, address: str) -> None:
    most = parts.settings.address_sign_in_pages_per_minute
    await parts.limits.spend([Limit(f"sign-in:{address}", most)])


def _new_trip() -> Trip:
    state, nonce = secrets.token_urlsafe(RANDOM_BYTES), secrets.token_urlsafe(RANDOM_BYTES)
    return Trip(state, nonce, secrets.token_urlsafe(VERIFIER_BYTES))


async def _open(parts: Parts, token: str, browser: str, trip: Trip) -> str | None:
    """The level that is needed, where it is above the usual one."""
    async with parts.database.begin() as db:
        try:
            return await sign_in_attempts.open_link(
                db,
                parts.settings.key,
                token,
                browser,
                trip.state,
                trip.nonce,
                trip.verifier,
                datetime.now(UTC),
            )
        except sign_in_attempts.LinkNotValid as problem:
            raise refusals.LinkNotValid from problem


def _returned(request: Request) -> dict[str, str]:
    """What came back, each thing once and in its shape: `state`, and a code or an error."""
    said: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in _KNOWN:
            if name in said:
                raise refusals.MalformedReturn
            said[name] = value
    if not _RANDOM.fullmatch(said.get("state", "")) or ("code" in said) == ("error" in said):
        raise refusals.MalformedReturn
    if not _CODE.fullmatch(said.get("code", "-")):
        raise refusals.MalformedReturn
    return said


async def _without_cookie(parts: Parts, state: str) -> refusals.GatewayError:
    """A page that is loaded again has lost its cookie, as its attempt was taken."""
    async with parts.database.connect() as db:
        over = await sign_in_attempts.is_over(db, state, datetime.now(UTC))
    return refusals.LinkNotValid() if over else refusals.OtherBrowser()


async def _finish(parts: Parts, state: str, browser: str) -> Attempt:
    """Take the attempt, in a transaction of its own: whatever follows, it is used up."""
    async with parts.database.begin() as db:
        try:
            return await sign_in_attempts.finish(
                db, parts.settings.key, state, browser, datetime.now(UTC)
            )
        except sign_in_attempts.LinkNotValid as problem:
            raise refusals.LinkNotValid from problem


async def _vouched(parts: Parts, code: str, attempt: Attempt) -> tuple[Proven, Person]:
    """Who the provider says it is, everything checked."""
    provider, settings = parts.identity, parts.settings
    tokens = await provider.exchange(code, attempt.verifier)
    access_token = tokens.get("access_token")
    if not isinstance(access_token, str) or not _CODE.fullmatch(access_token):
        raise refusals.NotProven
    expected = Expected(
        provider.issuer,
        provider.client_id,
        attempt.nonce,
        settings.levels_from(attempt.level),
        settings.identity_max_age,
    )
    try:
        proven = await _proven(provider, tokens.get("id_token"), access_token, expected)
    except refusals.LevelTooLow as problem:
        raise (refusals.NotSureEnough if attempt.level else refusals.LevelTooLow) from problem
    told = proven.claims
    if "name" not in told or "id_number" not in told:
        told = await provider.userinfo(access_token)
    return proven, proofs.read_person(proven, told)


async def _proven(
    provider: Provider, id_token: object, access_token: str, expected: Expected
) -> Proven:
    """Read the ID token; the keys may have changed since we fetched them."""
    now = datetime.now(UTC)
    keys = await provider.keys()
    try:
        return proofs.read_id_token(id_token, access_token, keys, expected, now)
    except refusals.NotProven:
        newer = await provider.keys(anew=True)
        if newer is keys:
            raise
        return proofs.read_id_token(id_token, access_token, newer, expected, now)


async def _bind(parts: Parts, attempt: Attempt, state: str, proven: Proven, person: Person) -> None:
    identity = Identity(
        attempt.conversation,
        proven.citizen,
        person.name,
        person.id_number,
        proven.acr,
        proven.authenticated_at,
    )
    delivery = "sign-in:" + hashlib.sha256(state.encode()).hexdigest()
    async with parts.database.begin() as db:
        if not await conversations.lock(db, attempt.conversation):
            raise refusals.NoConversation
        try:
            await identities.bind(db, parts.settings.key, identity, datetime.now(UTC))
        except identities.AnotherCitizen as problem:
            raise refusals.AnotherCitizen from problem
        shown = parts.notices[SIGNED_IN].text
        await parts.relay.put(db, attempt.conversation, SIGNED_IN_CHOICE, delivery, shown)
    log.info(
        "citizen signed in",
        extra={"conversation": str(attempt.conversation), "level": proven.acr},
    )


def _cookie(settings: Settings, state: str) -> str:
    """One cookie for each attempt, so that two conversations can sign in side by side."""
    name = "wenbao-sign-in-" + hashlib.sha256(state.encode()).hexdigest()[:16]
    return f"__Host-{name}" if _https(settings) else name


def _https(settings: Settings) -> bool:
    return settings.public_origin.startswith("https:")
