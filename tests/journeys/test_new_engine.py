"""A new model in a new engine: conversations move over, and back, with what staff published."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import psutil
import pytest

from bench import live_wording
from bench.live_wording import Staff
from scripts import engine_programs
from scripts.stack import ROOT, Stack
from tests.journeys.conftest import MARKS, Whole, process
from tests.journeys.test_kills import all_answered, doubled, keep_sending, nothing_left
from tests.journeys.test_publishing import answered, until_answered

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

CONVERSATIONS = 4
# Nothing like them stands in the data, so only the new wording can lead to the item.
BEFORE, AFTER, ITEM = "俺那磁条片片叫骡子踩断咧", "塑封的小方牌让蜡烛燎了个豁口", live_wording.ITEM


async def test_conversations_move_over_and_back_and_nothing_is_lost(
    whole: Whole, tmp_path: Path
) -> None:
    before, serving = process(whole.stack, "engine"), served(whole.stack)
    weight, number = before.memory_info().rss, newest(whole)
    other = another_training(Path(serving.model), tmp_path / "other.tar.gz")
    told = await whole.talk()
    await told.ask("上海失业金一个月能领多少钱")
    async with live_wording.staff(whole.stack) as staff:
        await published(whole, staff, BEFORE)
        await until_answered(whole, BEFORE, ITEM)
        version = index_in_use(whole.stack)
        await moves_while_messages_flow(whole, other)
        assert not before.is_running()
        assert len(engines(whole.stack)) == 1
        assert process(whole.stack, "engine").memory_info().rss < 1.25 * weight
        assert served(whole.stack).number == serving.number + 1
        # What was said before the move is remembered after it.
        assert "上海" in (await told.ask("失业金一个月能领多少钱"))["text"]
        # What was published before is known, too: by an index of the new model's own.
        assert await answered(whole, BEFORE) == ITEM
        assert index_in_use(whole.stack) != version
        await published(whole, staff, AFTER)
        await until_answered(whole, AFTER, ITEM)
        await staff.post("publisher", f"/publishing/{number}/back")
        await until_answered(whole, AFTER, None, other_than=ITEM)
        await until_answered(whole, BEFORE, None, other_than=ITEM)

    back = await asyncio.to_thread(move_over, whole.stack, "--back")
    assert back.returncode == 0, back.stderr
    assert served(whole.stack).model == serving.model
    assert len(engines(whole.stack)) == 1
    assert (await told.ask("社保卡丢了怎么补办"))["card"]["item"] == ITEM
    assert await answered(whole, BEFORE) != ITEM


async def moves_while_messages_flow(whole: Whole, model: Path) -> None:
    """Move to another model; every message that was acknowledged is answered once."""
    talks = [await whole.talk() for _ in range(CONVERSATIONS)]
    acknowledged: list[list[str]] = [[] for _ in talks]
    sending = [
        asyncio.create_task(keep_sending(talk, sent))
        for talk, sent in zip(talks, acknowledged, strict=True)
    ]
    moved = await asyncio.to_thread(move_over, whole.stack, "--model", str(model))
    assert moved.returncode == 0, moved.stderr
    await asyncio.gather(*sending)
    for talk, sent in zip(talks, acknowledged, strict=True):
        found = await all_answered(talk, len(sent))
        assert [e["text"] for e in found if e["from"] == "citizen"] == sent
    await nothing_left(whole)
    assert doubled(whole, [talk.id for talk in talks]) == []


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


async def published(whole: Whole, staff: Staff, wording: str) -> None:
    """Written, approved and published, as soon as the indexer of the engine in use is there."""
    head, path = await staff.written(wording), f"/entries/{ITEM}"
    await staff.post("editor", f"{path}/submit", head=head)
    await staff.post("reviewer", f"{path}/approve", head=head)
    end = asyncio.get_running_loop().time() + 120
    while "没有回应" in (await staff.browsers["publisher"].get("/publishing/understood")).text:
        assert asyncio.get_running_loop().time() < end, whole.logs()[-3000:]
        await asyncio.sleep(0.5)
    await staff.post("publisher", "/publishing", entry=f"{ITEM}:{head}")


def another_training(model: Path, place: Path) -> Path:
    """The same model but for a hair, which makes it one of another training."""
    with tarfile.open(model) as old, tarfile.open(place, "w:gz", compresslevel=1) as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            told = file.read() if file else b""
            if member.name.endswith("understanding.npz"):
                told = with_another_centre(told)
                member.size = len(told)
            new.addfile(member, io.BytesIO(told) if file else None)
    return place


def with_another_centre(arrays: bytes) -> bytes:
    """The arrays of an understanding whose middle lies next to where it was."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(arrays)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            told = bytearray(old.read(name))
            if name == "centre.npy":
                told[-4] ^= 1  # the last bit of the last number
            new.writestr(name, bytes(told))
    return written.getvalue()


def newest(whole: Whole) -> object:
    """The number of the publication that is live."""
    return whole.rows("SELECT max(number) FROM snapshots")[0][0]


def index_in_use(stack: Stack) -> str:
    """The version of the answer index that engines use."""
    return (Path(stack.settings["ANSWER_INDEX"]) / "current").read_text("utf-8").strip()


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
