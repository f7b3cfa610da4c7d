"""A database that each test of the records begins with, empty but for the site `demo`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from records.database import open_database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Its pool of connections."""
    opened = open_database(database_url)
    yield opened
    await opened.dispose()
