"""Load on our whole stack: the engine inside it, and messages through the public API."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench import live_wording, own_record
from bench.load import Load, Turn, client, engine_turn, put
from bench.processes import running
from scripts import run
from scripts.prepare import prepare
from scripts.stack import ENGINE_PYTHON, ROOT, Stack, free_port, start

MODEL = ROOT / "models/wenbao.tar.gz"
# Limits protect people from each other; here one machine plays all of them.
WITHOUT_LIMITS = {
    "MESSAGES_PER_MINUTE": "1000000",
    "ADDRESS_MESSAGES_PER_MINUTE": "1000000",
    "ADDRESS_OPENINGS_PER_MINUTE": "1000000",
    "LOOKUPS_PER_MINUTE": "1000000",
}


@dataclass(frozen=True)
class Measured:
    """Figures of our side: the engine's own, then the whole stack's."""

    start: float
    memory: float
    alone: Load
    together: Load
    whole: Load
    rush: Load
    late_turn: float
    own_record: own_record.OwnRecord
    live: live_wording.LiveWording


def measure() -> Measured:
    """Bring the stack up, put load on it, and take it down."""
    with tempfile.TemporaryDirectory() as folder:
        stack = start(Path(folder), free_port(), MODEL, WITHOUT_LIMITS)
        try:
            asyncio.run(prepare(stack.settings["DATABASE_URL"]))
            if not run.came_up(stack):
                raise RuntimeError("the stack did not come up")
            begun, weight = _engine_start(stack, Path(folder))
            return asyncio.run(_loads(stack, begun, weight))
        finally:
            stack.stop()


def _engine_start(stack: Stack, folder: Path) -> tuple[float, float]:
    """Start one more engine beside the running one; its time and its memory."""
    port = str(free_port())
    command = [str(ENGINE_PYTHON), "-W", "ignore", "-m", "bot.server"]
    settings = {
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": stack.settings["REDIS_URL"],
        "ACTIONS_URL": stack.settings["ACTIONS_URL"],
    }
    url = f"http://127.0.0.1:{port}"
    for name in ("endpoints.yml", "credentials.yml"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    with running(
        [*command, "--rasa-model", str(MODEL), "--port", port],
        url + "/webhooks/rest/",
        folder,
        settings,
    ) as engine:
        asyncio.run(_warm(url))
        return engine.seconds_to_start, engine.megabytes()


async def _warm(url: str) -> None:
    async with client(30) as sender:
        await put(engine_turn(sender, url), 100, 1)


async def _loads(stack: Stack, begun: float, weight: float) -> Measured:
    async with client(60) as sender:
        turn = engine_turn(sender, stack.settings["ENGINE_URL"])
        alone = await put(turn, 600, 1)
        together = await put(turn, 2000, 4)
        late = await _late_turn(turn)
        whole = await put(_whole_turn(sender, stack.url), 400, 1)
        rush = await put(_whole_turn(sender, stack.url), 800, 8)
    record = await own_record.measure(stack)
    live = await live_wording.measure(stack)
    return Measured(begun, weight, alone, together, whole, rush, late, record, live)


async def _late_turn(turn: Turn) -> float:
    conversation, taken = str(uuid.uuid4()), []
    for _ in range(210):
        begun = time.perf_counter()
        await turn(conversation, "社保卡丢了怎么补办")
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[-20:]) / statistics.median(taken[1:21])


def _whole_turn(sender: aiohttp.ClientSession, url: str) -> Turn:
    """One message through the public API: posted, then waited for."""
    opened: dict[str, tuple[str, dict[str, str]]] = {}

    async def asked(method: str, where: str, headers: dict[str, str], **more: Any) -> Any:
        async with sender.request(method, where, headers=headers, **more) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def turn(conversation: str, text: str) -> None:
        if conversation not in opened:
            given = await asked("POST", url + "/api/chat/conversations", {}, json={"site": "demo"})
            token = {"Authorization": f"Bearer {given['token']}"}
            opened[conversation] = (f"{url}/api/chat/conversations/{given['conversation']}", token)
        base, token = opened[conversation]
        body = {"client_id": str(uuid.uuid4()), "text": text}
        after = (await asked("POST", base + "/messages", token, json=body))["seq"]
        for _ in range(10):
            if await asked("GET", f"{base}/events?after={after}&wait=5", token):
                return
        raise RuntimeError(f"no answer to {text!r}")

    return turn
