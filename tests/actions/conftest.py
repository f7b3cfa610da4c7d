"""A running action server with real records, our own items and a day that stands still."""

from __future__ import annotations

import base64
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sanic import Sanic
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.knowledge.pilot import Pilot
from actions.knowledge.shelf import Shelf, read_knowledge
from actions.record.asking import CONSENT_VERSION
from actions.registries.client import Registries
from actions.server import create
from actions.talk.parts import Parts
from records import events
from records.database import open_database
from records.events import Line
from records.identities import Identity, bind
from records.own import consents
from records.vault import reference
from tests.actions.stage import ROOT, Clock, Said, Stage
from tests.actions.stand_in_registries import StandInRegistries
from tests.sandbox.running import TOKEN, RunningRegistry, running_registry
from tests.stand_ins.serving import free_port

HERE = Path(__file__).resolve().parent
KEY = bytes(range(32))
VAULT_KEY = base64.urlsafe_b64encode(KEY).decode()

SignIn = Callable[..., Awaitable[None]]


@pytest.fixture
def shelf_folder(tmp_path: Path) -> Path:
    """The real knowledge, but for the items."""
    folder = tmp_path / "knowledge"
    shutil.copytree(
        ROOT / "data/knowledge", folder, ignore=shutil.ignore_patterns("items", "schemas")
    )
    (folder / "items").mkdir()
    shutil.copy(HERE / "items.yml", folder / "items/ours.yml")
    return folder


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The records."""
    engine = open_database(database_url, pool_size=3)
    yield engine
    await engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """The morning of 2026-11-24 in China."""
    return Clock()


@pytest.fixture
def registries() -> StandInRegistries:
    """Back offices that a test fills."""
    return StandInRegistries()


@pytest.fixture(scope="session")
def started_sandbox() -> Iterator[RunningRegistry]:
    """The sandbox registry, served."""
    with running_registry() as running:
        yield running


@pytest.fixture
def sandbox(started_sandbox: RunningRegistry) -> RunningRegistry:
    """The sandbox registry, as if just started."""
    started_sandbox.reset()
    return started_sandbox


@pytest.fixture
async def client(sandbox: RunningRegistry) -> AsyncIterator[Registries]:
    """The real client, asking the sandbox over HTTP."""
    one = Registries(sandbox.url, TOKEN)
    yield one
    await one.close()


@pytest.fixture(scope="session")
def signing_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys for signatures are made once."""
    return tmp_path_factory.mktemp("signing")


@pytest.fixture
def parts(
    shelf_folder: Path,
    database: AsyncEngine,
    registries: StandInRegistries,
    clock: Clock,
    signing_dir: Path,
) -> Parts:
    """What the actions work with."""
    return Parts(
        shelf=Shelf(shelf_folder, Pilot(shelf_folder.parent / "pilot", read_knowledge)),
        database=database,
        registries=registries,  # type: ignore[arg-type]
        vault_key=KEY,
        index_key=b"i" * 32,
        audit_key=b"a" * 32,
        signing_dir=signing_dir,
        public_url="https://wenbao.example",
        lookups_per_minute=5,
        now=clock,
    )


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Parts], Awaitable[httpx.AsyncClient]]]:
    """Runs the server on a free port of this machine."""
    Sanic.test_mode = True
    opened: list[tuple[Any, httpx.AsyncClient]] = []

    async def started(parts: Parts) -> httpx.AsyncClient:
        app, port = create(parts, f"actions_{uuid.uuid4().hex}"), free_port()
        # Sanic's rewriting of its own methods pays for a server, and takes longer than a test.
        app.config.TOUCHUP = False
        server = await app.create_server(
            host="127.0.0.1", port=port, return_asyncio_server=True, access_log=False
        )
        assert server is not None
        await server.startup()
        await server.start_serving()
        http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)
        opened.append((server, http))
        return http

    yield started
    for server, http in opened:
        await http.aclose()
        await server.close()


@pytest.fixture
async def stage(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]], parts: Parts, clock: Clock
) -> Stage:
    """A new conversation, known to the records."""
    one = Stage(await serve(parts), clock)
    async with parts.database.begin() as db:
        await open_talk(db, one)
    return one


async def open_talk(db: AsyncConnection, talk: Stage) -> None:
    """The conversation's row."""
    await db.execute(
        text("""
            INSERT INTO conversations (id, site, channel, token_hash, locale, created_at)
            VALUES (:id, 'demo', 'web', 'x', 'zh-CN', :now)
        """),
        {"id": talk.conversation, "now": talk.clock()},
    )


async def keep_shown(parts: Parts, stage: Stage, said: Said) -> None:
    """Keep what an action said as the gateway does: as the answer to a message."""
    told = {"id": stage.conversation, "now": stage.clock(), "delivery": str(uuid.uuid4())}
    async with parts.database.begin() as db:
        kept = await db.execute(
            text("""
                INSERT INTO messages (conversation, delivery, fingerprint, seq, text,
                    received_at, answered_at)
                VALUES (:id, :delivery, 'x', 0, '?', :now, :now) RETURNING id
            """),
            told,
        )
        message = kept.scalar_one()
        for card in said.cards:
            await events.append(
                db, uuid.UUID(stage.conversation), "bot", [Line("!", card)], stage.clock()
            )
        await db.execute(
            text("UPDATE events SET message = :message WHERE message IS NULL"),
            {"message": message},
        )


@pytest.fixture
def sign_in(parts: Parts, stage: Stage, clock: Clock) -> SignIn:
    """Signs a citizen in, as the gateway does."""

    async def signed(
        id_number: str,
        name: str = "张三",
        acr: str = "urn:wenbao:acr:loa3",
        agreed: bool = True,
    ) -> None:
        identity = Identity(
            conversation=uuid.UUID(stage.conversation),
            citizen=f"sub-{id_number}",
            name=name,
            id_number=id_number,
            acr=acr,
            authenticated_at=clock() - timedelta(seconds=5),
        )
        who = reference(parts.index_key, identity.citizen)
        async with parts.database.begin() as db:
            await bind(db, KEY, identity, clock())
            if agreed:
                await consents.give(
                    db, who, consents.LOOK_UPS, CONSENT_VERSION, identity.conversation, clock()
                )

    return signed
