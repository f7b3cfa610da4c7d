"""Migrations: repeatable, safe at the same time, and telling the same as the tables."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from records import migrations
from records.tables import metadata


def test_the_migrations_make_what_the_tables_say(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    engine = create_engine(empty_database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as db:
        differences = compare_metadata(MigrationContext.configure(db), metadata)
    engine.dispose()
    assert differences == []


def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    with psycopg.connect(empty_database_url, autocommit=True) as db:
        db.execute("INSERT INTO sites (key, name, created_at) VALUES ('s', 's', now())")
    migrations.upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as db:
        assert db.execute("SELECT key FROM sites").fetchall() == [("s",)]


def test_processes_that_migrate_at_the_same_time_all_succeed(empty_database_url: str) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "records.migrate", empty_database_url]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    with psycopg.connect(empty_database_url) as db:
        assert len(db.execute("SELECT version_num FROM alembic_version").fetchall()) == 1


def test_without_an_address_the_command_says_how_it_is_used() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "records.migrate"]
    told = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(
        command, env=told, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "usage" in ended.stderr
