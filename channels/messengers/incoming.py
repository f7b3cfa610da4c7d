"""What the doors of all channels do alike: look at proofs in constant time, read JSON, take in."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx

from channels.doors import Parts
from channels.limits import Limit
from channels.messengers.frame import intake
from channels.messengers.frame.channel import Part
from channels.messengers.frame.failures import DeliveryFailed
from channels.messengers.frame.intake import Said
from channels.messengers.frame.refusals import MalformedCall, StaleCall
from channels.outgoing.bundles import message_key
from channels.refusals import TooMany
from records.delivery.accounts import Account
from records.delivery.threads import Thread

# How far a call's time may be from ours.
SECONDS_FRESH = 300
LONGEST_ID = 128
Fields = dict[str, Any]

_refusing: set[asyncio.Task[None]] = set()


def valid_secrets(account: Account) -> list[Mapping[str, str]]:
    """What a call may be proven with: for a while also the secrets before the last rotation."""
    return [account.secrets, *([account.earlier] if account.earlier else [])]


def same(expected: str, given: str) -> bool:
    """Whether they are equal, in a time that does not tell where they differ; empty never is."""
    return bool(expected) and hmac.compare_digest(
        expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass")
    )


def need_fresh(seconds: str, now: float) -> None:
    """Refuse what was signed too long ago, or says no time; `seconds` since 1970, as written."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise StaleCall
    if abs(now - int(seconds)) > SECONDS_FRESH:
        raise StaleCall


def read_object(body: bytes | str) -> Fields:
    """A JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise MalformedCall from problem
    if not isinstance(found, dict):
        raise MalformedCall
    return found


def fields_at(found: Any, *path: str) -> Fields:
    """The object under a path; empty where there is none."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text_at(found: Any, *path: str) -> str:
    """The words or the whole number under a path; empty where there is none."""
    value = fields_at(found, *path[:-1]).get(path[-1])
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def list_at(found: Any, *path: str) -> list[Fields]:
    """The objects in the list under a path."""
    value = fields_at(found, *path[:-1]).get(path[-1])
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def need_id(written: str) -> str:
    """A provider's id of a user or of a message."""
    if not is_id(written):
        raise MalformedCall
    return written


def is_id(written: str) -> bool:
    """Whether it can be a provider's id."""
    return 0 < len(written) <= LONGEST_ID and written.isascii() and written.isprintable()


async def hear(parts: Parts, account: Account, external: str, said: Said) -> None:
    """Take in what a user sent; who is too fast is told so, once a minute, on the side."""
    thread = await intake.find_thread(parts, account, external)
    taken = await intake.take(parts, account, thread, said)
    parts.messengers.metrics.calls.labels(account.channel, "taken").inc()
    if taken.refusal is None:
        return
    with suppress(TooMany):
        await parts.limits.spend([Limit(f"told:{thread.conversation}", 1)])
        task = asyncio.create_task(_tell(parts, account, thread, taken.refusal))
        _refusing.add(task)
        task.add_done_callback(_refusing.discard)


async def _tell(parts: Parts, account: Account, thread: Thread, words: str) -> None:
    """Best effort: it is no answer, and nothing is lost when it does not arrive."""
    channel = parts.messengers.channels[account.channel]
    minute = int(datetime.now(UTC).timestamp()) // 60
    with suppress(DeliveryFailed, httpx.HTTPError):
        key = message_key(thread.conversation, minute, 0xFFFF)
        await channel.send(account, thread, Part(words), key)


def clock() -> float:
    """Seconds since 1970."""
    return time.time()
