"""Serves an ASGI application on a free port of this machine, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Coroutine, Generator
from typing import Any

import uvicorn
from starlette.types import ASGIApp


class ThreadedServer(uvicorn.Server):
    """Leaves the signals to the test runner, and tells its event loop."""

    loop: asyncio.AbstractEventLoop
    told: asyncio.Event

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop."""
        self.loop, self.told = asyncio.get_running_loop(), asyncio.Event()
        await super().serve(sockets)

    async def main_loop(self) -> None:
        """End at once when told to, where uvicorn looks ten times in a second."""
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), 0.1)

    def end(self) -> None:
        """Tell it to stop."""
        self.should_exit = True
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            self.loop.call_soon_threadsafe(self.told.set)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take no signal."""
        yield


class Served:
    """A running server that can be stopped and started again under the same address."""

    def __init__(self, app: ASGIApp, port: int | None = None) -> None:
        self._app = app
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: ThreadedServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen."""
        self._server = ThreadedServer(
            uvicorn.Config(
                self._app,
                host="127.0.0.1",
                port=self.port,
                log_config=None,
                proxy_headers=False,
                access_log=False,
                timeout_graceful_shutdown=1,
                # Longer than any client keeps a connection: as it sends, we must not hang up.
                timeout_keep_alive=75,
            )
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.005)
        if not self._server.started:
            raise RuntimeError("server did not start")

    async def inside(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do it in the server's own event loop, where its locks and connections belong."""
        if self._server is None:
            raise RuntimeError("nothing is served")
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._server.loop))

    def stop(self) -> None:
        """Refuse connections from now on."""
        thread = self._thread
        self.let_go()
        if thread is not None:
            thread.join(timeout=60)
            if thread.is_alive():  # it would go on in the stores of the next test
                raise RuntimeError("server did not stop")

    def let_go(self) -> None:
        """Stop, and do not wait for it: nobody will come to this address again."""
        if self._server is not None:
            self._server.end()
        self._server = self._thread = None


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
