"""A whole stack for the journeys: every process as `make run` starts it, on free ports."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from scripts import engine_programs
from scripts.prepare import prepare
from scripts.run import came_up
from scripts.stack import ROOT, Stack, free_port, start
from tests.conftest import Talk

# What a process's command line shows, by the name that we give it.
MARKS = {
    "engine": "bot.server",
    "actions": " -m actions",
    "gateway": " -m channels",
    "valkey": "valkey",
    "registry": "sandbox.registry",
    "identity": "sandbox/identity",
}
WITHOUT_LIMITS = {
    "MESSAGES_PER_MINUTE": "100000",
    "ADDRESS_MESSAGES_PER_MINUTE": "100000",
    "ADDRESS_OPENINGS_PER_MINUTE": "100000",
    "ADDRESS_SIGN_IN_PAGES_PER_MINUTE": "100000",
    "SIGN_IN_LINKS_PER_MINUTE": "1000",
    "LOOKUPS_PER_MINUTE": "1000",
    "LOG_LEVEL": "info",
}


@dataclass(frozen=True)
class Whole:
    """The stack, a client of it, and a way to hurt it."""

    stack: Stack
    http: httpx.AsyncClient

    async def talk(self, **wish: str) -> Talk:
        """Open a conversation."""
        opened = await self.http.post("/api/chat/conversations", json={"site": "demo", **wish})
        assert opened.status_code == 201, opened.text
        body = opened.json()
        return Talk(self.http, body["conversation"], body["token"])

    def kill(self, name: str) -> None:
        """`kill -9`."""
        process(self.stack, name).kill()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database has."""
        with psycopg.connect(self.stack.settings["DATABASE_URL"]) as db:
            return list(db.execute(query.encode(), values).fetchall())

    def change(self, statement: str) -> None:
        """Let time pass, or the like, in the database."""
        with psycopg.connect(self.stack.settings["DATABASE_URL"]) as db:
            db.execute(statement.encode())

    def logs(self) -> str:
        """Everything that any process has written."""
        files = sorted((self.stack.data / "run").glob("*.log"))
        return "".join(file.read_text(encoding="utf-8", errors="replace") for file in files)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first journey waits for the stack to come up, on a machine that may be busy."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests/journeys"):
            item.add_marker(pytest.mark.timeout(300), append=False)
    # Whoever kills processes comes last: the others need a stack in good health.
    items.sort(key=lambda item: item.path.name == "test_kills.py")


def process(stack: Stack, name: str) -> psutil.Process:
    """The running process of this name, waited for a little."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for one in psutil.Process(stack.supervisor.pid).children(recursive=True):
            if MARKS[name] in " ".join(_command(one)):
                return one
        time.sleep(0.1)
    raise AssertionError(f"{name} does not run")


def _command(one: psutil.Process) -> list[str]:
    try:
        return list(one.cmdline())
    except psutil.Error:
        return []


@pytest.fixture(scope="session")
def running_stack() -> Iterator[Stack]:
    """The stack, started once for all journeys."""
    import asyncio

    with tempfile.TemporaryDirectory(prefix="wenbao-journeys-") as folder:
        stack = start(Path(folder), free_port(), ROOT / "models/wenbao.tar.gz", WITHOUT_LIMITS)
        try:
            serving = engine_programs.read(Path(folder) / "run")
            ours = stack.settings["DATABASE_URL"], stack.settings["CENTRE_URL"]
            asyncio.run(prepare(*ours, (serving.url, serving.model)))
            assert came_up(stack), (Path(folder) / "run").glob("*.log")
            yield stack
        finally:
            stack.stop()


@pytest.fixture
async def whole(running_stack: Stack) -> AsyncIterator[Whole]:
    """The stack, answering."""
    assert running_stack.alive()
    async with httpx.AsyncClient(base_url=running_stack.url, timeout=40, trust_env=False) as http:
        yield Whole(running_stack, http)
