"""Brings the database up to date and registers the demo site."""

from __future__ import annotations

from datetime import UTC, datetime

from records import migrations, sites
from records.database import open_database


async def prepare(database_url: str) -> None:
    """Migrate, and make sure that the site `demo` exists."""
    migrations.upgrade(database_url)
    database = open_database(database_url)
    try:
        async with database.begin() as db:
            await sites.register(db, "demo", "演示服务中心", None, datetime.now(UTC))
    finally:
        await database.dispose()
