"""Turning the vault key over real rows, cut off at any moment, with writers beside it."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from records import sealed_values
from records.rotation import count_by_version, sealed_columns, turn
from records.rotation.__main__ import STILL_NEEDED
from records.vault import read_key, seal, unseal

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
OLD, NEW = (base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2))
BEFORE, TURNING, AFTER = read_key(OLD), read_key(f"2={NEW},1={OLD}"), read_key(f"2={NEW}")
VALUES = 3000
KILLS = int(os.environ.get("KILLS", "6"))  # 50 before a release


@pytest.fixture
def talk(database_url: str) -> UUID:
    """A conversation with many sealed numbers."""
    conversation = uuid4()
    with psycopg.connect(database_url) as db:
        db.execute(
            "INSERT INTO conversations (id, site, channel, token_hash, locale, created_at)"
            " VALUES (%s, 'demo', 'web', 'x', 'zh-CN', %s)",
            (conversation, NOW),
        )
        rows = [
            (conversation, name, seal(BEFORE, name, sealed_values.place(conversation, name)), NOW)
            for name in (f"〔手机号{n}〕" for n in range(VALUES))
        ]
        with db.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO sealed_values (conversation, placeholder, kind, sealed, at)"
                " VALUES (%s, %s, 'phone', %s, %s)",
                rows,
            )
    return conversation


def opened(database_url: str, talk: UUID) -> int:
    """How many values open with the new key alone, each to itself."""
    with psycopg.connect(database_url) as db:
        rows = db.execute("SELECT placeholder, sealed FROM sealed_values").fetchall()
    for name, sealed in rows:
        assert unseal(AFTER, sealed, sealed_values.place(talk, name)) == name
    return len(rows)


def test_every_sealed_column_takes_part() -> None:
    names = {one.name for one in sealed_columns()}
    assert {
        "sealed_values.sealed",
        "identities.sealed_id_number",
        "identities.sealed_name",
        "sign_in_attempts.sealed_verifier",
        "downloads.sealed",
        "exchange_cases.sealed_draft",
    } <= names


async def test_all_values_open_with_the_new_key_alone_afterwards(
    database: AsyncEngine, database_url: str, talk: UUID
) -> None:
    steps = [step async for step in turn(database, TURNING)]
    assert sum(step.rewrapped for step in steps) == VALUES
    assert len(steps) == VALUES // 200
    assert opened(database_url, talk) == VALUES
    assert [step async for step in turn(database, TURNING)] == []


async def test_a_value_that_no_key_opens_stands_in_nobodys_way(
    database: AsyncEngine, database_url: str, talk: UUID
) -> None:
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute(
            "UPDATE sealed_values SET sealed = overlay(sealed placing %s from 1)"
            " WHERE placeholder = '〔手机号7〕'",
            (b"\0\0\0\x09",),
        )
    steps = [step async for step in turn(database, TURNING)]
    assert sum(step.rewrapped for step in steps) == VALUES - 1
    assert sum(step.unopenable for step in steps) == 1
    async with database.connect() as db:
        counts = await count_by_version(db)
    assert counts["sealed_values.sealed"] == {2: VALUES - 1, 9: 1}


async def test_two_jobs_at_once_do_no_harm(
    database: AsyncEngine, database_url: str, talk: UUID
) -> None:
    async def one() -> int:
        return sum([step.rewrapped async for step in turn(database, TURNING, rows=50)])

    assert sum(await asyncio.gather(one(), one())) >= VALUES
    assert opened(database_url, talk) == VALUES


def job(database_url: str, key: str, *options: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "VAULT_KEY": key,
        "INDEX_KEY": NEW,
        "AUDIT_KEY": NEW,
    }
    command = [sys.executable, "-W", "ignore", "-m", "records.rotation", *options]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_job_that_is_killed_again_and_again_loses_nothing_and_ends(
    database_url: str, talk: UUID
) -> None:
    chance, key = random.Random(7), f"2={NEW},1={OLD}"  # noqa: S311
    preview = job(database_url, key, "--preview")
    told, _ = preview.communicate(timeout=60)
    assert f"sealed_values.sealed: {VALUES} with key 1" in told
    assert preview.returncode == STILL_NEEDED
    killed_half_way = 0
    for _ in range(KILLS):
        running = job(database_url, key)
        assert running.stdout is not None
        for _ in range(chance.randint(1, 2)):
            running.stdout.readline()
        running.kill()
        running.wait(timeout=60)
        running.stdout.close()
        with psycopg.connect(database_url) as db:
            left = db.execute(
                "SELECT count(*) FROM sealed_values WHERE substr(sealed, 1, 4) = %s",
                (b"\0\0\0\1",),
            ).fetchone()
        if left == (0,):
            break
        killed_half_way += 1
    last = job(database_url, key)
    told, _ = last.communicate(timeout=60)
    assert (last.returncode, "0 values need" in told) == (0, True)
    assert killed_half_way >= 3
    assert opened(database_url, talk) == VALUES
