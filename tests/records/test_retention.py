"""Retention: the preview tells what goes, what goes is gone, and the audit chain stays one."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records import audit
from records.audit import CITIZENS, Act
from records.files import filled_forms
from records.privacy.audit_command import main as audit_main
from records.privacy.audit_command import read_anchor, written
from records.privacy.settings import Settings
from records.retention import preview, remove
from records.retention.__main__ import main as retain_main
from records.rotation.__main__ import main as rotate_main
from records.vault import AUDIT, hash_key, read_key

ROOT = Path(__file__).resolve().parents[2]
VAULT_KEY = base64.urlsafe_b64encode(bytes(32)).decode()
KEY = hash_key("", read_key(VAULT_KEY), AUDIT)
NOW = datetime.now(UTC)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=SecretStr(database_url), vault_key=SecretStr(VAULT_KEY))


async def talk(database: AsyncEngine, days: int, *, signed_in: bool = False) -> UUID:
    conversation, at = uuid4(), NOW - timedelta(days=days)
    async with database.begin() as db:
        await db.execute(
            text("""
                INSERT INTO conversations (id, site, channel, token_hash, locale, created_at)
                VALUES (:id, 'demo', 'web', 'x', 'zh-CN', :long_ago)
            """),
            {"id": conversation, "long_ago": NOW - timedelta(days=400)},
        )
        await db.execute(
            text("""
                INSERT INTO events (conversation, seq, at, "from", text)
                VALUES (:id, 1, :at, 'bot', 'x')
            """),
            {"id": conversation, "at": at},
        )
        await filled_forms.keep(db, bytes(32), conversation, "/x", {"a": "b"}, at)
        if signed_in:
            await db.execute(
                text("""
                    INSERT INTO identities (conversation, citizen, sealed_id_number, sealed_name,
                        acr, authenticated_at, used_at, expires_at)
                    VALUES (:id, 'sub', 'x', 'x', 'x', :at, :at, :at)
                """),
                {"id": conversation, "at": at},
            )
    return conversation


async def conversations(database: AsyncEngine) -> set[UUID]:
    async with database.connect() as db:
        return set((await db.execute(text("SELECT id FROM conversations"))).scalars())


async def test_each_kind_of_conversation_has_its_time(
    database: AsyncEngine, settings: Settings
) -> None:
    fresh, old = await talk(database, 89), await talk(database, 91)
    known, older = (
        await talk(database, 20, signed_in=True),
        await talk(database, 181, signed_in=True),
    )
    async with database.connect() as db:
        due = {one.rule: one.rows for one in await preview(db, settings, NOW)}
    assert due["anonymous conversations"] == 1
    assert due["signed-in conversations"] == 1
    assert due["filled forms"] == 4
    assert await conversations(database) == {fresh, old, known, older}
    # Whoever's sign-in is long over counts as known until the conversation goes.
    done = {one.rule: one.rows for one in await remove(database, settings, NOW)}
    assert await conversations(database) == {fresh, known}
    assert done["filled forms"] == 4
    async with database.connect() as db:
        waiting = set((await db.execute(text("SELECT conversation FROM erasures"))).scalars())
    assert waiting == {old, older}


async def test_a_live_conversation_that_the_engine_has_to_forget_is_not_removed(
    database: AsyncEngine, settings: Settings
) -> None:
    alive = await talk(database, 1)
    async with database.begin() as db:
        await db.execute(
            text("INSERT INTO erasures (conversation, at) VALUES (:id, now())"), {"id": alive}
        )
    await remove(database, settings, NOW)
    assert await conversations(database) == {alive}


async def test_many_rows_go_in_steps(database: AsyncEngine, settings: Settings) -> None:
    one = await talk(database, 1)
    async with database.begin() as db:
        await db.execute(
            text("""
                INSERT INTO sealed_values (conversation, placeholder, kind, sealed, at)
                SELECT :id, n::text, 'phone', 'x', :at FROM generate_series(1, 1234) AS n
            """),
            {"id": one, "at": NOW - timedelta(hours=25)},
        )
    done = {one.rule: one.rows for one in await remove(database, settings, NOW)}
    assert done["numbers lifted out of texts"] == 1234


async def test_the_oldest_audit_entries_go_and_the_rest_is_still_a_chain(
    database: AsyncEngine, settings: Settings
) -> None:
    for days in (400, 390, 380, 20, 10, 0):
        async with database.begin() as db:
            act = Act("citizen:x", "look_up", f"{days}", {})
            await audit.append(db, KEY, CITIZENS, act, NOW - timedelta(days=days))
    async with database.connect() as db:
        before = await audit.anchor(db, CITIZENS)
        due = {one.rule: one for one in await preview(db, settings, NOW)}
    assert before is not None
    assert due[f"audit log {CITIZENS}"].rows == 3
    await remove(database, settings, NOW)
    async with database.connect() as db:
        assert [one.object for one in await audit.read(db, CITIZENS)] == ["20", "10", "0"]
        assert await audit.verify(db, KEY, CITIZENS, [before]) == []
        assert [one.act for one in await audit.read(db, "system")] == ["remove"]
    async with database.begin() as db:
        await audit.append(db, KEY, CITIZENS, Act("citizen:x", "look_up", "new", {}), NOW)
    async with database.begin() as db:
        await db.execute(text("SET LOCAL session_replication_role = replica"))
        await db.execute(text("DELETE FROM audit_entries WHERE seq = 4 AND log = 'citizens'"))
    async with database.connect() as db:
        assert [one.kind for one in await audit.verify(db, KEY, CITIZENS)] == ["missing"]


def command(database_url: str, module: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": database_url, "VAULT_KEY": VAULT_KEY}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_the_commands_say_what_they_do(
    database: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    await talk(database, 91)
    async with database.begin() as db:
        await audit.append(db, KEY, CITIZENS, Act("citizen:x", "look_up", "y", {}), NOW)
        head = await audit.anchor(db, CITIZENS)
    assert head is not None
    assert read_anchor(written(head)) == head
    told = command(database_url, "records.retention", "--preview")
    assert told.returncode == 0
    assert "anonymous conversations: 1 would go" in told.stdout
    assert len(await conversations(database)) == 1
    anchored = command(database_url, "records.privacy.audit_command", "anchor")
    file = tmp_path / "anchors"
    file.write_text(anchored.stdout)
    good = command(database_url, "records.privacy.audit_command", "verify", str(file))
    assert (good.returncode, "citizens: whole" in good.stdout) == (0, True)
    async with database.begin() as db:
        await db.execute(text("TRUNCATE audit_entries, audit_heads"))
    bad = command(database_url, "records.privacy.audit_command", "verify", str(file))
    assert (bad.returncode, "citizens: CHANGED" in bad.stdout) == (1, True)


@pytest.mark.parametrize("main", [retain_main, rotate_main, audit_main])
def test_a_command_that_is_called_wrongly_says_how(
    main: Callable[[], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["command", "x"])
    assert main() == 2
    assert "usage: python -m records." in capsys.readouterr().err
