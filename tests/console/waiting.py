"""Citizens who wait for a person: a gateway beside the console, and wishes made through it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from records import handovers
from tests.conftest import Gateway, OpenGateway, Talk
from tests.console.conftest import Console


def rows(console: Console, query: str) -> list[Any]:
    """What the database has."""
    with psycopg.connect(console.database_url) as db:
        return db.execute(query.encode()).fetchall()


@pytest.fixture
def database_url(console: Console) -> str:
    """The console's, with a site, and not emptied once more while it runs."""
    with psycopg.connect(console.database_url) as db:
        db.execute(
            "INSERT INTO sites (key, name, region, created_at)"
            " VALUES ('demo', '南城大厅', '310000', now())"
        )
    return console.database_url


@pytest.fixture
async def public(open_gateway: OpenGateway) -> AsyncIterator[Gateway]:
    """A gateway in front of the same database."""
    async with open_gateway() as gateway:
        yield gateway


async def wish(
    console: Console, public: Gateway, *said: str, waited: timedelta = timedelta()
) -> tuple[Talk, int]:
    """A citizen who says this and then wants a person; the number that they are given."""
    citizen = await public.talk()
    for line in said:
        await citizen.ask(line)
    async with public.database() as db:
        at = console.clock() - waited
        opened = await handovers.request(db, UUID(citizen.id), "asked", None, at)
    return citizen, opened.id
