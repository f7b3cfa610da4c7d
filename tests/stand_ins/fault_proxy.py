"""A proxy that delays, drops, resets and leaves hanging what goes through it, as it is told."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Sequence

from tests.stand_ins.serving import free_port

DELAY, DROP, RESET, HANG, LOSE, PASS = "delay", "drop", "reset", "hang", "lose", "pass"
HANG_SECONDS = 1.0


class FaultProxy:
    """Stands before a server on this machine.

    drop and reset happen before a request is handed on; hang never hands it on; lose hands it
    on and then breaks the line instead of bringing the answer back.
    """

    def __init__(self, to_port: int, faults: Sequence[str], rate: float, seed: int = 7) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.happened: Counter[str] = Counter()
        self._to_port = to_port
        self._faults = tuple(faults)
        self._rate = rate
        self._chance = random.Random(seed)  # noqa: S311
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port)
        )
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _message(reader):
                if not await self._one(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Treat one request; whether the line still stands."""
        unlucky = self._chance.random() < self._rate
        fault = self._chance.choice(self._faults) if unlucky else PASS
        self.happened[fault] += 1
        if fault == DELAY:
            await asyncio.sleep(self._chance.uniform(0.05, 0.3))
        if fault == HANG:
            await asyncio.sleep(HANG_SECONDS)
        if fault == RESET:
            _reset(writer)
        if fault in (DROP, RESET, HANG):
            return False
        answer = await self._forward(request)
        if fault == LOSE:
            _reset(writer)
            return False
        writer.write(answer)
        await writer.drain()
        return True

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        try:
            writer.write(request)
            await writer.drain()
            return await _message(reader)
        finally:
            writer.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message with a Content-Length; empty at the end of the line."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the line with RST instead of FIN."""
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
