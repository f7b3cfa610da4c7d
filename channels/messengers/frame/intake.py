"""Takes in what a messenger's user sent: finds their conversation, then hands it to `relay`.

The same for every channel; what is particular about one stays in its own file.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from channels.doors import Parts
from channels.journey.inbox import clean
from channels.limits import Limit
from channels.masking import hide
from channels.messengers.frame import linked
from channels.messengers.rendering import chosen
from channels.refusals import (
    AnotherBody,
    EmptyText,
    NoConversation,
    TooLongText,
    TooMany,
    UnknownChoice,
)
from channels.relay import Inbound
from records.delivery import replies, threads
from records.delivery.accounts import Account
from records.delivery.threads import Thread
from records.events import Line

_CODE = re.compile(r"\d{6}")
LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Said:
    """What a user sent, proven and translated: words, a choice, or neither."""

    delivery: str  # the provider's own id of this message
    text: str | None = None
    choice: str | None = None  # a payload that came back from a button
    shown: str = ""  # what stands for it in the transcript when there are no words
    answer: str | None = None  # what is said to it at once, without the engine
    window: tuple[int, timedelta] | None = None  # messages the provider takes now, and how long


@dataclass(frozen=True)
class Taken:
    """A message that is kept; `refusal` is what to say when it is not."""

    thread: Thread
    delivery: str
    fresh: bool = False
    refusal: str | None = None


async def find_thread(parts: Parts, account: Account, external: str) -> Thread:
    """The user's conversation, opened if there is none; one at a time."""
    key = parts.settings.key
    index = threads.index_of(parts.settings.index_hash_key, account.id, external)
    for _ in range(3):
        async with parts.at_once.connect() as db:
            found = await threads.active(db, key, account.id, index)
        if found is not None:
            return found
        await threads.open_one(parts.database, key, account.id, external, index, datetime.now(UTC))
    raise NoConversation


async def take(parts: Parts, account: Account, thread: Thread, said: Said) -> Taken:
    """Keep it, once per delivery; whoever sends it again finds it kept."""
    now = datetime.now(UTC)
    async with parts.at_once.connect() as db:
        known = await replies.progress(db, thread.conversation, said.delivery)
        # A repeat opens no new window; but it may carry what waited for the citizen.
        window = said.window if known is None else None
        await threads.heard(db, thread.conversation, window, now)
    if known is not None:
        return Taken(thread, said.delivery)
    try:
        most = parts.settings.messages_per_minute
        await parts.limits.spend([Limit(f"talk:{thread.conversation}", most)])
        await _keep(parts, account, thread, said)
    except TooMany as problem:
        return Taken(thread, said.delivery, refusal=parts.notices[problem.code].text)
    except AnotherBody:
        # The first counts; whatever came under its name afterwards is not heard.
        return Taken(thread, said.delivery)
    return Taken(thread, said.delivery, fresh=True)


async def _keep(parts: Parts, account: Account, thread: Thread, said: Said) -> None:
    inbound = Inbound(account.channel, thread.conversation, said.delivery, said.text, said.choice)
    answer = said.answer
    if answer is None and said.text is not None:
        answer = await _command(parts, account, thread, said.text)
    if answer is not None:
        await _answer(parts, inbound, said.shown or said.text or "", answer)
        return
    if said.text is not None:
        inbound = await _numbered(parts, inbound, said.text)
    try:
        await parts.relay.accept(inbound)
    except (EmptyText, TooLongText, UnknownChoice) as problem:
        await _answer(parts, inbound, said.text or said.shown, parts.notices[problem.code].text)


async def _answer(parts: Parts, inbound: Inbound, shown: str, text: str) -> None:
    visible = clean(hide(shown))[:LONGEST_SHOWN] or parts.messengers.phrases.shown["other"]
    await parts.relay.answer(inbound, visible, [Line(text)])


async def _command(parts: Parts, account: Account, thread: Thread, text: str) -> str | None:
    """What is said to words that are meant for the messenger's own side, if they are."""
    words = unicodedata.normalize("NFKC", text).strip().lower()
    phrases = parts.messengers.phrases
    if words in phrases.commands["unlink"]:
        return phrases.phrases[await linked.unlink(parts, thread, "asked")]
    if _CODE.fullmatch(words):
        right = await linked.try_code(parts, thread, words)
        if right is not None:
            return phrases.phrases["code_right" if right else "code_wrong"]
    return None


async def _numbered(parts: Parts, inbound: Inbound, text: str) -> Inbound:
    """A number that stands for something we offered is that choice."""
    if len(text) > 60:
        return inbound
    async with parts.at_once.connect() as db:
        offered = await replies.offers(db, inbound.conversation)
    offer = chosen(text, offered)
    return inbound if offer is None else replace(inbound, text=None, choice=offer.payload)
