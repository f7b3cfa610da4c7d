"""How soon a wording is answered: after its approval, and judged from the first without one.

``python -m bench.live_wording`` starts a stack and prints the rows alone.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.load import client
from records.database import open_database
from records.staff import entries, sessions, workflow
from records.staff.entries import Facets
from records.staff.sessions import Person
from scripts import run
from scripts.prepare import prepare
from scripts.stack import ROOT, Stack, free_port, start

# Nothing like them stands in the data, so only the new wording can lead to the item.
UNREAD = (
    "那张印着国徽的薄片片被老鼠啃了个角",
    "蓝莹莹那块小板板掉锅炉里化了",
    "装相片的塑料片儿卷进洗衣机拧弯了",
)
APPROVED = (
    "俺那刷脸的牌牌让鸡叨出个窟窿",
    "方寸大的硬卡子搁灶台上烤卷了边",
    "带芯儿的那块小牌叫拖拉机碾扁咧",
)
ITEM, FILE = "Q196", "current/nlu/faq/services.yml"
MOST_SECONDS = 5.0
GIVEN_UP = 90.0
# Staff publish minutes apart, and a reviewer reads for longer than the indexer judges.
_PAUSE, _READING = 8.0, 15.0
_LOOK_EVERY = 0.1
_LISTED = ("kind", "family", "area", "title", "owner", "region", "regional", "review_by")
_LISTED = (*_LISTED, "effective_to")
_ROLES = ("editor", "reviewer", "publisher")


@dataclass(frozen=True)
class LiveWording:
    """Seconds to the answer, one a wording: from the approval, and from a change of the file."""

    approved: tuple[float, ...]
    unread: tuple[float, ...]

    @property
    def rows(self) -> list[str]:
        """Rows of the results."""
        return [
            _row("an approved wording answered, published at once", self.approved),
            _row("a wording in the live folder answered, nothing judged before", self.unread),
        ]


def _row(name: str, seconds: tuple[float, ...]) -> str:
    middle, worst = statistics.median(seconds), max(seconds)
    what = f"{name}: median / slowest of {len(seconds)}, s (at most {MOST_SECONDS:.0f})"
    return f"| {what} | {middle:.1f} / {worst:.1f} |"


async def measure(stack: Stack) -> LiveWording:
    """Bring one wording after the other and ask for each until it is understood."""
    file = Path(stack.settings["LIVE_KNOWLEDGE_DIR"]) / FILE
    await _watched(stack.data / "run/indexer-1.log")
    unread = []
    for wording in UNREAD:
        await asyncio.sleep(_PAUSE)
        unread.append(await _answered(stack, wording, _put(file, wording)))
    async with staff(stack) as people:
        approved = tuple([await _approved(stack, people, wording) for wording in APPROVED])
    return LiveWording(approved, tuple(unread))


async def _answered(stack: Stack, wording: str, begun: float) -> float:
    """Seconds from `begun` to the first right answer."""
    async with client(30) as sender:
        while time.monotonic() - begun < GIVEN_UP:
            body = {"sender": str(uuid.uuid4()), "message": wording, "metadata": {"channel": "web"}}
            url = stack.settings["ENGINE_URL"] + "/webhooks/rest/webhook"
            async with sender.post(url, json=body) as answer:
                cards = [one.get("custom", {}).get("card", {}) for one in await answer.json()]
            if any(card.get("item") == ITEM for card in cards if card.get("type") == "answer"):
                return time.monotonic() - begun
            await asyncio.sleep(_LOOK_EVERY)
    raise RuntimeError(f"not live after {GIVEN_UP:.0f} s: {wording}")


def _put(file: Path, wording: str) -> float:
    """Change the file in one step; when that was."""
    text, begin = file.read_text(encoding="utf-8"), f"- intent: faq/{ITEM}\n  examples: |\n"
    fresh = file.with_suffix(".fresh")
    fresh.write_text(text.replace(begin, f"{begin}    - {wording}\n"), encoding="utf-8")
    begun = time.monotonic()
    fresh.replace(file)
    return begun


@dataclass(frozen=True)
class Staff:
    """Three people with their browsers, and the database in which the first one writes."""

    database: AsyncEngine
    browsers: dict[str, httpx.AsyncClient]
    csrf: str

    async def written(self, wording: str) -> str:
        """Keep a draft with one more wording; its version."""
        async with self.database.begin() as db:
            kept = await entries.get(db, ITEM)
            told = (await entries.version(db, ITEM, kept.head)).content
            told = {**told, "wordings": [*told["wordings"], wording]}
            listed = {name: getattr(kept, name) for name in _LISTED}
            facets = Facets(**listed, search="\n".join(told["wordings"]).lower())
            now = datetime.now(UTC)
            head = await workflow.save(db, ITEM, facets, told, kept.head, "editor", "", now)
        return str(head)

    async def post(self, role: str, path: str, **form: str) -> None:
        """Press a button."""
        answer = await self.browsers[role].post(path, data={"csrf": self.csrf, **form})
        if answer.status_code != 303:
            raise RuntimeError(f"{path}: {answer.status_code}")


@asynccontextmanager
async def staff(stack: Stack) -> AsyncIterator[Staff]:
    """An editor, a reviewer and a publisher, signed in."""
    database, csrf = open_database(stack.settings["DATABASE_URL"]), secrets.token_urlsafe(32)
    browsers = {}
    for role in _ROLES:
        token, person = secrets.token_urlsafe(32), Person(role, role, frozenset({role}))
        async with database.begin() as db:
            await sessions.open_session(db, token, csrf, person, datetime.now(UTC))
        cookies, url = {"wenbao-console": token}, stack.settings["CONSOLE_URL"]
        browsers[role] = httpx.AsyncClient(
            base_url=url, cookies=cookies, trust_env=False, timeout=GIVEN_UP
        )
    try:
        yield Staff(database, browsers, csrf)
    finally:
        for browser in browsers.values():
            await browser.aclose()
        await database.dispose()


async def _approved(stack: Stack, staff: Staff, wording: str) -> float:
    """Written, read for a while, approved and published at once; seconds since the approval."""
    head = await staff.written(wording)
    await staff.post("editor", f"/entries/{ITEM}/submit", head=head)
    await asyncio.sleep(_READING)
    begun = time.monotonic()
    await staff.post("reviewer", f"/entries/{ITEM}/approve", head=head)
    await staff.post("publisher", "/publishing", entry=f"{ITEM}:{head}")
    return await _answered(stack, wording, begun)


async def _watched(log: Path) -> None:
    until = time.monotonic() + GIVEN_UP
    while not _watching(log):
        if time.monotonic() > until:
            raise RuntimeError("the indexer does not watch")
        await asyncio.sleep(_LOOK_EVERY)


def _watching(log: Path) -> bool:
    return log.exists() and "watching" in log.read_text(encoding="utf-8")


def main() -> None:
    """Bring a stack up, measure, and print."""
    with tempfile.TemporaryDirectory() as folder:
        stack = start(Path(folder), free_port(), ROOT / "models/wenbao.tar.gz")
        try:
            asyncio.run(prepare(stack.settings["DATABASE_URL"], stack.settings["CENTRE_URL"]))
            if not run.came_up(stack):
                raise RuntimeError("the stack did not come up")
            print("\n".join(asyncio.run(measure(stack)).rows))
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
