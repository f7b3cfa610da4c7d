"""Runs the gateway: `python -m channels`."""

from __future__ import annotations

from types import FrameType

import uvicorn

from channels.app import create
from channels.settings import read_settings
from records.watch.logs import begin

# Requests that wait for news are sent home at once, so this is for the slow ones.
SECONDS_FOR_REQUESTS = 5


class Server(uvicorn.Server):
    """Tells the waiting requests to go home before it waits for them."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal to stop."""
        app = self.config.app
        app.state.parts.news.close()  # type: ignore[union-attr]
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve until told to stop."""
    begin("gateway")
    settings = read_settings()
    configuration = uvicorn.Config(
        create(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SECONDS_FOR_REQUESTS,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=32 * 1024,
    )
    Server(configuration).run()


if __name__ == "__main__":
    main()
