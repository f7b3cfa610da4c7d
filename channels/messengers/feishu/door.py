"""The address that Feishu calls; it wants an answer within three seconds, and gets it at once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from channels.doors import PartsDoor
from channels.messengers import incoming
from channels.messengers.feishu import proof
from channels.messengers.feishu.channel import Feishu
from channels.messengers.frame.intake import Said
from channels.messengers.frame.phrases import Phrases
from channels.messengers.frame.refusals import MalformedCall
from channels.messengers.incoming import Fields, text_at

RECEIVED = "im.message.receive_v1"
# With the bot alone; in a group others would read the answer.
ALONE = "p2p"
_KINDS = {"audio": "voice", "image": "picture", "media": "video", "file": "file"}
_ANSWERS = {"audio": "voice", "image": "picture", "media": "picture"}

router = APIRouter(prefix="/messengers/feishu", include_in_schema=False)


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in an event, or say that the address is ours."""
    known = await parts.messengers.accounts.find(Feishu.name, account)
    body = await request.body()
    event = proof.open_event(known, request.headers, body, incoming.clock())
    if text_at(event, "type") == proof.VERIFICATION:
        return JSONResponse({"challenge": text_at(event, "challenge")})
    message = incoming.fields_at(event, "event", "message")
    is_user = text_at(event, "event", "sender", "sender_type") == "user"
    is_message = text_at(event, "header", "event_type") == RECEIVED
    if is_message and is_user and text_at(message, "chat_type") == ALONE:
        user = incoming.need_id(text_at(event, "event", "sender", "sender_id", "open_id"))
        delivery = f"event:{incoming.need_id(text_at(event, 'header', 'event_id'))}"
        said = _said(message, delivery, parts.messengers.phrases)
        await incoming.hear(parts, known, user, said)
    return JSONResponse({"msg": "success"})


def _said(message: Fields, delivery: str, phrases: Phrases) -> Said:
    kind = text_at(message, "message_type")
    if kind in ("text", "post"):
        words = _words(incoming.read_object(text_at(message, "content")))
        if words:
            return Said(delivery, text=words)
    return Said(
        delivery,
        shown=phrases.shown[_KINDS.get(kind, "other")],
        answer=phrases.phrases[_ANSWERS.get(kind, "other")],
    )


def _words(content: Fields) -> str:
    """The words of a text, or of a post with its lines of pieces."""
    if "text" in content:
        return text_at(content, "text").strip()
    lines = content.get("content")
    if not isinstance(lines, list):
        raise MalformedCall
    pieces = [piece for line in lines if isinstance(line, list) for piece in line]
    found = [text_at(piece, "text") for piece in pieces if text_at(piece, "tag") in ("text", "a")]
    return " ".join([text_at(content, "title"), *found]).strip()
