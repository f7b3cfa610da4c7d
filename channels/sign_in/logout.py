"""The provider's word that a citizen signed out there: they are signed out here, too.

OpenID Connect Back-Channel Logout 1.0. A token without `sub` is refused: we keep no session
ids of the provider, and our client is registered to be told the citizen.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import Response

from channels.doors import AddressDoor, Parts, PartsDoor
from channels.knowledge.notices import HIDDEN, SIGNED_OUT_ELSEWHERE
from channels.limits import Limit
from channels.refusals import BadLogoutToken
from channels.sign_in import proofs
from channels.sign_in.proofs import SignedOut
from records import conversations, identities
from records.privacy import leaving

log = logging.getLogger(__name__)

router = APIRouter(prefix="/sign-in", include_in_schema=False)


@router.post("/backchannel-logout")
async def sign_out_everywhere(request: Request, parts: PartsDoor, address: AddressDoor) -> Response:
    """Sign a citizen out of every conversation."""
    most = parts.settings.address_messages_per_minute * 10
    await parts.limits.spend([Limit(f"logout:{address}", most)])
    signed_out = await _read(parts, await _written(request))
    if not await parts.seen_tokens.claim(signed_out.token):
        raise BadLogoutToken
    try:
        many = await _end(parts, signed_out.citizen)
    except BaseException:
        await parts.seen_tokens.release(signed_out.token)
        raise
    log.info("citizen signed out by the provider", extra={"conversations": many})
    return Response(status_code=200)


async def _written(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadLogoutToken
    try:
        fields = parse_qsl((await request.body()).decode("ascii"), max_num_fields=8)
    except ValueError as problem:
        raise BadLogoutToken from problem
    tokens = [value for name, value in fields if name == "logout_token"]
    if len(tokens) != 1:
        raise BadLogoutToken
    return tokens[0]


async def _read(parts: Parts, written: str) -> SignedOut:
    provider, now = parts.identity, datetime.now(UTC)
    keys = await provider.keys()
    names = provider.issuer, provider.client_id
    try:
        return proofs.read_logout_token(written, keys, *names, now)
    except BadLogoutToken:
        newer = await provider.keys(anew=True)
        if newer is keys:
            raise
        return proofs.read_logout_token(written, newer, *names, now)


async def _end(parts: Parts, citizen: str) -> int:
    """Sign out, wipe, and say so wherever the sign-in was not over by itself."""
    notice, shown = parts.notices[SIGNED_OUT_ELSEWHERE].text, parts.notices[HIDDEN].text
    now = datetime.now(UTC)
    async with parts.database.begin() as db:
        ended = await identities.sign_out_everywhere(db, citizen, now)
        for conversation, good in ended.items():
            await leaving.wipe(db, conversation, shown, now)
            if good:
                await parts.relay.tell(db, conversation, notice)
            if good and await conversations.is_in_messenger(db, conversation):
                history = parts.messengers.phrases.phrases["history"]
                await parts.relay.tell(db, conversation, history)
    return len(ended)
