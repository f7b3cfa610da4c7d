"""Commands of the operator: where the database is comes from the environment, unseen by others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

SITE = "sites:\n- {key: hall, name: 大厅, origins: ['https://hall.example.org']}\n"


def run(url: str | None, *command: str) -> subprocess.CompletedProcess[str]:
    """The command's end; its database is named by the environment alone."""
    told = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command],
        env=told | ({"DATABASE_URL": url} if url else {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_migrating_finds_the_database_in_the_environment(empty_database_url: str) -> None:
    assert run(empty_database_url, "records.migrate").returncode == 0
    with psycopg.connect(empty_database_url) as db:
        assert db.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_registering_finds_the_database_in_the_environment(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "sites.yml"
    file.write_text(SITE, encoding="utf-8")
    registered = run(database_url, "records.places.register", str(file))
    assert registered.returncode == 0, registered.stderr
    without = run(None, "records.places.register", str(file))
    assert without.returncode == 2
    with psycopg.connect(database_url) as db:
        found = db.execute("SELECT key FROM sites ORDER BY key").fetchall()
    assert found == [("demo",), ("hall",)]


def test_whoever_moves_over_names_an_engine_and_its_model(database_url: str) -> None:
    moved = run(database_url, "records.engines", "http://engine-b:6005", "2026-12")
    assert moved.returncode == 0, moved.stderr
    with psycopg.connect(database_url) as db:
        latest = "SELECT url, model FROM engines ORDER BY id DESC LIMIT 1"
        assert db.execute(latest).fetchone() == ("http://engine-b:6005", "2026-12")
        db.execute("DELETE FROM engines")


@pytest.mark.parametrize(
    "given", [(), ("http://engine-b:6005",), ("engine-b:6005", "2026-12"), ("http://", "2026-12")]
)
def test_what_names_no_engine_moves_nobody(database_url: str, given: tuple[str, ...]) -> None:
    refused = run(database_url, "records.engines", *given)
    assert refused.returncode == 2
    assert "records.engines URL MODEL" in refused.stderr
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM engines").fetchone() == (0,)
