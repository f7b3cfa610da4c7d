"""The engine's only door: Rasa's REST webhook, made honest and safe to knock at twice.

Rasa's own REST channel answers 200 with an empty list when anything fails, and runs a
repeated message a second time. This one answers 503, and gives a message that it has
answered before the same replies again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from itertools import takewhile
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.serving.understanding import headers

log = logging.getLogger(__name__)


class WholeReplies(CollectingOutputChannel):
    """Collects replies as the actions gave them: text, buttons and card in one piece."""

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa."""
        return "rest"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply."""
        self.messages.append(_reply(recipient_id, message))


class ConversationInput(InputChannel):
    """`POST /webhooks/rest/webhook`, and `DELETE …/conversations/{id}` to forget one."""

    @classmethod
    def name(cls) -> str:
        """The path under `/webhooks`."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of this channel."""
        door = Blueprint("conversation_input", __name__)

        @door.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            ready = getattr(request.app.ctx, "agent", None)
            alive = ready is not None and ready.is_ready()
            return response.json({"ready": alive}, status=200 if alive else 503)

        @door.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            return await _receive(request, on_new_message)

        @door.route("/conversations/<conversation:str>", methods=["DELETE"])
        async def forget(request: Request, conversation: str) -> HTTPResponse:
            await _store(request).delete(conversation)
            return response.empty()

        return door


async def _receive(
    request: Request, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> HTTPResponse:
    sender, text, metadata = _read(request)
    if not sender or not isinstance(text, str):
        return response.json({"error": "bad_request"}, status=400)
    try:
        tracker = await _store(request).retrieve(sender)
        known = earlier_replies(tracker, metadata.get("message")) if tracker else None
        if known:
            return response.json(known, headers=headers(tracker, metadata.get("message")))
        collector = WholeReplies()
        await on_new_message(
            UserMessage(text, collector, sender, input_channel="rest", metadata=metadata)
        )
        told = headers(await _store(request).retrieve(sender), metadata.get("message"))
    except Exception as problem:  # Whatever it was, the gateway has to hear of it.
        # The message itself stays out of the log: it is a citizen's own words.
        log.error("message failed: %s", type(problem).__name__, exc_info=log.isEnabledFor(10))
        _store(request).drop(sender)
        return response.json({"error": "engine_failed"}, status=503)
    return response.json(collector.messages, headers=told)


def _read(request: Request) -> tuple[str | None, Any, dict[str, Any]]:
    body = request.json if isinstance(request.json, dict) else {}
    metadata = body.get("metadata")
    return body.get("sender"), body.get("message"), metadata if isinstance(metadata, dict) else {}


def earlier_replies(tracker: DialogueStateTracker, message: Any) -> list[dict[str, Any]] | None:
    """What was replied to the message with this id; None when it was not seen yet."""
    if message is None:
        return None
    later: list[Any] = []
    for event in reversed(tracker.events):
        # isinstance would ask Rasa's abstract class about every other event: a microsecond each.
        if type(event) is UserUttered:
            if event.metadata.get("message") == message:
                replies = takewhile(lambda e: not isinstance(e, UserUttered), reversed(later))
                return [
                    _reply(tracker.sender_id, reply.message())
                    for reply in replies
                    if isinstance(reply, BotUttered)
                ]
        later.append(event)
    return None


def _reply(recipient: str, message: dict[str, Any]) -> dict[str, Any]:
    kept = {name: message[name] for name in ("text", "buttons", "custom") if message.get(name)}
    return {"recipient_id": recipient, **kept}


def _store(request: Request) -> Any:
    """Our tracker store, inside the wrapper that Rasa puts around it."""
    store = request.app.ctx.agent.tracker_store
    return getattr(store, "_tracker_store", store)
