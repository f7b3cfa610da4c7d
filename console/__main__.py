"""Runs the console: `python -m console`."""

from __future__ import annotations

import uvicorn

from console.app import create
from console.settings import Settings
from records.watch.logs import begin


def main() -> None:
    """Serve until told to stop."""
    begin("console")
    settings = Settings()  # type: ignore[call-arg]
    uvicorn.run(
        create(settings),
        host=settings.console_host,
        port=settings.console_port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
