"""The drill: data in, backup, everything lost, restore; and what a restore must not bring back."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from records import audit, identities, migrations
from records.audit import CITIZENS, Act
from records.backup import __main__ as command
from records.backup.settings import Settings
from records.database import open_database
from records.identities import Identity
from records.privacy.erasure import erase
from records.privacy.holdings import subject_of
from records.rotation import turn
from records.vault import Unsealable
from tests.conftest import VAULT_KEY, Gateway, OpenGateway, Talk

NUMBER, PHONE = "11010519491231002X", "13812345678"
OTHER_KEY = base64.urlsafe_b64encode(bytes(range(32, 64))).decode()
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Drill:
    """A place with a database and folders, as an operator has it."""

    url: str
    home: Path
    keys: Path
    set_key: Callable[[str], None]

    @property
    def settings(self) -> Settings:
        """Its settings now."""
        return Settings()  # type: ignore[call-arg]

    async def command(self, *arguments: object) -> int:
        """The command as an operator gives it."""
        return await asyncio.to_thread(command.main, [str(one) for one in arguments])

    async def taken(self) -> Path:
        """A backup, its keys beside it in another place."""
        assert await self.command("take", self.home / "backups") == 0
        [made] = (self.home / "backups").iterdir()
        return made

    def rows(self) -> list[Any]:
        """What the database and the live folder have now."""
        with psycopg.connect(self.url) as db:
            said = list(db.execute("SELECT conversation, seq, text FROM events ORDER BY 1, 2"))
            named = list(db.execute("SELECT nspname FROM pg_namespace ORDER BY 1"))
        return [said, named, (self.home / "live/current/knowledge.yml").read_text("utf-8")]

    def lose_everything(self) -> None:
        """A disk is gone."""
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute("DROP SCHEMA public CASCADE")
            db.execute("CREATE SCHEMA public")
        for name in ("live", "answers", "signing"):
            shutil.rmtree(self.home / name)


@pytest.fixture
def drill(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drill:
    """A database of its own, folders, and the settings of the processes."""
    migrations.upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as db:
        db.execute("INSERT INTO sites (key, name, created_at) VALUES ('demo', '演示', now())")
    for name in ("live/snapshots/000001", "answers", "signing"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "live/snapshots/000001/knowledge.yml").write_text("先前", "utf-8")
    (tmp_path / "live/current").symlink_to("snapshots/000001")
    (tmp_path / "answers/v1").write_bytes(b"index")
    (tmp_path / "signing/exchange.key.pem").write_text("PRIVATE", "utf-8")
    for name, folder in (
        *(("LIVE_KNOWLEDGE_DIR", "live"), ("ANSWER_INDEX", "answers")),
        *(("OPEN_DATA_DIR", "open-data"), ("SIGNING_DIR", "signing")),
    ):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    monkeypatch.setenv("INDEX_KEY", VAULT_KEY)
    monkeypatch.setenv("AUDIT_KEY", VAULT_KEY)
    monkeypatch.setenv("VAULT_KEY", VAULT_KEY)
    return Drill(
        empty_database_url,
        tmp_path,
        tmp_path / "elsewhere/keys.tar.gz",
        lambda key: monkeypatch.setenv("VAULT_KEY", key),
    )


def as_set(drill: Drill) -> dict[str, Any]:
    """The same for a gateway."""
    return {
        "database_url": drill.url,
        "vault_key": drill.settings.vault_key,
        "index_key": VAULT_KEY,
        "audit_key": VAULT_KEY,
    }


async def signed_in(drill: Drill, gateway: Gateway) -> Talk:
    """A conversation with words, a sealed telephone, and a citizen."""
    talk = await gateway.talk()
    await talk.ask(f"我的手机{PHONE}")
    told = Identity(UUID(talk.id), "citizen-1", "张三", NUMBER, "urn:wenbao:acr:loa3", NOW)
    async with gateway.database() as db:
        await identities.bind(db, drill.settings.key, told, NOW)
    return talk


async def number(drill: Drill, talk: Talk) -> str:
    """The number of who is signed in, unsealed."""
    database = open_database(drill.url)
    try:
        async with database.begin() as db:
            found = await identities.signed_in(db, drill.settings.key, UUID(talk.id), NOW)
    finally:
        await database.dispose()
    return found.id_number


async def test_a_conversation_goes_on_after_everything_was_lost(
    drill: Drill, open_gateway: OpenGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_gateway(**as_set(drill)) as gateway:
        talk = await signed_in(drill, gateway)
        said = await talk.events()
        backup = await drill.taken()  # beside the running gateway
    assert await drill.command("take-keys", drill.keys) == 0
    before = drill.rows()
    drill.lose_everything()
    assert await drill.command("restore-keys", drill.keys) == 0
    assert await drill.command("restore", backup) == 0
    shown = capsys.readouterr().out
    assert f"{backup}: database and folders of" in shown
    assert "with their key, 0 without" in shown
    assert "nobody knows" in shown
    assert drill.rows() == before
    assert (drill.home / "answers/v1").read_bytes() == b"index"
    assert (drill.home / "signing/exchange.key.pem").read_text("utf-8") == "PRIVATE"
    assert await number(drill, talk) == NUMBER
    async with open_gateway(**as_set(drill)) as gateway:
        talk = Talk(gateway.http, talk.id, talk.token)
        assert await talk.events() == said
        assert (await talk.ask("那养老金呢"))["seq"] > said[-1]["seq"]


async def test_a_backup_has_no_key_and_no_number_and_nobody_else_reads_it(
    drill: Drill, open_gateway: OpenGateway
) -> None:
    async with open_gateway(**as_set(drill)) as gateway:
        await signed_in(drill, gateway)
    backup = await drill.taken()
    await drill.command("take-keys", drill.keys)
    for file in (*backup.iterdir(), drill.keys):
        assert file.stat().st_mode & 0o077 == 0 or file.name == "manifest.json"
    raw = base64.urlsafe_b64decode(VAULT_KEY)
    for file in backup.iterdir():
        for secret in (VAULT_KEY.encode(), raw, NUMBER.encode(), PHONE.encode(), b"PRIVATE"):
            assert secret not in file.read_bytes()
    assert backup.stat().st_mode & 0o077 == 0


async def test_what_was_shredded_stays_unreadable_after_a_restore(
    drill: Drill, open_gateway: OpenGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_gateway(**as_set(drill)) as gateway:
        talk = await signed_in(drill, gateway)
    backup = await drill.taken()
    drill.set_key(f"2={OTHER_KEY},1={VAULT_KEY}")
    database = open_database(drill.url)
    async for step in turn(database, drill.settings.key):
        assert step.unopenable == 0
    await database.dispose()
    assert await number(drill, talk) == NUMBER
    drill.set_key(f"2={OTHER_KEY}")  # the first is destroyed
    assert await number(drill, talk) == NUMBER
    assert await drill.command("restore", backup) == 0
    shown = capsys.readouterr().out
    assert "vault key versions that its sealed values need: 1" in shown
    assert "sealed values: 0 with their key" in shown
    with pytest.raises(Unsealable):
        await number(drill, talk)


async def test_what_was_erased_meanwhile_is_erased_again(
    drill: Drill, open_gateway: OpenGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_gateway(**as_set(drill)) as gateway:
        await signed_in(drill, gateway)
        other = await gateway.talk()
        await other.ask("问")
    backup = await drill.taken()
    database, key = open_database(drill.url), drill.settings.index_hash_key
    async with database.begin() as db:
        subject = await subject_of(db, "citizen-1", NUMBER, key)
        await erase(db, subject, UUID(int=0), NOW)
        act = Act(subject.who, "erase", "own", {})
        later = datetime.now(UTC) + timedelta(seconds=1)
        await audit.append(db, drill.settings.audit_hash_key, CITIZENS, act, later)
    await database.dispose()
    assert await drill.command("restore", backup) == 0
    assert "erased since: 1" in capsys.readouterr().out
    with psycopg.connect(drill.url) as raw:
        kept = raw.execute("SELECT id FROM conversations").fetchall()
        assert kept == [(UUID(other.id),)]
        assert raw.execute("SELECT count(*) FROM identities").fetchone() == (0,)
    async with database.connect() as db:
        assert await audit.verify(db, drill.settings.audit_hash_key, CITIZENS, []) == []
    await database.dispose()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("others", "others are connected"),
        ("damaged", "is not what it was"),
        ("no manifest", "no whole backup"),
        ("another key", "VAULT_KEY is not the key"),
        ("illegible", "pg_restore"),
        ("folders", "cannot be read"),
        ("newer", "a newer Wenbao"),
    ],
)
async def test_a_restore_that_cannot_be_done_changes_nothing(
    drill: Drill,
    open_gateway: OpenGateway,
    capsys: pytest.CaptureFixture[str],
    spoil: str,
    says: str,
) -> None:
    async with open_gateway(**as_set(drill)) as gateway:
        talk = await signed_in(drill, gateway)
        if spoil == "newer":
            async with gateway.database() as db:
                await db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        backup = await drill.taken()
        await talk.ask("后来的话")
        (drill.home / "live/snapshots/000001/knowledge.yml").write_text("后来", "utf-8")
    before = drill.rows()
    other = psycopg.connect(drill.url) if spoil == "others" else None
    _spoil(drill, backup, spoil)
    assert await drill.command("restore", backup) == 1
    if other:
        other.close()
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert drill.rows() == before


def _spoil(drill: Drill, backup: Path, spoil: str) -> None:
    names = {"damaged": "database.dump", "illegible": "database.dump", "folders": "files.tar.gz"}
    if name := names.get(spoil):
        (backup / name).write_bytes(b"PGDMP, or not")
    if spoil in ("illegible", "folders"):
        from records.backup.folders import digest

        told = json.loads((backup / "manifest.json").read_text("utf-8"))
        told["sha256"][names[spoil]] = digest(backup / names[spoil])
        (backup / "manifest.json").write_text(json.dumps(told), "utf-8")
    if spoil == "no manifest":
        (backup / "manifest.json").unlink()
    if spoil == "another key":
        drill.set_key(OTHER_KEY)


async def test_other_key_pairs_are_not_written_over(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    await drill.command("take-keys", drill.keys)
    (drill.home / "signing/exchange.key.pem").write_text("ANOTHER", "utf-8")
    assert await drill.command("restore-keys", drill.keys) == 1
    assert await drill.command("take-keys", drill.keys) == 1
    said = capsys.readouterr().err
    assert "holds other key pairs" in said
    assert "is there already" in said
    assert (drill.home / "signing/exchange.key.pem").read_text("utf-8") == "ANOTHER"
