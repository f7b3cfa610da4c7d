"""Runs other people's implementations in Node beside a test, and asks them things."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "peers/neighbours"


class Peer:
    """A running one; a JSON request a line, a JSON answer a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def heard(self) -> Any:
        """Its next answer."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())["answer"]

    def ask(self, **given: Any) -> Any:
        """What it answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(given) + "\n")
        self._process.stdin.flush()
        return self.heard()

    async def asked(self, **given: Any) -> Any:
        """The same, while the test's own servers go on."""
        return await asyncio.to_thread(self.ask, **given)


@contextmanager
def running(script: str, *arguments: str) -> Iterator[Peer]:
    """Start one, and end it."""
    with subprocess.Popen(
        ["node", "--no-deprecation", script, *arguments],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Peer(process)
        finally:
            process.terminate()
