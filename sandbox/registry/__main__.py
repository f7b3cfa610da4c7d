"""Runs the sandbox registry: ``python -m sandbox.registry``."""

from __future__ import annotations

import logging

import uvicorn

from sandbox.registry.app import create
from sandbox.registry.books.people import read_people
from sandbox.registry.settings import PEOPLE, Settings

LOG = "%(asctime)s %(levelname)s %(name)s %(message)s"


def main() -> None:
    """Listen on loopback until told to stop."""
    settings = Settings()  # type: ignore[call-arg]  # the environment has them
    logging.basicConfig(level=settings.log_level.upper(), format=LOG)
    uvicorn.run(
        create(read_people(PEOPLE), settings.registry_token.get_secret_value()),
        host="127.0.0.1",
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
