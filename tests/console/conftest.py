"""A running console with real stores and a small live folder, and staff who use it."""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI

from console.app import create
from console.settings import Settings
from records.database import open_database
from records.staff import sessions
from records.staff.sessions import Person
from tests.conftest import VAULT_KEY
from tests.console import folder
from tests.emptying import Emptier
from tests.stand_ins.identity_sandbox import CLIENT_SECRET, IdentitySandbox, running_identity
from tests.stand_ins.serving import Served, free_port
from tests.stand_ins.workshop import TOKEN, Door, StandInWorkshop

TABLES = (
    "staff, staff_trips, staff_sessions, entries, entry_versions, entry_comments, snapshots,"
    " snapshot_changes, candidates, audit_entries, audit_heads, sites, conversations, clusters,"
    " quality_weeks, tallies, days, imports"
)
CLIENT_ID = "wenbao-console"
DOOR = Door()


@dataclass
class Clock:
    """A clock that a test can put forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Its time."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Worker:
    """Somebody who is signed in, with their browser."""

    http: httpx.AsyncClient
    csrf: str
    id: str

    async def get(self, path: str, **given: Any) -> httpx.Response:
        """Open a page."""
        return await self.http.get(path, **given)

    async def post(self, path: str, **form: Any) -> httpx.Response:
        """Send a form of ours."""
        return await self.http.post(path, data={"csrf": self.csrf, **form})

    async def head(self, item: str) -> int:
        """The newest version, as the item's page has it."""
        path = f"/figures/{item}" if item.startswith("F-") else f"/items/{item}"
        page = await self.get(path)
        assert page.status_code == 200, page.text
        found = re.search(r'name="head" value="(\d+)"', page.text)
        assert found
        return int(found[1])

    async def ticked(self, *items: str) -> list[str]:
        """What the publishing page would send for these: each with its newest version."""
        return [f"{item}:{await self.head(item)}" for item in items]

    async def edit(self, item: str, **changed: str) -> httpx.Response:
        """Save the item's form with some fields changed."""
        page = await self.get(f"/items/{item}")
        return await self.post(f"/items/{item}", **(form_of(page.text) | changed))

    async def step(self, item: str, name: str, **form: Any) -> httpx.Response:
        """Submit, approve, send back."""
        return await self.post(f"/entries/{item}/{name}", head=await self.head(item), **form)


@dataclass
class Console:
    """A running console."""

    url: str
    app: FastAPI
    live: Path
    database_url: str
    clock: Clock
    workshop: StandInWorkshop
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @asynccontextmanager
    async def worker(self, *roles: str, name: str = "某人") -> AsyncIterator[Worker]:
        """Somebody with these roles, signed in without the way to the provider."""
        person = Person(f"staff-{next(self.numbers)}", name, frozenset(roles))
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        database = open_database(self.database_url)
        async with database.begin() as db:
            await sessions.open_session(db, token, csrf, person, self.clock())
        await database.dispose()
        cookies = {"wenbao-console": token}
        async with httpx.AsyncClient(
            base_url=self.url, cookies=cookies, trust_env=False, timeout=60
        ) as http:
            yield Worker(http, csrf, person.id)

    def items(self) -> dict[str, dict[str, Any]]:
        """The items that the action server would read."""
        file = self.live / "current/knowledge/items/demo.yml"
        return {one["id"]: one for one in yaml.safe_load(file.read_text("utf-8"))["items"]}

    def wordings(self) -> dict[str, str]:
        """The wordings that the engine would read."""
        file = self.live / "current/nlu/faq/demo.yml"
        told = yaml.safe_load(file.read_text("utf-8"))["nlu"]
        return {one["intent"]: one["examples"] for one in told}


def form_of(page: str) -> dict[str, str]:
    """What the item's form holds, as a browser would send it."""
    from html import unescape

    form = re.search(r'<form id="sheet".*?</form>', page, re.DOTALL)
    assert form
    told = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*? name="([a-z_]+)" value="([^"]*)"', form[0])
        if name != "retired"
    }
    told |= {
        name: unescape(value)
        for name, value in re.findall(
            r'<textarea[^>]*? name="([a-z_]+)"[^>]*>\n?(.*?)</textarea>', form[0], re.DOTALL
        )
    }
    for name, options in re.findall(r'<select[^>]*? name="([a-z_]+)">(.*?)</select>', form[0]):
        chosen = re.search(r'value="([^"]*)" selected', options)
        told[name] = unescape(chosen[1]) if chosen else ""
    return told


@pytest.fixture(scope="session", autouse=True)
def _door() -> Iterator[None]:
    """The indexer's door, opened once: what is behind it is another one for each console."""
    served = Served(DOOR)
    served.start()
    DOOR.url = served.url
    yield
    served.stop()


@pytest.fixture(scope="session")
def console_port() -> int:
    """Where the console of these tests listens; the provider has to know."""
    return free_port()


@pytest.fixture(scope="session")
def identity(
    console_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[IdentitySandbox]:
    """The sandbox's identity provider, which knows the staff."""
    extra = {
        "CONSOLE_CLIENT_ID": CLIENT_ID,
        "CONSOLE_CLIENT_SECRET": CLIENT_SECRET,
        "CONSOLE_REDIRECT_URI": f"http://127.0.0.1:{console_port}/sign-in/callback",
    }
    with running_identity(tmp_path_factory.mktemp("identity"), extra=extra) as running:
        yield running


@pytest.fixture
def empty_console_database(_migrated: str, emptier: Emptier) -> str:
    """A migrated database without staff and entries."""
    emptier.empty(TABLES)
    return _migrated


@pytest.fixture
def live_folder(tmp_path: Path) -> Path:
    """The small live folder."""
    return folder.build(tmp_path / "live")


@pytest.fixture
def console(
    empty_console_database: str,
    live_folder: Path,
    console_port: int,
) -> Iterator[Console]:
    """A running console, its provider away."""
    with_provider = running_console(empty_console_database, live_folder, console_port)
    yield from with_provider


@pytest.fixture
def console_with_identity(
    empty_console_database: str, live_folder: Path, console_port: int, identity: IdentitySandbox
) -> Iterator[Console]:
    """A running console with the sandbox's provider."""
    yield from running_console(
        empty_console_database, live_folder, console_port, identity_issuer=identity.issuer
    )


def running_console(database: str, live: Path, port: int, **changed: Any) -> Iterator[Console]:
    """Start a console; stop it when the generator goes on."""
    url = f"http://127.0.0.1:{port}"
    given: dict[str, Any] = {
        "database_url": database,
        "audit_key": VAULT_KEY,
        "console_url": url,
        "console_port": port,
        "live_knowledge_dir": live,
        "identity_issuer": "http://127.0.0.1:9",
        "console_client_id": CLIENT_ID,
        "console_client_secret": CLIENT_SECRET,
        "schedule_seconds": 0.2,
        "open_data_dir": live.parent / "open-data",
        "log_level": "error",
        **changed,
    }
    workshop = StandInWorkshop(live)
    DOOR.behind = workshop
    given = {"workshop_url": DOOR.url, "workshop_token": TOKEN, **given}
    app = create(Settings(**given))
    clock = Clock()
    app.state.parts.now = clock
    served = Served(app, port)
    served.start()
    try:
        _wait_for_the_start(live)
        yield Console(url, app, live, database, clock, workshop)
    finally:
        served.stop()


def _wait_for_the_start(live: Path) -> None:
    """The files are taken up behind the first requests."""
    end = time.monotonic() + 30
    while (live / "current").readlink().name == "000000":
        assert time.monotonic() < end, "the console did not take up the files"
        time.sleep(0.02)


async def until(well: Any, seconds: float = 5) -> None:
    """Wait for something to become true."""
    end = asyncio.get_running_loop().time() + seconds
    while not well():
        assert asyncio.get_running_loop().time() < end, "it did not come true"
        await asyncio.sleep(0.05)
