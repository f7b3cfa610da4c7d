"""Serves the page: `python -m sandbox.centre`, with PORT and PUBLIC_URL in the environment."""

from __future__ import annotations

import os

import uvicorn

from sandbox.centre.app import create

if __name__ == "__main__":
    uvicorn.run(
        create(os.environ["PUBLIC_URL"]),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_level="warning",
    )
