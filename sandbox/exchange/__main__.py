"""Runs the sandbox node: ``python -m sandbox.exchange``."""

from __future__ import annotations

import uvicorn

from sandbox.exchange.app import create
from sandbox.exchange.institution import Institution
from sandbox.exchange.settings import Settings


def main() -> None:
    """Listen on loopback until told to stop."""
    settings = Settings()  # type: ignore[call-arg]  # the environment has them
    institution = Institution(
        settings.exchange_node_dir, settings.exchange_our_certificate, settings.exchange_pace
    )
    uvicorn.run(
        create(institution, settings.exchange_token.get_secret_value()),
        host="127.0.0.1",
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
