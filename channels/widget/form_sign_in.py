"""Signing in by the form without scripts: a link to open once, or a code that comes by SMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from channels import refusals
from channels.codes.calls import CodeAnswer, CodeWish, send_code, verify_code
from channels.doors import Parts
from channels.sign_in.links import begin_sign_in
from records.conversations import Conversation


@dataclass(frozen=True)
class Way:
    """How the citizen goes on: a link to open, or the code that they wait for."""

    link: str | None = None
    purpose: str | None = None  # what the code is for
    minutes: int = 0  # how long it lives


async def begin(
    said: Mapping[str, str], conversation: Conversation, parts: Parts, address: str
) -> Way | None:
    """Get a link or have a code sent; None when the page asks for neither."""
    if "sign_in" in said:
        return Way(link=(await begin_sign_in(conversation, parts, address)).url)
    if "code_for" not in said:
        return None
    try:
        wish = CodeWish.model_validate(
            {"phone": said.get("field.phone", "").strip(), "purpose": said["code_for"]}
        )
    except ValidationError as problem:
        raise refusals.BadField from problem
    sent = await send_code(wish, conversation, parts, address)
    return Way(purpose=wish.purpose, minutes=round(sent.expires_in / 60))


async def prove(
    said: Mapping[str, str], conversation: Conversation, parts: Parts, address: str
) -> None:
    """Check the code that came."""
    try:
        answer = CodeAnswer.model_validate(
            {"purpose": said.get("purpose"), "code": said["code"].strip()}
        )
    except ValidationError as problem:
        raise refusals.WrongCode from problem
    await verify_code(answer, conversation, parts, address)
