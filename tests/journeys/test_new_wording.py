"""A wording that staff publish is understood in seconds, by the same engine process."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.stack import ENGINE_PYTHON, ROOT, Stack
from tests.journeys.conftest import Whole, process

pytestmark = pytest.mark.journey

# Nothing like it stands in the data, so only the new wording can lead to the item.
WORDING, ITEM = "那张蓝白色小方片片叫狗叼没影咧", "Q196"
SECONDS = 5.0


@pytest.fixture
def live(running_stack: Stack) -> Iterator[Path]:
    """The live wordings of cards and services; they are put back at the end."""
    file = Path(running_stack.settings["LIVE_KNOWLEDGE_DIR"]) / "current/nlu/faq/services.yml"
    before = file.read_text(encoding="utf-8")
    yield file
    _replace(file, before)


async def test_a_published_wording_is_live_within_seconds(whole: Whole, live: Path) -> None:
    _wait_for_the_indexer(whole.stack)
    engine = process(whole.stack, "engine").pid
    assert await answered(whole) != ITEM
    begun = time.monotonic()
    _publish(live)
    while await answered(whole) != ITEM:
        assert time.monotonic() - begun < 60, whole.logs()[-2000:]
    assert time.monotonic() - begun < SECONDS * _busy()
    assert process(whole.stack, "engine").pid == engine


async def test_one_command_takes_the_last_version_back(whole: Whole) -> None:
    built = _index(whole.stack, "build")
    assert (built.returncode, _current(whole.stack) != "") == (0, True), built.stderr
    used = _current(whole.stack)
    assert _index(whole.stack, "build").returncode == 0
    assert _current(whole.stack) != used
    assert _index(whole.stack, "rollback").returncode == 0
    assert _current(whole.stack) == used


async def test_a_version_that_is_none_of_ours_is_not_activated(whole: Whole) -> None:
    used = _current(whole.stack)
    assert _index(whole.stack, "activate", "../elsewhere").returncode != 0
    assert _current(whole.stack) == used


async def answered(whole: Whole) -> str | None:
    """The item that a new conversation is given for the wording."""
    talk = await whole.talk()
    event = await talk.ask(WORDING)
    card = event.get("card") or {}
    return str(card["item"]) if card.get("type") == "answer" else None


def _busy() -> float:
    """How many processes share a core, where that is more than one."""
    # Other tests run beside this one, and a shared core is half a core.
    return max(3.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _publish(file: Path) -> None:
    text, begin = file.read_text(encoding="utf-8"), f"- intent: faq/{ITEM}\n  examples: |\n"
    assert begin in text
    _replace(file, text.replace(begin, f"{begin}    - {WORDING}\n"))


def _current(stack: Stack) -> str:
    file = Path(stack.settings["ANSWER_INDEX"]) / "current"
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def _replace(file: Path, text: str) -> None:
    fresh = file.with_suffix(".fresh")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def _index(stack: Stack, *what: str) -> subprocess.CompletedProcess[bytes]:
    told = {name: stack.settings[name] for name in ("ANSWER_INDEX", "ANSWER_INDEX_KEY")}
    data = stack.settings["LIVE_KNOWLEDGE_DIR"] + "/current"
    return subprocess.run(
        [str(ENGINE_PYTHON), "-W", "ignore", "-m", "bot.index", *what, "--data", data],
        cwd=ROOT,
        env={**os.environ, **told, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
    )


def _wait_for_the_indexer(stack: Stack) -> None:
    log = stack.data / "run/indexer-1.log"
    until = time.monotonic() + 60
    while not (log.exists() and "watching" in log.read_text(encoding="utf-8")):
        assert time.monotonic() < until
        time.sleep(0.2)
