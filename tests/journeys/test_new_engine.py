"""A new model in a new engine: conversations move over, and back, while messages flow."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from scripts import engine_programs
from scripts.stack import ROOT, Stack
from tests.journeys.conftest import MARKS, Whole, process
from tests.journeys.test_kills import all_answered, doubled, keep_sending, unanswered

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

CONVERSATIONS = 4


async def test_conversations_move_over_and_back_and_nothing_is_lost(whole: Whole) -> None:
    before, serving = process(whole.stack, "engine"), served(whole.stack)
    weight = before.memory_info().rss
    told = await whole.talk()
    await told.ask("上海失业金一个月能领多少钱")
    talks = [await whole.talk() for _ in range(CONVERSATIONS)]
    acknowledged: list[list[str]] = [[] for _ in talks]
    sending = [
        asyncio.create_task(keep_sending(talk, sent))
        for talk, sent in zip(talks, acknowledged, strict=True)
    ]
    moved = await asyncio.to_thread(move_over, whole.stack)
    assert moved.returncode == 0, moved.stderr
    await asyncio.gather(*sending)
    for talk, sent in zip(talks, acknowledged, strict=True):
        found = await all_answered(talk, len(sent))
        assert [e["text"] for e in found if e["from"] == "citizen"] == sent
    assert unanswered(whole) == 0
    assert doubled(whole, [talk.id for talk in talks]) == []
    assert not before.is_running()
    assert len(engines(whole.stack)) == 1
    assert process(whole.stack, "engine").memory_info().rss < 1.25 * weight
    assert served(whole.stack).number == serving.number + 1
    # What was said before the move is remembered after it.
    assert "上海" in (await told.ask("失业金一个月能领多少钱"))["text"]

    back = await asyncio.to_thread(move_over, whole.stack, "--back")
    assert back.returncode == 0, back.stderr
    assert served(whole.stack).model == serving.model
    assert len(engines(whole.stack)) == 1
    assert (await told.ask("社保卡丢了怎么补办"))["card"]["item"] == "Q196"


async def test_what_is_no_model_changes_nothing(whole: Whole, tmp_path: Path) -> None:
    before, serving = process(whole.stack, "engine").pid, served(whole.stack)
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no model")
    refused = await asyncio.to_thread(move_over, whole.stack, "--model", str(broken))
    assert refused.returncode == 1
    assert "The engine in use stays" in refused.stderr.decode()
    assert served(whole.stack) == serving
    assert [one.pid for one in engines(whole.stack)] == [before]
    talk = await whole.talk()
    assert (await talk.ask("社保卡丢了怎么补办"))["card"]["item"] == "Q196"


def move_over(stack: Stack, *options: str) -> subprocess.CompletedProcess[bytes]:
    """What `make engine` runs."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "scripts.move_over", *options],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(stack.data), "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
    )


def served(stack: Stack) -> engine_programs.Serving:
    """The engine that serves now."""
    return engine_programs.read(stack.data / "run")


def engines(stack: Stack) -> list[psutil.Process]:
    """All engine processes of the stack."""
    children = psutil.Process(stack.supervisor.pid).children(recursive=True)
    return [one for one in children if MARKS["engine"] in " ".join(one.cmdline())]
