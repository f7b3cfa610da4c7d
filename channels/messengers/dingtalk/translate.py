"""What a message of DingTalk means to us; the same over HTTP and over a stream."""

from __future__ import annotations

from channels.doors import Parts
from channels.messengers import incoming
from channels.messengers.dingtalk.channel import robot_of
from channels.messengers.frame.intake import Said
from channels.messengers.frame.phrases import Phrases
from channels.messengers.frame.refusals import BadSignature
from channels.messengers.incoming import Fields, text_at
from records.delivery.accounts import Account

# With a robot alone; in a group others would read the answer.
ALONE = "1"
_KINDS = {"audio": "voice", "picture": "picture", "video": "video", "file": "file"}
_ANSWERS = {"audio": "voice", "picture": "picture", "video": "picture"}


async def take(parts: Parts, account: Account, told: Fields) -> None:
    """Take in what somebody wrote to the robot alone."""
    robot = text_at(told, "robotCode")
    if robot and robot != robot_of(account):
        raise BadSignature
    delivery = f"message:{incoming.need_id(text_at(told, 'msgId'))}"
    # Who has no id in the organisation cannot be written to.
    user = text_at(told, "senderStaffId")
    if text_at(told, "conversationType") != ALONE or not incoming.is_id(user):
        parts.messengers.metrics.calls.labels(account.channel, "not_for_us").inc()
        return
    await incoming.hear(parts, account, user, said(told, delivery, parts.messengers.phrases))


def said(told: Fields, delivery: str, phrases: Phrases) -> Said:
    """The message as we take it in."""
    kind = text_at(told, "msgtype")
    words = {
        "text": text_at(told, "text", "content"),
        # DingTalk has heard it already.
        "audio": text_at(told, "content", "recognition"),
        "richText": " ".join(
            text_at(piece, "text") for piece in incoming.list_at(told, "content", "richText")
        ),
    }.get(kind, "")
    if words.strip():
        return Said(delivery, text=words.strip())
    return Said(
        delivery,
        shown=phrases.shown[_KINDS.get(kind, "other")],
        answer=phrases.phrases[_ANSWERS.get(kind, "other")],
    )
