"""Migrations: `upgrade(url)` brings a database to the newest shape, safely from two processes."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

FOLDER = Path(__file__).parent
# Any number that no other advisory lock of ours uses: only one process migrates at a time.
_LOCK = 7_265_001


def upgrade(database_url: str) -> None:
    """Apply what is missing; a database that is up to date is left as it is."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    try:
        with engine.begin() as db:
            db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            configuration.attributes["connection"] = db
            command.upgrade(configuration, "head")
    finally:
        engine.dispose()
