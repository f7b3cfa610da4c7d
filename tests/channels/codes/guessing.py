"""Guesses codes at the gateway's door as fast as it answers, over connections that stay open."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.conftest import Talk

AT_ONCE = 16


@dataclass(frozen=True)
class Guessing:
    """Somebody who holds a conversation and guesses its code until a moment (`time.monotonic`).

    Written on bare sockets: a client library would take most of the time for itself.
    """

    url: str
    talk: Talk
    until: float

    async def all(self, guesses: Iterator[str]) -> Counter[str]:
        """How often each error was the answer."""
        told: Counter[str] = Counter()
        await asyncio.gather(*(self._some(guesses, told) for _ in range(AT_ONCE)))
        return told

    async def _some(self, guesses: Iterator[str], told: Counter[str]) -> None:
        place = urlsplit(self.url)
        hears, says = await asyncio.open_connection(place.hostname, place.port)
        try:
            for guess in guesses:
                says.write(self._request(place.netloc, guess))
                told[await _error(hears)] += 1
                if time.monotonic() > self.until:
                    return
        finally:
            says.close()
            await says.wait_closed()

    def _request(self, host: str, guess: str) -> bytes:
        body = json.dumps({"code": guess, "purpose": "sign_in"})
        lines = [
            f"POST {self.talk.path}/codes/verify HTTP/1.1",
            f"Host: {host}",
            f"Authorization: Bearer {self.talk.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body]).encode()


async def _error(hears: asyncio.StreamReader) -> str:
    """The error of one answer, which is read to its end; "" where it is none."""
    head = (await hears.readuntil(b"\r\n\r\n")).decode().lower()
    length = head.partition("content-length: ")[2].partition("\r\n")[0]
    return str(json.loads(await hears.readexactly(int(length))).get("error", ""))
