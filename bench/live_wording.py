"""How soon a wording that staff publish is answered: through the gate, by the running engine."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.load import client
from scripts.stack import Stack

# Nothing like them stands in the data, so only the new wording can lead to the item.
WORDINGS = (
    "那张印着国徽的薄片片被老鼠啃了个角",
    "蓝莹莹那块小板板掉锅炉里化了",
    "装相片的塑料片儿卷进洗衣机拧弯了",
)
ITEM, FILE = "Q196", "current/nlu/faq/services.yml"
MOST_SECONDS = 5.0
GIVEN_UP = 60.0
# Staff publish minutes apart; until then the indexer has settled what came before.
_PAUSE = 8.0
_LOOK_EVERY = 0.1


@dataclass(frozen=True)
class LiveWording:
    """Seconds from the file's change to the answer, one a wording."""

    seconds: tuple[float, ...]

    @property
    def row(self) -> str:
        """A row of the results."""
        middle, worst = statistics.median(self.seconds), max(self.seconds)
        return (
            "| a published wording answered, gate and all: median / slowest of "
            f"{len(self.seconds)}, s (at most {MOST_SECONDS:.0f}) | {middle:.1f} / {worst:.1f} |"
        )


async def measure(stack: Stack) -> LiveWording:
    """Publish one wording after the other and ask for each until it is understood."""
    file = Path(stack.settings["LIVE_KNOWLEDGE_DIR"]) / FILE
    await _watched(stack.data / "run/indexer-1.log")
    return LiveWording(tuple([await _published(stack, file, wording) for wording in WORDINGS]))


async def _published(stack: Stack, file: Path, wording: str) -> float:
    await asyncio.sleep(_PAUSE)
    begun = _publish(file, wording)
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


def _publish(file: Path, wording: str) -> float:
    """Change the file in one step; when that was."""
    text, begin = file.read_text(encoding="utf-8"), f"- intent: faq/{ITEM}\n  examples: |\n"
    fresh = file.with_suffix(".fresh")
    fresh.write_text(text.replace(begin, f"{begin}    - {wording}\n"), encoding="utf-8")
    begun = time.monotonic()
    fresh.replace(file)
    return begun


async def _watched(log: Path) -> None:
    until = time.monotonic() + GIVEN_UP
    while not _watching(log):
        if time.monotonic() > until:
            raise RuntimeError("the indexer does not watch")
        await asyncio.sleep(_LOOK_EVERY)


def _watching(log: Path) -> bool:
    return log.exists() and "watching" in log.read_text(encoding="utf-8")
