"""Runs the sandbox's short messages: ``PORT=… SMS_TOKEN=… python -m sandbox.sms``."""

from __future__ import annotations

import logging

import uvicorn
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from sandbox.sms.app import create


class Settings(BaseSettings):
    """PORT: where to listen on loopback. SMS_TOKEN: what the sender proves itself with."""

    port: int
    sms_token: SecretStr


def main() -> None:
    """Listen on loopback until told to stop."""
    settings = Settings()  # type: ignore[call-arg]  # the environment has them
    logging.basicConfig(level="INFO")
    uvicorn.run(
        create(settings.sms_token.get_secret_value()),
        host="127.0.0.1",
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
